//! Requests that carry an `Idempotency-Key`: the second of two with the same key is answered as the first was, and does
//! nothing; while the first is being carried out it is told so.

use crate::server::dashboard::act::Refused;
use axum::http::HeaderMap;
use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Keys remembered: a caller tries again within minutes, not after a thousand other requests.
pub const KEYS_MAX: usize = 1_024;
/// Longer keys are refused: one that was passed over would do a thing twice.
pub const KEY_BYTES_MAX: usize = 128;

/// What was answered to the newest keys, and what is being carried out.
#[derive(Default)]
pub struct Once(Mutex<Held>);

#[derive(Default)]
struct Held {
    answers: VecDeque<(String, Result<Value, Refused>)>,
    /// As many as there are requests at once.
    underway: HashSet<String>,
}

/// What a key means for the request that carries it.
pub enum Meaning {
    /// Nobody asked with it before; from now on it is under way, until `end`.
    New,
    /// The same was asked and is being carried out.
    Underway,
    /// The same was asked, and this was the answer.
    Answered(Result<Value, Refused>),
}

impl Once {
    /// The key of a request, made one with what it asks for. The error is a sentence.
    pub fn key(headers: &HeaderMap, what: &str) -> Result<Option<String>, String> {
        let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
        let is_fit = |key: &&str| (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        match key.to_str().ok().filter(is_fit) {
            Some(key) => Ok(Some(format!("{what} {key}"))),
            None => Err(format!("an `Idempotency-Key` is 1 to {KEY_BYTES_MAX} letters, digits and signs, without spaces")),
        }
    }

    /// What that key means now.
    pub fn begin(&self, key: &str) -> Meaning {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = held.answers.iter().find(|(known, _)| known == key).map(|(_, answer)| answer.clone());
        match before {
            Some(answer) => Meaning::Answered(answer),
            None if held.underway.insert(key.to_owned()) => Meaning::New,
            None => Meaning::Underway,
        }
    }

    /// Remembers an answer. What failed may go well the next time.
    pub fn end(&self, key: String, answer: &Result<Value, Refused>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.underway.remove(&key);
        if matches!(answer, Err(Refused::Failed(_))) {
            return;
        }
        if held.answers.len() >= KEYS_MAX {
            held.answers.pop_front();
        }
        held.answers.push_back((key, answer.clone()));
    }
}
