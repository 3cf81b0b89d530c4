//! A guard against getting slower: the instructions that six hot paths take, beside those that `docs/instructions.txt` holds.
//!
//! Seconds say more of the machine than of us; instructions are nearly the same in every run, so a tenth more of them is ours.
//! valgrind's callgrind counts them, in this binary called again for one path. Its numbers are of one compiler: with another
//! nothing can be said. Start at [`run`]; the paths are in `paths`.

mod paths;

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::rig::told;
use crate::lab::verdict::Verdict;
use paths::{PATHS, Path, Walk};
use std::fmt::Write as _;
use std::process::{Command, Stdio};

/// What the paths took when somebody last looked, from the package's root.
const RECORD: &str = "docs/instructions.txt";
/// Names the path that a lab called again is to walk.
const PATH_VARIABLE: &str = "LAB_PATH";
/// Of the function between whose beginning and end instructions are counted, however its name is mangled.
const COUNTED: &str = "*instructions*walked*";
/// Per cent that a path may take more than was recorded.
const MORE_MAX: i64 = 10;

/// The path that this process was called for, walked. None: it was not called for one.
pub fn called() -> Option<Result<(), LabFault>> {
    let name = std::env::var(PATH_VARIABLE).ok()?;
    let Some(path) = PATHS.iter().find(|path| path.name == name) else {
        return Some(Err(LabFault(format!("there is no path called {name}"))));
    };
    Some((path.prepare)().map(walked))
}

/// What is counted.
#[inline(never)]
fn walked(walk: Walk) {
    walk();
}

/// Counts each path's instructions and holds them to the record; with `--record` writes them down instead.
///
/// # Errors
/// valgrind is not there, or the record cannot be read or written.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let mut verdict = Verdict::new();
    let compiler = said("rustc", &["--version"])?;
    let mut counts = Vec::new();
    for path in PATHS {
        counts.push((path.name, count(path, order)?));
    }
    if order.records {
        std::fs::write(RECORD, written(&compiler, &counts)).map_err(told(format!("{RECORD} cannot be written")))?;
    }
    let record = std::fs::read_to_string(RECORD).map_err(told(format!("{RECORD} cannot be read")))?;
    verdict.at_least("paths", counts.len() as u64, 6);
    if !record.lines().any(|line| line == compiler) {
        println!("  {RECORD} is of another compiler than {compiler}: `cargo lab instructions --record` makes one of this");
        verdict.fact("compared", 0);
        return Ok(verdict);
    }
    let compared = compared(&record, &counts);
    verdict.at_least("compared", compared.len() as u64, counts.len() as u64);
    for Compared { name, count, recorded, more } in &compared {
        println!("  {name:>9}: {count} instructions, {more:+} % of {recorded}");
        if *more > MORE_MAX {
            verdict.fault(format!(
                "`{name}` takes {more} % more instructions than {RECORD} holds: make it cheaper, or say why not and write it down with `cargo lab instructions --record`"
            ));
        }
    }
    verdict.fact("worst_percent", compared.iter().map(|path| path.more).max().unwrap_or_default());
    Ok(verdict)
}

/// A path beside its record.
struct Compared<'a> {
    name: &'a str,
    count: u64,
    recorded: u64,
    /// Per cent of what was recorded, rounded up.
    more: i64,
}

/// Each path that the record has.
fn compared<'a>(record: &str, counts: &[(&'a str, u64)]) -> Vec<Compared<'a>> {
    let recorded = |name: &str| {
        let mut lines = record.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(path, _)| *path == name).and_then(|(_, count)| count.trim().parse::<u64>().ok()).filter(|count| *count > 0)
    };
    let beside = |(name, count): &(&'a str, u64)| {
        let recorded = recorded(name)?;
        let more = (*count as f64 / recorded as f64 - 1.0) * 100.0;
        Some(Compared { name, count: *count, recorded, more: more.ceil() as i64 })
    };
    counts.iter().filter_map(beside).collect()
}

fn written(compiler: &str, counts: &[(&str, u64)]) -> String {
    let mut text = "Instructions that hot paths take, as `cargo lab instructions --record` counted them with\n".to_owned();
    let _ = writeln!(text, "{compiler}");
    for (name, count) in counts {
        let _ = writeln!(text, "{name} {count}");
    }
    text
}

fn count(path: &Path, order: &Order) -> Result<u64, LabFault> {
    let lab = std::env::current_exe().map_err(told("the lab does not find itself"))?;
    let out = order.folder.join(path.name);
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", "--quiet"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(lab)
        .env(PATH_VARIABLE, path.name)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(told("valgrind cannot be called; install it (`apt-get install valgrind`)"))?;
    if !status.success() {
        return Err(LabFault(format!("the path `{}` could not be walked: {status}", path.name)));
    }
    let profile = std::fs::read_to_string(&out).map_err(told("callgrind has written nothing"))?;
    let count = profile.lines().find_map(|line| line.strip_prefix("summary: ")?.trim().parse::<u64>().ok());
    count.filter(|count| *count > 0).ok_or_else(|| LabFault(format!("callgrind has counted nothing of `{}`", path.name)))
}

/// What a command says, in a line.
fn said(command: &str, words: &[&str]) -> Result<String, LabFault> {
    let output = Command::new(command).args(words).output().map_err(told(format!("{command} cannot be called")))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{compared, written};

    #[test]
    fn what_takes_a_tenth_more_is_told_by_how_much() {
        let record = written("rustc 1", &[("row", 1_000), ("turn", 200)]);
        let more = |counts: &[(&str, u64)]| compared(&record, counts).iter().map(|path| path.more).collect::<Vec<_>>();
        assert_eq!(more(&[("row", 1_000), ("turn", 220)]), [0, 10]);
        assert_eq!(more(&[("row", 1_101), ("turn", 100)]), [11, -50]);
        assert_eq!(more(&[("new", 7)]), [0_i64; 0], "nothing was recorded of it");
    }
}
