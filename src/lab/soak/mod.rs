//! `cargo lab soak`: webhooks, sends and questions for an hour, and a kill now and then. What the engine takes of the
//! machine stays what it was.

mod gauge;

use crate::lab::LabFault;
use crate::lab::oracle::When;
use crate::lab::order::{Order, Tier};
use crate::lab::rig::scene::Scene;
use crate::lab::rig::{Rig, Started, books, hooks, told};
use crate::lab::verdict::Verdict;
use crate::model::id::draw;
use crate::runtime::clock::wall_now;
use crate::server::socket;
use crate::store::contract::Store;
use crate::store::upkeep::TABLES;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use gauge::Sample;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// Seconds of the tiers (QUALITY.md §2), and seconds of a life in each.
const SECONDS: (u64, u64) = (120, 3_600);
const LIFE_SECONDS: (u64, u64) = (40, 600);
/// Two accounts, a send every 60 to 120 seconds of theirs: five a second.
const SPEED: u32 = 225;
const PEOPLE: u64 = 200;
/// Webhooks a second.
const WEBHOOKS_A_SECOND: u64 = 50;
/// One in so many tells something new; the others were told before.
const NEW_ONE_IN: u64 = 5;
/// Between two questions of the dashboard, and between two looks at the process.
const ASK_EVERY: Duration = Duration::from_millis(500);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Growth of memory beyond what the store itself grew by, in MiB an hour, and files that come and go with connections.
const SLOPE_MIB_MAX: f64 = 1.0;
const HANDLES_MAX: u64 = 48;
/// The journal's segments are made in advance: so much is on the disk before anything is written.
const IN_ADVANCE_BYTES: u64 = 2 * (64 << 20);

/// What was done, counted while it is done.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    delivered: AtomicU64,
    refused: AtomicU64,
    asked: AtomicU64,
}

/// Runs it.
///
/// # Errors
/// When the lab itself cannot do its work.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    threads.map_err(told("no threads"))?.block_on(soak(order))
}

async fn soak(order: &Order) -> Result<Verdict, LabFault> {
    let seconds = order.runs(SECONDS.0, SECONDS.1);
    let life = order.tier.of(LIFE_SECONDS.0, LIFE_SECONDS.1).min(seconds);
    let scene = Scene { people: PEOPLE, is_troubled: false, is_endless: true, seed: order.seed };
    let rig = Arc::new(Rig::start_at(&order.folder.join("world"), &scene, order.seed, SPEED).await?);
    let load = Arc::new(Load::default());
    tokio::spawn(flood(Arc::clone(&rig), Arc::clone(&load)));
    tokio::spawn(ask(Arc::clone(&rig), Arc::clone(&load)));
    let mut lives: Vec<Vec<Sample>> = Vec::new();
    for _ in 0..seconds.div_ceil(life) {
        lives.push(live(&rig, Duration::from_secs(life)).await?);
    }
    load.is_over.store(true, Ordering::Relaxed);
    judge(order, &rig, &load, &lives, seconds)
}

/// One life, and its end by a kill.
async fn live(rig: &Rig, length: Duration) -> Result<Vec<Sample>, LabFault> {
    let mut engine = rig.engine(&["--quiet"])?;
    if !matches!(rig.ready(&mut engine).await?, Started::Ready) {
        return Err(LabFault(format!("the engine does not come up: {}", rig.log_end("engine.log"))));
    }
    let began = wall_now();
    let age_ms = || wall_now().since_ms(began);
    let mut samples = Vec::new();
    while u128::try_from(age_ms()).unwrap_or_default() < length.as_millis() {
        sleep(LOOK_EVERY).await;
        samples.extend(gauge::look(engine.pid(), age_ms(), &rig.data()));
    }
    match engine.kill()? {
        None => Ok(samples),
        Some(code) => Err(LabFault(format!("the engine ended with {code}: {}", rig.log_end("engine.log")))),
    }
}

