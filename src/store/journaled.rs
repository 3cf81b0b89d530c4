//! The store on disk: commits go to the journal, from there to the tree; what is between them lies in the overlay.

mod lookup;

use crate::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use crate::model::intent::IntentState;
use crate::model::journal::{Cause, Change, Commit, Entry, Key, Record, Table};
use crate::model::time::Timestamp;
use crate::store::contract::{self, Done, Figures, Frame, Journal, Place, Store, StoreFault};
use crate::store::guard::{reading, writing};
use crate::store::order::{self, Current, Prepared};
use crate::store::overlay::Overlay;
use crate::store::queue::Submitted;
use crate::store::record::{self, Unreadable};
use crate::store::seal::commit::{self, People};
use crate::store::seal::keyring::{is_nobodys_before, newcomers};
use crate::store::seal::safe::Safe;
use crate::store::segments::SegmentJournal;
use crate::store::sled::Progress;
use crate::store::start::{self, Options};
use crate::store::way::Way;
use crate::store::{applier, checkpoint, committer, copied, disk, keys};
use std::fs::File;
use std::ops::{Bound, ControlFlow};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;

/// Rows are read in portions of this size, so that `see` may call the store and writers wait little.
const PORTION_ROWS: usize = 512;

/// A store in a data directory, for one process at a time.
pub struct JournaledStore {
    parts: Arc<Parts>,
    options: Options,
    dir: PathBuf,
    mended: Vec<String>,
    threads: Vec<JoinHandle<()>>,
    /// Dropping it stops the checkpoints.
    stop_checkpoints: Option<Sender<()>>,
    /// Held as long as the store is open.
    lock: File,
}

struct Parts {
    way: Way,
    journal: SegmentJournal,
    progress: Progress,
    overlay: RwLock<Overlay>,
    safe: Safe,
    /// Held for reading from the sealing of a commit until it has its place: nothing sealed under an old key comes later.
    sealing: RwLock<()>,
}

