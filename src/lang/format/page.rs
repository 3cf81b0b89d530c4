//! Lines on a page: indent, comments, blank lines, and texts between their quotes. Knows nothing of what they say.

use crate::lang::camp::text;
use crate::lang::format::phrase;
use crate::lang::syntax::{Notes, Span, Text};

/// What has been printed so far.
#[derive(Debug, Default)]
pub struct Page {
    out: String,
    level: usize,
    /// The last line opened a block: no blank line behind it.
    is_opened: bool,
    /// A blank line is due before the next line.
    is_apart: bool,
}

impl Page {
    /// Asks for a blank line before the next, unless it is the first of its block.
    pub fn apart(&mut self, is_apart: bool) {
        self.is_apart |= is_apart;
    }

    /// A line with its comments.
    pub fn line(&mut self, notes: &Notes, content: &str) {
        self.above(notes);
        self.indented(content);
        self.beside(notes);
    }

    /// The first line of a block.
    pub fn open(&mut self, notes: &Notes, content: &str) {
        self.line(notes, content);
        self.level += 1;
        self.is_opened = true;
    }

    /// The last line of a block.
    pub fn close(&mut self, notes: &Notes, content: &str) {
        let notes_above = Notes { beside: None, blank_below: false, ..notes.clone() };
        self.is_apart = false;
        if notes.above.is_empty() {
            self.is_opened = true;
        }
        self.above(&notes_above);
        self.level -= 1;
        self.indented(content);
        self.beside(notes);
    }

    /// A clause between two bodies of one block (`else`): left of both.
    pub fn divide(&mut self, notes: &Notes, content: &str) {
        self.level -= 1;
        self.open(notes, content);
    }

    /// Goes back to the level of the clause's own block.
    pub fn leave(&mut self) {
        self.level -= 1;
    }

    /// A line that ends with a text, which may go over several.
    pub fn text(&mut self, notes: &Notes, before: &str, text: &Text, behind: &str) {
        let quoted = self.quoted(text);
        self.line(notes, &format!("{before}{quoted}{behind}"));
    }

    /// A text between its quotes, as it stands on the next line.
    pub fn quoted(&self, text: &Text) -> String {
        quoted(text, &"  ".repeat(self.level))
    }

    /// Comments that belong to no line.
    pub fn comments(&mut self, notes: &Notes) {
        self.above(&Notes { blank_below: false, ..notes.clone() });
    }

    /// The text of the page.
    pub fn finish(self) -> String {
        self.out
    }

    fn above(&mut self, notes: &Notes) {
        let is_blank = (notes.blank_above || self.is_apart) && !self.is_opened && !self.out.is_empty();
        if is_blank {
            self.out.push('\n');
        }
        self.is_apart = false;
        self.is_opened = false;
        for comment in &notes.above {
            let line = if comment.is_empty() { "#".to_owned() } else { format!("# {comment}") };
            self.indented(&line);
            self.out.push('\n');
        }
        if notes.blank_below && !notes.above.is_empty() {
            self.out.push('\n');
        }
    }

    fn indented(&mut self, content: &str) {
        self.out.push_str(&"  ".repeat(self.level));
        self.out.push_str(content);
    }

    fn beside(&mut self, notes: &Notes) {
        match notes.beside.as_deref() {
            Some("") => self.out.push_str("  #"),
            Some(comment) => {
                self.out.push_str("  # ");
                self.out.push_str(comment);
            }
            None => {}
        }
        self.out.push('\n');
    }
}

/// A text between its quotes; a block stands two spaces right of its line.
pub fn quoted(text: &Text, indent: &str) -> String {
    let is_block = text.is_block || text.value.contains('\n');
    if is_block {
        let block = block(&text.value, indent);
        if says(&block, &text.value) {
            return block;
        }
    }
    inline(&text.value)
}

fn block(value: &str, indent: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let mut out = "\"\"\"\n".to_owned();
    for line in escaped.split('\n') {
        if !line.is_empty() {
            out.push_str(&format!("{indent}  {line}"));
        }
        out.push('\n');
    }
    out.push_str(indent);
    out.push_str("\"\"\"");
    out
}

/// Quotes inside `{{ }}` stay as they are where that can be read again.
fn inline(value: &str) -> String {
    let mut out = "\"".to_owned();
    let mut rest = value;
    while let Some(letter) = rest.chars().next() {
        let closer = if rest.starts_with("{{") {
            "}}"
        } else if rest.starts_with("{%") {
            "%}"
        } else {
            ""
        };
        let inside = rest.get(2..).filter(|_| !closer.is_empty()).and_then(|inside| inside.find(closer));
        let length = inside.map_or(letter.len_utf8(), |inside| inside + 4);
        let piece = rest.get(..length).unwrap_or_default();
        out.push_str(&piece.replace('\\', "\\\\"));
        if inside.is_none() && letter == '"' {
            out.insert(out.len() - 1, '\\');
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    out.push('"');
    if says(&out, value) { out } else { phrase::text(value) }
}

/// Does the quoted text end where it should, and say that?
fn says(quoted: &str, value: &str) -> bool {
    let (braces, percents) = (quoted.rfind("}}"), quoted.rfind("%}"));
    let end = if quoted.starts_with("\"\"\"") {
        text::block_end(quoted, 0)
    } else {
        text::inline_end(quoted, 0, quoted.len(), braces, percents)
    };
    end == Some(quoted.len()) && text::read(quoted, Span::default()).value == value
}
