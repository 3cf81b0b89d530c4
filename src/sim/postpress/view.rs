//! How chats, messages and attendees are shown in lists. Flags are 0 or 1 here; webhooks have booleans (`payload`).

use crate::model::account::Channel;
use crate::model::id::draw;
use crate::model::time::Timestamp;
use crate::sim::people::identity;
use crate::sim::postpress::account::Account;
use crate::sim::postpress::ledger::Sent;
use crate::sim::postpress::state::{Chat, Message, State, opaque, provider_own};
use serde_json::{Value, json};

/// When something was last said in it.
pub(super) fn last_at(state: &State, chat: &Chat) -> Timestamp {
    chat.messages.last().and_then(|id| state.messages.get(id)).map_or(chat.created_at, |message| message.at)
}

/// The chat's id at the provider.
pub(super) fn chat_provider_id(chat: &Chat) -> String {
    match (chat.channel, chat.people.as_slice()) {
        (Channel::Whatsapp, [person]) if !chat.is_group => format!("{person}@s.whatsapp.net"),
        (Channel::Whatsapp, _) => format!("{}@g.us", draw(&[chat.id.as_bytes()])),
        _ => provider_own(chat.channel, &chat.id),
    }
}

/// The folders a chat lies in.
pub(super) fn folders(chat: &Chat) -> Vec<String> {
    let mut out = vec!["INBOX".to_owned()];
    if chat.channel == Channel::Linkedin {
        out.push(format!("INBOX_LINKEDIN_{}", chat.inmail.as_deref().unwrap_or("classic").to_uppercase()));
    }
    out
}

/// The `Chat` object.
pub(super) fn chat_view(state: &State, chat: &Chat) -> Value {
    let person = chat.people.first().filter(|_| !chat.is_group);
    let name = match (person, &chat.subject) {
        (None, subject) => subject.clone(),
        (Some(_), _) if chat.channel == Channel::Linkedin => None,
        (Some(person), _) => Some(state.directory.person(person).name()),
    };
    let mut view = json!({
        "object": "Chat", "id": chat.id, "account_id": chat.account, "account_type": chat.channel.word().to_uppercase(),
        "provider_id": chat_provider_id(chat), "name": name, "type": u8::from(chat.is_group), "timestamp": last_at(state, chat).iso_ms(),
        "unread_count": chat.unread, "unread": u8::from(chat.unread > 0), "archived": u8::from(chat.is_archived),
        "pinned": u8::from(chat.is_pinned), "muted_until": if chat.is_muted { json!(-1) } else { Value::Null }, "read_only": 0,
        "disabledFeatures": [], "folder": folders(chat),
    });
    let Some(object) = view.as_object_mut() else { return view };
    if let Some(person) = person {
        object.insert("attendee_provider_id".to_owned(), json!(identity::provider_id(chat.channel, person)));
        object.insert("attendee_public_identifier".to_owned(), json!(identity::public_identifier(chat.channel, person)));
    }
    if let Some(subject) = &chat.subject {
        object.insert("subject".to_owned(), json!(subject));
    }
    if chat.inmail.is_some() {
        object.insert("content_type".to_owned(), json!("inmail"));
    }
    view
}

/// Our id of somebody in the chats of an account.
pub(super) fn attendee_id(account: &str, key: &str) -> String {
    opaque(&["attendee", account, key])
}

/// Key and provider id of whoever wrote it.
pub(super) fn sender(state: &State, chat: &Chat, message: &Message) -> (String, String) {
    let own = || state.account(&chat.account).map(|account| account.key.clone()).unwrap_or_default();
    let key = message.sender.clone().unwrap_or_else(own);
    let id = identity::provider_id(chat.channel, &key);
    (key, id)
}

/// The id of an attachment within its message.
pub(super) fn attachment_id(message: &Message, n: usize, sent: &Sent) -> String {
    opaque(&["attachment", &message.id, &n.to_string(), &sent.hash])
}

/// `img`, `video`, `audio` or `file`.
pub(super) fn attachment_kind(sent: &Sent) -> &'static str {
    match sent.mimetype.split('/').next() {
        Some("image") => "img",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "file",
    }
}

