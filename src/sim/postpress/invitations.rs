//! `/users/invite…`: sending, listing, withdrawing (POSTPRESS.md §1.5), with the refusals of §4.

use crate::model::account::{Channel, Tier};
use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::people::identity;
use crate::sim::postpress::account::Account;
use crate::sim::postpress::call::{Refusal, Reply};
use crate::sim::postpress::ledger::Kind;
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::{Ending, Invitation, State, numeric, opaque};
use serde_json::{Value, json};

/// A withdrawn invitation blocks the person for about three weeks (POSTPRESS.md §3).
const BLOCKED_MS: i64 = 21 * DAY_MS;
/// What LinkedIn lets through in a rolling day and week.
const DAILY_MAX: usize = 100;
const WEEKLY_MAX: usize = 200;
/// When the received invitations came: 2026-01-01, before anything a sandbox does.
const RECEIVED_AT: Timestamp = Timestamp(1_767_225_600_000);

impl Desk<'_> {
    /// Every invitation route.
    pub fn invitations(&mut self, path: &[&str]) -> Result<Reply, Refusal> {
        match (self.call.method.as_str(), path) {
            ("POST", ["users", "invite"]) => self.invite(),
            ("GET", ["users", "invite", "sent"]) => self.invitations_sent(),
            ("DELETE", ["users", "invite", "sent", id]) => self.withdraw(id),
            ("GET", ["users", "invite", "received"]) => self.invitations_received(),
            ("POST", ["users", "invite", "received", id]) => self.answer_invitation(id),
            _ => Err(Refusal::not_found("route")),
        }
    }

    fn invite(&mut self) -> Result<Reply, Refusal> {
        let (account, person) = (self.call.needed("account_id")?, self.call.needed("provider_id")?);
        let note = self.call.field("message").filter(|note| !note.is_empty());
        let account = self.state().account(&account)?.clone();
        account.usable()?;
        let key = self.invitee(&account, &person)?;
        may_be_noted(&account, note.as_deref())?;
        self.may_invite(&account, &key)?;
        let effects = self.state().effects.to_string();
        let id = numeric(&["invitation", &account.seed.id, &key, &effects]);
        let mut line = self.line(Kind::Invite, &account.seed.id, &key, id.clone());
        line.text = note;
        self.perform(line)?;
        let mut answer = json!({"object": "UserInvitationSent", "invitation_id": id});
        let percent = self.sent_since(&account.seed.id, 7 * DAY_MS) * 100 / WEEKLY_MAX;
        let landed = self.sent_since(&account.seed.id, 7 * DAY_MS).saturating_sub(1) * 100 / WEEKLY_MAX;
        if let (Some(object), Some(usage)) =
            (answer.as_object_mut(), [95, 90, 75, 50].into_iter().find(|step| landed < *step && percent >= *step))
        {
            object.insert("usage".to_owned(), json!(usage));
        }
        Ok(Reply::json(200, answer))
    }

    fn invitee(&self, account: &Account, id: &str) -> Result<String, Refusal> {
        match account.seed.channel {
            Channel::Linkedin if id.starts_with("ACo") || id.starts_with("ADo") => self.state().person_key(Channel::Linkedin, id),
            Channel::Linkedin => {
                Err(Refusal::new(400, "invalid_parameters", "provider_id is not in the format this provider uses"))
            }
            Channel::Instagram => self.state().person_key(Channel::Instagram, id),
            Channel::Whatsapp | Channel::Messenger | Channel::Telegram => {
                Err(Refusal::new(422, "invalid_account", "this provider knows no invitations"))
            }
        }
    }

    fn may_invite(&self, account: &Account, key: &str) -> Result<(), Refusal> {
        let id = &account.seed.id;
        if account.key == key {
            return Err(Refusal::new(422, "cannot_invite_attendee", "an account cannot invite itself"));
        }
        if self.state().is_relation(id, key) {
            return Err(Refusal::new(422, "already_connected", "they are connected already"));
        }
        match self.state().invitation(id, key).map(|invitation| invitation.end) {
            Some(Ending::Pending) => {
                return Err(Refusal::new(422, "already_invited_recently", "an invitation to this person is pending"));
            }
            Some(Ending::Withdrawn(at)) if self.now.since_ms(at) < BLOCKED_MS => {
                return Err(Refusal::new(422, "already_invited_recently", "this person was invited not long ago"));
            }
            Some(Ending::Withdrawn(_) | Ending::Accepted(_)) | None => {}
        }
        if self.sent_since(id, DAY_MS) >= DAILY_MAX || self.sent_since(id, 7 * DAY_MS) >= WEEKLY_MAX {
            return Err(Refusal::new(422, "cannot_resend_yet", "a temporary limit of the provider has been reached, try later"));
        }
        Ok(())
    }

    fn sent_since(&self, account: &str, window_ms: i64) -> usize {
        let since = |invitation: &&Invitation| self.now.since_ms(invitation.at) < window_ms;
        self.state().invitations.iter().rev().take_while(since).filter(|invitation| invitation.account == account).count()
    }

    fn invitations_sent(&self) -> Result<Reply, Refusal> {
        let account = self.state().account(self.call.needed_query("account_id")?)?.clone();
        let ask = Ask::read(self.call, Mark::Number, 250, 100, &["account_id"])?;
        let until = self.seen_until();
        let sent = self.state().invitations.iter().rev().filter(|invitation| invitation.account == account.seed.id);
        let rows = sent.filter(|invitation| invitation.end == Ending::Pending && (self.lag_ms == 0 || invitation.at <= until));
        let rows = rows.map(|invitation| Row { id: invitation.id.clone(), at: invitation.at, item: invitation }).collect();
        Ok(ask.page("InvitationList", rows, |invitation| invitation_view(self.state(), &account, invitation, self.now)))
    }

    fn invitations_received(&self) -> Result<Reply, Refusal> {
        let account = self.state().account(self.call.needed_query("account_id")?)?.clone();
        let ask = Ask::read(self.call, Mark::Number, 100, 10, &["account_id"])?;
        let rows =
            self.received(&account).into_iter().map(|received| Row { id: received.id.clone(), at: received.at, item: received });
        Ok(ask.page("InvitationList", rows.collect(), |received| received_view(self.state(), &account, received, self.now)))
    }

    /// Two people have asked each LinkedIn account to connect, and wait for an answer.
    fn received(&self, account: &Account) -> Vec<Invitation> {
        let callers = if account.seed.channel == Channel::Linkedin { 2 } else { 0 };
        let one = |n: i64| {
            let person = format!("caller-{n}-{}", account.seed.id.replace('_', "-"));
            let (id, account) = (numeric(&["received", &account.seed.id, &person]), account.seed.id.clone());
            Invitation {
                id,
                account,
                person,
                note: (n == 1).then(|| "We met at the fair.".to_owned()),
                at: RECEIVED_AT.plus_ms(n * DAY_MS),
                end: Ending::Pending,
            }
        };
        (1..=callers).map(one).filter(|received| !self.state().answered.contains(&received.id)).collect()
    }

    fn answer_invitation(&mut self, id: &str) -> Result<Reply, Refusal> {
        let (account, action) = (self.call.needed("account_id")?, self.call.needed("action")?);
        let account = self.state().linkedin_account(&account)?.clone();
        account.usable()?;
        let found = self.received(&account).into_iter().find(|received| received.id == id);
        let found = found.ok_or_else(|| Refusal::not_found("invitation"))?;
        if self.call.needed("shared_secret")? != secret(&found) {
            return Err(Refusal::new(400, "invalid_parameters", "shared_secret is not this invitation's"));
        }
        let status = match action.as_str() {
            "accept" => "ACCEPTED",
            "decline" => "DECLINED",
            _ => return Err(Refusal::new(400, "invalid_parameters", "action is accept or decline")),
        };
        if action == "accept" {
            self.core.state.connect(&account.seed.id, &found.person, self.now);
        }
        self.core.state.answered.insert(found.id);
        Ok(Reply::json(200, json!({"object": "UserInvitationHandled", "status": status})))
    }

    fn withdraw(&mut self, id: &str) -> Result<Reply, Refusal> {
        let account = self.state().account(&self.query_account()?)?.clone();
        account.usable()?;
        if !id.chars().all(|c| c.is_ascii_digit()) {
            return Err(Refusal::new(400, "invalid_parameters", "this is no invitation's id"));
        }
        let pending = |known: &&Invitation| known.id == id && known.account == account.seed.id && known.end == Ending::Pending;
        let found = self.state().invitations.iter().find(pending).cloned().ok_or_else(|| Refusal::not_found("invitation"))?;
        let line = self.line(Kind::Withdraw, &account.seed.id, &found.person, found.id);
        self.perform(line)?;
        Ok(Reply::json(200, json!({"object": "InvitationCanceled"})))
    }
}

