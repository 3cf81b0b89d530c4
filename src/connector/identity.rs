//! What people write in lists, in the form the provider uses. Text only; nothing is looked up.

use percent_encoding::percent_decode_str;

/// Fewer digits are no phone number with its country (ITU E.164 allows no shorter one in use).
const PHONE_DIGITS_MIN: usize = 7;
/// E.164's longest.
const PHONE_DIGITS_MAX: usize = 15;
/// How WhatsApp marks the public id made of a phone number.
const WHATSAPP_PUBLIC: &str = "@s.whatsapp.net";

/// What a LinkedIn column may hold, as `GET /users/{identifier}` wants it: the slug of a profile URL (percent-decoded,
/// without query, fragment and trailing slash), or a slug or provider id as it is. None: no identifier in it.
pub fn linkedin(written: &str) -> Option<String> {
    let written = written.trim();
    let is_url = written.contains("://") || written.to_ascii_lowercase().contains("linkedin.com/");
    let slug = if is_url { slug_of_url(written)? } else { decoded(written.trim_matches('/'))? };
    let is_plain =
        !slug.is_empty() && !slug.contains(['/', '?', '#']) && !slug.chars().any(|c| c.is_whitespace() || c.is_control());
    is_plain.then_some(slug)
}

/// Is the address surely a public identifier? An id of any of LinkedIn's families has capitals (`ACoAA…`), a slug none.
pub fn is_linkedin_slug(address: &str) -> bool {
    !address.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The part after `/in/` (also `/pub/`, `/sales/lead/`, `/sales/people/`, `/talent/profile/`).
fn slug_of_url(written: &str) -> Option<String> {
    let with_scheme = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let url = url::Url::parse(&with_scheme).ok()?;
    let host = url.host_str()?;
    if host != "linkedin.com" && !host.ends_with(".linkedin.com") {
        return None;
    }
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let part = match parts.as_slice() {
        // A mobile or localised link may carry a prefix before `in` (`/mwlite/in/ada`).
        [.., "in" | "pub", slug] | [.., "in" | "pub", slug, _] => slug,
        ["sales", "lead" | "people", id, ..] | ["talent", "profile", id, ..] => id.split(',').next()?,
        _ => return None,
    };
    Some(decoded(part)?.trim().to_owned()).filter(|slug| !slug.is_empty())
}

fn decoded(part: &str) -> Option<String> {
    percent_decode_str(part).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The digits of a phone number with its country (`+44 7700 900123`, `0044…`, `447700900123@s.whatsapp.net`). None: it is
/// no such number (`hidden`, a `…@lid`, letters, too short or long, a national `07700 …`).
pub fn phone_digits(written: &str) -> Option<String> {
    let written = written.trim();
    let number = match written.split_once('@') {
        Some((number, _)) if written.to_ascii_lowercase().ends_with(WHATSAPP_PUBLIC) => {
            // A linked device adds `:12`.
            number.split(':').next()?
        }
        Some(_) => return None,
        None => written,
    };
    let is_phone = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/'));
    let is_marked = number.rfind('+').is_none_or(|at| number.get(..at).is_some_and(|before| before.trim().is_empty()));
    if !is_phone || !is_marked {
        return None;
    }
    // `+44 (0)7700 …`: the bracketed zero is for callers at home.
    let number = number.replace("(0)", "");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    // A zero left in front means no country was given: the number of somebody unknown.
    if digits.starts_with('0') {
        return None;
    }
    (PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX).contains(&digits.len()).then(|| digits.to_owned())
}

/// WhatsApp's public id of a phone number: `447700900123@s.whatsapp.net`.
pub fn whatsapp(written: &str) -> Option<String> {
    Some(format!("{}{WHATSAPP_PUBLIC}", phone_digits(written)?))
}

/// A user name of Instagram, Messenger or Telegram: `@ada` and a link's last part become `ada`; ids stay as they are.
pub fn username(written: &str) -> Option<String> {
    const HOSTS: [&str; 7] = ["instagram.com", "facebook.com", "messenger.com", "m.me", "t.me", "telegram.me", "fb.com"];
    let written = written.trim();
    let is_link =
        written.contains("://") || HOSTS.iter().any(|host| written.trim_start_matches("www.").starts_with(&format!("{host}/")));
    let name = if is_link {
        let with_scheme = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
        let url = url::Url::parse(&with_scheme).ok()?;
        let host = url.host_str()?.trim_start_matches("www.").to_owned();
        HOSTS.iter().find(|known| **known == host || host.ends_with(&format!(".{known}")))?;
        let mut parts = url.path_segments()?.filter(|part| !part.is_empty());
        let last = parts.next()?;
        let name = if last == "t" { parts.next()? } else { last };
        percent_decode_str(name).decode_utf8().ok()?.into_owned()
    } else {
        written.to_owned()
    };
    let name = name.strip_prefix('@').unwrap_or(&name);
    let is_plain =
        !name.is_empty() && !name.contains(['/', '?', '#', '@']) && !name.chars().any(|c| c.is_whitespace() || c.is_control());
    is_plain.then(|| name.to_owned())
}
