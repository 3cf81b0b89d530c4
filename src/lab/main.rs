//! The lab's door: `cargo lab NAME`.

use campaign_engine::lab::order::{Order, Tier};
use campaign_engine::lab::{CHECKS, Check, instructions, promises};
use campaign_engine::model::planted::{Bug, plant};
use clap::Parser;
use clap::builder::PossibleValuesParser;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::ScopedJoinHandle;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Checks whose findings are not lines of the results.
const OWN_RECORDS: [&str; 2] = ["box", "instructions"];

/// Tries to break the engine's promises.
#[derive(Parser)]
#[command(name = "lab")]
struct Arguments {
    /// The check; `all` runs each of them.
    #[arg(value_parser = PossibleValuesParser::new(CHECKS.iter().map(|check| check.name).chain(["all"])))]
    name: String,
    /// How much is tried.
    #[arg(long, value_enum, default_value = "pr")]
    tier: Tier,
    /// What all chance comes of.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Another number of runs than the tier's.
    #[arg(long)]
    runs: Option<u64>,
    /// Keeps the last line in docs/results.txt; of `box`: writes the README's promises; of `instructions`: writes them down.
    #[arg(long)]
    record: bool,
    /// Plants a bug first, and stops at the first fault it shows.
    #[arg(long, value_parser = PossibleValuesParser::new(Bug::ALL.iter().map(|bug| bug.word())))]
    plant: Option<String>,
    /// Where it leaves what it made; by default a folder beneath target/lab.
    #[arg(long)]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    // Called by the engine's name it is the engine: the same code in a process of its own, built once.
    if std::env::args_os().next().is_some_and(|name| name == "engine") {
        return ExitCode::from(campaign_engine::cli::engine());
    }
    if let Some(walked) = instructions::called() {
        return walked.map_or_else(
            |fault| {
                eprintln!("{fault}");
                ExitCode::FAILURE
            },
            |()| ExitCode::SUCCESS,
        );
    }
    let arguments = Arguments::parse();
    plant(Bug::ALL.iter().copied().find(|bug| arguments.plant.as_deref() == Some(bug.word())));
    let wanted = CHECKS.iter().filter(|check| arguments.name == "all" || check.name == arguments.name);
    let lines = carry_out_all(wanted, &arguments);
    if lines.len() > 1 {
        println!();
        lines.iter().for_each(|(_, line)| println!("{line}"));
    }
    ExitCode::from(u8::from(lines.iter().any(|(passed, _)| !passed)))
}

/// One after another; those that mostly wait beside the ones that follow.
fn carry_out_all<'a>(wanted: impl Iterator<Item = &'a Check>, arguments: &'a Arguments) -> Vec<(bool, String)> {
    std::thread::scope(|scope| {
        let begun: Vec<_> = wanted
            .map(|check| match check.waits {
                true => Begun::Beside(check, scope.spawn(move || carry_out(check, arguments))),
                false => Begun::Ended(carry_out(check, arguments)),
            })
            .collect();
        begun.into_iter().map(Begun::line).collect()
    })
}

/// A check that was begun: has it passed, and its last line.
enum Begun<'scope> {
    Ended((bool, String)),
    Beside(&'scope Check, ScopedJoinHandle<'scope, (bool, String)>),
}

impl Begun<'_> {
    fn line(self) -> (bool, String) {
        match self {
            Self::Ended(line) => line,
            Self::Beside(check, thread) => {
                thread.join().unwrap_or_else(|_| (false, format!("RESULT {} fail panicked=1", check.name)))
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a check takes is told to whoever waits for it")]
fn carry_out(check: &Check, arguments: &Arguments) -> (bool, String) {
    println!("{}: {} (tier {}, seed {})", check.name, check.about, arguments.tier.word(), arguments.seed);
    let since = Instant::now();
    if arguments.record
        && check.name == "box"
        && let Err(fault) = promises::write()
    {
        println!("  {fault}");
    }
    let verdict = fresh(arguments, check.name).and_then(|folder| {
        let (tier, seed, runs, stops_first) = (arguments.tier, arguments.seed, arguments.runs, arguments.plant.is_some());
        let order = Order { tier, seed, runs, stops_first, records: arguments.record, folder };
        (check.run)(&order).map_err(|fault| fault.to_string())
    });
    let seconds = since.elapsed().as_secs_f64();
    let (passed, line) = match verdict {
        Ok(verdict) => {
            verdict.faults().iter().for_each(|fault| println!("  {fault}"));
            (verdict.passed(), format!("{} tier={} seed={}", verdict.line(check.name), arguments.tier.word(), arguments.seed))
        }
        Err(fault) => {
            println!("  {fault}");
            (false, format!("RESULT {} fail could_not_run=1", check.name))
        }
    };
    let line = format!("{line} seconds={seconds:.1}");
    println!("{line}");
    if arguments.record
        && !OWN_RECORDS.contains(&check.name)
        && let Err(fault) = promises::record(&line)
    {
        println!("  {fault}");
        return (false, line);
    }
    (passed, line)
}

/// An empty folder for a check.
fn fresh(arguments: &Arguments, name: &str) -> Result<PathBuf, String> {
    let base = arguments.folder.clone().unwrap_or_else(|| Path::new("target").join("lab"));
    let folder = base.join(name);
    let told = |fault: std::io::Error| format!("{} cannot be used: {fault}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(told)?;
    }
    std::fs::create_dir_all(&folder).map_err(told)?;
    std::path::absolute(&folder).map_err(told)
}
