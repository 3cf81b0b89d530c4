//! One request, one answer: URLs, headers, time limits, size limits, and which failures leave a doubt.

use crate::connector::contract::{Refusal, Verdict};
use crate::connector::postpress::client::{BadSettings, Settings};
use crate::connector::postpress::errors::{Answered, Kind, date_header, not_sent, refused, undecided};
use crate::model::time::Timestamp;
use reqwest::header::{ACCEPT, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use url::{Host, Url};

/// A page of 250 messages of the longest kind is below 4 MiB.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What is read of a refusal.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;
/// Idle connections are given up before common servers (5 s) close them, so that no send meets a connection that is
/// just being closed.
const IDLE: Duration = Duration::from_secs(4);
/// An HTTP date is cut to whole seconds: on average it is this much late.
const DATE_CUT_MS: i64 = 500;
/// No answer has carried a date yet.
const NO_DATE: i64 = i64::MIN;

/// Carries requests to one base URL with one key.
pub struct Transport {
    http: reqwest::Client,
    base: Url,
    key: SecretString,
    whole: Duration,
    whole_with_files: Duration,
    wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ahead_ms: AtomicI64,
}

/// A request, before it is one.
pub struct Ask {
    pub kind: Kind,
    pub method: Method,
    /// Unencoded segments below the base URL.
    pub path: Vec<String>,
    pub query: Vec<(&'static str, String)>,
    pub body: Body,
    pub idempotency_key: Option<String>,
}

/// What is sent along.
pub enum Body {
    Nothing,
    Json(Value),
    Form { form: reqwest::multipart::Form, has_files: bool },
}

impl Transport {
    /// Prepares a client; sends nothing.
    pub fn new(settings: Settings) -> Result<Self, BadSettings> {
        // Whoever was first decided; ours is the only provider compiled in.
        drop(rustls::crypto::ring::default_provider().install_default());
        let base = base_url(&settings.base_url)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert("x-api-key", key_header(&settings.key)?);
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent(concat!("campaign-engine/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(settings.connect)
            .pool_idle_timeout(IDLE);
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|fault| BadSettings::Client { because: fault.to_string() })?;
        let Settings { key, whole, whole_with_files, wall, .. } = settings;
        Ok(Self { http, base, key, whole, whole_with_files, wall, ahead_ms: AtomicI64::new(NO_DATE) })
    }

    /// How far the provider's clock is ahead, in milliseconds.
    pub fn clock_ahead_ms(&self) -> Option<i64> {
        Some(self.ahead_ms.load(Ordering::Relaxed)).filter(|ahead| *ahead != NO_DATE)
    }

    /// Surely nothing was done, and it never will be.
    pub fn never(&self, code: &str, detail: &str) -> Refusal {
        not_sent(Verdict::Never, code, detail, &self.key)
    }

    /// A 2xx that lacks what it must have.
    pub fn doubtful(&self, kind: Kind, code: &str, detail: &str) -> Refusal {
        undecided(kind, None, code, detail, &self.key)
    }

    /// Sends one request. A 2xx without a JSON body is `Value::Null`.
    pub async fn send(&self, ask: Ask) -> Result<Value, Refusal> {
        let kind = ask.kind;
        let request = self.request(ask)?;
        let response = self.http.execute(request).await.map_err(|fault| self.failed(kind, fault))?;
        let answered_at = self.note_date(response.headers());
        let status = response.status();
        if !status.is_success() {
            return Err(self.refused(kind, status, answered_at, response).await);
        }
        let body = read_up_to(response, ANSWER_BYTES_MAX).await.map_err(|fault| self.failed(kind, fault))?;
        if body.len() > ANSWER_BYTES_MAX {
            return Err(undecided(kind, Some(status.as_u16()), "answer_too_large", "the answer exceeds 8 MiB", &self.key));
        }
        Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    fn request(&self, ask: Ask) -> Result<reqwest::Request, Refusal> {
        let url = self.url(&ask)?;
        let has_files = matches!(ask.body, Body::Form { has_files: true, .. });
        let whole = if has_files { self.whole_with_files } else { self.whole };
        let mut builder = self.http.request(ask.method, url).timeout(whole);
        builder = match ask.body {
            Body::Nothing => builder,
            Body::Json(value) => builder.json(&value),
            Body::Form { form, .. } => builder.multipart(form),
        };
        if let Some(key) = ask.idempotency_key {
            builder = builder.header("Idempotency-Key", key);
        }
        builder.build().map_err(|fault| self.never("unbuildable_request", &fault.without_url().to_string()))
    }

    /// The URL below the base. A segment that would change the path's shape is no id of anybody.
    fn url(&self, ask: &Ask) -> Result<Url, Refusal> {
        let mut url = self.base.clone();
        if ask.path.iter().any(|segment| matches!(segment.as_str(), "" | "." | "..")) {
            return Err(self.never("invalid_identifier", "an id is empty or made of dots"));
        }
        match url.path_segments_mut() {
            Ok(mut segments) => {
                segments.extend(&ask.path);
            }
            Err(()) => return Err(self.never("invalid_identifier", "the base URL has no path")),
        }
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        Ok(url)
    }

    /// Keeps the provider's clock against ours; says when the answer was given.
    fn note_date(&self, headers: &HeaderMap) -> Timestamp {
        let now = (self.wall)();
        let date = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(date_header);
        if let Some(date) = date {
            self.ahead_ms.store(date.plus_ms(DATE_CUT_MS).since_ms(now), Ordering::Relaxed);
        }
        date.unwrap_or(now)
    }

    async fn refused(&self, kind: Kind, status: StatusCode, at: Timestamp, response: Response) -> Refusal {
        let header = response.headers().get(RETRY_AFTER).and_then(|header| header.to_str().ok()).map(str::to_owned);
        // The status alone already decides; a body that breaks off only loses the words.
        let body = read_up_to(response, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        let answered = Answered { status: status.as_u16(), body: &body, retry_after: header.as_deref(), at };
        refused(kind, answered, &self.key)
    }

    /// No connection: nothing was sent. Anything later: some of it may have arrived.
    fn failed(&self, kind: Kind, fault: reqwest::Error) -> Refusal {
        let detail = detail_of(&fault);
        if fault.is_connect() {
            return not_sent(Verdict::Later { after_s: None }, "unreachable", &detail, &self.key);
        }
        let code = if fault.is_timeout() { "timeout" } else { "connection_reset" };
        undecided(kind, None, code, &detail, &self.key)
    }
}

/// The innermost cause says most; the URL says ids and is left out.
fn detail_of(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The body, cut one chunk after the limit.
async fn read_up_to(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > bytes_max {
            break;
        }
    }
    Ok(body)
}

/// The base with its path's slashes in order. Plain HTTP would show the key on the way; only loopback may have it.
fn base_url(written: &str) -> Result<Url, BadSettings> {
    let bad = |because: &str| BadSettings::Url { url: written.to_owned(), because: because.to_owned() };
    let mut url = Url::parse(written.trim()).map_err(|fault| bad(&fault.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad("it must begin with `https://`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadSettings::Url { url: "…".to_owned(), because: "it must hold no user name or password".to_owned() });
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(BadSettings::Plain { url: written.to_owned() });
    }
    let segments: Vec<String> = url.path().split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    url.set_path(&segments.join("/"));
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty();
    }
    url.set_fragment(None);
    Ok(url)
}

/// Does it stay on this machine?
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn key_header(key: &SecretString) -> Result<HeaderValue, BadSettings> {
    let key = key.expose_secret();
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) {
        return Err(BadSettings::Key);
    }
    let mut header = HeaderValue::from_str(key).map_err(|_| BadSettings::Key)?;
    header.set_sensitive(true);
    Ok(header)
}
