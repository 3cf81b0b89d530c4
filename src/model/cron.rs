//! A cron expression of the language: five fields, civil time.
//!
//! The `cron` crate counts through the calendar; this file gives it the dialect everybody knows (no seconds, Sunday is
//! 0 or 7, day of month *or* day of week where both are named). What its civil times are in a zone, `calendar` says.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use jiff::civil;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::OnceLock;

/// Longest expression in characters; above it it is refused.
const CRON_CHARS_MAX: usize = 200;

/// How many civil times are tried for one that lies ahead: more than a repeated hour has minutes.
const TRIES_MAX: usize = 200;

/// Milliseconds in an hour, and in a day.
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How far the longest wait is looked for: leap days come every four years, and fall on a weekday every 28.
const LOOK_MS: i64 = 30 * 366 * DAY_MS;

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A checked expression. Read on first use, compared and stored by its source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cron {
    pub source: String,
    #[serde(skip)]
    schedules: OnceLock<Vec<cron::Schedule>>,
}

impl Cron {
    /// Checks an expression; the error is one sentence for its author.
    pub fn new(source: &str) -> Result<Self, String> {
        let schedules = read(source)?;
        let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Self { source, schedules: OnceLock::from(schedules) })
    }

    /// The first civil time it names after `from` that is accepted, as what it is accepted for; the earliest of them.
    pub fn first_accepted<T: Ord>(&self, from: civil::DateTime, accept: &dyn Fn(civil::DateTime) -> Option<T>) -> Option<T> {
        let schedules = self.schedules.get_or_init(|| read(&self.source).unwrap_or_default());
        let day = NaiveDate::from_ymd_opt(from.year().into(), from.month().try_into().ok()?, from.day().try_into().ok()?)?;
        let time = (from.hour().try_into().ok()?, from.minute().try_into().ok()?, from.second().try_into().ok()?);
        let start = day.and_hms_opt(time.0, time.1, time.2)?.and_utc();
        let first =
            |schedule: &cron::Schedule| schedule.after(&start).take(TRIES_MAX).filter_map(|at| accept(named(&at)?)).next();
        schedules.iter().filter_map(first).min()
    }

    /// The longest wait for its next time, in milliseconds; at most that where it comes several times on some days only.
    pub fn longest_ms(&self) -> i64 {
        let fields: Vec<&str> = self.source.split_whitespace().collect();
        let [minute, hour, days @ ..] = fields.as_slice() else { return 0 };
        let least = |field: &str, name, most| numbers(field, name, 0, most, &[]).ok().and_then(|all| all.first().copied());
        let within_a_day = days.iter().all(|field| *field == "*");
        let (source, look_ms) = match (least(minute, "minute", 59), least(hour, "hour", 23)) {
            (Some(minute), Some(hour)) if !within_a_day => (format!("{minute} {hour} {}", days.join(" ")), LOOK_MS),
            _ => (self.source.clone(), 2 * DAY_MS),
        };
        let schedules = read(&source).unwrap_or_default();
        let start = DateTime::<Utc>::UNIX_EPOCH.timestamp_millis();
        let (mut last, mut longest) = (start, 0);
        while last - start <= look_ms {
            let Some(at) = DateTime::from_timestamp_millis(last) else { break };
            let Some(next) = schedules.iter().filter_map(|schedule| schedule.after(&at).next()).min() else { break };
            longest = longest.max(next.timestamp_millis() - last);
            last = next.timestamp_millis();
        }
        // An hour more for the days on which clocks are set back.
        longest + HOUR_MS
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Cron {}

/// A civil time that the crate counts as one of UTC.
fn named(at: &DateTime<Utc>) -> Option<civil::DateTime> {
    let (year, month, day) = (at.year().try_into().ok()?, at.month().try_into().ok()?, at.day().try_into().ok()?);
    let (hour, minute) = (at.hour().try_into().ok()?, at.minute().try_into().ok()?);
    civil::DateTime::new(year, month, day, hour, minute, 0, 0).ok()
}

/// One schedule, or two where either the day of the month or the day of the week is enough.
fn read(source: &str) -> Result<Vec<cron::Schedule>, String> {
    if source.chars().count() > CRON_CHARS_MAX {
        return Err(format!("it is longer than {CRON_CHARS_MAX} characters"));
    }
    let fields: Vec<&str> = source.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(format!("it has {}, and five are needed: minute, hour, day, month, weekday", counted(fields.len())));
    };
    for field in &fields {
        if let Some(odd) = field.chars().find(|c| !(c.is_ascii_alphanumeric() || "*,/-".contains(*c))) {
            return Err(format!("`{odd}` means nothing in `{field}`"));
        }
    }
    for (field, name, least, most) in [(minute, "minute", 0, 59), (hour, "hour", 0, 23), (day, "day", 1, 31)] {
        numbers(field, name, least, most, &[])?;
    }
    let weekdays = weekdays(weekday)?;
    let schedule = |day: &str, weekday: &str| {
        let six = format!("0 {minute} {hour} {day} {} {weekday}", month.to_ascii_lowercase());
        cron::Schedule::from_str(&six).map_err(|_| format!("`{month}` is no month"))
    };
    let any = |field: &str| field.starts_with('*');
    let both = [schedule(day, "*")?, schedule("*", &weekdays)?];
    let schedules = if any(day) || any(weekday) { vec![schedule(day, &weekdays)?] } else { both.to_vec() };
    let start = DateTime::<Utc>::UNIX_EPOCH;
    if schedules.iter().all(|schedule| schedule.after(&start).next().is_none()) {
        return Err("it names a day that never comes".to_owned());
    }
    Ok(schedules)
}

fn counted(fields: usize) -> String {
    format!("{fields} field{}", if fields == 1 { "" } else { "s" })
}

/// The days of the week as the crate names them.
fn weekdays(field: &str) -> Result<String, String> {
    if field == "*" {
        return Ok(field.to_owned());
    }
    let days: BTreeSet<u32> = numbers(field, "weekday", 0, 7, &WEEKDAYS)?.into_iter().map(|day| day % 7).collect();
    let names = days.into_iter().filter_map(|day| WEEKDAYS.get(day as usize).copied());
    Ok(names.collect::<Vec<_>>().join(","))
}

/// The numbers of a field: `*`, `3`, `1-5`, `*/15`, `9-17/2`, lists of them, names where the field has some.
fn numbers(field: &str, name: &str, least: u32, most: u32, names: &[&str]) -> Result<BTreeSet<u32>, String> {
    let value = |text: &str| {
        let named = names.iter().position(|known| known.eq_ignore_ascii_case(text)).and_then(|at| u32::try_from(at).ok());
        let value = named.or_else(|| text.parse().ok()).filter(|value| (least..=most).contains(value));
        value.ok_or_else(|| format!("`{text}` is no {name}: {least} to {most}"))
    };
    let mut all = BTreeSet::new();
    for item in field.split(',') {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, if names.is_empty() { most } else { most - 1 }),
            Some((from, to)) => (value(from)?, value(to)?),
            None if step.is_some() => (value(range)?, most),
            None => (value(range)?, value(range)?),
        };
        let step: usize =
            step.map_or(Ok(1), str::parse).ok().filter(|step| *step > 0).ok_or_else(|| format!("`{item}` steps by nothing"))?;
        if from > to {
            return Err(format!("`{range}` runs backwards"));
        }
        all.extend((from..=to).step_by(step));
    }
    Ok(all)
}
