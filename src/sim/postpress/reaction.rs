//! Time passing: what people do when it is due, and what follows from it.

use crate::model::account::Channel;
use crate::model::time::{HOUR_MS, Timestamp};
use crate::sim::people::behaviour::{self, Reaction};
use crate::sim::postpress::outbox::{Event, What};
use crate::sim::postpress::state::{Chat, Due, Ending, Message, Relation, State, opaque};

impl State {
    /// Lets everything happen that is due until `now`, in its order.
    pub fn advance(&mut self, now: Timestamp) {
        while let Some(entry) = self.due.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((at, _), due) = entry.remove_entry();
            match due {
                Due::Accept { invitation } => self.accept(&invitation, at),
                Due::React { message, reaction } => self.react(&message, reaction, at),
                Due::Reconnect { account } => self.set_status(&account, "OK", "RECONNECTED", at),
            }
        }
    }

    /// Plans something.
    pub fn plan(&mut self, at: Timestamp, due: Due) {
        self.due_count += 1;
        self.due.insert((at, self.due_count), due);
    }

    /// When something happens next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    /// Plans what a person does about an own message in a 1-to-1 chat.
    pub fn plan_reactions(&mut self, message: &str, person: &str, account: &str, ordinal: usize, is_inmail: bool, at: Timestamp) {
        let who = self.directory.person(person);
        let seed = self.directory.seed();
        let reactions = if is_inmail {
            behaviour::to_inmail(seed, account, &who, ordinal)
        } else {
            behaviour::to_message(seed, account, &who, ordinal)
        };
        for (after, reaction) in reactions {
            self.plan(at.plus_ms(after), Due::React { message: message.to_owned(), reaction });
        }
    }

    /// Changes an account's word and says so; nothing is said when nothing changes (POSTPRESS.md §2.11).
    pub fn set_status(&mut self, account: &str, status: &str, word: &str, at: Timestamp) {
        let Some(found) = self.accounts.iter_mut().find(|known| known.seed.id == account && known.status != status) else {
            return;
        };
        status.clone_into(&mut found.status);
        self.tell(at, account, What::Status { word: word.to_owned() });
    }

    /// Lets an event be told at once.
    pub fn tell(&mut self, at: Timestamp, account: &str, what: What) {
        self.outbox.push(at, Event { at, account: account.to_owned(), what, copies: 1 });
    }

    /// Lets a messaging event be told at once.
    pub fn tell_message(&mut self, at: Timestamp, account: &str, event: &'static str, message: &str) {
        self.tell(at, account, What::Message { event, message: message.to_owned(), reaction: None });
    }

    /// The person accepts: the invitation leaves the list, the relation appears, the note opens a chat, and the provider
    /// tells it late (POSTPRESS.md §7.4).
    pub(super) fn accept(&mut self, id: &str, at: Timestamp) {
        let Some(found) = self.invitations.iter_mut().find(|known| known.id == id && known.end == Ending::Pending) else {
            return;
        };
        found.end = Ending::Accepted(at);
        let (account, person, note) = (found.account.clone(), found.person.clone(), found.note.clone());
        self.connect(&account, &person, at);
        if let Some(note) = note {
            let message = Message { kind: "INVITATION", ..Message::own(opaque(&["note", id]), Some(note), at) };
            self.store_message(&account, &person, message);
        }
    }

    /// A relation appears.
    pub fn connect(&mut self, account: &str, person: &str, at: Timestamp) {
        if self.is_relation(account, person) {
            return;
        }
        self.relations.entry(account.to_owned()).or_default().push(Relation { person: person.to_owned(), since: at });
        if self.channel(account) != Channel::Linkedin {
            return;
        }
        let lag = behaviour::relation_lag_ms(self.directory.seed(), account, person);
        let event = Event { at, account: account.to_owned(), what: What::Relation { person: person.to_owned() }, copies: 1 };
        self.outbox.push(at.plus_ms(lag.min(8 * HOUR_MS)), event);
    }

    pub(super) fn react(&mut self, id: &str, reaction: Reaction, at: Timestamp) {
        let Some(message) = self.messages.get_mut(id) else { return };
        let Some(chat) = self.chats.get(&message.chat) else { return };
        let (account, Some(person)) = (chat.account.clone(), chat.people.first().cloned()) else { return };
        match reaction {
            Reaction::Delivered => {
                message.is_delivered = true;
                self.tell_message(at, &account, "message_delivered", id);
            }
            Reaction::Read => {
                message.is_delivered = true;
                message.is_seen = true;
                self.tell_message(at, &account, "message_read", id);
            }
            Reaction::Emoji { emoji } => {
                message.reactions.push((emoji.clone(), Some(person.clone())));
                let reaction = Some((emoji, person));
                self.tell(at, &account, What::Message { event: "message_reaction", message: id.to_owned(), reaction });
            }
            Reaction::Takeover { text } => {
                let by_hand = Message::own(opaque(&["by hand", id]), Some(text), at);
                self.store_message(&account, &person, by_hand);
            }
            Reaction::Reply { text } => self.answer(id, &account, person, text, at, "INMAIL_REPLY"),
            Reaction::Decline { text } => self.answer(id, &account, person, text, at, "INMAIL_DECLINE"),
        }
    }

    /// The person writes. An answered InMail gives its credit back.
    fn answer(&mut self, to: &str, account: &str, person: String, text: String, at: Timestamp, inmail_kind: &'static str) {
        let is_inmail = self.messages.get(to).is_some_and(|message| message.kind == "INMAIL");
        let subject = self.messages.get(to).and_then(|message| message.subject.clone());
        let message = Message {
            sender: Some(person.clone()),
            kind: if is_inmail { inmail_kind } else { "MESSAGE" },
            subject: subject.filter(|_| is_inmail),
            ..Message::own(opaque(&["reply", to, &at.0.to_string()]), Some(text), at)
        };
        let api = self.messages.get(to).and_then(|message| self.chats.get(&message.chat)).and_then(|chat| chat.inmail.clone());
        if let (true, Some(api)) = (is_inmail, api) {
            self.credits_used.entry((account.to_owned(), api)).and_modify(|used| *used = (*used - 1).max(0));
        }
        self.store_message(account, &person, message);
    }

    /// Puts a message into the 1-to-1 chat of the pair, which is made if need be, and tells it.
    pub fn store_message(&mut self, account: &str, person: &str, mut message: Message) {
        let chat = self.single_chat(account, person, message.at);
        message.chat.clone_from(&chat.id);
        if message.sender.is_some() {
            chat.unread += 1;
        }
        chat.messages.push(message.id.clone());
        self.tell_message(message.at, account, "message_received", &message.id);
        self.messages.insert(message.id.clone(), message);
    }

    /// The 1-to-1 chat of the pair, made if need be.
    pub fn single_chat(&mut self, account: &str, person: &str, at: Timestamp) -> &mut Chat {
        let id = Self::chat_id(account, person);
        self.single_chats.insert((account.to_owned(), person.to_owned()), id.clone());
        let channel = self.channel(account);
        self.chats.entry(id.clone()).or_insert_with(|| Chat::new(id, account, channel, vec![person.to_owned()], at))
    }
}
