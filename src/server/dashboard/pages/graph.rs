//! A campaign as a picture: each step with the people on it, each arrow with when it is taken.
//!
//! Steps stand below each other in the order they are reached; an arrow to the next is a short line, any other a bow in a
//! lane of its own on the right, so that no two lie on each other.

use crate::lang::graph::json;
use crate::model::campaign::Campaign;
use crate::runtime::query::status::CampaignStatus;
use crate::server::dashboard::pages::words::count;
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeMap;

const ROW: usize = 44;
const BOX_HEIGHT: usize = 32;
const BOX_LEFT: usize = 8;
const BOX_WIDTH: usize = 330;
const LANE: usize = 14;
/// Longer conditions are cut.
const WHEN_CHARS: usize = 56;
/// Bows further out than this share the last lane.
const LANES_MAX: usize = 14;

struct Node {
    label: String,
    text: String,
    kind: String,
}

struct Bow {
    from: usize,
    to: usize,
    lane: usize,
    when: String,
}

/// The picture.
pub fn graph(definition: &Campaign, status: &CampaignStatus) -> Markup {
    let picture = json(definition);
    let nodes = nodes(&picture);
    let places: BTreeMap<&str, usize> = nodes.iter().enumerate().map(|(at, node)| (node.label.as_str(), at)).collect();
    let (straight, bows) = arrows(&picture, &places);
    let lanes = bows.iter().map(|bow| bow.lane + 1).max().unwrap_or(0);
    let (wide, high) = (BOX_LEFT + BOX_WIDTH + 30 + lanes * LANE + 320, nodes.len() * ROW + 8);
    html! {
        div .scroll tabindex="0" role="region" aria-label="The campaign as a picture" {
            svg .graph width=(wide) height=(high) viewBox=(format!("0 0 {wide} {high}")) role="group" aria-label="Steps" {
                @for at in &straight { line .arrow x1=(BOX_LEFT + 24) y1=(at * ROW + 4 + BOX_HEIGHT) x2=(BOX_LEFT + 24) y2=((at + 1) * ROW + 4) {} }
                @for bow in &bows { (bow_shape(bow)) }
                @for (at, node) in nodes.iter().enumerate() { (node_shape(at, node, status)) }
            }
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn nodes(picture: &Value) -> Vec<Node> {
    let all = picture.get("nodes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut nodes: Vec<Node> = all
        .iter()
        .map(|node| Node {
            label: text(node, "label").to_owned(),
            text: text(node, "text").to_owned(),
            kind: text(node, "kind").to_owned(),
        })
        .collect();
    // A handler stands above the steps it begins with.
    let edges = picture.get("edges").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for edge in edges {
        let place = |label: &str| nodes.iter().position(|node| node.label == label);
        if let (Some(from), Some(to)) = (place(text(edge, "from")), place(text(edge, "to")))
            && nodes.get(from).is_some_and(|node| node.kind == "on")
            && to < from
        {
            let handler = nodes.remove(from);
            nodes.insert(to, handler);
        }
    }
    nodes
}

/// Rows with a line to the next, and all other arrows.
fn arrows(picture: &Value, places: &BTreeMap<&str, usize>) -> (Vec<usize>, Vec<Bow>) {
    let edges = picture.get("edges").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (mut straight, mut bows) = (Vec::new(), Vec::new());
    for edge in edges {
        let (Some(from), Some(to)) = (places.get(text(edge, "from")), places.get(text(edge, "to"))) else { continue };
        let when = text(edge, "when").to_owned();
        if *to == from + 1 && when.is_empty() {
            straight.push(*from);
        } else {
            bows.push(Bow { from: *from, to: *to, lane: 0, when });
        }
    }
    // Short bows inside, long ones outside; two that overlap never share a lane.
    bows.sort_by_key(|bow| (bow.from.abs_diff(bow.to), bow.from));
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    for bow in &mut bows {
        let (top, bottom) = (bow.from.min(bow.to), bow.from.max(bow.to));
        let is_free = |lane: &Vec<(usize, usize)>| lane.iter().all(|(from, to)| bottom <= *from || top >= *to);
        let lane = taken.iter().position(is_free).unwrap_or(taken.len()).min(LANES_MAX - 1);
        if lane >= taken.len() {
            taken.push(Vec::new());
        }
        if let Some(lane) = taken.get_mut(lane) {
            lane.push((top, bottom));
        }
        bow.lane = lane;
    }
    (straight, bows)
}

fn bow_shape(bow: &Bow) -> Markup {
    let right = BOX_LEFT + BOX_WIDTH;
    let out = right + 30 + bow.lane * LANE;
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
        @if !bow.when.is_empty() { text .when x=(right + 14) y=(to - 3) { (shortened(&bow.when, WHEN_CHARS)) } }
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
