//! Any bytes as what a store reads when it opens: rows, commits, and a journal that something has damaged.

use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::{Cause, Change, Commit};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Frame, Journal};
use campaign_engine::store::record::{Unreadable, payload, row, row_bytes, written};
use campaign_engine::store::seal::commit::{People, SealedCommit, people_in, seal};
use campaign_engine::store::seal::keyring::{Keyring, newcomers};
use campaign_engine::store::segments::SegmentJournal;
use campaign_engine::store::segments::salvage::salvage;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a segment; several are used by the larger inputs.
const SEGMENT_BYTES: u64 = 1024;
/// Frames an input may ask for, so that one input stays quick.
const FRAMES_MAX: usize = 32;

/// Reads any bytes as a row and as a commit; then writes a journal of what stands before each newline, damages it as the last
/// line says (three bytes a place: two of the offset, one that is combined with what stands there), and reads it.
pub fn journal(bytes: &[u8]) {
    records(bytes);
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let Some(damage) = lines.pop() else { return };
    lines.truncate(FRAMES_MAX);
    let folder = Folder::new();
    let frames = write(&folder.0, &lines);
    spoil(&folder.0, damage);
    let mut found = Vec::new();
    if let Ok((journal, _)) = SegmentJournal::open(&folder.0, SEGMENT_BYTES, [7; 16]) {
        let read = journal.replay(Lsn(1), &mut |frame| {
            found.push(frame);
            Ok(ControlFlow::Continue(()))
        });
        assert!(read.is_err() || found.len() as u64 == journal.last().0, "all that it says it has is shown");
        for frame in &frames {
            let _ = journal.read(frame.place);
        }
    }
    let _ = salvage(&folder.0, &mut |_| Ok(()));
}

/// What can be read is written again, sealed, and is the same.
fn records(bytes: &[u8]) {
    let Ok(mut ring) = Keyring::fresh() else { return };
    if let Ok(Some(record)) = row(&ring, &[], bytes) {
        let key = record.key();
        let commit = Commit { at: Timestamp(0), cause: Cause::Install, changes: vec![Change::Put(record)], entries: Vec::new() };
        let sealed = sealed(&mut ring, &commit);
        let change = sealed.changes.first().map(|change| (&change.key, change.record.as_deref().unwrap_or_default()));
        let Some((name, held)) = change else { panic!("a row that was read is written") };
        let again = row(&ring, name, &row_bytes(None, held));
        assert!(matches!(&again, Ok(Some(again)) if again.key() == key), "a row that was read is written: {again:?}");
    }
    if let Ok(read) = written(&ring, bytes) {
        let again =
            sealed(&mut ring, &read.commit).to_bytes().and_then(|commit| written(&ring, &payload(&read.previous, &commit)));
        assert_eq!(again, Ok(read), "a commit that was read is written");
    }
}

fn sealed(ring: &mut Keyring, commit: &Commit) -> SealedCommit {
    newcomers(ring, people_in(commit)).into_iter().for_each(|contact| ring.give(contact, [7; 32]));
    match seal::<Unreadable>(commit, ring, &mut People::new(), &|_| Ok(None)) {
        Ok(sealed) => sealed,
        Err(fault) => panic!("what was read is sealed: {fault:?}"),
    }
}

fn write(folder: &Path, payloads: &[&[u8]]) -> Vec<Arc<Frame>> {
    let Ok((journal, _)) = SegmentJournal::open(folder, SEGMENT_BYTES, [7; 16]) else { panic!("a journal can be begun") };
    let mut frames = Vec::new();
    for (lsn, payload) in (1..).zip(payloads) {
        let frame = Arc::new(Frame { lsn: Lsn(lsn), place: journal.place(payload.len()), payload: payload.to_vec() });
        let appended = journal.append(Lsn(lsn), &[Arc::clone(&frame)]);
        assert!(appended.is_ok(), "commit {lsn} is appended: {appended:?}");
        frames.push(frame);
    }
    frames
}

/// Changes bytes of the journal's files, taken as one after the other.
fn spoil(folder: &Path, damage: &[u8]) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut files: Vec<(PathBuf, Vec<u8>)> =
        paths.into_iter().filter_map(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes))).collect();
    for place in damage.chunks_exact(3) {
        let &[high, low, change] = place else { continue };
        let mut at = usize::from(high) << 8 | usize::from(low);
        for (_, bytes) in &mut files {
            match bytes.get_mut(at) {
                Some(byte) => {
                    *byte ^= change;
                    break;
                }
                None => at -= bytes.len(),
            }
        }
    }
    for (path, bytes) in files {
        assert!(std::fs::write(&path, bytes).is_ok(), "{} can be written", path.display());
    }
}

/// A folder that goes with its owner, in memory where that can be had.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NTH: AtomicU64 = AtomicU64::new(0);
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let nth = NTH.fetch_add(1, Ordering::Relaxed);
        let folder = base.join(format!("engine-fuzz-{}-{nth}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        assert!(std::fs::create_dir_all(&folder).is_ok(), "{} can be made", folder.display());
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
