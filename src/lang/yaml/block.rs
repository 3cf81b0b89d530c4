//! Lists of statements, labels, and the statements that hold others.

use crate::lang::code::Code;
use crate::lang::source::Span;
use crate::lang::syntax::{Arm, Block, Branch, Event, EventKind, SplitArm, StatementKind};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Node};
use crate::lang::yaml::{NESTING_MAX, STATEMENTS_MAX, statement};

/// Reads a list of statements; `opener` is the key it stands behind.
pub fn block(reader: &mut Reader, node: &Node, key: &str, opener: Span) -> Option<Block> {
    reader.depth += 1;
    let block = if reader.depth > NESTING_MAX { too_deep(reader, opener) } else { statements(reader, node, key, opener) };
    reader.depth -= 1;
    block
}

fn too_deep(reader: &mut Reader, opener: Span) -> Option<Block> {
    let message = format!("blocks stand more than {NESTING_MAX} deep here");
    reader.fault(Code::TooLarge, opener, message, "64 blocks inside each other are the limit: shorten the campaign");
    None
}

fn statements(reader: &mut Reader, node: &Node, key: &str, opener: Span) -> Option<Block> {
    let nodes = reader.list(node, key, "statements")?;
    let mut block = Block { span: opener, ..Block::default() };
    for node in nodes {
        if reader.statements == STATEMENTS_MAX {
            let message = format!("the file has more than {STATEMENTS_MAX} statements");
            reader.fault(Code::TooLarge, node.place(), message, "split the campaign, or say it with `repeat`");
        }
        reader.statements += 1;
        if reader.statements > STATEMENTS_MAX {
            break;
        }
        block.statements.extend(statement::statement(reader, node));
    }
    block.end_notes = reader.end_notes(node);
    Some(block)
}

/// A list of statements behind a key, empty when it was refused.
pub fn body(reader: &mut Reader, entry: &Entry) -> Block {
    let mut body = block(reader, &entry.value, &entry.key, entry.span).unwrap_or_default();
    body.span = entry.span;
    body.notes = reader.notes(entry.item);
    body
}

/// The list behind `key`, which the map must have. Its comments are left to the statement around it: the other notation
/// has no line for them.
fn needed_body(reader: &mut Reader, node: &Node, what: &str, key: &str, opener: Span) -> Option<Block> {
    match find(node, key) {
        Some(entry) => Some(block(reader, &entry.value, &entry.key, entry.span).unwrap_or_default()),
        None => {
            reader.missing(opener, what, key);
            None
        }
    }
}

/// The entry of a key.
pub fn find<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    node.entries()?.iter().find(|entry| entry.key == key)
}

/// `{wait_up_to: D, when_accepted: […], on_timeout: […]}`, or `{wait_up_to: D, for: E, or_stop: O}`.
pub fn wait_up_to(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    let up_to = reader.exact_delay(&head.value, "wait_up_to");
    if let Some(event) = find(node, "for").or(find(node, "or_stop")) {
        return wait_for(reader, node, head, up_to, event);
    }
    let mut arms = Vec::new();
    for entry in node.entries()? {
        match (entry.key.as_str(), plain_event(&entry.key)) {
            ("when", _) => listed_arms(reader, entry, &mut arms),
            (_, Some(kind)) => {
                let event = Event { kind, guard: None, span: entry.span };
                let body = body(reader, entry);
                arms.push(Arm { event, body });
            }
            (_, None) => {}
        }
    }
    let timeout = find(node, "on_timeout").map(|entry| body(reader, entry));
    Some(StatementKind::WaitUpTo { up_to: up_to?, arms, timeout })
}

fn wait_for(
    reader: &mut Reader,
    node: &Node,
    head: &Entry,
    up_to: Option<crate::lang::source::Spanned<crate::model::time::Delay>>,
    first: &Entry,
) -> Option<StatementKind> {
    let is_other = |entry: &&Entry| entry.key.starts_with("when") || entry.key == "on_timeout";
    if let Some(arm) = node.entries()?.iter().find(is_other) {
        let help = "`for` and `or_stop` are the short form; keep either them or the arms";
        reader.fault(Code::Unexpected, arm.span, format!("`{}` stands beside `{}`", arm.key, first.key), help);
    }
    let event = match find(node, "for") {
        Some(entry) => reader.event(&entry.value, "for"),
        None => {
            reader.missing(head.span, "`wait_up_to` with `or_stop`", "for");
            None
        }
    };
    let outcome = match find(node, "or_stop") {
        Some(entry) => reader.name(&entry.value, "or_stop"),
        None => {
            reader.missing(head.span, "`wait_up_to` with `for`", "or_stop");
            None
        }
    };
    Some(StatementKind::WaitFor { up_to: up_to?, event: event?, outcome: outcome? })
}

/// The event of an arm's key, for events without an argument.
pub fn plain_event(key: &str) -> Option<EventKind> {
    match key {
        "when_accepted" => Some(EventKind::Accepted),
        "when_replied" => Some(EventKind::Replied),
        "when_seen" => Some(EventKind::Seen),
        "when_delivered" => Some(EventKind::Delivered),
        "when_reacted" => Some(EventKind::Reacted),
        "when_approved" => Some(EventKind::Approved),
        "when_rejected" => Some(EventKind::Rejected),
        "when_done" => Some(EventKind::Done),
        _ => None,
    }
}

