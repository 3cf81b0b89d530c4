//! A campaign's clauses as YAML, in the order of the language's example.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Layout, Value};
use crate::lang::format::yaml::{handlers, messages, migrate, schedule, shared, steps, test};
use crate::lang::syntax::{Accounts, Campaign, Contacts, Enter, FieldDeclaration, Goal, Line, Name, Notes, OutcomeGroup, Test};
use crate::model::campaign::OutcomeKind;
use crate::model::value::FieldType;

/// A campaign's entries; `others` are tests in its file that are of another one.
pub fn campaign<'t>(campaign: &'t Campaign, others: impl IntoIterator<Item = &'t Test>) -> Vec<Entry> {
    let mut entries = vec![Entry::new("campaign", doc::word(&campaign.name.value)).with(&campaign.notes)];
    entries.extend(campaign.version.map(|version| Entry::new("version", doc::bare(version.value))));
    entries.extend(campaign.goal.iter().map(goal));
    entries.extend(campaign.accounts.iter().map(accounts));
    entries.extend(campaign.outcomes.iter().map(outcomes));
    entries.extend(campaign.contacts.iter().map(contacts));
    entries.extend(campaign.limits.iter().map(schedule::limits));
    entries.extend(campaign.schedule.iter().map(schedule::schedule));
    entries.extend(shared::classes(&campaign.classes));
    entries.extend(messages::messages(&campaign.messages));
    entries.extend(shared::parts(&campaign.parts));
    entries.extend(campaign.steps.iter().map(|steps| {
        let mut entry = steps::body("steps", steps);
        lines(&mut entry.value);
        entry
    }));
    entries.extend(handlers::handlers(&campaign.handlers));
    entries.extend(shared::reports(&campaign.reports));
    entries.extend(migrate::migrations(&campaign.migrations));
    if let Some(last) = entries.last_mut() {
        join(&mut last.end, &campaign.end_notes);
    }
    entries.extend(test::tests(campaign.tests.iter().chain(others), Some(&campaign.name)));
    entries
}

/// One entry a line, whatever fits.
fn lines(value: &mut Value) {
    if let Value::List(_, layout) | Value::Map(_, layout) = value {
        *layout = Layout::Lines;
    }
}

fn join(notes: &mut Notes, more: &Notes) {
    notes.above.extend(more.above.iter().cloned());
    notes.above.extend(more.beside.iter().cloned());
}

fn names(names: &[Name]) -> Value {
    doc::list(names.iter().map(|name| doc::word(&name.value)))
}

fn goal(line: &Line<Goal>) -> Entry {
    let Goal { text, reached_when } = &line.value;
    let value = match reached_when {
        None => doc::template(text),
        Some(condition) => {
            let reached = Entry::new("reached_when", doc::word(&phrase::expr(condition)));
            doc::map(vec![Entry::new("text", doc::template(text)), reached])
        }
    };
    Entry::new("goal", value).with(&line.notes)
}

fn accounts(line: &Line<Accounts>) -> Entry {
    let value = match &line.value {
        Accounts::Pool(pool) => {
            let one = Entry::new("one_per_contact", doc::bare(true));
            doc::map(vec![Entry::new("pool", doc::word(&pool.value)), one])
        }
        Accounts::Listed(listed) => names(listed),
    };
    Entry::new("accounts", value).with(&line.notes)
}

fn outcomes(line: &Line<Vec<OutcomeGroup>>) -> Entry {
    let group = |group: &OutcomeGroup| {
        let key = match group.kind {
            OutcomeKind::Won => "won",
            OutcomeKind::Lost => "lost",
            OutcomeKind::Neutral => "neutral",
        };
        Entry::new(key, names(&group.names))
    };
    Entry::new("outcomes", doc::map(line.value.iter().map(group).collect())).with(&line.notes)
}

fn contacts(contacts: &Contacts) -> Entry {
    let from = match contacts.from.as_slice() {
        [one] => doc::word(&one.value),
        several => doc::list(several.iter().map(|path| doc::word(&path.value))),
    };
    let mut entries = vec![Entry::new("from", from)];
    let [need, may_have, skip_when, most, one, enter, start, refresh] = &contacts.clause_notes;
    if !contacts.need.is_empty() {
        entries.push(Entry::new("need", needed(&contacts.need)).with(need));
    }
    if !contacts.may_have.is_empty() {
        let fields = contacts.may_have.iter().map(optional).collect();
        entries.push(Entry::new("may_have", doc::map(fields)).with(may_have));
    }
    if !contacts.skip_when.is_empty() {
        let conditions = contacts.skip_when.iter().map(|condition| doc::word(&phrase::expr(condition)));
        entries.push(Entry::new("skip_when", doc::list(conditions)).with(skip_when));
    }
    let most_of = contacts.at_most_per_company;
    entries.extend(most_of.map(|count| Entry::new("at_most_per_company", doc::bare(count.value)).with(most)));
    let is_one = contacts.one_campaign_at_a_time;
    entries.extend(is_one.map(|_| Entry::new("one_campaign_at_a_time", doc::bare(true)).with(one)));
    entries.extend(contacts.enter.iter().map(|written| {
        let value = match &written.value {
            Enter::Once => doc::word("once"),
            Enter::AgainAfter(delay) => doc::single("again_after", doc::word(&delay.to_string())),
        };
        Entry::new("enter", value).with(enter)
    }));
    entries.extend(contacts.start_per_day.map(|count| Entry::new("start_per_day", doc::bare(count.value)).with(start)));
    let again = contacts.refresh.iter();
    entries.extend(again.map(|cron| Entry::new("refresh", doc::quoted_text(&cron.value)).with(refresh)));
    Entry::new("contacts", Value::Map(entries, Layout::Lines)).with(&contacts.notes).ending(&contacts.end_notes)
}

/// A list of names, or a map once one has a type.
fn needed(fields: &[FieldDeclaration]) -> Value {
    if fields.iter().all(|field| field.ty.is_none()) {
        return doc::list(fields.iter().map(|field| doc::word(&field.name.value)));
    }
    let field = |field: &FieldDeclaration| {
        let ty = field.ty.map_or_else(|| doc::bare("~"), |ty| doc::word(type_word(ty.value)));
        Entry::new(&doc::key(&field.name.value), ty)
    };
    doc::map(fields.iter().map(field).collect())
}

fn optional(field: &FieldDeclaration) -> Entry {
    let default = field.default.as_ref().map(|default| steps::literal(&default.value));
    let value = match (field.ty, default) {
        (None, None) => doc::bare("~"),
        (None, Some(default)) => default,
        (Some(ty), default) => {
            let mut entries = vec![Entry::new("type", doc::word(type_word(ty.value)))];
            entries.extend(default.map(|default| Entry::new("default", default)));
            doc::map(entries)
        }
    };
    Entry::new(&doc::key(&field.name.value), value)
}

fn type_word(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Text => "text",
        FieldType::Number => "number",
        FieldType::Date => "date",
    }
}
