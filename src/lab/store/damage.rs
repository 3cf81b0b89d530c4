//! Files are damaged: flipped bits, zeroed pages, cut, removed and swapped files, in journal and progress. The store opens
//! as it was, or refuses and names file, place and repair; `rebuild` brings the state back.

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::store::script::{Dice, Script, told};
use crate::lab::store::{clear, copy_all, options, room};
use crate::lab::verdict::Verdict;
use crate::store::contract::{Store, StoreFault};
use crate::store::journaled::JournaledStore;
use crate::store::rebuild::rebuild;
use crate::store::segments::SegmentJournal;
use crate::store::start::Options;
use crate::store::upkeep::{state_hash, verify};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

const NAME: &str = "damage";
const PORTIONS: u64 = 150;
/// What opens, reads and rebuilds so small a store in milliseconds hangs when it takes this long.
const HANGS: Duration = Duration::from_secs(60);
const PAGE_BYTES: usize = 4_096;
const KINDS: [Kind; 6] = [Kind::Flip, Kind::Zero, Kind::Cut, Kind::Remove, Kind::Swap, Kind::RemoveAll];

/// How something is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Flip,
    Zero,
    Cut,
    Remove,
    Swap,
    /// All of the journal, or all of the progress.
    RemoveAll,
}

/// What came of opening a damaged store.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Came {
    /// It opened, and everything was as before; told: it said that it had mended something.
    Same { told: bool },
    /// It refused as it should.
    Refused,
    /// Anything else.
    Wrong(String),
}

/// Carries the check out.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let room = room(order, NAME)?;
    let base = room.join("base");
    let whole = Whole::make(&base, order.seed)?;
    let trials = order.runs(200, 5_000);
    let mut seen: BTreeMap<(Kind, bool), u64> = BTreeMap::new();
    let (mut refused, mut mended, mut wrong, mut rebuilt) = (0, 0, Vec::new(), 0);
    // sled panics where it meets damage, in threads of its own: what reaches us is counted, the talk is not shown.
    std::panic::set_hook(Box::new(|_| {}));
    for (in_journal, nth) in [true, false].into_iter().flat_map(|in_journal| (0..trials).map(move |nth| (in_journal, nth))) {
        let dir = room.join("trial");
        clear(&dir)?;
        copy_all(&base, &dir)?;
        let mut dice = Dice::new(order.seed ^ nth.wrapping_mul(0x9e37_79b9) ^ u64::from(in_journal));
        let kind = KINDS.get(nth as usize % KINDS.len()).copied().unwrap_or(Kind::Flip);
        let what = damage(&dir, kind, in_journal, &mut dice)?;
        *seen.entry((kind, in_journal)).or_default() += 1;
        match within(&dir, &whole, look) {
            Came::Same { told } => mended += u64::from(told),
            Came::Refused => refused += 1,
            Came::Wrong(fault) => wrong.push(format!("trial {nth} of seed {}: {what}: {fault}", order.seed)),
        }
        match within(&dir, &whole, build_again) {
            Came::Same { .. } => rebuilt += 1,
            Came::Refused => wrong.push(format!("trial {nth} of seed {}: {what}: rebuild refused", order.seed)),
            Came::Wrong(fault) => wrong.push(format!("trial {nth} of seed {}: {what}: rebuild: {fault}", order.seed)),
        }
    }
    drop(std::panic::take_hook());
    std::fs::remove_dir_all(&room).map_err(told)?;
    let mut verdict = Verdict::new();
    let least = if order.runs.is_some() { 0 } else { trials / 20 };
    verdict.at_least("in_journal", trials, trials);
    verdict.at_least("in_progress", trials, trials);
    verdict.at_least("least_of_a_kind", seen.values().min().copied().unwrap_or(0), least);
    verdict.at_least("refused", refused, least);
    verdict.at_least("mended", mended, least);
    verdict.fact("rebuilt", rebuilt);
    verdict.none("wrong", wrong.len() as u64);
    wrong.into_iter().take(20).for_each(|fault| verdict.fault(fault));
    Ok(verdict)
}

/// A store as it was before.
#[derive(Debug, Clone)]
struct Whole {
    seed: u64,
    hash: String,
}

impl Whole {
    /// Some segments, all but the last two packed, everything in the progress.
    fn make(dir: &Path, seed: u64) -> Result<Self, LabFault> {
        let script = Script::new(seed, PORTIONS)?;
        let quiet = quiet();
        {
            let store = JournaledStore::open(dir, quiet.clone()).map_err(told)?;
            script.run(&store, &mut |_| {}).map_err(told)?;
            store.settle().map_err(told)?;
        }
        let (journal, _) = SegmentJournal::open(&dir.join("journal"), quiet.segment_bytes, [0; 16]).map_err(told)?;
        let mut packed = 0;
        while packed < 3 && journal.pack_one().map_err(told)?.is_some() {
            packed += 1;
        }
        drop(journal);
        let store = JournaledStore::open(dir, quiet).map_err(told)?;
        Ok(Self { seed, hash: state_hash(&store).map_err(told)? })
    }
}

/// Without checkpoints and packing in between: what is damaged stays where it is.
fn quiet() -> Options {
    Options { checkpoint_every: Duration::from_secs(3_600), ..options() }
}