impl JournaledStore {
    /// Opens the store in `dir`, which is made if it is not there: locks it, mends what a crash left, rebuilds the tree
    /// when it cannot be trusted (`Figures::mended` says so), brings it up to the journal's end. `Locked` when another
    /// process has it, `Damaged` when the journal itself is not as it was acknowledged, `Newer` for a newer format.
    pub fn open(dir: &Path, options: Options) -> Result<Self, StoreFault> {
        let started = start::open(dir, &options)?;
        let way = Way::from(started.journal.last(), started.progress.applied(), started.progress.rows());
        let parts = Arc::new(Parts {
            way,
            journal: started.journal,
            progress: started.progress,
            overlay: RwLock::new(Overlay::default()),
            safe: started.safe,
            sealing: RwLock::new(()),
        });
        let (stop, stopped) = channel();
        let mut store = Self {
            parts: Arc::clone(&parts),
            dir: dir.to_path_buf(),
            mended: started.mended,
            threads: Vec::new(),
            stop_checkpoints: Some(stop),
            lock: started.lock,
            options,
        };
        let every = store.options.checkpoint_every;
        store.spawn("store-committer", |parts| committer::run(&parts.way, &parts.journal))?;
        store.spawn("store-applier", |parts| applier::run(&parts.way, &parts.progress, &parts.overlay))?;
        let is_copied = started.is_copied;
        store.spawn("store-checkpoint", move |parts| {
            checkpoint::run(&parts.way, &parts.progress, &parts.journal, every, &stopped)
        })?;
        if is_copied && store.figures().last > Lsn(0) {
            copied::mark(&store)?;
            store.mended.push(copied::SAYS.to_owned());
        }
        start::settle_here(&store.lock, dir)?;
        Ok(store)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce(&Parts) + Send + 'static) -> Result<(), StoreFault> {
        let parts = Arc::clone(&self.parts);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&parts));
        let failed = |source| StoreFault::Io { doing: "start a thread for", path: self.dir.clone(), source: Arc::new(source) };
        self.threads.push(thread.map_err(failed)?);
        Ok(())
    }

    /// Below the threshold nothing is taken that starts something: no call, no people, no campaign. What postpress told
    /// us, and how calls under way ended, must not be lost.
    fn refuse_when_full(&self, commits: &[Commit]) -> Result<(), StoreFault> {
        if !commits.iter().any(starts_something) {
            return Ok(());
        }
        let free_mib = disk::free_mib(&self.dir)?;
        let needed_mib = self.options.free_mib_min;
        if free_mib < needed_mib { Err(StoreFault::DiskFull { path: self.dir.clone(), free_mib, needed_mib }) } else { Ok(()) }
    }

    /// Records from before they were sealed outlive their key. They stand first, if at all.
    fn refuse_unsealed(&self) -> Result<(), StoreFault> {
        if let Some(path) = disk::beside(&self.dir, "unsealed")?.into_iter().next() {
            return Err(StoreFault::Unsealed { path });
        }
        let mut is_unsealed = false;
        self.parts.journal.replay(Lsn(1), &mut |frame| {
            is_unsealed = record::is_unsealed(&frame.payload);
            Ok(ControlFlow::Break(()))
        })?;
        if is_unsealed { Err(StoreFault::Unsealed { path: self.dir.join("journal") }) } else { Ok(()) }
    }

    /// Takes commits in, each whole or none at all.
    fn take(&self, commits: &[Commit], done: Option<Done>) -> Result<Lsn, StoreFault> {
        self.refuse_when_full(commits)?;
        let new = newcomers(&self.parts.safe.ring(), commits.iter().flat_map(commit::people_in));
        self.parts.safe.admit(&new)?;
        let _sealing = reading(&self.parts.sealing);
        let prepared = self.parts.seal(commits).map_err(|fault| fault.within(&self.dir))?;
        self.parts.enter(prepared, done)
    }

    /// Seals what is nobody's under the key of that number, where it is sealed under an older one.
    fn seal_again(&self, table: Table, number: u64, at: Timestamp) -> Result<(), StoreFault> {
        let mut after = None;
        loop {
            let mut old = Vec::new();
            self.parts.rows(table, after.as_ref(), &mut |key, bytes| {
                if record::row_parts(bytes).is_ok_and(|(_, _, record)| is_nobodys_before(record, number)) {
                    old.push(key.to_vec());
                }
                if old.len() < PORTION_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            let names: Vec<Key> = old.iter().filter_map(|key| keys::decode(key)).collect();
            let mut changes = Vec::with_capacity(names.len());
            for name in &names {
                changes.extend(self.get(name)?.map(Change::Put));
            }
            let Some(last) = names.last().filter(|_| !changes.is_empty()) else { return Ok(()) };
            after = Some(last.clone());
            let cause = Cause::Command { word: "seal".to_owned() };
            contract::commit(self, vec![Commit { at, cause, changes, entries: Vec::new() }])?;
        }
    }
}

/// Looks at a row's key and bytes.
type SeeRow<'s> = &'s mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>;

/// Why a commit could not be sealed.
enum Unsealable {
    Bytes(Unreadable),
    Store(StoreFault),
}

impl From<Unreadable> for Unsealable {
    fn from(fault: Unreadable) -> Self {
        Self::Bytes(fault)
    }
}

impl From<StoreFault> for Unsealable {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

impl Unsealable {
    fn within(self, dir: &Path) -> StoreFault {
        match self {
            Self::Bytes(fault) => fault.at(dir, 0),
            Self::Store(fault) => fault,
        }
    }
}

fn starts_something(commit: &Commit) -> bool {
    let opens = |change: &Change| matches!(change, Change::Put(Record::Intent(intent)) if intent.state == IntentState::Open);
    matches!(commit.cause, Cause::Enrolment | Cause::Install) || commit.changes.iter().any(opens)
}

impl Parts {
    fn stored(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, StoreFault> {
        let covering = reading(&self.overlay).get(key);
        covering.map_or_else(|| self.progress.get(key), Ok)
    }

    fn frame(&self, place: Place) -> Result<Arc<Frame>, StoreFault> {
        let waiting = self.way.queue().frame(place);
        waiting.map_or_else(|| self.journal.read(place).map(Arc::new), Ok)
    }

    fn written(&self, frame: &Frame) -> Result<record::Written, StoreFault> {
        record::written(&self.safe.ring(), &frame.payload).map_err(|fault| {
            let (file, offset) = self.journal.whereabouts(frame.place);
            fault.at(&file, offset)
        })
    }

    /// Seals the commits. The people of enrollments they do not put themselves are asked of the rows.
    fn seal(&self, commits: &[Commit]) -> Result<Vec<Prepared>, Unsealable> {
        let ring = self.safe.ring();
        let mut people = People::new();
        let whose = |id: EnrollmentId| -> Result<Option<ContactId>, Unsealable> {
            let row = self.stored(&keys::encode(&Key::Enrollment(id)))?;
            Ok(row.map(|row| record::row_person(&row)).transpose()?.flatten())
        };
        let seal = |commit| Ok(order::prepare(commit::seal(commit, &ring, &mut people, &whose)?)?);
        commits.iter().map(seal).collect()
    }

    /// Every row of a table as it stands on disk.
    fn rows(&self, table: Table, after: Option<&Key>, see: SeeRow<'_>) -> Result<(), StoreFault> {
        let (mut begin, end) = keys::range(table, after);
        loop {
            let (rows, next, is_last) = {
                // Nothing leaves the overlay while it is held, so what leaves the tree's view is still in it.
                let overlay = reading(&self.overlay);
                let tree = self.progress.page((begin.clone(), end.clone()), PORTION_ROWS)?;
                let is_last = tree.len() < PORTION_ROWS;
                let until = tree.last().filter(|_| !is_last).map_or(end.clone(), |(key, _)| Bound::Included(key.clone()));
                let next = until.clone();
                (overlay.merge((begin, until), tree), next, is_last)
            };
            for (key, bytes) in rows {
                if see(&key, &bytes).is_break() {
                    return Ok(());
                }
            }
            match next {
                Bound::Included(key) if !is_last => begin = Bound::Excluded(key),
                _ => return Ok(()),
            }
        }
    }

    /// Gives the commits their order. Everything that can fail has been done before the first gets its place.
    fn enter(&self, prepared: Vec<Prepared>, mut done: Option<Done>) -> Result<Lsn, StoreFault> {
        let mut queue = self.way.enter(prepared.len())?;
        let mut current = Current::default();
        for id in prepared.iter().flat_map(Prepared::enrollments) {
            current.know(id, |key| self.stored(key))?;
        }
        let mut left = prepared.len();
        let mut overlay = writing(&self.overlay);
        for prepared in prepared {
            left -= 1;
            let lsn = Lsn(queue.last.0 + 1);
            let place = self.journal.place(record::payload_len(prepared.lines.len(), prepared.bytes.len()));
            let (previous, rows, bytes) = current.chain(prepared, place);
            overlay.cover(lsn, &rows);
            let frame = Arc::new(Frame { lsn, place, payload: record::payload(&previous, &bytes) });
            queue.push(Submitted { frame, rows, dones: done.take_if(|_| left == 0).into_iter().collect() });
        }
        drop(overlay);
        let last = queue.last;
        self.way.entered(queue);
        Ok(last)
    }
}

impl Store for JournaledStore {
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        if commits.is_empty() { self.parts.way.barrier(done) } else { self.take(&commits, Some(done)) }
    }

    fn submit_quietly(&self, commits: Vec<Commit>) -> Result<Lsn, StoreFault> {
        if commits.is_empty() { Ok(self.parts.way.queue().last) } else { self.take(&commits, None) }
    }

    fn get(&self, key: &Key) -> Result<Option<Record>, StoreFault> {
        let key = keys::encode(&self.parts.safe.ring().masked(key));
        self.row(&key)
    }

    fn get_all(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreFault> {
        self.rows_of(keys)
    }

    fn scan(&self, table: Table, after: Option<&Key>, see: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<(), StoreFault> {
        let after = after.map(|key| self.parts.safe.ring().masked(key));
        let mut fault = Ok(());
        self.parts.rows(table, after.as_ref(), &mut |key, bytes| {
            let record = record::row(&self.parts.safe.ring(), key, bytes);
            match record.map_err(|fault| fault.at(&self.dir, 0)) {
                Ok(Some(record)) => return see(record),
                Ok(None) => return ControlFlow::Continue(()),
                Err(found) => fault = Err(found),
            }
            ControlFlow::Break(())
        })?;
        fault
    }

    fn timeline(&self, enrollment: EnrollmentId) -> Result<Vec<(Lsn, Entry)>, StoreFault> {
        let row = self.parts.stored(&keys::encode(&Key::Enrollment(enrollment)))?;
        let parts = row.as_deref().map(record::row_parts).transpose().map_err(|fault| fault.at(&self.dir, 0))?;
        let mut place = parts.and_then(|(_, tail, _)| tail);
        let mut lines = Vec::new();
        while let Some(at) = place {
            let frame = self.parts.frame(at)?;
            let written = self.parts.written(&frame)?;
            let own = written.commit.entries.into_iter().rev().filter(|(id, _)| *id == enrollment);
            lines.extend(own.map(|(_, entry)| (frame.lsn, entry)));
            let previous = written.previous.iter().find(|(id, _)| *id == enrollment).and_then(|(_, place)| *place);
            // Places only fall on the way back; anything else would walk in a circle.
            place = previous.filter(|previous| *previous < at);
        }
        lines.reverse();
        Ok(lines)
    }

    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Lsn, Commit) -> ControlFlow<()>) -> Result<(), StoreFault> {
        let (durable, waiting): (Lsn, Vec<Arc<Frame>>) = {
            let queue = self.parts.way.queue();
            (queue.durable, queue.submitted.iter().map(|submitted| Arc::clone(&submitted.frame)).collect())
        };
        let mut flow = ControlFlow::Continue(());
        self.parts.journal.replay(from, &mut |frame| {
            if frame.lsn > durable {
                return Ok(ControlFlow::Break(()));
            }
            flow = see(frame.lsn, self.parts.written(&frame)?.commit);
            Ok(flow)
        })?;
        for frame in waiting.iter().filter(|frame| frame.lsn >= from) {
            if flow.is_break() {
                break;
            }
            flow = see(frame.lsn, self.parts.written(frame)?.commit);
        }
        Ok(())
    }

    fn settle(&self) -> Result<(), StoreFault> {
        self.parts.way.settle()?;
        self.parts.progress.checkpoint()
    }

    fn figures(&self) -> Figures {
        let (journal_bytes, mended) = (self.parts.journal.bytes(), self.mended.clone());
        let queue = self.parts.way.queue();
        let (last, durable, applied, batches) = (queue.last, queue.durable, queue.applied, queue.batches);
        Figures { last, durable, applied, journal_bytes, batches, mended }
    }

    fn erase(&self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) -> Result<(), StoreFault> {
        self.refuse_unsealed()?;
        let number = {
            let _sealing = writing(&self.parts.sealing);
            self.parts.safe.renew_nobodys()?
        };
        for table in [Table::Inbox, Table::Unrouted, Table::Outgoing, Table::Past] {
            self.seal_again(table, number, at)?;
        }
        self.settle()?;
        self.parts.safe.destroy(contact, marks, at, number)
    }

    fn erased(&self, mark: Fingerprint) -> Option<Timestamp> {
        self.parts.safe.ring().erased(mark)
    }

    fn marks(&self) -> Vec<(Fingerprint, Timestamp)> {
        self.parts.safe.ring().marks()
    }
}

impl Drop for JournaledStore {
    fn drop(&mut self) {
        self.parts.way.close();
        drop(self.stop_checkpoints.take());
        let own = std::thread::current().id();
        // Whoever is told that a commit is durable may be the last to hold the store: its own thread ends by itself.
        for thread in self.threads.drain(..).filter(|thread| thread.thread().id() != own) {
            // A thread that panicked has poisoned the store; there is nobody left to tell.
            drop(thread.join());
        }
        // What is not brought to the disk here is replayed at the next start.
        drop(self.parts.progress.checkpoint());
    }
}
