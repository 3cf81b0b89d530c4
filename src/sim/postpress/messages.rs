//! `/messages…` and `/chat_attendees…`.

use crate::model::account::Channel;
use crate::model::time::Timestamp;
use crate::sim::people::identity;
use crate::sim::postpress::call::{Content, Refusal, Reply};
use crate::sim::postpress::ledger::Kind;
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::{Chat, Message, State};
use crate::sim::postpress::view::{attachment_id, attendee_id, attendee_view, message_view, sender};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An emoji may be made of several characters: families, flags, skin tones.
const EMOJI_CHARACTERS_MAX: usize = 12;

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

    /// `POST /messages/{id}/reaction`: an emoji on a message, on the channels that know that.
    pub fn react_to_message(&mut self, id: &str) -> Result<Reply, Refusal> {
        let emoji = self.call.needed("reaction")?;
        let chat = self.state().chats.get(&self.message(id)?.chat).cloned().ok_or_else(|| Refusal::not_found("chat"))?;
        self.state().account(&chat.account)?.usable()?;
        if !matches!(chat.channel, Channel::Linkedin | Channel::Whatsapp) {
            return Err(Refusal::new(501, "feature_not_implemented", "this channel takes no reactions"));
        }
        if emoji.chars().count() > EMOJI_CHARACTERS_MAX || emoji.chars().any(|c| c.is_ascii_alphanumeric()) {
            return Err(Refusal::new(400, "invalid_parameters", "reaction is an emoji"));
        }
        let person = chat.people.first().cloned().unwrap_or_default();
        let mut line = self.line(Kind::Reaction, &chat.account, &person, id.to_owned());
        line.chat_id = Some(chat.id);
        line.detail = Some(emoji);
        self.perform(line)?;
        Ok(Reply::json(200, json!({"object": "MessageReactionAdded", "success": true})))
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
        // Ids of the provider can be read back; only ours have to be compared with everybody's.
        let keys: Vec<(Channel, String)> =
            Channel::ALL.into_iter().flat_map(|channel| wanted.iter().filter_map(move |id| provider_key(channel, id))).collect();
        let is_known = |chat: &Chat| {
            chat.people.iter().any(|person| keys.iter().any(|(channel, key)| *channel == chat.channel && key == person))
        };
        let is_ours =
            |chat: &Chat| chat.people.iter().any(|person| wanted.contains(&attendee_id(&chat.account, person).as_str()));
        let by_provider = self.state().chats.values().any(is_known);
        let has_any = |chat: &Chat| if by_provider { is_known(chat) } else { is_ours(chat) };
        if !self.state().chats.values().any(has_any) {
            return Err(Refusal::not_found("attendee"));
        }
        self.chat_list(has_any)
    }
}

/// The key an id of the provider's means; none: it is something else, a name or an id of ours.
fn provider_key(channel: Channel, id: &str) -> Option<(Channel, String)> {
    let key = identity::key(channel, id)?;
    let is_provider = id == identity::provider_id(channel, &key)
        || id == identity::messaging_id(channel, &key)
        || (channel == Channel::Linkedin && identity::is_linkedin_id(id));
    is_provider.then_some((channel, key))
}
