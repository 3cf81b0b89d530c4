//! The ledger: one JSON line for every effect that was performed, written before the answer. It is the far side's only
//! memory: the world is rebuilt from it.

use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Invite,
    Withdraw,
    Message,
    Inmail,
    Group,
    Reaction,
    Comment,
    Endorse,
    View,
    Follow,
}

/// One effect (INTERFACE.md §1). What is after `chat_id` is ours and may grow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Wall time.
    pub at: String,
    /// The sandbox's time.
    pub virtual_at: String,
    pub account: String,
    pub kind: Kind,
    /// Who was reached: the identifier of the people file, else slug, phone JID or user name; of a group all, with commas.
    pub recipient: String,
    pub text: Option<String>,
    /// The id the caller got, or named: of the message, the invitation, the post.
    pub provider_id: String,
    pub chat_id: Option<String>,
    /// The recipient's id at the provider; keys of a group, with commas.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recipient_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Of an InMail the api, of a reaction its type or emoji, of an endorsement the skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Sent>,
}

/// A file that was sent along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub name: String,
    pub mimetype: String,
    pub bytes: usize,
    pub voice: bool,
    /// Names the content.
    pub hash: String,
}

impl Line {
    /// When it was done, in the sandbox's time; the epoch when unreadable (`read` refuses those).
    pub fn time(&self) -> Timestamp {
        self.virtual_at.parse::<jiff::Timestamp>().map(Timestamp::from).unwrap_or_default()
    }
}

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerFault {
    #[error("cannot use the ledger `{path}`: {source}", path = path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("line {line} of the ledger `{path}` is damaged ({what}); move the file away to begin a new one", path = path.display())]
    Damaged { path: PathBuf, line: usize, what: String },
}

/// Where effects are written down; in memory when no file was given.
#[derive(Debug)]
pub struct Ledger {
    file: Option<File>,
    kept: Vec<Line>,
}

impl Ledger {
    /// Opens the file and reads what is in it. A last line cut short by a crash was never answered, and is cut off.
    pub fn open(path: Option<&Path>) -> Result<(Self, Vec<Line>), LedgerFault> {
        let Some(path) = path else { return Ok((Self { file: None, kept: Vec::new() }, Vec::new())) };
        let io = |source| LedgerFault::Io { path: path.to_owned(), source };
        let file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path).map_err(io)?;
        let text = std::fs::read_to_string(path).map_err(io)?;
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(io)?;
        }
        let lines = lines(text.get(..whole).unwrap_or_default());
        let lines = lines.map_err(|(line, what)| LedgerFault::Damaged { path: path.to_owned(), line, what })?;
        Ok((Self { file: Some(file), kept: Vec::new() }, lines))
    }

    /// Appends one line with one write, so that a killed process leaves all of it or nothing.
    pub fn append(&mut self, line: &Line) -> std::io::Result<()> {
        let Some(file) = &mut self.file else {
            self.kept.push(line.clone());
            return Ok(());
        };
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        file.write_all(&text)
    }

    /// The lines of a ledger without a file.
    pub fn kept(&self) -> &[Line] {
        &self.kept
    }
}

/// Wall time and virtual time of the first line, if the file has one: where a restarted sandbox's time goes on from.
pub fn anchor(path: &Path) -> Option<(Timestamp, Timestamp)> {
    let text = std::fs::read_to_string(path).ok()?;
    let line: Line = serde_json::from_str(text.lines().next()?).ok()?;
    let at = line.at.parse::<jiff::Timestamp>().ok()?;
    Some((Timestamp::from(at), line.time()))
}

fn lines(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let parsed = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(n, line)| {
        let line: Line = serde_json::from_str(line).map_err(|fault| (n + 1, fault.to_string()))?;
        let virtual_at = line.virtual_at.parse::<jiff::Timestamp>();
        virtual_at.map(|_| line).map_err(|fault| (n + 1, fault.to_string()))
    });
    parsed.collect()
}
