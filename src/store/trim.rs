//! Retention: timelines of people who have been out for long are taken out of the journal, and said to be.
//!
//! The journal is written anew. What is younger than the period stays word for word. Of what is older stays every row's last
//! word, so that the state is the same fold as before and nobody is ever written to again, and the whole timeline of
//! everybody who is not out: a timeline is there from its first line on, or one line says how many were removed. Before the
//! new journal takes the old one's place it is read again, and must add up to the same rows.

use crate::model::enrollment::{Enrollment, Status};
use crate::model::id::{EnrollmentId, Lsn};
use crate::model::journal::{Cause, Entry, EntryKind, Key, Record};
use crate::model::time::Timestamp;
use crate::store::anew::{Anew, unwritable};
use crate::store::contract::{Frame, Journal, Place, Store, StoreFault};
use crate::store::journaled::JournaledStore;
use crate::store::seal::commit::{self, SealedChange, SealedCommit, SealedLines};
use crate::store::seal::keyring::{Keyring, person_of};
use crate::store::seal::safe::Safe;
use crate::store::segments::SegmentJournal;
use crate::store::start::{self, JOURNAL, KEYS, Options, TRIMMED};
use crate::store::{disk, keys, record};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::Path;

/// The shortest period: so long events are told apart by their keys, and a late reply of somebody who is out is handled.
pub const KEEP_DAYS_MIN: u32 = 30;
/// The word of the first commit of a trimmed journal; its time is that up to which it was trimmed.
const WORD: &str = "trim";
/// How the line that stands for removed ones says how many they were.
const REMOVED: &str = "removed";

/// What was taken out, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Timelines that were removed.
    pub timelines: u64,
    /// Their lines.
    pub lines: u64,
    pub commits_before: u64,
    pub commits_after: u64,
    pub bytes_before: u64,
    /// Of the new journal; zero when it was only looked for what would go.
    pub bytes_after: u64,
    /// What opening the store had to mend before, in sentences.
    pub mended: Vec<String>,
}

