//! Before somebody is given up for not having accepted, the account's relations are read once more (promise P6).
//!
//! The webhook may be hours late or lost for ever, and what follows a timeout (an InMail, a message elsewhere) tells somebody
//! who did accept that nobody looked. One reading serves everybody of the account, and none is made twice in half an hour.

use crate::model::account::Channel;
use crate::model::action::{Action, Trigger};
use crate::model::enrollment::{Awaits, Enrollment, Relation};
use crate::model::id::AccountId;
use crate::model::time::{HOUR_MS, MINUTE_MS, Timestamp};
use crate::runtime::partition::Partition;

/// No account's relations are read for this more often.
const APART_MS: i64 = 30 * MINUTE_MS;
/// Relations that cannot be read for so long hold nobody any more: no longer than the longest time between two polls.
const HELD_MS_MAX: i64 = 7 * HOUR_MS;

impl Partition {
    /// Is the time of a race for an acceptance up, but were the relations not read since? Then they are, soon, and the person is
    /// held: until when at most.
    pub(super) fn hold_for_a_last_look(&mut self, enrollment: &Enrollment, now: Timestamp) -> Option<Timestamp> {
        if enrollment.facts.relation != Relation::Pending
            || enrollment.pause().is_some()
            || !self.races_for_acceptance(enrollment)
        {
            return None;
        }
        let Awaits::Timer { due } = enrollment.frame()?.awaits else { return None };
        let until = due.plus_ms(HELD_MS_MAX);
        let account = self.accounts.get_mut(&enrollment.lines.get(&Channel::Linkedin)?.account)?;
        if until <= now || account.polled_at.is_some_and(|at| at >= due) {
            return None;
        }
        let soon = account.polled_at.map_or(now, |at| at.plus_ms(APART_MS)).max(now);
        account.poll_due = account.poll_due.map(|at| at.min(soon));
        self.last_looks.entry(account.id).or_default().insert(enrollment.id, until);
        Some(until)
    }

    fn races_for_acceptance(&self, enrollment: &Enrollment) -> bool {
        let step = enrollment.frame().map(|frame| frame.step);
        let campaign = self.campaigns.get(&enrollment.campaign).map(|installed| &installed.campaign);
        let (Some(step), Some(campaign)) = (step, campaign) else { return false };
        match campaign.steps.get(step.0 as usize).map(|step| &step.action) {
            Some(Action::Race { arms, .. }) => arms.iter().any(|arm| arm.trigger == Trigger::Accepted),
            Some(_) | None => false,
        }
    }

    /// The relations were read: whoever was held for it goes on now.
    pub(super) fn release_held(&mut self, account: AccountId, now: Timestamp) {
        for (enrollment, until) in self.last_looks.remove(&account).unwrap_or_default() {
            self.agenda.wake(enrollment, until, now);
        }
    }
}
