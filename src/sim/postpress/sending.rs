//! `POST /chats` and `POST /chats/{id}/messages`: whatever is said to people (POSTPRESS.md §1.6).

use crate::model::account::Channel;
use crate::sim::people::{behaviour, identity};
use crate::sim::postpress::account::Account;
use crate::sim::postpress::call::{Refusal, Reply, Upload};
use crate::sim::postpress::ledger::{Kind, Line, Sent};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::{State, opaque};
use serde_json::json;
use std::sync::Arc;

/// The default cap of an attachment.
const ATTACHMENT_MAX: usize = 15 * 1024 * 1024;
/// What LinkedIn takes as one message, and as one InMail.
const MESSAGE_CHARACTERS_MAX: usize = 8_000;
const INMAIL_CHARACTERS_MAX: usize = 1_900;

impl Desk<'_> {
    /// `POST /chats`: the existing 1-to-1 chat is used again, several attendees make a group.
    pub fn start_chat(&mut self) -> Result<Reply, Refusal> {
        let account = self.call.needed("account_id")?;
        let attendees: Vec<String> = self.call.fields("attendees_ids").into_iter().filter(|id| !id.is_empty()).collect();
        let account = self.state().account(&account)?.clone();
        account.usable()?;
        let is_inmail = self.call.field("linkedin[inmail]").is_some_and(|flag| flag == "true" || flag == "1");
        let people = attendees.iter().map(|id| self.attendee(&account, id)).collect::<Result<Vec<_>, _>>()?;
        self.check_content(is_inmail)?;
        match people.as_slice() {
            [] => Err(Refusal::new(400, "missing_parameters", "the body lacks attendees_ids")),
            [person] if is_inmail => self.inmail(&account, person),
            [person] => {
                let chat = State::chat_id(&account.seed.id, person);
                self.may_write(&account, person)?;
                self.say(&account, person, &chat, "ChatStarted")
            }
            _ => self.group(&account, &people),
        }
    }

    /// `POST /chats/{id}/messages`
    pub fn send_message(&mut self, chat: &str) -> Result<Reply, Refusal> {
        let found = self.chat(chat)?.clone();
        let account = self.state().account(&found.account)?.clone();
        if self.call.field("account_id").is_some_and(|guard| !guard.is_empty() && guard != account.seed.id) {
            return Err(Refusal::new(403, "account_mismatch", "this chat belongs to another account"));
        }
        account.usable()?;
        self.check_content(false)?;
        let Some(person) = found.people.first() else {
            return Err(Refusal::new(422, "cant_send_message", "nobody is in this chat"));
        };
        if !found.is_group {
            self.may_write(&account, person)?;
        }
        self.say(&account, person, &found.id, "MessageSent")
    }

    fn attendee(&self, account: &Account, id: &str) -> Result<String, Refusal> {
        let wrong = || Refusal::new(422, "invalid_recipient", "this id is not one that chats are started with");
        let fits = match account.seed.channel {
            Channel::Linkedin => identity::is_linkedin_id(id),
            Channel::Whatsapp => id.ends_with("@s.whatsapp.net") || id.ends_with("@lid"),
            // Chats need the messaging id, not the profile's (POSTPRESS.md §5).
            Channel::Instagram => !id.starts_with("igp_"),
            Channel::Messenger | Channel::Telegram => true,
        };
        if fits { self.state().person_key(account.seed.channel, id) } else { Err(wrong()) }
    }

    fn check_content(&self, is_inmail: bool) -> Result<(), Refusal> {
        let text = self.call.field("text").unwrap_or_default();
        if text.is_empty() && self.call.files().is_empty() {
            return Err(Refusal::new(400, "missing_parameters", "a message needs a text or a file"));
        }
        let most = if is_inmail { INMAIL_CHARACTERS_MAX } else { MESSAGE_CHARACTERS_MAX };
        if text.encode_utf16().count() > most {
            return Err(Refusal::new(400, "too_many_characters", format!("the text is longer than {most} characters")));
        }
        if self.call.files().iter().any(|file| file.bytes.len() > ATTACHMENT_MAX) {
            return Err(Refusal::new(400, "content_too_large", "an attachment is larger than 15 MB"));
        }
        Ok(())
    }

    /// On LinkedIn only relations, and people who answered an InMail; elsewhere everybody.
    fn may_write(&self, account: &Account, person: &str) -> Result<(), Refusal> {
        let state = self.state();
        let chat = state.chats.get(&State::chat_id(&account.seed.id, person));
        let has_answered = chat.is_some_and(|chat| state.has_answered(chat));
        if account.seed.channel != Channel::Linkedin || has_answered || state.is_relation(&account.seed.id, person) {
            return Ok(());
        }
        Err(Refusal::new(422, "no_connection_with_recipient", "not a first-degree contact of this account"))
    }

    fn inmail(&mut self, account: &Account, person: &str) -> Result<Reply, Refusal> {
        if account.seed.channel != Channel::Linkedin {
            return Err(Refusal::new(422, "invalid_account", "only LinkedIn accounts send InMails"));
        }
        let api = self.call.field("linkedin[api]").filter(|api| !api.is_empty()).unwrap_or_else(|| "classic".to_owned());
        let is_free = self.state().directory.person(person).is_open || self.state().is_relation(&account.seed.id, person);
        match self.state().credits(account, &api) {
            None if is_free && api == "classic" => {}
            None => return Err(Refusal::new(403, "feature_not_subscribed", format!("{api} is not subscribed by this account"))),
            Some(left) if left <= 0 && !is_free => {
                return Err(Refusal::new(422, "insufficient_credits", "no InMail credit left"));
            }
            Some(_) => {}
        }
        let chat = State::chat_id(&account.seed.id, person);
        let mut line = self.spoken(Kind::Inmail, account, person, &chat);
        line.detail = Some(api);
        self.send(line, "ChatStarted")
    }

    fn group(&mut self, account: &Account, people: &[String]) -> Result<Reply, Refusal> {
        for person in people {
            self.may_write(account, person)?;
        }
        let chat = opaque(&["group", &account.seed.id, &self.state().effects.to_string()]);
        let Some(first) = people.first() else { return Err(Refusal::not_found("person")) };
        let mut line = self.spoken(Kind::Group, account, first, &chat);
        let channel = account.seed.channel;
        let joined = |id: &dyn Fn(&String) -> String| people.iter().map(id).collect::<Vec<_>>().join(",");
        line.recipient = joined(&|key| self.state().recipient(channel, key));
        line.recipient_id = joined(&|key| identity::provider_id(channel, key));
        self.send(line, "ChatStarted")
    }

    fn say(&mut self, account: &Account, person: &str, chat: &str, object: &str) -> Result<Reply, Refusal> {
        let line = self.spoken(Kind::Message, account, person, chat);
        self.send(line, object)
    }

    /// The line of whatever the call says, its files kept.
    fn spoken(&mut self, kind: Kind, account: &Account, person: &str, chat: &str) -> Line {
        let id = opaque(&["send", &account.seed.id, chat, &self.state().effects.to_string(), &self.now.0.to_string()]);
        let mut line = self.line(kind, &account.seed.id, person, id);
        line.text = self.call.field("text");
        line.chat_id = Some(chat.to_owned());
        line.subject = self.call.field("subject").filter(|subject| !subject.is_empty());
        line.attachments = self.call.files().iter().map(sent).collect();
        for (file, sent) in self.call.files().iter().zip(&line.attachments) {
            self.core.state.files.entry(sent.hash.clone()).or_insert_with(|| Arc::new(file.bytes.clone()));
        }
        line
    }

    fn send(&mut self, line: Line, object: &str) -> Result<Reply, Refusal> {
        let (message, chat) = (line.provider_id.clone(), line.chat_id.clone());
        self.perform(line)?;
        let mut value = json!({"object": object, "message_id": message});
        if let (Some(fields), "ChatStarted") = (value.as_object_mut(), object) {
            fields.insert("chat_id".to_owned(), json!(chat));
        }
        let mut reply = Reply::json(201, value);
        reply.echo_first = tells_first(self.state().directory.seed(), &message);
        Ok(reply)
    }
}

fn sent(file: &Upload) -> Sent {
    let hash = crate::model::id::fingerprint(&[&file.bytes]).to_string();
    Sent {
        name: file.name.clone(),
        mimetype: file.mimetype.clone(),
        bytes: file.bytes.len(),
        voice: file.field == "voice_message",
        hash,
    }
}

/// One own effect in eight is told before the call that caused it is answered (POSTPRESS.md §2.2).
fn tells_first(seed: u64, id: &str) -> bool {
    behaviour::number(seed, &["echo", id]).is_multiple_of(8)
}
