//! A file's text cut into lines: texts, patterns, comments and continuations are known after it, blocks are not.
//!
//! Faults found here: `unterminated-text`, `typographic-quote`. Each line comes with a *mask*, the same bytes with
//! texts and patterns filled, which is what the grammar reads.

use crate::lang::camp::text::{block_end, inline_end, regex_end};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span};
use crate::lang::syntax::Notes;
use std::collections::BTreeMap;

/// How often a file is read again because a `"""` that never ends had swallowed the next one.
const RESCANS_MAX: usize = 4;

/// One statement, clause or header, with its continuations and its texts.
#[derive(Debug)]
pub struct Line {
    /// First and last byte of the content, without indent and comment.
    pub start: usize,
    pub end: usize,
    /// Characters before it.
    pub indent: usize,
    pub notes: Notes,
    /// The content, byte for byte, with what stands inside texts and patterns replaced by `_`.
    pub mask: String,
    /// A fault has been reported: nothing more is to be said of it.
    pub is_broken: bool,
}

/// A file's lines.
#[derive(Debug, Default)]
pub struct Scan {
    pub lines: Vec<Line>,
    /// Comments after the last line.
    pub tail: Notes,
    pub diagnostics: Diagnostics,
}

/// Cuts a text into lines. Linear but for the few times that a swallowed `"""` makes it begin again.
pub fn scan(source: SourceId, text: &str) -> Scan {
    let mut cuts = BTreeMap::new();
    loop {
        let mut scanner = Scanner::new(source, text, &cuts);
        scanner.run();
        match scanner.swallower() {
            Some((opener, cut)) if cuts.len() < RESCANS_MAX && !cuts.contains_key(&opener) => {
                cuts.insert(opener, cut);
            }
            Some(_) | None => return scanner.out,
        }
    }
}

struct Scanner<'t> {
    source: SourceId,
    text: &'t str,
    /// Where block texts that never end are cut off, by their opener.
    cuts: &'t BTreeMap<usize, usize>,
    at: usize,
    pending: Notes,
    out: Scan,
    /// Block texts that ended: opener, end, indent of their line.
    blocks: Vec<(usize, usize, usize)>,
    has_open_block: bool,
    /// The last `}}` and `%}` of the physical line that ends there: without it each `{{` would look for its own.
    closers: (usize, Option<usize>, Option<usize>),
    /// Of the physical line looked at last: from where, and its end.
    physical: (usize, usize),
    /// No slash before this place closes a pattern.
    no_pattern_before: usize,
}

