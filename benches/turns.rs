//! Turns a second: claim, advance, commit, and the rows in the tree, in one process, without a far side.
//!
//! Prints the rate on disk, and how many times as long a turn takes as over the store in memory.
//! `cargo bench --bench turns [-- PEOPLE]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod folder;

use campaign_engine::model::program::Program;
use campaign_engine::store::contract::Store;
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::memory::MemoryStore;
use campaign_engine::store::start::Options;
use std::sync::Arc;
use std::time::Instant;

/// Each person waits and is tagged so often: a timer's turn each.
const STEPS: &str = "    repeat up to 20 times, 1 day apart\n      tag \"met\"\n    end\n";

fn main() {
    let people = folder::arguments().next().and_then(|people| people.parse().ok()).unwrap_or(5_000);
    let program = folder::program(people, STEPS);
    let dir = folder::fresh_dir("turns");
    let disk = rate("on disk", Arc::new(JournaledStore::open(&dir, Options::default()).unwrap()), &program);
    std::fs::remove_dir_all(&dir).unwrap();
    let memory = rate("in memory", Arc::new(MemoryStore::new()), &program);
    println!("a turn on disk takes {:.2} x as long as in memory; peak {} MiB", memory / disk, folder::peak_mib());
}

/// Turns a second until everybody has ended and everything is durable and applied.
fn rate(name: &str, store: Arc<dyn Store>, program: &Program) -> f64 {
    let mut runtime = folder::runtime(Arc::clone(&store), program);
    let begin = Instant::now();
    runtime.install(program).unwrap();
    store.settle().unwrap();
    let (imported, import) = (store.figures(), begin.elapsed());
    let (begin, cpu) = (Instant::now(), folder::cpu_seconds());
    runtime.run().unwrap();
    let (ended, run, cpu) = (store.figures(), begin.elapsed(), folder::cpu_seconds() - cpu);
    let turns = ended.last.0 - imported.last.0;
    let rate = turns as f64 / run.as_secs_f64();
    let batch = turns as f64 / (ended.batches - imported.batches) as f64;
    println!("{name}: import {:.2} s; {turns} turns in {:.2} s: {rate:.0} a second", import.as_secs_f64(), run.as_secs_f64());
    println!("  {:.0} turns a second of processor time, {batch:.0} a write", turns as f64 / cpu);
    rate
}
