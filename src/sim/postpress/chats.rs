//! `/chats…` but for sending: listing, reading, marking.

use crate::sim::postpress::call::{Refusal, Reply};
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::Chat;
use crate::sim::postpress::view::{attendee_view, chat_provider_id, chat_view, last_at, message_view};
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
