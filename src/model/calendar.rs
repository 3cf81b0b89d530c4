//! When we may send, and where a wait ends: civil time, windows, working days. Arithmetic, no clock.

use crate::model::cron::Cron;
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{DAY_MS, Delay, HOUR_MS, MINUTE_MS, Timestamp, Unit};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far ahead an opening is looked for; a schedule without one in that time is never open.
pub const LOOK_AHEAD_DAYS: i32 = 400;

/// The most working days that are counted one by one; what is beyond counts as plain days.
const WORKING_DAYS_MAX: u64 = 20_000;

/// A schedule: opening hours by weekday, holidays, time zone, gap between two calls of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// By weekday, 0 is Monday: opening times as minutes of the day (`from`, `to`), sorted, apart; `to` may be 1,440.
    pub windows: [Vec<(u16, u16)>; 7],
    /// `timezone of contact or …`: the contact's own zone goes first.
    pub of_contact: bool,
    /// IANA name of the schedule's zone.
    pub zone: String,
    pub holidays: BTreeSet<Date>,
    /// Minutes between two calls of one account, drawn from the range.
    pub gap: Delay,
}

impl Calendar {
    /// The zone a contact lives in: its own where the schedule says so and the name is known, else the schedule's, else UTC.
    pub fn zone_for(&self, contact_zone: Option<&str>) -> TimeZone {
        let own = contact_zone.filter(|_| self.of_contact).and_then(|name| TimeZone::get(name.trim()).ok());
        own.or_else(|| TimeZone::get(&self.zone).ok()).unwrap_or(TimeZone::UTC)
    }

    /// May something be sent at that moment?
    pub fn is_open(&self, at: Timestamp, tz: &TimeZone) -> bool {
        let local = at.in_zone(tz).datetime();
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        !self.holidays.contains(&local.date())
            && self.windows_of(local.date()).iter().any(|(from, to)| (*from..*to).contains(&minute))
    }

    /// The first moment from `at` on at which something may be sent; `at` itself when open. None: not within 400 days.
    pub fn next_open(&self, at: Timestamp, tz: &TimeZone) -> Option<Timestamp> {
        if self.is_open(at, tz) {
            return Some(at);
        }
        // Clocks that are set forward or back may land inside a window.
        let shift = tz.following(at.to_jiff()).next().map(|change| Timestamp::from(change.timestamp()));
        let shift = shift.filter(|shift| self.is_open(*shift, tz) && !is_planted(Bug::GapNeverOpens));
        let today = at.in_zone(tz).date();
        let opening = (0..=LOOK_AHEAD_DAYS).find_map(|ahead| {
            let date = today.checked_add(ahead.days()).ok()?;
            self.openings(date, tz).into_iter().find(|moment| *moment > at)
        });
        match (opening, shift) {
            (Some(opening), Some(shift)) => Some(opening.min(shift)),
            (opening, _) => opening,
        }
    }

    /// The first moment of that civil day at which something may be sent; when the day is closed, the next one after it.
    /// None: never within 400 days.
    pub fn first_open_of(&self, date: Date, tz: &TimeZone) -> Option<Timestamp> {
        self.next_open(first_moment(date, 0, tz)?, tz)
    }

    /// Is there any opening on that day?
    pub fn is_working_day(&self, date: Date) -> bool {
        !self.holidays.contains(&date) && !self.windows_of(date).is_empty()
    }

    /// Where a wait ends that begins at `from` (LANGUAGE.md §4). `draw` chooses within a range: hours and minutes by the
    /// millisecond, days whole. Held at the ends of time.
    pub fn after(&self, delay: Delay, draw: u64, from: Timestamp, tz: &TimeZone) -> Timestamp {
        let count = i64::from(delay.min) + drawn(draw, delay.max.saturating_sub(delay.min));
        match delay.unit {
            Unit::Minutes => from.plus_ms(exact_ms(delay, MINUTE_MS, draw)),
            Unit::Hours => from.plus_ms(exact_ms(delay, HOUR_MS, draw)),
            Unit::Days => plus_days(from, count, tz),
            Unit::Weeks => plus_days(from, count.saturating_mul(7), tz),
            Unit::WorkingDays => self.plus_working_days(from, count, tz),
        }
    }

    /// The next `weekday` (0 is Monday) at that minute of the day, strictly after `from`. A minute that DST skips moves
    /// to the next one that exists.
    pub fn next_weekday(&self, weekday: u8, minute: u16, from: Timestamp, tz: &TimeZone) -> Timestamp {
        let today = from.in_zone(tz).date();
        (0..=14i32)
            .filter_map(|ahead| today.checked_add(ahead.days()).ok())
            .filter(|date| date.weekday().to_monday_zero_offset() == i8::try_from(weekday % 7).unwrap_or(0))
            .filter_map(|date| first_moment(date, minute, tz))
            .find(|moment| *moment > from)
            .unwrap_or_else(|| from.plus_ms(7 * DAY_MS))
    }

    /// How many working days lie after the day of `from` up to the day of `to`; 0 when `to` is not later.
    pub fn working_days_between(&self, from: Timestamp, to: Timestamp, tz: &TimeZone) -> u32 {
        let (first, last) = (from.in_zone(tz).date(), to.in_zone(tz).date());
        let days = first.series(1.day()).skip(1).take_while(|date| *date <= last);
        u32::try_from(days.filter(|date| self.is_working_day(*date)).count()).unwrap_or(u32::MAX)
    }

