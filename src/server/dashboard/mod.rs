//! The second listener (INTERFACE.md §3): pages for people, the API behind them, live events, metrics.
//!
//! Everything it shows and does goes through `runtime::ask::Ask`, as the command line's questions do: the numbers cannot
//! differ. It keeps nothing, asks no third party, and no GET changes anything. Start at [`router`].

pub mod access;
pub mod act;
pub mod api;
pub mod documents;
pub mod feed;
pub mod metrics;
pub mod once;
pub mod openapi;
pub mod orders;
pub mod pages;
pub mod problem;
pub mod routes;
pub mod token;
pub mod told;
pub mod wire;

use crate::runtime::ask::Ask;
use crate::runtime::pulse::Pulse;
use crate::server::connections::{self, Limits};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use once::Once;
use routes::{Route, Routes};
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use token::Keys;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use told::Told;

/// The largest body: an event's data, the text of an answer.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Questions answered at once; each may hold a thread for as long as the store takes.
pub const QUESTIONS_MAX: usize = 16;

/// What the dashboard stands on.
pub struct Front {
    ask: Arc<dyn Ask>,
    pulse: Arc<Pulse>,
    keys: Keys,
    /// Names, beside addresses and `localhost`, under which it may be asked.
    hosts: Vec<String>,
    questions: Semaphore,
    streams: Arc<Semaphore>,
    /// What goes down the streams.
    told: Told,
    /// Answers to requests that may come twice.
    once: Once,
    routes: std::sync::OnceLock<Vec<Route>>,
}

impl Front {
    /// A dashboard over whatever answers.
    pub fn new(ask: Arc<dyn Ask>, pulse: Arc<Pulse>, keys: Keys, hosts: Vec<String>) -> Self {
        let questions = Semaphore::new(QUESTIONS_MAX);
        let streams = Arc::new(Semaphore::new(feed::STREAMS_MAX));
        Self {
            ask,
            pulse,
            keys,
            hosts,
            questions,
            streams,
            told: Told::default(),
            once: Once::default(),
            routes: std::sync::OnceLock::new(),
        }
    }

    /// Asks, on a thread that may wait. The error is a sentence.
    pub async fn ask(&self, verb: &'static str, arguments: Value) -> Result<Value, String> {
        let gone = || "the engine is stopping".to_owned();
        let _turn = self.questions.acquire().await.map_err(|_| gone())?;
        let ask = Arc::clone(&self.ask);
        tokio::task::spawn_blocking(move || ask.ask(verb, arguments))
            .await
            .map_err(|_| "the engine failed at this; its log says why".to_owned())?
    }

    /// Every route, as it was added.
    pub fn routes(&self) -> &[Route] {
        self.routes.get().map_or(&[], Vec::as_slice)
    }
}

/// The whole of it.
pub fn router(front: &Arc<Front>) -> Router {
    let routes = pages::routes(orders::routes(api::routes(Routes::new(front))));
    let (router, list) = routes.finish();
    // A front has one router; a second one serves the same.
    drop(front.routes.set(list));
    router.layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Serves until `shutdown`.
pub async fn serve(listener: TcpListener, front: Arc<Front>, shutdown: impl Future<Output = ()>) {
    connections::serve(listener, router(&front), Limits::default(), shutdown).await;
}
