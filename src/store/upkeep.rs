//! Looking after a data directory that no engine holds: is it whole, and what is in it. What can be saved: `rebuild`.

use crate::model::id::Lsn;
use crate::model::journal::{Change, Commit, Record, Table};
use crate::store::contract::{Figures, Store, StoreFault};
use crate::store::journaled::JournaledStore;
use crate::store::start::Options;
use crate::store::{bytes, keys};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::Path;

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
    /// `state_hash`, where all rows were read anyway.
    pub hash: Option<String>,
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
    Ok(Stats { figures: store.figures(), rows, hash: None })
}

/// What a store says of itself, its rows left out: reads none.
pub fn uncounted(store: &dyn Store) -> Stats {
    Stats { figures: store.figures(), rows: Vec::new(), hash: None }
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
        0 => Ok(Stats { hash: Some(state_hash(&store)?), ..stats(&store)? }),
        missing => Err(differs(dir, &format!("{missing} rows of the journal are missing"))),
    }
}

/// A hash over every row, whatever the order they come in: equal states have equal hashes, in whatever store and journal
/// they lie.
pub fn state_hash(store: &dyn Store) -> Result<String, StoreFault> {
    let (mut sum, mut unwritable) = ([0u8; 32], None);
    for table in TABLES {
        store.scan(table, None, &mut |record| match bytes::write(&record) {
            Ok(bytes) => {
                let mut hasher = Sha256::new();
                for part in [keys::encode(&record.key()), bytes] {
                    hasher.update((part.len() as u64).to_le_bytes());
                    hasher.update(part);
                }
                // No two rows have one key, so none takes another away.
                sum.iter_mut().zip(hasher.finalize()).for_each(|(sum, byte)| *sum ^= byte);
                ControlFlow::Continue(())
            }
            Err(fault) => {
                unwritable = Some(fault);
                ControlFlow::Break(())
            }
        })?;
    }
    match unwritable {
        Some(fault) => Err(fault.at(Path::new(""), 0)),
        None => Ok(sum.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

fn differs(dir: &Path, what: &str) -> StoreFault {
    StoreFault::Damaged { file: dir.join("sled"), offset: 0, what: what.to_owned() }
}

/// Takes a commit's changes over: what each row's key says, as `print`.
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
    bytes::write(record).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
