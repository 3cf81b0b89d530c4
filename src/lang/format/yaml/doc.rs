//! What is printed, before it is known on how many lines: scalars, lists and maps with their comments.

use crate::lang::syntax::{Notes, Text};
use crate::lang::yaml::{Resolved, resolve};
use std::collections::BTreeSet;

/// A value to print.
#[derive(Debug)]
pub enum Value {
    /// As it goes into the file, quotes included; the second form is for inside brackets.
    Scalar {
        plain: String,
        in_flow: String,
    },
    /// Lines behind `|`.
    Block(String),
    List(Vec<Item>, Layout),
    Map(Vec<Entry>, Layout),
}

/// Where lists and maps may stand on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In brackets where it fits.
    Fits,
    /// One entry a line.
    Lines,
}

/// An entry of a list.
#[derive(Debug)]
pub struct Item {
    pub value: Value,
    pub notes: Notes,
    /// Comments above its end.
    pub end: Notes,
}

/// An entry of a map.
#[derive(Debug)]
pub struct Entry {
    pub key: String,
    pub value: Value,
    pub notes: Notes,
    /// Comments above the end of the value.
    pub end: Notes,
}

impl Entry {
    /// A key of the language and its value.
    pub fn new(key: &str, value: Value) -> Self {
        Self { key: key.to_owned(), value, notes: Notes::default(), end: Notes::default() }
    }

    /// With the comments around it.
    pub fn with(self, notes: &Notes) -> Self {
        Self { notes: notes.clone(), ..self }
    }

    /// With the comments above the end of its value.
    pub fn ending(self, end: &Notes) -> Self {
        Self { end: end.clone(), ..self }
    }
}

/// A key that stands twice in one map, wherever it is.
pub fn twice(entries: &[Entry]) -> Option<&str> {
    let mut known = BTreeSet::new();
    let here = entries.iter().find(|entry| !known.insert(entry.key.as_str())).map(|entry| entry.key.as_str());
    here.or_else(|| entries.iter().find_map(|entry| twice_within(&entry.value)))
}

fn twice_within(value: &Value) -> Option<&str> {
    match value {
        Value::Scalar { .. } | Value::Block(_) => None,
        Value::List(items, _) => items.iter().find_map(|item| twice_within(&item.value)),
        Value::Map(entries, _) => twice(entries),
    }
}

/// A word, path or phrase: bare where YAML lets it, else quoted.
pub fn word(text: &str) -> Value {
    let plain = if is_bare(text, false) { text.to_owned() } else { quoted(text) };
    let in_flow = if is_bare(text, true) { text.to_owned() } else { quoted(text) };
    Value::Scalar { plain, in_flow }
}

/// A number, a percentage, `true` or `~`.
pub fn bare(text: impl ToString) -> Value {
    let text = text.to_string();
    Value::Scalar { plain: text.clone(), in_flow: text }
}

/// A text, always in quotes.
pub fn quoted_text(text: &str) -> Value {
    bare(quoted(text))
}

/// A template: a block where it has lines, else in quotes.
pub fn template(text: &Text) -> Value {
    let wants_lines = text.is_block || text.value.contains('\n');
    if wants_lines && fits_block(&text.value) { Value::Block(text.value.clone()) } else { quoted_text(&text.value) }
}

/// A list that stands in brackets where it fits.
pub fn list(values: impl IntoIterator<Item = Value>) -> Value {
    let items = values.into_iter().map(|value| Item { value, notes: Notes::default(), end: Notes::default() });
    Value::List(items.collect(), Layout::Fits)
}

/// A map that stands in braces where it fits.
pub fn map(entries: Vec<Entry>) -> Value {
    Value::Map(entries, Layout::Fits)
}

/// A map of one key.
pub fn single(key: &str, value: Value) -> Value {
    map(vec![Entry::new(key, value)])
}

/// Can the text stand behind `|` and come back the same?
fn fits_block(text: &str) -> bool {
    let is_odd = |letter: char| letter != '\n' && needs_escape(letter);
    let has_blank_line = text.split('\n').any(|line| !line.is_empty() && line.trim().is_empty());
    let first = text.split('\n').find(|line| !line.is_empty()).unwrap_or_default();
    !first.is_empty() && !first.starts_with([' ', '\t']) && !text.ends_with('\n') && !has_blank_line && !text.contains(is_odd)
}

/// A letter that only an escape carries safely.
pub fn needs_escape(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// May the word stand without quotes, here and in older readers of YAML?
fn is_bare(text: &str, in_flow: bool) -> bool {
    let starts_oddly = text.starts_with([
        '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', '=', '<', '~', '.', '+',
    ]);
    let has_odd = text.contains(": ") || text.contains(" #") || text.ends_with(':') || text.contains(needs_escape);
    let has_bracket = in_flow && text.contains([',', '[', ']', '{', '}', ':']);
    let spaces = text != text.trim() || text.is_empty();
    !(starts_oddly || has_odd || has_bracket || spaces || is_ambiguous(text))
}

/// A number, truth value or date to some reader of YAML.
fn is_ambiguous(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_flag = matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    let is_numeric = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(' ');
    is_flag || is_numeric || resolve(text) != Resolved::Text
}

/// In double quotes, with escapes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if needs_escape(letter) => out.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A key the author chose.
pub fn key(text: &str) -> String {
    if is_bare(text, true) { text.to_owned() } else { quoted(text) }
}
