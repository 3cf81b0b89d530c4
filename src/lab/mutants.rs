//! A test of the tests: each bug is planted in a process of its own, and a named check has to catch it, three times.
//!
//! Starts this very program again, once a bug and seed; changes nothing on the disk but what the checks leave in their
//! folders. Start at [`run`].

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::verdict::Verdict;
use crate::model::planted::Bug;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Seeds each bug is tried with: caught by one may be luck.
const SEEDS: [u64; 3] = [1, 100_001, 200_001];

/// Which check catches a bug, and within how many of its runs (its `pr` tier has no fewer).
pub const fn catcher(bug: Bug) -> (&'static str, u64) {
    match bug {
        Bug::GapNeverOpens => ("calendar", 40),
        Bug::NoFdatasync => ("powercut", 200),
        Bug::RetryAfterTimeout
        | Bug::ErrorMeansNo
        | Bug::NoSettle
        | Bug::ReadsOnce
        | Bug::FirstPageOnly
        | Bug::NoClaims
        | Bug::ForgetsOpenIntents
        | Bug::AckBeforeDurable
        | Bug::DropAfterAck
        | Bug::LimitAtOutcome
        | Bug::WindowByDay
        | Bug::UsageInMemory
        | Bug::TimerInMemory
        | Bug::NoRecheck
        | Bug::PauseDrains
        | Bug::DedupWithoutAccount
        | Bug::DedupForgotten
        | Bug::BacklogAtOnce
        | Bug::RenderedTwice
        | Bug::HashOrder
        | Bug::CursorFirst
        | Bug::EditShifts
        | Bug::WindowIgnored
        | Bug::ErrorMeansAbsent
        | Bug::IgnoresOwnersHand
        | Bug::EchoIsReply
        | Bug::PauseInMemory => ("sim", 6_000),
    }
}

/// Plants each, and prints the table.
///
/// # Errors
/// This program cannot be started again.
#[expect(clippy::disallowed_methods, reason = "how long a bug takes to be caught is told to whoever waits for it")]
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let mut verdict = Verdict::new();
    let (mut caught, mut escaped) = (0, 0);
    println!("  | bug | check | seconds, by seed |\n  |---|---|---|");
    for bug in Bug::ALL {
        let (check, runs) = catcher(*bug);
        let mut seconds = Vec::new();
        for seed in SEEDS {
            let since = Instant::now();
            let seed = seed.wrapping_add(order.seed - 1);
            match plant(*bug, check, seed, runs, &order.folder)? {
                true => seconds.push(format!("{:.1}", since.elapsed().as_secs_f64())),
                false => seconds.push("escaped".to_owned()),
            }
        }
        println!("  | {} | {check} | {} |", bug.word(), seconds.join(", "));
        if seconds.iter().any(|told| told == "escaped") {
            escaped += 1;
            verdict.fault(format!("`{}` is not caught by {check} within {runs} runs: {}", bug.word(), seconds.join(", ")));
        } else {
            caught += 1;
        }
    }
    verdict.at_least("caught", caught, 24);
    verdict.none("escaped", escaped);
    verdict.fact("seeds_each", SEEDS.len());
    Ok(verdict)
}

/// Runs a check with the bug planted; was it caught?
fn plant(bug: Bug, check: &str, seed: u64, runs: u64, folder: &Path) -> Result<bool, LabFault> {
    let told = |fault: std::io::Error| LabFault(format!("the lab cannot be started again: {fault}"));
    let own = std::env::current_exe().map_err(told)?;
    let (seed, runs) = (seed.to_string(), runs.to_string());
    let mut command = Command::new(own);
    command.args([check, "--plant", bug.word(), "--seed", &seed, "--runs", &runs, "--folder"]);
    command.arg(folder.join(format!("{}-{seed}", bug.word()))).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().map_err(told)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let result = text.lines().rev().find(|line| line.starts_with("RESULT ")).unwrap_or_default();
    // One that could not run caught nothing.
    Ok(result.starts_with(&format!("RESULT {check} fail")) && !result.contains("could_not_run"))
}
