//! Campaigns as one SVG: whole in itself, for light and dark, no script. What an author wrote is escaped by type (`maud`).

use crate::lang::graph::cards::{Card, Exit, LINE, PADDING};
use crate::lang::graph::layout::layout;
use crate::lang::graph::picture::picture;
use crate::lang::graph::sheet::{Column, LEFT, Stream, columns};
use crate::model::campaign::Campaign;
use maud::{Markup, PreEscaped, html};

/// The heading of a campaign.
const HEADING: usize = 62;
/// Between two campaigns, and below the last.
const MARGIN: usize = 28;
/// How round the turns of arrows are.
const ROUND: usize = 7;
/// Streams get one of so many colours, in turn.
const COLORS: usize = 5;

const STYLE: &str = "
.campaign-graph{--paper:#fff;--card:#fff;--shade:#f2f5f9;--ink:#16202e;--soft:#5b6878;--line:#cfd8e3;--send:#2f6fed;--wait:#c98a12;--choice:#8a4fd3;--do:#2d8f6f;--on:#24405f;--on-ink:#fff;--s0:#5f7185;--s1:#2f6fed;--s2:#b4571c;--s3:#2d8f6f;--s4:#8a4fd3;font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
@media (prefers-color-scheme:dark){.campaign-graph{--paper:#12161c;--card:#1a2029;--shade:#232c38;--ink:#e8edf3;--soft:#9aa7b6;--line:#3a4655;--send:#6d9bff;--wait:#e0ad4a;--choice:#b98bf0;--do:#5cc2a0;--on:#b9cde6;--on-ink:#12161c;--s0:#93a3b5;--s1:#6d9bff;--s2:#e59a63;--s3:#5cc2a0;--s4:#b98bf0}}
.campaign-graph text{fill:var(--ink);font-size:14px;dominant-baseline:central;white-space:pre}.campaign-graph .paper{fill:var(--paper)}
.campaign-graph .heading{font-size:22px;font-weight:700}.campaign-graph .version{font-weight:400;fill:var(--soft)}
.campaign-graph .card{fill:var(--card);stroke:var(--line);stroke-width:1.2}.campaign-graph .end .card{fill:var(--shade)}.campaign-graph .on .card{fill:var(--on);stroke:var(--on)}.campaign-graph .on text{fill:var(--on-ink);font-weight:600}
.campaign-graph .stripe{fill:var(--do)}.campaign-graph .send .stripe{fill:var(--send)}.campaign-graph .wait .stripe{fill:var(--wait)}.campaign-graph .choice .stripe{fill:var(--choice)}
.campaign-graph .label{font-weight:650}.campaign-graph .when{font:12px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--soft);text-anchor:end}
.campaign-graph .under{fill:none;stroke:var(--paper);stroke-width:5}.campaign-graph .way{fill:none;stroke:var(--s0);stroke-width:1.6}.campaign-graph .tip{fill:var(--s0)}
.campaign-graph .s1 .way{stroke:var(--s1)}.campaign-graph .s2 .way{stroke:var(--s2)}.campaign-graph .s3 .way{stroke:var(--s3)}.campaign-graph .s4 .way{stroke:var(--s4)}.campaign-graph .s1 .tip{fill:var(--s1)}.campaign-graph .s2 .tip{fill:var(--s2)}.campaign-graph .s3 .tip{fill:var(--s3)}.campaign-graph .s4 .tip{fill:var(--s4)}
";

/// All of them, below each other.
pub fn svg(campaigns: &[&Campaign]) -> String {
    let pictures: Vec<_> = campaigns.iter().map(|campaign| picture(campaign)).collect();
    let mut parts: Vec<Markup> = Vec::new();
    let (mut width, mut height) = (0, 0);
    for (campaign, picture) in campaigns.iter().zip(&pictures) {
        let columns = columns(&layout(picture), height + HEADING);
        parts.push(part(campaign, &columns, height));
        width = columns.iter().map(|column| column.right).max().unwrap_or(0).max(width);
        height = columns.iter().map(|column| column.bottom).max().unwrap_or(0) + MARGIN;
    }
    let names: Vec<String> = campaigns.iter().map(|campaign| format!("{} v{}", campaign.name, campaign.version)).collect();
    let seen = format!("0 0 {width} {height}");
    let markup = html! {
        svg .campaign-graph xmlns="http://www.w3.org/2000/svg" role="img" width=(width) height=(height) viewBox=(seen) {
            title { (shown(&names.join(", "))) }
            style { (PreEscaped(STYLE)) }
            rect .paper width=(width) height=(height) {}
            @for part in &parts { (part) }
        }
    };
    markup.into_string()
}

fn part(campaign: &Campaign, columns: &[Column], top: usize) -> Markup {
    html! {
        text .heading x=(LEFT) y=(top + HEADING / 2) { (shown(&campaign.name)) tspan .version { " v" (campaign.version) } }
        @for column in columns { (drawn(column)) }
    }
}

fn drawn(column: &Column) -> Markup {
    let right = column.left + column.card_width;
    html! {
        @for at in &column.straight { (line(column.left, column.cards.get(*at), column.cards.get(at + 1))) }
        // Outer ones first: where ways cross, the inner one goes over.
        @for stream in column.streams.iter().rev() { (ways(stream, right)) }
        @for card in &column.cards { (card_shape(card, column.left, column.card_width)) }
    }
}

/// The short line from a card to the one below.
fn line(left: usize, from: Option<&Card>, to: Option<&Card>) -> Markup {
    let (Some(from), Some(to)) = (from, to) else { return html! {} };
    let x = left + 30;
    html! {
        path .way d=(format!("M{x} {} V{}", from.top + from.height, to.top - 6)) {}
        path .tip d=(format!("M{x} {} l-5 -8 h10 z", to.top)) {}
    }
}

fn ways(stream: &Stream, right: usize) -> Markup {
    // One path: where several run together, the line grows no thicker.
    let path = stream.from_y.iter().map(|from_y| way(*from_y, stream, right)).collect::<Vec<_>>().join(" ");
    html! {
        g class=(format!("s{}", stream.lane % COLORS)) {
            path .under d=(path) {}
            path .way d=(path) {}
            path .tip d=(format!("M{} {} l8 -5 v10 z", right + 1, stream.to_y)) {}
        }
    }
}

/// Out of a card, along the lane, into another.
fn way(from_y: usize, stream: &Stream, right: usize) -> String {
    let Stream { to_y, lane_x, .. } = *stream;
    let round = ROUND.min(from_y.abs_diff(to_y) / 2);
    let (turn_out, turn_in) = if to_y > from_y { (from_y + round, to_y - round) } else { (from_y - round, to_y + round) };
    let before = lane_x - round;
    format!(
        "M{right} {from_y} H{before} Q{lane_x} {from_y} {lane_x} {turn_out} V{turn_in} Q{lane_x} {to_y} {before} {to_y} H{}",
        right + 8
    )
}

fn card_shape(card: &Card, left: usize, width: usize) -> Markup {
    let tone = tone(card.node.kind);
    let is_pill = matches!(tone, "end" | "on");
    let round = if is_pill { (card.height / 2).min(LINE) } else { 8 };
    html! {
        g class=(tone) {
            rect .card x=(left) y=(card.top) width=(width) height=(card.height) rx=(round) { title { (shown(&card.node.caption())) } }
            @if !is_pill { rect .stripe x=(left + 6) y=(card.top + 8) width="4" height=(card.height - 16) rx="2" {} }
            @for (at, line) in card.head.iter().enumerate() { (head_line(card, left + PADDING + 4, at, line)) }
            @for exit in &card.exits { (exit_lines(card, exit, left + width - PADDING + 4)) }
        }
    }
}

fn exit_lines(card: &Card, exit: &Exit, x: usize) -> Markup {
    html! { @for (at, line) in exit.lines.iter().enumerate() { text .when x=(x) y=(card.exit_y(exit, at)) { (shown(line)) } } }
}

fn head_line(card: &Card, x: usize, at: usize, line: &str) -> Markup {
    let label = format!("{}:", card.node.label);
    let named = line.strip_prefix(&label).filter(|_| at == 0);
    html! {
        text x=(x) y=(card.head_y(at)) {
            @match named {
                Some(rest) => { tspan .label { (shown(&label)) } (shown(rest)) }
                None => (shown(line)),
            }
        }
    }
}

/// What kind of thing a step does, for its colour.
fn tone(kind: &str) -> &'static str {
    match kind {
        "invite" | "message" | "inmail" | "group" | "engage" => "send",
        "wait" | "pause" => "wait",
        "if" | "split" | "repeat" => "choice",
        "stop" | "return" => "end",
        "on" => "on",
        _ => "do",
    }
}

/// Signs that no XML may hold are replaced.
fn shown(text: &str) -> String {
    let is_kept = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_kept(c) { c } else { '\u{fffd}' }).collect()
}
