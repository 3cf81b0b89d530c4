//! A YAML document as a tree with places: what the YAML crate's events say, before anything of it is understood.

use crate::lang::source::Span;
use crate::lang::syntax::{Notes, Text};

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node {
    pub kind: Kind,
    pub span: Span,
    /// Where to point when the value itself is empty: its key, or itself.
    pub anchor: Span,
    /// Index into the comments of the document: those of the entry or list item this value belongs to.
    pub item: usize,
    /// Of a block list or map: the comments above its end.
    pub end_item: Option<usize>,
}

/// What stands there.
#[derive(Debug, Clone)]
pub enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Something refused whose fault is told already.
    Broken,
}

/// A word, number or text.
#[derive(Debug, Clone)]
pub struct Scalar {
    pub value: String,
    pub style: Style,
    /// Where the value's bytes stand, as in `Text`.
    pub map: Vec<(u32, u32)>,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Quoted,
    /// `|` or `>`.
    Block,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub span: Span,
    pub item: usize,
    pub value: Node,
}

/// What a plain scalar is in YAML 1.2 (the core schema).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    Null,
    Flag(bool),
    Number,
    Text,
}

impl Scalar {
    /// What the scalar is to YAML: quoted ones are always text.
    pub fn resolved(&self) -> Resolved {
        if self.style == Style::Plain { resolve(&self.value) } else { Resolved::Text }
    }

    /// As a text of the syntax tree; the last newline of a block is taken off.
    pub fn to_text(&self, span: Span) -> Text {
        let is_block = self.style == Style::Block;
        let value = if is_block { self.value.strip_suffix('\n').unwrap_or(&self.value) } else { &self.value };
        Text { value: value.to_owned(), span, is_block, map: self.map.clone() }
    }
}

/// What a plain word is in YAML 1.2's core schema.
pub fn resolve(word: &str) -> Resolved {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Flag(true),
        "false" | "False" | "FALSE" => Resolved::Flag(false),
        _ if is_number(word) => Resolved::Number,
        _ => Resolved::Text,
    }
}

fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let digits_in = |prefix: &str, radix: u32| {
        word.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|digit| digit.is_digit(radix)))
    };
    if digits_in("0x", 16) || digits_in("0o", 8) {
        return true;
    }
    let starts_well = unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|first: char| first.is_ascii_digit());
    starts_well && unsigned.parse::<f64>().is_ok()
}

impl Node {
    /// The place to point at: the value, or its key when nothing is written there.
    pub fn place(&self) -> Span {
        if self.span.start == self.span.end { self.anchor } else { self.span }
    }

    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        if let Kind::Scalar(scalar) = &self.kind { Some(scalar) } else { None }
    }

    /// The entries, if it is a map.
    pub fn entries(&self) -> Option<&[Entry]> {
        if let Kind::Map(entries) = &self.kind { Some(entries) } else { None }
    }

    /// The value of a key, if it is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Nothing is written, or `~`.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.resolved() == Resolved::Null)
    }

    /// What it is, for a message.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar(scalar) => match scalar.resolved() {
                Resolved::Null => "nothing",
                Resolved::Flag(_) => "a true or false",
                Resolved::Number => "a number",
                Resolved::Text => "a text",
            },
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map of keys",
            Kind::Broken => "something refused",
        }
    }
}

/// A document, and the comments in it.
#[derive(Debug, Clone)]
pub struct Document {
    pub root: Option<Node>,
    pub comments: Comments,
    /// The text breaks off here: what is missing is no fault of its own.
    pub is_truncated: bool,
}

/// The comments by entry and list item.
#[derive(Debug, Clone, Default)]
pub struct Comments {
    pub items: Vec<CommentItem>,
}

/// An entry or list item, or the end of one.
#[derive(Debug, Clone)]
pub struct CommentItem {
    pub parent: Option<usize>,
    pub notes: Notes,
    pub is_claimed: bool,
}

impl Comments {
    /// The notes of an item, which thereby have a place in the syntax tree.
    pub fn claim(&mut self, item: usize) -> Notes {
        let Some(item) = self.items.get_mut(item) else { return Notes::default() };
        item.is_claimed = true;
        item.notes.clone()
    }

    /// Gives comments that nothing claimed to the nearest item around them that has a place. Tells whether any moved;
    /// then read the tree again.
    pub fn settle(&mut self) -> bool {
        let mut moved = false;
        for index in 0..self.items.len() {
            let lines = self.take_unclaimed(index);
            if lines.is_empty() {
                continue;
            }
            if let Some(home) = self.claimed_around(index).and_then(|home| self.items.get_mut(home)) {
                home.notes.above.extend(lines);
                moved = true;
            }
        }
        moved
    }

    fn take_unclaimed(&mut self, index: usize) -> Vec<String> {
        let Some(item) = self.items.get_mut(index).filter(|item| !item.is_claimed) else { return Vec::new() };
        let mut lines = std::mem::take(&mut item.notes.above);
        lines.extend(item.notes.beside.take());
        lines
    }

    fn claimed_around(&self, index: usize) -> Option<usize> {
        let mut at = index;
        loop {
            at = self.items.get(at)?.parent?;
            if self.items.get(at)?.is_claimed {
                return Some(at);
            }
        }
    }
}
