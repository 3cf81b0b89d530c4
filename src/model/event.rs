//! All that can happen to an enrollment.
//!
//! The outside's events are made by the runtime out of webhooks and polls; verdicts that need more than the machine may
//! know (a reply's class) are part of the event, so that a replay never asks again.

use crate::model::account::Channel;
use crate::model::id::{ChatId, RemoteId, TaskId, Visit};
use crate::model::relation::Relation;
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that happened. The time of it is given beside it: `advance(…, event, now)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The scheduler lets a queued enrollment begin.
    Started,
    /// The timer of that visit fell due at `due` (perhaps long ago). A row of an older visit means nothing.
    Due {
        visit: Visit,
        due: Timestamp,
    },
    /// A pause of the campaign's own is over.
    PauseOver {
        due: Timestamp,
    },
    /// How the effect of that visit ended.
    Settled {
        visit: Visit,
        settlement: Settlement,
    },
    /// The reading a condition asked for.
    Looked {
        visit: Visit,
        looked: Looked,
    },
    /// The person accepted our invitation, or is found to be a relation.
    Accepted {
        at: Timestamp,
    },
    /// The person wrote.
    Replied(Reply),
    /// The account's owner wrote by hand.
    Takeover {
        message: RemoteId,
        text: String,
        at: Timestamp,
    },
    /// A person of ours writes through the engine.
    ByHand {
        channel: Channel,
        text: String,
    },
    Seen {
        at: Timestamp,
    },
    Delivered {
        at: Timestamp,
    },
    Reacted {
        emoji: String,
        at: Timestamp,
    },
    /// The user's own event. `data` is the JSON text that came with it.
    Named {
        name: String,
        data: Option<String>,
    },
    /// A person of ours said what became of a task.
    Task {
        task: TaskId,
        verdict: Verdict,
    },
    AccountLost {
        word: String,
    },
    AccountBack,
    /// By the operator.
    Paused,
    Resumed,
    Stopped {
        reason: Option<String>,
    },
    /// Suppressed from outside this enrollment (an opt-out in another campaign, `contacts suppress`).
    Suppressed {
        channel: Option<Channel>,
    },
    /// The engine itself failed while it worked on this contact: they are parked, with its words.
    Broken {
        why: String,
    },
}

/// What became of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approved,
    Rejected,
    Done,
}

impl Verdict {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Done => "done",
        }
    }
}

/// What the person wrote, and what it was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub message: RemoteId,
    pub chat: Option<ChatId>,
    pub channel: Channel,
    /// Empty for a voice note or an attachment alone.
    pub text: String,
    /// When it was written, by the provider.
    pub at: Timestamp,
    /// Every class that fits: built-in ones and the campaign's, in that order.
    pub classes: Vec<String>,
    /// What an out-of-office reply says of the return, as a date `2027-01-04`.
    pub return_date: Option<String>,
}

/// How an effect ended, for the path. What can be repeated was repeated before this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Settlement {
    /// Performed. `remote` is the message's or invitation's id, none where the provider gave none.
    Sent { remote: Option<RemoteId>, chat: Option<ChatId> },
    /// Nothing to do: already connected, already invited, nothing pending. The word says which.
    Unneeded { why: Unneeded },
    /// Refused for good; `code` is the provider's error type without `errors/`.
    Failed { code: String },
    /// Not made, and the path goes on: the operator said skip.
    Skipped { why: String },
    /// The person may not be written to any more.
    Suppressed,
    /// Too late to be worth it: the step's `late:` says whether the path goes on.
    Overdue { why: String },
}

/// Why a call was not needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unneeded {
    AlreadyConnected,
    AlreadyInvited,
    NothingPending,
}

/// What a reading of the world said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Looked {
    /// None: not asked, or the person could not be found.
    pub relation: Option<Relation>,
    pub open_profile: Option<bool>,
    pub inmail_credit: Option<bool>,
}
