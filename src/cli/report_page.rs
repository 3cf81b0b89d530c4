//! The report as one HTML page that one would send to a client: no script, nothing loaded from elsewhere, fit for paper and for
//! a telephone.

use crate::runtime::query::report::{DIMENSIONS, Report, ReportRow, Share, is_single};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Units of a bar's drawing; it is shown as wide as its column.
const WIDTH: f64 = 200.0;
/// Longer waits are told in days.
const HOURS_TOLD_MAX: f64 = 48.0;

const STYLE: &str = include_str!("report_page.css");

/// The whole page.
pub fn page(report: &Report) -> String {
    let wholes: Vec<&ReportRow> = report.rows.iter().filter(|row| row.by == "campaign").collect();
    let day = report.time.get(..10).unwrap_or(&report.time);
    let names: Vec<&str> = wholes.iter().map(|row| row.campaign.as_str()).collect();
    let title = if let [one] = names.as_slice() { (*one).to_owned() } else { "What came of it".to_owned() };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; meta name="viewport" content="width=device-width, initial-scale=1"; title { (title) ", " (day) } style { (PreEscaped(STYLE)) } }
            body {
                header {
                    h1 { (title) }
                    p { "As of " time datetime=(day) { (day) } @if names.len() > 1 { " · " (names.join(", ")) } }
                }
                @if wholes.is_empty() { main { p { "Nobody has begun yet: there is nothing to report." } } } @else {
                    main {
                        (cards(&wholes))
                        @for dimension in DIMENSIONS { (section(dimension, report, names.len() > 1)) }
                    }
                    (legend())
                }
            }
        }
    };
    markup.into_string()
}

fn cards(wholes: &[&ReportRow]) -> Markup {
    let sum = |count: fn(&ReportRow) -> u64| wholes.iter().map(|row| count(row)).sum::<u64>();
    let (invited, reached) = (sum(|row| row.invited), sum(|row| row.reached));
    let card = |word: &str, count: u64, whole: u64, of: &str| {
        let share = Share::of(count, whole).share;
        html! {
            div .card {
                span { (word) }
                b { (count) }
                @if let Some(share) = share { small { (percent(share)) " % of " (whole) " " (of) } } @else { small { "nobody " (of) } }
            }
        }
    };
    html! {
        div .cards {
            div .card { span { "people" } b { (sum(|row| row.people)) } small { (reached) " reached" } }
            (card("accepted", sum(|row| row.accepted.count), invited, "invited"))
            (card("replied", sum(|row| row.replied.count), reached, "reached"))
            (card("positive", sum(|row| row.positive.count), reached, "reached"))
        }
    }
}

/// A dimension's heading, and what its groups are called.
fn words(dimension: &str) -> (&'static str, &'static str) {
    match dimension {
        "campaign" => ("Campaigns", "campaign"),
        "version" => ("Versions", "version"),
        "account" => ("Who wrote", "account"),
        "arm" => ("Splits, arm by arm", "arm"),
        "step" => ("What was written", "step"),
        _ => ("When people began", "week of"),
    }
}

fn section(dimension: &str, report: &Report, are_many: bool) -> Markup {
    let rows: Vec<&ReportRow> = report.rows.iter().filter(|row| row.by == dimension).collect();
    // Who got a message has accepted before it: a share of acceptances says nothing of a step.
    let (accepts, (heading, group)) = (dimension != "step", words(dimension));
    html! {
        @if !rows.is_empty() && (dimension == "campaign" || !is_single(&rows)) {
            section {
                h2 { (heading) }
                table {
                    thead { tr { th { (group) } th .right { "people" } @if accepts { th { "accepted" } } th { "replied" } th { "positive" } th .right { "to reply" } } }
                    tbody { @for row in rows { (line(row, accepts, are_many)) } }
                }
            }
        }
    }
}

fn line(row: &ReportRow, accepts: bool, are_many: bool) -> Markup {
    html! {
        tr {
            th scope="row" {
                @if row.group.is_empty() { (row.campaign) } @else { (row.group) @if are_many { small { (row.campaign) } } }
            }
            td .right data-word="people" { (row.people) }
            @if accepts { td data-word="accepted" { (bar(row.accepted, row.invited)) } }
            td data-word="replied" { (bar(row.replied, row.reached)) }
            td data-word="positive" { (bar(row.positive, row.reached)) }
            td .right data-word="to reply" { (row.hours_to_reply.map_or_else(|| "–".to_owned(), wait)) }
        }
    }
}

/// A share as a bar on the band of its interval, and in figures.
fn bar(of: Share, whole: u64) -> Markup {
    html! {
        @if let (Some(share), Some(low), Some(high)) = (of.share, of.low, of.high) {
            (drawn(share, low, high, &of.told()))
            b { (percent(share)) " %" } small { (of.count) " of " (whole) " (" (percent(low)) "–" (percent(high)) ")" }
        } @else { "–" }
    }
}

fn drawn(share: f64, low: f64, high: f64, told: &str) -> Markup {
    let x = |share: f64| format!("{:.1}", share * WIDTH);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} 12")) preserveAspectRatio="none" role="img" aria-label=(told) {
            rect .axis x="0" y="5" width=(WIDTH) height="2" {}
            rect .band x=(x(low)) y="0" width=(x(high - low)) height="12" {}
            rect .bar x="0" y="3.5" width=(x(share)) height="5" {}
        }
    }
}

fn legend() -> Markup {
    html! {
        footer {
            p { span .sample { (drawn(0.5, 0.35, 0.65, "a sample bar")) } "The bar is the share that was seen, the pale band (and the figures in brackets) its 95 % interval: the share may well lie anywhere in it. Groups whose bands overlap have not been shown to differ." }
            p { b { "accepted" } " of those invited · " b { "replied" } " of those anything was sent to · " b { "positive" } " replied, and ended as the campaign counts a success · " b { "to reply" } " from the first step; half of those who replied were quicker" }
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

fn wait(hours: f64) -> String {
    if hours < HOURS_TOLD_MAX { format!("{hours:.0} h") } else { format!("{:.0} days", hours / 24.0) }
}
