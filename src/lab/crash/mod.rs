//! `cargo lab crash`: the real engine killed at any moment, thousands of times, against a sandbox that goes on living.
//!
//! Each world is run until everybody has ended; then both sides' books are compared. Every kill is told apart by what
//! was under way in it: before the intent, after it, in the call, after the effect, after the outcome.

mod phases;

use crate::lab::LabFault;
use crate::lab::oracle::{Invariant, When};
use crate::lab::order::Order;
use crate::lab::rig::books::{self, Findings};
use crate::lab::rig::process::Process;
use crate::lab::rig::scene::Scene;
use crate::lab::rig::{Rig, Started, told};
use crate::lab::verdict::Verdict;
use crate::model::id::draw;
use crate::model::time::Timestamp;
use crate::runtime::clock::wall_now;
use phases::Phases;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Kills of the tiers (QUALITY.md §2).
const KILLS: (u64, u64) = (300, 10_000);
/// People on the list of each world.
const PEOPLE: u64 = 200;
/// Worlds side by side: most of a life is waiting.
const LANES: usize = 3;
/// A life lasts at most so long, in microseconds, from when the engine takes turns.
const LIFE_US_MAX: u64 = 150_000;
/// One in so many is killed while it opens.
const OPENING_ONE_IN: u64 = 10;
/// Left alone, a world is done within this real time: thirty days of its own.
const ALONE_MAX: Duration = Duration::from_secs(260);
/// So many effects a kill at least, in hundredths: fewer, and most lives did nothing.
const EFFECTS_A_HUNDRED_KILLS: u64 = 50;

/// What came of all worlds.
#[derive(Default)]
struct Toll {
    kills: u64,
    openings: u64,
    worlds: u64,
    unopenable: u64,
    opened: u64,
    opening_ms: u64,
    phases: Phases,
    findings: Findings,
    sentences: Vec<String>,
}

impl Toll {
    fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.openings += other.openings;
        self.worlds += other.worlds;
        self.unopenable += other.unopenable;
        self.opened += other.opened;
        self.opening_ms += other.opening_ms;
        self.phases.add(&other.phases);
        self.findings.add(other.findings);
        self.sentences.extend(other.sentences);
    }
}

/// How a life ended.
enum Life {
    Killed {
        is_opening: bool,
    },
    /// By itself: everybody has ended or is parked.
    Done,
    /// It could not go on.
    Failed(String),
}

/// Kills the engine until every world is done.
///
/// # Errors
/// When the lab itself cannot do its work.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let wanted = order.runs(KILLS.0, KILLS.1);
    let toll = threads.map_err(told("no threads"))?.block_on(worlds(order, wanted))?;
    let mut verdict = Verdict::new();
    verdict.at_least("kills", toll.kills, wanted);
    verdict.fact("worlds", toll.worlds);
    verdict.at_least("opening", toll.openings, wanted / 20);
    for (name, count) in toll.phases.counts() {
        verdict.at_least(name, count, wanted / 100);
    }
    verdict.at_least("effects", toll.findings.effects, wanted * EFFECTS_A_HUNDRED_KILLS / 100);
    let count = |invariant| toll.findings.count(invariant);
    verdict.none("lost", count(Invariant::NoneLost));
    verdict.none("dup", count(Invariant::AtMostOnce) + count(Invariant::Order));
    verdict.none("untrue", count(Invariant::Truthful));
    verdict.none("stuck", count(Invariant::NeverStuck));
    verdict.none("dropped", count(Invariant::DurableAck));
    verdict.none("over_limit", count(Invariant::Limits));
    verdict.none("unfolded", count(Invariant::Fold) + count(Invariant::Monotone));
    verdict.none("unopenable", toll.unopenable);
    verdict.fact("parked", toll.findings.parked);
    verdict.fact("opening_ms", toll.opening_ms / toll.opened.max(1));
    toll.sentences.into_iter().for_each(|sentence| verdict.fault(sentence));
    Ok(verdict)
}

/// What the worlds that run side by side share.
struct Budget {
    kills: AtomicU64,
    worlds: AtomicU64,
    seed: u64,
    wanted: u64,
    folder: PathBuf,
}

impl Budget {
    /// May one more be killed?
    fn take(&self) -> bool {
        let may = self.kills.fetch_add(1, Ordering::Relaxed) < self.wanted;
        if !may {
            self.give_back();
        }
        may
    }

    fn give_back(&self) {
        self.kills.fetch_sub(1, Ordering::Relaxed);
    }

    fn is_spent(&self) -> bool {
        self.kills.load(Ordering::Relaxed) >= self.wanted
    }
}

async fn worlds(order: &Order, wanted: u64) -> Result<Toll, LabFault> {
    let (kills, worlds) = Default::default();
    let budget = Arc::new(Budget { kills, worlds, seed: order.seed, wanted, folder: order.folder.clone() });
    let mut toll = Toll::default();
    // A life that came to its end by itself was no kill: the last world may leave some over.
    while !budget.is_spent() && toll.sentences.is_empty() {
        let mut lanes = JoinSet::new();
        for _ in 0..LANES {
            lanes.spawn(lane(Arc::clone(&budget)));
        }
        while let Some(lane) = lanes.join_next().await {
            toll.add(lane.map_err(told("a lane broke off"))??);
        }
    }
    Ok(toll)
}

