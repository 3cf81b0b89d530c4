//! A campaign's clauses as YAML, in the order of the language's example.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Item, Layout, Value};
use crate::lang::format::yaml::{steps, workspace};
use crate::lang::syntax::{
    Accounts, Campaign, Class, Contacts, Enter, FieldDeclaration, Handler, HandlerKind, Line, Message, Name, Notes, OutcomeGroup,
    Variant,
};
use crate::model::campaign::OutcomeKind;
use crate::model::value::FieldType;

/// A campaign's entries.
pub fn campaign(campaign: &Campaign) -> Vec<Entry> {
    let mut entries = vec![Entry::new("campaign", doc::word(&campaign.name.value)).with(&campaign.notes)];
    entries.extend(campaign.version.map(|version| Entry::new("version", doc::bare(version.value))));
    entries.extend(campaign.goal.iter().map(|goal| Entry::new("goal", doc::template(&goal.value.text)).with(&goal.notes)));
    entries.extend(campaign.accounts.iter().map(accounts));
    entries.extend(campaign.outcomes.iter().map(outcomes));
    entries.extend(campaign.contacts.iter().map(contacts));
    entries.extend(campaign.limits.iter().map(workspace::limits));
    entries.extend(campaign.schedule.iter().map(workspace::schedule));
    entries.extend(classes(&campaign.classes));
    entries.extend(messages(&campaign.messages));
    entries.extend(campaign.steps.iter().map(|steps| {
        let mut entry = steps::body("steps", steps);
        lines(&mut entry.value);
        entry
    }));
    entries.extend(campaign.handlers.iter().map(handler));
    if let Some(last) = entries.last_mut() {
        join(&mut last.end, &campaign.end_notes);
    }
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
    let [need, may_have, skip_when, _, _, enter, start, _] = &contacts.clause_notes;
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
    entries.extend(contacts.enter.iter().map(|written| {
        let value = match &written.value {
            Enter::Once => doc::word("once"),
            Enter::AgainAfter(delay) => doc::single("again_after", doc::word(&delay.to_string())),
        };
        Entry::new("enter", value).with(enter)
    }));
    entries.extend(contacts.start_per_day.map(|count| Entry::new("start_per_day", doc::bare(count.value)).with(start)));
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

/// `classes`, if there are any.
pub fn classes(classes: &[Class]) -> Option<Entry> {
    let class = |class: &Class| {
        let pattern = doc::word(&phrase::regex(&class.pattern.value));
        Entry::new(&doc::key(&class.name.value), pattern).with(&class.notes)
    };
    gathered("classes", classes.iter().map(class).collect())
}

/// `messages`, if there are any.
pub fn messages(messages: &[Message]) -> Option<Entry> {
    let message = |message: &Message| {
        let entry = Entry::new(&doc::key(&message.name.value), message_value(message));
        entry.with(&message.notes).ending(&message.end_notes)
    };
    gathered("messages", messages.iter().map(message).collect())
}

/// Entries under a key of their own. The empty line above the first stands above the key.
pub fn gathered(key: &str, mut entries: Vec<Entry>) -> Option<Entry> {
    let first = entries.first_mut()?;
    let blank_above = std::mem::take(&mut first.notes.blank_above);
    let notes = Notes { blank_above, ..Notes::default() };
    Some(Entry::new(key, Value::Map(entries, Layout::Lines)).with(&notes))
}

fn message_value(message: &Message) -> Value {
    if let ([Variant { language: None, subject: None, text, notes }], []) =
        (message.variants.as_slice(), message.attachments.as_slice())
        && notes.above.is_empty()
        && notes.beside.is_none()
    {
        return doc::template(text);
    }
    let mut entries = Vec::new();
    for variant in &message.variants {
        match &variant.language {
            Some(language) => entries.push(Entry::new(&doc::key(&language.value), variant_value(variant)).with(&variant.notes)),
            None => {
                entries.extend(variant.subject.iter().map(|subject| Entry::new("subject", doc::template(subject))));
                entries.push(Entry::new("text", doc::template(&variant.text)).with(&variant.notes));
            }
        }
    }
    if !message.attachments.is_empty() {
        let item = |line: &Line<crate::lang::source::Spanned<String>>| Item {
            value: doc::word(&line.value.value),
            notes: line.notes.clone(),
            end: Notes::default(),
        };
        let mut items: Vec<Item> = message.attachments.iter().map(item).collect();
        let notes = first_notes(&mut items);
        entries.push(Entry::new("attach", Value::List(items, Layout::Fits)).with(&notes));
    }
    doc::map(entries)
}

/// The comments of the first entry go above the key of the list.
pub fn first_notes(items: &mut [Item]) -> Notes {
    items.first_mut().map(|first| std::mem::take(&mut first.notes)).unwrap_or_default()
}

fn variant_value(variant: &Variant) -> Value {
    match &variant.subject {
        None => doc::template(&variant.text),
        Some(subject) => {
            let subject = Entry::new("subject", doc::template(subject));
            doc::map(vec![subject, Entry::new("text", doc::template(&variant.text))])
        }
    }
}

fn handler(handler: &Handler) -> Entry {
    let key = match &handler.kind {
        HandlerKind::Reply => "when_reply",
        HandlerKind::OptOut => "when_opt_out",
        HandlerKind::Takeover => "when_takeover",
        HandlerKind::AccountLost => "when_account_lost",
        HandlerKind::SendFailed => "when_send_failed",
        HandlerKind::Event(_) => "when_event",
    };
    let mut entry = match &handler.body {
        Some(body) => steps::body(key, body).with(&handler.notes),
        None => Entry::new(key, doc::word("ignore")).with(&handler.notes),
    };
    lines(&mut entry.value);
    entry
}
