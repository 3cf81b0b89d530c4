//! `/events`: the newest lines of all timelines, as they are written.

use crate::runtime::query::unrouted::{Unrouted, UnroutedRow};
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::layout::{Page, failed};
use crate::server::dashboard::pages::words::moment;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Value, json};
use std::sync::Arc;

/// Lines shown.
const LINES: usize = 200;

/// The page.
pub async fn page(State(front): State<Arc<Front>>) -> Response {
    let next = front.pulse.next();
    let answers = async {
        let lines = front.ask("lines", json!({ "after": next.saturating_sub(LINES as u64) })).await?;
        let unrouted = front.ask("unrouted", Value::Null).await?;
        let unrouted: Unrouted = serde_json::from_value(unrouted).map_err(|fault| fault.to_string())?;
        Ok::<_, String>((lines, unrouted))
    };
    match answers.await {
        Ok((lines, unrouted)) => {
            let body = html! { (body(&lines)) (nobodys(&unrouted)) };
            Page { title: "Events", place: "events", command: "engine timeline CONTACT", body }.respond()
        }
        Err(sentence) => failed(&sentence),
    }
}

fn body(answer: &Value) -> Markup {
    let lines = answer.get("lines").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let now = text(answer, "time");
    html! {
        div .head { h1 { "Events" } }
        @if lines.is_empty() { p role="status" { "Nothing has happened since the engine started. It appears here as it does." } }
        @else {
            div .scroll tabindex="0" role="region" aria-label="Events" {
                table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Contact" } th scope="col" { "Campaign" } th scope="col" { "What" } th scope="col" { "Step" } th scope="col" { "Detail" } } }
                    tbody { @for line in lines.iter().rev() { (row(line, now)) } }
                }
            }
        }
    }
}

/// What came in and concerns nobody.
fn nobodys(unrouted: &Unrouted) -> Markup {
    html! {
        @if !unrouted.rows.is_empty() {
            section aria-labelledby="nobodys" {
                h2 #nobodys { "Came in, and concerns nobody here" }
                p .quiet { "Strangers who wrote, and forms nobody knows. They are kept for a month, and nothing follows from them." }
                div .scroll tabindex="0" role="region" aria-labelledby="nobodys" {
                    table {
                        thead { tr { th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Account" } th scope="col" { "Body" } } }
                        tbody { @for row in &unrouted.rows { (stray(row, &unrouted.time)) } }
                    }
                }
                @if unrouted.more > 0 { p .quiet { "and " (unrouted.more) " more, older" } }
            }
        }
    }
}

fn stray(row: &UnroutedRow, now: &str) -> Markup {
    html! {
        tr {
            td { (moment(&row.at, now)) }
            th scope="row" { (row.what) }
            td { code { (row.account) } }
            td { details data-key=(format!("stray {}", row.row)) { summary { "raw" } code .written { (row.body) } } }
        }
    }
}

fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn row(line: &Value, now: &str) -> Markup {
    let id = line.get("id").and_then(Value::as_u64).unwrap_or_default();
    let detail = line.get("detail").cloned().unwrap_or_default();
    let number = line.get("number").and_then(Value::as_u64).unwrap_or_default();
    html! {
        tr data-row {
            td { (moment(text(line, "at"), now)) }
            th scope="row" { a href=(format!("/contacts/{id}")) { (text(line, "name")) } }
            td { (text(line, "campaign")) }
            td { span .kind { (text(line, "kind")) } }
            td { code { (text(line, "step")) } }
            td { details data-key=(format!("line {number}")) { summary { "raw" } code .written { (detail) } } }
        }
    }
}
