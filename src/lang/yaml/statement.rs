//! One statement: its label, its leading key, and those that hold no others.

use crate::lang::code::Code;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{Name, SetValue, Statement, StatementKind, Until};
use crate::lang::yaml::keys::{self, BARE, STATEMENTS, STATEMENTS_NOT_YET};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Kind, Node};
use crate::lang::yaml::{block, message};

/// Reads an entry of a list of statements.
pub fn statement(reader: &mut Reader, node: &Node) -> Option<Statement> {
    match &node.kind {
        Kind::Scalar(_) => bare(reader, node, node.item, None),
        Kind::Map(entries) => match (entries.iter().find(|entry| keys::is_statement(&entry.key)), entries.as_slice()) {
            (Some(head), _) => keyed(reader, node, head, node.item, None),
            (None, [label]) => labelled(reader, node, label),
            (None, _) => {
                headless(reader, node, entries);
                None
            }
        },
        Kind::List(_) | Kind::Broken => {
            reader.wrong(node, "a list of statements", "statements", "take one pair of brackets or one dash away");
            None
        }
    }
}

/// A map of several keys none of which begins a statement.
fn headless(reader: &mut Reader, node: &Node, entries: &[Entry]) {
    let all = STATEMENTS.iter().map(|(key, _)| *key);
    let near = entries.iter().find(|entry| keys::nearest(&entry.key, all.clone()).is_some());
    match near.or(entries.first()) {
        Some(entry) => reader.unknown_key(entry, "a statement", all),
        None => reader.fault(
            Code::Unexpected,
            node.place(),
            "this statement says nothing",
            "write a statement, or take the line away",
        ),
    }
}

/// `label: {invite: hello}` or `label: withdraw_invite`; a key that is neither label nor statement is told as unknown.
fn labelled(reader: &mut Reader, node: &Node, entry: &Entry) -> Option<Statement> {
    let is_bare = |word: &str| BARE.contains(&word) || STATEMENTS_NOT_YET.contains(&word);
    let all = STATEMENTS.iter().map(|(key, _)| *key);
    match &entry.value.kind {
        Kind::Map(inner) if inner.iter().any(|inner| keys::is_statement(&inner.key)) => {
            let label = reader.name_of(entry);
            let head = inner.iter().find(|inner| keys::is_statement(&inner.key))?;
            keyed(reader, &entry.value, head, node.item, label)
        }
        Kind::Scalar(scalar) if is_bare(&scalar.value) => {
            let label = reader.name_of(entry);
            bare(reader, &entry.value, node.item, label)
        }
        Kind::Map(inner) if keys::nearest(&entry.key, all.clone()).is_none() && !inner.is_empty() => {
            headless(reader, &entry.value, inner);
            None
        }
        Kind::Scalar(scalar) if keys::nearest(&scalar.value, BARE.iter().copied()).is_some() => {
            bare(reader, &entry.value, node.item, None)
        }
        Kind::Map(_) | Kind::Scalar(_) | Kind::List(_) => {
            reader.unknown_key(entry, "a statement", all);
            None
        }
        Kind::Broken => None,
    }
}

/// `- withdraw_invite`
fn bare(reader: &mut Reader, node: &Node, item: usize, label: Option<Name>) -> Option<Statement> {
    let word = node.scalar()?.value.as_str();
    let kind = match word {
        "invite" => StatementKind::Invite { note: None },
        "withdraw_invite" => StatementKind::WithdrawInvite,
        "suppress_contact" => StatementKind::SuppressContact { channel: None },
        _ => {
            unknown_bare(reader, node, word);
            return None;
        }
    };
    let notes = reader.notes(item);
    Some(block::wrap(label, kind, node.span, notes, Default::default()))
}

fn unknown_bare(reader: &mut Reader, node: &Node, word: &str) {
    if STATEMENTS_NOT_YET.contains(&word) {
        return reader.not_yet(node.span, word);
    }
    if keys::is_statement(word) {
        let help = format!("say of what: `{word}: …`");
        return reader.fault(Code::Unexpected, node.place(), format!("`{word}` does not stand alone"), help);
    }
    if node.is_null() {
        return reader.fault(
            Code::Unexpected,
            node.place(),
            "this statement says nothing",
            "write a statement, or take the dash away",
        );
    }
    let all = STATEMENTS.iter().map(|(key, _)| *key).chain(STATEMENTS_NOT_YET.iter().copied());
    let help = match keys::nearest(word, all) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a statement is a word such as `invite`, or a key such as `send: NAME`".to_owned(),
    };
    reader.fault(Code::UnknownKeyword, node.place(), format!("`{word}` begins no statement"), help);
}

/// A map with a leading key.
fn keyed(reader: &mut Reader, node: &Node, head: &Entry, item: usize, label: Option<Name>) -> Option<Statement> {
    let key = head.key.as_str();
    if STATEMENTS_NOT_YET.contains(&key) {
        reader.not_yet(head.span, key);
        return None;
    }
    let beside = keys::beside(key)?;
    beside_only(reader, node, head, beside);
    let kind = kind(reader, node, head);
    // Notes are claimed also for a refused statement: they are not to wander to another one.
    let (notes, end_notes) = (reader.notes(item), end_notes(reader, node, key));
    Some(block::wrap(label, kind?, head.span.to(head.value.span), notes, end_notes))
}

/// Only statements with an end of their own keep the comments above it.
fn end_notes(reader: &mut Reader, node: &Node, key: &str) -> crate::lang::syntax::Notes {
    let has_end = matches!(key, "if" | "repeat" | "split") || (key == "wait_up_to" && block::find(node, "for").is_none());
    if has_end { reader.end_notes(node) } else { Default::default() }
}

