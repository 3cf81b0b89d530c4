//! Handlers as YAML: a key each; those of the author's own events under one.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Item, Layout, Value};
use crate::lang::format::yaml::shared::{gathered, gathered_list};
use crate::lang::format::yaml::steps;
use crate::lang::syntax::{Block, Handler, HandlerKind, Notes};
use std::collections::HashSet;

/// Where a handler of that kind stands among the others: the author's own events come last.
pub fn rank(kind: &HandlerKind) -> u8 {
    match kind {
        HandlerKind::Reply | HandlerKind::OptOut | HandlerKind::Takeover | HandlerKind::AccountLost | HandlerKind::SendFailed => {
            0
        }
        HandlerKind::Event(_) => 1,
    }
}

/// The handlers: those of the author's own events behind the others, under one key.
pub fn handlers(handlers: &[Handler]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = handlers.iter().filter_map(|handler| Some(simple(handler, key(&handler.kind)?))).collect();
    entries.extend(events(handlers));
    entries
}

fn key(kind: &HandlerKind) -> Option<&'static str> {
    match kind {
        HandlerKind::Reply => Some("when_reply"),
        HandlerKind::OptOut => Some("when_opt_out"),
        HandlerKind::Takeover => Some("when_takeover"),
        HandlerKind::AccountLost => Some("when_account_lost"),
        HandlerKind::SendFailed => Some("when_send_failed"),
        HandlerKind::Event(_) => None,
    }
}

fn simple(handler: &Handler, key: &str) -> Entry {
    match &handler.body {
        Some(body) => Entry::new(key, on_lines(body)).with(&handler.notes).ending(&body.end_notes),
        None => Entry::new(key, doc::word("ignore")).with(&handler.notes),
    }
}

/// One statement a line, whatever fits.
fn on_lines(body: &Block) -> Value {
    match steps::block(body) {
        Value::List(items, _) => Value::List(items, Layout::Lines),
        other => other,
    }
}

/// `when_event`: by name where names are enough, else a list.
fn events(handlers: &[Handler]) -> Option<Entry> {
    let named = |handler: &'_ Handler| match &handler.kind {
        HandlerKind::Event(name) => Some(name.value.clone()),
        _ => None,
    };
    let events: Vec<(String, &Handler)> = handlers.iter().filter_map(|handler| Some((named(handler)?, handler))).collect();
    let mut seen = HashSet::new();
    if events.iter().all(|(name, handler)| handler.guard.is_none() && seen.insert(name.as_str())) {
        let entry = |(name, handler): &(String, &Handler)| {
            let empty = Block::default();
            let body = handler.body.as_ref().unwrap_or(&empty);
            Entry::new(&doc::key(name), steps::block(body)).with(&handler.notes).ending(&body.end_notes)
        };
        return gathered("when_event", events.iter().map(entry).collect(), Layout::Lines);
    }
    let item = |(name, handler): &(String, &Handler)| {
        let mut entries = vec![Entry::new("event", doc::quoted_text(name))];
        entries.extend(handler.guard.as_ref().map(|guard| Entry::new("if", doc::word(&phrase::expr(guard)))));
        entries.extend(handler.body.as_ref().map(|body| Entry::new("then", steps::block(body)).ending(&body.end_notes)));
        Item { value: Value::Map(entries, Layout::Fits), notes: handler.notes.clone(), end: Notes::default() }
    };
    gathered_list("when_event", events.iter().map(item).collect())
}
