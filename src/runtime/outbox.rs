//! The outbox: which call of an account goes next, and when none may go, when to look again (RUNTIME.md §6).
//!
//! Order: answers, follow-ups, new people; a spent budget holds back only what spends it. What a chosen call goes through
//! stands in `prepare` and `intend`.

use crate::model::account::{Account, Budget, Channel};
use crate::model::campaign::LateElse;
use crate::model::effect::Call;
use crate::model::enrollment::{Awaits, Enrollment, Relation};
use crate::model::event::{Event, Settlement, Unneeded};
use crate::model::id::{AccountId, ContactId, EffectKey};
use crate::model::journal::Cause;
use crate::model::planted::{Bug, is_planted};
use crate::model::time::Timestamp;
use crate::runtime::agenda::Waiting;
use crate::runtime::draft::Draft;
use crate::runtime::pace::{self, CEILING_AGAIN_MS, LATER_MS};
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;

/// Calls looked at in one go before others get their turn.
const LOOKED_AT_MAX: usize = 64;
/// When to look again at a call that waits for something that is under way.
const SECOND_MS: i64 = 1_000;
/// Clocks that differ by less are taken for the same: a `Date` counts seconds, and answers take a while.
const SKEWED_MS: i64 = 2 * 60_000;

impl Partition {
    /// Starts what can be started on every account.
    pub(super) fn serve(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        if self.paused.is_some() || !self.may_ask(now) {
            return Ok(());
        }
        for id in self.accounts.keys().copied().collect::<Vec<_>>() {
            if self.try_at.get(&id).is_none_or(|at| *at <= now) && !self.busy.contains_key(&id) {
                let again = self.serve_account(id, now)?;
                self.try_at.insert(id, again);
            }
        }
        Ok(())
    }

    /// Starts one thing on the account, or says when to look again.
    fn serve_account(&mut self, id: AccountId, now: Timestamp) -> Result<Timestamp, StoreFault> {
        let Some(account) = self.accounts.get(&id).cloned() else { return Ok(now.plus_ms(LATER_MS)) };
        let is_polled = account.spec.channel != Channel::Linkedin || account.polled_at.is_some();
        if !self.is_usable(&account) || !is_polled || self.is_isolated(id) {
            return Ok(now.plus_ms(LATER_MS));
        }
        let look_at = match self.start_look(&account, now)? {
            Verdict::Begun => return Ok(now),
            Verdict::NotBefore(at) => at,
            Verdict::Settled => now.plus_ms(LATER_MS),
        };
        Ok(self.serve_queue(&account, now)?.min(look_at))
    }

    /// Starts the account's best call, or says when to look again.
    fn serve_queue(&mut self, account: &Account, now: Timestamp) -> Result<Timestamp, StoreFault> {
        let id = account.id;
        if let Some(free_at) = account.free_at.filter(|free_at| *free_at > now) {
            return Ok(free_at);
        }
        for _ in 0..LOOKED_AT_MAX {
            let Some(queue) = self.agenda.queues.get_mut(&id) else { return Ok(now.plus_ms(LATER_MS)) };
            queue.wake(now);
            let free = |budget: Option<Budget>| budget.map_or(now, |budget| self.budget_free_at(account, budget, now));
            let Some(queue) = self.agenda.queues.get(&id) else { return Ok(now.plus_ms(LATER_MS)) };
            let Some(waiting) = queue.best(&|budget| free(budget) <= now) else {
                let budgets = queue.wanted().into_iter().map(free);
                return Ok(budgets.chain(queue.wakes_at()).min().unwrap_or(now.plus_ms(LATER_MS)).max(now.plus_ms(1)));
            };
            let considered = self.attempt(|partition| partition.consider(account, &waiting, now))?;
            let verdict = match considered {
                Ok(verdict) => verdict,
                Err(why) => {
                    self.break_off_call(key_of(&waiting), &why, now)?;
                    Verdict::Settled
                }
            };
            match verdict {
                Verdict::Begun => return Ok(now),
                Verdict::Settled => {}
                Verdict::NotBefore(at) => {
                    if let Some(queue) = self.agenda.queues.get_mut(&id) {
                        queue.sleep(waiting.enrollment, at.max(now.plus_ms(1)));
                    }
                }
            }
        }
        Ok(now.plus_ms(1))
    }

