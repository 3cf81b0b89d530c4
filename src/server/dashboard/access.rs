//! Who may see and do what: the token or the browser's session, a host name that is ours, and for whatever changes
//! something a page of ours as its origin.
//!
//! Every route names its [`Role`] where it is added; there is no other way in (`routes::Routes`).

use crate::server::dashboard::Front;
use crate::server::dashboard::problem::{is_api, problem};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::net::IpAddr;
use std::sync::Arc;

/// The cookie that holds a session.
pub const COOKIE: &str = "engine_session";

/// What a request has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Nothing: health, style and script, the page that asks for the token.
    Anybody,
    /// The token or a session.
    Reader,
    /// The same, and that it comes from no foreign page.
    Operator,
}

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Token,
    Session,
}

/// For routes of readers.
pub async fn reader(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    check(front, Role::Reader, request, next).await
}

/// For routes of operators.
pub async fn operator(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    check(front, Role::Operator, request, next).await
}

/// For every route: a host name that is ours, and headers that keep a browser from doing anything else with what it gets.
pub async fn everybody(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let host = host_of(request.headers(), request.uri());
    let is_health = request.uri().path() == "/healthz";
    if !is_health && !host.is_some_and(|host| is_ours(&front.hosts, host)) {
        let response = problem(
            StatusCode::MISDIRECTED_REQUEST,
            "no host of ours",
            "the name in the address is not one this engine answers to; use its address, or name the host with `ENGINE_DASHBOARD_HOST`",
        );
        return guarded(response);
    }
    guarded(next.run(request).await)
}

async fn check(front: Arc<Front>, role: Role, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let shown = shown(&front, headers);
    if shown == Shown::Nothing {
        let wants_page = headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html") && !is_api(request.uri().path()));
        return if wants_page {
            super::pages::login::ask(StatusCode::UNAUTHORIZED, None)
        } else {
            let answer = problem(
                StatusCode::UNAUTHORIZED,
                "who are you",
                "send `Authorization: Bearer TOKEN`; the token stands in the data directory",
            );
            ([(header::WWW_AUTHENTICATE, "Bearer")], answer).into_response()
        };
    }
    if role == Role::Operator && !is_from_here(headers, request.uri(), shown) {
        return problem(
            StatusCode::FORBIDDEN,
            "a foreign page",
            "what changes something has to come from a page of this engine, or with the token in `Authorization`",
        );
    }
    next.run(request).await
}

fn shown(front: &Front, headers: &HeaderMap) -> Shown {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if let Some(presented) = bearer {
        // Somebody who shows a wrong token is nobody, whatever else they show.
        return if front.keys.admits(presented.trim()) { Shown::Token } else { Shown::Nothing };
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut sessions =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    if sessions.any(|session| front.keys.admits_session(session)) { Shown::Session } else { Shown::Nothing }
}

/// A browser says where a request comes from; a program with the token need not.
fn is_from_here(headers: &HeaderMap, uri: &Uri, shown: Shown) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return shown == Shown::Token };
    let there = origin.split_once("://").map(|(_, host)| host);
    there.is_some() && there == host_of(headers, uri)
}

fn host_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(one), None) => one.to_str().ok(),
        (None, _) => uri.authority().map(axum::http::uri::Authority::as_str),
        (Some(_), Some(_)) => None,
    }
}

/// An address, `localhost`, or a name that was given. A name that somebody else can point here (DNS rebinding) is none.
fn is_ours(named: &[String], host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok() || name == "localhost" || named.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

const GUARDS: [(header::HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
