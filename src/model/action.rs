//! What a step does, where it leads, and what its transitions wait for.

use crate::model::account::{Channel, InmailApi};
use crate::model::expr::Expr;
use crate::model::id::{MessageId, OutcomeId, StepId};
use crate::model::pattern::Pattern;
use crate::model::time::{Delay, Until};
use crate::model::value::Value;
use serde::{Deserialize, Serialize};

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
    /// Attention without words, or a comment. One that cannot be given is written down and ends nothing.
    Engage {
        engagement: Engagement,
        next: StepId,
    },
    /// A new group chat with the contact and others; `subject` is a message whose text is the group's name.
    Group {
        subject: MessageId,
        members: Vec<GroupMember>,
        message: MessageId,
        next: StepId,
    },
    /// A task for a person of ours. The path goes on; the verdict is an event.
    Ask {
        who: Recipient,
        message: MessageId,
        next: StepId,
    },
    /// Tells a system of the user's. Retried beside the path, never blocks it.
    Webhook {
        url: String,
        next: StepId,
    },
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
            Self::Engage { .. } => "engage",
            Self::Group { .. } => "group",
            Self::Ask { .. } => "ask",
            Self::Webhook { .. } => "webhook",
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
            | Self::Notify { next, .. }
            | Self::Engage { next, .. }
            | Self::Group { next, .. }
            | Self::Ask { next, .. }
            | Self::Webhook { next, .. } => vec![*next],
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
    /// What became of the last task the same path or handler asked for.
    Approved,
    Rejected,
    Done,
}

impl std::fmt::Display for Trigger {
    /// As the language writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Replied => f.write_str("replied"),
            Self::ReplyIs(class) => write!(f, "reply is {class}"),
            Self::ReplyMatches(pattern) => {
                write!(f, "reply matches {pattern}")
            }
            Self::Seen => f.write_str("seen"),
            Self::Delivered => f.write_str("delivered"),
            Self::Reacted => f.write_str("reacted"),
            Self::Named(name) => write!(f, "event \"{name}\""),
            Self::Approved => f.write_str("approved"),
            Self::Rejected => f.write_str("rejected"),
            Self::Done => f.write_str("done"),
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

/// LinkedIn engagement (LANGUAGE.md §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engagement {
    VisitProfile,
    Follow,
    /// The contact's latest post.
    LikePost,
    /// The contact's latest post, with that text.
    CommentPost(MessageId),
    /// A skill, by the name the profile shows.
    Endorse(String),
    /// An emoji, on the contact's last message.
    React(String),
}

impl Engagement {
    /// As the language writes it, texts left out.
    pub fn word(&self) -> &'static str {
        match self {
            Self::VisitProfile => "visit profile",
            Self::Follow => "follow",
            Self::LikePost => "like latest post",
            Self::CommentPost(_) => "comment latest post",
            Self::Endorse(_) => "endorse",
            Self::React(_) => "react",
        }
    }
}

/// Who is in a group besides the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupMember {
    /// A field of the contact that names somebody.
    Field(String),
    /// Somebody, by an identifier of the channel.
    Id(String),
}

/// `late: within D else …` after a send: what becomes of one that is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    pub within: Delay,
    pub otherwise: LateElse,
}

/// What an overdue send does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LateElse {
    /// Nothing: the path goes on without it.
    Skip,
    /// Ends the path as `send_failed`.
    Stop,
    /// It is sent all the same.
    Send,
}