    /// When the account may spend one more of the budget: rolling windows and cool-downs.
    pub(super) fn budget_free_at(&self, account: &Account, budget: Budget, now: Timestamp) -> Timestamp {
        let (limits, far) = (&self.parts.workspace.limits, self.far(now));
        self.own(pace::account_free_at(&self.usage, limits, account, budget, far))
    }

    /// A moment of ours by the provider's clock. They are the same but for a clock that was set wrong: limits, and for how
    /// long a call stays in doubt, go by what the far side sees pass.
    pub(super) fn far(&self, own: Timestamp) -> Timestamp {
        own.plus_ms(self.far_ahead_ms())
    }

    /// A moment of the provider's by our clock.
    pub(super) fn own(&self, far: Timestamp) -> Timestamp {
        far.plus_ms(-self.far_ahead_ms())
    }

    fn far_ahead_ms(&self) -> i64 {
        self.parts.connector.clock_ahead_ms().filter(|ahead| ahead.abs() >= SKEWED_MS).unwrap_or(0)
    }

    /// May this call go now? Begins it if so.
    fn consider(&mut self, account: &Account, waiting: &Waiting, now: Timestamp) -> Result<Verdict, StoreFault> {
        let draft = Draft::new(Cause::Outbox { key: key_of(waiting) }, now);
        let Some(enrollment) = self.enrollment(&draft, waiting.enrollment)? else {
            return Ok(Verdict::NotBefore(now.plus_ms(LATER_MS)));
        };
        if !is_planted(Bug::PauseDrains) && !self.is_running(enrollment.campaign) {
            return Ok(Verdict::NotBefore(now.plus_ms(LATER_MS)));
        }
        let opens = if waiting.call.keeps_hours() { self.opens_later(&enrollment, now)? } else { None };
        if let Some(at) = opens.or(self.limited_until(account, waiting, now)) {
            return Ok(Verdict::NotBefore(at));
        }
        let Some(contact) = self.contact(&draft, enrollment.contact)? else {
            return Ok(Verdict::NotBefore(now.plus_ms(LATER_MS)));
        };
        if contact.is_suppressed_on(enrollment.channel_of(&waiting.call)) && !matches!(waiting.call, Call::Withdraw) {
            self.settle_uncalled(draft, waiting, Settlement::Suppressed)?;
            return Ok(Verdict::Settled);
        }
        if matches!(waiting.call, Call::Invite { .. }) && enrollment.facts.relation == Relation::Yes {
            // Found out since the step was entered: what is not needed is not asked for, and leaves no doubt behind.
            self.settle_uncalled(draft, waiting, Settlement::Unneeded { why: Unneeded::AlreadyConnected })?;
            return Ok(Verdict::Settled);
        }
        if let Some(why) = self.is_overdue(&enrollment, waiting, now)? {
            self.settle_uncalled(draft, waiting, Settlement::Overdue { why })?;
            return Ok(Verdict::Settled);
        }
        if !self.parts.gate.pass(waiting.enrollment, || {}) {
            // An event waits to be acted on: its turn comes before this call's.
            return Ok(Verdict::NotBefore(now.plus_ms(SECOND_MS)));
        }
        if self.is_called(contact.id) {
            return Ok(Verdict::NotBefore(now.plus_ms(SECOND_MS)));
        }
        self.begin(account, waiting, enrollment, contact, now)
    }

    /// Is a call to the person under way, through whichever account and campaign?
    fn is_called(&self, contact: ContactId) -> bool {
        self.calling.iter().filter_map(|key| self.intents.get(key)).any(|intent| intent.contact == contact)
    }

