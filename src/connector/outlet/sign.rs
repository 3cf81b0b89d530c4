//! The signature of Standard Webhooks: HMAC-SHA256 over id, time and body, so that a receiver knows who sent it and when.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

/// Written before a key in base64.
const KEY_PREFIX: &str = "whsec_";
/// Shorter keys can be guessed (Standard Webhooks: 24 to 64 bytes).
const KEY_BYTES_MIN: usize = 24;

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("`ENGINE_WEBHOOK_SIGNING_KEY` begins with `{KEY_PREFIX}` and is no base64 after it")]
    NotBase64,
    #[error("`ENGINE_WEBHOOK_SIGNING_KEY` has fewer than {KEY_BYTES_MIN} bytes")]
    TooShort,
}

/// A key to sign with.
pub struct SigningKey(SecretSlice<u8>);

impl SigningKey {
    /// Reads `whsec_` and base64, else takes the text's own bytes.
    pub fn parse(written: &SecretString) -> Result<Self, BadKey> {
        let written = written.expose_secret().trim();
        let bytes = match written.strip_prefix(KEY_PREFIX) {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| BadKey::NotBase64)?,
            None => written.as_bytes().to_vec(),
        };
        if bytes.len() < KEY_BYTES_MIN {
            return Err(BadKey::TooShort);
        }
        Ok(Self(bytes.into()))
    }

    /// The header `webhook-signature` for that letter; `at_s` is its `webhook-timestamp`.
    pub fn sign(&self, id: &str, at_s: i64, body: &str) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("any length is a key");
        mac.update(format!("{id}.{at_s}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}
