//! The way of webhooks from the sandbox to the engine: passes each on, and writes down whether it was answered 200.

use crate::lab::LabFault;
use crate::lab::rig::told;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;

/// What deliveries carry.
pub const SECRET: &str = "a-secret-of-the-lab";
/// An engine that does not answer a webhook for so long is dead.
const PATIENCE: Duration = Duration::from_secs(25);

/// The deliveries so far.
#[derive(Clone)]
pub struct Hooks {
    at: SocketAddr,
    to: SocketAddr,
    kept: Arc<Mutex<Vec<String>>>,
    http: reqwest::Client,
}

impl Hooks {
    /// Listens at one address and passes every delivery on to the other.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(at: SocketAddr, to: SocketAddr) -> Result<Self, LabFault> {
        let listener = TcpListener::bind(at).await.map_err(told(format!("cannot listen on {at}")))?;
        // Somebody else may have chosen a provider of cryptography already; any will do.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().map_err(told("no HTTP client"))?;
        let hooks = Self { at, to, kept: Arc::default(), http };
        let router = Router::new().route("/webhooks/postpress", post(pass_on)).with_state(hooks.clone());
        // It ends with the lab.
        tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(hooks)
    }

    /// Where the far side delivers.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// The bodies that were answered 200.
    pub fn acknowledged(&self) -> Vec<String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Delivers a body as the far side would. Tells the answer's status; none: nobody answered.
    pub async fn deliver(&self, headers: HeaderMap, body: Bytes) -> Option<u16> {
        let url = format!("http://{}/webhooks/postpress", self.to);
        let answer = self.http.post(url).headers(headers).body(body.clone()).send().await.ok()?;
        let status = answer.status().as_u16();
        if status == 200 {
            let body = String::from_utf8_lossy(&body).into_owned();
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(body);
        }
        Some(status)
    }
}

async fn pass_on(State(hooks): State<Hooks>, mut headers: HeaderMap, body: Bytes) -> StatusCode {
    headers.remove("host");
    headers.remove("content-length");
    let status = hooks.deliver(headers, body).await;
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_GATEWAY)
}
