//! One newtype an id, each with the reason for its width.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        pub struct $name(pub $inner);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        pub struct $name(pub String);
        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

number_id!(/// One contact in one campaign. Dense, given at enrolment; 64 bits so that it never runs out.
    EnrollmentId(u64));
number_id!(/// One person. Dense, given at import.
    ContactId(u64));
number_id!(/// An account of ours, by order of first appearance in the store. A thousand accounts are many.
    AccountId(u32));
number_id!(/// One installed version of one campaign, by order of installation.
    CampaignId(u32));
number_id!(/// A state of a campaign: index into `Campaign::steps`. The language allows 10,000 statements.
    StepId(u32));
number_id!(/// Index into `Campaign::messages`.
    MessageId(u32));
number_id!(/// Index into `Campaign::outcomes`.
    OutcomeId(u32));
number_id!(/// The n-th time an enrollment entered a step: grows by one at each entry, never reused.
    Visit(u32));
number_id!(/// Place of a commit in the journal's order, from 1 without gaps.
    Lsn(u64));

impl StepId {
    /// No step of any campaign: where somebody stands while a message that a person of ours wrote goes out.
    pub const BY_HAND: Self = Self(u32::MAX);
}

text_id!(/// An account's id at postpress (`account_id`). Opaque.
    ProviderAccount);
text_id!(/// A person's id at the provider: the join key of profiles, relations, messages and webhooks (POSTPRESS.md §5).
    ProviderId);
text_id!(/// A chat's id at postpress (`chat_id`), not the provider's own.
    ChatId);
text_id!(/// A message's or invitation's id at postpress. Always text: some exceed 2^53.
    RemoteId);

/// Names one effect for ever: the same at every attempt, in every process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectKey {
    pub enrollment: EnrollmentId,
    pub visit: Visit,
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.enrollment, self.visit)
    }
}

/// Names one task for a person: the visit of the step that asked. `12.3` in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub EffectKey);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for TaskId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (enrollment, visit) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        Ok(Self(EffectKey { enrollment: EnrollmentId(enrollment.parse()?), visit: Visit(visit.parse()?) }))
    }
}

/// Sixteen bytes of a SHA-256: content hashes and fingerprints of foreign ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The fingerprint of several parts; parts cannot run into each other.
pub fn fingerprint(parts: &[&[u8]]) -> Fingerprint {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut out = [0u8; 16];
    for (to, from) in out.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    Fingerprint(out)
}

/// A number drawn from the parts, the same at every replay: what jitter, spintax and A/B arms use instead of chance.
pub fn draw(parts: &[&[u8]]) -> u64 {
    let Fingerprint(bytes) = fingerprint(parts);
    bytes.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
