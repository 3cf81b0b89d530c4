//! What all blocks share: a line read by a rule, the faults of a word that begins nothing, notes, duplicates.

use crate::lang::camp::blocks::{Block, Node};
use crate::lang::camp::grammar::{Origin, Pair, Phrase, Rule};
use crate::lang::camp::head::{Head, head};
use crate::lang::camp::scan::Line;
use crate::lang::camp::{habit, vocabulary};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span, Spanned};
use crate::lang::syntax::{Line as Clause, Notes};
use crate::lang::words;

/// Most statements of one file (LANGUAGE.md §9).
pub const STATEMENTS_MAX: usize = 10_000;

/// A file on its way from lines to syntax.
pub struct Reader<'f> {
    pub source: SourceId,
    pub text: &'f str,
    pub lines: &'f [Line],
    pub diagnostics: Diagnostics,
    /// Counted so far.
    pub statements: usize,
}

impl<'f> Reader<'f> {
    /// Reads the line as the rule says and builds from it; a fault is kept, and nothing returned.
    pub fn read<T>(&mut self, index: usize, rule: Rule, build: impl FnOnce(&mut Phrase<'f>, Pair<'f>) -> T) -> Option<T> {
        let mut phrase = self.phrase(index)?;
        let built = phrase.parse(rule).map(|pair| build(&mut phrase, pair));
        self.diagnostics.append(&mut phrase.faults);
        built
    }

    /// A whole line without a label, with its place and notes.
    pub fn clause<T>(
        &mut self,
        index: usize,
        rule: Rule,
        build: impl FnOnce(&mut Phrase<'f>, Pair<'f>) -> T,
    ) -> Option<Clause<T>> {
        let value = self.read(index, rule, build)?;
        Some(Clause { value, span: self.span(index), notes: self.notes(index) })
    }

    /// A line like `clause`'s, of which nothing may be left.
    pub fn optional_clause<T>(
        &mut self,
        index: usize,
        rule: Rule,
        build: impl FnOnce(&mut Phrase<'f>, Pair<'f>) -> Option<T>,
    ) -> Option<Clause<T>> {
        let Clause { value, span, notes } = self.clause(index, rule, build)?;
        Some(Clause { value: value?, span, notes })
    }

