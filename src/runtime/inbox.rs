//! Acting on what came in: a reply, an echo, a takeover, an acceptance, an account's state (RUNTIME.md §5).
//!
//! One row is one cause: the commit that acts on it deletes it. Duplicates, disorder and days of delay are normal.

use crate::connector::contract::{Incoming, IncomingMessage, Talk};
use crate::connector::postpress::webhook;
use crate::machine::classify::classify;
use crate::model::enrollment::Enrollment;
use crate::model::event::{Event, Reply};
use crate::model::id::{ChatId, EnrollmentId, Fingerprint, fingerprint};
use crate::model::intent::Intent;
use crate::model::journal::{Cause, EntryKind, InboxRow, Key, Record};
use crate::model::time::{MINUTE_MS, Timestamp};
use crate::runtime::directory::Listed;
use crate::runtime::draft::Draft;
use crate::runtime::hearing::decide;
use crate::runtime::intend::line;
use crate::runtime::partition::Partition;
use crate::runtime::receive::{self, listed_of};
use crate::runtime::routes::{chat_route, digits_route, person_route, public_route};
use crate::store::contract::StoreFault;

/// An own message that nobody claims may be a call whose answer is still under way: looked at again after this.
const DEFER_MS: i64 = 2 * MINUTE_MS;

impl Partition {
    /// Acts on one row, and opens the gate it closed.
    pub(super) fn act_on_row(&mut self, row: u64, now: Timestamp) -> Result<(), StoreFault> {
        self.inbox.remove(&row);
        let was_deferred = self.deferred.remove(&row).is_some();
        let Some(Record::Inbox(stored)) = self.parts.store.get(&Key::Inbox { row })? else { return Ok(()) };
        let mut draft = Draft::new(Cause::Inbox { row }, now);
        draft.delete(Key::Inbox { row });
        if self.parts.store.get(&Key::Seen { key: acted(stored.dedup) })?.is_some() {
            // A reading told of the same event while this row was being made durable: it was acted on then.
            self.close_quietly(draft)?;
            self.parts.gate.open(&stored.enrollments);
            return Ok(());
        }
        let incoming = webhook::read(stored.body.as_bytes()).map(|read| read.incoming);
        let fate = match (&incoming, incoming.as_ref().ok().and_then(|incoming| listed_of(&self.parts.directory, incoming))) {
            (Ok(incoming), Some((_, listed))) => {
                if self.must_hear(&mut draft, &stored, incoming, &listed)? {
                    return Ok(());
                }
                self.act(&mut draft, incoming, &listed, was_deferred, now)?
            }
            (Ok(_) | Err(_), _) => Fate::Nobodys,
        };
        match fate {
            Fate::Done => {}
            Fate::Nobodys => self.keep_unrouted(&mut draft, row, &stored),
            Fate::Later => {
                self.deferred.insert(row, now.plus_ms(DEFER_MS));
                return Ok(());
            }
            Fate::Settles { intent, message, chat } => return self.settle_by_echo(draft, &stored, &intent, message, chat),
        }
        self.close_quietly(draft)?;
        self.parts.gate.open(&stored.enrollments);
        Ok(())
    }

    fn settle_by_echo(
        &mut self,
        draft: Draft,
        stored: &InboxRow,
        intent: &Intent,
        message: crate::model::id::RemoteId,
        chat: ChatId,
    ) -> Result<(), StoreFault> {
        self.settle_sent(draft, intent, Some(message), Some(chat), "echo")?;
        self.parts.gate.open(&stored.enrollments);
        Ok(())
    }

