//! A delivery, read: bytes to `contract::Webhook` (POSTPRESS.md §2).
//!
//! Routed by shape, lenient in every field but `event`, `account_id`, `chat_id` and `message_id`. What is JSON but not
//! understood is `Incoming::Unknown`: kept and shown, never lost. No I/O, no clock, no memory.

use crate::connector::contract::{Incoming, IncomingMessage, MessageKind, Party, Talk, Webhook};
use crate::connector::identity;
use crate::connector::postpress::{form, lenient};
use crate::model::account::Channel;
use crate::model::id::{ChatId, Fingerprint, ProviderAccount, ProviderId, RemoteId, fingerprint};
use crate::model::planted::{Bug, is_planted};
use serde_json::Value;
use std::collections::BTreeSet;

/// The name of an event that gives none.
const NAMELESS: &str = "nameless";
/// Longer names are cut: they are shown to people.
const NAME_CHARS_MAX: usize = 80;

/// The body is neither JSON nor a form of ours. Says nothing of the body's content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the body is no JSON: {reason}")]
pub struct Unreadable {
    pub reason: String,
}

/// Reads a body whatever its content type says: JSON (nested at most 128 deep), else a form.
pub fn read(body: &[u8]) -> Result<Webhook, Unreadable> {
    let json = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match serde_json::from_slice::<Value>(json) {
        Ok(value) => Ok(understand(&value, body)),
        Err(fault) => {
            let form = form::read(body).filter(is_ours);
            form.map(|value| understand(&value, body)).ok_or_else(|| Unreadable { reason: fault.to_string() })
        }
    }
}

/// A form has to show one of the shapes; nearly any text with a `=` in it is a form.
fn is_ours(value: &Value) -> bool {
    let has_event = lenient::id(value, "event").is_some();
    has_event || lenient::object(value, "AccountStatus").is_some() || is_hosted_auth(value)
}

fn is_hosted_auth(value: &Value) -> bool {
    lenient::id(value, "status").is_some() && lenient::id(value, "account_id").is_some()
}

/// Routes by shape; what lacks an indispensable field is unknown.
fn understand(value: &Value, body: &[u8]) -> Webhook {
    let event = lenient::id(value, "event");
    let understood = match event.as_deref() {
        _ if lenient::object(value, "AccountStatus").is_some() => account_status(value),
        Some("new_relation") => new_relation(value),
        Some(event) if event.starts_with("message_") => messaging(event, value),
        Some(_) => None,
        None if is_hosted_auth(value) => hosted_auth(value),
        None => None,
    };
    understood.unwrap_or_else(|| {
        let event =
            event.unwrap_or_else(|| NAMELESS.to_owned()).chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
        Webhook { incoming: Incoming::Unknown { event }, dedup: Some(fingerprint(&[b"unknown", body])) }
    })
}

fn account_status(value: &Value) -> Option<Webhook> {
    let status = lenient::object(value, "AccountStatus")?;
    let account = ProviderAccount(lenient::id(status, "account_id")?);
    let word = lenient::id(status, "message")?.to_ascii_uppercase();
    Some(Webhook { incoming: Incoming::AccountStatus { account, word }, dedup: None })
}

fn hosted_auth(value: &Value) -> Option<Webhook> {
    let account = ProviderAccount(lenient::id(value, "account_id")?);
    let word = lenient::id(value, "status")?.to_ascii_uppercase();
    let name = lenient::text(value, "name");
    Some(Webhook { incoming: Incoming::HostedAuth { account, word, name }, dedup: None })
}

