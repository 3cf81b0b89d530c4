//! `/messages…` and `/chat_attendees…`.

use crate::model::account::Channel;
use crate::model::time::Timestamp;
use crate::sim::people::identity;
use crate::sim::postpress::call::{Content, Refusal, Reply};
use crate::sim::postpress::chats::chat_provider_id;
use crate::sim::postpress::ledger::Sent;
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::profiles::member_number;
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::{Chat, Message, State, opaque, provider_own};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Desk<'_> {
    /// Every route of messages and attendees.
    pub fn messages_and_attendees(&self, path: &[&str]) -> Result<Reply, Refusal> {
        match path {
            ["messages"] => self.message_list(|_| true, None),
            ["messages", id] => Ok(Reply::json(200, message_view(self.state(), self.message(id)?))),
            ["messages", id, "attachments", attachment] => self.attachment(id, attachment),
            ["chat_attendees"] => self.attendee_list(),
            ["chat_attendees", id] => {
                let (account, key) = self.attendee_of(id).ok_or_else(|| Refusal::not_found("attendee"))?;
                Ok(Reply::json(200, attendee_view(self.state(), &account, &key)))
            }
            ["chat_attendees", ids, "chats"] => self.attendee_chats(ids),
            ["chat_attendees", id, "messages"] => {
                let (account, key) = self.attendee_of(id).ok_or_else(|| Refusal::not_found("attendee"))?;
                let chat = State::chat_id(&account, &key);
                self.message_list(|message| message.chat == chat && message.sender.as_ref() == Some(&key), Some(&chat))
            }
            _ => Err(Refusal::not_found("route")),
        }
    }

    /// Messages that hold for `shown` and the filters, newest first; of one chat if it is known.
    pub fn message_list(&self, shown: impl Fn(&Message) -> bool, chat: Option<&str>) -> Result<Reply, Refusal> {
        let ask = Ask::read(self.call, Mark::IdAndDate, 250, 100, &["account_id", "sender_id", "before", "after"])?;
        let state = self.state();
        let until = self.seen_until();
        let is_asked = |message: &&Message| {
            let chat = state.chats.get(&message.chat);
            ask.filter("account_id").is_none_or(|id| chat.is_some_and(|chat| chat.account == id))
                && ask.filter("sender_id").is_none_or(|id| chat.is_some_and(|chat| sender(state, chat, message).1 == id))
                && (self.lag_ms == 0 || message.at <= until)
                && ask.is_within(message.at)
        };
        let ids = chat.and_then(|id| state.chats.get(id)).map(|chat| chat.messages.as_slice());
        let all: Vec<&Message> = match ids {
            Some(ids) => ids.iter().filter_map(|id| state.messages.get(id)).collect(),
            None => state.chats.values().flat_map(|chat| &chat.messages).filter_map(|id| state.messages.get(id)).collect(),
        };
        let mut rows: Vec<Row<&Message>> = all
            .into_iter()
            .filter(|message| shown(message))
            .filter(is_asked)
            .map(|message| Row { id: message.id.clone(), at: message.at, item: message })
            .collect();
        rows.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        Ok(ask.page("MessageList", rows, |message| message_view(state, message)))
    }

    fn message(&self, id: &str) -> Result<&Message, Refusal> {
        self.state().messages.get(id).ok_or_else(|| Refusal::not_found("message"))
    }

    fn attachment(&self, id: &str, attachment: &str) -> Result<Reply, Refusal> {
        let message = self.message(id)?;
        let mut sent = message.attachments.iter().enumerate();
        let found = sent.find(|(n, sent)| attachment_id(message, *n, sent) == attachment).map(|(_, sent)| sent);
        let found = found.ok_or_else(|| Refusal::not_found("attachment"))?;
        let bytes = self.state().files.get(&found.hash).ok_or_else(|| Refusal::not_found("attachment"))?;
        let content = Content::Bytes { mimetype: found.mimetype.clone(), bytes: bytes.as_ref().clone() };
        Ok(Reply { content, ..Reply::json(200, Value::Null) })
    }

    fn attendee_list(&self) -> Result<Reply, Refusal> {
        let ask = Ask::read(self.call, Mark::Id, 250, 100, &["account_id"])?;
        let chats = self
            .state()
            .chats
            .values()
            .filter(|chat| ask.filter("account_id").is_none_or(|ids| ids.split(',').any(|id| id == chat.account)));
        let pairs: BTreeSet<(&String, &String)> =
            chats.flat_map(|chat| chat.people.iter().map(|person| (&chat.account, person))).collect();
        let rows =
            pairs.into_iter().map(|pair| Row { id: attendee_id(pair.0, pair.1), at: Timestamp::default(), item: pair }).collect();
        Ok(ask.page("ChatAttendeeList", rows, |(account, person)| attendee_view(self.state(), account, person)))
    }

    /// Account and key of an attendee by our id.
    fn attendee_of(&self, id: &str) -> Option<(String, String)> {
        let all = self.state().chats.values().flat_map(|chat| chat.people.iter().map(|person| (&chat.account, person)));
        let mut all = all.filter(|(account, person)| {
            attendee_id(account, person) == id || identity::provider_id(self.state().channel(account), person) == id
        });
        all.next().map(|(account, person)| (account.clone(), person.clone()))
    }

    /// `GET /chat_attendees/{ids}/chats`: our ids or the provider's, with commas; 404 while nobody of them was ever synced.
    fn attendee_chats(&self, ids: &str) -> Result<Reply, Refusal> {
        let wanted: Vec<&str> = ids.split(',').collect();
        let means = |chat: &Chat, person: &String| {
            wanted.iter().any(|id| {
                *id == attendee_id(&chat.account, person)
                    || *id == identity::provider_id(chat.channel, person)
                    || *id == identity::messaging_id(chat.channel, person)
                    || (identity::is_linkedin_id(id) && identity::key(Channel::Linkedin, id).as_ref() == Some(person))
            })
        };
        let has_any = |chat: &Chat| chat.people.iter().any(|person| means(chat, person));
        if !self.state().chats.values().any(has_any) {
            return Err(Refusal::not_found("attendee"));
        }
        self.chat_list(has_any)
    }
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
    let reactions: Vec<Value> = message
        .reactions
        .iter()
        .map(|(value, by)| json!({"value": value, "sender_id": identity::provider_id(chat.channel, by), "is_sender": false}))
        .collect();
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
