//! Cards in columns, and the ways of arrows between them: the path first, beside it what begins anywhere (`on reply`), so
//! that a campaign is about as wide as high.

use crate::lang::graph::cards::{Card, cards, width};
use crate::lang::graph::layout::{Layout, lanes};
use std::collections::BTreeMap;
use std::ops::Range;

/// Left of the first column.
pub const LEFT: usize = 24;
const GAP: usize = 22;
/// Above what begins steps from anywhere.
const SECTION_GAP: usize = 40;
const LANES_LEFT: usize = 22;
const LANE: usize = 14;
/// Right of a column.
const RIGHT: usize = 24;

/// A column of cards that no arrow leaves.
pub struct Column<'a> {
    pub left: usize,
    pub cards: Vec<Card<'a>>,
    pub card_width: usize,
    /// Cards from which a line leads to the next.
    pub straight: Vec<usize>,
    pub streams: Vec<Stream>,
    /// Where the next column may begin.
    pub right: usize,
    pub bottom: usize,
}

/// Arrows that meet on their way to one card.
pub struct Stream {
    /// Where they enter.
    pub to_y: usize,
    pub lane: usize,
    pub lane_x: usize,
    /// Where each leaves.
    pub from_y: Vec<usize>,
}

/// Places a campaign below `top`.
pub fn columns<'a>(layout: &Layout<'a>, top: usize) -> Vec<Column<'a>> {
    let cards = cards(layout);
    let ranges = ranges(layout, &cards);
    let mut columns: Vec<Column> = Vec::new();
    let mut rest = cards.into_iter();
    for rows in ranges {
        let left = columns.last().map_or(LEFT, |column| column.right);
        let cards = rest.by_ref().take(rows.len()).collect();
        columns.push(column(layout, rows, cards, (left, top)));
    }
    columns
}

fn column<'a>(layout: &Layout<'a>, rows: Range<usize>, mut cards: Vec<Card<'a>>, (left, top): (usize, usize)) -> Column<'a> {
    let mut bottom = top;
    for (at, card) in cards.iter_mut().enumerate() {
        card.top = bottom + if at == 0 { 0 } else { gap(card) };
        bottom = card.top + card.height;
    }
    let card_width = width(&cards);
    let mut streams = streams(layout, rows.start, &cards);
    let spans: Vec<(usize, usize)> = streams.iter().map(Stream::span).collect();
    let first_lane = left + card_width + LANES_LEFT;
    let mut right = first_lane + RIGHT;
    for (stream, lane) in streams.iter_mut().zip(lanes(&spans, usize::MAX)) {
        (stream.lane, stream.lane_x) = (lane, first_lane + lane * LANE);
        right = right.max(stream.lane_x + RIGHT);
    }
    let straight = layout.straight.iter().filter(|row| rows.contains(row)).map(|row| row - rows.start).collect();
    Column { left, cards, card_width, straight, streams, right, bottom }
}

/// Above a card that is not the first of its column.
fn gap(card: &Card) -> usize {
    if card.node.kind == "on" { SECTION_GAP } else { GAP }
}

/// Which rows stand in which column: no arrow goes from one to another, and none is higher than it has to be for that.
fn ranges(layout: &Layout, cards: &[Card]) -> Vec<Range<usize>> {
    let is_crossed = |at: usize| layout.bows.iter().any(|bow| bow.from.min(bow.to) < at && bow.from.max(bow.to) >= at);
    let begins = |(at, card): (usize, &Card)| (at > 0 && card.node.kind == "on" && !is_crossed(at)).then_some(at);
    let ends: Vec<usize> = cards.iter().enumerate().filter_map(begins).chain([cards.len()]).collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let sections: Vec<Range<usize>> = starts.zip(&ends).map(|(start, end)| start..*end).collect();
    let height = |rows: &Range<usize>| -> usize {
        cards.get(rows.clone()).unwrap_or_default().iter().map(|card| card.height + gap(card)).sum()
    };
    let height_max = sections.iter().map(height).max().unwrap_or(0);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for section in sections {
        match ranges.last_mut() {
            Some(last) if height(&(last.start..section.end)) <= height_max => last.end = section.end,
            _ => ranges.push(section),
        }
    }
    ranges
}

/// All arrows of a column but the straight ones, by where they lead; short ways first.
fn streams(layout: &Layout, first: usize, cards: &[Card]) -> Vec<Stream> {
    let card = |row: usize| row.checked_sub(first).and_then(|at| cards.get(at));
    let mut by_target: BTreeMap<usize, Stream> = BTreeMap::new();
    let mut exits_left: BTreeMap<usize, usize> = BTreeMap::new();
    for bow in &layout.bows {
        let (Some(from), Some(to)) = (card(bow.from), card(bow.to)) else { continue };
        let from_y = if bow.when.is_empty() {
            from.leave_y()
        } else {
            let left = exits_left.entry(bow.from).or_default();
            *left += 1;
            from.exits.get(*left - 1).map_or(from.leave_y(), |exit| from.exit_middle_y(exit))
        };
        let new = || Stream { to_y: to.enter_y(), lane: 0, lane_x: 0, from_y: Vec::new() };
        by_target.entry(bow.to).or_insert_with(new).from_y.push(from_y);
    }
    let mut streams: Vec<Stream> = by_target.into_values().collect();
    streams.sort_by_key(|stream| {
        let (top, bottom) = stream.span();
        (bottom - top, top)
    });
    streams
}

impl Stream {
    /// From top to bottom.
    fn span(&self) -> (usize, usize) {
        let all = || self.from_y.iter().chain([&self.to_y]).copied();
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }
}