    /// Milliseconds between two calls of one account, drawn from the gap's range.
    pub fn gap_ms(&self, draw: u64) -> i64 {
        let unit_ms = Delay::exactly(1, self.gap.unit).longest_ms();
        exact_ms(self.gap, unit_ms, draw)
    }

    fn windows_of(&self, date: Date) -> &[(u16, u16)] {
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.windows.get(day).map_or(&[], Vec::as_slice)
    }

    /// The moments of a day at which a window opens, in order; a repeated hour opens twice.
    fn openings(&self, date: Date, tz: &TimeZone) -> Vec<Timestamp> {
        if !self.is_working_day(date) {
            return Vec::new();
        }
        let mut moments: Vec<Timestamp> = self
            .windows_of(date)
            .iter()
            .filter_map(|(from, _)| civil(date, *from))
            .flat_map(|at| {
                let repeated = match tz.to_ambiguous_timestamp(at).offset() {
                    AmbiguousOffset::Fold { after, .. } => after.to_timestamp(at).ok().map(Timestamp::from),
                    AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
                };
                [existing(at, tz), repeated]
            })
            .flatten()
            .filter(|moment| self.is_open(*moment, tz))
            .collect();
        moments.sort_unstable();
        moments
    }

    fn plus_working_days(&self, from: Timestamp, count: i64, tz: &TimeZone) -> Timestamp {
        if count == 0 {
            return from;
        }
        let today = from.in_zone(tz).date();
        let opens_some_day =
            (0..LOOK_AHEAD_DAYS).any(|ahead| today.checked_add(ahead.days()).is_ok_and(|date| self.is_working_day(date)));
        let counted = count.min(i64::try_from(WORKING_DAYS_MAX).unwrap_or(i64::MAX));
        let nth = usize::try_from(counted - 1).unwrap_or(0);
        let within = i32::try_from(counted.saturating_mul(7)).unwrap_or(i32::MAX).saturating_add(LOOK_AHEAD_DAYS);
        let date = (1..=within)
            .map_while(|ahead| today.checked_add(ahead.days()).ok())
            .filter(|date| self.is_working_day(*date))
            .nth(nth)
            .filter(|_| opens_some_day && counted == count);
        let days = date.and_then(|date| today.until(date).ok()).map(|span| i64::from(span.get_days()));
        plus_days(from, days.unwrap_or(count), tz)
    }
}

impl Cron {
    /// The next moment it names, strictly after `from`, in civil time of the zone. A minute that the zone skips moves to the
    /// next one that exists; one that it repeats counts once, the first time. None: not before the year 2100.
    pub fn next(&self, from: Timestamp, tz: &TimeZone) -> Option<Timestamp> {
        let local = from.in_zone(tz).datetime();
        self.first_accepted(local, &|at| existing(at, tz).filter(|moment| *moment > from))
    }
}

/// The first moment that exists at or after that minute of the civil day; of a repeated minute the earlier one.
pub fn first_moment(date: Date, minute: u16, tz: &TimeZone) -> Option<Timestamp> {
    existing(civil(date, minute)?, tz)
}

/// The civil day a list's date field means: `2027-01-04`, or the day of a date-time (in the zone when it names an offset).
pub fn civil_date(text: &str, tz: &TimeZone) -> Option<Date> {
    Some(civil_moment(text, tz)?.date())
}

/// The civil moment a date field means; a date alone is its midnight.
pub fn civil_moment(text: &str, tz: &TimeZone) -> Option<DateTime> {
    let text = text.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.to_zoned(tz.clone()).datetime());
    }
    text.parse::<DateTime>().ok()
}

fn civil(date: Date, minute: u16) -> Option<DateTime> {
    let (hour, rest) = (minute / 60, minute % 60);
    if hour == 24 {
        return date.tomorrow().ok().map(|next| next.to_datetime(Time::midnight()));
    }
    Some(date.to_datetime(Time::new(i8::try_from(hour).ok()?, i8::try_from(rest).ok()?, 0, 0).ok()?))
}

/// The moment of that civil time, or of the first one after it that exists.
fn existing(at: DateTime, tz: &TimeZone) -> Option<Timestamp> {
    let ambiguous = tz.to_ambiguous_timestamp(at);
    if let AmbiguousOffset::Gap { before, .. } = ambiguous.offset() {
        if is_planted(Bug::GapNeverOpens) {
            return None;
        }
        let after_gap = before.to_timestamp(at).ok()?;
        let change = tz.preceding(after_gap.checked_add(1.millisecond()).ok()?).next()?;
        return Some(Timestamp::from(change.timestamp()));
    }
    ambiguous.compatible().ok().map(Timestamp::from)
}

/// So many days on at the same local clock time.
fn plus_days(from: Timestamp, days: i64, tz: &TimeZone) -> Timestamp {
    let local = from.in_zone(tz);
    let moved = i32::try_from(days).ok().and_then(|days| {
        let span = jiff::Span::new().try_days(days).ok()?;
        local.checked_add(span).ok()
    });
    moved.map_or_else(|| from.plus_ms(days.saturating_mul(DAY_MS)), |moved| Timestamp::from(&moved))
}

fn exact_ms(delay: Delay, unit_ms: i64, draw: u64) -> i64 {
    let least = i64::from(delay.min).saturating_mul(unit_ms);
    let span = i64::from(delay.max.saturating_sub(delay.min)).saturating_mul(unit_ms);
    let extra = draw % (u64::try_from(span).unwrap_or(0).saturating_add(1));
    least.saturating_add(i64::try_from(extra).unwrap_or(0))
}

fn drawn(draw: u64, span: u32) -> i64 {
    i64::try_from(draw % (u64::from(span) + 1)).unwrap_or(0)
}
