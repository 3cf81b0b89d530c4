//! A test's days: 0 is Monday 2027-01-04, each a calendar day in the contact's zone (LANGUAGE.md §11, Tests).

use crate::model::calendar::{Calendar, first_moment};
use crate::model::time::{DAY_MS, Delay, Timestamp, Unit};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// Day 0.
const BEGIN: Date = date(2027, 1, 4);

/// The days of one contact.
pub(super) struct Days {
    pub calendar: Calendar,
    pub zone: TimeZone,
}

impl Days {
    /// When a test begins: the first open minute from day 0 on, in the schedule's own zone.
    pub fn begin(calendar: &Calendar) -> Timestamp {
        let zone = calendar.zone_for(None);
        let midnight = first_moment(BEGIN, 0, &zone).unwrap_or_default();
        calendar.first_open_of(BEGIN, &zone).unwrap_or(midnight)
    }

    /// Which day a moment is in.
    pub fn day_of(&self, at: Timestamp) -> i64 {
        let today = at.in_zone(&self.zone).date();
        BEGIN.until(today).map_or(0, |span| i64::from(span.get_days()))
    }

    /// `Mon 09:00`
    pub fn clock(&self, at: Timestamp) -> String {
        at.in_zone(&self.zone).strftime("%a %H:%M").to_string()
    }

    /// `day 7 (Mon 09:12)`
    pub fn moment(&self, at: Timestamp) -> String {
        format!("day {} ({})", self.day_of(at), self.clock(at))
    }

    /// The first moment of a day.
    pub fn start(&self, day: u32) -> Timestamp {
        self.at_minute(day, 0)
    }

    /// The last moment of a day.
    pub fn end(&self, day: u32) -> Timestamp {
        self.at_minute(day.saturating_add(1), 0).plus_ms(-1)
    }

    /// A minute of a day; one that the clocks skip is the next that exists.
    pub fn at_minute(&self, day: u32, minute: u16) -> Timestamp {
        let date = i32::try_from(day).ok().and_then(|day| BEGIN.checked_add(day.days()).ok());
        let moment = date.and_then(|date| first_moment(date, minute, &self.zone));
        moment.unwrap_or(Timestamp(i64::MAX / 2))
    }

    /// When people act on a day: at its opening; on a closed one, at the time of day at which the next one opens.
    pub fn opening(&self, day: u32) -> Timestamp {
        let start = self.start(day);
        let Some(open) = self.calendar.next_open(start, &self.zone) else { return start };
        let local = open.in_zone(&self.zone);
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        self.at_minute(day, minute)
    }

    /// How far `within` looks from a moment on: hours and minutes exactly; days to the end of the last of them, if they are
    /// counted from a day, else exactly too.
    pub fn within(&self, delay: Delay, from: Timestamp, is_of_day: bool) -> Timestamp {
        let until = self.calendar.after(delay, 0, from, &self.zone);
        let in_days = match delay.unit {
            Unit::Minutes | Unit::Hours => false,
            Unit::Days | Unit::WorkingDays | Unit::Weeks => true,
        };
        match u32::try_from(self.day_of(until)) {
            Ok(day) if is_of_day && in_days => self.end(day),
            _ => until,
        }
    }
}

/// How far `then expect` looks.
pub(super) const THEN_MS: i64 = DAY_MS;
