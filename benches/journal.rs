//! What a durable commit costs: the journal, and the whole store, against bare `pwrite` + `fdatasync` of the same bytes.
//!
//! Prints, for each size of batch, how many times as long as the bare writes the journal takes (1.0 is the physical
//! limit). `cargo bench --bench journal [-- SECONDS [DIR]]`; the directory decides which disk is measured.
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::{Cause, Change, Commit, Record};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Frame, Journal, Store, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::segments::SegmentJournal;
use campaign_engine::store::start::Options;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of a usual commit: an enrollment, its line, a budget's use.
const PAYLOAD_BYTES: usize = 360;
/// Bytes of a frame around it.
const FRAME_BYTES: usize = 384;
/// Turns in which the two sides are measured, so that both meet the same disk.
const ROUNDS: u32 = 4;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
    let seconds: f64 = args.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(1.0);
    let home = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = home.join(format!("journal-bench-{}", std::process::id()));
    println!("batch  bare commits/s  journal commits/s  journal : bare");
    for batch in [1, 16, 128, 1_024] {
        let (mut bare, mut journal) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            let time = Duration::from_secs_f64(seconds / f64::from(ROUNDS));
            bare += fresh(&dir, |dir| bare_rate(dir, batch, time)) / f64::from(ROUNDS);
            journal += fresh(&dir, |dir| journal_rate(dir, batch, time)) / f64::from(ROUNDS);
        }
        println!("{batch:>5}  {bare:>14.0}  {journal:>17.0}  {:>8.2} x as long", bare / journal);
    }
    println!("\nthreads that wait  store commits/s  commits a batch");
    for threads in [1, 8, 64] {
        let (rate, batch) = fresh(&dir, |dir| store_rate(dir, threads, Duration::from_secs_f64(seconds)));
        println!("{threads:>17}  {rate:>15.0}  {batch:>15.1}");
    }
}

fn fresh<T>(dir: &Path, measure: impl FnOnce(&Path) -> T) -> T {
    std::fs::create_dir_all(dir).unwrap();
    let measured = measure(dir);
    std::fs::remove_dir_all(dir).unwrap();
    measured
}

/// Repeats until the time is over; returns how many commits a second.
fn rate(batch: usize, time: Duration, mut write: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut commits = 0;
    while begin.elapsed() < time {
        write();
        commits += batch;
    }
    commits as f64 / begin.elapsed().as_secs_f64()
}

fn bare_rate(dir: &Path, batch: usize, time: Duration) -> f64 {
    const FILE_BYTES: u64 = 64 << 20;
    let file = File::create(dir.join("bare")).unwrap();
    (0..FILE_BYTES >> 20).for_each(|at| file.write_all_at(&[0; 1 << 20], at << 20).unwrap());
    file.sync_all().unwrap();
    let bytes = vec![0xa5; batch * FRAME_BYTES];
    let mut offset = 0;
    rate(batch, time, || {
        file.write_all_at(&bytes, offset).unwrap();
        file.sync_data().unwrap();
        offset += bytes.len() as u64;
        if offset + bytes.len() as u64 > FILE_BYTES {
            offset = 0;
        }
    })
}

fn journal_rate(dir: &Path, batch: usize, time: Duration) -> f64 {
    let (journal, _) = SegmentJournal::open(dir, Options::default().segment_bytes, [1; 16]).unwrap();
    let payload = vec![0xa5; PAYLOAD_BYTES];
    let (mut commits, mut appending) = (0, Duration::ZERO);
    while appending < time {
        let first = journal.last().0 + 1;
        // Whoever submits makes the frames, beside the thread that appends them.
        let frame = |lsn| Arc::new(Frame { lsn: Lsn(lsn), place: journal.place(PAYLOAD_BYTES), payload: payload.clone() });
        let frames: Vec<Arc<Frame>> = (first..first + batch as u64).map(frame).collect();
        let begin = Instant::now();
        journal.append(Lsn(first), &frames).unwrap();
        appending += begin.elapsed();
        commits += batch;
    }
    commits as f64 / appending.as_secs_f64()
}

/// Threads that each wait for their commit, as webhooks do: commits a second, and how many shared a write.
fn store_rate(dir: &Path, threads: u64, time: Duration) -> (f64, f64) {
    let store = JournaledStore::open(dir, Options { free_mib_min: 0, ..Options::default() }).unwrap();
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let store = &store;
            scope.spawn(move || {
                let mut row = thread << 32;
                while begin.elapsed() < time {
                    row += 1;
                    commit(store, vec![arrival(row)]).unwrap();
                }
            });
        }
    });
    let figures = store.figures();
    (figures.durable.0 as f64 / begin.elapsed().as_secs_f64(), figures.durable.0 as f64 / figures.batches as f64)
}

fn arrival(row: u64) -> Commit {
    let body = "x".repeat(PAYLOAD_BYTES - 30);
    let change = Change::Put(Record::Unrouted { row, at: Timestamp(1), body });
    Commit { at: Timestamp(1), cause: Cause::Arrival, changes: vec![change], entries: Vec::new() }
}
