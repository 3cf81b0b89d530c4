//! The promise box of the README: made of the RESULT lines of long runs that `docs/results.txt` keeps, and of nothing else.
//!
//! `cargo lab NAME --tier long --record` appends a line, `cargo lab box --record` writes the box, `cargo lab box` says
//! whether the README shows what the file holds.

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::rig::told;
use crate::lab::verdict::Verdict;
use crate::runtime::clock::wall_now;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the box stands in the README.
const BEGIN: &str = "<!-- promises: written by `cargo lab box --record` -->\n";
const END: &str = "<!-- end of promises -->";
/// The README and the results, from the package's root.
const README: &str = "README.md";
const RESULTS: &str = "docs/results.txt";

/// A promise (RUNTIME.md §1), and the checks it is shown for: the first has to stand in the results, the others are
/// named when they do.
struct Promise {
    sentence: &'static str,
    checks: &'static [&'static str],
}

const PROMISES: [Promise; 9] = [
    Promise {
        sentence: "**Never twice.** Nothing is sent twice for one step, whatever crashes, whenever.",
        checks: &["crash", "sim", "restore", "model"],
    },
    Promise {
        sentence: "**Never lost.** A webhook answered 200 survives `kill -9` and a power cut.",
        checks: &["powercut", "crash", "crashpoints"],
    },
    Promise {
        sentence: "**Stop means stop.** After the 200 for a reply, an opt-out, a takeover or a pause, no call for that contact starts.",
        checks: &["sim"],
    },
    Promise {
        sentence: "**Limits hold** in every rolling window of every account, across crashes, restores and clock jumps.",
        checks: &["sim", "crash"],
    },
    Promise {
        sentence: "**Never stuck.** Whoever has not ended has a reason and a next wake-up; `engine why` prints both.",
        checks: &["sim", "crash", "shutdown"],
    },
    Promise {
        sentence: "**Webhooks are hints.** If every one is lost, campaigns still finish, with the same outcomes.",
        checks: &["noweb"],
    },
    Promise {
        sentence: "**An edit never moves people** already under way, unless a plan that was shown moves them.",
        checks: &["sim"],
    },
    Promise { sentence: "**Damage is refused or repaired**, never trusted.", checks: &["damage", "crashpoints"] },
    Promise {
        sentence: "**The past is explainable.** Folding the journal again gives the same state.",
        checks: &["sim", "crash"],
    },
];

/// Figures that say most of a check; of others the first few are shown.
const FIGURES: [(&str, &[&str]); 4] = [
    ("crash", &["kills", "effects", "dup", "lost", "stuck", "unopenable"]),
    ("shutdown", &["signals", "in_flight", "started_later", "unknown"]),
    ("restore", &["restores", "effects", "dup"]),
    ("sim", &["seeds", "effects", "crashes", "broken"]),
];
const FIGURES_SHOWN: usize = 4;

/// A line of the results.
struct Kept<'a> {
    date: &'a str,
    machine: &'a str,
    check: &'a str,
    facts: Vec<(&'a str, &'a str)>,
}

impl<'a> Kept<'a> {
    /// `DATE | MACHINE | RESULT name pass key=value …`, when it is of a long run that passed.
    fn read(line: &'a str) -> Option<Self> {
        let mut parts = line.splitn(3, " | ");
        let (date, machine, result) = (parts.next()?, parts.next()?, parts.next()?);
        let mut words = result.split(' ');
        let (Some("RESULT"), Some(check), Some("pass")) = (words.next(), words.next(), words.next()) else { return None };
        let facts: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
        facts.contains(&("tier", "long")).then_some(Self { date, machine, check, facts })
    }

    fn told(&self) -> String {
        let shown = FIGURES.iter().find(|(name, _)| *name == self.check).map(|(_, keys)| *keys);
        let is_shown = |key: &str| match shown {
            Some(keys) => keys.contains(&key),
            None => !["tier", "seed", "seconds"].contains(&key),
        };
        let most = shown.map_or(FIGURES_SHOWN, <[&str]>::len);
        let figures: Vec<String> = self
            .facts
            .iter()
            .filter(|(key, _)| is_shown(key))
            .take(most)
            .map(|(key, value)| format!("{} {}", key.replace('_', " "), grouped(value)))
            .collect();
        format!("`{}`: {}", self.check, figures.join(", "))
    }
}

