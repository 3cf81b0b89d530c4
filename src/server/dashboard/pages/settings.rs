//! `/settings`: the store, the versions of campaigns, this engine.

use crate::runtime::query::status::StatusReport;
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::layout::{Page, failed};
use crate::server::dashboard::pages::words::count;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;
use std::sync::Arc;

/// The page.
pub async fn page(State(front): State<Arc<Front>>) -> Response {
    let answers = async {
        let store = front.ask("store", Value::Null).await?;
        let status = front.ask("status", Value::Null).await?;
        let status: StatusReport = serde_json::from_value(status).map_err(|fault| fault.to_string())?;
        Ok::<_, String>((store, status))
    };
    match answers.await {
        Ok((store, status)) => {
            Page { title: "Settings", place: "settings", command: "engine store stats", body: body(&store, &status) }.respond()
        }
        Err(sentence) => failed(&sentence),
    }
}

fn body(store: &Value, status: &StatusReport) -> Markup {
    html! {
        div .head { h1 { "Settings" } }
        div .split {
            section .card aria-labelledby="store" {
                h2 #store { "Store" }
                dl { @for (name, value) in store.as_object().into_iter().flatten().filter(|(_, value)| !value.is_object() && !value.is_array()) { dt { (name.replace('_', " ")) } dd { (plain(value)) } } }
            }
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

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), count),
        other => other.to_string(),
    }
}
