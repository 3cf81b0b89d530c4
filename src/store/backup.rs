//! Backups: a folder with the journal's segments up to a durable commit, and a manifest that says what they must be.
//!
//! The tree is not copied: it is rebuilt from the journal. A backup may be made while an engine writes, for what is durable
//! never changes; the manifest is written last, under the folder's own name, so that there is no half a backup.
//! Restoring checks every byte before it touches anything, and marks the data: until it is known what went out since, nothing
//! is sent (`runtime/quarantine`).

use crate::model::id::Lsn;
use crate::model::journal::{Cause, Change, Commit, Meta, Record};
use crate::model::past::Quarantine;
use crate::model::time::Timestamp;
use crate::store::contract::{Frame, Journal, StoreFault};
use crate::store::disk::{io, private_dir, rename, sync_dir};
use crate::store::record::{self, Unreadable};
use crate::store::seal::carry;
use crate::store::seal::commit::{self, People};
use crate::store::seal::keyring::Keyring;
use crate::store::segments::{SegmentJournal, copy, file};
use crate::store::start::{self, JOURNAL, KEYS, Options, PROGRESS};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The format written; the newest that is read.
pub const BACKUP_FORMAT: u16 = 1;
const SCHEMA: &str = "engine.backup/1";
pub(super) const MANIFEST: &str = "manifest.json";
const MAKING: &str = ".making";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub schema: String,
    pub format: u16,
    /// When it was made, and by which engine.
    pub made_at: String,
    pub engine: String,
    /// Of the journal.
    pub identity: String,
    /// Its last commit, and when that was made, in milliseconds.
    pub last: u64,
    pub last_at: i64,
    pub files: Vec<Part>,
    /// SHA-256 of all that stands above.
    pub hash: String,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    pub bytes: u64,
    /// SHA-256.
    pub hash: String,
}

/// What a restoring did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub manifest: Manifest,
    /// Nothing later than this is known.
    pub from: Timestamp,
    /// What was there before.
    pub aside: Vec<PathBuf>,
}

