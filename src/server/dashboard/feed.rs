//! `GET /api/v1/events`: every line of every timeline as it is written, as server-sent events.
//!
//! Each event's id is the line's number since the engine started. A looker that comes back with `Last-Event-ID` gets what
//! it missed, as far as that is kept; else an event `reset`, after which it had better ask anew. Streams share what is asked
//! of the store (`told`): many cost little more than one.

use crate::runtime::pulse::LINES_KEPT_MAX;
use crate::server::dashboard::Front;
use crate::server::dashboard::problem::problem;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// Between two looks at what happened.
const LOOK: Duration = Duration::from_millis(250);
/// Looks without news after which a sign of life is sent.
const LOOKS_A_SIGN: u32 = 60;
/// Streams at once: a team with several windows each.
pub const STREAMS_MAX: usize = 128;
/// Pieces that wait for a slow looker; then its stream ends, and it comes back for the rest.
const PIECES_MAX: usize = 64;

/// The stream.
pub async fn feed(State(front): State<Arc<Front>>, headers: HeaderMap) -> Response {
    let Ok(place) = Arc::clone(&front.streams).try_acquire_owned() else {
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many streams",
            "close a window of the dashboard, or ask again later",
        );
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    let (tell, told) = mpsc::channel(PIECES_MAX);
    tokio::spawn(follow(front, last, tell, place));
    let kinds = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (kinds, Body::new(Pieces(told))).into_response()
}

async fn follow(front: Arc<Front>, last: Option<u64>, tell: mpsc::Sender<Bytes>, _place: OwnedSemaphorePermit) {
    let now = front.pulse.next();
    let mut next = last.map_or(now, |last| last.saturating_add(1));
    let mut hello = "retry: 1000\n: here is what happens\n\n".to_owned();
    if next > now || now - next > LINES_KEPT_MAX as u64 {
        hello.push_str("event: reset\ndata: {}\n\n");
        next = now;
    }
    let mut quiet = 0;
    let mut piece = Some(Bytes::from(hello));
    loop {
        if let Some(piece) = piece.take()
            && tell.try_send(piece).is_err()
        {
            return;
        }
        tokio::time::sleep(LOOK).await;
        if tell.is_closed() {
            return;
        }
        quiet += 1;
        if front.pulse.next() != next {
            let Some((news, after)) = front.told.since(&front, next).await else { return };
            next = after;
            (piece, quiet) = (Some(Bytes::from(news.concat())), 0);
        } else if quiet >= LOOKS_A_SIGN {
            (piece, quiet) = (Some(Bytes::from_static(b": still here\n\n")), 0);
        }
    }
}

/// The pieces of a stream as a body.
struct Pieces(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|bytes| Ok(hyper::body::Frame::data(bytes))))
    }
}
