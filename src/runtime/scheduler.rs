//! The turns: what is due is claimed, decided and committed, one cause at a time; then the outbox starts what may start.

use crate::model::enrollment::{Awaits, Enrollment, Pause};
use crate::model::event::Event;
use crate::model::id::EnrollmentId;
use crate::model::journal::{Cause, Meta, Record};
use crate::model::time::{DAY_MS, HOUR_MS, Timestamp};
use crate::runtime::draft::Draft;
use crate::runtime::errand::Message;
use crate::runtime::install::InstallFault;
use crate::runtime::isolate::{Whose, whose};
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use serde_json::Value;
use std::sync::mpsc::Sender;

/// Causes of one kind that a turn takes before the others get their share.
pub const CAUSES_MAX: usize = 1_024;

impl Partition {
    /// Before the first turn: what a crash left open is doubted, what was found is shown.
    pub fn wake_up(&mut self) -> Result<(), StoreFault> {
        let now = self.now();
        self.begins_people = true;
        self.begin_quarantine(now)?;
        self.doubt_open_intents(now)?;
        self.check_accounts_soon(now);
        // What came round while nothing ran is made up for, once.
        let away = self.outages.first().map_or(now, |(from, _)| *from);
        self.plan_rounds(away);
        Ok(())
    }

    /// One turn: everything that is due by now. Says when the next one is.
    pub fn turn(&mut self, now: Timestamp) -> Result<Timestamp, StoreFault> {
        if self.key_refused_until.is_some_and(|until| until <= now) {
            self.key_refused_until = None;
        }
        self.move_those_at_rest(now)?;
        self.act_on_inbox(now)?;
        self.fire_timers(now)?;
        self.reconcile(now)?;
        self.poll(now)?;
        self.read_histories(now)?;
        self.make_rounds(now)?;
        self.post_letters(now);
        // Only what follows starts something: a disk that is nearly full ends the turn here.
        self.start_queued(now)?;
        self.serve(now)?;
        Ok(self.next_turn(now))
    }

    /// Takes a message in. One that breaks off parks whom it is about.
    pub fn take(&mut self, message: Message) -> Result<(), StoreFault> {
        match whose(&message) {
            Whose::Call(key) => match self.attempt(|partition| partition.take_in_turn(message))? {
                Ok(()) => Ok(()),
                Err(why) => self.break_off_call(key, &why, self.now()),
            },
            Whose::Contact(key) => match self.attempt(|partition| partition.take_in_turn(message))? {
                Ok(()) => Ok(()),
                Err(why) => {
                    self.busy.retain(|_, enrollment| *enrollment != key.enrollment);
                    self.break_off(Draft::new(Cause::Outbox { key }, self.now()), &[key.enrollment], &why)
                }
            },
            Whose::Nobodys => self.take_in_turn(message),
        }
    }

    fn take_in_turn(&mut self, message: Message) -> Result<(), StoreFault> {
        let now = self.now();
        match message {
            Message::Arrived { row } => {
                self.inbox.insert(row);
                Ok(())
            }
            Message::IntentDurable { key } => self.intent_durable(key, now),
            Message::Answered { key, at, result } => self.answered(key, at, result),
            Message::Prepared { account, enrollment, visit, result } => self.prepared(account, enrollment, visit, result, now),
            Message::Looked { account, enrollment, visit, result } => self.looked(account, enrollment, visit, result, now),
            Message::Found { key, result } => self.found(key, result, now),
            Message::Polled { account, result } => self.polled(account, result, now),
            Message::History { account, result } => self.history_read(account, result, now),
            Message::Checked { account, result } => self.checked(account, result, now),
            Message::Classified { row, heard } => {
                self.classified(row, heard);
                Ok(())
            }
            Message::Reread { campaigns, result } => self.reread(&campaigns, result, now),
            Message::Posted { row, result } => self.posted(row, result, now),
            Message::Asked(asked) => {
                let answer = self.attempt(|partition| partition.command(&asked.command, now))?;
                let answer = answer.unwrap_or_else(|why| Err(format!("the engine failed at this: {why}")));
                self.tell_durably(asked.answer, answer, now)
            }
            Message::Install { program, answer } => {
                let installed = self.install(&program);
                // Whoever asked may have gone away; what they asked is done all the same.
                drop(answer.send(installed.as_ref().map(Clone::clone).map_err(ToString::to_string)));
                match installed {
                    Err(InstallFault::Store(fault)) => Err(fault),
                    Ok(_) | Err(InstallFault::Refused(_)) => Ok(()),
                }
            }
            Message::Between(look) => {
                look();
                Ok(())
            }
            Message::StoreFailed { because } => Err(StoreFault::Poisoned { because }),
            Message::Stop => {
                self.is_stopping = true;
                Ok(())
            }
            Message::Wake => Ok(()),
        }
    }

