//! The keys of the YAML notation, and which word an unknown one was meant to be.

use crate::lang::words;

/// A statement by its leading key, and the keys that may stand beside it; `label` may stand beside each.
pub const STATEMENTS: &[(&str, &[&str])] = &[
    ("invite", &[]),
    ("withdraw_invite", &[]),
    ("send", &["channel", "late"]),
    ("send_inmail", &["via", "late"]),
    ("start_group", &["with", "saying", "late"]),
    ("visit_profile", &[]),
    ("follow", &[]),
    ("like_latest_post", &[]),
    ("comment_latest_post", &[]),
    ("endorse", &[]),
    ("react", &[]),
    ("tag", &[]),
    ("untag", &[]),
    ("set", &[]),
    ("notify", &[]),
    ("ask", &[]),
    ("call_webhook", &[]),
    ("suppress_contact", &[]),
    ("pause_until", &[]),
    ("wait", &[]),
    ("wait_until", &[]),
    (
        "wait_up_to",
        &[
            "when_accepted",
            "when_replied",
            "when_seen",
            "when_delivered",
            "when_reacted",
            "when_approved",
            "when_rejected",
            "when_done",
            "when",
            "on_timeout",
            "for",
            "or_stop",
        ],
    ),
    ("if", &["then", "else_if", "else"]),
    ("repeat", &["do"]),
    ("split", &["arms"]),
    ("do_part", &[]),
    ("stop", &[]),
];

/// The key of a label that is itself the word of a statement: `{label: follow, send: intro}`.
pub const LABEL: &str = "label";

/// Statements that stand as a bare word.
pub const BARE: &[&str] = &["invite", "withdraw_invite", "visit_profile", "follow", "like_latest_post", "suppress_contact"];

/// Is it a word that begins a statement?
pub fn is_statement(key: &str) -> bool {
    beside(key).is_some()
}

/// The keys that may stand beside a statement's own.
pub fn beside(key: &str) -> Option<&'static [&'static str]> {
    STATEMENTS.iter().find(|(statement, _)| *statement == key).map(|(_, beside)| *beside)
}

/// The keys of a message that are no language.
pub const MESSAGE: &[&str] = &["subject", "text", "attach", "voice", "languages"];

/// Does the key of a message name a language: two or three letters, perhaps a region? A slip of another key does not.
pub fn is_language(key: &str) -> bool {
    let first = key.split(['-', '_']).next().unwrap_or_default();
    let is_tag = (2..=3).contains(&first.len()) && first.chars().all(|letter| letter.is_ascii_lowercase());
    is_tag && key != "on" && nearest(key, MESSAGE.iter().copied()).is_none()
}

/// The nearest of the known words, if one is near enough to have been meant; `-`, spaces and capitals are forgiven.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str> + Clone) -> Option<&'w str> {
    let plain = word.to_lowercase().replace(['-', ' '], "_");
    let same = known.clone().into_iter().find(|candidate| *candidate == plain);
    same.or_else(|| words::nearest(&plain, known))
}
