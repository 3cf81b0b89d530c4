//! The check: many seeds, on all cores, each judged; and whether they tried enough.

use crate::lab::order::Order;
use crate::lab::sim::coverage;
use crate::lab::sim::life::{Lived, live};
use crate::lab::sim::tally::Tally;
use crate::lab::verdict::Verdict;
use crate::lab::{LabFault, kept};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Seeds that broke something once, with why.
const KEPT: &str = include_str!("../seeds/sim.txt");
/// One in so many seeds is lived twice: the same seed has to give the same trace.
const TWICE: u64 = 16;
/// One in so many seeds is lived on the real store.
const ON_DISK: u64 = 40;
/// Faulty seeds that are told of; of the others only how many there are.
const TOLD_MAX: usize = 40;

/// What all seeds gave.
#[derive(Default)]
struct Found {
    tally: Tally,
    faults: Vec<(u64, String)>,
    broken: u64,
    /// Why the first of what was drawn was refused.
    refused: Option<String>,
    /// What happened in the first that broke something.
    story: Vec<String>,
}

/// Lives every seed.
///
/// # Errors
/// A world cannot be drawn or lived, through no fault of the engine.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let runs = order.runs(6_000, 200_000);
    let mut seeds: Vec<u64> = if order.runs.is_some() { Vec::new() } else { kept::seeds(KEPT) };
    let replayed = seeds.len() as u64;
    seeds.extend((0..runs).map(|nth| order.seed.wrapping_add(nth)));
    let found = live_all(&seeds, order)?;
    if order.runs == Some(1) {
        found.refused.iter().chain(&found.story).for_each(|line| println!("{line}"));
    }
    let mut verdict = Verdict::new();
    verdict.at_least("seeds", seeds.len() as u64, runs);
    verdict.fact("replayed", replayed);
    verdict.none("broken", found.broken);
    for (seed, what) in found.faults.iter().take(TOLD_MAX) {
        verdict.fault(format!("seed {seed} (`cargo lab sim --seed {seed} --runs 1`): {what}"));
    }
    let counts: Vec<String> = found.tally.under("").map(|(name, count)| format!("{count:>9} {name}\n")).collect();
    // What was reached, for whoever wants to know; nothing hangs on it.
    drop(std::fs::write(order.folder.join("tally.txt"), counts.concat()));
    if order.runs.is_none() {
        let missing = coverage::missing(&found.tally);
        verdict.none("not_reached", missing.len() as u64);
        missing.into_iter().for_each(|what| verdict.fault(format!("hardly reached, so nothing is proven of it: {what}")));
        verdict.at_least("lived_twice", found.tally.of("lived twice"), 50);
        verdict.at_least("on_disk", found.tally.of("on disk"), 20);
        verdict.at_least("forbidden_calls", found.tally.of("calls forbidden at the last moment"), 100);
    }
    verdict.fact("effects", found.tally.of("effects"));
    verdict.fact("webhooks", found.tally.of("webhooks"));
    verdict.fact("crashes", found.tally.of("starts"));
    Ok(verdict)
}

fn live_all(seeds: &[u64], order: &Order) -> Result<Found, LabFault> {
    let (next, found, fault) = (AtomicU64::new(0), Mutex::new(Found::default()), Mutex::new(None));
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    let lived = judged(*seed, &order.folder);
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    if order.stops_first && found.broken > 0 {
                        return;
                    }
                    match lived {
                        Ok(lived) => take(&mut found, *seed, &lived),
                        Err(found) => {
                            fault
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .get_or_insert(LabFault(format!("seed {seed}: {found}")));
                            return;
                        }
                    }
                }
            });
        }
    });
    if let Some(fault) = fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault);
    }
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.faults.sort();
    Ok(found)
}

fn take(found: &mut Found, seed: u64, lived: &Lived) {
    found.tally.merge(&lived.tally);
    if found.refused.is_none() {
        found.refused.clone_from(&lived.refused);
    }
    if let Some(first) = lived.breaches.first() {
        found.broken += 1;
        if found.story.is_empty() {
            found.story.clone_from(&lived.story);
        }
        found.faults.push((seed, first.to_string()));
    }
}

/// Lives one seed; a panic is a breach as any other.
fn judged(seed: u64, folder: &Path) -> Result<Lived, LabFault> {
    let dir = seed.is_multiple_of(ON_DISK).then(|| folder.join(format!("seed-{seed}")));
    let lived = catch_unwind(AssertUnwindSafe(|| -> Result<Lived, LabFault> {
        let mut lived = live(seed, dir.clone())?;
        lived.tally.add("on disk", u64::from(dir.is_some()));
        if seed % TWICE == 1 && lived.breaches.is_empty() {
            let again = live(seed, None)?;
            lived.tally.note("lived twice");
            if again.trace != lived.trace {
                let what = "the same seed gave two traces";
                lived.breaches.push(crate::lab::oracle::Breach::new(crate::lab::oracle::Invariant::Fold, what));
            }
        }
        Ok(lived)
    }));
    if let Some(dir) = dir.filter(|dir| dir.exists()) {
        // Nobody needs it any more; what cannot be taken away is taken away with the folder.
        drop(std::fs::remove_dir_all(dir));
    }
    lived.unwrap_or_else(|panic| {
        let what =
            panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let what = format!("panicked: {}", what.unwrap_or_default());
        let breach = crate::lab::oracle::Breach::new(crate::lab::oracle::Invariant::Isolation, what);
        Ok(Lived { breaches: vec![breach], trace: Default::default(), tally: Tally::default(), refused: None, story: Vec::new() })
    })
}
