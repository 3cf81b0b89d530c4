//! The turns: what is due is claimed, decided and committed, one cause at a time; then the outbox starts what may start.

use crate::model::enrollment::{Awaits, Enrollment, Pause};
use crate::model::event::Event;
use crate::model::id::{CampaignId, EnrollmentId};
use crate::model::journal::{Cause, Meta, Record};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::draft::Draft;
use crate::runtime::errand::Message;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;

/// Causes of one kind that a turn takes before the others get their share.
const CAUSES_MAX: usize = 1_024;

impl Partition {
    /// Before the first turn: what a crash left open is doubted, what was found is shown.
    pub fn wake_up(&mut self) -> Result<(), StoreFault> {
        let now = self.now();
        self.doubt_open_intents(now)?;
        self.check_accounts_soon(now);
        Ok(())
    }

    /// One turn: everything that is due by now. Says when the next one is.
    pub fn turn(&mut self, now: Timestamp) -> Result<Timestamp, StoreFault> {
        self.act_on_inbox(now)?;
        self.fire_timers(now)?;
        self.start_queued(now)?;
        self.reconcile(now)?;
        self.poll(now)?;
        self.serve(now)?;
        Ok(self.next_turn(now))
    }

    /// Takes a message in.
    pub fn take(&mut self, message: Message) -> Result<(), StoreFault> {
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
            Message::Checked { account, result } => self.checked(account, result, now),
            Message::Asked(asked) => {
                let answer = self.command(&asked.command, now)?;
                // Whoever asked may have gone away; what they asked is done all the same.
                drop(asked.answer.send(answer));
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

    /// No call is under way: a stop may end.
    pub fn is_at_rest(&self) -> bool {
        self.calling.is_empty()
    }

    /// Told to stop?
    pub fn is_stopping(&self) -> bool {
        self.is_stopping
    }

    /// Makes known that the engine lives: what lies between this and the next start was an outage.
    pub fn heartbeat(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Command { word: "alive".to_owned() }, now);
        draft.put(Record::Meta(Meta::Alive { at: now }));
        self.close_quietly(draft)?;
        Ok(())
    }

    fn act_on_inbox(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let ripe = self.deferred.iter().filter(|(_, at)| **at <= now).map(|(row, _)| *row);
        let rows: Vec<u64> = self.inbox.iter().copied().chain(ripe).take(CAUSES_MAX).collect();
        rows.into_iter().try_for_each(|row| self.act_on_row(row, now))
    }

    fn fire_timers(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        for (due, id) in self.agenda.due(now, CAUSES_MAX) {
            let mut draft = Draft::new(Cause::Timer { enrollment: id }, now);
            let Some(enrollment) = self.enrollment(&draft, id)? else { continue };
            if let Some(event) = timer_event(&enrollment, due)
                && !self.happen(&mut draft, id, &event)?
            {
                // A timer that means nothing must not come again; the row says why when it is looked at.
                draft.stage(enrollment);
            }
            self.close_quietly(draft)?;
        }
        Ok(())
    }

    /// Lets queued people begin, so many a day and campaign, while its schedule is open.
    fn start_queued(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        if self.is_stopping {
            return Ok(());
        }
        for campaign in self.agenda.starting() {
            let room = self.start_room(campaign, now);
            for id in self.agenda.to_start(campaign, room) {
                self.start_one(id, now)?;
            }
        }
        Ok(())
    }

    fn start_one(&mut self, id: EnrollmentId, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Enrolment, now);
        if let Some(mut enrollment) = self.enrollment(&draft, id)? {
            enrollment.started_at = Some(now);
            draft.stage(enrollment);
        }
        self.happen(&mut draft, id, &Event::Started)?;
        self.close_quietly(draft)?;
        Ok(())
    }

    fn start_room(&mut self, campaign: CampaignId, now: Timestamp) -> usize {
        let Some(installed) = self.campaigns.get(&campaign).cloned() else { return 0 };
        let calendar = &installed.campaign.calendar;
        if !self.is_running(campaign) || !calendar.is_open(now, &calendar.zone_for(None)) {
            return 0;
        }
        let Some(per_day) = installed.campaign.contacts.start_per_day else { return CAUSES_MAX };
        let starts = self.starts.entry(installed.campaign.name.clone()).or_default();
        while starts.first().is_some_and(|(at, _)| now.since_ms(*at) >= DAY_MS) {
            starts.pop_first();
        }
        (per_day as usize).saturating_sub(starts.len())
    }

    /// When a campaign's next people may begin.
    fn next_start(&self, campaign: CampaignId, now: Timestamp) -> Option<Timestamp> {
        let installed = self.campaigns.get(&campaign)?;
        if !self.is_running(campaign) {
            return None;
        }
        let calendar = &installed.campaign.calendar;
        let opens = calendar.next_open(now, &calendar.zone_for(None))?;
        let per_day = installed.campaign.contacts.start_per_day.map_or(usize::MAX, |per_day| per_day as usize);
        let starts = self.starts.get(&installed.campaign.name);
        let full = starts.filter(|starts| starts.len() >= per_day).and_then(|starts| starts.first());
        let free = full.map_or(now, |(at, _)| at.plus_ms(DAY_MS));
        calendar.next_open(opens.max(free), &calendar.zone_for(None)).map(|at| at.max(now.plus_ms(1)))
    }

    fn next_turn(&self, now: Timestamp) -> Timestamp {
        let starts = self.agenda.starting().into_iter().filter_map(|campaign| self.next_start(campaign, now));
        let busy = |id: &crate::model::id::AccountId| self.busy.contains_key(id);
        let tries = self.try_at.iter().filter(|(id, _)| !busy(id)).map(|(_, at)| *at);
        let untried = self.accounts.keys().any(|id| !self.try_at.contains_key(id) && !busy(id));
        let others = [self.agenda.next_due(), self.next_reading(), self.next_poll(), self.deferred.values().min().copied()];
        let soon = (!self.inbox.is_empty() || (untried && !self.is_stopping)).then_some(now);
        let all = starts.chain(tries).chain(others.into_iter().flatten()).chain(soon).chain(self.key_refused_until);
        all.min().unwrap_or(now.plus_ms(DAY_MS))
    }
}

/// What a timer that fell due means now.
fn timer_event(enrollment: &Enrollment, due: Timestamp) -> Option<Event> {
    match enrollment.pause() {
        Some(Pause::Until { until }) => return Some(Event::PauseOver { due: *until }),
        Some(Pause::Operator { .. }) => return None,
        None => {}
    }
    let frame = enrollment.frame()?;
    matches!(frame.awaits, Awaits::Timer { .. }).then_some(Event::Due { visit: frame.visit, due })
}
