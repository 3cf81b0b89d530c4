//! Who enters: `contacts`, its columns and conditions.

use crate::lang::code::Code;
use crate::lang::source::Spanned;
use crate::lang::syntax::{Contacts, Enter, FieldDeclaration, Notes};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Kind, Node};
use crate::model::value::FieldType;

const CONTACTS: Keys = Keys {
    what: "`contacts`",
    known: &[
        "from",
        "need",
        "may_have",
        "skip_when",
        "at_most_per_company",
        "one_campaign_at_a_time",
        "enter",
        "start_per_day",
        "refresh",
    ],
};

const TYPES: [(&str, FieldType); 3] = [("text", FieldType::Text), ("number", FieldType::Number), ("date", FieldType::Date)];

/// Reads `contacts`.
pub fn contacts(reader: &mut Reader, entry: &Entry) -> Option<Contacts> {
    let entries = reader.keys(&entry.value, "contacts", CONTACTS)?;
    let mut contacts = Contacts {
        from: Vec::new(),
        need: Vec::new(),
        may_have: Vec::new(),
        skip_when: Vec::new(),
        at_most_per_company: None,
        one_campaign_at_a_time: None,
        enter: None,
        start_per_day: None,
        refresh: None,
        span: entry.span,
        notes: reader.notes(entry.item),
        clause_notes: Default::default(),
        end_notes: reader.end_notes(&entry.value),
    };
    if entry.value.get("from").is_none() {
        reader.missing(entry.span, "`contacts`", "from");
    }
    for clause in entries {
        self::clause(reader, &mut contacts, clause);
    }
    Some(contacts)
}

fn clause(reader: &mut Reader, contacts: &mut Contacts, clause: &Entry) {
    let (key, value) = (clause.key.as_str(), &clause.value);
    match key {
        "from" => {
            let paths = reader.one_or_more(value, key, "paths");
            contacts.from = paths.iter().filter_map(|path| reader.string(path, key)).collect();
        }
        "need" => contacts.need = fields(reader, value, key, &mut contacts.clause_notes[0], clause),
        "may_have" => contacts.may_have = fields(reader, value, key, &mut contacts.clause_notes[1], clause),
        "skip_when" => {
            contacts.clause_notes[2] = reader.notes(clause.item);
            let conditions = reader.one_or_more(value, key, "conditions");
            contacts.skip_when = conditions.iter().filter_map(|condition| reader.condition(condition, key)).collect();
        }
        "at_most_per_company" => {
            contacts.clause_notes[3] = reader.notes(clause.item);
            contacts.at_most_per_company = reader.number(value, key);
        }
        "one_campaign_at_a_time" => {
            contacts.clause_notes[4] = reader.notes(clause.item);
            let is_so = reader.flag(value, key) == Some(true);
            contacts.one_campaign_at_a_time = is_so.then(|| Spanned::new((), clause.span.to(value.span)));
        }
        "enter" => {
            contacts.clause_notes[5] = reader.notes(clause.item);
            contacts.enter = enter(reader, value);
        }
        "start_per_day" => {
            contacts.clause_notes[6] = reader.notes(clause.item);
            contacts.start_per_day = reader.number(value, key);
        }
        "refresh" => {
            contacts.clause_notes[7] = reader.notes(clause.item);
            contacts.refresh = reader.cron(value, key);
        }
        _ => {}
    }
}

/// Columns: a list of names, or a map to types and defaults.
fn fields(reader: &mut Reader, node: &Node, key: &str, notes: &mut Notes, clause: &Entry) -> Vec<FieldDeclaration> {
    *notes = reader.notes(clause.item);
    match &node.kind {
        Kind::Map(entries) => entries.iter().filter_map(|entry| field(reader, entry, key)).collect(),
        _ => {
            let names = reader.names(node, key).into_iter();
            names.map(|name| FieldDeclaration { name, ty: None, default: None }).collect()
        }
    }
}

/// `pain: ~`, `language: "en"`, `age: number` in `need`, `age: {type: number, default: 3}` in `may_have`.
fn field(reader: &mut Reader, entry: &Entry, key: &str) -> Option<FieldDeclaration> {
    const FIELD: Keys = Keys { what: "a field", known: &["type", "default"] };
    let name = reader.name_of(entry)?;
    let (mut ty, mut default) = (None, None);
    let value = &entry.value;
    if value.is_null() {
        return Some(FieldDeclaration { name, ty, default });
    }
    if value.entries().is_some() {
        reader.keys(value, &entry.key, FIELD)?;
        ty = value.get("type").and_then(|node| reader.word(node, "type", &TYPES));
        default = value.get("default").and_then(|node| reader.literal(node, "default"));
    } else if key == "need" {
        ty = reader.word(value, &entry.key, &TYPES);
    } else {
        default = reader.literal(value, &entry.key);
    }
    if key == "need" && default.take().is_some() {
        let help = "move the field to `may_have`, which takes defaults";
        reader.fault(Code::Unexpected, value.place(), "a needed field has no default", help);
    }
    Some(FieldDeclaration { name, ty, default })
}

fn enter(reader: &mut Reader, node: &Node) -> Option<Spanned<Enter>> {
    const ENTER: Keys = Keys { what: "`enter`", known: &["again_after"] };
    if node.entries().is_none() {
        let once = reader.word(node, "enter", &[("once", ())])?;
        return Some(Spanned::new(Enter::Once, once.span));
    }
    reader.keys(node, "enter", ENTER)?;
    let Some(after) = node.get("again_after") else {
        reader.missing(node.place(), "`enter`", "again_after");
        return None;
    };
    let delay = reader.delay(after, "again_after")?;
    Some(Spanned::new(Enter::AgainAfter(delay.value), node.span))
}
