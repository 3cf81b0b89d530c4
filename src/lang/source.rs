//! Where text comes from, and places in it.

use std::path::PathBuf;
use std::sync::Arc;

/// Which of the program's files: index into the sources given to `compile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceId(pub u32);

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    Camp,
    Yaml,
}

/// A campaign file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As given on the command line, joined: what diagnostics print.
    pub path: PathBuf,
    pub notation: Notation,
    pub text: Arc<str>,
}

/// Bytes `start..end` of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// From this one's start to the other's end.
    pub fn to(self, other: Self) -> Self {
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty place where this one starts.
    pub fn start_of(self) -> Self {
        Self { end: self.start, ..self }
    }
}

/// A value with its place. Equality ignores the place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: std::hash::Hash> std::hash::Hash for Spanned<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// Line and column from 1; columns count code points, a byte-order mark not, a tab as one (LANGUAGE.md §11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Source {
    /// The position of a byte offset; held at the end of the text.
    pub fn position(&self, offset: u32) -> Position {
        let text: &str = &self.text;
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() as u32 + 1;
        let line_text = before.rsplit('\n').next().unwrap_or_default();
        let column = line_text.trim_start_matches('\u{feff}').chars().count() as u32 + 1;
        Position { line, column }
    }
}
