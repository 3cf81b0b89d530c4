//! Are two identifiers the same person? Identifiers are written in many ways; this makes one of them, for comparison
//! only: what is sent to a provider is the value as the list has it.

/// The columns that identify a person (LANGUAGE.md §6), in the order they are looked at.
pub const IDENTIFYING_COLUMNS: [&str; 7] = ["id", "linkedin", "whatsapp", "instagram", "messenger", "telegram", "email"];

/// Hosts whose profile pages name a person by the last part of the path.
const PROFILE_HOSTS: [&str; 7] = ["linkedin.com", "instagram.com", "facebook.com", "m.me", "t.me", "telegram.me", "wa.me"];
/// Fewer digits are a number of something else.
const PHONE_DIGITS_MIN: usize = 7;

/// One spelling of an identifier: of a profile's address its last part, of a phone number or WhatsApp id its digits, of
/// all else the text in lower case, without surrounding space and a leading `@`.
pub fn identity(value: &str) -> String {
    let value = value.trim().to_lowercase();
    if let Some(name) = profile_name(&value) {
        return identity_of_name(name);
    }
    identity_of_name(&value)
}

fn identity_of_name(name: &str) -> String {
    let number = name.strip_suffix("@s.whatsapp.net").or_else(|| name.strip_suffix("@c.us")).unwrap_or(name);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_phone = number.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c)) && digits.len() >= PHONE_DIGITS_MIN;
    if is_phone {
        let digits = if number.trim_start().starts_with("00") { digits.trim_start_matches('0') } else { &digits };
        return digits.to_owned();
    }
    name.strip_prefix('@').unwrap_or(name).to_owned()
}

/// `https://www.linkedin.com/in/ada/?trk=x` → `ada`
fn profile_name(value: &str) -> Option<&str> {
    let address = value.split_once("://").map_or(value, |(_, rest)| rest);
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = address.split_once('/')?;
    // `fr.linkedin.com` and `www.linkedin.com` are the same place.
    let is_known =
        PROFILE_HOSTS.iter().any(|known| host == *known || host.strip_suffix(known).is_some_and(|sub| sub.ends_with('.')));
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    // Behind `/in/ada` a profile's address may go on (`/fr`, `/details/skills`).
    let name = if host.ends_with("linkedin.com") { parts.clone().skip_while(|part| *part != "in").nth(1) } else { None };
    name.or_else(|| parts.next_back()).filter(|_| is_known)
}