fn new_relation(value: &Value) -> Option<Webhook> {
    const NAMES: [&str; 3] = ["user_provider_id", "provider_id", "member_id"];
    const SLUGS: [&str; 2] = ["user_public_identifier", "public_identifier"];
    // Flat by all documents; `user: {…}` and `relation: {…}` are third-party hearsay.
    let mut shapes = std::iter::once(value).chain(["user", "relation"].iter().filter_map(|key| lenient::object(value, key)));
    let shape = shapes.find(|shape| lenient::first_id(shape, &NAMES).is_some())?;
    let account = ProviderAccount(lenient::id(value, "account_id")?);
    let person = ProviderId(lenient::first_id(shape, &NAMES)?);
    let whose = if is_planted(Bug::DedupWithoutAccount) { "" } else { account.as_str() };
    let dedup = fingerprint(&[b"new_relation", whose.as_bytes(), person.as_str().as_bytes()]);
    let public_identifier = lenient::first_id(shape, &SLUGS);
    let at = lenient::time(value, "timestamp");
    Some(Webhook { incoming: Incoming::Relation { account, person, public_identifier, at }, dedup: Some(dedup) })
}

fn messaging(event: &str, value: &Value) -> Option<Webhook> {
    let account = ProviderAccount(lenient::id(value, "account_id")?);
    let message = RemoteId(lenient::id(value, "message_id")?);
    let chat = ChatId(lenient::id(value, "chat_id")?);
    let owner = Owner::read(value);
    let sender = lenient::object(value, "sender");
    let is_own = is_own(value, sender, &owner);
    let counterparts = counterparts(value, sender, is_own, &owner);
    let at = lenient::time(value, "timestamp");
    let talk = Talk { account, channel: channel(value), chat, at, sender: sender.and_then(party), counterparts };
    let dedup = dedup(event, value, &talk, &message);
    let text = lenient::text(value, "message");
    let incoming = match event {
        "message_received" => Incoming::Message(Box::new(IncomingMessage {
            id: message,
            text,
            is_own,
            kind: kind(value),
            is_event: is_event(value),
            is_group: lenient::flag(value, "is_group").unwrap_or_else(|| is_group_chat(value)),
            is_sponsored: matches!(lenient::text(value, "chat_content_type").as_deref(), Some("sponsored" | "linkedin_offer")),
            talk,
        })),
        // The account reading what somebody wrote to it is no sign from that person.
        "message_read" if lenient::object(value, "read_by").is_some_and(|by| owner.is(by)) => return None,
        "message_read" => Incoming::Read { message, talk },
        "message_delivered" => Incoming::Delivered { message, talk },
        "message_reaction" => {
            let by = lenient::object(value, "reaction_sender");
            let is_own = by.is_some_and(|by| owner.is(by));
            let by = by.and_then(party).map(|party| party.id);
            Incoming::Reaction { message, emoji: emoji(value)?, by, is_own, talk }
        }
        "message_edited" => Incoming::Edited { message, text, talk },
        "message_deleted" => Incoming::Deleted { message, talk },
        _ => return None,
    };
    Some(Webhook { incoming, dedup: Some(dedup) })
}

/// `(account, event, message)`, with the reaction and its sender, or the time of the edit.
fn dedup(event: &str, value: &Value, talk: &Talk, message: &RemoteId) -> Fingerprint {
    let more = match event {
        "message_reaction" => {
            let by = lenient::object(value, "reaction_sender").and_then(party).map(|party| party.id.0);
            vec![emoji(value).unwrap_or_default(), by.unwrap_or_default()]
        }
        // Without a time the new text tells one edit from the next.
        "message_edited" => vec![match talk.at {
            Some(at) => at.iso_ms(),
            None => lenient::text(value, "message").unwrap_or_default(),
        }],
        _ => Vec::new(),
    };
    let mut parts: Vec<&[u8]> = vec![b"message", talk.account.as_str().as_bytes(), event.as_bytes(), message.as_str().as_bytes()];
    parts.extend(more.iter().map(String::as_bytes));
    fingerprint(&parts)
}

/// POSTPRESS.md §2.2, the first two tests; the third needs the account's own id and is the caller's. Absent ids are
/// never equal.
fn is_own(value: &Value, sender: Option<&Value>, owner: &Owner) -> Option<bool> {
    let said = lenient::flag(value, "is_sender");
    said.or_else(|| sender.filter(|sender| owner.is(sender)).map(|_| true))
}

/// The account itself, by what `account_info` tells of it.
struct Owner {
    id: Option<String>,
    digits: Option<String>,
}

