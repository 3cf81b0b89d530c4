//! Schedules: opening hours, zones, holidays, gaps, out of what is written. A campaign's schedule narrows the
//! workspace's. Reports `never-open`, `unknown-zone`, `loosens-limit`.

use crate::lang::check::files::Naming;
use crate::lang::check::holidays;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{Schedule, SendWindow};
use crate::lang::words::nearest;
use crate::model::calendar::Calendar;
use crate::model::time::{Delay, Unit};
use std::collections::BTreeSet;

/// Opening times by weekday, as `Calendar` has them.
type Windows = [Vec<(u16, u16)>; 7];

/// A schedule and the file it stands in.
#[derive(Clone, Copy)]
pub struct WrittenSchedule<'a> {
    pub schedule: &'a Schedule,
    pub naming: Naming<'a>,
}

/// Where nothing is said: Monday to Friday, 09:00 to 18:00 where the contact lives, 4 to 11 minutes between two calls.
/// `zone` is for contacts without one: the first account's, if it has any.
pub fn default_calendar(zone: Option<&str>) -> Calendar {
    let working = (9 * 60, 18 * 60);
    Calendar {
        windows: std::array::from_fn(|day| if day < 5 { vec![working] } else { Vec::new() }),
        of_contact: true,
        zone: zone.unwrap_or("UTC").to_owned(),
        holidays: BTreeSet::new(),
        gap: Delay { min: 4, max: 11, unit: Unit::Minutes },
    }
}

/// The workspace's calendar: what it says put over the default.
pub fn workspace_calendar(written: Option<WrittenSchedule>, zone: Option<&str>, out: &mut Diagnostics) -> Calendar {
    let default = default_calendar(zone);
    let Some(written) = written else { return default };
    let windows = own_windows(written.schedule, out).unwrap_or_else(|| default.windows.clone());
    rest(written, Calendar { windows, ..default }, out)
}

/// A campaign's calendar: the workspace's, narrowed. `said` is what the workspace has written: where it says nothing
/// there is nothing to narrow, and the campaign's word holds.
pub fn campaign_calendar(
    written: Option<WrittenSchedule>,
    workspace: &Calendar,
    said: Option<&Schedule>,
    out: &mut Diagnostics,
) -> Calendar {
    let Some(written) = written else { return workspace.clone() };
    let mut calendar = workspace.clone();
    if let Some(own) = own_windows(written.schedule, out) {
        let is_said = said.is_some_and(|said| !said.sends.is_empty());
        calendar.windows = if is_said { narrowed(written.schedule, &own, &workspace.windows, out) } else { own };
    }
    let is_shorter = |gap: Delay| said.is_some_and(|said| said.gap.is_some()) && minutes(gap).min < workspace.gap.min;
    if let Some(gap) = written.schedule.gap.as_ref().filter(|gap| is_shorter(gap.value.value)) {
        let allowed = workspace.gap;
        out.push(loosens(gap.value.span, format!("a gap of {} is shorter than the workspace's {allowed}", gap.value.value)));
    }
    rest(written, calendar, out)
}

/// Reports a zone nobody knows.
pub fn check_zone(zone: &Spanned<String>, out: &mut Diagnostics) {
    if jiff::tz::TimeZone::get(zone.value.trim()).is_ok() {
        return;
    }
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    let city = zone.value.to_lowercase().replace(' ', "_");
    let same_city = names.iter().find(|name| name.to_lowercase().rsplit('/').next() == Some(city.as_str()));
    let near = same_city.map(String::as_str).or_else(|| nearest(&zone.value, names.iter().map(String::as_str)));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write an IANA name, as in `Europe/Paris`".to_owned(),
    };
    out.push(Diagnostic::new(Code::UnknownZone, zone.span, format!("nobody knows the time zone `{}`", zone.value), help));
}

/// Zone, holidays and gap of a schedule, over those of another.
fn rest(written: WrittenSchedule, mut calendar: Calendar, out: &mut Diagnostics) -> Calendar {
    if let Some(line) = &written.schedule.timezone {
        calendar.of_contact = line.value.of_contact;
        if let Some(zone) = &line.value.zone {
            check_zone(zone, out);
            calendar.zone = zone.value.trim().to_owned();
        }
    }
    for line in &written.schedule.holidays {
        calendar.holidays.extend(holidays::read(written.naming, &line.value, out));
    }
    if let Some(gap) = &written.schedule.gap {
        calendar.gap = minutes(gap.value.value);
    }
    calendar
}

