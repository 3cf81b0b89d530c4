//! A process of its own that writes a script into a store and dies, or is refused, at one durable operation.

use crate::lab::LabFault;
use crate::lab::store::options;
use crate::lab::store::script::{Script, told};
use crate::model::time::Timestamp;
use crate::store::contract::{Store, StoreFault};
use crate::store::disk::tap::{self, Deed, Fate, Tap};
use crate::store::journaled::JournaledStore;
use crate::store::trim::trim;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Error, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The variable that makes a process of the lab a victim; it holds its [`Errand`].
const VARIABLE: &str = "ENGINE_LAB_VICTIM";

/// What happens at the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The process dies before it is done.
    Before,
    /// The process dies when it is done.
    After,
    /// Half of the bytes are written, then the process dies.
    Torn,
    /// The disk says that it is broken.
    Broken,
    /// The disk says that it is full.
    Full,
}

/// What a victim is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Errand {
    /// The data directory. What it was told is durable goes into `acknowledged` beside it.
    pub dir: PathBuf,
    pub seed: u64,
    pub portions: u64,
    /// The operation, from 1.
    pub at: u64,
    pub end: End,
    /// It trims what is there, instead of writing.
    pub trims: bool,
}

/// What became of a victim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fared {
    /// It died where it should.
    Died,
    /// The store refused, with this sentence.
    Refused(String),
    /// It wrote everything: there are not so many operations.
    Finished,
}

struct Point {
    at: u64,
    end: End,
    met: AtomicU64,
}

impl Tap for Point {
    fn before(&self, deed: &Deed<'_>) -> Fate {
        let is_it = self.met.fetch_add(1, Ordering::SeqCst) + 1 == self.at;
        match (self.end, deed) {
            _ if !is_it => Fate::Done,
            (End::Before, _) => die(),
            (End::Torn, Deed::Write { bytes, .. }) => Fate::Torn(bytes / 2 / 512 * 512 + usize::from(*bytes > 1)),
            (End::Torn | End::After, _) => Fate::Done,
            (End::Broken, _) => Fate::Refused(Error::from_raw_os_error(5)),
            (End::Full, _) => Fate::Refused(Error::from_raw_os_error(28)),
        }
    }

    fn after(&self, _: &Deed<'_>) {
        // Another thread may have met the next one already: then that one has happened too.
        if matches!(self.end, End::After | End::Torn) && self.met.load(Ordering::SeqCst) >= self.at {
            die();
        }
    }
}

/// No destructor, no other thread goes on.
fn die() -> ! {
    // Should the signal not come at once, the next line ends it.
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap_or(());
    std::process::abort()
}

/// Sends a victim off and waits for its end.
pub fn send(name: &str, errand: &Errand) -> Result<Fared, LabFault> {
    let own = std::env::current_exe().map_err(told)?;
    let words = serde_json::to_string(errand).map_err(told)?;
    let folder = errand.dir.with_extension("room");
    let mut command = Command::new(own);
    command.args([name, "--folder"]).arg(&folder).env(VARIABLE, words);
    let output = command.stdin(Stdio::null()).output().map_err(told)?;
    Ok(match output.status.code() {
        None => Fared::Died,
        Some(0) => Fared::Finished,
        Some(REFUSED) => Fared::Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Some(code) => return Err(LabFault(format!("the victim ended with {code}: {}", String::from_utf8_lossy(&output.stderr)))),
    })
}

const REFUSED: i32 = 41;

/// Is this process a victim? Then it does its errand and never comes back.
pub fn serve() -> Result<(), LabFault> {
    let Some(words) = std::env::var_os(VARIABLE) else { return Ok(()) };
    let errand: Errand = serde_json::from_str(&words.to_string_lossy()).map_err(told)?;
    let script = Script::new(errand.seed, errand.portions)?;
    let mut told_file = File::options().append(true).create(true).open(acknowledgements(&errand.dir)).map_err(told)?;
    let ended = {
        tap::set(Some(Arc::new(Point { at: errand.at, end: errand.end, met: AtomicU64::new(0) })));
        match errand.trims {
            true => trim_half(&errand.dir, &script),
            false => write(&errand.dir, &script, &mut |lsn| {
                // One write of eight bytes: there or not.
                drop(told_file.write_all(&lsn.to_le_bytes()));
            }),
        }
    };
    match ended {
        Ok(()) => std::process::exit(0),
        Err(fault) => {
            eprintln!("{fault}");
            std::process::exit(REFUSED)
        }
    }
}

fn write(dir: &Path, script: &Script, acknowledged: &mut dyn FnMut(u64)) -> Result<(), StoreFault> {
    let store = JournaledStore::open(dir, options())?;
    script.run(&store, &mut |lsn| acknowledged(lsn.0))?;
    store.settle()
}

/// Trims what the script wrote, up to the middle.
fn trim_half(dir: &Path, script: &Script) -> Result<(), StoreFault> {
    let middle = script.portions.get(script.portions.len() / 2).and_then(|portion| portion.first());
    let before = middle.map_or(Timestamp(0), |commit| commit.at);
    trim(dir, options(), before, before).map(drop)
}

/// Where a victim writes down what it was told is durable.
pub fn acknowledgements(dir: &Path) -> PathBuf {
    dir.with_extension("acknowledged")
}

/// The last commit that a victim was told is durable.
pub fn acknowledged(dir: &Path) -> u64 {
    let bytes = std::fs::read(acknowledgements(dir)).unwrap_or_default();
    bytes.chunks_exact(8).next_back().and_then(|last| last.first_chunk::<8>()).map_or(0, |last| u64::from_le_bytes(*last))
}
