//! What people have in common who are counted together.

use crate::model::account::Channel;
use crate::model::enrollment::{Awaits, Enrollment, Frame, Hold, Sends, Status, Trail};
use crate::model::id::{AccountId, CampaignId, OutcomeId, StepId};
use crate::model::time::Timestamp;
use crate::runtime::ceiling::{Place, place_of};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Where somebody is in their life, the operator's pauses of whole campaigns left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    Queued,
    Active,
    Paused,
    Parked,
    Ended,
}

impl Phase {
    /// The enrollment's.
    pub fn of(enrollment: &Enrollment) -> Self {
        let is_parked = matches!(hold(enrollment), Some(Hold::Parked { .. })) || enrollment.is_broken();
        match &enrollment.status {
            Status::Ended { handler: None, .. } => Self::Ended,
            _ if is_parked => Self::Parked,
            Status::Ended { .. } => Self::Ended,
            Status::Queued => Self::Queued,
            Status::Active { pause: Some(_), .. } => Self::Paused,
            Status::Active { .. } => Self::Active,
        }
    }

    /// `queued`, `active`, `paused`, `parked` or `ended` (INTERFACE.md §2). `is_halted`: the campaign, or everything, is paused.
    pub fn word(self, is_halted: bool) -> &'static str {
        match self {
            Self::Queued | Self::Active if is_halted => "paused",
            Self::Queued => "queued",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Parked => "parked",
            Self::Ended => "ended",
        }
    }
}

/// All that is counted of people, but for moments. A campaign has few hundred such groups, however many people are in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    pub campaign: CampaignId,
    pub phase: Phase,
    /// Of those who ended.
    pub outcome: Option<OutcomeId>,
    /// The step of the path, and that of a handler above it. Somebody queued who is paused stands before the first step, not
    /// at it.
    pub here: [Option<StepId>; 2],
    pub trail: Trail,
    pub sends: Sends,
    pub is_invited: bool,
    pub is_accepted: bool,
    pub has_replied: bool,
    /// A call is held up, or the engine failed.
    pub is_held: bool,
    /// The accounts that speak to them, by channel.
    pub lines: Vec<(Channel, AccountId)>,
    /// Under the ceiling of pending invitations.
    pub place: Option<Place>,
    /// The Monday (UTC) of the week in which they began; none: they did not begin.
    pub week: Option<Date>,
}

impl Group {
    /// The group somebody is in.
    pub fn of(enrollment: &Enrollment) -> Self {
        let (path, handler) = match &enrollment.status {
            Status::Queued => (None, None),
            Status::Active { path, handler, .. } => (Some(path), handler.as_ref().map(|handler| &handler.frame)),
            Status::Ended { handler, .. } => (None, handler.as_ref().map(|handler| &handler.frame)),
        };
        let step = |frame: Option<&Frame>| frame.filter(|frame| frame.visit.0 > 0).map(|frame| frame.step);
        let facts = &enrollment.facts;
        Self {
            campaign: enrollment.campaign,
            phase: Phase::of(enrollment),
            outcome: match &enrollment.status {
                Status::Ended { outcome, .. } => Some(*outcome),
                Status::Queued | Status::Active { .. } => None,
            },
            here: [step(path), step(handler)],
            trail: enrollment.trail.clone(),
            sends: enrollment.sends,
            is_invited: facts.invited_at.is_some(),
            is_accepted: facts.accepted_at.is_some(),
            has_replied: facts.replied_at.is_some(),
            is_held: hold(enrollment).is_some() || enrollment.is_broken(),
            lines: enrollment.lines.iter().map(|(channel, line)| (*channel, line.account)).collect(),
            place: place_of(enrollment),
            week: enrollment.started_at.and_then(monday),
        }
    }

    /// The step that goes on now: the handler's before the path's.
    pub fn step(&self) -> Option<StepId> {
        let [path, handler] = self.here;
        handler.or(path)
    }

    /// Has it ended for them? A late reply may still be answered.
    pub fn has_ended(&self) -> bool {
        self.outcome.is_some()
    }

    /// Was anything sent to them?
    pub fn is_reached(&self) -> bool {
        self.sends.invites + self.sends.messages + self.sends.inmails > 0
    }
}

/// When something happens to the enrollment by itself: a timer, a repetition, a reading.
pub(super) fn wake_of(enrollment: &Enrollment) -> Option<Timestamp> {
    let held = match hold(enrollment) {
        Some(Hold::Retry { until, .. }) => Some(*until),
        Some(Hold::Unknown { next_read, .. }) => Some(*next_read),
        Some(Hold::Open { .. } | Hold::Parked { .. }) | None => None,
    };
    enrollment.next_wake().or(held)
}

fn hold(enrollment: &Enrollment) -> Option<&Hold> {
    match &enrollment.frame()?.awaits {
        Awaits::Call { hold, .. } => hold.as_ref(),
        Awaits::Timer { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
    }
}

/// The Monday of the week, in UTC; none of a time no calendar has.
fn monday(at: Timestamp) -> Option<Date> {
    let date = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(TimeZone::UTC).date();
    let back = date.weekday().to_monday_zero_offset();
    Some(date.checked_sub(jiff::Span::new().days(i64::from(back))).unwrap_or(date))
}

#[cfg(test)]
mod tests {
    use super::monday;
    use crate::model::time::{DAY_MS, Timestamp};

    #[test]
    fn a_week_is_named_by_its_monday() {
        for day in [0, 3, 6] {
            let at = Timestamp(1_799_046_000_000 + day * DAY_MS);
            assert_eq!(monday(at).map(|date| date.to_string()).as_deref(), Some("2027-01-04"));
        }
    }
}
