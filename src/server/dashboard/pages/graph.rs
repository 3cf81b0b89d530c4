//! A campaign as a picture: each step with the people on it, each arrow with when it is taken.
//!
//! Steps stand below each other in the order they are reached; an arrow to the next is a short line, any other a bow in a
//! lane of its own on the right, so that no two lie on each other.

use crate::lang::graph::layout::{Bow, Layout, lanes, layout};
use crate::lang::graph::picture::{Node, picture};
use crate::model::campaign::Campaign;
use crate::runtime::query::status::CampaignStatus;
use crate::server::dashboard::pages::words::count;
use maud::{Markup, html};

const ROW: usize = 44;
const BOX_HEIGHT: usize = 32;
const BOX_LEFT: usize = 8;
const BOX_WIDTH: usize = 330;
const LANE: usize = 14;
/// Longer conditions are cut.
const WHEN_CHARS: usize = 56;
/// Bows further out than this share the last lane.
const LANES_MAX: usize = 14;

/// An arrow that goes around, and its lane.
struct Way<'a> {
    bow: Bow<'a>,
    lane: usize,
}

/// The picture.
pub fn graph(definition: &Campaign, status: &CampaignStatus) -> Markup {
    let picture = picture(definition);
    let layout = layout(&picture);
    let ways = ways(&layout);
    let lanes = ways.iter().map(|way| way.lane + 1).max().unwrap_or(0);
    let (wide, high) = (BOX_LEFT + BOX_WIDTH + 30 + lanes * LANE + 320, layout.rows.len() * ROW + 8);
    html! {
        div .scroll tabindex="0" role="region" aria-label="The campaign as a picture" {
            svg .graph width=(wide) height=(high) viewBox=(format!("0 0 {wide} {high}")) role="group" aria-label="Steps" {
                @for at in &layout.straight { line .arrow x1=(BOX_LEFT + 24) y1=(at * ROW + 4 + BOX_HEIGHT) x2=(BOX_LEFT + 24) y2=((at + 1) * ROW + 4) {} }
                @for way in &ways { (way_shape(way)) }
                // Above all bows: none crosses a word.
                @for way in &ways { (way_word(way)) }
                @for (at, node) in layout.rows.iter().enumerate() { (node_shape(at, node, status)) }
            }
        }
    }
}

/// Short bows inside, long ones outside.
fn ways<'a>(layout: &Layout<'a>) -> Vec<Way<'a>> {
    let mut bows = layout.bows.clone();
    bows.sort_by_key(|bow| (bow.from.abs_diff(bow.to), bow.from));
    let spans: Vec<(usize, usize)> = bows.iter().map(|bow| (bow.from.min(bow.to), bow.from.max(bow.to))).collect();
    bows.into_iter().zip(lanes(&spans, LANES_MAX)).map(|(bow, lane)| Way { bow, lane }).collect()
}

fn way_shape(Way { bow, lane }: &Way) -> Markup {
    let right = BOX_LEFT + BOX_WIDTH;
    let out = right + 30 + lane * LANE;
    // Arrows leave the lower half of a box and enter the upper half: two at one box stay apart.
    let (from, to) = (bow.from * ROW + 4 + BOX_HEIGHT * 2 / 3, bow.to * ROW + 4 + BOX_HEIGHT / 3);
    let round = 6;
    let (turn_out, turn_in) = if to > from { (from + round, to - round) } else { (from - round, to + round) };
    let path = format!(
        "M{right} {from} H{} Q{out} {from} {out} {turn_out} V{turn_in} Q{out} {to} {} {to} H{}",
        out - round,
        out - round,
        right + 6
    );
    html! {
        path .arrow d=(path) {}
        path .tip d=(format!("M{} {} l7 -4 v8 z", right + 1, to)) {}
    }
}

fn way_word(Way { bow, .. }: &Way) -> Markup {
    let y = bow.to * ROW + 4 + BOX_HEIGHT / 3 - 3;
    html! {
        @if !bow.when.is_empty() { text .when x=(BOX_LEFT + BOX_WIDTH + 14) y=(y) { (shortened(bow.when, WHEN_CHARS)) } }
    }
}

fn node_shape(at: usize, node: &Node, status: &CampaignStatus) -> Markup {
    let top = at * ROW + 4;
    let step = status.steps.iter().find(|step| step.label == node.label);
    let (here, passed, failed) = step.map_or((0, 0, 0), |step| (step.here, step.passed, step.failed));
    let title = format!("{}: {here} here, {passed} passed, {failed} failed", node.label);
    let address = format!("/contacts?campaign={}&step={}", status.name, node.label);
    html! {
        a href=(address) {
            // Named by what can be read in it, so that who speaks to the page says what they see.
            rect class=(format!("step {}", node.kind)) x=(BOX_LEFT) y=(top) width=(BOX_WIDTH) height=(BOX_HEIGHT) rx="7" { title { (title) } }
            text .name x=(BOX_LEFT + 10) y=(top + 20) { (shortened(&node.text, 34)) }
            text .counts x=(BOX_LEFT + BOX_WIDTH - 10) y=(top + 20) text-anchor="end" {
                @if here > 0 { tspan .here { (count(here)) " here" } " " }
                @if passed > 0 { tspan .quiet { (count(passed)) } }
                @if failed > 0 { tspan .failed { " " (count(failed)) " failed" } }
            }
        }
    }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
