//! All that a campaign may ask of the world. Data: stored, printed, compared; performing is the runtime's.

use crate::model::account::{Budget, Channel, InmailApi};
use crate::model::campaign::Recipient;
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
}

/// A call that reaches the person; texts still by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    Invite { note: Option<MessageId> },
    Withdraw,
    Message { channel: Channel, message: MessageId },
    Inmail { message: MessageId, api: Option<InmailApi> },
}

impl Call {
    /// The channel it travels on.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Message { channel, .. } => *channel,
            Self::Invite { .. } | Self::Withdraw | Self::Inmail { .. } => Channel::Linkedin,
        }
    }

    /// The budget it spends. Withdrawing spends none.
    pub fn budget(&self) -> Option<Budget> {
        match self {
            Self::Invite { .. } => Some(Budget::Invites),
            Self::Withdraw => None,
            Self::Message { .. } => Some(Budget::Messages),
            Self::Inmail { .. } => Some(Budget::Inmails),
        }
    }

    /// The message it renders, if any.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::Invite { note } => *note,
            Self::Withdraw => None,
            Self::Message { message, .. } | Self::Inmail { message, .. } => Some(*message),
        }
    }
}

/// What a condition needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Look {
    pub profile: bool,
    pub credit: bool,
}
