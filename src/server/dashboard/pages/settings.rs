//! `/settings`: the store and its backups, the versions of campaigns, this engine.

use crate::runtime::query::status::StatusReport;
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::layout::{Page, button, failed};
use crate::server::dashboard::pages::words::{count, moment, size};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Value, json};
use std::sync::Arc;

/// Backups that are listed; older ones are counted.
const BACKUPS_SHOWN_MAX: usize = 10;

/// The page.
pub async fn page(State(front): State<Arc<Front>>) -> Response {
    let answers = async {
        let store = front.ask("store", json!({ "rows": false })).await?;
        let backups = front.ask("backups", Value::Null).await?;
        let status = front.ask("status", Value::Null).await?;
        let status: StatusReport = serde_json::from_value(status).map_err(|fault| fault.to_string())?;
        Ok::<_, String>((store, backups, status))
    };
    match answers.await {
        Ok((store, backups, status)) => {
            let body = body(&store, &backups, &status);
            Page { title: "Settings", place: "settings", command: "engine store stats", body }.respond()
        }
        Err(sentence) => failed(&sentence),
    }
}

fn body(store: &Value, made: &Value, status: &StatusReport) -> Markup {
    html! {
        div .head { h1 { "Settings" } }
        div .split {
            section .card aria-labelledby="store" {
                h2 #store { "Store" }
                dl { @for (name, value) in store.as_object().into_iter().flatten().filter(|(name, value)| *name != "schema" && !value.is_null() && !value.is_object() && !value.is_array()) { dt { (name.replace('_', " ")) } dd { (plain(value)) } } }
            }
            (backups(made, &status.time))
            section .card aria-labelledby="versions" {
                h2 #versions { "Versions" }
                table .plain {
                    tbody {
                        @for campaign in &status.campaigns {
                            tr { th scope="row" { (campaign.name) " v" (campaign.version) } td .right { (count(campaign.contacts.total)) } td { code { (campaign.hash.get(..12).unwrap_or(&campaign.hash)) } } }
                        }
                    }
                }
            }
            section .card aria-labelledby="engine" {
                h2 #engine { "Engine" }
                dl {
                    dt { "version" } dd { (env!("CARGO_PKG_VERSION")) }
                    dt { "time" } dd { (status.time) }
                    dt { "API" } dd { a href="/openapi.json" { "OpenAPI document" } }
                    dt { "metrics" } dd { a href="/metrics" { "for Prometheus" } }
                }
            }
        }
    }
}

/// What can be put back, and the button that makes another.
fn backups(made: &Value, now: &str) -> Markup {
    let rows = made.get("backups").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |row: &Value, name: &str| row.get(name).and_then(Value::as_u64).unwrap_or_default();
    html! {
        section .card aria-labelledby="backups" {
            h2 #backups { "Backups" }
            div .row { (button("backup", &[], "Back up now", "/settings#backups", false)) }
            @if rows.is_empty() { p role="status" { "None lies in the data directory yet. The same to another place: " code { "engine store backup DIR" } "." } }
            @else {
                dl {
                    @for row in rows.iter().take(BACKUPS_SHOWN_MAX) {
                        dt { (moment(&text(row, "made_at"), now)) }
                        dd { code { (text(row, "path")) } br; span .quiet { (size(number(row, "bytes"))) ", " (count(number(row, "commits"))) " commits" } }
                    }
                }
                @if rows.len() > BACKUPS_SHOWN_MAX { p .quiet { "and " (rows.len() - BACKUPS_SHOWN_MAX) " more, older" } }
                p .quiet { "Copy them to another disk; " code { "engine store restore DIR" } " puts one back. None opens without the key in " code { ".engine/keys" } ": keep a copy of that apart from them." }
            }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), count),
        other => other.to_string(),
    }
}
