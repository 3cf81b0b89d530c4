//! What somebody does of their own accord, when a script says so: no behaviour draws it, nothing delays it.

use crate::model::time::Timestamp;
use crate::sim::people::behaviour::Reaction;
use crate::sim::postpress::state::{Ending, Message, State, opaque};

/// Something that happens now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The person accepts our pending invitation, and the provider tells it at once.
    Accept,
    /// The person writes: an answer, or first.
    Write(String),
    /// The person reads our newest message.
    Read,
    /// The person leaves an emoji on our newest message.
    React(String),
    /// The account's owner writes to the person by hand.
    ByHand(String),
    /// The provider signs the account out.
    SignOut,
    /// The account's owner signs in again.
    SignIn,
}

/// Why something cannot happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    #[error("no invitation to them is pending")]
    NotInvited,
    #[error("nothing was sent to them yet")]
    NothingSent,
    #[error("the world has no such account or person")]
    Nobody,
}

impl State {
    /// Lets it happen; the world must have been advanced to `now`.
    pub(super) fn happen(&mut self, account: &str, person: &str, deed: &Deed, now: Timestamp) -> Result<(), Undone> {
        let channel = self.account(account).map_err(|_| Undone::Nobody)?.seed.channel;
        let person = self.person_key(channel, person).map_err(|_| Undone::Nobody)?;
        match deed {
            Deed::Accept => {
                let pending = self.invitation(account, &person).filter(|invitation| invitation.end == Ending::Pending);
                let id = pending.ok_or(Undone::NotInvited)?.id.clone();
                self.accept(&id, now);
                self.outbox.hurry(now);
            }
            Deed::Write(text) => self.write(account, &person, text, now),
            Deed::Read => self.about_newest(account, &person, Reaction::Read, now)?,
            Deed::React(emoji) => self.about_newest(account, &person, Reaction::Emoji { emoji: emoji.clone() }, now)?,
            Deed::ByHand(text) => {
                let id = opaque(&["by hand", account, &person, &self.messages.len().to_string()]);
                self.store_message(account, &person, Message::own(id, Some(text.clone()), now));
            }
            Deed::SignOut => self.set_status(account, "CREDENTIALS", "CREDENTIALS", now),
            Deed::SignIn => self.set_status(account, "OK", "RECONNECTED", now),
        }
        Ok(())
    }

    fn write(&mut self, account: &str, person: &str, text: &str, now: Timestamp) {
        if let Some(to) = self.newest_own(account, person) {
            return self.react(&to, Reaction::Reply { text: text.to_owned() }, now);
        }
        let id = opaque(&["first", account, person, &self.messages.len().to_string()]);
        let message = Message { sender: Some(person.to_owned()), ..Message::own(id, Some(text.to_owned()), now) };
        self.store_message(account, person, message);
    }

    fn about_newest(&mut self, account: &str, person: &str, reaction: Reaction, now: Timestamp) -> Result<(), Undone> {
        let newest = self.newest_own(account, person).ok_or(Undone::NothingSent)?;
        self.react(&newest, reaction, now);
        Ok(())
    }

    /// The newest message of ours in the 1-to-1 chat; an invitation's note is none.
    fn newest_own(&self, account: &str, person: &str) -> Option<String> {
        let chat = self.chats.get(&Self::chat_id(account, person))?;
        let messages = chat.messages.iter().rev().filter_map(|id| self.messages.get(id));
        messages
            .into_iter()
            .find(|message| message.sender.is_none() && message.kind != "INVITATION")
            .map(|found| found.id.clone())
    }
}