/// Copies the journal in the data directory `from` into the folder `to`, which must not be there. `durable`: an engine runs
/// and says how far its journal is; none: nobody runs, and everything is copied.
pub fn backup(from: &Path, to: &Path, durable: Option<Lsn>, made_at: Timestamp) -> Result<Manifest, StoreFault> {
    if to.exists() {
        return Err(StoreFault::Occupied { path: to.to_path_buf() });
    }
    let journal = from.join(JOURNAL);
    let (last, _lock) = match durable {
        Some(last) => (last, None),
        None => {
            let lock = start::lock(from)?;
            let options = Options::default();
            let (opened, _) = SegmentJournal::open(&journal, options.segment_bytes, *uuid::Uuid::new_v4().as_bytes())?;
            (opened.last(), Some(lock))
        }
    };
    let making = beside(to);
    if making.exists() {
        std::fs::remove_dir_all(&making).map_err(io("remove", &making))?;
    }
    private_dir(&making)?;
    let mut last_at = Timestamp(i64::MIN);
    let files = copy::copy(&journal, &making, last, None, &mut |whole| {
        let (_, form) = record::formed(whole.payload).map_err(|fault| fault.at(&journal, 0))?;
        last_at = last_at.max(form.at());
        Ok(())
    })?;
    // After the journal: it holds the key of everybody in it. What opens it stays here.
    let table = carry::table_into(&from.join(KEYS), &making)?;
    let mut manifest = Manifest {
        schema: SCHEMA.to_owned(),
        format: BACKUP_FORMAT,
        made_at: made_at.iso_ms(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        identity: identity_of(&making)?,
        last: last.0,
        last_at: last_at.0,
        files: files.iter().chain(&table).map(|path| part(path)).collect::<Result<_, _>>()?,
        hash: String::new(),
    };
    manifest.hash = manifest.sum();
    let told = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    file::write_whole(&making.join(MANIFEST), std::iter::once(told.as_slice()))?;
    sync_dir(&making)?;
    rename(&making, to)?;
    sync_dir(to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    Ok(manifest)
}

/// Which journal the segments in that folder are of, as manifests name it.
pub(super) fn identity_of(dir: &Path) -> Result<String, StoreFault> {
    let head = file::numbers(dir)?.first().map(|number| file::read_head(&file::path(dir, *number))).transpose()?;
    Ok(head.map(|head| hex(&head.identity)).unwrap_or_default())
}

/// Reads a backup and compares every file with the manifest.
pub fn inspect(backup: &Path) -> Result<Manifest, StoreFault> {
    let bad = |what: String| StoreFault::BadBackup { path: backup.to_path_buf(), what };
    let path = backup.join(MANIFEST);
    let told = std::fs::read(&path).map_err(|fault| bad(format!("its {MANIFEST} cannot be read ({fault})")))?;
    let manifest: Manifest =
        serde_json::from_slice(&told).map_err(|fault| bad(format!("its {MANIFEST} is not understood ({fault})")))?;
    if manifest.format > BACKUP_FORMAT {
        let (found, known) = (manifest.format, BACKUP_FORMAT);
        return Err(StoreFault::Newer { path: backup.to_path_buf(), found, known });
    }
    if manifest.schema != SCHEMA || manifest.hash != manifest.sum() {
        return Err(bad(format!("its {MANIFEST} was changed or broken")));
    }
    for told in &manifest.files {
        let name = Path::new(&told.name);
        if name.components().count() != 1 || name.file_name().is_none() {
            return Err(bad(format!("`{}` is no name of a file of it", told.name)));
        }
        let found = part(&backup.join(name)).map_err(|fault| bad(fault.to_string()))?;
        if found != *told {
            return Err(bad(format!(
                "{} is not as it was written ({} bytes, {} were written)",
                told.name, found.bytes, told.bytes
            )));
        }
    }
    Ok(manifest)
}

/// Puts a backup into the data directory `data`. What is there is refused, or with `replace` moved aside. The data that
/// results is a journal of its own, and marked: nothing is sent before the time since is known. The keys of what is there
/// stay, for nobody who was erased may come back; without any, or with `key`, that store key must open the backup's own.
pub fn restore(backup: &Path, data: &Path, replace: bool, key: Option<&Path>) -> Result<Restored, StoreFault> {
    let manifest = inspect(backup)?;
    private_dir(data)?;
    let _lock = start::lock(data)?;
    if !replace && is_occupied(data) {
        return Err(StoreFault::Occupied { path: data.to_path_buf() });
    }
    let making = start::making(data)?;
    let identity = *uuid::Uuid::new_v4().as_bytes();
    let mut from = Timestamp(manifest.last_at);
    copy::copy(backup, &making, Lsn(manifest.last), Some(identity), &mut |whole| {
        let (_, form) = record::formed(whole.payload).map_err(|fault| fault.at(backup, 0))?;
        // A quarantine that had not ended when the backup was made goes on from where it began.
        for meta in form.metas().map_err(|fault| fault.at(backup, 0))? {
            if let Meta::Quarantine(known) = meta {
                from = if known.ended.is_none() { known.from } else { Timestamp(manifest.last_at) };
            }
        }
        Ok(())
    })?;
    mark(&making, identity, from)?;
    let kept_keys = carry::keys_for(backup, &data.join(KEYS), key)?;
    let mut aside = start::swap_in(data, "aside")?;
    aside.extend(kept_keys);
    Ok(Restored { manifest, from, aside })
}

/// Is there data in the directory?
fn is_occupied(data: &Path) -> bool {
    let has = |name: &str| std::fs::read_dir(data.join(name)).is_ok_and(|mut entries| entries.next().is_some());
    has(JOURNAL) || has(PROGRESS)
}

/// The last commit of a restored journal.
fn mark(dir: &Path, identity: [u8; 16], from: Timestamp) -> Result<(), StoreFault> {
    let (journal, _) = SegmentJournal::open(dir, Options::default().segment_bytes, identity)?;
    // Nothing of it needs a key.
    let sealed = commit::seal::<Unreadable>(&quarantine(from), &Keyring::fresh()?, &mut People::new(), &|_| Ok(None));
    let bytes = sealed.and_then(|sealed| sealed.to_bytes()).map_err(|fault| fault.at(dir, 0))?;
    let place = journal.place(record::payload_len(0, bytes.len()));
    let lsn = Lsn(journal.last().0 + 1);
    journal.append(lsn, &[Arc::new(Frame { lsn, place, payload: record::payload(&[], &bytes) })])
}

/// The commit that makes data restored: nothing later than `from` is known.
pub fn quarantine(from: Timestamp) -> Commit {
    let standing = Quarantine { from, since: None, read: Vec::new(), ended: None };
    let changes = vec![Change::Put(Record::Meta(Meta::Quarantine(Box::new(standing))))];
    Commit { at: from, cause: Cause::Command { word: "restore".to_owned() }, changes, entries: Vec::new() }
}

impl Manifest {
    /// The size of its files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|part| part.bytes).sum()
    }

    fn sum(&self) -> String {
        let mut hasher = Sha256::new();
        let head = [&self.schema, &self.format.to_string(), &self.made_at, &self.engine, &self.identity];
        let numbers = [self.last.to_string(), self.last_at.to_string()];
        let files = self.files.iter().flat_map(|part| [part.name.clone(), part.bytes.to_string(), part.hash.clone()]);
        for line in head.into_iter().cloned().chain(numbers).chain(files) {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        hex(&hasher.finalize())
    }
}

fn part(path: &Path) -> Result<Part, StoreFault> {
    let mut file = File::open(path).map_err(io("open", path))?;
    let (mut hasher, mut portion, mut bytes) = (Sha256::new(), vec![0; 1 << 16], 0);
    loop {
        let read = file.read(&mut portion).map_err(io("read", path))?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        hasher.update(portion.get(..read).unwrap_or_default());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Part { name, bytes, hash: hex(&hasher.finalize()) })
}

/// The folder that becomes the backup.
fn beside(to: &Path) -> PathBuf {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    to.with_file_name(format!("{name}{MAKING}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