/// Runs a look in a thread of its own: a panic and a hang are answers too.
fn within(dir: &Path, whole: &Whole, look: fn(&Path, &Whole) -> Came) -> Came {
    let (tell, told) = channel();
    let (dir, whole): (PathBuf, Whole) = (dir.to_path_buf(), whole.clone());
    let work = move || {
        let came = catch_unwind(AssertUnwindSafe(|| look(&dir, &whole)));
        // Whoever waited too long is gone.
        drop(tell.send(came.unwrap_or_else(|_| Came::Wrong("it panicked".to_owned()))));
    };
    if std::thread::Builder::new().name("lab-damage".to_owned()).spawn(work).is_err() {
        return Came::Wrong("no thread could be started".to_owned());
    }
    match told.recv_timeout(HANGS) {
        Ok(came) => came,
        Err(RecvTimeoutError::Timeout) => Came::Wrong(format!("it hangs: no answer in {} s", HANGS.as_secs())),
        Err(RecvTimeoutError::Disconnected) => Came::Wrong("it panicked".to_owned()),
    }
}

/// Opens a damaged store, and reads all of it.
fn look(dir: &Path, whole: &Whole) -> Came {
    let store = match JournaledStore::open(dir, quiet()) {
        Ok(store) => store,
        Err(fault) => return refusal(&fault),
    };
    let told = !store.figures().mended.is_empty();
    match state_hash(&store) {
        Ok(hash) if hash == whole.hash => {}
        Ok(_) => return Came::Wrong("it opened with another state, silently".to_owned()),
        Err(fault) => return refusal(&fault),
    }
    let Ok(script) = Script::new(whole.seed, PORTIONS) else { return Came::Wrong("no script".to_owned()) };
    // Old segments are not read at a start: what is broken there is told by whoever reads it.
    match script.judge(&store, script.len(), script.len()) {
        Ok(()) => {}
        Err(fault) if fault.starts_with("unreadable: the store is damaged") => {}
        Err(fault) => return Came::Wrong(format!("it opened, but {fault}")),
    }
    drop(store);
    match verify(dir, quiet()) {
        Ok(_) => Came::Same { told },
        Err(fault) => refusal(&fault),
    }
}

fn refusal(fault: &StoreFault) -> Came {
    let says = fault.to_string();
    match fault {
        StoreFault::Damaged { .. } if says.contains("at byte") && says.contains("engine store rebuild") => Came::Refused,
        _ => Came::Wrong(format!("it refused without naming file, place and repair: {says}")),
    }
}

/// Rebuilds the damaged store: the state is as it was.
fn build_again(dir: &Path, whole: &Whole) -> Came {
    if let Err(fault) = rebuild(dir, quiet()) {
        return Came::Wrong(fault.to_string());
    }
    match JournaledStore::open(dir, quiet()).and_then(|store| state_hash(&store)) {
        Ok(hash) if hash == whole.hash => {}
        Ok(_) => return Came::Wrong("the state is another".to_owned()),
        Err(fault) => return Came::Wrong(fault.to_string()),
    }
    match verify(dir, quiet()) {
        Ok(_) => Came::Same { told: true },
        Err(fault) => Came::Wrong(format!("not whole afterwards: {fault}")),
    }
}

/// Damages one file, or two; says how.
fn damage(dir: &Path, kind: Kind, in_journal: bool, dice: &mut Dice) -> Result<String, LabFault> {
    let below = dir.join(if in_journal { "journal" } else { "sled" });
    if kind == Kind::RemoveAll {
        std::fs::remove_dir_all(&below).map_err(told)?;
        return Ok(format!("{} removed", below.display()));
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&below).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.is_file() && std::fs::metadata(&path).map_err(told)?.len() > 0 {
            files.push(path);
        }
    }
    files.sort();
    let pick = |dice: &mut Dice| files.get(dice.throw(files.len() as u64) as usize).cloned();
    let (Some(file), Some(other)) = (pick(dice), pick(dice)) else { return Err(LabFault("there is no file".to_owned())) };
    let mut bytes = std::fs::read(&file).map_err(told)?;
    let at = dice.throw(bytes.len() as u64) as usize;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match kind {
        Kind::Flip => {
            let bit = dice.throw(8);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
            std::fs::write(&file, bytes).map_err(told)?;
            Ok(format!("{name}: bit {bit} of byte {at} flipped"))
        }
        Kind::Zero => {
            let begin = at / PAGE_BYTES * PAGE_BYTES;
            bytes.iter_mut().skip(begin).take(PAGE_BYTES).for_each(|byte| *byte = 0);
            std::fs::write(&file, bytes).map_err(told)?;
            Ok(format!("{name}: the page at byte {begin} zeroed"))
        }
        Kind::Cut => {
            bytes.truncate(at);
            std::fs::write(&file, bytes).map_err(told)?;
            Ok(format!("{name}: cut at byte {at}"))
        }
        Kind::Remove | Kind::RemoveAll => {
            std::fs::remove_file(&file).map_err(told)?;
            Ok(format!("{name}: removed"))
        }
        Kind::Swap => {
            std::fs::write(&file, std::fs::read(&other).map_err(told)?).map_err(told)?;
            std::fs::write(&other, bytes).map_err(told)?;
            Ok(format!("{name} and {} swapped", other.display()))
        }
    }
}