/// `10000` as `10,000`.
fn grouped(figure: &str) -> String {
    if figure.is_empty() || !figure.bytes().all(|byte| byte.is_ascii_digit()) {
        return figure.to_owned();
    }
    let mut out = String::new();
    for (nth, digit) in figure.chars().enumerate() {
        if nth > 0 && (figure.len() - nth).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The box that those results give: only promises whose first check stands in them.
pub fn promise_box(results: &str) -> String {
    let mut last: Vec<Kept<'_>> = Vec::new();
    for kept in results.lines().filter_map(Kept::read) {
        last.retain(|earlier| earlier.check != kept.check);
        last.push(kept);
    }
    let of = |check: &str| last.iter().find(|kept| kept.check == check);
    let shown = PROMISES.iter().filter(|promise| promise.checks.first().is_some_and(|check| of(check).is_some()));
    let rows: Vec<String> = shown
        .map(|promise| {
            let proofs: Vec<String> = promise.checks.iter().filter_map(|check| of(check)).map(Kept::told).collect();
            format!("| {} | {} |\n", promise.sentence, proofs.join(" · "))
        })
        .collect();
    if rows.is_empty() {
        return "No long run stands in `docs/results.txt` yet.\n".to_owned();
    }
    let mut runs: Vec<String> = last
        .iter()
        .map(|kept| {
            let seed = kept.facts.iter().find(|(key, _)| *key == "seed").map_or("", |(_, seed)| *seed);
            format!("`{}` on {} (seed {seed}, {})", kept.check, kept.date, kept.machine)
        })
        .collect();
    runs.sort();
    format!("| promise | tried by |\n|---|---|\n{}\nLong runs: {}.\n", rows.concat(), runs.join("; "))
}

/// Appends a check's last line to the results.
///
/// # Errors
/// When the file cannot be written.
pub fn record(line: &str) -> Result<(), LabFault> {
    let at = jiff::Timestamp::from_millisecond(wall_now().0).map_err(told("the date cannot be told"))?;
    let path = root().join(RESULTS);
    let unwritten = || told(format!("cannot write {}", path.display()));
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(unwritten())?;
    let kept = format!("{} | {} | {line}\n", at.strftime("%Y-%m-%d"), machine());
    file.write_all(kept.as_bytes()).map_err(unwritten())
}

/// Writes the box into the README.
///
/// # Errors
/// When a file cannot be read or written, or the README has no place for it.
pub fn write() -> Result<(), LabFault> {
    let (readme, results) = files()?;
    let (before, _, after) = parts(&readme)?;
    let text = format!("{before}{BEGIN}{}{END}{after}", promise_box(&results));
    std::fs::write(root().join(README), text).map_err(told("cannot write the README"))
}

/// Says whether the README shows what the results hold.
///
/// # Errors
/// When a file cannot be read, or the README has no place for the box.
pub fn run(_: &Order) -> Result<Verdict, LabFault> {
    let (readme, results) = files()?;
    let (_, shown, _) = parts(&readme)?;
    let mut verdict = Verdict::new();
    verdict.fact("results", results.lines().filter(|line| Kept::read(line).is_some()).count());
    if shown != promise_box(&results) {
        verdict.fault("the README shows other promises than docs/results.txt; `cargo lab box --record` writes them anew");
    }
    Ok(verdict)
}

fn files() -> Result<(String, String), LabFault> {
    let readme = std::fs::read_to_string(root().join(README)).map_err(told("cannot read the README"))?;
    let results = std::fs::read_to_string(root().join(RESULTS)).map_err(told(format!("cannot read {RESULTS}")))?;
    Ok((readme, results))
}

/// Before the box, in it, behind it.
fn parts(readme: &str) -> Result<(&str, &str, &str), LabFault> {
    let parts = readme.split_once(BEGIN).and_then(|(before, rest)| {
        let (shown, after) = rest.split_once(END)?;
        Some((before, shown, after))
    });
    parts.ok_or_else(|| LabFault(format!("the README has no place for the promises: `{}` … `{END}`", BEGIN.trim_end())))
}

/// What the checks ran on.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    format!("{cores} cores, {} GiB, {}", total.unwrap_or_default().div_ceil(1 << 20), std::env::consts::OS)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}
