//! What stands in campaigns and in workspaces alike: classes, parts, reports.

use crate::lang::syntax::{Class, Line, Part, Report};
use crate::lang::yaml::block;
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Kind, Node};

/// `classes: {interested: /yes|sure/i}`
pub fn classes(reader: &mut Reader, entry: &Entry) -> Vec<Class> {
    let entries = reader.map(&entry.value, "classes", "names and patterns").unwrap_or_default();
    let mut classes = Vec::new();
    for class in entries {
        let notes = reader.notes_under(entry, class);
        let (name, pattern) = (reader.name_of(class), reader.pattern(&class.value, &class.key));
        if let (Some(name), Some(pattern)) = (name, pattern) {
            classes.push(Class { name, pattern, span: class.span.to(class.value.span), notes });
        }
    }
    classes
}

/// `parts: {bumps: [{wait: 3 days}, {send: nudge}]}`
pub fn parts(reader: &mut Reader, entry: &Entry) -> Vec<Part> {
    let entries = reader.map(&entry.value, "parts", "names and statements").unwrap_or_default();
    let mut parts = Vec::new();
    for part in entries {
        let notes = reader.notes_under(entry, part);
        let (name, body) = (reader.name_of(part), block::block(reader, &part.value, &part.key, part.span));
        if let (Some(name), Some(body)) = (name, body) {
            parts.push(Part { name, body, span: part.span, notes });
        }
    }
    parts
}

/// `report: {cron: "0 8 * * mon", to: owner}`, or a list of such lines.
pub fn reports(reader: &mut Reader, entry: &Entry) -> Vec<Line<Report>> {
    match &entry.value.kind {
        Kind::List(nodes) => nodes.iter().filter_map(|node| report(reader, entry, node)).collect(),
        Kind::Map(_) | Kind::Scalar(_) | Kind::Broken => report(reader, entry, &entry.value).into_iter().collect(),
    }
}

fn report(reader: &mut Reader, head: &Entry, node: &Node) -> Option<Line<Report>> {
    const REPORT: Keys = Keys { what: "a report", known: &["cron", "to"] };
    reader.keys(node, "report", REPORT)?;
    let notes = reader.notes_in(head, node);
    let cron = reader.needed(node, "a report", "cron", node.place()).and_then(|cron| reader.cron(cron, "cron"));
    let who = reader.needed(node, "a report", "to", node.place()).and_then(|who| reader.name(who, "to"));
    Some(Line { value: Report { cron: cron?, who: who? }, span: head.span.to(node.span), notes })
}
