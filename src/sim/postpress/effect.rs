//! The fold: what one ledger line changes. The only door by which our effects enter the world, live and at a restart.

use crate::sim::people::behaviour;
use crate::sim::postpress::ledger::{Kind, Line};
use crate::sim::postpress::state::{Chat, Due, Ending, Invitation, Message, State};

impl State {
    /// Lets the effect happen; the world must have been advanced to its time.
    pub fn fold(&mut self, line: &Line) {
        self.effects += 1;
        match line.kind {
            Kind::Invite => self.fold_invite(line),
            Kind::Withdraw => {
                if let Some(found) =
                    self.invitations.iter_mut().find(|known| known.id == line.provider_id && known.end == Ending::Pending)
                {
                    found.end = Ending::Withdrawn(line.time());
                }
            }
            Kind::Message => self.fold_message(line, "MESSAGE"),
            Kind::Inmail => self.fold_message(line, "INMAIL"),
            Kind::Group => self.fold_group(line),
            Kind::Reaction => {
                let how = line.detail.clone().unwrap_or_default();
                match self.messages.get_mut(&line.provider_id) {
                    Some(message) => {
                        // One reaction a person and message: a new one takes the old one's place.
                        message.reactions.retain(|(_, by)| by.is_some());
                        message.reactions.push((how, None));
                    }
                    None => {
                        self.reacted.insert((line.provider_id.clone(), line.account.clone()), how);
                    }
                }
            }
            Kind::Comment => *self.comments.entry(line.provider_id.clone()).or_default() += 1,
            Kind::Endorse => {
                let skill = line.detail.as_deref().and_then(|skill| skill.parse().ok()).unwrap_or_default();
                self.endorsed.insert((line.account.clone(), self.line_person(line), skill));
            }
            Kind::View | Kind::Follow => {}
        }
    }

    fn fold_invite(&mut self, line: &Line) {
        let (person, at) = (self.line_person(line), line.time());
        let pair = (line.account.clone(), person.clone());
        let nth = if self.invited.contains_key(&pair) { "again" } else { "first" };
        self.invited.insert(pair, self.invitations.len());
        self.invitations.push(Invitation {
            id: line.provider_id.clone(),
            account: line.account.clone(),
            person: person.clone(),
            note: line.text.clone().filter(|note| !note.is_empty()),
            at,
            end: Ending::Pending,
        });
        let who = self.directory.person(&person);
        if let Some(after) = behaviour::accepts(self.directory.seed(), &line.account, &who, nth) {
            self.plan(at.plus_ms(after), Due::Accept { invitation: line.provider_id.clone() });
        }
    }

    fn fold_message(&mut self, line: &Line, kind: &'static str) {
        let at = line.time();
        let mut message = Message { kind, ..Message::own(line.provider_id.clone(), line.text.clone(), at) };
        message.subject.clone_from(&line.subject);
        message.attachments.clone_from(&line.attachments);
        let group = line.chat_id.as_ref().filter(|id| self.chats.get(*id).is_some_and(|chat| chat.is_group));
        if let Some(id) = group.cloned() {
            self.store_in_group(&id, message);
            return;
        }
        let person = self.line_person(line);
        let id = message.id.clone();
        let is_inmail = kind == "INMAIL";
        if is_inmail {
            self.charge_inmail(line, &person);
        }
        self.store_message(&line.account, &person, message);
        let ordinal = self.sent_to(&line.account, &person);
        self.plan_reactions(&id, &person, &line.account, ordinal, is_inmail, at);
    }

    fn charge_inmail(&mut self, line: &Line, person: &str) {
        let api = line.detail.clone().unwrap_or_else(|| "classic".to_owned());
        let is_free = self.directory.person(person).is_open || self.is_relation(&line.account, person);
        if !is_free {
            *self.credits_used.entry((line.account.clone(), api.clone())).or_default() += 1;
        }
        let chat = self.single_chat(&line.account, person, line.time());
        chat.inmail = Some(api);
        chat.subject.clone_from(&line.subject);
    }

    fn fold_group(&mut self, line: &Line) {
        let Some(id) = line.chat_id.clone() else { return };
        let channel = self.channel(&line.account);
        let ids = line.recipient_id.split(',').filter(|id| !id.is_empty());
        let people = ids.filter_map(|id| crate::sim::people::identity::key(channel, id)).collect();
        let mut chat = Chat::new(id.clone(), &line.account, channel, people, line.time());
        chat.is_group = true;
        chat.subject.clone_from(&line.subject);
        self.chats.insert(id.clone(), chat);
        let mut message = Message::own(line.provider_id.clone(), line.text.clone(), line.time());
        message.attachments.clone_from(&line.attachments);
        self.store_in_group(&id, message);
    }

    fn store_in_group(&mut self, chat: &str, mut message: Message) {
        let Some(found) = self.chats.get_mut(chat) else { return };
        chat.clone_into(&mut message.chat);
        found.messages.push(message.id.clone());
        let account = found.account.clone();
        self.tell_message(message.at, &account, "message_received", &message.id);
        self.messages.insert(message.id.clone(), message);
    }
}
