//! What is written down: commits, their causes, and the lines people read.
//!
//! The one law: every commit consumes exactly one durable cause and writes all its consequences at once. A commit holds
//! its consequences as after-images, so that state = fold(journal) is last-writer-wins by key (promise P9).

use crate::model::account::{Account, Budget};
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{AccountId, CampaignId, EffectKey, EnrollmentId, Fingerprint, TaskId};
use crate::model::intent::Intent;
use crate::model::outgoing::{Outgoing, Task};
use crate::model::past::{Past, Quarantine};
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One durable step of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    pub at: Timestamp,
    pub cause: Cause,
    pub changes: Vec<Change>,
    /// Lines of timelines. Each names an enrollment that the same commit puts.
    pub entries: Vec<(EnrollmentId, Entry)>,
}

/// What a commit consumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// From outside: a webhook made durable, not yet acted on.
    Arrival,
    /// An inbox row, deleted in this commit.
    Inbox {
        row: u64,
    },
    /// A timer that was due.
    Timer {
        enrollment: EnrollmentId,
    },
    /// A step of the outbox: intent made, outcome known, reading done.
    Outbox {
        key: EffectKey,
    },
    /// A list row, a command, an installed campaign, a poll's finding.
    Enrolment,
    Command {
        word: String,
    },
    Install,
    Poll {
        account: AccountId,
    },
    /// Somebody goes on in another version of their campaign: a `Record::Move`, deleted in this commit, or the
    /// installation itself.
    Move {
        enrollment: EnrollmentId,
    },
    /// A letter's attempt: it arrived, waits anew, or is given up.
    Letter {
        row: u64,
    },
}

/// A consequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    Put(Record),
    Delete(Key),
}

/// A row of the store, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    Enrollment(Box<Enrollment>),
    Contact(Box<Contact>),
    Account(Box<Account>),
    Campaign(Box<Installed>),
    Intent(Box<Intent>),
    /// Who is meant by an id of the outside.
    Route {
        key: RouteKey,
        enrollments: Vec<EnrollmentId>,
    },
    /// A provider's message or invitation id that belongs to one of our effects, for ever.
    Claim {
        account: AccountId,
        remote: Fingerprint,
        key: EffectKey,
    },
    /// One use of a budget.
    Usage {
        account: AccountId,
        budget: Budget,
        at: Timestamp,
        key: EffectKey,
        campaign: CampaignId,
    },
    Inbox(Box<InboxRow>),
    /// An event's dedup key, kept at least 30 days.
    Seen {
        key: Fingerprint,
        at: Timestamp,
    },
    /// What is nobody's: kept and shown.
    Unrouted {
        row: u64,
        at: Timestamp,
        body: String,
    },
    Meta(Meta),
    /// Somebody goes on in that version once nothing of theirs is in flight. Deleted in the commit that moves them.
    Move {
        enrollment: EnrollmentId,
        to: CampaignId,
    },
    /// A letter to a person or system of the user's own, until it has arrived.
    Outgoing(Box<Outgoing>),
    /// Something a person of ours was asked to do.
    Task(Box<Task>),
    /// Something that went out and that this data, restored from a backup, has not claimed yet.
    Past(Box<Past>),
}

/// Names a row. See `store/keys` for its bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    Enrollment(EnrollmentId),
    Contact(crate::model::id::ContactId),
    Account(AccountId),
    Campaign(CampaignId),
    Intent(EffectKey),
    Route(RouteKey),
    Claim { account: AccountId, remote: Fingerprint },
    Usage { account: AccountId, budget: Budget, at: Timestamp, key: EffectKey },
    Inbox { row: u64 },
    Seen { key: Fingerprint },
    Unrouted { row: u64 },
    Meta(MetaKey),
    Move { enrollment: EnrollmentId },
    Outgoing { row: u64 },
    Task(TaskId),
    Past { account: AccountId, remote: Fingerprint },
}

/// The tables, for scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Enrollment,
    Contact,
    Account,
    Campaign,
    Intent,
    Route,
    Claim,
    Usage,
    Inbox,
    Seen,
    Unrouted,
    Meta,
    Move,
    Outgoing,
    Task,
    Past,
}

/// How somebody of the outside is named, in the order routing asks (RUNTIME.md §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RouteKey {
    /// (account, provider id)
    Person { account: AccountId, id: Fingerprint },
    /// (account, chat)
    Chat { account: AccountId, id: Fingerprint },
    /// (account, public identifier)
    Public { account: AccountId, id: Fingerprint },
    /// (account, digits of a phone number)
    Digits { account: AccountId, id: Fingerprint },
    /// The contact's key in its list, whatever the account: what commands speak of.
    Contact { id: Fingerprint },
}

/// A campaign as it was installed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Installed {
    pub id: CampaignId,
    pub campaign: crate::model::campaign::Campaign,
    pub at: Timestamp,
    /// Paused by the operator.
    pub is_paused: bool,
    /// The newest version of its name: whom new people enter.
    pub is_current: bool,
}

