//! Sending hours around every change of clocks, beside a search that looks at each minute.

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::sim::{Chance, ZONES};
use crate::lab::verdict::Verdict;
use crate::model::calendar::Calendar;
use crate::model::time::{DAY_MS, Delay, HOUR_MS, MINUTE_MS, Timestamp, Unit};
use jiff::tz::TimeZone;

/// 2026-01-01, and the days from there on in which changes of clocks are looked for.
const FROM: Timestamp = Timestamp(1_767_225_600_000);
const DAYS: i64 = 3 * 365;
/// How far a search minute by minute goes.
const SEARCH_MINUTES: i64 = 3 * 24 * 60;

/// Compares the two at moments before and after each change, for drawn windows.
///
/// # Errors
/// A zone is not known here.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let mut verdict = Verdict::new();
    let (mut asked, mut wrong, mut changes) = (0, 0, 0);
    for zone in ZONES {
        let tz = TimeZone::get(zone).map_err(|fault| LabFault(format!("{zone}: {fault}")))?;
        for change in tz.following(FROM.to_jiff()).map(|change| Timestamp::from(change.timestamp())) {
            if change.since_ms(FROM) > DAYS * DAY_MS {
                break;
            }
            changes += 1;
            let mut chance = Chance::new(order.seed.wrapping_add(changes), zone);
            for _ in 0..order.runs(40, 2_000) {
                let calendar = drawn(&mut chance, zone);
                // Half of them close by: an hour that comes twice opens twice.
                let near_ms = if chance.percent(50) { 3 * HOUR_MS } else { 2 * DAY_MS };
                let at = change.plus_ms(chance.between(-near_ms, near_ms / 4));
                asked += 1;
                let (found, expected) = (calendar.next_open(at, &tz), searched(&calendar, at, &tz));
                if expected.is_some() && found != expected {
                    wrong += 1;
                    if wrong <= 5 {
                        let windows = calendar.windows.first();
                        verdict.fault(format!("{zone}, {windows:?}: from {at} it opens at {expected:?}, not at {found:?}"));
                    }
                }
            }
        }
    }
    verdict.at_least("changes_of_clocks", changes, 20);
    verdict.at_least("questions", asked, 400);
    verdict.none("other_answers", wrong);
    Ok(verdict)
}

/// A window a day, more often than not about the hours in which clocks change.
fn drawn(chance: &mut Chance, zone: &str) -> Calendar {
    let from = if chance.percent(60) { chance.between(0, 4 * 60) } else { chance.between(0, 23 * 60) };
    let to = (from + chance.between(1, 3 * 60)).min(24 * 60);
    let minute = |at: i64| u16::try_from(at).unwrap_or(0);
    let windows = vec![(minute(from), minute(to))];
    Calendar {
        windows: std::array::from_fn(|_| windows.clone()),
        of_contact: false,
        zone: zone.to_owned(),
        holidays: std::collections::BTreeSet::new(),
        gap: Delay::exactly(1, Unit::Minutes),
    }
}

fn searched(calendar: &Calendar, at: Timestamp, tz: &TimeZone) -> Option<Timestamp> {
    if calendar.is_open(at, tz) {
        return Some(at);
    }
    let next_minute = at.0.div_euclid(MINUTE_MS) * MINUTE_MS;
    (1..=SEARCH_MINUTES).map(|minutes| Timestamp(next_minute + minutes * MINUTE_MS)).find(|at| calendar.is_open(*at, tz))
}
