//! The report as one HTML page: no script, nothing loaded from elsewhere.

use crate::runtime::query::report::{DIMENSIONS, Report, ReportRow, Share};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const WIDTH: f64 = 220.0;

const STYLE: &str = "
:root{color-scheme:light dark;--paper:#fff;--ink:#16202e;--soft:#55616f;--line:#e3e8ee;--bar:#3267d6;--band:#9db8f0;--card:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--paper:#12161c;--ink:#e8edf3;--soft:#9aa7b6;--line:#2a323d;--bar:#6d9bff;--band:#33507f;--card:#1a2029}}
body{margin:0 auto;max-width:1080px;padding:2.5rem 1.5rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.9rem;letter-spacing:-.02em;margin:0}h2{margin:2.5rem 0 .6rem;font-size:1.15rem}p{color:var(--soft);margin:.3rem 0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1rem;margin:1.5rem 0}.card{background:var(--card);border-radius:12px;padding:1rem 1.2rem}.card b{display:block;font-size:1.7rem;letter-spacing:-.02em}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.45rem .8rem .45rem 0;border-bottom:1px solid var(--line);white-space:nowrap}thead th{color:var(--soft);font-size:.8rem}.right{text-align:right}tbody th{font-weight:500}
.band{fill:var(--band)}.bar{fill:var(--bar)}.axis{stroke:var(--line)}
";

/// The whole page.
pub fn page(report: &Report) -> String {
    let wholes: Vec<&ReportRow> = report.rows.iter().filter(|row| row.by == "campaign").collect();
    let day = report.time.get(..10).unwrap_or(&report.time);
    let title = match wholes.as_slice() {
        [one] => one.campaign.clone(),
        several => format!("{} campaigns", several.len()),
    };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; meta name="viewport" content="width=device-width, initial-scale=1"; title { (title) ", " (day) } style { (PreEscaped(STYLE)) } }
            body {
                h1 { (title) }
                p { "As of " (day) ". Bars are shares; the pale band is their 95 % interval: groups whose bands overlap have not been shown to differ." }
                (cards(&wholes))
                @for dimension in DIMENSIONS { (section(dimension, report)) }
            }
        }
    };
    markup.into_string()
}

fn cards(wholes: &[&ReportRow]) -> Markup {
    let sum = |count: fn(&ReportRow) -> u64| wholes.iter().map(|row| count(row)).sum::<u64>();
    html! {
        div .cards {
            div .card { b { (sum(|row| row.people)) } "people" }
            div .card { b { (sum(|row| row.accepted.count)) } "accepted" }
            div .card { b { (sum(|row| row.replied.count)) } "replied" }
            div .card { b { (sum(|row| row.positive.count)) } "positive" }
        }
    }
}

fn section(dimension: &str, report: &Report) -> Markup {
    let rows: Vec<&ReportRow> = report.rows.iter().filter(|row| row.by == dimension).collect();
    html! {
        @if !rows.is_empty() {
            h2 { "By " (dimension) }
            div .scroll {
                table {
                    thead { tr { th { (dimension) } th .right { "people" } th { "accepted" } th { "replied" } th { "positive" } th .right { "to reply" } } }
                    tbody { @for row in rows { (line(row)) } }
                }
            }
        }
    }
}

fn line(row: &ReportRow) -> Markup {
    html! {
        tr {
            th { (row.campaign) @if !row.group.is_empty() { " · " (row.group) } }
            td .right { (row.people) }
            td { (bar(row.accepted)) }
            td { (bar(row.replied)) }
            td { (bar(row.positive)) }
            td .right { @if let Some(hours) = row.hours_to_reply { (hours) " h" } }
        }
    }
}

/// A share as a bar on the band of its interval.
fn bar(of: Share) -> Markup {
    let x = |share: f64| format!("{:.1}", share * WIDTH);
    html! {
        @if let (Some(whole), Some(low), Some(high)) = (of.share, of.low, of.high) {
            svg width=(WIDTH) height="16" viewBox=(format!("0 0 {WIDTH} 16")) role="img" aria-label=(of.told()) {
                line .axis x1="0" y1="15.5" x2=(WIDTH) y2="15.5" {}
                rect .band x=(x(low)) y="2" width=(x(high - low)) height="12" rx="3" {}
                rect .bar x="0" y="5" width=(x(whole)) height="6" rx="2" {}
            }
            br; (of.count) " · " (of.told())
        } @else { "–" }
    }
}
