//! Handlers of a whole campaign: `when_reply`, `when_event` and their siblings.

use crate::lang::source::Spanned;
use crate::lang::syntax::{Handler, HandlerKind};
use crate::lang::yaml::block::{self, find};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Kind, Node};

/// Reads one of `when_reply`, `when_opt_out` …; `when_reply` may be `ignore`.
pub fn handler(reader: &mut Reader, entry: &Entry, kind: HandlerKind) -> Option<Handler> {
    let ignores = entry.value.scalar().is_some_and(|scalar| scalar.value == "ignore") && kind == HandlerKind::Reply;
    let body = if ignores { None } else { Some(block::block(reader, &entry.value, &entry.key, entry.span)?) };
    Some(Handler { kind, guard: None, body, span: entry.span, notes: reader.notes(entry.item) })
}

/// Reads `when_event`: a map from names to statements, or a list where an event has a condition.
pub fn events(reader: &mut Reader, entry: &Entry) -> Vec<Handler> {
    match &entry.value.kind {
        Kind::List(nodes) => nodes.iter().filter_map(|node| listed(reader, entry, node)).collect(),
        Kind::Map(events) => events.iter().filter_map(|event| named(reader, entry, event)).collect(),
        Kind::Scalar(_) | Kind::Broken => {
            reader.map(&entry.value, "when_event", "names and statements");
            Vec::new()
        }
    }
}

/// `"calendly.booked": [{stop: met}]`
fn named(reader: &mut Reader, events: &Entry, event: &Entry) -> Option<Handler> {
    let notes = reader.notes_under(events, event);
    let body = block::block(reader, &event.value, &event.key, event.span)?;
    let kind = HandlerKind::Event(Spanned::new(event.key.clone(), event.span));
    Some(Handler { kind, guard: None, body: Some(body), span: event.span, notes })
}

/// `{event: "calendly.booked", if: replied, then: [{stop: met}]}`
fn listed(reader: &mut Reader, events: &Entry, node: &Node) -> Option<Handler> {
    const EVENT: Keys = Keys { what: "an event's handler", known: &["event", "if", "then"] };
    reader.keys(node, "when_event", EVENT)?;
    let notes = reader.notes_in(events, node);
    let name = reader.needed(node, "an event's handler", "event", node.place()).and_then(|name| reader.string(name, "event"));
    let guard = match node.get("if") {
        Some(condition) => Some(reader.condition(condition, "if")?),
        None => None,
    };
    let Some(then) = find(node, "then") else {
        reader.missing(node.place(), "an event's handler", "then");
        return None;
    };
    let body = block::block(reader, &then.value, "then", then.span);
    let span = find(node, "event").map_or(node.place(), |head| head.span.to(head.value.span));
    Some(Handler { kind: HandlerKind::Event(name?), guard, body: Some(body?), span, notes })
}
