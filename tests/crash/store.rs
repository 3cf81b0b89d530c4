//! A process that ends at any moment: the data directory is copied while the store writes, and the copy is opened.

use crate::store::rows::{arrival, lines, replayed, state, step};
use campaign_engine::store::contract::Store;
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::memory::MemoryStore;
use campaign_engine::store::start::Options;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Copies what is there; a file may change or go while it is copied, as in a crash.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let Ok(entries) = std::fs::read_dir(from) else { return };
    // The tree first: a crash never leaves it ahead of the journal.
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort_by_key(|path| !path.ends_with("sled"));
    // The lock would tell that it is a copy, which a crashed store is not.
    paths.retain(|path| !path.ends_with("lock"));
    for path in paths {
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else if let Ok(bytes) = read(&path) {
            std::fs::write(&to, bytes).unwrap();
            // Gone since it was read: a crash in between would have left it.
            if let Ok(about) = std::fs::metadata(&path) {
                std::fs::set_permissions(to, about.permissions()).unwrap();
            }
        }
    }
}

/// Reads a file that grows from its end to its begin: what is seen later stands earlier, so that no copy has a newer part
/// behind a gap. No crash leaves such a gap, since a batch is on the disk before the next is written.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let mut bytes = vec![0; file.metadata()?.len() as usize];
    for (nth, page) in bytes.chunks_mut(4_096).enumerate().rev() {
        file.read_at(page, nth as u64 * 4_096)?;
    }
    Ok(bytes)
}

/// Stops the writer also when the copies break off: the test fails then, and does not fill the disk.
struct Stops<'a>(&'a AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn write_on(store: &JournaledStore, stop: &AtomicBool, acknowledged: &Arc<AtomicU64>) {
    let mut nth = 0;
    while !stop.load(Ordering::Relaxed) {
        nth += 1;
        let acknowledged = Arc::clone(acknowledged);
        let done = move |result: Result<campaign_engine::model::id::Lsn, _>| {
            acknowledged.fetch_max(result.unwrap().0, Ordering::SeqCst);
        };
        let commits = vec![step(u64::from(nth % 50), nth), arrival(u64::from(nth % 200), &"x".repeat(nth as usize % 700))];
        store.submit(commits, Box::new(done)).unwrap();
    }
}

#[test]
fn what_was_acknowledged_survives_the_end_of_the_process_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 1 << 20, ..Options::small() };
    let store = JournaledStore::open(&dir.path().join("live"), options.clone()).unwrap();
    let (stop, acknowledged) = (AtomicBool::new(false), Arc::new(AtomicU64::new(0)));
    let copies: Vec<(std::path::PathBuf, u64)> = std::thread::scope(|scope| {
        let _stops = Stops(&stop);
        scope.spawn(|| write_on(&store, &stop, &acknowledged));
        let copies = (0..12).map(|nth| {
            while acknowledged.load(Ordering::SeqCst) < 400 * (nth + 1) {
                std::thread::yield_now();
            }
            let to = dir.path().join(format!("copy-{nth}"));
            let sure = acknowledged.load(Ordering::SeqCst);
            copy(&dir.path().join("live"), &to);
            (to, sure)
        });
        copies.collect()
    });
    let all = replayed(&store, 1);
    for (copy, sure) in copies {
        let recovered = JournaledStore::open(&copy, options.clone()).unwrap();
        let commits = replayed(&recovered, 1);
        assert!(commits.len() as u64 >= sure, "{sure} commits were acknowledged, {} came back", commits.len());
        assert!(commits == all[..commits.len()], "what came back is not what was written");
        let reference = MemoryStore::new();
        reference.submit(commits.into_iter().map(|(_, commit)| commit).collect(), Box::new(drop)).unwrap();
        assert!(state(&recovered) == state(&reference), "the state is not the fold of the journal");
        assert_eq!(lines(&recovered, 7), lines(&reference, 7));
    }
}