impl Owner {
    fn read(value: &Value) -> Self {
        let about = lenient::object(value, "account_info");
        let id = about.and_then(|about| lenient::id(about, "user_id"));
        let digits =
            about.and_then(|about| lenient::id(about, "phone_number")).and_then(|number| identity::phone_digits(&number));
        Self { id, digits }
    }

    /// Certainly the account itself; false where that cannot be told.
    fn is(&self, attendee: &Value) -> bool {
        let says_so = lenient::object(attendee, "attendee_specifics").and_then(|about| lenient::text(about, "network_distance"));
        let same_id = self.id.is_some() && lenient::id(attendee, "attendee_provider_id") == self.id;
        let same_digits = self.digits.is_some() && digits(attendee) == self.digits;
        same_id || same_digits || says_so.as_deref() == Some("SELF")
    }
}

/// Everybody but the account. The sender of what is certainly not own comes first, also when the list forgets them.
fn counterparts(value: &Value, sender: Option<&Value>, is_own: Option<bool>, owner: &Owner) -> Vec<Party> {
    let sending = sender.and_then(party);
    let own_sender = sending.as_ref().filter(|_| is_own == Some(true)).map(|party| party.id.clone());
    let mut parties: Vec<Party> = Vec::new();
    if is_own == Some(false) {
        parties.extend(sending);
    }
    // A group may have thousands: nobody is looked for among all who came before.
    let mut known: BTreeSet<ProviderId> = parties.iter().map(|party| party.id.clone()).collect();
    for attendee in lenient::list(value, "attendees") {
        let Some(party) = party(attendee) else { continue };
        if !owner.is(attendee) && own_sender.as_ref() != Some(&party.id) && known.insert(party.id.clone()) {
            parties.push(party);
        }
    }
    parties
}

/// An attendee by all names. One without a provider id goes by the public identifier; without either, is nobody.
fn party(attendee: &Value) -> Option<Party> {
    let public_identifier = lenient::id(attendee, "attendee_public_identifier");
    let id = lenient::id(attendee, "attendee_provider_id").or_else(|| public_identifier.clone())?;
    let name = lenient::text(attendee, "attendee_name");
    Some(Party { id: ProviderId(id), public_identifier, digits: digits(attendee), name })
}

/// The phone number, from whichever place shows it. A `…@lid` is none, and neither is the word `hidden`.
fn digits(attendee: &Value) -> Option<String> {
    let of_jid = |key| lenient::id(attendee, key).filter(|id| id.contains('@')).and_then(|id| identity::phone_digits(&id));
    let shown = || {
        let about = lenient::object(attendee, "attendee_specifics")?;
        identity::phone_digits(&lenient::id(about, "phone_number")?)
    };
    of_jid("attendee_public_identifier").or_else(shown).or_else(|| of_jid("attendee_provider_id"))
}

fn channel(value: &Value) -> Option<Channel> {
    let about = lenient::object(value, "account_info");
    let word = lenient::id(value, "account_type").or_else(|| lenient::id(about?, "type"))?;
    Channel::from_word(&word.to_ascii_lowercase())
}

fn kind(value: &Value) -> MessageKind {
    match lenient::text(value, "message_type").as_deref() {
        Some("INVITATION") => MessageKind::Invitation,
        Some("INMAIL") => MessageKind::Inmail,
        Some("INMAIL_REPLY") => MessageKind::InmailReply,
        Some("INMAIL_ACCEPT") => MessageKind::InmailAccept,
        Some("INMAIL_DECLINE") => MessageKind::InmailDecline,
        Some(_) | None => MessageKind::Message,
    }
}

/// `is_event`; where it is missing, an `event_type` (an integer) says so too.
fn is_event(value: &Value) -> bool {
    lenient::flag(value, "is_event").unwrap_or_else(|| lenient::count(value, "event_type").is_some())
}

fn is_group_chat(value: &Value) -> bool {
    lenient::id(value, "provider_chat_id").is_some_and(|id| id.ends_with("@g.us"))
}

/// None: taken back, or not told.
fn emoji(value: &Value) -> Option<String> {
    let nested = || lenient::text(lenient::object(value, "reaction")?, "value");
    lenient::text(value, "reaction").or_else(nested)
}
