//! An effect about to be performed: durable before the first byte leaves (RUNTIME.md §4).

use crate::model::account::{Budget, InmailApi};
use crate::model::id::{AccountId, ChatId, ContactId, EffectKey, ProviderId, RemoteId};
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One attempt to perform an effect. At most one per `EffectKey` is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub key: EffectKey,
    pub attempt: u16,
    pub account: AccountId,
    pub contact: ContactId,
    pub person: ProviderId,
    pub chat: Option<ChatId>,
    pub request: Request,
    /// The limit's reservation: counted when the intent is made, not when it ends.
    pub budget: Option<Budget>,
    pub at: Timestamp,
    pub state: IntentState,
}

/// What is sent, rendered. Attachments and voice notes are paths relative to the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    Invite {
        note: Option<String>,
    },
    Withdraw {
        invitation: RemoteId,
    },
    Message {
        text: String,
        attachments: Vec<String>,
        voice: Option<String>,
    },
    Inmail {
        subject: Option<String>,
        text: String,
        api: InmailApi,
        attachments: Vec<String>,
    },
    /// A new group chat: the person first, then the others.
    Group {
        people: Vec<ProviderId>,
        subject: String,
        text: String,
        attachments: Vec<String>,
        voice: Option<String>,
    },
    /// Reads the profile so that the person is told.
    Visit,
    Follow,
    LikePost {
        post: RemoteId,
    },
    CommentPost {
        post: RemoteId,
        text: String,
    },
    /// `skill` is the number it is endorsed by on that profile.
    Endorse {
        skill: u64,
        name: String,
    },
    /// On a message of the person's.
    React {
        message: RemoteId,
        emoji: String,
    },
}

impl Request {
    /// Is it LinkedIn engagement: a courtesy no path depends on?
    pub fn is_engagement(&self) -> bool {
        match self {
            Self::Visit
            | Self::Follow
            | Self::LikePost { .. }
            | Self::CommentPost { .. }
            | Self::Endorse { .. }
            | Self::React { .. } => true,
            Self::Invite { .. } | Self::Withdraw { .. } | Self::Message { .. } | Self::Inmail { .. } | Self::Group { .. } => {
                false
            }
        }
    }

    /// Is there a list at the provider that shows whether it happened? What none shows is never repeated: unknown stays
    /// unknown, and the path goes on. Visits and follows stand in no list of postpress; comments stand in one whose form
    /// no witness shows (POSTPRESS.md §1.7).
    pub fn is_listed(&self) -> bool {
        match self {
            Self::Visit | Self::Follow | Self::CommentPost { .. } => false,
            Self::Invite { .. }
            | Self::Withdraw { .. }
            | Self::Message { .. }
            | Self::Inmail { .. }
            | Self::Group { .. }
            | Self::LikePost { .. }
            | Self::Endorse { .. }
            | Self::React { .. } => true,
        }
    }

    /// Does its answer name something new, which belongs to this effect alone?
    pub fn makes_something(&self) -> bool {
        match self {
            Self::Invite { .. } | Self::Message { .. } | Self::Inmail { .. } | Self::Group { .. } => true,
            Self::Withdraw { .. }
            | Self::Visit
            | Self::Follow
            | Self::LikePost { .. }
            | Self::CommentPost { .. }
            | Self::Endorse { .. }
            | Self::React { .. } => false,
        }
    }

    /// What engagement is about, as the timeline's `provider_id` names it.
    pub fn subject_id(&self, person: &ProviderId) -> Option<RemoteId> {
        match self {
            Self::Visit | Self::Follow => Some(RemoteId(person.0.clone())),
            Self::LikePost { post } | Self::CommentPost { post, .. } => Some(post.clone()),
            Self::Endorse { skill, .. } => Some(RemoteId(skill.to_string())),
            Self::React { message, .. } => Some(message.clone()),
            Self::Invite { .. } | Self::Withdraw { .. } | Self::Message { .. } | Self::Inmail { .. } | Self::Group { .. } => None,
        }
    }

    /// The text that goes out, if any.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Invite { note } => note.as_deref(),
            Self::Message { text, .. }
            | Self::Inmail { text, .. }
            | Self::Group { text, .. }
            | Self::CommentPost { text, .. } => Some(text),
            Self::Withdraw { .. }
            | Self::Visit
            | Self::Follow
            | Self::LikePost { .. }
            | Self::Endorse { .. }
            | Self::React { .. } => None,
        }
    }
}

/// Whether it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentState {
    /// Being performed, or the process ended while it was.
    Open,
    /// Not known; found out by reading, never by repeating.
    Unknown { since: Timestamp, next_read: Timestamp, absent_at: Option<Timestamp>, unreadable_since: Option<Timestamp> },
    /// A person must say.
    Parked { since: Timestamp, why: String },
}
