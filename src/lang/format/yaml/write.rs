//! Values to lines: in brackets where it fits and nothing is commented, else one entry a line.

use crate::lang::format::yaml::doc::{Entry, Item, Layout, Value, needs_escape};
use crate::lang::syntax::Notes;

/// Longest line in characters that brackets may make; texts are never broken.
const LINE_CHARS_MAX: usize = 120;

/// Prints the entries of a whole file.
pub fn file(entries: &[Entry], tail: &Notes) -> String {
    let mut out = Writer { out: String::new() };
    out.entries(entries, 0);
    out.above(tail, 0, true);
    out.out
}

struct Writer {
    out: String,
}

impl Writer {
    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    /// Comments above a line; `may_part` says that an empty line may stand first.
    fn above(&mut self, notes: &Notes, depth: usize, may_part: bool) {
        if notes.blank_above && may_part && !self.out.is_empty() {
            self.out.push('\n');
        }
        for line in &notes.above {
            self.indent(depth);
            self.comment(line);
            self.out.push('\n');
        }
        if notes.blank_below && !notes.above.is_empty() {
            self.out.push('\n');
        }
    }

    fn comment(&mut self, line: &str) {
        self.out.push('#');
        if !line.is_empty() {
            self.out.push(' ');
            // What YAML refuses even in a comment is left out.
            self.out.extend(line.chars().filter(|letter| *letter == '\t' || !needs_escape(*letter)));
        }
    }

    fn beside(&mut self, comment: Option<&String>) {
        if let Some(line) = comment {
            self.out.push_str("  ");
            self.comment(line);
        }
        self.out.push('\n');
    }

    /// Entries of a map, one a line.
    fn entries(&mut self, entries: &[Entry], depth: usize) {
        for (index, entry) in entries.iter().enumerate() {
            self.above(&entry.notes, depth, index > 0);
            self.indent(depth);
            self.entry(entry, depth, entry.notes.beside.as_ref());
        }
    }

    /// What stands behind `key:`.
    fn value(&mut self, value: &Value, depth: usize, comment: Option<&String>) {
        if let Some(line) = self.on_one_line(value) {
            self.out.push(' ');
            self.out.push_str(&line);
            return self.beside(comment);
        }
        self.on_lines(value, depth, comment);
    }

    fn on_lines(&mut self, value: &Value, depth: usize, comment: Option<&String>) {
        match value {
            Value::Scalar { plain, .. } => {
                self.out.push_str(&format!(" {plain}"));
                self.beside(comment);
            }
            Value::Block(text) => self.block(text, depth, comment),
            Value::List(items, _) if items.is_empty() => {
                self.out.push_str(" []");
                self.beside(comment);
            }
            Value::List(items, _) => {
                self.beside(comment);
                self.items(items, depth + 1);
            }
            Value::Map(entries, _) => {
                self.beside(comment);
                self.entries(entries, depth + 1);
            }
        }
    }

    fn block(&mut self, text: &str, depth: usize, comment: Option<&String>) {
        self.out.push_str(" |");
        self.beside(comment);
        for line in text.split('\n') {
            if !line.is_empty() {
                self.indent(depth + 1);
            }
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn items(&mut self, items: &[Item], depth: usize) {
        for (index, item) in items.iter().enumerate() {
            self.above(&item.notes, depth, index > 0);
            self.indent(depth);
            self.out.push('-');
            // `- stop: won` rather than `- {stop: won}`.
            let is_single = matches!(&item.value, Value::Map(entries, _) if entries.len() == 1);
            let line = if is_single { None } else { self.on_one_line(&item.value) };
            match (&item.value, line) {
                (_, Some(line)) => {
                    self.out.push(' ');
                    self.out.push_str(&line);
                    self.beside(item.notes.beside.as_ref());
                }
                (Value::Map(entries, _), None) => {
                    self.out.push(' ');
                    self.begun(entries, depth + 1, item.notes.beside.as_ref());
                }
                (Value::List(inner, _), None) => {
                    self.beside(item.notes.beside.as_ref());
                    self.items(inner, depth + 1);
                }
                (Value::Block(text), None) => self.block(text, depth, item.notes.beside.as_ref()),
                (Value::Scalar { .. }, None) => self.beside(item.notes.beside.as_ref()),
            }
            self.above(&item.end, depth + 1, true);
        }
    }

    /// A map behind a dash: the comment of the list entry goes behind its first line.
    fn begun(&mut self, entries: &[Entry], depth: usize, comment: Option<&String>) {
        let Some((first, rest)) = entries.split_first() else { return };
        self.entry(first, depth, comment.or(first.notes.beside.as_ref()));
        for entry in rest {
            self.above(&entry.notes, depth, true);
            self.indent(depth);
            self.entry(entry, depth, entry.notes.beside.as_ref());
        }
    }

    fn entry(&mut self, entry: &Entry, depth: usize, comment: Option<&String>) {
        self.out.push_str(&entry.key);
        self.out.push(':');
        if is_uncommented(&entry.end) {
            self.value(&entry.value, depth, comment);
        } else {
            self.on_lines(&entry.value, depth, comment);
        }
        self.above(&entry.end, depth + 1, true);
    }

    /// The value on the line that is begun, if it may stand there.
    fn on_one_line(&self, value: &Value) -> Option<String> {
        if let Value::Scalar { plain, .. } = value {
            return Some(plain.clone());
        }
        let begun = self.out.len() - self.out.rfind('\n').map_or(0, |newline| newline + 1);
        let line = flow(value)?;
        (begun + 1 + line.chars().count() <= LINE_CHARS_MAX).then_some(line)
    }
}

/// In brackets; nothing if something inside needs lines of its own.
fn flow(value: &Value) -> Option<String> {
    match value {
        Value::Scalar { in_flow, .. } => Some(in_flow.clone()),
        Value::Block(_) => None,
        Value::List(items, layout) => {
            let is_free = |item: &Item| is_uncommented(&item.notes) && is_uncommented(&item.end);
            if (*layout == Layout::Lines && !items.is_empty()) || !items.iter().all(is_free) {
                return None;
            }
            let parts: Option<Vec<String>> = items.iter().map(|item| flow(&item.value)).collect();
            Some(format!("[{}]", parts?.join(", ")))
        }
        Value::Map(entries, layout) => {
            let is_free = |entry: &Entry| is_uncommented(&entry.notes) && is_uncommented(&entry.end);
            if (*layout == Layout::Lines && !entries.is_empty()) || !entries.iter().all(is_free) {
                return None;
            }
            let part = |entry: &Entry| flow(&entry.value).map(|value| format!("{}: {value}", entry.key));
            let parts: Option<Vec<String>> = entries.iter().map(part).collect();
            Some(format!("{{{}}}", parts?.join(", ")))
        }
    }
}

/// Nothing is written around it, and no empty line parts it from the one above.
fn is_uncommented(notes: &Notes) -> bool {
    notes.above.is_empty() && notes.beside.is_none() && !notes.blank_above
}
