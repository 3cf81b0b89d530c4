//! Webhooks: who wants to hear what, and what waits to be told. No network here: `http/courier` delivers.

use crate::model::time::{DAY_MS, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// How long what has been told is kept, to be told again after a restart or a reconnection.
pub const KEPT_MS: i64 = 2 * DAY_MS;

/// A registered webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    pub id: String,
    pub name: Option<String>,
    pub source: String,
    pub request_url: String,
    pub format: String,
    pub is_enabled: bool,
    /// Empty: all accounts.
    pub account_ids: Vec<String>,
    pub headers: Vec<Header>,
    pub events: Vec<String>,
    /// Key of the payload and the name it shall have; empty: all under their own.
    pub data: Vec<Renamed>,
}

/// Sent with every delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub key: String,
    pub value: String,
}

/// An entry of `data`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    pub name: String,
    pub key: String,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    pub account: String,
    pub what: What,
    /// To how many deliveries it comes: 0 is lost, 2 is told twice.
    pub copies: u8,
}

/// What is told.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An event of the messaging source about a message.
    Message {
        event: &'static str,
        message: String,
        /// Of `message_reaction`: emoji and key of whoever left it.
        reaction: Option<(String, String)>,
    },
    /// Key of the new relation.
    Relation { person: String },
    /// The word of `AccountStatus`.
    Status { word: String },
}

impl What {
    /// The source of webhooks that tell it.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Message { .. } => "messaging",
            Self::Relation { .. } => "users",
            Self::Status { .. } => "account_status",
        }
    }

    /// The event's name as webhooks subscribe to it.
    pub fn event(&self) -> String {
        match self {
            Self::Message { event, .. } => (*event).to_owned(),
            Self::Relation { .. } => "new_relation".to_owned(),
            Self::Status { word } => word.to_lowercase(),
        }
    }
}

/// One request to one webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub url: String,
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
}

/// What waits and who listens.
#[derive(Debug, Default)]
pub struct Outbox {
    pub webhooks: Vec<Webhook>,
    pub webhook_count: u64,
    waiting: BTreeMap<(Timestamp, u64), Event>,
    count: u64,
    /// Of those, what no call caused, since the last `weather`.
    fresh: Vec<(Timestamp, u64)>,
    told: VecDeque<Event>,
    /// When the world was rebuilt from its ledger: webhooks registered after that hear the last days again.
    pub rebuilt_at: Option<Timestamp>,
    heard_again: Vec<(String, String)>,
    /// How the webhooks of the call under way are changed by a fault.
    pub twist: Twist,
}

/// What faults do to webhooks of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twist {
    pub copies: u8,
    pub late_ms: i64,
}

impl Default for Twist {
    fn default() -> Self {
        Self { copies: 1, late_ms: 0 }
    }
}

impl Webhook {
    /// Does it want to hear that?
    pub fn wants(&self, event: &Event) -> bool {
        self.is_enabled
            && self.source == event.what.source()
            && (self.account_ids.is_empty() || self.account_ids.contains(&event.account))
            && self.events.contains(&event.what.event())
    }

    /// The body of a delivery: trimmed and renamed by `data`, JSON or a form.
    pub fn body(&self, payload: &Value) -> Vec<u8> {
        let mut value = payload.clone();
        if !self.data.is_empty() {
            value = self.data.iter().filter_map(|entry| Some((entry.name.clone(), payload.get(&entry.key)?.clone()))).collect();
        }
        if self.format != "form" {
            return value.to_string().into_bytes();
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in value.as_object().into_iter().flatten() {
            form.append_pair(key, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        form.finish().into_bytes()
    }
}

impl Outbox {
    /// Lets something be told at `tell_at` (later by a fault's delay).
    pub fn push(&mut self, tell_at: Timestamp, mut event: Event) {
        event.copies = self.twist.copies;
        self.count += 1;
        let place = (tell_at.plus_ms(self.twist.late_ms), self.count);
        if self.twist == Twist::default() {
            self.fresh.push(place);
        }
        self.waiting.insert(place, event);
    }

    /// Lets faults befall what came to be told since the last time and was not twisted yet.
    pub fn weather(&mut self, mut twist: impl FnMut(&Event) -> Twist) {
        for place in std::mem::take(&mut self.fresh) {
            let Some(event) = self.waiting.get(&place) else { continue };
            let twist = twist(event);
            if twist != Twist::default()
                && let Some(mut event) = self.waiting.remove(&place)
            {
                event.copies = twist.copies;
                self.waiting.insert((place.0.plus_ms(twist.late_ms), place.1), event);
            }
        }
    }

    /// What is due at `now`, oldest first; messages of accounts for which `is_silent` holds go on waiting.
    pub fn take(&mut self, now: Timestamp, is_silent: impl Fn(&str) -> bool) -> Vec<Event> {
        let due: Vec<(Timestamp, u64)> = self.waiting.range(..=(now, u64::MAX)).map(|(key, _)| *key).collect();
        let mut out = Vec::new();
        for key in due {
            let is_held = |event: &Event| matches!(event.what, What::Message { .. }) && is_silent(&event.account);
            if self.waiting.get(&key).is_some_and(is_held) {
                continue;
            }
            out.extend(self.waiting.remove(&key));
        }
        self.told.extend(out.iter().cloned());
        while self.told.front().is_some_and(|event| now.since_ms(event.at) > KEPT_MS) {
            self.told.pop_front();
        }
        out
    }

    /// Lets everything that happened at `now` be told now.
    pub fn hurry(&mut self, now: Timestamp) {
        let late: Vec<(Timestamp, u64)> = self.waiting.iter().filter(|(_, event)| event.at == now).map(|(key, _)| *key).collect();
        for (at, count) in late {
            if let Some(event) = self.waiting.remove(&(at, count)) {
                self.waiting.insert((now, count), event);
            }
        }
    }

    /// When the next thing after `now` is to be told; what is held back earlier does not count.
    pub fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.waiting.range((now, u64::MAX)..).next().map(|((at, _), _)| *at)
    }

    /// After a rebuild, what the first webhook of a source and URL should hear again: the last two days.
    pub fn heard_again(&mut self, webhook: &Webhook, now: Timestamp) -> Vec<Event> {
        let place = (webhook.source.clone(), webhook.request_url.clone());
        if self.rebuilt_at.is_none() || self.heard_again.contains(&place) {
            return Vec::new();
        }
        self.heard_again.push(place);
        self.told.iter().filter(|event| now.since_ms(event.at) <= KEPT_MS && webhook.wants(event)).cloned().collect()
    }
}
