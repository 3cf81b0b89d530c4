//! `/chats…` but for sending: listing, reading, marking.

use crate::model::time::Timestamp;
use crate::sim::people::identity;
use crate::sim::postpress::call::{Refusal, Reply};
use crate::sim::postpress::messages::{attendee_view, message_view};
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::{Chat, State, provider_own};
use serde_json::{Value, json};

impl Desk<'_> {
    /// The chat of that id, or of that id at the provider; what lists do not show yet is still found by id.
    pub fn chat(&self, id: &str) -> Result<&Chat, Refusal> {
        let state = self.state();
        let by_own = || state.chats.values().find(|chat| chat_provider_id(chat) == id);
        state.chats.get(id).or_else(by_own).ok_or_else(|| Refusal::not_found("chat"))
    }

    /// Every chat route but the sending ones.
    pub fn chats(&mut self, path: &[&str]) -> Result<Reply, Refusal> {
        match (self.call.method.as_str(), path) {
            ("GET", ["chats"]) => self.chat_list(|_| true),
            ("GET", ["chats", id]) => {
                let chat = self.chat(id)?;
                let mut view = chat_view(self.state(), chat);
                let last = chat
                    .messages
                    .last()
                    .and_then(|id| self.state().messages.get(id))
                    .map(|message| message_view(self.state(), message));
                if let Some(object) = view.as_object_mut() {
                    object.insert("lastMessage".to_owned(), last.unwrap_or(Value::Null));
                }
                Ok(Reply::json(200, view))
            }
            ("PATCH", ["chats", id]) => self.patch_chat(id),
            ("GET", ["chats", id, "messages"]) => {
                let chat = self.chat(id)?.id.clone();
                self.message_list(|message| message.chat == chat, Some(&chat))
            }
            ("GET", ["chats", id, "attendees"]) => {
                let chat = self.chat(id)?;
                let own = self.state().account(&chat.account).ok().map(|account| account.key.clone());
                let everybody = chat.people.iter().chain(own.iter());
                let items: Vec<Value> = everybody.map(|key| attendee_view(self.state(), &chat.account, key)).collect();
                Ok(Reply::json(200, json!({"object": "ChatAttendeeList", "items": items, "cursor": null})))
            }
            ("GET", ["chats", id, "sync"]) => {
                let chat = self.chat(id)?;
                Ok(Reply::json(200, json!({"object": "ChatHistorySync", "chat_id": chat.id, "status": "SYNC_DONE"})))
            }
            _ => Err(Refusal::not_found("route")),
        }
    }

    /// Chats that hold for `shown` and the filters, newest first.
    pub fn chat_list(&self, shown: impl Fn(&Chat) -> bool) -> Result<Reply, Refusal> {
        let ask = Ask::read(self.call, Mark::IdAndDate, 250, 100, &["account_id", "account_type", "unread", "before", "after"])?;
        let state = self.state();
        let until = self.seen_until();
        let is_asked = |chat: &&Chat| {
            ask.filter("account_id").is_none_or(|ids| ids.split(',').any(|id| id == chat.account))
                && ask.filter("account_type").is_none_or(|kind| kind.eq_ignore_ascii_case(chat.channel.word()))
                && ask.filter("unread").is_none_or(|unread| (unread == "true") == (chat.unread > 0))
        };
        let mut rows: Vec<Row<&Chat>> = Vec::new();
        for chat in state.chats.values().filter(|chat| shown(chat)).filter(is_asked) {
            let at = last_at(state, chat);
            if ask.is_within(at) && (self.lag_ms == 0 || chat.created_at <= until) && !chat.messages.is_empty() {
                rows.push(Row { id: chat.id.clone(), at, item: chat });
            }
        }
        rows.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        Ok(ask.page("ChatList", rows, |chat| chat_view(state, chat)))
    }

    fn patch_chat(&mut self, id: &str) -> Result<Reply, Refusal> {
        let id = self.chat(id)?.id.clone();
        let action = self.call.needed("action")?;
        let on = self.call.field("value").is_none_or(|value| value == "true" || value == "1");
        let Some(chat) = self.core.state.chats.get_mut(&id) else { return Err(Refusal::not_found("chat")) };
        match action.as_str() {
            "setReadStatus" => chat.unread = u32::from(!on),
            "setArchiveStatus" => chat.is_archived = on,
            "setPinnedStatus" => chat.is_pinned = on,
            "setMuteStatus" => chat.is_muted = on,
            "setLabel" | "getInviteLink" | "addParticipant" | "removeParticipant" => {}
            _ => return Err(Refusal::new(400, "invalid_parameters", "this action is unknown")),
        }
        Ok(Reply::json(200, json!({"object": "ChatPatched"})))
    }
}

/// When something was last said in it.
fn last_at(state: &State, chat: &Chat) -> Timestamp {
    chat.messages.last().and_then(|id| state.messages.get(id)).map_or(chat.created_at, |message| message.at)
}

/// The chat's id at the provider.
pub(super) fn chat_provider_id(chat: &Chat) -> String {
    match (chat.channel, chat.people.as_slice()) {
        (crate::model::account::Channel::Whatsapp, [person]) if !chat.is_group => format!("{person}@s.whatsapp.net"),
        (crate::model::account::Channel::Whatsapp, _) => format!("{}@g.us", crate::model::id::draw(&[chat.id.as_bytes()])),
        _ => provider_own(chat.channel, &chat.id),
    }
}

/// The folders a chat lies in.
pub(super) fn folders(chat: &Chat) -> Vec<String> {
    let mut out = vec!["INBOX".to_owned()];
    if chat.channel == crate::model::account::Channel::Linkedin {
        out.push(format!("INBOX_LINKEDIN_{}", chat.inmail.as_deref().unwrap_or("classic").to_uppercase()));
    }
    out
}

/// The `Chat` object.
fn chat_view(state: &State, chat: &Chat) -> Value {
    let person = chat.people.first().filter(|_| !chat.is_group);
    let name = match (person, &chat.subject) {
        (None, subject) => subject.clone(),
        (Some(_), _) if chat.channel == crate::model::account::Channel::Linkedin => None,
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
