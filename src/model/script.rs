//! `test` blocks, names bound: what the world is like, what people do in it, what the campaign is expected to do.
//!
//! Made by `lang/lower`, played by `sim/script`. Ids are valid in the campaign that the script names.

use crate::model::id::{MessageId, OutcomeId, StepId};
use crate::model::time::Delay;
use crate::model::value::Fields;

/// A test of a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    pub title: String,
    /// The campaign's name.
    pub campaign: String,
    /// Which of the program's files it stands in: index into the sources given to `compile`.
    pub source: u32,
    /// Line of its header, from 1.
    pub line: u32,
    /// The contact's row.
    pub fields: Fields,
    /// The value of the identifying column.
    pub key: String,
    /// InMail credits of every account.
    pub inmail_credits: u32,
    /// Connected with every account from the start.
    pub is_relation: bool,
    pub lines: Vec<ScriptLine>,
}

/// A line: when, and what.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptLine {
    /// Line in the file, from 1.
    pub line: u32,
    pub when: When,
    pub what: What,
}

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A calendar day in the contact's zone; 0 is Monday 2027-01-04. Minute of that day; none: its opening for an act, all
    /// of it for an expectation.
    Day { day: u32, minute: Option<u16> },
    /// After the line before.
    Then,
}

/// What is looked for, or what happens.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Expect { what: Expected, within: Option<Delay> },
    Act(Act),
}

/// What the campaign is expected to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    Invite {
        with: Option<Sought>,
    },
    Withdraw,
    Send {
        what: Option<Sought>,
        /// Some of the text, in plain words.
        containing: Option<String>,
    },
    Inmail {
        what: Option<Sought>,
    },
    Stop {
        outcome: OutcomeId,
    },
    NoMoreSends,
    /// A task for a person whose text holds these words.
    Task {
        text: String,
    },
}

/// Which send is meant: whatever carries a message, or the one of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    Message { name: String, id: MessageId },
    Step { label: String, id: StepId },
}

/// What people and the world do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Accepts,
    Replies(String),
    Reads,
    Reacts(String),
    OwnerWrites(String),
    OwnerApproves,
    OwnerRejects,
    Disconnects,
    Reconnects,
    /// The user's own event.
    Named(String),
}

impl Sought {
    /// As the author wrote it.
    pub fn name(&self) -> &str {
        match self {
            Self::Message { name, .. } => name,
            Self::Step { label, .. } => label,
        }
    }
}