/// Has so much become older than `before`, since the last time or ever, that a start should trim? `step_ms`: so much.
pub fn is_due(dir: &Path, options: &Options, before: Timestamp, step_ms: i64) -> Result<bool, StoreFault> {
    let home = dir.join(JOURNAL);
    if !home.is_dir() {
        return Ok(false);
    }
    let _lock = start::lock(dir)?;
    if SegmentJournal::is_empty(&home)? {
        return Ok(false);
    }
    let journal = SegmentJournal::look(&home, options.segment_bytes, [0; 16])?;
    let mut first = None;
    journal.replay(Lsn(1), &mut |frame| {
        first = Some(sealed(&journal, &frame)?.at);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(first.is_some_and(|first| before.since_ms(first) >= step_ms))
}

/// Takes out of the journal in `dir` the timelines of everybody who was out before that time. None: nothing is that old. The
/// store must be closed; the next `open` removes what was replaced. A crash leaves the old journal or the new one.
pub fn trim(dir: &Path, options: Options, before: Timestamp, now: Timestamp) -> Result<Option<Trimmed>, StoreFault> {
    let (journal, mended) = readable(dir, &options)?;
    let lock = start::lock(dir)?;
    let (free_mib, journal_mib) = (disk::free_mib(dir)?, journal.bytes() >> 20);
    let needed_mib = journal_mib + options.free_mib_min;
    if free_mib < needed_mib {
        return Err(StoreFault::DiskFull { path: dir.to_path_buf(), free_mib, needed_mib });
    }
    let (safe, _) = Safe::open(&dir.join(KEYS), false)?;
    let Some(mut sieve) = Sieve::over(&journal, safe, before, now)? else { return Ok(None) };
    let mut anew = Anew::begin(dir, options.segment_bytes)?;
    let cause = Cause::Command { word: WORD.to_owned() };
    anew.append(SealedCommit { at: before, cause, changes: Vec::new(), lines: Vec::new() })?;
    sieve.pour(&journal, &mut |commit| anew.append(commit))?;
    anew.flush()?;
    let told = Trimmed { bytes_after: anew.journal.bytes(), mended, ..sieve.told };
    let wanted = sieve.sum;
    drop(sieve.newest);
    if sum_of(&anew.journal)? != wanted {
        let what = "the trimmed journal does not add up to the same rows; nothing was changed".to_owned();
        return Err(StoreFault::Damaged { file: dir.join(JOURNAL), offset: 0, what });
    }
    drop((anew, journal));
    start::swap_in(dir, TRIMMED)?;
    drop(lock);
    drop(JournaledStore::open(dir, options)?);
    Ok(Some(told))
}

/// What `trim` would take out.
pub fn look(dir: &Path, options: &Options, before: Timestamp) -> Result<Option<Trimmed>, StoreFault> {
    let (journal, mended) = readable(dir, options)?;
    let _lock = start::lock(dir)?;
    let (safe, _) = Safe::open(&dir.join(KEYS), false)?;
    let Some(mut sieve) = Sieve::over(&journal, safe, before, before)? else { return Ok(None) };
    sieve.pour(&journal, &mut |_| Ok(()))?;
    Ok(Some(Trimmed { mended, ..sieve.told }))
}

/// The journal, its end mended and its format known by a start of the store; and what that mended.
fn readable(dir: &Path, options: &Options) -> Result<(SegmentJournal, Vec<String>), StoreFault> {
    let mended = JournaledStore::open(dir, options.clone())?.figures().mended;
    Ok((SegmentJournal::look(&dir.join(JOURNAL), options.segment_bytes, [0; 16])?, mended))
}

fn sealed(journal: &SegmentJournal, frame: &Frame) -> Result<SealedCommit, StoreFault> {
    let (file, offset) = journal.whereabouts(frame.place);
    match record::formed(&frame.payload).map_err(|fault| fault.at(&file, offset))?.1 {
        record::Form::Sealed(commit) => Ok(commit),
        record::Form::Plain(_) => Err(StoreFault::Unsealed { path: file }),
    }
}

/// Looks at a commit and where it stands.
type SeeCommit<'s> = &'s mut dyn FnMut(Lsn, Place, SealedCommit) -> Result<ControlFlow<()>, StoreFault>;

fn each(journal: &SegmentJournal, see: SeeCommit<'_>) -> Result<(), StoreFault> {
    journal.replay(Lsn(1), &mut |frame| see(frame.lsn, frame.place, sealed(journal, &frame)?))
}

/// Rows and a sum over them, whatever the order: equal folds have equal ones.
type Sum = (u64, u64);

fn print(key: &[u8], record: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (key, record).hash(&mut hasher);
    hasher.finish()
}

fn sum_of(journal: &SegmentJournal) -> Result<Sum, StoreFault> {
    let mut rows = HashMap::new();
    each(journal, &mut |_, _, commit| {
        for SealedChange { key, record } in commit.changes {
            match record {
                Some(record) => drop(rows.insert(print(&key, &[]), print(&key, &record))),
                None => drop(rows.remove(&print(&key, &[]))),
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((rows.len() as u64, rows.values().fold(0, |sum, one| sum ^ one)))
}

/// What of somebody's timeline was removed.
#[derive(Debug, Default)]
struct Removed {
    lines: u64,
    version: u32,
    /// The line of an earlier time, when nothing else was there.
    said: Option<Entry>,
}

/// Lets through what stays.
struct Sieve {
    /// Where each row was put last: the commit, and which of its changes.
    newest: HashMap<Vec<u8>, (Place, usize)>,
    /// What comes from here on stays as it is.
    young: Lsn,
    gone: HashMap<EnrollmentId, Removed>,
    safe: Safe,
    now: Timestamp,
    told: Trimmed,
    sum: Sum,
}

impl Sieve {
    /// Reads the journal twice: where each row's last word is, and whose last word says that they have long been out.
    fn over(journal: &SegmentJournal, safe: Safe, before: Timestamp, now: Timestamp) -> Result<Option<Self>, StoreFault> {
        let (mut newest, mut young) = (HashMap::new(), None);
        each(journal, &mut |lsn, place, commit| {
            if commit.at >= before {
                young.get_or_insert(lsn);
            }
            for (nth, SealedChange { key, record }) in commit.changes.into_iter().enumerate() {
                match record {
                    Some(_) => drop(newest.insert(key, (place, nth))),
                    None => drop(newest.remove(&key)),
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let young = young.unwrap_or(Lsn(journal.last().0 + 1));
        if young <= Lsn(1) {
            return Ok(None);
        }
        let told = Trimmed { commits_before: journal.last().0, bytes_before: journal.bytes(), ..Trimmed::default() };
        let mut sieve = Self { newest, young, gone: HashMap::new(), safe, now, told, sum: (0, 0) };
        each(journal, &mut |lsn, place, commit| {
            if lsn >= young {
                return Ok(ControlFlow::Break(()));
            }
            for (nth, SealedChange { key, record }) in commit.changes.iter().enumerate() {
                let last = record.as_ref().filter(|_| sieve.is_last(key, (place, nth)));
                let (Some(Key::Enrollment(id)), Some(record)) = (keys::decode(key), last) else { continue };
                let opened = commit::open_record(&sieve.safe.ring(), key, record).map_err(unwritable)?;
                if matches!(opened, Some(Record::Enrollment(enrollment)) if is_out(&enrollment, before)) {
                    sieve.gone.insert(id, Removed::default());
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Some(sieve))
    }

    /// Reads the journal once more, and hands on what stays.
    fn pour(
        &mut self,
        journal: &SegmentJournal,
        put: &mut dyn FnMut(SealedCommit) -> Result<(), StoreFault>,
    ) -> Result<(), StoreFault> {
        self.told.commits_after = 1;
        each(journal, &mut |lsn, place, commit| {
            for (nth, SealedChange { key, record }) in commit.changes.iter().enumerate() {
                if let Some(record) = record.as_ref().filter(|_| self.is_last(key, (place, nth))) {
                    self.sum = (self.sum.0 + 1, self.sum.1 ^ print(key, record));
                }
            }
            let kept = if lsn < self.young { self.sift(place, commit)? } else { Some(commit) };
            if let Some(commit) = kept {
                self.told.commits_after += 1;
                put(commit)?;
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    fn is_last(&self, key: &[u8], at: (Place, usize)) -> bool {
        self.newest.get(key) == Some(&at)
    }

    /// What of an old commit stays: rows that were never put again, and timelines of whoever is not out, with the row that
    /// leads to them.
    fn sift(&mut self, place: Place, commit: SealedCommit) -> Result<Option<SealedCommit>, StoreFault> {
        let id_of =
            |change: &SealedChange| if let Some(Key::Enrollment(id)) = keys::decode(&change.key) { Some(id) } else { None };
        // A timeline begins anew where its row was deleted.
        for removed in commit.changes.iter().filter(|change| change.record.is_none()).filter_map(id_of) {
            self.gone.entry(removed).and_modify(|removed| *removed = Removed::default());
        }
        let mut lines = Vec::new();
        for group in commit.lines {
            match self.gone.get_mut(&group.enrollment) {
                Some(removed) => removed.count(&self.safe.ring(), &group)?,
                None if self.newest.contains_key(&keys::encode(&Key::Enrollment(group.enrollment))) => lines.push(group),
                // Erased meanwhile.
                None => {}
            }
        }
        let told: HashSet<EnrollmentId> = lines.iter().map(|group| group.enrollment).collect();
        let mut changes = Vec::new();
        for (nth, change) in commit.changes.into_iter().enumerate() {
            let enrollment = id_of(&change);
            let is_last = self.is_last(&change.key, (place, nth));
            if let Some(removed) = enrollment.filter(|_| is_last).and_then(|id| Some((id, self.gone.remove(&id)?))) {
                lines.extend(self.instead(removed, &change)?);
            }
            let stays = match change.record {
                Some(_) => is_last || enrollment.is_some_and(|id| told.contains(&id)),
                None => enrollment.is_some() && self.newest.contains_key(&change.key),
            };
            if stays {
                changes.push(change);
            }
        }
        let is_empty = changes.is_empty() && lines.is_empty();
        Ok((!is_empty).then_some(SealedCommit { at: commit.at, cause: commit.cause, changes, lines }))
    }

    /// The line that stands for all that were removed, sealed as they were.
    fn instead(
        &mut self,
        (enrollment, removed): (EnrollmentId, Removed),
        row: &SealedChange,
    ) -> Result<Option<SealedLines>, StoreFault> {
        let Some(contact) = row.record.as_deref().and_then(person_of).filter(|_| removed.lines > 0) else { return Ok(None) };
        let entry = removed.said.unwrap_or_else(|| {
            self.told.timelines += 1;
            self.told.lines += removed.lines;
            let detail = vec![(REMOVED.to_owned(), removed.lines.to_string())];
            Entry { at: self.now, kind: EntryKind::Changed, step: String::new(), version: removed.version, detail }
        });
        commit::seal_lines(&self.safe.ring(), enrollment, contact, &[&entry]).map(Some).map_err(unwritable)
    }
}

impl Removed {
    fn count(&mut self, ring: &Keyring, group: &SealedLines) -> Result<(), StoreFault> {
        for entry in commit::open_lines(ring, group).map_err(unwritable)? {
            let earlier = entry.detail.iter().find(|(name, _)| entry.kind == EntryKind::Changed && name == REMOVED);
            self.said = earlier.is_some_and(|_| self.lines == 0).then(|| entry.clone());
            self.lines += earlier.and_then(|(_, lines)| lines.parse().ok()).unwrap_or(1);
            self.version = entry.version;
        }
        Ok(())
    }
}

/// Has the person been out, and not been listened to, since before that time?
fn is_out(enrollment: &Enrollment, before: Timestamp) -> bool {
    let Status::Ended { listens_until, handler, .. } = &enrollment.status else { return false };
    *listens_until < before && handler.is_none() && enrollment.left.is_empty()
}
