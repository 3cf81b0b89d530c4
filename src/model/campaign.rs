//! The intermediate representation: a checked state machine, names bound, units parsed, texts still templates.
//!
//! Made by `lang/lower`, moved along by `machine::advance`, stored by content hash so that people in flight finish on
//! the version they began with. Indices (`StepId`, `MessageId`, `OutcomeId`) are valid in the campaign that holds them.

use crate::model::account::{Channel, InmailApi};
use crate::model::calendar::Calendar;
use crate::model::expr::Expr;
use crate::model::id::{Fingerprint, MessageId, OutcomeId, StepId};
pub use crate::model::limits::{Caps, Limits, Ramp};
use crate::model::pattern::Pattern;
use crate::model::time::{Delay, Until};
use crate::model::value::{FieldType, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The outcomes every campaign has (LANGUAGE.md §5), and the one an operator's `engine stop` gives.
pub const BUILT_IN_OUTCOMES: [&str; 5] = ["replied", "taken_over", "opted_out", "send_failed", "stopped"];

/// A compiled campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    pub name: String,
    pub version: u32,
    /// Of the meaning, texts included: layout, comments, notation and list rows do not change it.
    pub hash: Fingerprint,
    pub goal: Option<String>,
    /// The channel of its accounts, or the first account's; what identifies a contact without an `id` column.
    pub channel: Channel,
    /// Names of the accounts it may speak through, in the pool's order.
    pub accounts: Vec<String>,
    pub outcomes: Vec<Outcome>,
    pub fields: Vec<Field>,
    pub contacts: ContactRules,
    pub messages: Vec<Message>,
    /// The author's reply classes, workspace's first.
    pub classes: Vec<Class>,
    pub steps: Vec<Step>,
    pub entry: StepId,
    pub handlers: Handlers,
    pub calendar: Calendar,
    /// What the campaign tightens; empty where it says nothing.
    pub limits: Limits,
    /// Identifiers of each list named by an `in list` condition.
    pub lists: BTreeMap<String, BTreeSet<String>>,
    pub bound: Bound,
}

/// How a path can end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub name: String,
    pub kind: OutcomeKind,
}

/// What an outcome means in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeKind {
    Won,
    Lost,
    Neutral,
}

/// A column the campaign reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub ty: FieldType,
    pub is_required: bool,
    pub default: Option<Value>,
}

/// Who enters, and how fast.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ContactRules {
    /// Lists, relative to the folder.
    pub lists: Vec<String>,
    /// Whoever matches one of these does not enter.
    pub skip_when: Vec<Expr>,
    /// `enter once`: none. `enter again after D`: the pause between two runs.
    pub enter_again_after: Option<Delay>,
    pub start_per_day: Option<u32>,
}

/// A text with its variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The author's name, or the label of the step it is written in.
    pub name: String,
    /// The first is the fallback.
    pub variants: Vec<Variant>,
    /// Paths relative to the folder.
    pub attachments: Vec<String>,
}

/// One language of a message: templates with spintax, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub language: Option<String>,
    pub subject: Option<String>,
    pub text: String,
}

/// `class NAME when reply matches /re/`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    pub name: String,
    pub pattern: Pattern,
}

/// A state of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The author's label, or one derived from the place (`accept.timeout.2`). Unique in the campaign.
    pub label: String,
    pub is_named: bool,
    pub action: Action,
    /// Line in the file it came from, from 1; for messages only, no part of the hash.
    pub line: u32,
}

/// What a step does when it is entered, and where it leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Action {
    Invite {
        note: Option<MessageId>,
        next: StepId,
    },
    Withdraw {
        next: StepId,
    },
    Send {
        channel: Channel,
        message: MessageId,
        next: StepId,
    },
    Inmail {
        message: MessageId,
        api: Option<InmailApi>,
        next: StepId,
    },
    Wait {
        delay: Delay,
        next: StepId,
    },
    WaitUntil {
        until: Until,
        next: StepId,
    },
    /// `wait up to`: the first event wins.
    Race {
        up_to: Delay,
        arms: Vec<Transition>,
        on_timeout: StepId,
    },
    /// The first condition that holds; conditions that need the world are read first.
    Branch {
        arms: Vec<(Expr, StepId)>,
        otherwise: StepId,
    },
    /// Sets the loop's counter to zero, then goes on to its `Repeat`.
    RepeatStart {
        repeat: StepId,
    },
    /// Leaves at once if the body ran `times`. Else waits `apart`; then leaves if `until` was observed, else runs the body,
    /// which leads back here.
    Repeat {
        times: u32,
        apart: Delay,
        until: Option<Trigger>,
        body: StepId,
        next: StepId,
    },
    /// Arms by hash of (campaign, split's label, contact); shares add up to 100.
    Split {
        arms: Vec<Share>,
    },
    Tag {
        tag: String,
        next: StepId,
    },
    Untag {
        tag: String,
        next: StepId,
    },
    Set {
        field: String,
        value: SetValue,
        next: StepId,
    },
    Suppress {
        channel: Option<Channel>,
        next: StepId,
    },
    Pause {
        until: Until,
        next: StepId,
    },
    Notify {
        who: Recipient,
        message: MessageId,
        next: StepId,
    },
    Stop {
        outcome: OutcomeId,
        reason: Option<String>,
    },
    /// End of a handler that does not stop: back to where the path was, timers untouched.
    Return,
}

