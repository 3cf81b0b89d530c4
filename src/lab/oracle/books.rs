//! Attempts: what the lines of a timeline say became of each call.

use crate::lab::oracle::Story;
use crate::model::journal::{Entry, EntryKind};
use crate::model::time::Timestamp;

/// One call that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub at: Timestamp,
    pub step: String,
    /// From 1, of that visit of the step.
    pub number: u64,
    /// What goes out, if it has a text.
    pub text: Option<String>,
    pub end: End,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Under way.
    Open,
    /// Nobody knows, or a person must say.
    Unknown,
    /// Performed: kind and the provider's id.
    Sent { kind: String, id: String },
    /// Definitely not performed, or proven absent; tried again or given up.
    NotSent,
    /// It was there already, or nobody will ever know: the path went on.
    Passed,
}

/// What a line says beside its kind.
pub fn detail<'a>(entry: &'a Entry, name: &str) -> Option<&'a str> {
    entry.detail.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The attempts of a story, in the order they were begun.
pub fn attempts(story: &Story) -> Vec<Attempt> {
    let mut all: Vec<Attempt> = Vec::new();
    for entry in &story.entries {
        if entry.kind == EntryKind::Intent {
            all.push(Attempt {
                at: entry.at,
                step: entry.step.clone(),
                number: detail(entry, "attempt").and_then(|text| text.parse().ok()).unwrap_or(0),
                text: detail(entry, "text").map(str::to_owned),
                end: End::Open,
            });
            continue;
        }
        let unsettled = |attempt: &&mut Attempt| attempt.step == entry.step && matches!(attempt.end, End::Open | End::Unknown);
        if let Some(end) = end_of(entry)
            && let Some(attempt) = all.iter_mut().rev().find(unsettled)
        {
            attempt.end = end;
        }
    }
    all
}

/// What a line says became of the call before it; none: it says nothing of a call.
fn end_of(entry: &Entry) -> Option<End> {
    let owned = |name: &str| detail(entry, name).unwrap_or_default().to_owned();
    match entry.kind {
        EntryKind::Sent => Some(End::Sent { kind: owned("kind"), id: owned("provider_id") }),
        EntryKind::Failed | EntryKind::Cancelled => Some(End::NotSent),
        EntryKind::Unknown | EntryKind::Parked => Some(End::Unknown),
        EntryKind::Reconciled if detail(entry, "found").is_some() => Some(End::NotSent),
        EntryKind::Skipped => Some(End::Passed),
        EntryKind::Reconciled
        | EntryKind::Enrolled
        | EntryKind::Started
        | EntryKind::Event
        | EntryKind::Decision
        | EntryKind::Intent
        | EntryKind::Timer
        | EntryKind::Paused
        | EntryKind::Resumed
        | EntryKind::Notified
        | EntryKind::Changed
        | EntryKind::Ended
        | EntryKind::Moved => None,
    }
}
