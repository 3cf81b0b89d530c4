//! What stands in campaigns and in workspaces alike, as YAML: classes, parts, reports; and keys over several of a kind.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Item, Layout, Value};
use crate::lang::format::yaml::steps;
use crate::lang::syntax::{Class, Line, Notes, Part, Report, Spanned};

/// Entries under a key of their own, if there are any. The empty line above the first stands above the key.
pub fn gathered(key: &str, mut entries: Vec<Entry>, layout: Layout) -> Option<Entry> {
    let first = entries.first_mut()?;
    let blank_above = std::mem::take(&mut first.notes.blank_above);
    let notes = Notes { blank_above, ..Notes::default() };
    Some(Entry::new(key, Value::Map(entries, layout)).with(&notes))
}

/// A list under a key, if there is any, one entry a line.
pub fn gathered_list(key: &str, mut items: Vec<Item>) -> Option<Entry> {
    let first = items.first_mut()?;
    let blank_above = std::mem::take(&mut first.notes.blank_above);
    let notes = Notes { blank_above, ..Notes::default() };
    Some(Entry::new(key, Value::List(items, Layout::Lines)).with(&notes))
}

/// The comments of the first entry go above the key of the list.
pub fn first_notes(items: &mut [Item]) -> Notes {
    items.first_mut().map(|first| std::mem::take(&mut first.notes)).unwrap_or_default()
}

/// One value, or a list of them; the comments of the first go above the key.
pub fn lines<T>(key: &str, lines: &[Line<T>], value: impl Fn(&T) -> Value) -> Option<Entry> {
    let item = |line: &Line<T>| Item { value: value(&line.value), notes: line.notes.clone(), end: Notes::default() };
    let mut items: Vec<Item> = lines.iter().map(item).collect();
    let notes = first_notes(&mut items);
    let value = if items.len() == 1 { items.pop()?.value } else { Value::List(items, Layout::Fits) };
    (!lines.is_empty()).then(|| Entry::new(key, value).with(&notes))
}

/// A path or an address, quoted where it must be.
pub fn path(path: &Spanned<String>) -> Value {
    doc::word(&path.value)
}

/// `classes`, if there are any.
pub fn classes<'c>(classes: impl IntoIterator<Item = &'c Class>) -> Option<Entry> {
    let class = |class: &Class| {
        let pattern = doc::word(&phrase::regex(&class.pattern.value));
        Entry::new(&doc::key(&class.name.value), pattern).with(&class.notes)
    };
    gathered("classes", classes.into_iter().map(class).collect(), Layout::Lines)
}

/// `parts`, if there are any.
pub fn parts<'p>(parts: impl IntoIterator<Item = &'p Part>) -> Option<Entry> {
    let part = |part: &Part| {
        let body = steps::block(&part.body);
        Entry::new(&doc::key(&part.name.value), body).with(&part.notes).ending(&part.body.end_notes)
    };
    gathered("parts", parts.into_iter().map(part).collect(), Layout::Lines)
}

/// `report`, if there is any.
pub fn reports(reports: &[Line<Report>]) -> Option<Entry> {
    lines("report", reports, |report| {
        let cron = Entry::new("cron", doc::quoted_text(&report.cron.value));
        doc::map(vec![cron, Entry::new("to", doc::word(&report.who.value))])
    })
}
