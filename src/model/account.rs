//! Accounts of ours: where they speak, what they may do, how they are.

use crate::model::id::{AccountId, ProviderAccount, ProviderId};
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Linkedin,
    Whatsapp,
    Instagram,
    Messenger,
    Telegram,
}

impl Channel {
    /// All channels, in the order documents list them.
    pub const ALL: [Self; 5] = [Self::Linkedin, Self::Whatsapp, Self::Instagram, Self::Messenger, Self::Telegram];

    /// The word of the language and the name of the identifying column.
    pub fn word(self) -> &'static str {
        match self {
            Self::Linkedin => "linkedin",
            Self::Whatsapp => "whatsapp",
            Self::Instagram => "instagram",
            Self::Messenger => "messenger",
            Self::Telegram => "telegram",
        }
    }

    /// The channel of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A LinkedIn account's subscription: decides the length of notes and the InMail API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    #[default]
    Classic,
    Premium,
    SalesNavigator,
    Recruiter,
}

impl Tier {
    /// All tiers.
    pub const ALL: [Self; 4] = [Self::Classic, Self::Premium, Self::SalesNavigator, Self::Recruiter];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Premium => "premium",
            Self::SalesNavigator => "sales_navigator",
            Self::Recruiter => "recruiter",
        }
    }

    /// The tier of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }

    /// Longest invitation note, in UTF-16 units (LANGUAGE.md §11).
    pub fn note_units_max(self) -> usize {
        match self {
            Self::Classic => 200,
            Self::Premium | Self::SalesNavigator | Self::Recruiter => 300,
        }
    }

    /// The `linkedin[api]` an InMail of this account travels by.
    pub fn inmail_api(self) -> InmailApi {
        match self {
            Self::Classic | Self::Premium => InmailApi::Classic,
            Self::SalesNavigator => InmailApi::SalesNavigator,
            Self::Recruiter => InmailApi::Recruiter,
        }
    }
}

/// The `linkedin[api]` of an InMail (POSTPRESS.md §1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InmailApi {
    Classic,
    SalesNavigator,
    Recruiter,
}

impl InmailApi {
    /// Every api, as the language lists them.
    pub const ALL: [Self; 3] = [Self::Classic, Self::SalesNavigator, Self::Recruiter];

    /// The api of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.word() == word)
    }

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::SalesNavigator => "sales_navigator",
            Self::Recruiter => "recruiter",
        }
    }
}

/// An account as the workspace declares it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountSpec {
    /// The author's name for it.
    pub name: String,
    pub provider_account: ProviderAccount,
    pub channel: Channel,
    pub tier: Tier,
    /// IANA name; none: the schedule's.
    pub timezone: Option<String>,
    /// Where notifications for `owner` go.
    pub owner: Option<String>,
}

/// What a limit counts. One budget each, per account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    Invites,
    Messages,
    Inmails,
    /// Profile reads, and visits the person is told of.
    Visits,
    /// Follows, likes, comments, endorsements and reactions together.
    Engagements,
}

impl Budget {
    /// All budgets, in the order documents list them.
    pub const ALL: [Self; 5] = [Self::Invites, Self::Messages, Self::Inmails, Self::Visits, Self::Engagements];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invites => "invites",
            Self::Messages => "messages",
            Self::Inmails => "inmails",
            Self::Visits => "visits",
            Self::Engagements => "engagements",
        }
    }
}

/// Whether an account can be used. Only `Ok` starts calls (POSTPRESS.md §1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Health {
    /// Not asked yet.
    #[default]
    Unknown,
    Ok,
    /// Signed out or broken since then; `word` is the provider's.
    Lost {
        since: Timestamp,
        word: String,
    },
    /// Taken away at postpress.
    Deleted {
        since: Timestamp,
    },
}

/// The account's own profile: `sender.*` in texts, and how own sends are told from replies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SenderProfile {
    pub provider_id: Option<ProviderId>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub headline: Option<String>,
}

/// What the store remembers of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub spec: AccountSpec,
    pub health: Health,
    pub sender: SenderProfile,
    /// When it was connected at postpress: the start of the ramp.
    pub created_at: Option<Timestamp>,
    /// When the engine first used it: the start of the ramp where postpress does not say.
    pub first_used: Option<Timestamp>,
    /// No call of any kind before this: the random gap after the last one.
    pub free_at: Option<Timestamp>,
    /// The provider said stop: no call on that budget before then.
    pub cooldowns: Vec<(Budget, Timestamp)>,
    /// Invitations of ours that are pending, for the ceiling.
    pub invites_pending: u32,
    /// Known InMail credits and when they were read.
    pub credits: Option<(u32, Timestamp)>,
    /// Newest relation seen by the last poll: where the next poll may stop.
    pub relations_seen: Option<ProviderId>,
    /// Replies were read up to here by the last poll.
    pub news_until: Option<Timestamp>,
    /// Polled up to here; after a reconnection nothing is sent before a newer poll.
    pub polled_at: Option<Timestamp>,
    pub poll_due: Option<Timestamp>,
    /// Paused by the operator.
    pub is_paused: bool,
}

impl Account {
    /// Since when it cannot be used, if it cannot.
    pub fn lost_since(&self) -> Option<Timestamp> {
        match self.health {
            Health::Lost { since, .. } | Health::Deleted { since } => Some(since),
            Health::Unknown | Health::Ok => None,
        }
    }

    /// When its ramp began: when it was connected, else when it was first used.
    pub fn ramps_since(&self) -> Option<Timestamp> {
        self.created_at.or(self.first_used)
    }
}
