//! `cargo lab restore`: backups made under load are put in place at random moments. What went out since a backup was made
//! is found at the far side before anything is sent, and nothing goes out twice.

use crate::lab::LabFault;
use crate::lab::oracle::{Invariant, When};
use crate::lab::order::Order;
use crate::lab::rig::books::{self, Findings};
use crate::lab::rig::process::Process;
use crate::lab::rig::scene::Scene;
use crate::lab::rig::{Rig, Started, told};
use crate::lab::verdict::Verdict;
use crate::model::id::draw;
use crate::sim::postpress::ledger::{Kind, Line};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::sleep;

/// Restores of the tiers (QUALITY.md §2).
const RUNS: (u64, u64) = (5, 200);
/// Restores in one world, before most of its people are done.
const RUNS_A_WORLD: u64 = 5;
const PEOPLE: u64 = 120;
/// Before the backup, and between it and the end of the life it was made in, in microseconds.
const BEFORE_US_MAX: u64 = 800_000;
const SINCE_US_MAX: u64 = 1_500_000;
/// A command that takes longer hangs.
const COMMAND_MAX: Duration = Duration::from_secs(60);
/// Left alone, a world is done within this real time.
const ALONE_MAX: Duration = Duration::from_secs(260);

#[derive(Default)]
struct Tally {
    restores: u64,
    /// Effects performed after a backup and before it was put in place: those that would go out again.
    forgotten: u64,
    twice: u64,
    failed: u64,
    findings: Findings,
    sentences: Vec<String>,
}

/// Backs up and restores again and again.
///
/// # Errors
/// When the lab itself cannot do its work.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let wanted = order.runs(RUNS.0, RUNS.1);
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let tally = threads.map_err(told("no threads"))?.block_on(worlds(order, wanted))?;
    let mut verdict = Verdict::new();
    verdict.at_least("restores", tally.restores, wanted);
    verdict.at_least("forgotten", tally.forgotten, wanted);
    verdict.fact("effects", tally.findings.effects);
    verdict.none("dup", tally.twice + tally.findings.count(Invariant::AtMostOnce));
    verdict.none("stuck", tally.findings.count(Invariant::NeverStuck));
    verdict.none("over_limit", tally.findings.count(Invariant::Limits));
    verdict.none("failed", tally.failed);
    verdict.fact("parked", tally.findings.parked);
    tally.sentences.into_iter().for_each(|sentence| verdict.fault(sentence));
    Ok(verdict)
}

async fn worlds(order: &Order, wanted: u64) -> Result<Tally, LabFault> {
    let mut tally = Tally::default();
    let mut nth = 0;
    while tally.restores < wanted && tally.failed == 0 {
        let seed = order.seed.wrapping_mul(1_000_003).wrapping_add(nth);
        let folder = order.folder.join(format!("world-{nth}"));
        let scene = Scene { people: PEOPLE, is_troubled: false, is_endless: false, seed };
        let rig = Rig::start(&folder, &scene, seed).await?;
        nth += 1;
        let before = tally.sentences.len();
        for run in 0..RUNS_A_WORLD.min(wanted - tally.restores) {
            if let Err(why) = restore(&rig, seed, run, &mut tally).await? {
                tally.failed += 1;
                tally.sentences.push(format!("seed {seed}: {why}: {}", rig.log_end("engine.log")));
                break;
            }
            tally.restores += 1;
        }
        if tally.failed == 0 {
            at_rest(&rig, seed, &mut tally).await?;
        }
        drop(rig);
        if tally.sentences.len() == before {
            std::fs::remove_dir_all(&folder).map_err(told("the folder cannot be removed"))?;
        }
    }
    Ok(tally)
}

/// One life in which a backup is made, and the backup put in place after it. The inner error: what did not work.
async fn restore(rig: &Rig, seed: u64, run: u64, tally: &mut Tally) -> Result<Result<(), String>, LabFault> {
    let chance = |word: &[u8], of: u64| draw(&[word, &seed.to_le_bytes(), &run.to_le_bytes()]) % of;
    let mut engine = rig.engine(&[])?;
    if !matches!(rig.ready(&mut engine).await?, Started::Ready) {
        return Ok(Err("the engine does not come up".to_owned()));
    }
    sleep(Duration::from_micros(chance(b"before", BEFORE_US_MAX))).await;
    let backup = format!("backup-{run}");
    let code = command(rig, &["store", "backup", &backup]).await?;
    if code != Some(0) {
        return Ok(Err(format!("the backup ended with {code:?}")));
    }
    let known = books::ledger(&rig.folder)?.len();
    sleep(Duration::from_micros(chance(b"since", SINCE_US_MAX))).await;
    if chance(b"how", 2) == 0 {
        engine.kill()?;
    } else {
        engine.signal(Signal::TERM)?;
        engine.wait(COMMAND_MAX).await?;
    }
    drop(engine);
    tally.forgotten += books::ledger(&rig.folder)?.len().saturating_sub(known) as u64;
    let code = command(rig, &["store", "restore", &backup, "--replace"]).await?;
    Ok(if code == Some(0) { Ok(()) } else { Err(format!("the restore ended with {code:?}")) })
}

/// The rest of the world's time, and what came of it.
async fn at_rest(rig: &Rig, seed: u64, tally: &mut Tally) -> Result<(), LabFault> {
    let mut engine = rig.engine(&["--until-idle"])?;
    let code = engine.wait(ALONE_MAX).await?;
    drop(engine);
    if !matches!(code, Some(0 | 3) | None) {
        tally.failed += 1;
        tally.sentences.push(format!("seed {seed}: restored, it ended with {code:?}: {}", rig.log_end("engine.log")));
        return Ok(());
    }
    let ledger = books::ledger(&rig.folder)?;
    let twice = same_text_twice(&ledger);
    // What a backup does not know cannot be in the journal: webhooks that came after it, lines of a timeline.
    let mut findings = books::compare(&books::open(&rig.data())?, ledger, &[], When::AtRest)?;
    let judged = [Invariant::AtMostOnce, Invariant::NeverStuck, Invariant::Limits];
    findings.breaches.retain(|breach| judged.contains(&breach.invariant));
    tally.sentences.extend(twice.iter().map(|what| format!("seed {seed}: {what}")));
    tally.sentences.extend(findings.breaches.iter().map(|breach| format!("seed {seed}: {breach}")));
    tally.twice += twice.len() as u64;
    tally.findings.add(findings);
    Ok(())
}

async fn command(rig: &Rig, words: &[&str]) -> Result<Option<i32>, LabFault> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Process::start(&rig.folder, "engine.log", &words, &rig.environment())?.wait(COMMAND_MAX).await
}

/// Each text of the campaign goes to a person once.
fn same_text_twice(ledger: &[Line]) -> Vec<String> {
    let mut counts: BTreeMap<(String, &str, Option<&str>), u64> = BTreeMap::new();
    for line in ledger.iter().filter(|line| matches!(line.kind, Kind::Invite | Kind::Message | Kind::Inmail)) {
        *counts.entry((format!("{:?}", line.kind), &line.recipient, line.text.as_deref())).or_default() += 1;
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    twice.map(|((kind, whom, text), count)| format!("{kind} to {whom} {count} times: {}", text.unwrap_or("-"))).collect()
}