/// The `Message` object. Flags are 0 or 1 here, unlike in webhooks.
pub(super) fn message_view(state: &State, message: &Message) -> Value {
    let Some(chat) = state.chats.get(&message.chat) else { return Value::Null };
    let (key, sender_id) = sender(state, chat, message);
    let counterpart = chat.people.first().map(|person| identity::provider_id(chat.channel, person)).unwrap_or_default();
    let seen_by = if message.is_seen { json!({counterpart: true}) } else { json!({}) };
    let attachments: Vec<Value> =
        message.attachments.iter().enumerate().map(|(n, sent)| attachment_view(message, n, sent)).collect();
    let own_id = || state.account(&chat.account).map(Account::own_id).unwrap_or_default();
    let reaction = |(value, by): &(String, Option<String>)| {
        let sender = by.as_ref().map_or_else(own_id, |by| identity::provider_id(chat.channel, by));
        json!({"value": value, "sender_id": sender, "is_sender": by.is_none()})
    };
    let reactions: Vec<Value> = message.reactions.iter().map(reaction).collect();
    json!({
        "object": "Message", "id": message.id, "message_id": message.id, "provider_id": provider_own(chat.channel, &message.id),
        "account_id": chat.account, "chat_id": chat.id, "chat_provider_id": chat_provider_id(chat), "sender_id": sender_id,
        "sender_attendee_id": attendee_id(&chat.account, &key), "text": message.text, "subject": message.subject,
        "timestamp": message.at.iso_ms(), "is_sender": u8::from(message.sender.is_none()), "attachments": attachments,
        "reactions": reactions, "seen": u8::from(message.is_seen), "seen_by": seen_by, "hidden": 0, "deleted": 0, "edited": 0,
        "is_event": 0, "delivered": u8::from(message.is_delivered || message.sender.is_some()), "behavior": 0,
        "original": "{}", "message_type": message.kind, "attendee_type": "MEMBER", "attendee_distance": 1,
    })
}

fn attachment_view(message: &Message, n: usize, sent: &Sent) -> Value {
    let kind = attachment_kind(sent);
    let mut view = json!({
        "id": attachment_id(message, n, sent), "type": kind, "unavailable": false, "mimetype": sent.mimetype, "file_size": sent.bytes,
        "url": format!("att://{}", attachment_id(message, n, sent)),
    });
    let Some(object) = view.as_object_mut() else { return view };
    match kind {
        "img" => object.extend([("size".to_owned(), json!({"width": 150, "height": 150})), ("sticker".to_owned(), json!(false))]),
        "video" => object.extend([("size".to_owned(), json!({"width": 640, "height": 360})), ("gif".to_owned(), json!(false))]),
        "audio" => object.extend([("voice_note".to_owned(), json!(sent.voice))]),
        _ => object.extend([("file_name".to_owned(), json!(sent.name))]),
    }
    view
}

/// The `ChatAttendee` object.
pub(super) fn attendee_view(state: &State, account: &str, key: &str) -> Value {
    let channel = state.channel(account);
    let own = state.account(account).ok().filter(|account| account.key == key);
    let person = state.directory.person(key);
    let id = identity::provider_id(channel, key);
    let mut view = json!({
        "object": "ChatAttendee", "id": attendee_id(account, key), "account_id": account, "provider_id": id,
        "public_identifier": identity::public_identifier(channel, key),
        "name": own.map_or_else(|| person.name(), |own| own.seed.name.clone()), "is_self": u8::from(own.is_some()), "hidden": 0,
    });
    let Some(object) = view.as_object_mut() else { return view };
    match channel {
        Channel::Linkedin => {
            let distance = if state.is_relation(account, key) { "DISTANCE_1" } else { "DISTANCE_2" };
            let mut specifics = json!({"provider": "LINKEDIN", "member_urn": format!("urn:li:member:{}", member_number(key)), "occupation": person.headline});
            if let (None, Some(specifics)) = (own, specifics.as_object_mut()) {
                specifics.insert("network_distance".to_owned(), json!(distance));
            }
            object.insert("profile_url".to_owned(), json!(format!("https://www.linkedin.com/in/{id}")));
            object.insert("specifics".to_owned(), specifics);
        }
        Channel::Whatsapp => {
            object.insert("specifics".to_owned(), json!({"provider": "WHATSAPP", "phone_number": format!("+{key}"), "lid": id}));
        }
        Channel::Instagram | Channel::Messenger | Channel::Telegram => {}
    }
    view
}

/// The number in `urn:li:member:…`.
pub(super) fn member_number(key: &str) -> String {
    (10_000_000 + draw(&[b"member", key.as_bytes()]) % 900_000_000).to_string()
}
