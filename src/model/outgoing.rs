//! Letters to people and systems of the user's own, and tasks for them: durable until they have arrived, or are settled.

use crate::model::event::Verdict;
use crate::model::id::{ContactId, EffectKey, TaskId};
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A letter that has not arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Drawn from what it is about: the same when the same is written twice.
    pub row: u64,
    pub kind: LetterKind,
    pub url: String,
    /// By which the receiver knows it: the same at every attempt.
    pub id: String,
    /// JSON text, as it is signed and sent.
    pub body: String,
    pub made_at: Timestamp,
    /// Whose timeline tells what became of it; none: a report.
    pub key: Option<EffectKey>,
    pub attempts: u16,
    pub state: Delivery,
}

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LetterKind {
    /// `call webhook`
    Webhook,
    /// `notify`
    Notice,
    /// `ask`
    Task,
    /// `report`
    Report,
    /// What happened, for `news_url`.
    News,
}

impl LetterKind {
    /// The word timelines use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Notice => "notice",
            Self::Task => "task",
            Self::Report => "report",
            Self::News => "news",
        }
    }
}

/// How a letter stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// To be posted then, again or for the first time. `last`: why the attempt before failed.
    Due { next: Timestamp, last: Option<String> },
    /// Given up; kept a while to be shown.
    Failed { at: Timestamp, code: String },
}

/// Something a person of ours was asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub contact: ContactId,
    /// `owner`, or the name in the workspace.
    pub who: String,
    pub address: Option<String>,
    pub text: String,
    pub at: Timestamp,
    /// What became of it, and when.
    pub settled: Option<(Verdict, Timestamp)>,
}