/// The schedule's own opening hours; none: it says nothing of them.
fn own_windows(schedule: &Schedule, out: &mut Diagnostics) -> Option<Windows> {
    if schedule.sends.is_empty() {
        return None;
    }
    let mut windows: Windows = Default::default();
    let mut is_told = false;
    for line in &schedule.sends {
        for times in &line.value.times {
            let (from, to) = times.value;
            if from >= to {
                is_told = true;
                let message = format!("{}-{} is never open", clock(from), clock(to));
                let help = "a window ends later than it begins, on the same day; for the night write one until `24:00`";
                out.push(Diagnostic::new(Code::NeverOpen, times.span, message, help));
                continue;
            }
            for day in days(&line.value) {
                if let Some(windows) = windows.get_mut(day) {
                    windows.push((from, to));
                }
            }
        }
    }
    windows.iter_mut().for_each(join);
    if is_never_open(&windows) && !is_told {
        out.push(never_open(schedule.span, "the schedule is never open"));
    }
    Some(windows)
}

/// What both schedules open. Hours of the campaign's that the workspace does not have are told of.
fn narrowed(schedule: &Schedule, own: &Windows, workspace: &Windows, out: &mut Diagnostics) -> Windows {
    for line in &schedule.sends {
        for times in line.value.times.iter().filter(|times| times.value.0 < times.value.1) {
            let is_within = |day: usize| workspace.get(day).is_some_and(|open| covers(open, times.value));
            if !days(&line.value).all(is_within) {
                let (from, to) = times.value;
                let message = format!("{}-{} is open when the workspace is not", clock(from), clock(to));
                out.push(loosens(times.span, message));
            }
        }
    }
    let both: Windows = std::array::from_fn(|day| {
        let open = |windows: &Windows| windows.get(day).cloned().unwrap_or_default();
        let (own, workspace) = (open(own), open(workspace));
        let pairs = own.iter().flat_map(|one| workspace.iter().map(move |other| (one.0.max(other.0), one.1.min(other.1))));
        pairs.filter(|(from, to)| from < to).collect()
    });
    if is_never_open(&both) && !is_never_open(own) && !is_never_open(workspace) {
        out.push(never_open(schedule.span, "this schedule and the workspace's are never open together"));
    }
    both
}

fn covers(open: &[(u16, u16)], (from, to): (u16, u16)) -> bool {
    open.iter().any(|(start, end)| *start <= from && to <= *end)
}

/// Weekdays of a line; `friday to monday` goes round the end of the week.
fn days(line: &SendWindow) -> impl Iterator<Item = usize> + '_ {
    line.days.iter().flat_map(|days| {
        let (first, last) = (usize::from(days.value.0), usize::from(days.value.1));
        (0..=(last + 7 - first) % 7).map(move |ahead| (first + ahead) % 7)
    })
}

/// Sorts, and makes one of what touches.
fn join(windows: &mut Vec<(u16, u16)>) {
    windows.sort_unstable();
    windows.dedup_by(|next, before| {
        let touches = next.0 <= before.1;
        if touches {
            before.1 = before.1.max(next.1);
        }
        touches
    });
}

fn is_never_open(windows: &Windows) -> bool {
    windows.iter().all(Vec::is_empty)
}

fn minutes(gap: Delay) -> Delay {
    let factor = match gap.unit {
        Unit::Minutes => 1,
        Unit::Hours => 60,
        Unit::Days | Unit::WorkingDays => 24 * 60,
        Unit::Weeks => 7 * 24 * 60,
    };
    Delay { min: gap.min.saturating_mul(factor), max: gap.max.saturating_mul(factor), unit: Unit::Minutes }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn never_open(span: Span, message: &str) -> Diagnostic {
    let help = "give it a day and hours, as in `send monday to friday 09:00-17:30`";
    Diagnostic::new(Code::NeverOpen, span, message, help)
}

fn loosens(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::LoosensLimit, span, message, "a campaign only narrows; change the workspace's schedule, or this one")
}
