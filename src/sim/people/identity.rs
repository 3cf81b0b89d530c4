//! How people's ids are made. Every id of an invented person can be read back into their key, so that no list of
//! invented people has to be kept: whoever was asked for yesterday is the same person after a restart.

use crate::model::account::Channel;
use crate::model::id::{Fingerprint, fingerprint};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;

/// LinkedIn's id families (POSTPRESS.md §5): classic twice, Sales Navigator, Recruiter.
const LINKEDIN_FAMILIES: [&str; 4] = ["ACoAA", "ADoAA", "ACwAA", "AEMAA"];

/// The key of the person that any of their ids means; none: no id of that channel.
pub fn key(channel: Channel, id: &str) -> Option<String> {
    let id = id.trim();
    if id.is_empty() {
        return None;
    }
    match channel {
        Channel::Linkedin => Some(linkedin_key(id)),
        Channel::Whatsapp => whatsapp_key(id),
        Channel::Instagram => Some(name_key(id, &["igp_", "igm_"])),
        Channel::Messenger => Some(name_key(id, &["fb_"])),
        Channel::Telegram => Some(name_key(id, &["tg_"])),
    }
}

/// The id that profiles, relations, messages and webhooks carry.
pub fn provider_id(channel: Channel, key: &str) -> String {
    match channel {
        Channel::Linkedin if is_linkedin_id(key) => key.to_owned(),
        Channel::Linkedin => format!("ACoAA{}", veil(key)),
        Channel::Whatsapp => format!("{}@lid", scramble(key)),
        Channel::Instagram => format!("igp_{}", veil(key)),
        Channel::Messenger => format!("fb_{}", veil(key)),
        Channel::Telegram => format!("tg_{}", veil(key)),
    }
}

/// The id a chat is started with: another one on WhatsApp and Instagram.
pub fn messaging_id(channel: Channel, key: &str) -> String {
    match channel {
        Channel::Whatsapp => format!("{key}@s.whatsapp.net"),
        Channel::Instagram => format!("igm_{}", veil(key)),
        Channel::Linkedin | Channel::Messenger | Channel::Telegram => provider_id(channel, key),
    }
}

/// The id people see: slug, phone JID, user name.
pub fn public_identifier(channel: Channel, key: &str) -> String {
    match channel {
        Channel::Whatsapp => format!("{key}@s.whatsapp.net"),
        Channel::Linkedin if is_linkedin_id(key) => {
            let Fingerprint(bytes) = fingerprint(&[b"slug", key.as_bytes()]);
            let tail: String = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!("member-{tail}")
        }
        Channel::Linkedin | Channel::Instagram | Channel::Messenger | Channel::Telegram => key.to_owned(),
    }
}

/// The id of the same person in another mailbox: `ACw…` for Sales Navigator, `AE…` for Recruiter.
pub fn family_id(key: &str, family: &str) -> String {
    if is_linkedin_id(key) { format!("{family}{key}") } else { format!("{family}{}", veil(key)) }
}

/// Does it look like an id of LinkedIn's rather than a slug?
pub fn is_linkedin_id(id: &str) -> bool {
    ["ACo", "ADo", "ACw", "AEM"].iter().any(|family| id.starts_with(family))
}

fn linkedin_key(id: &str) -> String {
    if is_linkedin_id(id) {
        let known = LINKEDIN_FAMILIES.iter().find_map(|family| id.strip_prefix(family)).and_then(unveil);
        return known.unwrap_or_else(|| id.to_owned());
    }
    name_key(id, &[])
}

/// A user name: of a URL the last part, without `@`, in small letters.
fn name_key(id: &str, prefixes: &[&str]) -> String {
    if let Some(key) = prefixes.iter().find_map(|prefix| id.strip_prefix(prefix)).and_then(unveil) {
        return key;
    }
    let path = id.split(['?', '#']).next().unwrap_or(id);
    let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(path);
    let plain = percent_decode_str(last).decode_utf8_lossy();
    plain.trim_start_matches('@').to_lowercase()
}

/// Digits of `+44 7700 900123`, `447700900123@s.whatsapp.net` or `…@lid`.
fn whatsapp_key(id: &str) -> Option<String> {
    if let Some(hidden) = id.strip_suffix("@lid") {
        return Some(unscramble(hidden));
    }
    let digits: String = id.split('@').next()?.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 5).then_some(digits)
}

/// Letters that look like an id and can be read back; the first three bytes check the rest.
fn veil(text: &str) -> String {
    let tag = tag(text);
    let mut bytes = tag.to_vec();
    bytes.extend(masked(tag, text.as_bytes()));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unveil(letters: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(letters).ok()?;
    let (head, rest) = bytes.split_at_checked(3)?;
    let head: [u8; 3] = head.try_into().ok()?;
    let text = String::from_utf8(masked(head, rest)).ok()?;
    (tag(&text) == head).then_some(text)
}

fn tag(text: &str) -> [u8; 3] {
    let Fingerprint([a, b, c, ..]) = fingerprint(&[b"veil", text.as_bytes()]);
    [a, b, c]
}

fn masked(tag: [u8; 3], bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (n, chunk) in bytes.chunks(16).enumerate() {
        let Fingerprint(mask) = fingerprint(&[b"mask", &tag, &(n as u64).to_le_bytes()]);
        out.extend(chunk.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
    }
    out
}

/// WhatsApp's private digits: another number, but one that can be read back.
fn scramble(digits: &str) -> String {
    let turned: String =
        digits.chars().rev().filter_map(|c| c.to_digit(10)).map(|d| char::from(b'0' + ((d * 7 + 3) % 10) as u8)).collect();
    format!("18{turned}")
}

fn unscramble(digits: &str) -> String {
    let turned = digits.strip_prefix("18").unwrap_or(digits);
    turned.chars().rev().filter_map(|c| c.to_digit(10)).map(|d| char::from(b'0' + (((d + 7) * 3) % 10) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_leads_back_to_its_key() {
        for (channel, key_text) in [
            (Channel::Linkedin, "tobias-lindqvist-4b1"),
            (Channel::Linkedin, "zoë-müller"),
            (Channel::Whatsapp, "447700900123"),
            (Channel::Instagram, "ada.l"),
            (Channel::Messenger, "ada"),
            (Channel::Telegram, "ada_tg"),
        ] {
            for id in [provider_id(channel, key_text), messaging_id(channel, key_text), public_identifier(channel, key_text)] {
                assert_eq!(key(channel, &id).as_deref(), Some(key_text), "{id}");
            }
        }
        assert_eq!(key(Channel::Linkedin, "https://www.linkedin.com/in/Ada-Lovelace/?utm=1").as_deref(), Some("ada-lovelace"));
        assert_eq!(key(Channel::Linkedin, &family_id("ada", "ACwAA")).as_deref(), Some("ada"));
        assert_eq!(key(Channel::Linkedin, "ACoAABr4XkEBz7Wm1q").as_deref(), Some("ACoAABr4XkEBz7Wm1q"));
    }
}