/// Seeds of worlds that once showed a fault.
fn kept_seeds() -> impl Iterator<Item = u64> {
    let lines = include_str!("../seeds/crash.txt").lines();
    lines.filter_map(|line| line.split('#').next()?.trim().parse().ok())
}

/// World after world, until enough were killed or something was found.
async fn lane(budget: Arc<Budget>) -> Result<Toll, LabFault> {
    let mut toll = Toll::default();
    while !budget.is_spent() && toll.sentences.is_empty() {
        let nth = budget.worlds.fetch_add(1, Ordering::Relaxed);
        let drawn = || budget.seed.wrapping_mul(1_000_003).wrapping_add(nth);
        let seed = usize::try_from(nth).ok().and_then(|nth| kept_seeds().nth(nth)).unwrap_or_else(drawn);
        let folder = budget.folder.join(format!("world-{nth}"));
        let scene = Scene { people: PEOPLE, is_troubled: true, is_endless: false, seed };
        let mut rig = Rig::start(&folder, &scene, seed).await?;
        toll.worlds += 1;
        let before = toll.kills;
        world(&mut rig, seed, &budget, &mut toll).await?;
        let (kills, all) = (toll.kills - before, budget.kills.load(Ordering::Relaxed));
        println!("  seed {seed}: {kills} kills, {all} of {} in all", budget.wanted);
        drop(rig);
        if toll.sentences.is_empty() {
            std::fs::remove_dir_all(&folder).map_err(told("the folder cannot be removed"))?;
        } else {
            toll.sentences.iter().for_each(|sentence| println!("  {sentence}"));
        }
    }
    Ok(toll)
}

/// One world, from its first start until it is done.
async fn world(rig: &mut Rig, seed: u64, budget: &Budget, toll: &mut Toll) -> Result<(), LabFault> {
    let mut deaths: Vec<Timestamp> = Vec::new();
    // How long opening took last time, in microseconds: what a kill while opening is drawn from.
    let mut opening_us = 100_000;
    let ending = loop {
        if !budget.take() {
            break alone(rig).await?;
        }
        let chance = |word: &[u8], of: u64| draw(&[word, &seed.to_le_bytes(), &deaths.len().to_le_bytes()]) % of;
        let in_opening = (chance(b"opening", OPENING_ONE_IN) == 0).then(|| chance(b"when", opening_us));
        let ended = life(rig, in_opening, chance(b"life", LIFE_US_MAX), &mut opening_us).await?;
        toll.opened += 1;
        toll.opening_ms += opening_us / 1_000;
        match ended {
            Life::Killed { is_opening } => {
                toll.kills += 1;
                toll.openings += u64::from(is_opening);
                deaths.push(wall_now());
            }
            other => {
                budget.give_back();
                break other;
            }
        }
    };
    if let Life::Failed(why) = &ending {
        toll.unopenable += 1;
        toll.sentences.push(format!("seed {seed}: {why} ({})", rig.folder.display()));
        return Ok(());
    }
    let store = books::open(&rig.data())?;
    let ledger = books::ledger(&rig.folder)?;
    let findings = books::compare(&store, ledger.clone(), &rig.hooks.acknowledged(), When::AtRest)?;
    toll.sentences.extend(findings.breaches.iter().map(|breach| format!("seed {seed}: {breach}")));
    toll.findings.add(findings);
    toll.phases.add(&phases::hit(&books::journal(&store)?, &ledger, &rig.wire.calls(), &deaths));
    Ok(())
}

/// Starts the engine and kills it: so long after its start when it is to die opening, else so long after it took turns.
async fn life(rig: &Rig, in_opening: Option<u64>, life_us: u64, opening_us: &mut u64) -> Result<Life, LabFault> {
    let began = wall_now();
    let mut engine = rig.engine(&["--until-idle"])?;
    if let Some(after_us) = in_opening {
        sleep(Duration::from_micros(after_us)).await;
        return end(rig, &mut engine, true);
    }
    match rig.ready(&mut engine).await? {
        Started::Ended(code) => return Ok(ended(rig, code)),
        Started::Silent => return Ok(Life::Failed("the engine does not come up".to_owned())),
        Started::Ready => {}
    }
    *opening_us = u64::try_from(wall_now().since_ms(began)).unwrap_or(0).saturating_mul(1_000).max(1_000);
    sleep(Duration::from_micros(life_us)).await;
    end(rig, &mut engine, false)
}

fn end(rig: &Rig, engine: &mut Process, is_opening: bool) -> Result<Life, LabFault> {
    Ok(engine.kill()?.map_or(Life::Killed { is_opening }, |code| ended(rig, code)))
}

fn ended(rig: &Rig, code: i32) -> Life {
    match code {
        0 | 3 => Life::Done,
        _ => Life::Failed(format!("the engine ended with {code}: {}", rig.log_end("engine.log"))),
    }
}

/// No more kills: the rest of the world's time.
async fn alone(rig: &Rig) -> Result<Life, LabFault> {
    let mut engine = rig.engine(&["--until-idle"])?;
    match engine.wait(ALONE_MAX).await? {
        Some(code) => Ok(ended(rig, code)),
        // Whoever has not ended is found stuck.
        None => {
            engine.kill()?;
            Ok(Life::Done)
        }
    }
}
