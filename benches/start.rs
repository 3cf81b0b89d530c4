//! Cold start: from an open data directory to a runtime that may take turns, after an orderly end and after a crash.
//!
//! Prints each in seconds, and how many times as long it takes as reading the directory's bytes.
//! `cargo bench --bench start [-- PEOPLE]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod folder;

use campaign_engine::model::program::Program;
use campaign_engine::store::contract::Store;
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::start::Options;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const STEPS: &str = "    repeat up to 20 times, 1 day apart\n      tag \"met\"\n    end\n";

fn main() {
    let people = folder::arguments().next().and_then(|people| people.parse().ok()).unwrap_or(100_000);
    let program = folder::program(people, STEPS);
    let dir = folder::fresh_dir("start");
    let (live, crashed, bare) = (dir.join("live"), dir.join("crashed"), dir.join("bare"));
    {
        let store: Arc<dyn Store> = Arc::new(JournaledStore::open(&live, Options::default()).unwrap());
        let (begin, cpu) = (Instant::now(), folder::cpu_seconds());
        folder::runtime(Arc::clone(&store), &program).install(&program).unwrap();
        let cpu = folder::cpu_seconds() - cpu;
        println!("{people} people entered in {:.2} s ({cpu:.2} s of processor time)", begin.elapsed().as_secs_f64());
        copy(&live, &crashed);
        store.settle().unwrap();
    }
    copy(&live, &bare);
    std::fs::remove_dir_all(bare.join("sled")).unwrap();
    println!("{} bytes of disk a person", bytes(&live) / people as u64);
    start("after an orderly end", &live, &program);
    start("after a crash during the import", &crashed, &program);
    start("rebuilt from the journal", &bare, &program);
    println!("peak {} MiB", folder::peak_mib());
    std::fs::remove_dir_all(&dir).unwrap();
}

fn start(name: &str, dir: &Path, program: &Program) {
    let begin = Instant::now();
    let read = bytes_read(dir);
    let reading = begin.elapsed().as_secs_f64();
    let (begin, cpu) = (Instant::now(), folder::cpu_seconds());
    let store: Arc<dyn Store> = Arc::new(JournaledStore::open(dir, Options::default()).unwrap());
    let opened = begin.elapsed().as_secs_f64();
    let runtime = folder::runtime(Arc::clone(&store), program);
    let ready = begin.elapsed().as_secs_f64();
    drop(runtime);
    let cpu = folder::cpu_seconds() - cpu;
    println!("{name}: store open after {opened:.2} s, ready after {ready:.2} s ({cpu:.2} s of processor time)");
    println!("  {:.1} x as long as reading its {} MiB", ready / reading, read >> 20);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            drop(std::fs::copy(entry.path(), to));
        }
    }
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn bytes(dir: &Path) -> u64 {
    files(dir).iter().filter_map(|path| std::fs::metadata(path).ok()).map(|data| data.len()).sum()
}

fn bytes_read(dir: &Path) -> usize {
    files(dir).iter().filter_map(|path| std::fs::read(path).ok()).map(|bytes| bytes.len()).sum()
}