    fn phrase(&self, index: usize) -> Option<Phrase<'f>> {
        let line = self.lines.get(index).filter(|line| !line.is_broken)?;
        let body = head(&line.mask).body;
        let start = line.start + body;
        let raw = self.text.get(start..line.end)?;
        Some(Phrase::new(raw, line.mask.get(body..)?, Origin::At { source: self.source, start: start as u32 }))
    }

    /// The beginning of a line.
    pub fn head(&self, index: usize) -> Head<'f> {
        head(self.lines.get(index).map(|line| line.mask.as_str()).unwrap_or_default())
    }

    /// A line without its label and comment; of a line that goes on, all of it.
    pub fn span(&self, index: usize) -> Span {
        let Some(line) = self.lines.get(index) else { return self.place(0, 0) };
        self.place(line.start + head(&line.mask).body, line.end)
    }

    /// Bytes of the file.
    pub fn place(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start: start as u32, end: end.max(start) as u32 }
    }

    /// Comments and blank lines around a line.
    pub fn notes(&self, index: usize) -> Notes {
        self.lines.get(index).map(|line| line.notes.clone()).unwrap_or_default()
    }

    /// Comments around the block's `end`.
    pub fn end_notes(&self, block: &Block) -> Notes {
        block.end.map(|end| self.notes(end)).unwrap_or_default()
    }

    /// Keeps a fault.
    pub fn fault(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(code, span, message, help));
    }

    /// Keeps the first of what may stand once; a second is reported.
    pub fn once<T>(&mut self, slot: &mut Option<T>, value: Option<T>, index: usize, owner: &str) {
        if value.is_some() && slot.is_some() {
            let span = self.first_word(index);
            let word = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            let message = format!("`{word}` stands twice in this {owner}");
            self.fault(Code::Unexpected, span, message, "keep one of the two");
        } else if value.is_some() {
            *slot = value;
        }
    }

    /// The line's first word or sign, behind its label.
    pub fn first_word(&self, index: usize) -> Span {
        let Some(line) = self.lines.get(index) else { return self.place(0, 0) };
        let head = head(&line.mask);
        let first = line.mask.get(head.body..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let length = if head.word(0).is_empty() { first } else { head.word(0).len() };
        self.place(line.start + head.body, line.start + head.body + length)
    }

    /// The fault of a line that no word of its block begins: of another place, or unknown.
    pub fn stray(&mut self, index: usize, place: &str, allowed: &[&str]) {
        let Some(line) = self.lines.get(index).filter(|line| !line.is_broken) else { return };
        let head = head(&line.mask);
        let (word, span) = (head.word(0), self.first_word(index));
        let written = words::shown(self.text.get(span.start as usize..span.end as usize).unwrap_or_default());
        let near = words::nearest(word, allowed.iter().copied());
        let is_known = vocabulary::is_known(word);
        let (code, message) = match (word, is_known) {
            ("", _) => (Code::Unexpected, format!("`{written}` does not fit here")),
            (_, true) if allowed.contains(&word) => (Code::Unexpected, format!("`{word}` does not go on like this here")),
            (_, true) => (Code::Unexpected, format!("`{word}` has no place in {place}")),
            (_, false) => (Code::UnknownKeyword, format!("`{written}` begins nothing in {place}")),
        };
        if head.label.is_some() && head.body >= line.mask.len() {
            // A line that goes on in the next one may end with the sign that says so.
            let label = line.mask.trim_end_matches(|sign: char| sign.is_whitespace() || matches!(sign, ':' | '\\'));
            let message = format!("`{}` begins nothing in {place}", words::shown(label));
            let help = format!("a line of {place} begins with {}", listed(allowed));
            return self.fault(Code::UnknownKeyword, self.place(line.start, line.end), message, help);
        }
        let body = line.mask.get(head.body..).unwrap_or_default();
        let habit = habit::first_word(body, word).filter(|_| !allowed.contains(&word));
        let help = match (habit, near) {
            (Some(habit), _) => habit.to_owned(),
            (None, Some(near)) if !is_known => format!("did you mean `{near}`?"),
            (None, _) if vocabulary::STATEMENTS.contains(&word) && allowed.contains(&"steps") => {
                "statements stand inside `steps … end`, or inside a handler such as `on reply … end`".to_owned()
            }
            (None, _) => format!("a line of {place} begins with {}", listed(allowed)),
        };
        self.fault(code, span, message, help);
    }

    /// All lines of a block without blocks of its own.
    pub fn lines_of(&mut self, block: &Block) -> Vec<usize> {
        let mut lines = Vec::new();
        for node in &block.children {
            match node {
                Node::Line(index) => lines.push(*index),
                // A block inside a block of clauses: its header is the fault, and is reported as a stray line.
                Node::Block(inner) => lines.push(inner.header),
            }
        }
        lines
    }
}

/// The words that may begin a line; of many the commonest.
fn listed(allowed: &[&str]) -> String {
    const USUAL: &[&str] = &["invite", "send", "wait", "if", "repeat", "split", "notify", "stop"];
    match allowed.len() > 2 * USUAL.len() {
        true => format!("a verb, such as {}", words::one_of(USUAL.iter().copied())),
        false => words::one_of(allowed.iter().copied()),
    }
}

/// Two lines that become one in the tree: no comment is lost.
pub fn merge(notes: &mut Notes, mut more: Notes) {
    notes.above.append(&mut more.above);
    match (&notes.beside, more.beside) {
        (None, beside) => notes.beside = beside,
        (Some(_), Some(beside)) => notes.above.push(beside),
        (Some(_), None) => {}
    }
    notes.blank_above |= more.blank_above;
}

/// The value at a place.
pub fn at<T>(value: T, phrase: &Phrase<'_>, pair: &Pair<'_>) -> Spanned<T> {
    Spanned::new(value, phrase.span(pair))
}
