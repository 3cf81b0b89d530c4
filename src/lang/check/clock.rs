//! How long ago something was at least, over all ways to one point of a path. Joined by the least, for the least is what
//! a person may live to see.

use crate::model::id::StepId;
use crate::model::time::{DAY_MS, Delay, HOUR_MS, MINUTE_MS, Unit, Until};

/// LinkedIn takes no invitation to somebody within three weeks of one that was withdrawn (LANGUAGE.md §9).
pub const REINVITE_MS_MIN: i64 = 21 * DAY_MS;
/// Two sends within twelve hours are hasty (LANGUAGE.md §9).
pub const SENDS_APART_MS_MIN: i64 = 12 * HOUR_MS;

/// Something that happened, and how long ago at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ago {
    pub ms: i64,
    /// The step at which it happened.
    pub step: StepId,
}

/// What of the past still matters; none: it never happened, or is long enough ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// An invitation was taken back.
    pub withdrawn: Option<Ago>,
    /// Something was sent, and nobody has answered since.
    pub sent: Option<Ago>,
    /// The race that ended with an acceptance, without a wait since.
    pub accepted: Option<StepId>,
}

impl Clock {
    /// The least of two pasts.
    pub fn join(self, other: Self) -> Self {
        Self {
            withdrawn: least(self.withdrawn, other.withdrawn),
            sent: least(self.sent, other.sent),
            accepted: self.accepted.or(other.accepted),
        }
    }

    /// After a wait.
    pub fn after(self, delay: Delay) -> Self {
        let ms = shortest_ms(delay);
        Self {
            withdrawn: later(self.withdrawn, ms, REINVITE_MS_MIN),
            sent: later(self.sent, ms, SENDS_APART_MS_MIN),
            accepted: None,
        }
    }

    /// After a wait for a moment. A weekday, a field and a cron expression may be minutes away, but who writes them has
    /// thought of the hour: no haste.
    pub fn until(self, until: &Until) -> Self {
        match until {
            Until::Delay(delay) => self.after(*delay),
            Until::Weekday { .. } | Until::Field { .. } | Until::ReturnDate { .. } | Until::Cron(_) => {
                Self { sent: None, accepted: None, ..self }
            }
        }
    }

    /// After an event that calls for an answer.
    pub fn answered(self) -> Self {
        Self { sent: None, accepted: None, ..self }
    }

    /// After a send.
    pub fn sent_at(self, step: StepId) -> Self {
        Self { sent: Some(Ago { ms: 0, step }), accepted: None, ..self }
    }

    /// After a withdrawal.
    pub fn withdrawn_at(self, step: StepId) -> Self {
        Self { withdrawn: Some(Ago { ms: 0, step }), ..self }
    }
}

fn least(one: Option<Ago>, other: Option<Ago>) -> Option<Ago> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.ms < one.ms { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn later(ago: Option<Ago>, ms: i64, enough_ms: i64) -> Option<Ago> {
    let ago = ago.map(|ago| Ago { ms: ago.ms.saturating_add(ms), ..ago });
    ago.filter(|ago| ago.ms < enough_ms)
}

/// The shortest a wait can be, in milliseconds; a working day counts as a day.
fn shortest_ms(delay: Delay) -> i64 {
    let unit_ms = match delay.unit {
        Unit::Minutes => MINUTE_MS,
        Unit::Hours => HOUR_MS,
        Unit::Days | Unit::WorkingDays => DAY_MS,
        Unit::Weeks => 7 * DAY_MS,
    };
    i64::from(delay.min).saturating_mul(unit_ms)
}