    fn act(
        &mut self,
        draft: &mut Draft,
        incoming: &Incoming,
        account: &Listed,
        was_deferred: bool,
        now: Timestamp,
    ) -> Result<Fate, StoreFault> {
        let enrollments = receive::routed(&*self.parts.store, account, incoming)?;
        match incoming {
            Incoming::Message(message) => {
                let own = receive::is_own(message, account);
                if enrollments.is_empty() {
                    return Ok(Fate::Nobodys);
                }
                if own {
                    self.own_message(draft, message, account, &enrollments, was_deferred)
                } else {
                    self.reply(draft, message, account, &enrollments, now)
                }
            }
            Incoming::Read { talk, .. } => self.tell_all(draft, &enrollments, account, &Event::Seen { at: at_of(talk, now) }),
            Incoming::Delivered { talk, .. } => {
                self.tell_all(draft, &enrollments, account, &Event::Delivered { at: at_of(talk, now) })
            }
            Incoming::Reaction { emoji, by, talk, .. } => {
                if by.is_some() && by == &account.own_id {
                    return Ok(Fate::Done);
                }
                self.tell_all(draft, &enrollments, account, &Event::Reacted { emoji: emoji.clone(), at: at_of(talk, now) })
            }
            Incoming::Edited { .. } | Incoming::Deleted { .. } => Ok(Fate::Done),
            Incoming::Relation { at, .. } => {
                self.tell_all(draft, &enrollments, account, &Event::Accepted { at: at.unwrap_or(now).min(now) })
            }
            Incoming::AccountStatus { word, .. } | Incoming::HostedAuth { word, .. } => {
                self.account_status(draft, account.id, word)?;
                Ok(Fate::Done)
            }
            Incoming::Unknown { .. } => Ok(Fate::Nobodys),
        }
    }

    /// Lets the event happen to those enrollments that speak through the account.
    fn tell_all(
        &mut self,
        draft: &mut Draft,
        enrollments: &[EnrollmentId],
        account: &Listed,
        event: &Event,
    ) -> Result<Fate, StoreFault> {
        for id in enrollments {
            let Some(enrollment) = self.enrollment(draft, *id)? else { continue };
            let is_older = since_of(event).is_some_and(|at| at < enrollment.enrolled_at);
            if speaks_through(&enrollment, account) && !is_older {
                self.happen(draft, *id, event)?;
            }
        }
        Ok(if enrollments.is_empty() { Fate::Nobodys } else { Fate::Done })
    }