impl<'t> Scanner<'t> {
    fn new(source: SourceId, text: &'t str, cuts: &'t BTreeMap<usize, usize>) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let closers = (usize::MAX, None, None);
        Self {
            source,
            text,
            cuts,
            at,
            pending: Notes::default(),
            out: Scan::default(),
            blocks: Vec::new(),
            has_open_block: false,
            closers,
            physical: (usize::MAX, 0),
            no_pattern_before: 0,
        }
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            let end = self.line_end(self.at);
            let whole = self.slice(self.at, end);
            let content = whole.trim_start_matches([' ', '\t', '\r']);
            if content.is_empty() {
                self.blank();
                self.at = end + 1;
            } else if let Some(comment) = content.strip_prefix('#') {
                self.pending.blank_below = false;
                self.pending.above.push(comment_text(comment));
                self.at = end + 1;
            } else {
                let indent = whole.chars().count() - content.chars().count();
                let start = end - content.len();
                self.line(start, indent);
            }
        }
        self.out.tail = std::mem::take(&mut self.pending);
    }

    fn blank(&mut self) {
        if self.pending.above.is_empty() {
            self.pending.blank_above = true;
        } else {
            self.pending.blank_below = true;
        }
    }

    /// Reads one line, from its first character on.
    fn line(&mut self, start: usize, indent: usize) {
        let notes = std::mem::take(&mut self.pending);
        let mut line = Line { start, end: start, indent, notes, mask: String::new(), is_broken: false };
        let mut at = start;
        while let Some(letter) = self.slice(at, self.text.len()).chars().next() {
            match letter {
                '\n' => break,
                '#' => {
                    let end = self.line_end(at);
                    line.notes.beside = Some(comment_text(self.slice(at + 1, end)));
                    at = end;
                    break;
                }
                '\\' => at = self.backslash(at, &mut line.mask),
                '"' => at = self.quote(at, &mut line),
                '/' => at = self.slash(at, &mut line.mask),
                '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '«' | '»' => at = self.curly(at, letter, &mut line),
                other => {
                    line.mask.push(other);
                    at += other.len_utf8();
                }
            }
        }
        let kept = line.mask.trim_end_matches([' ', '\t', '\r']).len();
        line.mask.truncate(kept);
        line.end = start + kept;
        self.out.lines.push(line);
        self.at = at + 1;
    }

    /// A line goes on behind `\` and a newline; anywhere else `\` is an odd character.
    fn backslash(&self, at: usize, mask: &mut String) -> usize {
        let rest = self.slice(at + 1, self.text.len());
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        let ends_line = rest.get(spaces..).is_some_and(|behind| behind.starts_with('\n'));
        let end = if ends_line { at + 1 + spaces + 1 } else { at + 1 };
        mask.push_str(self.slice(at, end));
        end
    }

    fn quote(&mut self, at: usize, line: &mut Line) -> usize {
        let rest = self.slice(at, self.text.len());
        if rest.starts_with("\"\"\"") {
            return self.block(at, line);
        }
        let line_end = self.line_end(at);
        let (braces, percents) = self.closers_before(line_end);
        let found = inline_end(self.text, at, line_end, braces, percents);
        let end = found.unwrap_or(line_end);
        if found.is_none() {
            self.unterminated(at, line_end, line);
        }
        fill(&mut line.mask, at, end);
        end
    }

    fn block(&mut self, at: usize, line: &mut Line) -> usize {
        let found = if self.cuts.contains_key(&at) { None } else { block_end(self.text, at) };
        let end = match found {
            Some(end) => {
                self.blocks.push((at, end, line.indent));
                end
            }
            None => {
                self.has_open_block |= !self.cuts.contains_key(&at);
                let message = "this text never ends".to_owned();
                let help = "close it with `\"\"\"` on a line of its own".to_owned();
                self.report(Code::UnterminatedText, at, at + 3, message, help, line);
                self.cuts.get(&at).copied().unwrap_or_else(|| self.dedent(at, line.indent))
            }
        };
        fill(&mut line.mask, at, end);
        end
    }

    /// The end of the last line that is indented deeper than the block text's own.
    fn dedent(&mut self, at: usize, indent: usize) -> usize {
        let mut end = self.line_end(at);
        while end < self.text.len() {
            let next = self.line_end(end + 1);
            let whole = self.slice(end + 1, next);
            let content = whole.trim_start_matches([' ', '\t', '\r']);
            if !content.is_empty() && whole.chars().count() - content.chars().count() <= indent {
                break;
            }
            end = next;
        }
        end
    }

    /// When a `"""` is left open at the end of the file, an earlier one may be at fault: the first that has an `end`
    /// inside, left of its own line.
    fn swallower(&mut self) -> Option<(usize, usize)> {
        if !self.has_open_block {
            return None;
        }
        let (opener, _, indent) = self.blocks.iter().find(|(start, end, indent)| {
            self.slice(*start, *end).lines().skip(1).any(|line| {
                let content = line.trim_start_matches([' ', '\t']);
                content.split_whitespace().next() == Some("end") && line.len() - content.len() < *indent
            })
        })?;
        let (opener, indent) = (*opener, *indent);
        Some((opener, self.dedent(opener, indent)))
    }

    fn slash(&mut self, at: usize, mask: &mut String) -> usize {
        let line_end = self.line_end(at);
        let found = if at < self.no_pattern_before { None } else { regex_end(self.text, at, line_end) };
        match found {
            Some(end) => {
                mask.push('/');
                mask.extend(std::iter::repeat_n('_', end - at - 2));
                mask.push('/');
                end
            }
            None => {
                self.no_pattern_before = line_end;
                mask.push('/');
                at + 1
            }
        }
    }

    fn unterminated(&mut self, at: usize, line_end: usize, line: &mut Line) {
        let curly = self.slice(at, line_end).char_indices().skip(1).filter(|(_, letter)| "“”„".contains(*letter)).last();
        match curly {
            Some((offset, letter)) => {
                let start = at + offset;
                let message = format!("`{letter}` does not end a text");
                let help = "write the straight quote `\"`".to_owned();
                self.report(Code::TypographicQuote, start, start + letter.len_utf8(), message, help, line);
            }
            None => {
                let message = "this text does not end on its line".to_owned();
                let help = "close it with `\"`, or write a text of many lines between `\"\"\"`; inside a text a quote is `\\\"`";
                self.report(Code::UnterminatedText, at, line_end, message, help.to_owned(), line);
            }
        }
    }

    /// A text in curly quotes: stepped over as a whole, so that its words are not taken for code.
    fn curly(&mut self, at: usize, opener: char, line: &mut Line) -> usize {
        let line_end = self.line_end(at);
        let inside = at + opener.len_utf8();
        let closer = self.slice(inside, line_end).char_indices().find(|(_, letter)| "“”„‟«»\"".contains(*letter));
        let end = closer.map_or(line_end, |(offset, letter)| inside + offset + letter.len_utf8());
        let message = format!("a text cannot begin with `{opener}`");
        let help = "write straight quotes around the text: `\"`".to_owned();
        self.report(Code::TypographicQuote, at, inside, message, help, line);
        line.mask.extend(std::iter::repeat_n('_', end - at));
        end
    }

    fn report(&mut self, code: Code, start: usize, end: usize, message: String, help: String, line: &mut Line) {
        if !line.is_broken {
            let span = Span { source: self.source, start: start as u32, end: end as u32 };
            self.out.diagnostics.push(Diagnostic::new(code, span, message, help));
        }
        line.is_broken = true;
    }

    fn closers_before(&mut self, line_end: usize) -> (Option<usize>, Option<usize>) {
        if self.closers.0 != line_end {
            let start = self.slice(0, line_end).rfind('\n').map_or(0, |newline| newline + 1);
            let line = self.slice(start, line_end);
            let place = |closer| line.rfind(closer).map(|offset| start + offset);
            self.closers = (line_end, place("}}"), place("%}"));
        }
        (self.closers.1, self.closers.2)
    }

    fn line_end(&mut self, at: usize) -> usize {
        if !(self.physical.0..=self.physical.1).contains(&at) {
            let end = self.slice(at, self.text.len()).find('\n').map_or(self.text.len(), |offset| at + offset);
            self.physical = (at, end);
        }
        self.physical.1
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// A text of `start..end` in the mask: quotes around filler.
fn fill(mask: &mut String, start: usize, end: usize) {
    mask.push('"');
    if end > start + 1 {
        mask.extend(std::iter::repeat_n('_', end - start - 2));
        mask.push('"');
    }
}

fn comment_text(behind_hash: &str) -> String {
    let text = behind_hash.trim_end();
    text.strip_prefix(' ').unwrap_or(text).to_owned()
}
