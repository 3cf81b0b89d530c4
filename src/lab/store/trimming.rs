//! The process dies at every durable operation of a trimming, and the disk refuses each of them: the journal that is found
//! afterwards is the old one or the new one, and both say the same.

use crate::lab::LabFault;
use crate::lab::store::script::{Script, told};
use crate::lab::store::victim::{self, End, Errand, Fared};
use crate::lab::store::{clear, copy_all, options};
use crate::store::contract::Store;
use crate::store::journaled::JournaledStore;
use crate::store::upkeep::state_hash;
use std::path::Path;

/// What was met.
#[derive(Debug, Default)]
pub struct Trimmings {
    /// Operations at which a trimming was broken off.
    pub points: u64,
    /// The new journal was found afterwards, so often.
    pub new: u64,
    /// What was wrong, in sentences.
    pub faults: Vec<String>,
}

/// Breaks a trimming off wherever it can be, in the ways of `ends`. `most`: points of each way, at most.
pub fn run(name: &str, room: &Path, script: &Script, errand: &Errand, ends: &[End], most: u64) -> Result<Trimmings, LabFault> {
    let (whole, mut met) = (room.join("whole"), Trimmings::default());
    {
        let store = JournaledStore::open(&whole, options()).map_err(told)?;
        script.run(&store, &mut |_| {}).map_err(told)?;
    }
    for end in ends {
        for at in 1..=most {
            clear(&errand.dir)?;
            copy_all(&whole, &errand.dir)?;
            let fared = victim::send(name, &Errand { at, end: *end, trims: true, ..errand.clone() })?;
            met.points += u64::from(fared != Fared::Finished);
            match judge(script, &errand.dir) {
                Ok(is_new) => met.new += u64::from(is_new),
                Err(fault) => met.faults.push(format!("{end:?} at operation {at} of a trimming: {fault}")),
            }
            if fared == Fared::Finished {
                break;
            }
        }
    }
    clear(&whole)?;
    Ok(met)
}

/// Opens the store and compares rows and timelines; is it the trimmed one?
fn judge(script: &Script, dir: &Path) -> Result<bool, String> {
    let store = JournaledStore::open(dir, options()).map_err(|fault| format!("unopenable: {fault}"))?;
    if Some(state_hash(&store).map_err(|fault| fault.to_string())?.as_str()) != script.last_hash() {
        return Err("differs: the state is another".to_owned());
    }
    script.judge_entries(&store)?;
    Ok(store.figures().last.0 != script.len())
}
