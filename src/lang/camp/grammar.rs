//! The door to the pest grammar: one line in, its pairs or one diagnostic out.

use crate::lang::camp::fault;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span};
use crate::lang::syntax::Text;
use pest::Parser;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/campaign.pest"]
struct Grammar;

/// A node of pest's tree.
pub type Pair<'l> = pest::iterators::Pair<'l, Rule>;

/// Deepest nesting of `( )` and `not` in one condition: pest and the tree recurse that deep.
const CONDITION_DEPTH_MAX: usize = 64;

/// Where a phrase stands in its file.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'p> {
    /// Byte for byte, from there on.
    At { source: SourceId, start: u32 },
    /// Inside a text, whose escapes have been resolved.
    Inside(&'p Text),
}

/// A phrase being read: its bytes, its place, and what was found wrong with it so far.
#[derive(Debug)]
pub struct Phrase<'p> {
    /// As written.
    pub raw: &'p str,
    /// With its texts and patterns filled: what pest reads.
    pub mask: &'p str,
    pub origin: Origin<'p>,
    pub faults: Diagnostics,
}

impl<'p> Phrase<'p> {
    /// A phrase not read yet.
    pub fn new(raw: &'p str, mask: &'p str, origin: Origin<'p>) -> Self {
        Self { raw, mask, origin, faults: Vec::new() }
    }

    /// Reads it as that rule says; the pair is the rule's own. A fault is kept, and nothing returned.
    pub fn parse(&mut self, rule: Rule) -> Option<Pair<'p>> {
        if let Some(fault) = self.too_deep() {
            self.faults.push(fault);
            return None;
        }
        match Grammar::parse(rule, self.mask) {
            Ok(mut pairs) => pairs.next(),
            Err(error) => {
                let fault = fault::of(&error, self);
                self.faults.push(fault);
                None
            }
        }
    }

    /// Bytes of the phrase as a place in the file.
    pub fn place(&self, start: usize, end: usize) -> Span {
        match self.origin {
            Origin::At { source, start: base } => Span { source, start: base + start as u32, end: base + end as u32 },
            Origin::Inside(text) => text.place(start, end),
        }
    }

    /// The place of a node.
    pub fn span(&self, pair: &Pair<'_>) -> Span {
        self.place(pair.as_span().start(), pair.as_span().end())
    }

    /// What the author wrote there.
    pub fn written(&self, pair: &Pair<'_>) -> &'p str {
        self.raw.get(pair.as_span().start()..pair.as_span().end()).unwrap_or_default()
    }

    /// Keeps a fault.
    pub fn fault(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Diagnostic::new(code, span, message, help));
    }

    fn too_deep(&self) -> Option<Diagnostic> {
        let (mut parens, mut nots) = (0usize, 0usize);
        for (offset, letter) in self.mask.char_indices() {
            match letter {
                '(' => parens += 1,
                ')' => parens = parens.saturating_sub(1),
                'n' if self.mask.get(offset..).is_some_and(|rest| rest.starts_with("not")) => nots += 1,
                _ => continue,
            }
            if parens > CONDITION_DEPTH_MAX || nots > CONDITION_DEPTH_MAX * 4 {
                let message = format!("this condition is nested deeper than {CONDITION_DEPTH_MAX}");
                let help = "divide it into several `if` statements";
                return Some(Diagnostic::new(Code::TooLarge, self.place(offset, offset + 1), message, help));
            }
        }
        None
    }
}

/// The first child of that rule.
pub fn child<'l>(pair: &Pair<'l>, rule: Rule) -> Option<Pair<'l>> {
    pair.clone().into_inner().find(|inner| inner.as_rule() == rule)
}

/// All children of that rule.
pub fn children<'l>(pair: &Pair<'l>, rule: Rule) -> Vec<Pair<'l>> {
    pair.clone().into_inner().filter(|inner| inner.as_rule() == rule).collect()
}

/// The only child; a rule that has none is returned itself.
pub fn only<'l>(pair: Pair<'l>) -> Pair<'l> {
    pair.clone().into_inner().next().unwrap_or(pair)
}
