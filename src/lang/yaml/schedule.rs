//! When an account may send, and how much: `schedule` and `limits`.

use crate::lang::code::Code;
use crate::lang::source::Spanned;
use crate::lang::syntax::{Limit, Limits, Line, Schedule, ScheduleZone};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Node};
use crate::lang::yaml::words::span_of;
use crate::model::account::Budget;
use crate::model::time::Unit;

const SCHEDULE: Keys = Keys { what: "`schedule`", known: &["send", "timezone", "holidays", "gap"] };

const LIMITS: Keys =
    Keys { what: "`limits`", known: &["invites", "messages", "inmails", "visits", "engagements", "pending_invites", "ramp_up"] };

/// Reads `schedule`.
pub fn schedule(reader: &mut Reader, entry: &Entry) -> Option<Schedule> {
    let entries = reader.keys(&entry.value, "schedule", SCHEDULE)?;
    let mut schedule = Schedule {
        sends: Vec::new(),
        timezone: None,
        holidays: Vec::new(),
        gap: None,
        span: entry.span,
        notes: reader.notes(entry.item),
        end_notes: reader.end_notes(&entry.value),
    };
    for clause in entries {
        let (key, value) = (clause.key.as_str(), &clause.value);
        match key {
            "send" => schedule.sends = lines(reader, clause, "days and times", Reader::send_window),
            "holidays" => schedule.holidays = lines(reader, clause, "paths", Reader::string),
            "timezone" => schedule.timezone = zone(reader, value).map(|zone| reader.line(clause, zone)),
            "gap" => schedule.gap = reader.delay(value, key).map(|gap| reader.line(clause, gap)),
            _ => {}
        }
    }
    if let Some(gap) = schedule.gap.as_ref().map(|gap| gap.value).filter(|gap| gap.value.unit != Unit::Minutes) {
        reader.fault(Code::BadDuration, gap.span, "a gap is a number of minutes", "write `gap: 4 to 11 minutes`");
        schedule.gap = None;
    }
    Some(schedule)
}

/// One value or a list of them, each a line of its own.
pub fn lines<T>(reader: &mut Reader, clause: &Entry, of: &str, read: fn(&mut Reader, &Node, &str) -> Option<T>) -> Vec<Line<T>> {
    let mut lines: Vec<Line<T>> = Vec::new();
    let mut notes = reader.notes(clause.item);
    for node in reader.one_or_more(&clause.value, &clause.key, of) {
        if node.item != clause.item {
            let own = reader.notes(node.item);
            notes.above.extend(own.above);
            notes.blank_above |= own.blank_above;
            notes.beside = notes.beside.or(own.beside);
        }
        if let Some(value) = read(reader, node, &clause.key) {
            lines.push(Line { value, span: node.span, notes: std::mem::take(&mut notes) });
        }
    }
    lines
}

/// `Europe/Paris`, `contact`, or `{of: contact, or: Europe/Paris}`.
fn zone(reader: &mut Reader, node: &Node) -> Option<ScheduleZone> {
    const ZONE: Keys = Keys { what: "`timezone`", known: &["of", "or"] };
    if node.entries().is_none() {
        let zone = reader.string(node, "timezone")?;
        let of_contact = zone.value == "contact";
        return Some(ScheduleZone { of_contact, zone: (!of_contact).then_some(zone) });
    }
    reader.keys(node, "timezone", ZONE)?;
    let Some(of) = node.get("of") else {
        reader.missing(node.place(), "`timezone`", "of");
        return None;
    };
    reader.word(of, "of", &[("contact", ())])?;
    let zone = node.get("or").and_then(|node| reader.string(node, "or"));
    Some(ScheduleZone { of_contact: true, zone })
}

/// Reads `limits`.
pub fn limits(reader: &mut Reader, entry: &Entry) -> Option<Limits> {
    let entries = reader.keys(&entry.value, "limits", LIMITS)?;
    let notes = reader.notes(entry.item);
    let mut limits = Limits { lines: Vec::new(), span: entry.span, notes, end_notes: reader.end_notes(&entry.value) };
    for clause in entries {
        if let Some(limit) = limit(reader, clause) {
            let line = reader.line(clause, limit);
            limits.lines.push(line);
        }
    }
    Some(limits)
}

fn limit(reader: &mut Reader, clause: &Entry) -> Option<Limit> {
    let (key, value) = (clause.key.as_str(), &clause.value);
    match key {
        "pending_invites" => reader.number(value, key).map(Limit::Pending),
        "ramp_up" => ramp(reader, clause),
        _ => {
            let budget = Budget::ALL.into_iter().find(|budget| budget.word() == key)?;
            let caps = reader.caps(value, key)?;
            Some(Limit::Caps { budget: Spanned::new(budget, clause.span), caps })
        }
    }
}

/// `{over: 21 days, from: 20%}`
fn ramp(reader: &mut Reader, clause: &Entry) -> Option<Limit> {
    const RAMP: Keys = Keys { what: "`ramp_up`", known: &["over", "from"] };
    let node = &clause.value;
    reader.keys(node, "ramp_up", RAMP)?;
    let (Some(over), Some(from)) = (node.get("over"), node.get("from")) else {
        let key = if node.get("over").is_none() { "over" } else { "from" };
        reader.missing(span_of(clause), "`ramp_up`", key);
        return None;
    };
    let over = reader.delay(over, "over");
    let from_percent = reader.percent(from, "from");
    let over = over?;
    if over.value.unit != Unit::Days || over.value.min != over.value.max {
        reader.fault(Code::BadDuration, over.span, "a ramp is a number of days", "write `over: 21 days`");
        return None;
    }
    Some(Limit::Ramp { days: Spanned::new(over.value.max, over.span), from_percent: from_percent? })
}
