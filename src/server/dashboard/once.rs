//! Requests that carry an `Idempotency-Key`: the second of two with the same key is answered as the first was, and does
//! nothing.

use axum::http::HeaderMap;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Keys remembered: a caller tries again within minutes, not after a thousand other requests.
pub const KEYS_MAX: usize = 1_024;
/// Longer keys are none.
pub const KEY_BYTES_MAX: usize = 128;

/// What was answered to the newest keys.
#[derive(Default)]
pub struct Once(Mutex<VecDeque<(String, Result<Value, String>)>>);

impl Once {
    /// The key of a request, made one with what it asks for.
    pub fn key(headers: &HeaderMap, what: &str) -> Option<String> {
        let key = headers.get("idempotency-key")?.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_BYTES_MAX)?;
        Some(format!("{what} {key}"))
    }

    /// What was answered to that key.
    pub fn answered(&self, key: &str) -> Option<Result<Value, String>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().find(|(known, _)| known == key).map(|(_, answer)| answer.clone())
    }

    /// Remembers an answer.
    pub fn remember(&self, key: String, answer: Result<Value, String>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= KEYS_MAX {
            held.pop_front();
        }
        held.push_back((key, answer));
    }
}
