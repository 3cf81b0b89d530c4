//! The power goes at a random operation. Whatever the disk then holds opens, and everything that was acknowledged is in it.

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::store::recorder::{Disk, Recorder};
use crate::lab::store::script::{Script, told};
use crate::lab::store::{clear, options, room};
use crate::lab::verdict::Verdict;
use crate::model::planted::{Bug, is_planted, plant};
use crate::store::contract::Store;
use crate::store::disk::tap;
use crate::store::journaled::JournaledStore;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const NAME: &str = "powercut";
const PORTIONS: u64 = 60;
/// A cut at one operation in so many.
const CUTS_OF: u64 = 6;
/// Disks looked at with the planted bug at most, until one has lost something: what the disk had written of its own accord
/// is chance, and about one in fifteen shows the bug.
const BUGGED: u64 = 1_000;

#[derive(Default)]
struct Tally {
    disks: u64,
    syncs: u64,
    /// Disks that held more than what was acknowledged: the cut was not always at rest.
    ahead: u64,
    mended: u64,
    lost: u64,
    other: u64,
    faults: Vec<String>,
}

/// Carries the check out.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let room = room(order, NAME)?;
    let wanted = order.runs(200, 5_000);
    let tally = cut(&room, order.seed, |tally| tally.disks >= wanted)?;
    let bug = is_planted(Bug::NoFdatasync);
    let caught = if bug {
        0
    } else {
        plant(Some(Bug::NoFdatasync));
        let bugged = cut(&room, order.seed, |tally| tally.lost > 0 || tally.disks >= BUGGED);
        plant(None);
        bugged?.lost
    };
    std::fs::remove_dir_all(&room).map_err(told)?;
    let mut verdict = Verdict::new();
    verdict.at_least("disks", tally.disks, wanted);
    verdict.at_least("fsyncs", tally.syncs, wanted.min(100));
    verdict.at_least("mended", tally.mended, 1);
    verdict.fact("ahead", tally.ahead);
    verdict.none("lost", tally.lost);
    verdict.none("differs_or_unopenable", tally.other);
    if !bug {
        verdict.at_least("lost_without_fdatasync", caught, 1);
    }
    tally.faults.into_iter().take(20).for_each(|fault| verdict.fault(fault));
    Ok(verdict)
}

/// Scripts are run, seed after seed, and the disks that were found looked at, until it is enough.
fn cut(room: &Path, seed: u64, is_enough: impl Fn(&Tally) -> bool) -> Result<Tally, LabFault> {
    let mut tally = Tally::default();
    for nth in 0.. {
        if is_enough(&tally) {
            break;
        }
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(nth);
        let script = Script::new(seed, PORTIONS)?;
        let (disks, syncs) = record(&room.join("data"), seed, &script)?;
        tally.syncs += syncs;
        for (disk, at) in disks.iter().zip(1..) {
            if !is_enough(&tally) {
                tally.disks += 1;
                look(&room.join("found"), disk, &script, &format!("disk {at} of seed {seed}"), &mut tally)?;
            }
        }
    }
    Ok(tally)
}

/// Runs a script while the power is cut now and then.
fn record(dir: &Path, seed: u64, script: &Script) -> Result<(Vec<Disk>, u64), LabFault> {
    clear(dir)?;
    let recorder = Arc::new(Recorder::new(dir, seed, CUTS_OF));
    tap::set(Some(Arc::clone(&recorder) as Arc<dyn tap::Tap>));
    let ran = JournaledStore::open(dir, options())
        .and_then(|store| script.run(&store, &mut |lsn| recorder.acknowledged.store(lsn.0, Ordering::SeqCst)));
    tap::set(None);
    ran.map_err(told)?;
    Ok(recorder.found())
}

/// Writes the disk down, opens it, compares it with the script and goes on.
fn look(dir: &Path, disk: &Disk, script: &Script, what: &str, tally: &mut Tally) -> Result<(), LabFault> {
    clear(dir)?;
    for (path, bytes) in &disk.files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(dir)).map_err(told)?;
        std::fs::write(&path, bytes).map_err(told)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(told)?;
    }
    let submitted = script.next_end(disk.acknowledged);
    let found = JournaledStore::open(dir, options()).map_err(|fault| format!("unopenable: {fault}")).and_then(|store| {
        tally.mended += u64::from(!store.figures().mended.is_empty());
        tally.ahead += u64::from(store.figures().last.0 > disk.acknowledged);
        script.judge(&store, disk.acknowledged, submitted)?;
        script.run(&store, &mut |_| {}).map_err(|fault| format!("unopenable: it does not go on: {fault}"))?;
        script.judge(&store, script.len(), script.len())
    });
    if let Err(fault) = found {
        let is_lost = fault.starts_with("lost") || fault.contains("was acknowledged");
        tally.lost += u64::from(is_lost);
        tally.other += u64::from(!is_lost);
        tally.faults.push(format!("{what}: {fault}"));
    }
    Ok(())
}
