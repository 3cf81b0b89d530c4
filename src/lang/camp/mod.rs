//! The `.camp` notation: text in, `syntax::File` and the faults of its shape out.
//!
//! Binds no name, reads no list, follows no path through the steps: that is lowering's and the checks'. Never panics,
//! and always returns what it could read. Start at `parse`: `scan` cuts lines, `blocks` pairs them with their `end`,
//! the grammar reads a line at a time, and `campaign`, `workspace`, `statement` … build the tree.

mod blocks;
mod campaign;
mod condition;
mod fault;
mod grammar;
mod habit;
mod head;
mod message;
mod migrate;
mod nested;
mod openers;
pub mod outline;
pub mod phrase;
mod reader;
mod scan;
mod statement;
mod terms;
mod test;
pub(in crate::lang) mod text;
mod vocabulary;
mod workspace;

pub use terms::weekday_word;

use crate::lang::camp::blocks::{Block, Node};
use crate::lang::camp::head::Kind;
use crate::lang::camp::reader::Reader;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span};
use crate::lang::syntax::{File, Item};

/// Largest campaign file in bytes (LANGUAGE.md §9).
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// Parses a file. All faults of its shape come back, in the order of their places, with all that could be read.
pub fn parse(source: SourceId, text: &str) -> (File, Diagnostics) {
    if text.len() > FILE_BYTES_MAX {
        let span = Span { source, start: 0, end: 0 };
        let message = format!("this file has {} bytes; a campaign file may have {FILE_BYTES_MAX}", text.len());
        let fault = Diagnostic::new(Code::TooLarge, span, message, "divide it: all files of a folder are one program");
        return (File::default(), vec![fault]);
    }
    let scan::Scan { lines, tail, diagnostics } = scan::scan(source, text);
    let (nodes, mut unpaired) = blocks::pair(source, &lines);
    let mut reader = Reader { source, text, lines: &lines, diagnostics, statements: 0 };
    reader.diagnostics.append(&mut unpaired);
    let items = test::attach(reader.items(&nodes));
    let mut diagnostics = reader.diagnostics;
    diagnostics.sort_by_key(|fault| fault.span.start);
    (File { items, tail }, diagnostics)
}

/// Parses bytes that may not be UTF-8: the first that is not is the file's one fault.
pub fn parse_bytes(source: SourceId, bytes: &[u8]) -> (File, Diagnostics) {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(source, text),
        Err(error) => {
            let start = error.valid_up_to() as u32;
            let span = Span { source, start, end: start + error.error_len().unwrap_or(1) as u32 };
            let message = format!("byte {} of this file is no UTF-8", start + 1);
            (File::default(), vec![Diagnostic::new(Code::Unexpected, span, message, "save the file as UTF-8")])
        }
    }
}

impl Reader<'_> {
    /// The blocks of the top level. What belongs inside a block and stands in a row without one lacks one header: the first
    /// of the row tells of it.
    fn items(&mut self, nodes: &[Node]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut is_told = false;
        for node in nodes {
            let (Node::Line(header) | Node::Block(Block { header, .. })) = node;
            let word = self.head(*header).word(0).to_owned();
            let is_inner = vocabulary::is_known(&word) && !vocabulary::TOP.contains(&word.as_str());
            if !(is_inner && is_told) {
                items.extend(self.item(node));
            }
            is_told = is_inner || (is_told && !vocabulary::TOP.contains(&word.as_str()));
        }
        items
    }

    fn item(&mut self, node: &Node) -> Option<Item> {
        match node {
            Node::Line(index) if self.head(*index).word(0) == "class" => self.class(*index).map(Item::Class),
            Node::Line(index) => {
                self.stray(*index, "a file", vocabulary::TOP);
                None
            }
            Node::Block(block) => self.top_block(block),
        }
    }

    fn top_block(&mut self, block: &Block) -> Option<Item> {
        match block.kind {
            Kind::Campaign => Some(Item::Campaign(Box::new(self.campaign(block)))),
            Kind::Workspace => Some(Item::Workspace(Box::new(self.workspace(block)))),
            Kind::Message => Some(Item::Message(self.message(block))),
            Kind::Part => Some(Item::Part(self.part(block))),
            Kind::Test => Some(Item::Test(self.test(block))),
            Kind::Migrate => {
                let help = "move it into the campaign whose people it moves, before its `end`";
                self.fault(Code::Unexpected, self.first_word(block.header), "`migrate` stands outside its campaign", help);
                None
            }
            _ => {
                self.stray(block.header, "a file", vocabulary::TOP);
                None
            }
        }
    }
}
