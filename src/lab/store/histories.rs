//! Journals of every format there ever was open and add up to the same state, today and with every later engine; newer ones
//! are refused.
//!
//! They lie in `tests/store/fixtures/histories`, a folder each: `journal/`, and `state` with the hash of what it adds up to.

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::store::script::told;
use crate::lab::store::{clear, copy_all, options, room};
use crate::lab::verdict::Verdict;
use crate::model::id::Lsn;
use crate::model::journal::{Cause, Commit};
use crate::model::time::Timestamp;
use crate::store::contract::{Store, StoreFault, commit};
use crate::store::journaled::JournaledStore;
use crate::store::upkeep::{state_hash, verify};
use std::fs::Permissions;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const NAME: &str = "histories";
/// Histories that are kept: never fewer.
const KEPT_MIN: u64 = 5;
/// Where a segment's head says its format.
const FORMAT_AT: usize = 8;
const HEAD_BYTES: usize = 64;
/// Where the first frame's payload begins, with the version of its records.
const RECORD_AT: usize = 64 + 24;

/// Carries the check out.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let room = room(order, NAME)?;
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/fixtures/histories");
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&kept).map_err(told)? {
        folders.push(entry.map_err(told)?.path());
    }
    folders.sort();
    let (mut same, mut refused, mut faults) = (0, 0, Vec::new());
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match come_back(folder, &room.join("data")) {
            Ok(()) => same += 1,
            Err(fault) => faults.push(format!("{name}: {fault}")),
        }
        match refuse_newer(folder, &room.join("newer")) {
            Ok(count) => refused += count,
            Err(fault) => faults.push(format!("{name}: {fault}")),
        }
    }
    std::fs::remove_dir_all(&room).map_err(told)?;
    let mut verdict = Verdict::new();
    verdict.at_least("kept", folders.len() as u64, KEPT_MIN);
    verdict.at_least("same", same, folders.len() as u64);
    verdict.at_least("newer_refused", refused, KEPT_MIN);
    verdict.none("wrong", faults.len() as u64);
    faults.into_iter().for_each(|fault| verdict.fault(fault));
    Ok(verdict)
}

/// Opens a copy, compares it, writes on, opens it again.
fn come_back(folder: &Path, dir: &Path) -> Result<(), String> {
    let said = |fault: StoreFault| fault.to_string();
    copied(folder, dir).map_err(|fault| fault.to_string())?;
    let wanted = std::fs::read_to_string(folder.join("state")).map_err(|fault| fault.to_string())?;
    let store = JournaledStore::open(dir, options()).map_err(said)?;
    let found = state_hash(&store).map_err(said)?;
    if found != wanted.trim() {
        return Err(format!("it adds up to {found}, and to {} when it was written", wanted.trim()));
    }
    let mut read = 0;
    let mut see = |_, _| {
        read += 1;
        ControlFlow::Continue(())
    };
    store.replay(Lsn(1), &mut see).map_err(said)?;
    if read != store.figures().last.0 {
        return Err(format!("{read} of {} commits were read", store.figures().last));
    }
    let more = Commit { at: Timestamp(1), cause: Cause::Enrolment, changes: Vec::new(), entries: Vec::new() };
    commit(&store, vec![more]).map_err(said)?;
    drop(store);
    verify(dir, options()).map(drop).map_err(said)
}

/// What a later engine would write is refused, with a sentence, and nothing is changed. Returns how many ways were tried.
fn refuse_newer(folder: &Path, dir: &Path) -> Result<u64, String> {
    let mut tried = 0;
    let edits: [fn(&mut [u8]) -> bool; 2] = [newer_segment, newer_record];
    for edit in edits {
        copied(folder, dir).map_err(|fault| fault.to_string())?;
        let first = dir.join("journal/00000001.segment");
        let mut bytes = std::fs::read(&first).map_err(|fault| fault.to_string())?;
        if !edit(&mut bytes) {
            continue;
        }
        std::fs::write(&first, &bytes).map_err(|fault| fault.to_string())?;
        match JournaledStore::open(dir, options()) {
            Err(fault @ StoreFault::Newer { .. }) if fault.to_string().contains("use a newer engine") => tried += 1,
            Err(other) => return Err(format!("a newer format was refused as `{other}`")),
            Ok(_) => return Err("a newer format was opened".to_owned()),
        }
        if std::fs::read(&first).map_err(|fault| fault.to_string())? != bytes {
            return Err("a newer format was changed".to_owned());
        }
    }
    Ok(tried)
}

fn copied(folder: &Path, dir: &Path) -> Result<(), LabFault> {
    clear(dir)?;
    copy_all(&folder.join("journal"), &dir.join("journal"))?;
    // Histories of sealed records have their keys with them.
    let keys = folder.join("keys");
    if keys.is_dir() {
        copy_all(&keys, &dir.join("keys"))?;
        for entry in std::fs::read_dir(dir.join("keys")).map_err(told)? {
            std::fs::set_permissions(entry.map_err(told)?.path(), Permissions::from_mode(0o600)).map_err(told)?;
        }
    }
    Ok(())
}

fn newer_segment(bytes: &mut [u8]) -> bool {
    bytes.iter_mut().skip(FORMAT_AT).take(2).for_each(|byte| *byte = 0x7f);
    let sum = crc32fast::hash(bytes.get(..HEAD_BYTES - 4).unwrap_or_default());
    bytes.iter_mut().skip(HEAD_BYTES - 4).zip(sum.to_le_bytes()).for_each(|(to, from)| *to = from);
    true
}

/// Only of a plain segment: in a packed one the records are packed too.
fn newer_record(bytes: &mut [u8]) -> bool {
    let is_plain = bytes.get(FORMAT_AT) == Some(&1);
    let number = |bytes: &[u8]| bytes.first_chunk::<4>().map_or(0, |len| u32::from_le_bytes(*len) as usize);
    let len = bytes.get(HEAD_BYTES..).map_or(0, number);
    if !is_plain || len == 0 {
        return false;
    }
    bytes.iter_mut().skip(RECORD_AT).take(1).for_each(|byte| *byte = 0x7f);
    let mut hasher = crc32fast::Hasher::new();
    for (from, to) in [(HEAD_BYTES, HEAD_BYTES + 4), (HEAD_BYTES + 8, HEAD_BYTES + 20), (RECORD_AT, RECORD_AT + len)] {
        hasher.update(bytes.get(from..to).unwrap_or_default());
    }
    let sum = hasher.finalize().to_le_bytes();
    bytes.iter_mut().skip(HEAD_BYTES + 4).zip(sum).for_each(|(to, from)| *to = from);
    true
}
