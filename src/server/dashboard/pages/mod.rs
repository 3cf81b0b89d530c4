//! Pages for people: rendered here, whole without a script; the script only fetches them again when something happened.
//!
//! What a person or a campaign wrote is escaped by type (`maud`): no page builds markup out of text.

mod accounts;
mod ahead;
mod arms;
mod campaign;
mod chart;
mod contact;
mod contacts;
mod doing;
mod errors;
mod events;
mod graph;
mod inbox;
mod layout;
pub mod login;
mod overview;
mod reply;
mod settings;
mod words;

use crate::server::dashboard::problem::problem;
use crate::server::dashboard::routes::Routes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("live.js");

/// Adds the pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .open("/style.css", "the style", async || asset("text/css; charset=utf-8", STYLE))
        .open("/live.js", "the script", async || asset("text/javascript; charset=utf-8", SCRIPT))
        .open("/login", "asks for the token", login::page)
        .open_post("/login", "takes the token", login::enter)
        .read("/", "Overview", overview::page)
        .read("/campaigns/{name}", "A campaign", campaign::page)
        .read("/contacts", "Contacts", contacts::page)
        .read("/contacts/{id}", "A contact", contact::page)
        .read("/inbox", "Inbox", inbox::page)
        .read("/accounts", "Accounts", accounts::page)
        .read("/errors", "Errors", errors::page)
        .read("/events", "Events", events::page)
        .read("/settings", "Settings", settings::page)
        .act("/do", "a form of a page", doing::act)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300")], text).into_response()
}

/// What no route serves.
pub async fn nowhere(request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return problem(StatusCode::NOT_FOUND, "there is no such thing", "see /openapi.json for what there is");
    }
    layout::message(StatusCode::NOT_FOUND, "There is no such page", "The overview leads everywhere.")
}
