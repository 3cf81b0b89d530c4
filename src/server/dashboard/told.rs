//! The newest events as they go down every stream: asked for and written once, however many look on.

use crate::runtime::pulse::LINES_KEPT_MAX;
use crate::server::dashboard::Front;
use axum::body::Bytes;
use serde_json::{Value, json};
use std::collections::VecDeque;
use tokio::sync::Mutex;

/// What was written last.
#[derive(Default)]
pub struct Told(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// A line's number, and its event.
    events: VecDeque<(u64, Bytes)>,
    /// All lines from here to `next` were asked for; who is gone has none.
    first: u64,
    next: u64,
}

impl Told {
    /// The events from that line on, and the number to ask with next. Whoever asks first asks for all; the others wait for the
    /// same. None: the engine is stopping.
    pub async fn since(&self, front: &Front, from: u64) -> Option<(Vec<Bytes>, u64)> {
        let mut kept = self.0.lock().await;
        // Older than what is kept, or far behind where nobody looked on: it begins anew where this one looks.
        let is_beyond = from > kept.next && (kept.events.is_empty() || from - kept.next > LINES_KEPT_MAX as u64);
        if from < kept.first || is_beyond {
            *kept = Kept { events: VecDeque::new(), first: from, next: from };
        }
        if kept.next != front.pulse.next() {
            let lines = front.ask("lines", json!({ "after": kept.next })).await.ok()?;
            kept.next = lines.get("next").and_then(Value::as_u64).unwrap_or(kept.next);
            let lines = lines.get("lines").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            kept.events.extend(lines.iter().map(event));
            kept.shorten();
        }
        let news = kept.events.iter().filter(|(number, _)| *number >= from).map(|(_, event)| event.clone()).collect();
        Some((news, kept.next))
    }
}

impl Kept {
    /// Keeps as many lines as the pulse does.
    fn shorten(&mut self) {
        self.first = self.first.max(self.next.saturating_sub(LINES_KEPT_MAX as u64));
        while self.events.front().is_some_and(|(number, _)| *number < self.first) {
            self.events.pop_front();
        }
    }
}

fn event(line: &Value) -> (u64, Bytes) {
    let kind = line.get("kind").and_then(Value::as_str).unwrap_or("line");
    let number = line.get("number").and_then(Value::as_u64).unwrap_or_default();
    // A document in one line: JSON escapes line ends.
    (number, Bytes::from(format!("id: {number}\nevent: {kind}\ndata: {line}\n\n")))
}