    /// Tells whoever asked once what they asked is durable: a pause that was answered survives a crash.
    fn tell_durably(
        &mut self,
        whom: Sender<Result<Value, String>>,
        answer: Result<Value, String>,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        // What comes after it in the order of commits is durable only when it is.
        let mut draft = Draft::new(Cause::Command { word: "answered".to_owned() }, now);
        draft.put(Record::Meta(Meta::Alive { at: now }));
        let told = move |durable: Result<_, StoreFault>| {
            let answer = match durable {
                Ok(_) => answer,
                Err(fault) => Err(format!("it could not be written down: {fault}")),
            };
            // Whoever asked may have gone away; what they asked is done all the same.
            drop(whom.send(answer));
        };
        self.close(draft, Box::new(told))?;
        Ok(())
    }

    /// No call is under way: a stop may end.
    pub fn is_at_rest(&self) -> bool {
        self.calling.is_empty()
    }

    /// Told to stop?
    pub fn is_stopping(&self) -> bool {
        self.is_stopping
    }

    /// Makes known that the engine lives: what lies between this and the next start was an outage. What is old goes.
    pub fn heartbeat(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Command { word: "alive".to_owned() }, now);
        draft.put(Record::Meta(Meta::Alive { at: now }));
        self.close_quietly(draft)?;
        self.sweep(now)
    }

    fn act_on_inbox(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        while self.hearing.has_room() && self.inbox.len() < CAUSES_MAX {
            self.inbox.extend(self.hearing.waiting.pop_first());
        }
        let ripe = self.deferred.iter().filter(|(_, at)| **at <= now).map(|(row, _)| *row);
        let rows: Vec<u64> = self.inbox.iter().copied().chain(ripe).take(CAUSES_MAX).collect();
        for row in rows {
            if let Err(why) = self.attempt(|partition| partition.act_on_row(row, now))? {
                self.break_off_row(row, &why, now)?;
            }
        }
        Ok(())
    }

    fn fire_timers(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        for (_, id) in self.agenda.due(now, CAUSES_MAX) {
            if let Err(why) = self.attempt(|partition| partition.fire(id, now))? {
                self.break_off(Draft::new(Cause::Timer { enrollment: id }, now), &[id], &why)?;
            }
        }
        Ok(())
    }

    fn fire(&mut self, id: EnrollmentId, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Timer { enrollment: id }, now);
        let enrollment = self.enrollment(&draft, id)?;
        if let Some(until) = enrollment.as_ref().and_then(|enrollment| self.hold_for_a_last_look(enrollment, now)) {
            self.agenda.snooze(id, until);
            return Ok(());
        }
        let due = enrollment.as_ref().and_then(|enrollment| Some((enrollment, timer_event(enrollment, now)?)));
        let means = match &due {
            Some((enrollment, event)) => self.happen_to(&mut draft, enrollment, event)?,
            None => false,
        };
        if means {
            self.close_quietly(draft)?;
        } else {
            // Something in this same turn moved it, or its row is not whole: looked at again later, not at once.
            self.agenda.snooze(id, now.plus_ms(HOUR_MS));
        }
        Ok(())
    }

    fn next_turn(&self, now: Timestamp) -> Timestamp {
        let starts = self.next_starts(now).filter(|_| !self.is_stopping);
        let soon = (!self.inbox.is_empty() || self.hearing.has_room() || self.moves.is_due()).then_some(now);
        let waits = [
            self.agenda.next_due(),
            self.next_reading(),
            self.next_letter(),
            self.next_round(),
            self.next_history(now),
            self.deferred.values().min().copied(),
            soon,
        ];
        // What may not be asked now has no time of its own: it comes with the end of what forbids it.
        let polls = self.next_poll().filter(|_| self.may_ask(now));
        let all = starts.chain(self.next_try(now)).chain(waits.into_iter().flatten()).chain(polls).chain(self.key_refused_until);
        all.min().unwrap_or(now.plus_ms(DAY_MS))
    }

    /// When an account is to be looked at for what it may send.
    fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        if self.paused.is_some() || !self.may_ask(now) {
            return None;
        }
        let idle = self.accounts.keys().filter(|id| !self.busy.contains_key(id));
        idle.map(|id| self.try_at.get(id).copied().unwrap_or(now)).min()
    }

    /// May the far side be asked for anything new?
    pub(super) fn may_ask(&self, now: Timestamp) -> bool {
        !self.is_stopping && self.key_refused_until.is_none_or(|until| until <= now)
    }
}

/// What a timer that fell due means now.
fn timer_event(enrollment: &Enrollment, now: Timestamp) -> Option<Event> {
    match enrollment.pause() {
        Some(Pause::Until { until }) => return Some(Event::PauseOver { due: *until }),
        Some(Pause::Operator { .. } | Pause::Broken { .. }) => return None,
        None => {}
    }
    let frame = enrollment.frame()?;
    match frame.awaits {
        Awaits::Timer { due } if due <= now => Some(Event::Due { visit: frame.visit, due }),
        Awaits::Timer { .. } | Awaits::Call { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
    }
}
