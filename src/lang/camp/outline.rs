//! Which blocks a place stands in, also while the file is being written and not whole.

use crate::lang::camp::blocks::{Node, pair};
use crate::lang::camp::head::head;
use crate::lang::camp::scan::{Line, scan};
use crate::lang::source::SourceId;

/// A block that is open at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The word its header begins with, behind a label: `campaign`, `steps`, `wait`.
    pub keyword: String,
    /// The second word of the header: the name of a block that has one.
    pub name: String,
}

/// The blocks around a byte, the outermost first.
pub fn around(text: &str, offset: usize) -> Vec<Opened> {
    let scan = scan(SourceId::default(), text);
    let (nodes, _) = pair(SourceId::default(), &scan.lines);
    let mut opened = Vec::new();
    let mut level = nodes.as_slice();
    while let Some(block) = open_at(level, &scan.lines, offset) {
        if let Some(line) = scan.lines.get(block.header) {
            let head = head(&line.mask);
            opened.push(Opened { keyword: head.word(0).to_owned(), name: head.word(1).to_owned() });
        }
        level = &block.children;
    }
    opened
}

/// The last block that begins above the place and is not closed above it.
fn open_at<'n>(level: &'n [Node], lines: &[Line], offset: usize) -> Option<&'n crate::lang::camp::blocks::Block> {
    let above = |line: usize| lines.get(line).is_some_and(|line| line.end < offset);
    let begun = level.iter().take_while(|node| match node {
        Node::Line(line) => above(*line),
        Node::Block(block) => above(block.header),
    });
    match begun.last()? {
        Node::Block(block) if !block.end.is_some_and(above) => Some(block),
        Node::Block(_) | Node::Line(_) => None,
    }
}
