//! The process dies before, after and in the middle of every durable operation of a scripted run; the disk refuses each of
//! them. Whatever was acknowledged is there, whatever is there was submitted, and the run can go on.

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::store::script::{Script, told};
use crate::lab::store::victim::{self, End, Errand, Fared};
use crate::lab::store::{clear, copy_all, options, room, trimming};
use crate::lab::verdict::Verdict;
use crate::store::journaled::JournaledStore;
use std::path::{Path, PathBuf};

const NAME: &str = "crashpoints";
/// Portions of the script: some segments of the small store.
const PORTIONS: u64 = 40;
/// Operations of recovery after which it dies once more.
const RECOVERY: u64 = 20;
/// In the short tier one point in so many is tried again in recovery, at its first operations.
const RECOVERED_OF: u64 = 16;
/// Points below which the script has not met enough.
const POINTS_MIN: u64 = 120;
/// The same of a trimming.
const TRIMMING_POINTS_MIN: u64 = 60;
const TRIMMING_ENDS: [End; 4] = [End::Before, End::After, End::Torn, End::Full];
const ENDS: [End; 5] = [End::Before, End::After, End::Torn, End::Broken, End::Full];

#[derive(Default)]
struct Tally {
    points: u64,
    died: u64,
    refused: u64,
    rode_out: u64,
    in_recovery: u64,
    lost: u64,
    phantom: u64,
    differs: u64,
    unopenable: u64,
    faults: Vec<String>,
}

/// Carries the check out.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    victim::serve()?;
    let room = room(order, NAME)?;
    let script = Script::new(order.seed, PORTIONS)?;
    let mut tally = Tally::default();
    let errand = Errand { dir: room.join("data"), seed: order.seed, portions: PORTIONS, at: 1, end: End::Before, trims: false };
    for end in ENDS {
        let mut finished = 0;
        let mut at = 0;
        // Threads beside the committer make the number of operations vary a little.
        while finished < 3 && order.runs.is_none_or(|runs| at < runs) {
            at += 1;
            let dir = room.join("data");
            let fared = strike(order, &room, &script, &Errand { dir, at, end, ..errand.clone() }, &mut tally)?;
            finished += u64::from(fared == Fared::Finished && !matches!(end, End::Full | End::Broken));
            finished += 3 * u64::from(at > tally.points && matches!(end, End::Full | End::Broken));
        }
        tally.points = tally.points.max(at);
    }
    let trimmings = trimming::run(NAME, &room, &script, &errand, &TRIMMING_ENDS, order.runs.unwrap_or(u64::MAX))?;
    std::fs::remove_dir_all(&room).map_err(told)?;
    let mut verdict = Verdict::new();
    verdict.at_least("points", tally.points, if order.runs.is_some() { 1 } else { POINTS_MIN });
    verdict.at_least("died", tally.died, tally.points.min(order.runs.unwrap_or(POINTS_MIN)) * 2);
    verdict.at_least("refused", tally.refused, 1);
    verdict.fact("rode_out", tally.rode_out);
    verdict.fact("in_recovery", tally.in_recovery);
    verdict.at_least("in_trimming", trimmings.points, order.runs.unwrap_or(TRIMMING_POINTS_MIN));
    verdict.at_least("trimmed", trimmings.new, u64::from(order.runs.is_none()));
    tally.differs += trimmings.faults.len() as u64;
    tally.faults.extend(trimmings.faults);
    verdict.none("lost", tally.lost);
    verdict.none("phantom", tally.phantom);
    verdict.none("differs", tally.differs);
    verdict.none("unopenable", tally.unopenable);
    tally.faults.into_iter().take(20).for_each(|fault| verdict.fault(fault));
    Ok(verdict)
}

/// One victim, one point; and what its store is worth afterwards.
fn strike(order: &Order, room: &Path, script: &Script, errand: &Errand, tally: &mut Tally) -> Result<Fared, LabFault> {
    clear(&errand.dir)?;
    drop(std::fs::remove_file(victim::acknowledgements(&errand.dir)));
    let fared = victim::send(NAME, errand)?;
    match &fared {
        Fared::Died => tally.died += 1,
        Fared::Refused(_) => tally.refused += 1,
        Fared::Finished => tally.rode_out += 1,
    }
    let what = format!("{:?} at operation {} of seed {}", errand.end, errand.at, errand.seed);
    if matches!(errand.end, End::Before | End::After | End::Torn) && fared == Fared::Died {
        let again = order.tier.of(u64::from(errand.at.is_multiple_of(RECOVERED_OF)) * 3, RECOVERY);
        for second in 1..=again {
            strike_again(room, script, errand, second, tally)?;
        }
    }
    let submitted = script.next_end(victim::acknowledged(&errand.dir));
    judge(script, &errand.dir, submitted, &what, tally);
    Ok(fared)
}

/// The same store, but it dies once more while it recovers.
fn strike_again(room: &Path, script: &Script, first: &Errand, at: u64, tally: &mut Tally) -> Result<(), LabFault> {
    let dir: PathBuf = room.join("again");
    clear(&dir)?;
    copy_all(&first.dir, &dir)?;
    std::fs::copy(victim::acknowledgements(&first.dir), victim::acknowledgements(&dir)).map_err(told)?;
    let end = match at % 3 {
        0 => End::Before,
        1 => End::After,
        _ => End::Torn,
    };
    let errand = Errand { dir, at, end, ..first.clone() };
    victim::send(NAME, &errand)?;
    tally.in_recovery += 1;
    let what = format!("{:?} at operation {} of seed {}, then at operation {at} of recovery", first.end, first.at, first.seed);
    // What the first one had submitted may have come back without its ever being told; the second went on from there.
    let submitted = script.next_end(script.next_end(victim::acknowledged(&errand.dir)));
    judge(script, &errand.dir, submitted, &what, tally);
    Ok(())
}

/// Opens the store, compares it with the script, goes on to its end and compares again.
fn judge(script: &Script, dir: &Path, submitted: u64, what: &str, tally: &mut Tally) {
    let acknowledged = victim::acknowledged(dir);
    let found = JournaledStore::open(dir, options()).map_err(|fault| format!("unopenable: {fault}")).and_then(|store| {
        script.judge(&store, acknowledged, submitted)?;
        script.run(&store, &mut |_| {}).map_err(|fault| format!("unopenable: it does not go on: {fault}"))?;
        script.judge(&store, script.len(), script.len())
    });
    if let Err(fault) = found {
        match fault.split(':').next() {
            Some("lost") => tally.lost += 1,
            Some("phantom") => tally.phantom += 1,
            Some("unopenable") => tally.unopenable += 1,
            _ => tally.differs += 1,
        }
        tally.faults.push(format!("{what}: {fault}"));
    }
}
