//! Folders of campaigns, and a runtime over them without a far side: what several measurements need.
#![allow(dead_code, reason = "each measurement uses a part of it")]

use campaign_engine::connector::postpress::client::{Postpress, Settings};
use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::model::program::Program;
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::clock::{Clock, ScaledClock};
use campaign_engine::runtime::{Runtime, Setting};
use campaign_engine::store::contract::Store;
use secrecy::SecretString;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// What the binary allocates with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An account of the sandbox, open at all hours.
pub const WORKSPACE: &str = r#"workspace bench
  account lina
    id "acc_linkedin_1"
    channel linkedin
  end
  schedule
    send monday to sunday 00:00-24:00
  end
end
"#;

/// A time that moves on to whatever is next as soon as somebody would wait for it.
#[derive(Debug)]
pub struct LeapClock(AtomicI64);

impl LeapClock {
    /// Monday 2026-09-14, 08:00 UTC.
    pub fn monday() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_789_372_800_000)))
    }
}

impl Clock for LeapClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    fn until(&self, at: Timestamp) -> Duration {
        self.0.fetch_max(at.0, Ordering::Relaxed);
        Duration::ZERO
    }
}

/// A file of the folder.
pub fn source(name: &str, text: &str) -> Source {
    Source { path: PathBuf::from(name), notation: Notation::Camp, text: text.into() }
}

/// One campaign with those steps and so many people.
pub fn program(people: usize, steps: &str) -> Program {
    let mut list = String::from("linkedin,first_name,company\n");
    (0..people).for_each(|nth| writeln!(list, "person-{nth:07},Person {nth},Company {}", nth % 5_000).unwrap());
    let text = format!(
        "campaign bench version 1\n  accounts from lina\n  outcomes neutral done\n  contacts from \"people.csv\"\n    \
         need first_name, company, linkedin\n    enter once\n  end\n  steps\n{steps}    stop as done\n  end\nend\n"
    );
    let files = MemoryFiles::new("").with("people.csv", list.as_str());
    let compiled = compile(&[source("workspace.camp", WORKSPACE), source("bench.camp", &text)], &files);
    let faults: Vec<String> = compiled.diagnostics.iter().map(|fault| fault.message.clone()).collect();
    assert!(compiled.program.campaigns.len() == 1, "the campaign does not compile: {faults:?}");
    compiled.program
}

/// A runtime that never reaches anybody: its errands are dropped.
pub fn runtime(store: Arc<dyn Store>, program: &Program) -> Runtime {
    runtime_at(store, program, LeapClock::monday(), true)
}

/// The same at the time of day, until it is told to stop.
pub fn standing_runtime(store: Arc<dyn Store>, program: &Program) -> Runtime {
    runtime_at(store, program, Arc::new(ScaledClock::real()), false)
}

fn runtime_at(store: Arc<dyn Store>, program: &Program, clock: Arc<dyn Clock>, until_idle: bool) -> Runtime {
    let key = SecretString::from("bench".to_owned());
    let settings = Settings::new("http://127.0.0.1:9/v1", key, Arc::new(|| Timestamp(0)));
    Runtime::open(Setting {
        store,
        clock,
        connector: Arc::new(Postpress::new(settings).unwrap()),
        spawn: Arc::new(drop),
        root: PathBuf::new(),
        workspace: program.workspace.clone(),
        speed: 1,
        until_idle,
    })
    .unwrap()
}

/// The most memory the process has held, in MiB.
pub fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

/// Seconds of processor time the process has used, in all its threads: on a busy machine it says more than the time.
pub fn cpu_seconds() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_A_SECOND
}

/// The arguments that are not cargo's own.
pub fn arguments() -> impl Iterator<Item = String> {
    std::env::args().skip(1).filter(|argument| !argument.starts_with("--"))
}

/// A directory that is empty now, beside nothing else.
pub fn fresh_dir(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("{name}-bench-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&dir));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
