//! What every store promises, in words; one suite in `tests/store` holds each of them to it.
//!
//! Laws: (1) `submit` gives commits their order; a reader sees a commit as soon as `submit` returns, the outside must
//! not act on it before `done` says it is durable. (2) What is durable is a prefix of that order: after a crash all of a
//! commit is there or nothing. (3) State is fold(journal): the last `Put` or `Delete` of a key wins. (4) Once a commit
//! could not be made durable the store is poisoned: every later `submit` fails, reads go on. (5) What was erased is nowhere
//! any more: not in rows, timelines or replays, and not when an older copy of the journal is put back.

use crate::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use crate::model::journal::{Commit, Entry, Key, Record, Table};
use crate::model::time::Timestamp;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// Most commits that may wait to become durable; `submit` blocks while there are more. A batch larger than this is taken
/// when nothing else waits. Eight batches of the committer: enough to keep the disk busy, little to lose in a crash.
pub const SUBMITTED_MAX: usize = 8_192;

/// Called once, from the committer's thread, when the commits are durable or could not be made so. It must not submit:
/// the committer would wait for itself.
pub type Done = Box<dyn FnOnce(Result<Lsn, StoreFault>) + Send>;

/// Remembers. Shared by all threads; every method may be called from any of them.
pub trait Store: Send + Sync {
    /// Orders the commits (all or none), makes them visible, and durable in the background. Returns the last one's
    /// place. Blocks while the queue is full (`SUBMITTED_MAX`); fails at once when the store is poisoned or closed.
    /// Without commits it is a barrier: `done` says when all that was submitted before is durable.
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault>;

    /// The same for commits whose durability nobody waits for: what is submitted later, and waited for, says it of them too.
    /// They may be written some milliseconds later than others.
    fn submit_quietly(&self, commits: Vec<Commit>) -> Result<Lsn, StoreFault> {
        self.submit(commits, Box::new(drop))
    }

    /// The row, if there is one.
    fn get(&self, key: &Key) -> Result<Option<Record>, StoreFault>;

    /// The rows of many keys, each where its key stands. Quicker than one by one.
    fn get_all(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreFault> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// Every row of a table in an order that does not change (by id; where a fingerprint names the row, by a keyed hash of
    /// it), `after` a key if given, until `see` breaks. A consistent view is not promised: rows changed meanwhile are seen
    /// old or new.
    fn scan(&self, table: Table, after: Option<&Key>, see: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<(), StoreFault>;

    /// The enrollment's lines, oldest first: a walk back through the journal.
    fn timeline(&self, enrollment: EnrollmentId) -> Result<Vec<(Lsn, Entry)>, StoreFault>;

    /// Every commit from that place on, in order.
    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Lsn, Commit) -> ControlFlow<()>) -> Result<(), StoreFault>;

    /// Waits until all that was submitted is durable and applied, and checkpoints. Called at a graceful stop.
    fn settle(&self) -> Result<(), StoreFault>;

    /// Figures for `engine doctor` and tests.
    fn figures(&self) -> Figures;

    /// Makes everything that was ever written of a person unreadable for good, wherever it is copied to, and remembers the
    /// marks by which they would be known if they came again. The caller has stopped all that concerns them, deletes their
    /// rows afterwards, and lets nobody change rows meanwhile; only arrivals may go on.
    fn erase(&self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) -> Result<(), StoreFault>;

    /// When somebody known by that mark was erased.
    fn erased(&self, mark: Fingerprint) -> Option<Timestamp>;

    /// Every mark of somebody who was erased, and when.
    fn marks(&self) -> Vec<(Fingerprint, Timestamp)>;
}

/// What a store says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub last: Lsn,
    pub durable: Lsn,
    pub applied: Lsn,
    pub journal_bytes: u64,
    /// Writes that made commits durable since the store was opened; how many commits shared one tells how loaded it is.
    pub batches: u64,
    /// What opening had to mend, in sentences.
    pub mended: Vec<String>,
}

