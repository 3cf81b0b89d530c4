//! `POST /webhooks/postpress` (INTERFACE.md §3): who is it, is it whole, is it durable; then 200.
//!
//! The secret is checked before a byte of the body is read. Nothing is understood here.

use crate::runtime::inlet::{Accepted, Inlet};
use crate::server::connections::{self, Limits};
use crate::server::secrets::Secrets;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Where postpress delivers.
pub const PATH: &str = "/webhooks/postpress";
/// The header that carries the secret.
pub const SECRET_HEADER: &str = "postpress-auth";
/// The largest body.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// When there is no room: come again after this many seconds.
const RETRY_AFTER_S: &str = "5";

/// Who may come in by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Whoever holds the secret.
    Secret,
    /// Everybody: it says whether the engine lives, and nothing else.
    Nobody,
}

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub verb: &'static str,
    pub path: &'static str,
    pub guard: Guard,
}

/// Every way in: the router is made of this table, and of nothing else.
pub const ROUTES: [Route; 3] = [
    Route { verb: "POST", path: PATH, guard: Guard::Secret },
    Route { verb: "GET", path: "/healthz", guard: Guard::Nobody },
    Route { verb: "GET", path: "/readyz", guard: Guard::Nobody },
];

/// How patient the receiver is. Real time.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A body has to be there after this long.
    pub body: Duration,
    /// The disk has to have answered; postpress gives up after 30 s.
    pub durable: Duration,
    pub limits: Limits,
}

impl Default for Patience {
    fn default() -> Self {
        Self { body: Duration::from_secs(10), durable: Duration::from_secs(20), limits: Limits::default() }
    }
}

struct Door {
    inlet: Arc<dyn Inlet>,
    secrets: Secrets,
    patience: Patience,
    is_ready: AtomicBool,
}

/// Receives until `shutdown`; requests that are open then still get their answer.
pub async fn serve(listener: TcpListener, inlet: Arc<dyn Inlet>, secrets: Secrets, shutdown: impl Future<Output = ()>) {
    serve_with(listener, inlet, secrets, Patience::default(), shutdown).await;
}

/// The same with other limits.
pub async fn serve_with(
    listener: TcpListener,
    inlet: Arc<dyn Inlet>,
    secrets: Secrets,
    patience: Patience,
    shutdown: impl Future<Output = ()>,
) {
    let door = Arc::new(Door { inlet, secrets, patience, is_ready: AtomicBool::new(true) });
    let served = |route: Route| match (route.guard, route.path) {
        (Guard::Secret, _) => post(receive),
        (Guard::Nobody, "/healthz") => get(async || "alive\n"),
        (Guard::Nobody, _) => get(readyz),
    };
    let router = ROUTES
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, served(route)))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .fallback(async || (StatusCode::NOT_FOUND, "nothing is served here\n"))
        .with_state(Arc::clone(&door));
    let closing = async {
        shutdown.await;
        door.is_ready.store(false, Ordering::Relaxed);
    };
    connections::serve(listener, router, patience.limits, closing).await;
}

async fn readyz(State(door): State<Arc<Door>>) -> Response {
    if door.is_ready.load(Ordering::Relaxed) {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response()
    }
}

async fn receive(State(door): State<Arc<Door>>, request: Request) -> Response {
    if !is_admitted(&door.secrets, request.headers()) {
        return (StatusCode::UNAUTHORIZED, "the header `Postpress-Auth` does not hold the secret\n").into_response();
    }
    match read(request, door.patience.body).await {
        Ok(body) => answer(durable(&door, &body).await),
        Err(response) => response,
    }
}

/// Exactly one header, with one of the secrets.
fn is_admitted(secrets: &Secrets, headers: &HeaderMap) -> bool {
    let mut presented = headers.get_all(SECRET_HEADER).iter();
    match (presented.next(), presented.next()) {
        (Some(one), None) => secrets.admit(one.as_bytes()),
        (None | Some(_), None | Some(_)) => false,
    }
}

/// The whole body, or why not.
async fn read(request: Request, patience: Duration) -> Result<Bytes, Response> {
    let too_large = || (StatusCode::PAYLOAD_TOO_LARGE, "the body exceeds 1 MiB\n").into_response();
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(too_large());
    }
    match tokio::time::timeout(patience, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(fault)) if fault.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "the body broke off\n").into_response()),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the body took too long\n").into_response()),
    }
}

/// Hands the body on and waits for the disk.
async fn durable(door: &Door, body: &[u8]) -> Accepted {
    let (tell, told) = oneshot::channel();
    door.inlet.accept(
        body,
        Box::new(move |accepted| {
            // Nobody waits any more after the time limit below.
            drop(tell.send(accepted));
        }),
    );
    match tokio::time::timeout(door.patience.durable, told).await {
        Ok(Ok(accepted)) => accepted,
        Ok(Err(_)) => Accepted::Failed("the store did not answer".to_owned()),
        Err(_) => Accepted::Full,
    }
}

fn answer(accepted: Accepted) -> Response {
    match accepted {
        Accepted::Durable | Accepted::Duplicate => (StatusCode::OK, "kept\n").into_response(),
        Accepted::Unreadable(why) => (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response(),
        Accepted::Full => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER_S)], "no room now; come again\n").into_response()
        }
        Accepted::Failed(why) => {
            tracing::error!(%why, "a webhook could not be made durable");
            (StatusCode::INTERNAL_SERVER_ERROR, "it could not be kept\n").into_response()
        }
    }
}