/// `when: [{reply_is: x, then: […]}, …]`; `{when: EVENT, then: […]}` takes any event.
fn listed_arms(reader: &mut Reader, entry: &Entry, arms: &mut Vec<Arm>) {
    const ARM: Keys = Keys { what: "an arm", known: &["reply_is", "reply_matches", "event", "when", "if", "then"] };
    for node in reader.list(&entry.value, "when", "arms").unwrap_or_default() {
        let notes = reader.notes(node.item);
        if reader.keys(node, "when", ARM).is_none() {
            continue;
        }
        let opener = node.entries().and_then(<[Entry]>::first).map_or(node.place(), |first| first.span);
        let mut event = arm_event(reader, node, opener);
        if let (Some(guard), Some(event)) = (find(node, "if"), event.as_mut()) {
            event.guard = reader.condition(&guard.value, "if");
        }
        let body = needed_body(reader, node, "an arm", "then", opener);
        if let (Some(event), Some(mut body)) = (event, body) {
            body.span = opener;
            body.notes = notes;
            arms.push(Arm { event, body });
        }
    }
}

fn arm_event(reader: &mut Reader, node: &Node, opener: Span) -> Option<Event> {
    let entries = node.entries()?;
    let mut events = entries.iter().filter(|entry| matches!(entry.key.as_str(), "reply_is" | "reply_matches" | "event" | "when"));
    let Some(entry) = events.next() else {
        let help = "name its event: `reply_is`, `reply_matches`, `event`, or any event behind `when`";
        reader.fault(Code::Unexpected, opener, "this arm waits for nothing", help);
        return None;
    };
    if let Some(second) = events.next() {
        let help = "write an arm for each of the events";
        reader.fault(Code::Unexpected, second.span, format!("`{}` stands beside `{}`", second.key, entry.key), help);
    }
    let (key, value) = (entry.key.as_str(), &entry.value);
    let kind = match key {
        "reply_is" => EventKind::ReplyIs(reader.name(value, key)?),
        "reply_matches" => EventKind::ReplyMatches(reader.pattern(value, key)?),
        "event" => EventKind::Named(reader.string(value, key)?),
        _ => return reader.event(value, key),
    };
    Some(Event { kind, guard: None, span: entry.span.to(value.span) })
}

/// `{if: C, then: […], else_if: [{if: C, then: […]}], else: […]}`
pub fn choice(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    const BRANCH: Keys = Keys { what: "an `else_if`", known: &["if", "then"] };
    let mut branches = Vec::new();
    branches.extend(branch(reader, node, head));
    if let Some(entry) = find(node, "else_if") {
        for node in reader.list(&entry.value, "else_if", "branches").unwrap_or_default() {
            let notes = reader.notes(node.item);
            if reader.keys(node, "else_if", BRANCH).is_none() {
                continue;
            }
            let Some(head) = find(node, "if") else {
                reader.missing(node.place(), "an `else_if`", "if");
                continue;
            };
            if let Some(mut branch) = branch(reader, node, head) {
                branch.body.notes = notes;
                branches.push(branch);
            }
        }
    }
    let otherwise = find(node, "else").map(|entry| body(reader, entry));
    Some(StatementKind::If { branches, otherwise })
}

fn branch(reader: &mut Reader, node: &Node, head: &Entry) -> Option<Branch> {
    let condition = reader.condition(&head.value, "if");
    let mut body = needed_body(reader, node, "`if`", "then", head.span)?;
    body.span = head.span;
    Some(Branch { condition: condition?, body })
}

/// `{repeat: {times: N, apart: D, until: E}, do: […]}`
pub fn repeat(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    const REPEAT: Keys = Keys { what: "`repeat`", known: &["times", "apart", "until"] };
    let inner = &head.value;
    let known = reader.keys(inner, "repeat", REPEAT).is_some();
    let times = inner.get("times").and_then(|node| reader.number(node, "times"));
    let apart = match inner.get("apart") {
        Some(apart) => reader.delay(apart, "apart"),
        None => {
            if known {
                reader.missing(head.span, "`repeat`", "apart");
            }
            None
        }
    };
    let until = inner.get("until").and_then(|node| reader.event(node, "until"));
    let body = needed_body(reader, node, "`repeat`", "do", head.span);
    Some(StatementKind::Repeat { times, apart: apart?, until, body: body? })
}

/// `{split: s, arms: {a: {share: 50%, do: […]}}}`
pub fn split(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    const ARM: Keys = Keys { what: "an arm of a split", known: &["share", "do"] };
    let name = reader.name(&head.value, "split");
    let Some(arms) = find(node, "arms") else {
        reader.missing(head.span, "`split`", "arms");
        return None;
    };
    let mut read = Vec::new();
    for entry in reader.map(&arms.value, "arms", "names and arms").unwrap_or_default() {
        let notes = reader.notes(entry.item);
        let name = reader.name_of(entry);
        if reader.keys(&entry.value, &entry.key, ARM).is_none() {
            continue;
        }
        let share = match entry.value.get("share") {
            Some(share) => reader.percent(share, "share"),
            None => {
                reader.missing(entry.span, "an arm of a split", "share");
                None
            }
        };
        let body = needed_body(reader, &entry.value, "an arm of a split", "do", entry.span);
        if let (Some(name), Some(share), Some(mut body)) = (name, share, body) {
            body.span = entry.span;
            body.notes = notes;
            read.push(SplitArm { share, name, body });
        }
    }
    Some(StatementKind::Split { name: name?, arms: read })
}