impl Action {
    /// The word reports use for the step (`engine status --json`, `kind`).
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invite { .. } => "invite",
            Self::Withdraw { .. } => "withdraw",
            Self::Send { .. } => "message",
            Self::Inmail { .. } => "inmail",
            Self::Wait { .. } | Self::WaitUntil { .. } | Self::Race { .. } => "wait",
            Self::Branch { .. } => "if",
            Self::RepeatStart { .. } | Self::Repeat { .. } => "repeat",
            Self::Split { .. } => "split",
            Self::Tag { .. } | Self::Untag { .. } => "tag",
            Self::Set { .. } => "set",
            Self::Suppress { .. } => "suppress",
            Self::Pause { .. } => "pause",
            Self::Notify { .. } => "notify",
            Self::Stop { .. } => "stop",
            Self::Return => "return",
        }
    }

    /// Every step this one can lead to, in the order written; handlers and pauses aside.
    pub fn targets(&self) -> Vec<StepId> {
        match self {
            Self::Invite { next, .. }
            | Self::Withdraw { next }
            | Self::Send { next, .. }
            | Self::Inmail { next, .. }
            | Self::Wait { next, .. }
            | Self::WaitUntil { next, .. }
            | Self::Tag { next, .. }
            | Self::Untag { next, .. }
            | Self::Set { next, .. }
            | Self::Suppress { next, .. }
            | Self::Pause { next, .. }
            | Self::Notify { next, .. } => vec![*next],
            Self::Race { arms, on_timeout, .. } => arms.iter().map(|arm| arm.target).chain([*on_timeout]).collect(),
            Self::Branch { arms, otherwise } => arms.iter().map(|(_, target)| *target).chain([*otherwise]).collect(),
            Self::RepeatStart { repeat } => vec![*repeat],
            Self::Repeat { body, next, .. } => vec![*body, *next],
            Self::Split { arms } => arms.iter().map(|arm| arm.target).collect(),
            Self::Stop { .. } | Self::Return => Vec::new(),
        }
    }
}

/// An arm of a race.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    pub trigger: Trigger,
    pub guard: Option<Expr>,
    pub target: StepId,
}

/// What a transition waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Trigger {
    Accepted,
    Replied,
    /// A built-in class or one of the campaign's.
    ReplyIs(String),
    ReplyMatches(Pattern),
    Seen,
    Delivered,
    Reacted,
    /// The user's own event, by `engine event` or the API.
    Named(String),
}

impl std::fmt::Display for Trigger {
    /// As the language writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Replied => f.write_str("replied"),
            Self::ReplyIs(class) => write!(f, "reply is {class}"),
            Self::ReplyMatches(pattern) => {
                write!(f, "reply matches /{}/{}", pattern.source, if pattern.ignore_case { "i" } else { "" })
            }
            Self::Seen => f.write_str("seen"),
            Self::Delivered => f.write_str("delivered"),
            Self::Reacted => f.write_str("reacted"),
            Self::Named(name) => write!(f, "event \"{name}\""),
        }
    }
}

/// An arm of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub name: String,
    pub percent: u8,
    pub target: StepId,
}

/// The right side of `set field = …`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SetValue {
    Literal(Value),
    Field(String),
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recipient {
    /// The owner of the account that speaks to the contact.
    Owner,
    /// The owner of that account, or a person declared in the workspace, with the address.
    Named { name: String, address: Option<String> },
}

/// Where the campaign's handlers begin; all have defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Handlers {
    pub on_reply: Option<StepId>,
    pub on_opt_out: Option<StepId>,
    pub on_takeover: Option<StepId>,
    /// None: wait until the account is back.
    pub on_account_lost: Option<StepId>,
    /// `on reply` itself has a `reply is opt_out` branch, which then replaces `on opt out`.
    pub reply_takes_opt_out: bool,
}

/// What the compiler can promise of every path (LANGUAGE.md §5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bound {
    /// The sentence that is printed.
    pub sentence: String,
    pub invites_max: u32,
    pub messages_max: u32,
    pub inmails_max: u32,
    /// Longest open time in milliseconds, closed hours not counted.
    pub open_ms_max: i64,
}

impl Campaign {
    /// The step of that id. A bad id is our bug: ids are made with the steps.
    pub fn step(&self, id: StepId) -> &Step {
        #[expect(clippy::indexing_slicing, reason = "step ids are made together with the steps they index")]
        &self.steps[id.0 as usize]
    }

    /// The message of that id.
    pub fn message(&self, id: MessageId) -> &Message {
        #[expect(clippy::indexing_slicing, reason = "message ids are made together with the messages they index")]
        &self.messages[id.0 as usize]
    }

    /// The outcome of that id.
    pub fn outcome(&self, id: OutcomeId) -> &Outcome {
        #[expect(clippy::indexing_slicing, reason = "outcome ids are made together with the outcomes they index")]
        &self.outcomes[id.0 as usize]
    }

    /// The id of an outcome by name; the built-in ones always exist.
    pub fn outcome_named(&self, name: &str) -> Option<OutcomeId> {
        self.outcomes.iter().position(|outcome| outcome.name == name).map(|at| OutcomeId(at as u32))
    }

    /// The step with that label.
    pub fn step_labelled(&self, label: &str) -> Option<StepId> {
        self.steps.iter().position(|step| step.label == label).map(|at| StepId(at as u32))
    }
}