/// Why a store refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreFault {
    #[error("another engine holds {path}; stop it, or name another data directory with `--data`", path = path.display())]
    Locked { path: PathBuf },
    #[error("the store is damaged: {file} at byte {offset}: {what}; run `engine store rebuild`, or restore a backup", file = file.display())]
    Damaged { file: PathBuf, offset: u64, what: String },
    #[error("the data in {path} is of format {found}, this engine reads up to {known}; use a newer engine", path = path.display())]
    Newer { path: PathBuf, found: u16, known: u16 },
    #[error("cannot {doing} {path}: {source}", path = path.display())]
    Io { doing: &'static str, path: PathBuf, source: Arc<std::io::Error> },
    #[error("the disk is nearly full: {free_mib} MiB are free at {path}, {needed_mib} MiB are needed; free some, the engine goes on by itself", path = path.display())]
    DiskFull { path: PathBuf, free_mib: u64, needed_mib: u64 },
    #[error("the backup in {path} cannot be used: {what}; nothing was touched", path = path.display())]
    BadBackup { path: PathBuf, what: String },
    #[error("{path} is not empty: there is data in it already; nothing was touched", path = path.display())]
    Occupied { path: PathBuf },
    #[error("a restore into {path} was broken off: there is no whole journal; restore the backup again", path = path.display())]
    Unfinished { path: PathBuf },
    #[error("the store stopped after a write failed ({because}); restart the engine once the cause is mended")]
    Poisoned { because: String },
    #[error("the store is closed")]
    Closed,
    #[error("{path} can be read by other users (mode {mode:o}): whoever read it can read every person's record; `chmod 600` it", path = path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("the keys of people's records are not in {path}{}; bring the directory back as it was last, or restore with `--key FILE`", if *has_table { ": the store key is missing" } else { "" }, path = path.display())]
    Keyless { path: PathBuf, has_table: bool },
    #[error("{path} holds people's records from before they were sealed; stop the engine, run `engine store rebuild`, delete what it leaves beside it, then erase", path = path.display())]
    Unsealed { path: PathBuf },
}

impl StoreFault {
    /// Can the same call succeed later without anybody's help?
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }
}

/// Submits and waits until durable. For callers that may block (commands, import, tests).
pub fn commit(store: &dyn Store, commits: Vec<Commit>) -> Result<Lsn, StoreFault> {
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    store.submit(
        commits,
        Box::new(move |result| {
            // The receiver waits below; it cannot be gone.
            drop(tell.send(result));
        }),
    )?;
    told.recv().map_err(|_| StoreFault::Closed)?
}

/// Where a commit stands in a journal: opaque outside the journal, grows with the order, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub u64);

/// A commit's bytes, at the place the journal gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub lsn: Lsn,
    pub place: Place,
    pub payload: Vec<u8>,
}

/// What commits are written to, in order, once. A journal's home may be files or a replicated log: whoever appends says
/// what it expects the next commit's place in the order to be, so that one that lost its journal cannot write to it.
pub trait Journal: Send + Sync {
    /// Gives the next commit its place; `bytes` is its payload's length. Frames are appended in the order of their places.
    fn place(&self, bytes: usize) -> Place;

    /// Writes the frames, the first of which must be the `expected` next one, and returns when they are durable. After a
    /// fault nothing more may be appended: what is on the disk is not known.
    fn append(&self, expected: Lsn, frames: &[Arc<Frame>]) -> Result<(), StoreFault>;

    /// The commit at a place that was appended.
    fn read(&self, place: Place) -> Result<Frame, StoreFault>;

    /// Every commit from `from` to the last appended, in order.
    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Frame) -> Result<ControlFlow<()>, StoreFault>) -> Result<(), StoreFault>;

    /// Names a place, for messages: what holds it and how far inside.
    fn whereabouts(&self, place: Place) -> (PathBuf, u64);

    /// The last commit that is durable; zero when there is none.
    fn last(&self) -> Lsn;

    /// Names this journal among all: a progress store of another is not trusted.
    fn identity(&self) -> [u8; 16];

    /// Size of the journal in bytes.
    fn bytes(&self) -> u64;
}