    /// The person wrote: every campaign that holds them hears of it, in this one commit.
    fn reply(
        &mut self,
        draft: &mut Draft,
        message: &IncomingMessage,
        account: &Listed,
        enrollments: &[EnrollmentId],
        now: Timestamp,
    ) -> Result<Fate, StoreFault> {
        if message.is_event || message.is_sponsored {
            return Ok(Fate::Done);
        }
        let in_group = if message.is_group { self.writers_in_group(draft, message, account)? } else { Vec::new() };
        if message.is_group && in_group.is_empty() {
            return Ok(Fate::Done);
        }
        let enrollments = if message.is_group { in_group.as_slice() } else { enrollments };
        let Some(first) = enrollments.first() else { return Ok(Fate::Nobodys) };
        let Some(enrollment) = self.enrollment(draft, *first)? else { return Ok(Fate::Nobodys) };
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(Fate::Nobodys) };
        let mut everywhere = self.enrollments_of(&contact)?;
        everywhere.extend(enrollments.iter().filter(|id| !everywhere.contains(id)).copied().collect::<Vec<_>>());
        let text = message.text.clone().unwrap_or_default();
        let at = at_of(&message.talk, now);
        for id in everywhere {
            let Some(enrollment) = self.enrollment(draft, id)? else { continue };
            if !message.is_group {
                self.note_chat(draft, &enrollment, account, &message.talk.chat)?;
            }
            if at < enrollment.enrolled_at {
                continue;
            }
            let Some(installed) = self.campaigns.get(&enrollment.campaign) else { continue };
            // Another account's chat is none that this campaign could go on writing in.
            let chat = speaks_through(&enrollment, account).then(|| message.talk.chat.clone());
            let rules = classify(&text, &installed.campaign.classes, at);
            let (verdict, said) = decide(rules, draft.heard.get(&enrollment.campaign));
            if !said.is_empty() {
                draft.entry(id, line(draft.at, EntryKind::Decision, "", installed.campaign.version, said));
                draft.stage(enrollment);
            }
            let reply = Reply {
                message: message.id.clone(),
                chat,
                channel: message.talk.channel.unwrap_or(account.channel),
                text: text.clone(),
                at,
                classes: verdict.classes,
                return_date: verdict.return_date,
            };
            self.happen(draft, id, &Event::Replied(reply))?;
        }
        Ok(Fate::Done)
    }

    /// Who wrote in a group, if it is one that a campaign opened with them: what others say there is no answer of theirs.
    fn writers_in_group(
        &self,
        draft: &Draft,
        message: &IncomingMessage,
        account: &Listed,
    ) -> Result<Vec<EnrollmentId>, StoreFault> {
        let Some(sender) = &message.talk.sender else { return Ok(Vec::new()) };
        let public = sender.public_identifier.as_deref().map(|public| public_route(account.id, public));
        let digits = sender.digits.as_deref().map(|digits| digits_route(account.id, digits));
        let mut writers = Vec::new();
        for route in [person_route(account.id, &sender.id)].into_iter().chain(public).chain(digits) {
            for id in self.routed(route)? {
                let enrollment = self.enrollment(draft, id)?;
                let is_in = |enrollment: &Enrollment| enrollment.groups.iter().any(|group| group.chat == message.talk.chat);
                if enrollment.as_ref().is_some_and(is_in) && !writers.contains(&id) {
                    writers.push(id);
                }
            }
        }
        Ok(writers)
    }

    /// Keeps the chat of an enrollment that did not know it yet.
    pub(super) fn note_chat(
        &self,
        draft: &mut Draft,
        enrollment: &Enrollment,
        account: &Listed,
        chat: &ChatId,
    ) -> Result<(), StoreFault> {
        let mut enrollment = enrollment.clone();
        let id = enrollment.id;
        let line = enrollment.lines.values_mut().find(|line| line.account == account.id && line.chat.is_none());
        if let Some(line) = line {
            line.chat = Some(chat.clone());
            draft.stage(enrollment);
            self.route(draft, chat_route(account.id, chat), id)?;
        }
        Ok(())
    }

    /// Makes what a reading found durable and acts on it at once. Says whether it was new.
    pub(super) fn take_in(&mut self, body: &str) -> Result<bool, StoreFault> {
        match self.attempt(|partition| partition.take_in_whole(body))? {
            Ok(is_new) => Ok(is_new),
            Err(why) => self.break_off_reading(body, &why).map(|()| true),
        }
    }

    fn take_in_whole(&mut self, body: &str) -> Result<bool, StoreFault> {
        let Ok(read) = webhook::read(body.as_bytes()) else { return Ok(false) };
        let now = self.now();
        let Some((_, listed)) = listed_of(&self.parts.directory, &read.incoming) else { return Ok(false) };
        let mut draft = Draft::new(Cause::Poll { account: listed.id }, now);
        if let Some(key) = read.dedup {
            if self.parts.store.get(&Key::Seen { key })?.is_some() {
                return Ok(false);
            }
            if self.has_classifier() && matches!(read.incoming, Incoming::Message(_)) {
                self.shelve(&read, body, &listed, now)?;
                return Ok(true);
            }
            draft.put(Record::Seen { key, at: now });
            draft.put(Record::Seen { key: acted(key), at: now });
        }
        let fate = self.act(&mut draft, &read.incoming, &listed, true, now)?;
        if let Fate::Settles { intent, message, chat } = fate {
            self.settle_sent(draft, &intent, Some(message), Some(chat), "reading")?;
        } else {
            self.close_quietly(draft)?;
        }
        Ok(true)
    }
}

/// Marks an event that a reading brought and that was acted on at once.
fn acted(dedup: Fingerprint) -> Fingerprint {
    fingerprint(&[b"acted", &dedup.0])
}

/// What is to become of a row.
pub(super) enum Fate {
    Done,
    /// Kept and shown.
    Nobodys,
    /// Not yet clear.
    Later,
    /// An own message that shows that a call was performed.
    Settles {
        intent: Box<Intent>,
        message: crate::model::id::RemoteId,
        chat: ChatId,
    },
}

/// When it happened, of events that an older conversation has too.
fn since_of(event: &Event) -> Option<Timestamp> {
    match event {
        Event::Seen { at } | Event::Delivered { at } | Event::Reacted { at, .. } => Some(*at),
        _ => None,
    }
}

pub(super) fn at_of(talk: &Talk, now: Timestamp) -> Timestamp {
    talk.at.unwrap_or(now).min(now)
}

pub(super) fn speaks_through(enrollment: &Enrollment, account: &Listed) -> bool {
    enrollment.lines.values().any(|line| line.account == account.id)
}