/// A webhook that was made durable and waits to be acted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboxRow {
    pub row: u64,
    pub at: Timestamp,
    pub dedup: Fingerprint,
    pub enrollments: Vec<EnrollmentId>,
    pub account: Option<AccountId>,
    /// The body as it came (a JSON text), for the journal's truth.
    pub body: String,
}

/// Single values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Meta {
    /// Wall and virtual time of the first start, and the pace since then (INTERFACE.md, `--speed`).
    Anchor { wall: Timestamp, virtual_at: Timestamp, speed: u32 },
    /// The engine was alive then: what lies between this and the next start is an outage.
    Alive { at: Timestamp },
    /// The next ids to give.
    Counters { contact: u64, enrollment: u64, account: u32, campaign: u32, inbox: u64 },
    /// Everything is paused by the operator.
    Paused { since: Option<Timestamp> },
    /// The workspace's limits as installed: what accounts may do, for whoever asks while nothing runs.
    Limits { limits: Box<crate::model::campaign::Limits> },
    /// Versions just installed whose people of earlier versions are being looked at, one after another: a restart in the
    /// middle goes on with it. Empty: all were looked at.
    Deciding { versions: Vec<CampaignId> },
    /// The saved plan that was applied last: to start again with it goes on.
    Applied { plan: Fingerprint },
    /// The data was restored from a backup.
    Quarantine(Box<Quarantine>),
}

/// Names a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MetaKey {
    Anchor,
    Alive,
    Counters,
    Paused,
    Limits,
    Deciding,
    Applied,
    Quarantine,
}

/// A line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: EntryKind,
    /// Label of the step it belongs to; empty before the first.
    pub step: String,
    pub version: u32,
    /// Facts in the order they are shown. A `sent` line has `provider_id`.
    pub detail: Vec<(String, String)>,
}

/// What a line of a timeline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    Enrolled,
    Started,
    /// Something came from outside.
    Event,
    /// The machine chose: an arm, a branch, a handler.
    Decision,
    Intent,
    Sent,
    /// Refused; for good, or `retry_at` says when it is tried again.
    Failed,
    Unknown,
    Reconciled,
    Parked,
    Cancelled,
    Skipped,
    Timer,
    Paused,
    Resumed,
    Notified,
    Changed,
    Ended,
    /// Goes on in another version of the campaign.
    Moved,
}

impl Record {
    /// The row's name.
    pub fn key(&self) -> Key {
        match self {
            Self::Enrollment(enrollment) => Key::Enrollment(enrollment.id),
            Self::Contact(contact) => Key::Contact(contact.id),
            Self::Account(account) => Key::Account(account.id),
            Self::Campaign(installed) => Key::Campaign(installed.id),
            Self::Intent(intent) => Key::Intent(intent.key),
            Self::Route { key, .. } => Key::Route(*key),
            Self::Claim { account, remote, .. } => Key::Claim { account: *account, remote: *remote },
            Self::Usage { account, budget, at, key, .. } => Key::Usage { account: *account, budget: *budget, at: *at, key: *key },
            Self::Inbox(row) => Key::Inbox { row: row.row },
            Self::Seen { key, .. } => Key::Seen { key: *key },
            Self::Unrouted { row, .. } => Key::Unrouted { row: *row },
            Self::Meta(meta) => Key::Meta(meta.key()),
            Self::Move { enrollment, .. } => Key::Move { enrollment: *enrollment },
            Self::Outgoing(letter) => Key::Outgoing { row: letter.row },
            Self::Task(task) => Key::Task(task.id),
            Self::Past(past) => Key::Past { account: past.account, remote: past.remote_print() },
        }
    }
}

impl Meta {
    /// The value's name.
    pub fn key(&self) -> MetaKey {
        match self {
            Self::Anchor { .. } => MetaKey::Anchor,
            Self::Alive { .. } => MetaKey::Alive,
            Self::Counters { .. } => MetaKey::Counters,
            Self::Paused { .. } => MetaKey::Paused,
            Self::Limits { .. } => MetaKey::Limits,
            Self::Deciding { .. } => MetaKey::Deciding,
            Self::Applied { .. } => MetaKey::Applied,
            Self::Quarantine(_) => MetaKey::Quarantine,
        }
    }
}

impl Key {
    /// The table the row stands in.
    pub fn table(&self) -> Table {
        match self {
            Self::Enrollment(_) => Table::Enrollment,
            Self::Contact(_) => Table::Contact,
            Self::Account(_) => Table::Account,
            Self::Campaign(_) => Table::Campaign,
            Self::Intent(_) => Table::Intent,
            Self::Route(_) => Table::Route,
            Self::Claim { .. } => Table::Claim,
            Self::Usage { .. } => Table::Usage,
            Self::Inbox { .. } => Table::Inbox,
            Self::Seen { .. } => Table::Seen,
            Self::Unrouted { .. } => Table::Unrouted,
            Self::Meta(_) => Table::Meta,
            Self::Move { .. } => Table::Move,
            Self::Outgoing { .. } => Table::Outgoing,
            Self::Task(_) => Table::Task,
            Self::Past { .. } => Table::Past,
        }
    }
}
