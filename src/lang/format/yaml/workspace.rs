//! The workspace, schedules and limits as YAML.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Item, Layout, Value};
use crate::lang::format::yaml::tops::{classes, first_notes, gathered, messages};
use crate::lang::syntax::{AccountBlock, Limit, Limits, Line, Notes, Schedule, ScheduleZone, Spanned, Workspace};

/// The workspace under its key.
pub fn workspace(workspace: &Workspace) -> Entry {
    let mut entries = vec![Entry::new("name", doc::word(&workspace.name.value))];
    entries.extend(gathered("accounts", workspace.accounts.iter().map(account).collect()));
    let pools = workspace.pools.iter().map(|line| {
        let accounts = doc::list(line.value.accounts.iter().map(|name| doc::word(&name.value)));
        Entry::new(&doc::key(&line.value.name.value), accounts).with(&line.notes)
    });
    entries.extend(gathered("pools", pools.collect()));
    let people = workspace
        .people
        .iter()
        .map(|line| Entry::new(&doc::key(&line.value.name.value), doc::word(&line.value.address.value)).with(&line.notes));
    entries.extend(gathered("people", people.collect()));
    entries.extend(lines("never_contact", &workspace.never_contact, |path: &Spanned<String>| doc::word(&path.value)));
    entries.extend(classes(&workspace.classes));
    entries.extend(messages(&workspace.messages));
    entries.extend(workspace.schedule.iter().map(schedule));
    entries.extend(workspace.limits.iter().map(limits));
    Entry::new("workspace", Value::Map(entries, Layout::Lines)).with(&workspace.notes).ending(&workspace.end_notes)
}

fn account(account: &AccountBlock) -> Entry {
    let [id, channel, tier, timezone, owner] = &account.clause_notes;
    let mut entries = Vec::new();
    entries.extend(account.id.iter().map(|value| Entry::new("id", doc::word(&value.value)).with(id)));
    entries.extend(account.channel.iter().map(|value| Entry::new("channel", doc::word(value.value.word())).with(channel)));
    entries.extend(account.tier.iter().map(|value| Entry::new("tier", doc::word(value.value.word())).with(tier)));
    entries.extend(account.timezone.iter().map(|value| Entry::new("timezone", doc::word(&value.value)).with(timezone)));
    entries.extend(account.owner.iter().map(|value| Entry::new("owner", doc::word(&value.value)).with(owner)));
    Entry::new(&doc::key(&account.name.value), doc::map(entries)).with(&account.notes).ending(&account.end_notes)
}

/// One value, or a list of them; the comments of the first go above the key.
fn lines<T>(key: &str, lines: &[Line<T>], value: impl Fn(&T) -> Value) -> Option<Entry> {
    let item = |line: &Line<T>| Item { value: value(&line.value), notes: line.notes.clone(), end: Notes::default() };
    let mut items: Vec<Item> = lines.iter().map(item).collect();
    let notes = first_notes(&mut items);
    let value = if items.len() == 1 { items.pop()?.value } else { Value::List(items, Layout::Fits) };
    (!lines.is_empty()).then(|| Entry::new(key, value).with(&notes))
}

/// `schedule`
pub fn schedule(schedule: &Schedule) -> Entry {
    let mut entries = Vec::new();
    entries.extend(lines("send", &schedule.sends, |window| doc::word(&phrase::send_window(window))));
    entries.extend(schedule.timezone.iter().map(|line| Entry::new("timezone", zone(&line.value)).with(&line.notes)));
    entries.extend(lines("holidays", &schedule.holidays, |path: &Spanned<String>| doc::word(&path.value)));
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
