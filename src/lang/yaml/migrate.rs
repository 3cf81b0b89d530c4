//! What a new version does with the people of an older one: `migrate`.

use crate::lang::code::Code;
use crate::lang::syntax::{Line, Migrate, MigrateRule, MigrateTarget};
use crate::lang::yaml::block::find;
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Kind, Node};

const MIGRATE: Keys = Keys { what: "`migrate`", known: &["from", "in_place", "at", "anyone_else"] };

/// Reads `migrate`: a map, or a list of them where people come from several versions.
pub fn migrations(reader: &mut Reader, entry: &Entry) -> Vec<Migrate> {
    match &entry.value.kind {
        Kind::List(nodes) => nodes.iter().filter_map(|node| migration(reader, entry, node)).collect(),
        Kind::Map(_) | Kind::Scalar(_) | Kind::Broken => migration(reader, entry, &entry.value).into_iter().collect(),
    }
}

fn migration(reader: &mut Reader, head: &Entry, node: &Node) -> Option<Migrate> {
    reader.keys(node, "migrate", MIGRATE)?;
    let notes = reader.notes_in(head, node);
    let from = reader.needed(node, "`migrate`", "from", head.span).and_then(|from| reader.number(from, "from"));
    let span = find(node, "from").map_or(head.span, |from| head.span.to(from.value.span));
    let in_place = match node.get("in_place") {
        Some(flag) => reader.flag(flag, "in_place").unwrap_or_default(),
        None => false,
    };
    let mut rules = Vec::new();
    if let Some(at) = find(node, "at") {
        for rule in reader.map(&at.value, "at", "labels and where their people go").unwrap_or_default() {
            let notes = reader.notes_under(at, rule);
            let label = reader.label(&rule.key, rule.span);
            if let Some(target) = target(reader, &rule.value, &rule.key) {
                rules.push(Line { value: MigrateRule { label, target }, span: rule.span.to(rule.value.span), notes });
            }
        }
    }
    let otherwise = find(node, "anyone_else");
    if let Some(second) = find(node, "at").or(otherwise).filter(|_| in_place) {
        let help = "`in_place` maps every label to itself; keep either it or the rules";
        reader.fault(Code::Unexpected, second.span, format!("`{}` stands beside `in_place`", second.key), help);
    }
    let otherwise = otherwise.and_then(|entry| {
        let target = target(reader, &entry.value, &entry.key)?;
        Some(reader.line(entry, target))
    });
    let end_notes = reader.end_notes(node);
    Some(Migrate { from: from?, in_place, rules, otherwise, span, notes, end_notes })
}

/// `stay`, `{go_to: LABEL}`, `{finish_on: 3}`
fn target(reader: &mut Reader, node: &Node, key: &str) -> Option<MigrateTarget> {
    const TARGET: Keys = Keys { what: "where people go", known: &["go_to", "finish_on"] };
    if node.entries().is_none() {
        reader.word(node, key, &[("stay", ())])?;
        return Some(MigrateTarget::Stay);
    }
    reader.keys(node, key, TARGET)?;
    match (node.get("go_to"), node.get("finish_on")) {
        (Some(label), None) => {
            let label = reader.string(label, "go_to")?;
            Some(MigrateTarget::GoTo(reader.label(&label.value, label.span)))
        }
        (None, Some(version)) => reader.number(version, "finish_on").map(MigrateTarget::Finish),
        (Some(_), Some(_)) => {
            let message = "people go to one place";
            reader.fault(Code::Unexpected, node.place(), message, "keep one of `go_to` and `finish_on`");
            None
        }
        (None, None) => {
            reader.missing(node.place(), "where people go", "go_to");
            None
        }
    }
}