fn beside_only(reader: &mut Reader, node: &Node, head: &Entry, beside: &'static [&'static str]) {
    for entry in node.entries().unwrap_or_default().iter().filter(|entry| entry.span != head.span) {
        let key = entry.key.as_str();
        if key == "late" || key == "via" {
            reader.not_yet(entry.span, key);
        } else if !beside.contains(&key) {
            if keys::is_statement(key) {
                let help = "begin a new entry of the list, with `- `, for the second statement";
                reader.fault(Code::UnknownKey, entry.span, format!("`{key}` stands beside `{}`", head.key), help);
            } else {
                reader.unknown_key(entry, &format!("`{}`", head.key), beside.iter().copied());
            }
        }
    }
}

fn kind(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    let (key, value) = (head.key.as_str(), &head.value);
    match key {
        "invite" if value.is_null() => Some(StatementKind::Invite { note: None }),
        "invite" => Some(StatementKind::Invite { note: Some(message::text_ref(reader, head)?) }),
        "withdraw_invite" => empty(reader, value, key).then_some(StatementKind::WithdrawInvite),
        "send" => send(reader, node, head),
        "send_inmail" => Some(StatementKind::SendInmail { text: message::text_ref(reader, head)?, via: None }),
        "tag" => reader.string(value, key).map(StatementKind::Tag),
        "untag" => reader.string(value, key).map(StatementKind::Untag),
        "set" => set(reader, value),
        "notify" => message::addressed(reader, value, key).map(|(who, text)| StatementKind::Notify { who, text }),
        "suppress_contact" if value.is_null() => Some(StatementKind::SuppressContact { channel: None }),
        "suppress_contact" => Some(StatementKind::SuppressContact { channel: Some(reader.channel(value, key)?) }),
        "pause_until" => until(reader, value, key).map(StatementKind::PauseUntil),
        "wait" => reader.delay(value, key).map(StatementKind::Wait),
        "wait_until" => wait_until(reader, value),
        "wait_up_to" => block::wait_up_to(reader, node, head),
        "if" => block::choice(reader, node, head),
        "repeat" => block::repeat(reader, node, head),
        "split" => block::split(reader, node, head),
        "stop" => stop(reader, value),
        _ => None,
    }
}

fn empty(reader: &mut Reader, node: &Node, key: &str) -> bool {
    if !node.is_null() {
        reader.wrong(node, key, "no value", &format!("write the bare word: `- {key}`"));
    }
    node.is_null()
}

fn send(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    let text = message::text_ref(reader, head);
    let channel = match block::find(node, "channel") {
        Some(entry) => Some(reader.channel(&entry.value, "channel")?),
        None => None,
    };
    Some(StatementKind::Send { channel, text: text? })
}

/// `{f: v}`; `{f: {field: g}}` takes another field's value.
fn set(reader: &mut Reader, node: &Node) -> Option<StatementKind> {
    const FIELD: Keys = Keys { what: "a value", known: &["field"], not_yet: &[] };
    let entries = reader.map(node, "set", "a field and its value")?;
    let [entry] = entries else {
        let place = entries.get(1).map_or(node.place(), |second| second.span);
        reader.fault(Code::Unexpected, place, "`set` takes one field", "write a `set` for each field");
        return None;
    };
    let field = reader.name_of(entry)?;
    if entry.value.entries().is_none() {
        let value = reader.literal(&entry.value, &entry.key)?;
        return Some(StatementKind::Set { field, value: SetValue::Literal(value) });
    }
    reader.keys(&entry.value, &entry.key, FIELD)?;
    let Some(other) = entry.value.get("field") else {
        reader.missing(entry.value.place(), "a value", "field");
        return None;
    };
    Some(StatementKind::Set { field, value: SetValue::Field(reader.field(other, "field")?) })
}

fn until(reader: &mut Reader, node: &Node, key: &str) -> Option<Spanned<Until>> {
    if let Some(cron) = node.entries().and_then(|entries| entries.iter().find(|entry| entry.key == "cron")) {
        reader.not_yet(cron.span, "cron");
        return None;
    }
    reader.until(node, key)
}

/// `wait until` takes a moment or a field; a length of time is `wait`.
fn wait_until(reader: &mut Reader, node: &Node) -> Option<StatementKind> {
    let until = until(reader, node, "wait_until")?;
    let refused = |reader: &mut Reader, span: Span, message: &str, help: &str| {
        reader.fault(Code::Unexpected, span, message, help);
        None
    };
    match &until.value {
        Until::Weekday { .. } | Until::Cron(_) | Until::Field { or: None, .. } => Some(StatementKind::WaitUntil(until)),
        Until::Delay(delay) => {
            refused(reader, until.span, "`wait_until` takes a moment, not a length of time", &format!("write `wait: {delay}`"))
        }
        Until::Field { or: Some(_), .. } => {
            refused(reader, until.span, "`wait_until` takes no second choice", "leave `or …` out; `pause_until` takes it")
        }
    }
}

fn stop(reader: &mut Reader, node: &Node) -> Option<StatementKind> {
    const STOP: Keys = Keys { what: "`stop`", known: &["as", "because"], not_yet: &[] };
    if node.entries().is_none() {
        return reader.name(node, "stop").map(|outcome| StatementKind::Stop { outcome, reason: None });
    }
    reader.keys(node, "stop", STOP)?;
    let Some(outcome) = node.get("as") else {
        reader.missing(node.place(), "`stop`", "as");
        return None;
    };
    let outcome = reader.name(outcome, "as");
    let reason = node.get("because").and_then(|node| reader.string(node, "because"));
    Some(StatementKind::Stop { outcome: outcome?, reason })
}
