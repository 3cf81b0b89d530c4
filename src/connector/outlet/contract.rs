//! What the runtime sees of systems of the user's own: a letter goes out, or does not arrive.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What came of posting a letter, later.
pub type Posted = Pin<Box<dyn Future<Output = Result<Receipt, Undelivered>> + Send>>;

/// The way out to systems of the user's own: webhooks, notifications, a classifier. Never postpress, never a contact.
pub trait Outlet: Send + Sync {
    /// Posts once, signed where there is a key. Never repeats, never follows a redirection.
    fn post(&self, letter: Letter) -> Posted;
}

/// A body for a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub url: String,
    /// The same at every attempt: by it a receiver knows what it has already got.
    pub id: String,
    /// JSON text.
    pub body: String,
    /// The whole request.
    pub wait: Duration,
}

/// It was taken: a 2xx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub status: u16,
    /// What was answered; at most 64 KiB, more counts as unreadable.
    pub body: String,
}

/// It was not taken, or nobody knows: a receiver may get a letter twice, and knows it by its id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}", detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default())]
pub struct Undelivered {
    /// May the same letter be posted again?
    pub is_final: bool,
    /// So many seconds later, if the receiver says so.
    pub after_s: Option<u32>,
    /// A word: `timeout`, `http_503`, `private_address` …
    pub code: String,
    /// For people; scrubbed, at most 200 characters.
    pub detail: Option<String>,
}

impl Undelivered {
    /// Not now; the same later.
    pub fn for_now(code: &str, detail: &str) -> Self {
        Self { is_final: false, after_s: None, code: code.to_owned(), detail: some(detail) }
    }

    /// Never in this form.
    pub fn for_good(code: &str, detail: &str) -> Self {
        Self { is_final: true, after_s: None, code: code.to_owned(), detail: some(detail) }
    }
}

fn some(detail: &str) -> Option<String> {
    (!detail.is_empty()).then(|| detail.to_owned())
}

/// No way out: for commands on a store that no engine runs on, and for worlds without an outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct Closed;

impl Outlet for Closed {
    fn post(&self, _: Letter) -> Posted {
        Box::pin(std::future::ready(Err(Undelivered::for_now("no_way_out", "nothing leaves from here"))))
    }
}