/// 300 characters; 200 without Premium (POSTPRESS.md §1.5).
fn may_be_noted(account: &Account, note: Option<&str>) -> Result<(), Refusal> {
    let most = if account.seed.tier == Tier::Classic { 200 } else { 300 };
    if note.is_some_and(|note| note.encode_utf16().count() > most) {
        return Err(Refusal::new(400, "too_many_characters", format!("the note is longer than {most} characters")));
    }
    Ok(())
}

fn invitation_view(state: &State, account: &Account, invitation: &Invitation, now: Timestamp) -> Value {
    let channel = account.seed.channel;
    let person = state.directory.person(&invitation.person);
    let days = now.since_ms(invitation.at) / DAY_MS;
    let date = if days < 1 { "Sent today".to_owned() } else { format!("Sent {days} days ago") };
    json!({
        "object": "InvitationSent", "id": invitation.id, "invited_user": person.name(),
        "invited_user_id": identity::provider_id(channel, &invitation.person),
        "invited_user_public_id": identity::public_identifier(channel, &invitation.person),
        "invited_user_description": person.headline, "date": date, "parsed_datetime": invitation.at.iso_ms(),
        "invitation_text": invitation.note,
        "inviter": {"inviter_name": account.seed.name, "inviter_id": account.own_id(), "inviter_public_identifier": account.key, "inviter_description": null},
    })
}

/// Proves to LinkedIn that the invitation was read.
fn secret(received: &Invitation) -> String {
    opaque(&["secret", &received.id])
}

/// The `InvitationReceived` object: the account is who was invited.
fn received_view(state: &State, account: &Account, received: &Invitation, now: Timestamp) -> Value {
    let person = state.directory.person(&received.person);
    json!({
        "object": "InvitationReceived", "id": received.id, "invited_user": account.seed.name, "invited_user_id": account.own_id(),
        "invited_user_public_id": account.key, "invited_user_description": null,
        "date": format!("Received {} days ago", now.since_ms(received.at) / DAY_MS), "parsed_datetime": received.at.iso_ms(),
        "invitation_text": received.note,
        "inviter": {
            "inviter_name": person.name(), "inviter_id": identity::provider_id(Channel::Linkedin, &received.person),
            "inviter_public_identifier": identity::public_identifier(Channel::Linkedin, &received.person), "inviter_description": person.headline,
        },
        "specifics": {"provider": "LINKEDIN", "shared_secret": secret(received)},
    })
}
