//! Instants and durations: arithmetic without a clock. What a working day is, says `calendar`.

use crate::model::cron::Cron;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// An instant: milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This instant plus so many milliseconds, held at the ends of the range.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this; negative when `earlier` is later.
    pub fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As jiff's instant; held at the ends of jiff's range (years -9999 to 9999).
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
    }

    /// In the zone's civil time.
    pub fn in_zone(self, zone: &TimeZone) -> jiff::Zoned {
        self.to_jiff().to_zoned(zone.clone())
    }

    /// The day in UTC: `2026-11-20`.
    pub fn day(self) -> String {
        self.iso_ms().chars().take(10).collect()
    }

    /// `2026-09-14T08:21:37.412Z`: the form postpress demands (POSTPRESS.md §0).
    pub fn iso_ms(self) -> String {
        format!("{:.3}", self.to_jiff())
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

impl From<&jiff::Zoned> for Timestamp {
    fn from(at: &jiff::Zoned) -> Self {
        Self(at.timestamp().as_millisecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso_ms())
    }
}

/// A unit of the language (LANGUAGE.md §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Exact.
    Minutes,
    /// Exact.
    Hours,
    /// Keeps the local clock time.
    Days,
    /// Like days, skipping closed days and holidays.
    WorkingDays,
    /// Seven days.
    Weeks,
}

impl Unit {
    /// The unit as the language writes it, singular for exactly one.
    pub fn word(self, count: u32) -> &'static str {
        match (self, count) {
            (Self::Minutes, 1) => "minute",
            (Self::Minutes, _) => "minutes",
            (Self::Hours, 1) => "hour",
            (Self::Hours, _) => "hours",
            (Self::Days, 1) => "day",
            (Self::Days, _) => "days",
            (Self::WorkingDays, 1) => "working day",
            (Self::WorkingDays, _) => "working days",
            (Self::Weeks, 1) => "week",
            (Self::Weeks, _) => "weeks",
        }
    }
}

/// `3 days`, or `2 to 20 hours`: a length as the language says it. `min == max` unless it is a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Delay {
    pub min: u32,
    pub max: u32,
    pub unit: Unit,
}

impl Delay {
    /// A fixed length.
    pub const fn exactly(count: u32, unit: Unit) -> Self {
        Self { min: count, max: count, unit }
    }

    /// The longest it can be in whole milliseconds, closed days not counted.
    pub fn longest_ms(self) -> i64 {
        let unit_ms = match self.unit {
            Unit::Minutes => MINUTE_MS,
            Unit::Hours => HOUR_MS,
            Unit::Days | Unit::WorkingDays => DAY_MS,
            Unit::Weeks => 7 * DAY_MS,
        };
        i64::from(self.max) * unit_ms
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max {
            write!(f, "{} {}", self.max, self.unit.word(self.max))
        } else {
            write!(f, "{} to {} {}", self.min, self.max, self.unit.word(self.max))
        }
    }
}

/// Where a `wait until` or `pause until` ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Until {
    /// `monday 09:00` in the contact's zone, strictly after now. Weekday: 0 is Monday. Minute: of the day.
    Weekday { weekday: u8, minute: u16 },
    /// A length from now.
    Delay(Delay),
    /// The contact's date field; the delay when the field is missing (none: ends at once).
    Field { field: String, or: Option<Delay> },
    /// `reply.return_date`: what an out-of-office reply names; the delay when it names none.
    ReturnDate { or: Option<Delay> },
    /// The next time the expression names, strictly after now, in the contact's zone.
    Cron(Cron),
}