/// Webhooks at an even pace: most were told before, some tell of people nobody knows.
async fn flood(rig: Arc<Rig>, load: Arc<Load>) {
    let mut headers = HeaderMap::new();
    headers.insert("postpress-auth", HeaderValue::from_static(hooks::SECRET));
    let mut nth = 0_u64;
    while !load.is_over.load(Ordering::Relaxed) {
        nth += 1;
        let (rig, load, headers) = (Arc::clone(&rig), Arc::clone(&load), headers.clone());
        tokio::spawn(async move {
            let counter = match rig.hooks.deliver(headers, body(nth)).await {
                Some(200) => &load.delivered,
                // Between two lives nobody listens; the sender comes again.
                Some(_) | None => &load.refused,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        });
        sleep(Duration::from_millis(1_000 / WEBHOOKS_A_SECOND)).await;
    }
}

fn body(nth: u64) -> Bytes {
    let told = if nth.is_multiple_of(NEW_ONE_IN) { nth } else { draw(&[b"told", &nth.to_le_bytes()]) % 100 };
    let body = serde_json::json!({
        "event": "message_received", "account_id": "acc_linkedin_1", "account_type": "LINKEDIN", "webhook_name": "lab",
        "chat_id": format!("chat-{told}"), "message_id": format!("soak-{told}"), "message": "Who are you?",
        "timestamp": "2027-01-04T07:00:00.000Z", "is_sender": false,
        "sender": {"attendee_provider_id": format!("nobody-{told}"), "attendee_name": "N. N."},
    });
    Bytes::from(body.to_string())
}

/// A dashboard that asks again and again.
async fn ask(rig: Arc<Rig>, load: Arc<Load>) {
    while !load.is_over.load(Ordering::Relaxed) {
        let data = rig.data();
        let asked = tokio::task::spawn_blocking(move || socket::ask(&data, "status", serde_json::json!({})));
        // Between two lives nobody answers.
        if matches!(asked.await, Ok(Ok(Some(_)))) {
            load.asked.fetch_add(1, Ordering::Relaxed);
        }
        sleep(ASK_EVERY).await;
    }
}

fn judge(order: &Order, rig: &Rig, load: &Load, lives: &[Vec<Sample>], seconds: u64) -> Result<Verdict, LabFault> {
    let store = books::open(&rig.data())?;
    let findings = books::compare(&store, books::ledger(&rig.folder)?, &rig.hooks.acknowledged(), When::Underway)?;
    let mut verdict = Verdict::new();
    verdict.at_least("webhooks", load.delivered.load(Ordering::Relaxed), seconds * WEBHOOKS_A_SECOND * 2 / 3);
    verdict.fact("refused", load.refused.load(Ordering::Relaxed));
    verdict.at_least("sends", findings.effects, seconds * 3);
    verdict.at_least("questions", load.asked.load(Ordering::Relaxed), seconds / 2);
    verdict.none("breaches", findings.breaches.len() as u64);
    findings.breaches.iter().for_each(|breach| verdict.fault(breach.to_string()));
    let handles = |life: &Vec<Sample>| {
        let of = || gauge::warm(life).iter().map(|sample| sample.handles);
        of().max().unwrap_or_default() - of().min().unwrap_or_default()
    };
    verdict.at_most("handles_spread", lives.iter().map(handles).max().unwrap_or_default(), HANDLES_MAX);
    verdict.fact("memory_mib", lives.iter().flatten().map(|sample| sample.memory >> 20).max().unwrap_or_default());
    let leak = leak(lives);
    verdict.fact("leak_mib_an_hour", format!("{leak:.2}"));
    // In two minutes a megabyte an hour cannot be told from noise.
    if order.tier == Tier::Long && leak > SLOPE_MIB_MAX {
        verdict.fault(format!("memory grows by {leak:.2} MiB an hour more than what is stored"));
    }
    let (disk, live) = (gauge::bytes(&rig.data()), live_bytes(&store)?);
    verdict.fact("disk_mib", disk >> 20);
    verdict.at_most("disk_beyond_twice_mib", disk.saturating_sub(2 * live + IN_ADVANCE_BYTES) >> 20, 0);
    Ok(verdict)
}

/// The middle one of what lives grew by, less what the store grew by meanwhile, in MiB an hour.
fn leak(lives: &[Vec<Sample>]) -> f64 {
    let of = |life: &Vec<Sample>| {
        let warm = gauge::warm(life);
        let memory = gauge::slope(warm, |sample| sample.memory)?;
        Some(memory - gauge::slope(warm, |sample| sample.progress)?.max(0.0))
    };
    let mut all: Vec<f64> = lives.iter().filter_map(of).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Bytes of every commit and every row.
fn live_bytes(store: &dyn Store) -> Result<u64, LabFault> {
    let size = |bytes: Result<Vec<u8>, postcard::Error>| bytes.map_or(0, |bytes| bytes.len() as u64);
    let mut live: u64 = books::journal(store)?.iter().map(|commit| size(postcard::to_stdvec(commit))).sum();
    for table in TABLES {
        let mut add = |record| {
            live += size(postcard::to_stdvec(&record));
            ControlFlow::Continue(())
        };
        store.scan(table, None, &mut add).map_err(told("the store cannot be read"))?;
    }
    Ok(live)
}
