//! Looking after a data directory that no engine holds: is it whole, what is in it, what can be saved.

use crate::model::id::{EnrollmentId, Lsn};
use crate::model::journal::{Change, Commit, Key, Record, Table};
use crate::store::contract::{Figures, Frame, Journal, Place, Store, StoreFault};
use crate::store::disk::{io, private_dir, set_aside, sync_dir};
use crate::store::journaled::JournaledStore;
use crate::store::queue::BATCH_COMMITS_MAX;
use crate::store::segments::SegmentJournal;
use crate::store::segments::salvage::salvage;
use crate::store::start::{self, Options};
use crate::store::{keys, record};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// Every table, in the order of their keys.
pub const TABLES: [Table; 16] = [
    Table::Enrollment,
    Table::Contact,
    Table::Account,
    Table::Campaign,
    Table::Intent,
    Table::Route,
    Table::Claim,
    Table::Usage,
    Table::Inbox,
    Table::Seen,
    Table::Unrouted,
    Table::Meta,
    Table::Move,
    Table::Outgoing,
    Table::Task,
    Table::Past,
];

/// What a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    pub figures: Figures,
    /// Rows by table.
    pub rows: Vec<(Table, u64)>,
}

/// What a rebuilding saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Commits that are whole.
    pub kept: u64,
    /// Commits that are gone: first and last of each gap in the old order.
    pub lost: Vec<(Lsn, Lsn)>,
    /// What was done, in sentences.
    pub mended: Vec<String>,
}

/// Counts rows. Reads all of the store.
pub fn stats(store: &dyn Store) -> Result<Stats, StoreFault> {
    let mut rows = Vec::new();
    for table in TABLES {
        let mut count = 0;
        store.scan(table, None, &mut |_| {
            count += 1;
            ControlFlow::Continue(())
        })?;
        rows.push((table, count));
    }
    Ok(Stats { figures: store.figures(), rows })
}

/// Reads the whole journal and compares what it says with every row (law 3). A fault names the first difference.
pub fn verify(dir: &Path, options: Options) -> Result<Stats, StoreFault> {
    let store = JournaledStore::open(dir, options)?;
    let mut said: HashMap<Vec<u8>, u64> = HashMap::new();
    store.replay(Lsn(1), &mut |_, commit| {
        fold(&mut said, &commit);
        ControlFlow::Continue(())
    })?;
    for table in TABLES {
        let mut wrong = None;
        store.scan(table, None, &mut |record| {
            let key = record.key();
            if said.remove(&keys::encode(&key)) == Some(print(&record)) {
                return ControlFlow::Continue(());
            }
            wrong = Some(key);
            ControlFlow::Break(())
        })?;
        if let Some(key) = wrong {
            return Err(differs(dir, &format!("{key:?} is not as the journal says")));
        }
    }
    match said.len() {
        0 => stats(&store),
        missing => Err(differs(dir, &format!("{missing} rows of the journal are missing"))),
    }
}

fn differs(dir: &Path, what: &str) -> StoreFault {
    StoreFault::Damaged { file: dir.join("sled"), offset: 0, what: what.to_owned() }
}

fn fold(said: &mut HashMap<Vec<u8>, u64>, commit: &Commit) {
    for change in &commit.changes {
        match change {
            Change::Put(record) => drop(said.insert(keys::encode(&record.key()), print(record))),
            Change::Delete(key) => drop(said.remove(&keys::encode(key))),
        }
    }
}

/// Equal records have equal prints in one process.
fn print(record: &Record) -> u64 {
    let mut hasher = DefaultHasher::new();
    record::record_bytes(record).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

/// Makes the tree anew from the journal; of a damaged journal everything that is whole is kept, in its order. The old
/// journal and the old tree stay beside the new ones. What is gone may have been sends: compare with the provider
/// before anything is sent.
pub fn rebuild(dir: &Path, options: Options) -> Result<Rebuilt, StoreFault> {
    let mut mended = Vec::new();
    let lock = start::lock(dir)?;
    let journal = dir.join("journal");
    let (kept, lost) = match whole(&journal, &options) {
        Ok(kept) => (kept, Vec::new()),
        Err(StoreFault::Damaged { file, offset, what }) => {
            let fresh = dir.join("journal.new");
            let (kept, lost) = save(&journal, &fresh, &options)?;
            let aside = set_aside(&journal)?;
            std::fs::rename(&fresh, &journal).map_err(io("rename", &fresh))?;
            sync_dir(dir)?;
            mended.push(format!("{} at byte {offset}: {what}; the damaged journal is {}", file.display(), aside.display()));
            (kept, lost)
        }
        Err(other) => return Err(other),
    };
    let tree = dir.join("sled");
    if tree.exists() {
        mended.push(format!("the old progress is {}", set_aside(&tree)?.display()));
    }
    drop(lock);
    mended.extend(JournaledStore::open(dir, options)?.figures().mended);
    Ok(Rebuilt { kept, lost, mended })
}

/// Reads all of the journal; says how many commits it holds.
fn whole(dir: &Path, options: &Options) -> Result<u64, StoreFault> {
    let (journal, _) = SegmentJournal::open(dir, options.segment_bytes, *uuid::Uuid::new_v4().as_bytes())?;
    journal.replay(Lsn(1), &mut |_| Ok(ControlFlow::Continue(())))?;
    Ok(journal.last().0)
}

/// Writes what is whole into a fresh journal, numbered anew, its lines chained anew.
fn save(from: &Path, to: &Path, options: &Options) -> Result<(u64, Vec<(Lsn, Lsn)>), StoreFault> {
    if to.exists() {
        std::fs::remove_dir_all(to).map_err(io("remove", to))?;
    }
    private_dir(to)?;
    let (journal, _) = SegmentJournal::open(to, options.segment_bytes, *uuid::Uuid::new_v4().as_bytes())?;
    let mut tails: HashMap<EnrollmentId, Place> = HashMap::new();
    let mut batch: Vec<Arc<Frame>> = Vec::new();
    let lost = salvage(from, &mut |frame| {
        let read = record::written(&frame.payload).map_err(|fault| fault.at(from, 0))?;
        let bytes = record::commit_bytes(&read.commit).map_err(|fault| fault.at(from, 0))?;
        let place = journal.place(record::payload_len(read.previous.len(), bytes.len()));
        for change in &read.commit.changes {
            if let Change::Delete(Key::Enrollment(id)) = change {
                tails.remove(id);
            }
        }
        let previous: Vec<_> = read.previous.iter().map(|(id, _)| (*id, tails.insert(*id, place))).collect();
        let lsn = Lsn(journal.last().0 + batch.len() as u64 + 1);
        batch.push(Arc::new(Frame { lsn, place, payload: record::payload(&previous, &bytes) }));
        if batch.len() >= BATCH_COMMITS_MAX { append(&journal, &mut batch) } else { Ok(()) }
    })?;
    append(&journal, &mut batch)?;
    Ok((journal.last().0, lost))
}

fn append(journal: &SegmentJournal, batch: &mut Vec<Arc<Frame>>) -> Result<(), StoreFault> {
    journal.append(Lsn(journal.last().0 + 1), &std::mem::take(batch))
}
