//! `cargo lab shutdown`: SIGTERM at any moment. No call starts any more, calls in flight end, all is durable; the second
//! signal ends it at once.

use crate::lab::LabFault;
use crate::lab::oracle::When;
use crate::lab::order::Order;
use crate::lab::rig::process::Process;
use crate::lab::rig::scene::Scene;
use crate::lab::rig::{Rig, Started, books, told};
use crate::lab::verdict::Verdict;
use crate::model::id::{EffectKey, draw};
use crate::model::intent::IntentState;
use crate::model::journal::{Record, Table};
use crate::model::time::Timestamp;
use crate::runtime::clock::wall_now;
use crate::store::contract::Store;
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::time::sleep;

/// Signals of the tiers (QUALITY.md §2).
const RUNS: (u64, u64) = (20, 500);
/// Lives in one world, before most of its people are done.
const RUNS_A_WORLD: u64 = 40;
const PEOPLE: u64 = 200;
/// The longest life before the signal, in microseconds.
const LIFE_US_MAX: u64 = 400_000;
/// No call may start later than this after the signal.
const GRACE_MS: i64 = 100;
/// An orderly end takes no longer than this.
const ORDERLY_MAX: Duration = Duration::from_secs(30);
/// A second signal ends it within this, on however busy a machine.
const AT_ONCE_MAX: Duration = Duration::from_secs(5);
/// One run in so many is interrupted twice, while a call hangs.
const TWICE_ONE_IN: u64 = 5;
/// A call that hangs until the engine was told to stop, for so long.
const HANGING: Duration = Duration::from_millis(300);
/// Until a call hangs.
const CALL_MAX: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Tally {
    runs: u64,
    in_flight: u64,
    twice: u64,
    late: u64,
    slow: u64,
    unknown: u64,
    breaches: u64,
    /// As the last life left them.
    in_doubt: BTreeSet<(EffectKey, u16)>,
    sentences: Vec<String>,
}

/// Signals the engine again and again.
///
/// # Errors
/// When the lab itself cannot do its work.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let wanted = order.runs(RUNS.0, RUNS.1);
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let tally = threads.map_err(told("no threads"))?.block_on(worlds(order, wanted))?;
    let mut verdict = Verdict::new();
    verdict.at_least("signals", tally.runs, wanted);
    verdict.at_least("in_flight", tally.in_flight, wanted / 10);
    verdict.at_least("twice", tally.twice, wanted / (TWICE_ONE_IN * 2));
    verdict.none("started_later", tally.late);
    verdict.none("not_in_order", tally.slow);
    verdict.none("unknown", tally.unknown);
    verdict.none("breaches", tally.breaches);
    tally.sentences.into_iter().for_each(|sentence| verdict.fault(sentence));
    Ok(verdict)
}

async fn worlds(order: &Order, wanted: u64) -> Result<Tally, LabFault> {
    let mut tally = Tally::default();
    let mut nth = 0;
    while tally.runs < wanted {
        let seed = order.seed.wrapping_mul(1_000_003).wrapping_add(nth);
        let scene = Scene { people: PEOPLE, is_troubled: false, is_endless: false, seed };
        let rig = Rig::start(&order.folder.join(format!("world-{nth}")), &scene, seed).await?;
        nth += 1;
        tally.in_doubt.clear();
        for run in 0..RUNS_A_WORLD.min(wanted - tally.runs) {
            let chance = |word: &[u8], of: u64| draw(&[word, &seed.to_le_bytes(), &run.to_le_bytes()]) % of;
            let mut engine = up(&rig, seed).await?;
            if run % TWICE_ONE_IN == TWICE_ONE_IN - 1 {
                twice(&rig, &mut engine, chance(b"which", 2) == 0, &mut tally).await?;
            } else {
                sleep(Duration::from_micros(chance(b"life", LIFE_US_MAX))).await;
                once(&rig, &mut engine, seed, &mut tally).await?;
            }
            tally.runs += 1;
        }
        let store = books::open(&rig.data())?;
        let findings = books::compare(&store, books::ledger(&rig.folder)?, &rig.hooks.acknowledged(), When::Underway)?;
        tally.breaches += findings.breaches.len() as u64;
        tally.sentences.extend(findings.breaches.iter().map(|breach| format!("seed {seed}: {breach}")));
    }
    Ok(tally)
}

async fn up(rig: &Rig, seed: u64) -> Result<Process, LabFault> {
    let mut engine = rig.engine(&[])?;
    match rig.ready(&mut engine).await? {
        Started::Ready => Ok(engine),
        Started::Ended(_) | Started::Silent => {
            Err(LabFault(format!("seed {seed}: the engine does not come up: {}", rig.log_end("engine.log"))))
        }
    }
}

/// One signal: an orderly end, after which nothing is in doubt.
async fn once(rig: &Rig, engine: &mut Process, seed: u64, tally: &mut Tally) -> Result<(), LabFault> {
    tally.in_flight += u64::from(is_calling(rig));
    engine.signal(Signal::TERM)?;
    let told_at = wall_now();
    let code = engine.wait(ORDERLY_MAX).await?;
    if code != Some(0) {
        tally.slow += 1;
        tally.sentences.push(format!("seed {seed}: told to stop it ended with {code:?}: {}", rig.log_end("engine.log")));
    }
    tally.late += started_after(rig, told_at.plus_ms(GRACE_MS));
    // What a life before the last was interrupted in may still be being found out.
    let left = in_doubt(rig)?;
    let doubts = left.difference(&tally.in_doubt).count() as u64;
    tally.in_doubt = left;
    tally.unknown += doubts;
    Ok(())
}

/// A call hangs: the first signal waits for it, the second does not. Then what hung is found out by the next lives.
async fn twice(rig: &Rig, engine: &mut Process, by_terminal: bool, tally: &mut Tally) -> Result<(), LabFault> {
    let (signal, wanted) = if by_terminal { (Signal::INT, 130) } else { (Signal::TERM, 143) };
    rig.wire.hold(true);
    let mut waited = Duration::ZERO;
    while !is_calling(rig) && waited < CALL_MAX {
        sleep(Duration::from_millis(5)).await;
        waited += Duration::from_millis(5);
    }
    engine.signal(signal)?;
    sleep(HANGING).await;
    let before = engine.ended()?;
    if before.is_none() {
        engine.signal(signal)?;
    }
    let code = engine.wait(AT_ONCE_MAX).await?;
    rig.wire.hold(false);
    if before.is_some() || code != Some(wanted) {
        tally.slow += 1;
        tally
            .sentences
            .push(format!("a call hung, told twice by {signal:?} it ended with {code:?} ({before:?} after the first)"));
    } else {
        tally.twice += 1;
    }
    tally.in_doubt = in_doubt(rig)?;
    Ok(())
}

/// Attempts of which nobody knows whether they were performed; a person may have to say.
fn in_doubt(rig: &Rig) -> Result<BTreeSet<(EffectKey, u16)>, LabFault> {
    let store = books::open(&rig.data())?;
    let mut doubts = BTreeSet::new();
    let mut note = |record| {
        if let Record::Intent(intent) = record
            && !matches!(intent.state, IntentState::Parked { .. })
        {
            doubts.insert((intent.key, intent.attempt));
        }
        ControlFlow::Continue(())
    };
    store.scan(Table::Intent, None, &mut note).map_err(told("the store cannot be read"))?;
    Ok(doubts)
}

fn is_calling(rig: &Rig) -> bool {
    rig.wire.is_calling()
}

fn started_after(rig: &Rig, at: Timestamp) -> u64 {
    rig.wire.calls().iter().filter(|call| call.begun_at > at).count() as u64
}