    /// When the contact's window opens, if it is not open now, and long enough for a call to end in it.
    fn opens_later(&self, enrollment: &Enrollment, now: Timestamp) -> Result<Option<Timestamp>, StoreFault> {
        let zone = self.zone_of(enrollment)?;
        let is_begun = is_planted(Bug::WindowIgnored) && enrollment.visits > 1;
        let Some(installed) = self.campaigns.get(&enrollment.campaign).filter(|_| !is_begun) else { return Ok(None) };
        Ok(pace::opens_later(&installed.campaign.calendar, &zone, self.parts.lead_ms, now))
    }

    /// When the campaign's own limits and the ceiling of pending invitations let it go, if not now.
    fn limited_until(&self, account: &Account, waiting: &Waiting, now: Timestamp) -> Option<Timestamp> {
        let limits = &self.campaigns.get(&waiting.campaign)?.campaign.limits;
        let budget = waiting.call.budget()?;
        let free = pace::campaign_free_at(&self.usage, limits, account.id, waiting.campaign, budget, self.far(now));
        let free = self.own(free);
        if free > now {
            return Some(free);
        }
        let ceiling = pace::pending_ceiling(limits, &self.parts.workspace.limits)?;
        let is_full = matches!(waiting.call, Call::Invite { .. }) && self.agenda.invites_out(account.id) >= ceiling;
        is_full.then(|| now.plus_ms(CEILING_AGAIN_MS))
    }

    /// Is a message too late? Where its step says `late: within D`, when it could not go for longer than that since its first open
    /// minute, whatever held it back; else when an outage held it back for more than a working day. An invitation has no hour.
    fn is_overdue(&self, enrollment: &Enrollment, waiting: &Waiting, now: Timestamp) -> Result<Option<String>, StoreFault> {
        // What went out already is not late: `recall` finds it.
        if !waiting.call.may_be_late() || self.isolation.may_know(enrollment) {
            return Ok(None);
        }
        let Some(installed) = self.campaigns.get(&enrollment.campaign) else { return Ok(None) };
        let zone = self.zone_of(enrollment)?;
        let calendar = &installed.campaign.calendar;
        let step = enrollment.frame().and_then(|frame| installed.campaign.steps.get(frame.step.0 as usize));
        if let Some(late) = step.and_then(|step| step.late) {
            let opened = calendar.next_open(waiting.ready_at, &zone).unwrap_or(waiting.ready_at);
            let is_late = late.otherwise != LateElse::Send && calendar.after(late.within, 0, opened, &zone) < now;
            return Ok(is_late.then(|| format!("overdue by more than {}: it could have gone from {opened} on", late.within)));
        }
        let a_working_day = crate::model::time::Delay::exactly(1, crate::model::time::Unit::WorkingDays);
        // An account that was away is another matter: what waited for it goes when it is back (`on account lost`).
        let held = self.outages.iter().find(|(from, to)| {
            let (from, to) = ((*from).max(waiting.ready_at), (*to).min(now));
            to > from && calendar.after(a_working_day, 0, from, &zone) < to
        });
        Ok(held.map(|(from, to)| format!("overdue by more than a working day: nothing could be sent from {from} to {to}")))
    }

    /// Ends a call that was never made.
    fn settle_uncalled(&mut self, mut draft: Draft, waiting: &Waiting, settlement: Settlement) -> Result<(), StoreFault> {
        self.happen(&mut draft, waiting.enrollment, &Event::Settled { visit: waiting.visit, settlement })?;
        self.close_quietly(draft)?;
        Ok(())
    }
}

/// What came of looking at a call.
pub(super) enum Verdict {
    /// A request is under way.
    Begun,
    /// It ended without one.
    Settled,
    NotBefore(Timestamp),
}

/// The effect a waiting call is.
pub(super) fn key_of(waiting: &Waiting) -> EffectKey {
    EffectKey { enrollment: waiting.enrollment, visit: waiting.visit }
}

/// The call that frame awaits, if it still does.
pub(super) fn awaited_call(enrollment: &mut Enrollment, key: EffectKey) -> Option<&mut Awaits> {
    let frame = enrollment.frame_of_mut(key.visit)?;
    matches!(frame.awaits, Awaits::Call { .. }).then_some(&mut frame.awaits)
}
