//! `/errors`: what went wrong lately by its cause, what it means, and the button that mends it where there is one.

use crate::runtime::query::errors::{ERRORS_DAYS, ErrorExample, ErrorGroup, ErrorKind, Errors};
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::layout::{Page, button, message};
use crate::server::dashboard::pages::words::{badge, count, moment, told};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Where its buttons lead back to.
const HERE: &str = "/errors";

/// Whose errors are wished for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    campaign: Option<String>,
}

/// The page.
pub async fn page(State(front): State<Arc<Front>>, query: Result<Query<Wish>, QueryRejection>) -> Response {
    let campaign = match query {
        Ok(Query(wish)) => wish.campaign.filter(|name| !name.is_empty()),
        Err(fault) => return message(StatusCode::BAD_REQUEST, "That is no question", &fault.body_text()),
    };
    let answer = front.ask("errors", json!({ "campaign": campaign })).await;
    let errors = answer.and_then(|answer| serde_json::from_value::<Errors>(answer).map_err(|fault| fault.to_string()));
    match errors {
        Ok(errors) => {
            let command = campaign.as_ref().map_or_else(|| "engine errors".to_owned(), |name| format!("engine errors {name}"));
            let body = body(&errors, campaign.as_deref());
            Page { title: "Errors", place: "errors", command: &command, body }.respond()
        }
        Err(sentence) => message(StatusCode::NOT_FOUND, "Nothing found", &sentence),
    }
}

fn body(errors: &Errors, campaign: Option<&str>) -> Markup {
    html! {
        div .head {
            h1 { "Errors" @if let Some(campaign) = campaign { " of " (campaign) } }
            @if campaign.is_some() { a .button href=(HERE) { "Of all campaigns" } }
        }
        @if errors.groups.is_empty() {
            p role="status" { "Nothing went wrong in the last " (ERRORS_DAYS) " days, and nobody is held up. " code { "engine doctor" } " looks at the engine itself." }
        } @else {
            p .quiet { "By cause, what needs you first. What is over is told for " (ERRORS_DAYS) " days." }
            @for (at, group) in errors.groups.iter().enumerate() { (card(at, group, &errors.time)) }
        }
        @if errors.more > 0 { p .quiet { "and " (errors.more) " more causes, of fewer people" } }
    }
}

fn card(at: usize, group: &ErrorGroup, now: &str) -> Markup {
    let heading = format!("cause-{at}");
    html! {
        section .card.cause.waits[needs_somebody(group.kind)] aria-labelledby=(heading) data-row {
            h2 #(heading) { (badge(group.kind.word())) " " code { (group.code) } }
            p .lead { (told(&group.means)) "." }
            p { b { "What to do: " } (told(&group.way_out)) "." }
            dl {
                dt { "people" } dd { (count(group.people)) @if group.kind == ErrorKind::Account { " wait for it" } }
                @if !group.campaigns.is_empty() { dt { "campaigns" } dd { @for name in &group.campaigns { a href=(format!("/campaigns/{name}")) { (name) } " " } } }
                @if !group.accounts.is_empty() { dt { "accounts" } dd { @for name in &group.accounts { a href="/accounts" { (name) } " " } } }
                dt { "last" } dd { (moment(&group.last_at, now)) }
                @if let Some(newest) = &group.newest {
                    dt { "newest" }
                    dd { a href=(format!("/contacts/{}", newest.id)) { (newest.name) } @if let Some(step) = &newest.step { " at " code { (step) } } ": " (newest.why) }
                }
            }
            @if let Some(newest) = &group.newest { (mend(group.kind, newest)) }
            @if matches!(group.kind, ErrorKind::Parked | ErrorKind::Broken) && group.people > 1 { p { a href="/contacts?status=parked" { "All who need a person" } } }
        }
    }
}

/// Does it stay until a person does something?
fn needs_somebody(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Parked | ErrorKind::Broken | ErrorKind::Account => true,
        ErrorKind::Letter | ErrorKind::Ended | ErrorKind::Skipped | ErrorKind::Unknown | ErrorKind::Retry => false,
    }
}

/// What the engine has a command for, about the newest of them.
fn mend(kind: ErrorKind, newest: &ErrorExample) -> Markup {
    let id = newest.id.to_string();
    let order = |order, name: &str, is_grave| button(order, &[("id", &id)], name, HERE, is_grave);
    let resolve = |how, name: &str, is_grave| button("resolve", &[("id", &id), ("how", how)], name, HERE, is_grave);
    html! {
        @match kind {
            ErrorKind::Parked => {
                p { "After a look at the chat with " (newest.name) ":" }
                div .row { (resolve("sent", "It was sent", false)) (resolve("again", "Send it again", true)) (resolve("skip", "Skip it", false)) }
            }
            ErrorKind::Broken => div .row { (order("resume", "Try again", false)) (order("stop", "Let them go", true)) },
            ErrorKind::Account | ErrorKind::Letter | ErrorKind::Ended | ErrorKind::Skipped | ErrorKind::Unknown | ErrorKind::Retry => {}
        }
    }
}
