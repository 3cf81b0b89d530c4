//! One statement: its label, its leading key, and what may stand beside that. Always start at `statement`.

use crate::lang::code::Code;
use crate::lang::source::Span;
use crate::lang::syntax::{EndName, Name, Notes, Statement, StatementKind};
use crate::lang::yaml::keys::{self, BARE, LABEL, STATEMENTS};
use crate::lang::yaml::reader::Reader;
use crate::lang::yaml::tree::{Entry, Kind, Node};
use crate::lang::yaml::{block, message, simple};

/// Reads an entry of a list of statements.
pub fn statement(reader: &mut Reader, node: &Node) -> Option<Statement> {
    match &node.kind {
        Kind::Scalar(_) => bare(reader, node, node.item, None),
        Kind::Map(entries) => match (entries.iter().find(|entry| keys::is_statement(&entry.key)), entries.as_slice()) {
            (Some(head), _) => {
                let label = block::find(node, LABEL).and_then(|label| reader.name(&label.value, LABEL));
                keyed(reader, node, head, node.item, label)
            }
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

fn all() -> impl Iterator<Item = &'static str> + Clone {
    STATEMENTS.iter().map(|(key, _)| *key)
}

/// A map of several keys none of which begins a statement.
fn headless(reader: &mut Reader, node: &Node, entries: &[Entry]) {
    let near = entries.iter().find(|entry| keys::nearest(&entry.key, all()).is_some());
    match near.or(entries.first()) {
        Some(entry) => reader.unknown_key(entry, "a statement", all()),
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
    match &entry.value.kind {
        Kind::Map(inner) if inner.iter().any(|inner| keys::is_statement(&inner.key)) => {
            let label = reader.name_of(entry);
            let head = inner.iter().find(|inner| keys::is_statement(&inner.key))?;
            if let Some(second) = block::find(&entry.value, LABEL) {
                let help = "keep one of the two labels";
                reader.fault(Code::Unexpected, second.span, format!("`{}` is a label already", entry.key), help);
            }
            keyed(reader, &entry.value, head, node.item, label)
        }
        Kind::Scalar(scalar) if BARE.contains(&scalar.value.as_str()) => {
            let label = reader.name_of(entry);
            bare(reader, &entry.value, node.item, label)
        }
        Kind::Map(inner) if keys::nearest(&entry.key, all()).is_none() && !inner.is_empty() => {
            headless(reader, &entry.value, inner);
            None
        }
        Kind::Scalar(scalar) if keys::nearest(&scalar.value, BARE.iter().copied()).is_some() => {
            bare(reader, &entry.value, node.item, None)
        }
        Kind::Map(_) | Kind::Scalar(_) | Kind::List(_) => {
            reader.unknown_key(entry, "a statement", all());
            None
        }
        Kind::Broken => None,
    }
}

/// `- withdraw_invite`
fn bare(reader: &mut Reader, node: &Node, item: usize, label: Option<Name>) -> Option<Statement> {
    let word = node.scalar()?.value.as_str();
    let Some(kind) = bare_kind(word) else {
        unknown_bare(reader, node, word);
        return None;
    };
    let notes = reader.notes(item);
    Some(wrap(label, kind, node.span, notes, Notes::default()))
}

/// What a word says that stands alone, or in front of nothing.
fn bare_kind(word: &str) -> Option<StatementKind> {
    match word {
        "invite" => Some(StatementKind::Invite { note: None }),
        "withdraw_invite" => Some(StatementKind::WithdrawInvite),
        "visit_profile" => Some(StatementKind::VisitProfile),
        "follow" => Some(StatementKind::Follow),
        "like_latest_post" => Some(StatementKind::LikeLatestPost),
        "suppress_contact" => Some(StatementKind::SuppressContact { channel: None }),
        _ => None,
    }
}

fn unknown_bare(reader: &mut Reader, node: &Node, word: &str) {
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
    let help = match keys::nearest(word, all()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a statement is a word such as `invite`, or a key such as `send: NAME`".to_owned(),
    };
    reader.fault(Code::UnknownKeyword, node.place(), format!("`{word}` begins no statement"), help);
}

/// A map with a leading key.
fn keyed(reader: &mut Reader, node: &Node, head: &Entry, item: usize, label: Option<Name>) -> Option<Statement> {
    let key = head.key.as_str();
    let beside = keys::beside(key)?;
    beside_only(reader, node, head, beside);
    let kind = kind(reader, node, head);
    let late = block::find(node, "late").filter(|_| beside.contains(&"late")).and_then(|late| simple::late(reader, late));
    // Notes are claimed also for a refused statement: they are not to wander to another one.
    let (notes, end_notes) = (reader.notes(item), end_notes(reader, node, key));
    let statement = wrap(label, kind?, head.span.to(head.value.span), notes, end_notes);
    Some(Statement { late, ..statement })
}

/// A statement around what it says.
fn wrap(label: Option<Name>, kind: StatementKind, span: Span, notes: Notes, end_notes: Notes) -> Statement {
    Statement { label, kind, late: None, span, notes, end_notes, end_name: EndName::default() }
}

/// Only statements with an end of their own keep the comments above it.
fn end_notes(reader: &mut Reader, node: &Node, key: &str) -> Notes {
    let has_end = matches!(key, "if" | "repeat" | "split") || (key == "wait_up_to" && block::find(node, "for").is_none());
    if has_end { reader.end_notes(node) } else { Notes::default() }
}

fn beside_only(reader: &mut Reader, node: &Node, head: &Entry, beside: &'static [&'static str]) {
    for entry in node.entries().unwrap_or_default().iter().filter(|entry| entry.span != head.span) {
        let key = entry.key.as_str();
        if beside.contains(&key) || key == LABEL {
            continue;
        }
        if keys::is_statement(key) {
            let help = "begin a new entry of the list, with `- `, for the second statement";
            reader.fault(Code::UnknownKey, entry.span, format!("`{key}` stands beside `{}`", head.key), help);
        } else {
            reader.unknown_key(entry, &format!("`{}`", head.key), beside.iter().copied());
        }
    }
}

fn kind(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    let (key, value) = (head.key.as_str(), &head.value);
    match key {
        "invite" | "suppress_contact" if value.is_null() => bare_kind(key),
        "withdraw_invite" | "visit_profile" | "follow" | "like_latest_post" => {
            bare_kind(key).filter(|_| simple::is_empty(reader, value, key))
        }
        "invite" => Some(StatementKind::Invite { note: Some(message::text_ref(reader, head)?) }),
        "send" => simple::send(reader, node, head),
        "send_inmail" => simple::send_inmail(reader, node, head),
        "start_group" => simple::start_group(reader, node, head),
        "comment_latest_post" => message::text_ref(reader, head).map(StatementKind::CommentLatestPost),
        "endorse" => reader.string(value, key).map(StatementKind::Endorse),
        "react" => reader.string(value, key).map(StatementKind::React),
        "tag" => reader.string(value, key).map(StatementKind::Tag),
        "untag" => reader.string(value, key).map(StatementKind::Untag),
        "set" => simple::set(reader, value),
        "notify" => message::addressed(reader, head).map(|(who, text)| StatementKind::Notify { who, text }),
        "ask" => message::addressed(reader, head).map(|(who, text)| StatementKind::Ask { who, text }),
        "call_webhook" => reader.string(value, key).map(StatementKind::CallWebhook),
        "suppress_contact" => Some(StatementKind::SuppressContact { channel: Some(reader.channel(value, key)?) }),
        "pause_until" => simple::until(reader, value, key).map(StatementKind::PauseUntil),
        "wait" => reader.delay(value, key).map(StatementKind::Wait),
        "wait_until" => simple::wait_until(reader, value),
        "wait_up_to" => block::wait_up_to(reader, node, head),
        "if" => block::choice(reader, node, head),
        "repeat" => block::repeat(reader, node, head),
        "split" => block::split(reader, node, head),
        "do_part" => reader.name(value, key).map(StatementKind::Do),
        "stop" => simple::stop(reader, value),
        _ => None,
    }
}
