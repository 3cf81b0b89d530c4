//! How a browser comes in: the token once, then a cookie that is derived from it.

use crate::server::dashboard::Front;
use crate::server::dashboard::access::COOKIE;
use crate::server::dashboard::pages::layout::outside;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::html;
use serde::Deserialize;
use std::sync::Arc;

/// A browser is known for a month.
const SESSION_S: u32 = 30 * 24 * 60 * 60;

/// What is presented.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Presented {
    token: String,
}

/// `GET /login?token=…`, as the engine prints it; without a token it asks for one. Changes nothing but the browser's cookie.
pub async fn page(State(front): State<Arc<Front>>, Query(presented): Query<Presented>) -> Response {
    if presented.token.is_empty() { ask(StatusCode::OK, None) } else { admit(&front, &presented.token) }
}

/// The form.
pub async fn enter(State(front): State<Arc<Front>>, Form(presented): Form<Presented>) -> Response {
    admit(&front, &presented.token)
}

fn admit(front: &Front, token: &str) -> Response {
    if !front.keys.admits(token.trim()) {
        return ask(StatusCode::UNAUTHORIZED, Some("That is not the token."));
    }
    // A page of our own leads on, not a redirect: a strict cookie is not sent along a way that began elsewhere, and the
    // token leaves the address.
    let body = html! {
        meta http-equiv="refresh" content="0; url=/";
        section .card.narrow { h1 { "Welcome" } p { a href="/" { "To the overview" } } }
    };
    let mut response = outside(StatusCode::OK, "Welcome", &body);
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={SESSION_S}; HttpOnly; SameSite=Strict", front.keys.session());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Asks for the token.
pub fn ask(status: StatusCode, fault: Option<&str>) -> Response {
    let body = html! {
        section .card.narrow {
            h1 { "engine" }
            p { "This dashboard opens with the token that " code { "engine run" } " printed when it first started. It stands in " code { ".engine/dashboard.token" } "." }
            @if let Some(fault) = fault { p .fault role="alert" { (fault) } }
            form method="post" action="/login" {
                label for="token" { "Token" }
                input #token name="token" type="password" autocomplete="current-password" required autofocus;
                button type="submit" .main { "Open" }
            }
        }
    };
    outside(status, "Token", &body)
}
