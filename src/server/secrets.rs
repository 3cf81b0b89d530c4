//! The words by which a webhook's sender is known.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// More are a mistake: a rotation needs two.
const SECRETS_MAX: usize = 4;

/// The valid secrets; several while one replaces another. Only their digests are kept.
#[derive(Clone)]
pub struct Secrets {
    digests: Vec<[u8; 32]>,
}

/// Why a list of secrets cannot be used. Never shows one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSecrets {
    #[error("`ENGINE_WEBHOOK_SECRET` is empty")]
    Empty,
    #[error("`ENGINE_WEBHOOK_SECRET` holds characters that no header carries (blanks, line ends, letters beyond ASCII)")]
    Unsendable,
    #[error("`ENGINE_WEBHOOK_SECRET` names more than {SECRETS_MAX} secrets")]
    TooMany,
}

impl Secrets {
    /// From `new` or `new,old`: any of them lets in.
    pub fn parse(written: &SecretString) -> Result<Self, BadSecrets> {
        let digests = parts(written).map(check).collect::<Result<Vec<_>, _>>()?;
        match digests.len() {
            0 => Err(BadSecrets::Empty),
            1..=SECRETS_MAX => Ok(Self { digests }),
            _ => Err(BadSecrets::TooMany),
        }
    }

    /// Is it one of them? Takes the same time wherever and however it differs: digests of equal length are compared
    /// to the end, against every secret.
    pub fn admit(&self, presented: &[u8]) -> bool {
        let presented = digest(presented);
        let found = self.digests.iter().fold(Choice::from(0), |found, known| found | known.ct_eq(&presented));
        found.into()
    }
}

/// The first of `new,old`: the one to be registered at postpress.
pub fn newest(written: &SecretString) -> Option<SecretString> {
    parts(written).next().map(SecretString::from)
}

fn parts(written: &SecretString) -> impl Iterator<Item = &str> {
    written.expose_secret().split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn check(part: &str) -> Result<[u8; 32], BadSecrets> {
    if part.chars().all(|c| c.is_ascii_graphic()) { Ok(digest(part.as_bytes())) } else { Err(BadSecrets::Unsendable) }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
