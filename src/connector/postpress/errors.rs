//! What a refusal means: the error table of POSTPRESS.md §4 as data, and what to think of answers it does not list.
//!
//! Reads both envelopes and tolerates any body. Types decide, never titles or details: those are translated.

use crate::connector::contract::{Refusal, Verdict};
use crate::connector::postpress::error_table::{Meaning, TABLE};
use crate::connector::postpress::lenient;
use crate::model::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// Longest detail shown, in characters.
pub const DETAIL_CHARS_MAX: usize = 200;
/// Longer error types are none.
const CODE_CHARS_MAX: usize = 64;

/// What a request is to the world, which decides how its failures read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reaches a person, or changes something: what is not surely undone is `Verdict::Unknown`.
    Write,
    /// Reads with an account.
    Read,
    /// Reads without an account (accounts, webhooks): what is refused there is refused to the key.
    Key,
}

/// An answer that is no 2xx, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    pub status: u16,
    pub body: &'a [u8],
    /// `Retry-After`, unread.
    pub retry_after: Option<&'a str>,
    /// When it was given: its `Date`, else our time.
    pub at: Timestamp,
}

/// What an answer that is no 2xx means.
pub fn refused(kind: Kind, answered: Answered<'_>, key: &SecretString) -> Refusal {
    let told = Told::read(answered.body);
    let row = told.slug.as_ref().and_then(|slug| TABLE.iter().find(|row| row.status == answered.status && row.slug == slug));
    let meaning = match (row, kind) {
        (Some(row), Kind::Write) => row.on_write,
        (Some(row), Kind::Read | Kind::Key) => row.on_read,
        (None, _) => unlisted(answered.status, kind, told.is_of_gateway()),
    };
    let after_s = answered.retry_after.and_then(|header| retry_after_s(header, answered.at));
    let verdict = match (meaning, kind) {
        (Meaning::AccountLost, Kind::Key) => Verdict::KeyWrong,
        (meaning, _) => verdict(meaning, after_s),
    };
    let code = told.slug.clone().unwrap_or_else(|| format!("http_{}", answered.status));
    let detail = told.detail.as_deref().map(|detail| scrub(detail, key)).filter(|detail| !detail.is_empty());
    Refusal { verdict, status: Some(answered.status), code, detail }
}

/// Surely nothing was done: the request never left.
pub fn not_sent(verdict: Verdict, code: &str, detail: &str, key: &SecretString) -> Refusal {
    Refusal { verdict, status: None, code: code.to_owned(), detail: Some(scrub(detail, key)) }
}

/// The request left, and what came back settles nothing.
pub fn undecided(kind: Kind, status: Option<u16>, code: &str, detail: &str, key: &SecretString) -> Refusal {
    let verdict = match kind {
        Kind::Write => Verdict::Unknown,
        Kind::Read | Kind::Key => Verdict::Later { after_s: None },
    };
    Refusal { verdict, status, code: code.to_owned(), detail: Some(scrub(detail, key)) }
}

fn verdict(meaning: Meaning, after_s: Option<u32>) -> Verdict {
    match meaning {
        Meaning::Already => Verdict::Already,
        Meaning::Later => Verdict::Later { after_s },
        Meaning::CoolDown => Verdict::CoolDown { after_s },
        Meaning::Never => Verdict::Never,
        Meaning::AccountLost => Verdict::AccountLost,
        Meaning::KeyWrong => Verdict::KeyWrong,
        Meaning::Unknown => Verdict::Unknown,
    }
}

/// A status with a type that is not listed for it, or without one. A 4xx is an answer of somebody who did nothing.
fn unlisted(status: u16, kind: Kind, is_of_gateway: bool) -> Meaning {
    match status {
        // The gateway in front speaks of the key; an unknown type of the API itself, of the account.
        401 if is_of_gateway => Meaning::KeyWrong,
        401 => Meaning::AccountLost,
        403 | 425 => Meaning::Later,
        429 => Meaning::CoolDown,
        400..=407 | 409..=499 => Meaning::Never,
        // 3xx (never followed), 408, 5xx and what no standard knows.
        _ if kind == Kind::Write => Meaning::Unknown,
        _ => Meaning::Later,
    }
}

/// What the body says.
#[derive(Debug, Default)]
struct Told {
    slug: Option<String>,
    detail: Option<String>,
    is_quickstart: bool,
}

impl Told {
    fn read(body: &[u8]) -> Self {
        let Ok(value) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        if let Some(error) = lenient::object(&value, "error") {
            let slug = lenient::text(error, "code").and_then(|code| slug(&code));
            return Self { slug, detail: lenient::text(error, "message"), is_quickstart: true };
        }
        let slug = lenient::text(&value, "type").and_then(|kind| slug(&kind));
        let detail = lenient::text(&value, "detail").or_else(|| lenient::text(&value, "title"));
        Self { slug, detail, is_quickstart: false }
    }

    fn is_of_gateway(&self) -> bool {
        self.is_quickstart || self.slug.is_none()
    }
}

/// `errors/no_channel` as `no_channel`; none when it is no such word.
fn slug(written: &str) -> Option<String> {
    let slug = written.strip_prefix("errors/").unwrap_or(written);
    let is_word = slug.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (is_word && !slug.is_empty() && slug.len() <= CODE_CHARS_MAX).then(|| slug.to_owned())
}

/// Seconds, or a date counted from the answer's own; a time that has passed is none.
fn retry_after_s(header: &str, at: Timestamp) -> Option<u32> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(u32::try_from(seconds).unwrap_or(u32::MAX));
    }
    let date = date_header(header)?;
    u32::try_from(date.since_ms(at) / 1000).ok().filter(|seconds| *seconds > 0)
}

/// An HTTP date.
pub fn date_header(header: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(header).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(Timestamp)
}

/// Text of theirs for people of ours: without the key, without control characters, cut.
pub fn scrub(text: &str, key: &SecretString) -> String {
    let text = match key.expose_secret() {
        "" => text.to_owned(),
        key => text.replace(key, "…"),
    };
    let spaced: String = text.chars().map(|c| if c.is_control() || is_invisible(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(DETAIL_CHARS_MAX).collect()
}

/// Marks that turn the direction of a line, and line separators: they can make a terminal show what is not there.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
