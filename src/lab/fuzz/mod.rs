//! Any bytes to every reader: kept ones, and such as are drawn from them.
//!
//! The kept stand in `fuzz/corpus/READER`; what `cargo fuzz` or this check finds is kept there too, so that it is tried for
//! ever. An input may take a second of the processor, all of them 2 GiB. Start at [`check`]; [`targets`] says what is promised.

mod change;
pub mod journal;
pub mod targets;

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::verdict::Verdict;
use rustix::time::{ClockId, clock_gettime};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use targets::{TARGETS, Target};

/// What one input may take of the processor.
const INPUT_MS_MAX: u64 = 1_000;
/// An input that is not done after so long, whatever else the machine does, hangs.
const HANG: Duration = Duration::from_secs(60);
/// What the process may take of memory.
const MEMORY_MIB_MAX: u64 = 2_048;
/// Kept inputs of a reader, below which its corpus has been lost.
const KEPT_MIN: usize = 8;
/// Faults that are told of one reader; the next ones are likely the same.
const FAULTS_MAX: usize = 3;

/// Tries the kept inputs and such as are drawn from them on every reader.
pub fn check(order: &Order) -> Result<Verdict, LabFault> {
    let drawn = order.runs(8_000, 400_000);
    let mut verdict = Verdict::new();
    let (mut kept_all, mut slowest) = (0, 0);
    let loud = std::panic::take_hook();
    // A panic is told once, by the verdict.
    std::panic::set_hook(Box::new(|_| {}));
    for target in TARGETS {
        let kept = kept(target.name)?;
        kept_all += kept.len() as u64;
        if kept.len() < KEPT_MIN {
            verdict.fault(format!("fuzz/corpus/{} holds {} inputs: it was kept at least {KEPT_MIN}", target.name, kept.len()));
        }
        let tried = tried(target, kept, drawn, order);
        slowest = slowest.max(tried.slowest_ms);
        for (nth, (input, why)) in tried.faults.iter().enumerate() {
            let path = order.folder.join(format!("{}-{nth}", target.name));
            std::fs::write(&path, input).map_err(|fault| LabFault(format!("{} cannot be written: {fault}", path.display())))?;
            verdict.fault(format!("{}: {why}; keep {} in fuzz/corpus/{}", target.name, path.display(), target.name));
        }
    }
    std::panic::set_hook(loud);
    verdict.fact("readers", TARGETS.len());
    verdict.at_least("kept", kept_all, (KEPT_MIN * TARGETS.len()) as u64);
    verdict.at_least("drawn", drawn * TARGETS.len() as u64, order.runs.unwrap_or(order.tier.of(50_000, 2_000_000)));
    verdict.at_most("slowest_ms", slowest, INPUT_MS_MAX);
    verdict.at_most("memory_mib", memory_mib().unwrap_or(0), MEMORY_MIB_MAX);
    Ok(verdict)
}

/// The corpus of a reader, in the order of the names.
fn kept(name: &str) -> Result<Vec<Vec<u8>>, LabFault> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let unread = |fault: std::io::Error| LabFault(format!("{} cannot be read: {fault}", folder.display()));
    let entries = std::fs::read_dir(&folder).map_err(unread)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>().map_err(unread)?;
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).map_err(unread)).collect()
}

/// What came of one reader.
struct Tried {
    slowest_ms: u64,
    /// Inputs, and what went wrong with each.
    faults: Vec<(Vec<u8>, String)>,
}

/// An input that was tried: what it took, and what went wrong.
struct Done {
    ms: u64,
    fault: Option<(Vec<u8>, String)>,
}

/// Runs the reader in a thread of its own, which is left behind should it hang.
fn tried(target: &'static Target, kept: Vec<Vec<u8>>, drawn: u64, order: &Order) -> Tried {
    let (sender, receiver) = channel();
    let current = Arc::new(Mutex::new(Vec::new()));
    let (inside, seed) = (Arc::clone(&current), order.seed);
    std::thread::spawn(move || each(target, &kept, drawn, seed, &inside, &sender));
    gathered(&receiver, &current)
}

fn gathered(receiver: &Receiver<Done>, current: &Mutex<Vec<u8>>) -> Tried {
    let mut tried = Tried { slowest_ms: 0, faults: Vec::new() };
    while tried.faults.len() < FAULTS_MAX {
        match receiver.recv_timeout(HANG) {
            Ok(done) => {
                tried.slowest_ms = tried.slowest_ms.max(done.ms);
                tried.faults.extend(done.fault);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let input = current.lock().unwrap_or_else(PoisonError::into_inner).clone();
                tried.faults.push((input, format!("not done after {} s", HANG.as_secs())));
                break;
            }
        }
    }
    tried
}

fn each(target: &Target, kept: &[Vec<u8>], drawn: u64, seed: u64, current: &Mutex<Vec<u8>>, sender: &Sender<Done>) {
    let seeded = (0..drawn).map(|nth| change::changed(kept, seed.wrapping_mul(0x0100_0000_01b3).wrapping_add(nth)));
    for input in kept.iter().cloned().chain(seeded) {
        current.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&input);
        if sender.send(one(target, input)).is_err() {
            return;
        }
    }
}

fn one(target: &Target, input: Vec<u8>) -> Done {
    let before = spent_us();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
    let ms = (spent_us() - before) / 1_000;
    let said = |panic: Box<dyn std::any::Any + Send>| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    };
    let why = match outcome {
        Err(panic) => Some(format!("panics: {}", said(panic).chars().take(400).collect::<String>())),
        Ok(()) if ms > INPUT_MS_MAX => Some(format!("{ms} ms for {} bytes", input.len())),
        Ok(()) => None,
    };
    Done { ms, fault: why.map(|why| (input, why)) }
}

/// Microseconds that this thread has taken of the processor: what the machine does besides is not counted.
pub fn spent_us() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000
}

/// The most memory that the process ever had, in MiB; none where the system does not tell.
fn memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
}
