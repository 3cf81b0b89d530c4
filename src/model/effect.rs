//! All that a campaign may ask of the world. Data: stored, printed, compared; performing is the runtime's.

use crate::model::account::{Budget, Channel, InmailApi};
use crate::model::action::{Action, Engagement, GroupMember, Recipient};
use crate::model::id::{EffectKey, MessageId};
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Something asked of the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Reaches the person: goes through the outbox, once. Ends in `Event::Settled`.
    Call { key: EffectKey, call: Call, ready_at: Timestamp },
    /// A reading for a condition. Repeatable. Ends in `Event::Looked`.
    Look { key: EffectKey, look: Look },
    /// Tells a person of ours. Retried beside the path, never blocks it.
    Notify { key: EffectKey, who: Recipient, message: MessageId },
    /// Suppression reaches every enrollment of the person.
    Suppress { channel: Option<Channel> },
    /// A task for a person of ours; its name is the key. Told like a notification; ends in `Event::Task`, if ever.
    Ask { key: EffectKey, who: Recipient, message: MessageId },
    /// Tells a system of the user's. Signed, retried beside the path, never blocks it.
    Webhook { key: EffectKey, url: String },
}

/// A call that reaches the person; texts still by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    Invite {
        note: Option<MessageId>,
    },
    Withdraw,
    Message {
        channel: Channel,
        message: MessageId,
    },
    Inmail {
        message: MessageId,
        api: Option<InmailApi>,
    },
    Engage(Engagement),
    Group {
        channel: Channel,
        subject: MessageId,
        members: Vec<GroupMember>,
        message: MessageId,
    },
    /// What a person of ours writes into the chat there is, as they wrote it. No step makes it.
    ByHand {
        channel: Channel,
        text: String,
    },
}

impl Call {
    /// The call a step makes; none where it makes none. `channel`: the campaign's, which groups are opened on.
    pub fn of(action: &Action, channel: Channel) -> Option<Self> {
        Some(match action {
            Action::Invite { note, .. } => Self::Invite { note: *note },
            Action::Withdraw { .. } => Self::Withdraw,
            Action::Send { channel, message, .. } => Self::Message { channel: *channel, message: *message },
            Action::Inmail { message, api, .. } => Self::Inmail { message: *message, api: *api },
            Action::Engage { engagement, .. } => Self::Engage(engagement.clone()),
            Action::Group { subject, members, message, .. } => {
                Self::Group { channel, subject: *subject, members: members.clone(), message: *message }
            }
            Action::Wait { .. }
            | Action::WaitUntil { .. }
            | Action::Race { .. }
            | Action::Branch { .. }
            | Action::RepeatStart { .. }
            | Action::Repeat { .. }
            | Action::Split { .. }
            | Action::Tag { .. }
            | Action::Untag { .. }
            | Action::Set { .. }
            | Action::Suppress { .. }
            | Action::Pause { .. }
            | Action::Notify { .. }
            | Action::Ask { .. }
            | Action::Webhook { .. }
            | Action::Stop { .. }
            | Action::Return => return None,
        })
    }

    /// The channel it travels on.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Message { channel, .. } | Self::Group { channel, .. } | Self::ByHand { channel, .. } => *channel,
            Self::Invite { .. } | Self::Withdraw | Self::Inmail { .. } | Self::Engage(_) => Channel::Linkedin,
        }
    }

    /// The budget it spends. Withdrawing spends none; a group's first message is a message.
    pub fn budget(&self) -> Option<Budget> {
        match self {
            Self::Invite { .. } => Some(Budget::Invites),
            Self::Withdraw => None,
            Self::Message { .. } | Self::Group { .. } | Self::ByHand { .. } => Some(Budget::Messages),
            Self::Inmail { .. } => Some(Budget::Inmails),
            Self::Engage(Engagement::VisitProfile) => Some(Budget::Visits),
            Self::Engage(_) => Some(Budget::Engagements),
        }
    }

    /// The message it renders, if any.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::Invite { note } => *note,
            Self::Withdraw | Self::ByHand { .. } => None,
            Self::Message { message, .. } | Self::Inmail { message, .. } | Self::Group { message, .. } => Some(*message),
            Self::Engage(engagement) => match engagement {
                Engagement::CommentPost(message) => Some(*message),
                Engagement::VisitProfile
                | Engagement::Follow
                | Engagement::LikePost
                | Engagement::Endorse(_)
                | Engagement::React(_) => None,
            },
        }
    }

    /// Is it a message that may be too late (`late:`)? Invitations and engagement have no hour.
    pub fn may_be_late(&self) -> bool {
        match self {
            Self::Message { .. } | Self::Inmail { .. } | Self::Group { .. } => true,
            Self::Invite { .. } | Self::Withdraw | Self::Engage(_) | Self::ByHand { .. } => false,
        }
    }

    /// Does it wait for the campaign's sending hours? A person of ours writes when they write.
    pub fn keeps_hours(&self) -> bool {
        !matches!(self, Self::ByHand { .. })
    }
}

/// What a condition needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Look {
    pub profile: bool,
    pub credit: bool,
}
