//! One person's trouble is nobody else's: work on one contact that breaks off, by a bug of ours, parks that contact with
//! the sentence, and everybody else goes on.
//!
//! What broke off left nothing behind: memory and store change only when a draft is closed.

use crate::connector::postpress::webhook;
use crate::model::enrollment::{Awaits, Hold};
use crate::model::event::Event;
use crate::model::id::{EffectKey, EnrollmentId};
use crate::model::intent::{Intent, IntentState};
use crate::model::journal::{Cause, Key, Record};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::draft::Draft;
use crate::runtime::errand::Message;
use crate::runtime::outbox::awaited_call;
use crate::runtime::partition::Partition;
use crate::runtime::receive::{self, listed_of};
use crate::store::contract::StoreFault;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// So much of a broken invariant's sentence is kept: it stands in a timeline.
const WHY_CHARS_MAX: usize = 300;

impl Partition {
    /// Does a piece of work; the inner error is the sentence it broke off with.
    pub(super) fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreFault>,
    ) -> Result<Result<T, String>, StoreFault> {
        match catch_unwind(AssertUnwindSafe(|| work(self))) {
            Ok(done) => done.map(Ok),
            Err(panic) => Ok(Err(sentence(&*panic))),
        }
    }

    /// Parks them in the draft that consumes what broke off, and closes it.
    pub(super) fn break_off(&mut self, mut draft: Draft, whom: &[EnrollmentId], why: &str) -> Result<(), StoreFault> {
        let at = draft.at;
        for id in whom {
            let event = Event::Broken { why: why.to_owned() };
            match catch_unwind(AssertUnwindSafe(|| self.happen(&mut draft, *id, &event))) {
                Ok(parked) => drop(parked?),
                // Not even that can be written down of them: left alone until tomorrow.
                Err(_) => self.agenda.snooze(*id, at.plus_ms(DAY_MS)),
            }
        }
        self.close_quietly(draft)?;
        Ok(())
    }

    /// The same for what a call brought: a person says what became of it.
    pub(super) fn break_off_call(&mut self, key: EffectKey, why: &str, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Outbox { key }, now);
        self.calling.remove(&key);
        self.reading.remove(&key);
        self.busy.retain(|_, enrollment| *enrollment != key.enrollment);
        if let Some(intent) = self.intents.get(&key).cloned() {
            let state = IntentState::Parked { since: now, why: why.to_owned() };
            draft.stage_intent(key, Some(Intent { state, ..intent }));
            if let Some(mut enrollment) = self.enrollment(&draft, key.enrollment)? {
                if let Some(Awaits::Call { hold, .. }) = awaited_call(&mut enrollment, key) {
                    *hold = Some(Hold::Parked { since: now, why: why.to_owned() });
                }
                draft.stage(enrollment);
            }
        }
        self.break_off(draft, &[key.enrollment], why)
    }

    /// The same for a row of the inbox: it is kept and shown, and whom it concerns hears no more of it.
    pub(super) fn break_off_row(&mut self, row: u64, why: &str, now: Timestamp) -> Result<(), StoreFault> {
        let Some(Record::Inbox(stored)) = self.parts.store.get(&Key::Inbox { row })? else { return Ok(()) };
        let mut draft = Draft::new(Cause::Inbox { row }, now);
        draft.delete(Key::Inbox { row });
        self.keep_unrouted(&mut draft, row, &stored);
        self.break_off(draft, &stored.enrollments, why)?;
        self.parts.gate.open(&stored.enrollments);
        Ok(())
    }

    /// The same for what a reading found. It is found again at the next reading, and then known.
    pub(super) fn break_off_reading(&mut self, body: &str, why: &str) -> Result<(), StoreFault> {
        let now = self.now();
        let Ok(Ok(read)) = catch_unwind(|| webhook::read(body.as_bytes())) else { return Ok(()) };
        let Some((account, listed)) = listed_of(&self.parts.directory, &read.incoming) else { return Ok(()) };
        let whom = receive::routed(&*self.parts.store, &listed, &read.incoming)?;
        let mut draft = Draft::new(Cause::Poll { account }, now);
        if let Some(key) = read.dedup {
            draft.put(Record::Seen { key, at: now });
        }
        self.break_off(draft, &whom, why)
    }
}

/// Whose a message is, so that nobody else has to do with it.
pub(super) enum Whose {
    Call(EffectKey),
    Contact(EffectKey),
    Nobodys,
}

/// Whose it is.
pub(super) fn whose(message: &Message) -> Whose {
    match message {
        Message::IntentDurable { key } | Message::Answered { key, .. } | Message::Found { key, .. } => Whose::Call(*key),
        Message::Prepared { enrollment, visit, .. } | Message::Looked { enrollment, visit, .. } => {
            Whose::Contact(EffectKey { enrollment: *enrollment, visit: *visit })
        }
        Message::Arrived { .. }
        | Message::Polled { .. }
        | Message::History { .. }
        | Message::Checked { .. }
        | Message::Posted { .. }
        | Message::Classified { .. }
        | Message::Reread { .. }
        | Message::Asked(_)
        | Message::Install { .. }
        | Message::Between(_)
        | Message::StoreFailed { .. }
        | Message::Wake
        | Message::Stop => Whose::Nobodys,
    }
}

fn sentence(panic: &(dyn Any + Send)) -> String {
    let told = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    told.unwrap_or("it broke off").chars().map(|c| if c.is_control() { ' ' } else { c }).take(WHY_CHARS_MAX).collect()
}
