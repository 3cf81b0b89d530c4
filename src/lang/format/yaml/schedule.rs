//! Schedules and limits as YAML.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Layout, Value};
use crate::lang::format::yaml::shared::{lines, path};
use crate::lang::syntax::{Limit, Limits, Line, Schedule, ScheduleZone};

/// `schedule`
pub fn schedule(schedule: &Schedule) -> Entry {
    let mut entries = Vec::new();
    entries.extend(lines("send", &schedule.sends, |window| doc::word(&phrase::send_window(window))));
    entries.extend(schedule.timezone.iter().map(|line| Entry::new("timezone", zone(&line.value)).with(&line.notes)));
    entries.extend(lines("holidays", &schedule.holidays, path));
    let gap = schedule.gap.iter();
    entries.extend(gap.map(|line| Entry::new("gap", doc::word(&line.value.value.to_string())).with(&line.notes)));
    Entry::new("schedule", Value::Map(entries, Layout::Lines)).with(&schedule.notes).ending(&schedule.end_notes)
}

fn zone(zone: &ScheduleZone) -> Value {
    match (&zone.zone, zone.of_contact) {
        (Some(zone), true) => doc::map(vec![Entry::new("of", doc::word("contact")), Entry::new("or", doc::word(&zone.value))]),
        (Some(zone), false) => doc::word(&zone.value),
        (None, _) => doc::word("contact"),
    }
}

/// `limits`
pub fn limits(limits: &Limits) -> Entry {
    let entry = |line: &Line<Limit>| {
        let entry = match &line.value {
            Limit::Caps { budget, caps } => {
                Entry::new(budget.value.word(), doc::word(&phrase::caps(caps.iter().map(|cap| &cap.value))))
            }
            Limit::Pending(count) => Entry::new("pending_invites", doc::bare(count.value)),
            Limit::Ramp { days, from_percent } => {
                let unit = if days.value == 1 { "day" } else { "days" };
                let over = Entry::new("over", doc::word(&format!("{} {unit}", days.value)));
                let from = Entry::new("from", doc::bare(format!("{}%", from_percent.value)));
                Entry::new("ramp_up", doc::map(vec![over, from]))
            }
        };
        entry.with(&line.notes)
    };
    let entries = limits.lines.iter().map(entry).collect();
    Entry::new("limits", Value::Map(entries, Layout::Lines)).with(&limits.notes).ending(&limits.end_notes)
}
