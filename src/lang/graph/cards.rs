//! How large the boxes of a picture are: each step is a card with its name on top and an exit below for every arrow that
//! is taken under a condition, so that no label ever lies on a line. In pixels; no colours.

use crate::lang::graph::layout::Layout;
use crate::lang::graph::picture::Node;
use crate::lang::graph::wrap::wrap;
use unicode_width::UnicodeWidthStr;

/// Between a card's border and what is written in it.
pub const PADDING: usize = 16;
/// From one line of a card to the next.
pub const LINE: usize = 19;
const WIDTH_MIN: usize = 240;
const HEAD_COLUMNS: usize = 44;
const EXIT_COLUMNS: usize = 52;
/// No letter of the fonts in use is much wider on the average, in tenths of a pixel.
const HEAD_COLUMN_TENTHS: usize = 84;
const EXIT_COLUMN_TENTHS: usize = 74;
/// Above the first line of a card and below its last.
const MARGIN: usize = 8;
/// Arrows that leave without a condition do so a little below those that enter.
const BESIDE: usize = 5;

/// A step.
pub struct Card<'a> {
    pub node: &'a Node,
    pub head: Vec<String>,
    pub exits: Vec<Exit>,
    pub top: usize,
    pub height: usize,
}

/// The words of an arrow, at the border it leaves by.
pub struct Exit {
    pub lines: Vec<String>,
    /// The middle of its first line, below the card's top.
    below: usize,
}

/// A card for every row, each with its top at zero.
pub fn cards<'a>(layout: &Layout<'a>) -> Vec<Card<'a>> {
    let conditions = |row| layout.bows.iter().filter(move |bow| bow.from == row && !bow.when.is_empty()).map(|bow| bow.when);
    layout.rows.iter().enumerate().map(|(row, node)| card(node, conditions(row))).collect()
}

fn card<'a>(node: &'a Node, conditions: impl Iterator<Item = &'a str>) -> Card<'a> {
    let mut card = Card { node, head: wrap(&name(node), HEAD_COLUMNS), exits: Vec::new(), top: 0, height: 0 };
    card.height = card.head_height();
    for when in conditions {
        let lines = wrap(when, EXIT_COLUMNS);
        let below = card.height + LINE / 2;
        card.height += lines.len() * LINE;
        card.exits.push(Exit { lines, below });
    }
    card.height += if card.exits.is_empty() { 0 } else { MARGIN };
    card
}

/// With the label that somebody gave it; those with a dot are the compiler's.
fn name(node: &Node) -> String {
    if node.label.contains('.') { node.text.clone() } else { node.caption() }
}

/// As wide as the widest of them has to be.
pub fn width(cards: &[Card]) -> usize {
    cards.iter().map(Card::needed_width).max().unwrap_or(0).max(WIDTH_MIN)
}

impl Card<'_> {
    /// Where arrows enter.
    pub fn enter_y(&self) -> usize {
        self.top + self.head_height() / 2 - BESIDE
    }

    /// Where an arrow without a condition leaves.
    pub fn leave_y(&self) -> usize {
        self.top + self.head_height() / 2 + BESIDE
    }

    /// The middle of a line of its head.
    pub fn head_y(&self, line: usize) -> usize {
        self.top + MARGIN + LINE / 2 + line * LINE
    }

    /// The middle of a line of an exit.
    pub fn exit_y(&self, exit: &Exit, line: usize) -> usize {
        self.top + exit.below + line * LINE
    }

    /// Where the arrow of an exit leaves.
    pub fn exit_middle_y(&self, exit: &Exit) -> usize {
        self.exit_y(exit, 0) + exit.lines.len().saturating_sub(1) * LINE / 2
    }

    fn head_height(&self) -> usize {
        self.head.len() * LINE + 2 * MARGIN
    }

    fn needed_width(&self) -> usize {
        let widest = |lines: &[String], tenths: usize| lines.iter().map(|line| (line.width() * tenths).div_ceil(10)).max();
        let exits = self.exits.iter().filter_map(|exit| widest(&exit.lines, EXIT_COLUMN_TENTHS));
        exits.chain(widest(&self.head, HEAD_COLUMN_TENTHS)).max().unwrap_or(0) + 2 * PADDING
    }
}
