//! Which words may begin a line in which block, and what their `end` may name.

use crate::lang::camp::head::{Head, Kind, head};
use crate::lang::words;

/// Words that begin a line at top level.
pub const TOP: &[&str] = &["campaign", "workspace", "message", "class", "part", "test"];
/// Words that begin a line in a campaign.
pub const CAMPAIGN: &[&str] = &[
    "goal", "accounts", "outcomes", "contacts", "limits", "schedule", "class", "message", "steps", "on", "part", "migrate",
    "report",
];
/// Words that begin a line in a workspace.
pub const WORKSPACE: &[&str] =
    &["account", "pool", "person", "never", "class", "message", "part", "schedule", "limits", "report", "refresh"];
/// Words that begin a statement.
pub const STATEMENTS: &[&str] = &[
    "invite", "withdraw", "send", "tag", "untag", "set", "notify", "suppress", "pause", "wait", "if", "repeat", "split", "stop",
    "start", "visit", "follow", "like", "comment", "endorse", "react", "call", "ask", "do",
];
/// Words that begin a clause of `contacts`.
pub const CONTACTS: &[&str] = &["need", "may", "skip", "enter", "start", "refresh", "at", "one"];
/// Words that begin a line of a message; texts begin with a quote or a language.
pub const MESSAGE: &[&str] = &["subject", "attach", "voice"];
/// Words that begin a line of a migration.
pub const MIGRATE: &[&str] = &["at", "anyone"];
/// Words that begin a line of a test.
pub const TEST: &[&str] = &["given", "day", "then"];
/// Words that begin a line of a schedule.
pub const SCHEDULE: &[&str] = &["send", "timezone", "holidays", "gap"];
/// Words that begin a line of limits.
pub const LIMITS: &[&str] = &["invites", "messages", "inmails", "visits", "engagements", "pending", "ramp"];
/// Words that begin a line of an account.
pub const ACCOUNT: &[&str] = &["id", "channel", "tier", "timezone", "owner"];
/// Words that divide blocks of statements, or close them.
pub const CLAUSES: &[&str] = &["when", "else", "end", "on"];

/// Does the word begin a line anywhere in the language?
pub fn is_known(word: &str) -> bool {
    words::is_keyword(word)
        || [SCHEDULE, LIMITS, ACCOUNT, CONTACTS, CLAUSES, MIGRATE, TEST].iter().any(|words| words.contains(&word))
}

/// What `end` may name: the label, else the block's own name, else its keyword.
pub fn end_names(kind: Kind, header: &str) -> Vec<String> {
    let head = head(header);
    if let Some((start, end)) = head.label {
        return vec![header.get(start..end).unwrap_or_default().to_owned()];
    }
    let keyword = head.word(0).to_owned();
    match kind {
        Kind::Campaign | Kind::Workspace | Kind::Message | Kind::Account | Kind::Split | Kind::Part => {
            vec![head.word(1).to_owned()]
        }
        Kind::Handler => vec![handler_words(&head), head.word(1).to_owned(), keyword],
        Kind::Contacts | Kind::Steps | Kind::Schedule | Kind::Limits | Kind::Wait | Kind::If => vec![keyword],
        Kind::Repeat | Kind::Test | Kind::Migrate | Kind::Unknown => vec![keyword],
    }
}

fn handler_words(head: &Head<'_>) -> String {
    match head.word(1) {
        "opt" | "account" | "send" => format!("on {} {}", head.word(1), head.word(2)),
        other => format!("on {other}"),
    }
}
