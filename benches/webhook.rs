//! A durable webhook: from the request to its 200, over loopback, against the same server with the append left out. Both
//! sides take their turns meanwhile.
//!
//! Prints requests a second, the 50th and 99th percentile, commits a write, the share of the rate that durability leaves, and how
//! much longer the slowest wait for checkpoints. Of eight webhooks four are of strangers, two are replies of people of the
//! campaign, one is a new relation, one a message of our own.
//! `cargo bench --bench webhook [-- SECONDS [CONNECTIONS [PEOPLE]]]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;

use campaign_engine::model::program::Program;
use campaign_engine::runtime::errand::Message;
use campaign_engine::runtime::receive::Door;
use campaign_engine::server::secrets::Secrets;
use campaign_engine::server::webhooks;
use campaign_engine::store::contract::Store;
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::memory::MemoryStore;
use campaign_engine::store::start::Options;
use secrecy::SecretString;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Turns in which the sides are measured, so that all meet the same machine.
const ROUNDS: u32 = 3;
/// Longer than any measurement.
const NEVER: Duration = Duration::from_secs(86_400);

struct Measured {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    batch: f64,
}

fn main() {
    let mut arguments = folder::arguments();
    let seconds: f64 = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(12.0);
    let connections: usize = arguments.next().and_then(|connections| connections.parse().ok()).unwrap_or(64);
    let people: usize = arguments.next().and_then(|people| people.parse().ok()).unwrap_or(1_000);
    let time = Duration::from_secs_f64(seconds / f64::from(ROUNDS));
    let program = folder::program(people, "    wait 30 days\n");
    let load = Load { program: &program, people, connections, time };
    let (mut durable, mut smooth, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let usual = Options::default();
        durable.push(on_disk("durable", usual.clone(), &load));
        smooth.push(on_disk("no checkpoints", Options { checkpoint_every: NEVER, ..usual }, &load));
        bare.push(report("append left out", measure(Arc::new(MemoryStore::new()), &load)));
    }
    let rate = |sides: &[Measured]| middle(sides.iter().map(|side| side.rate));
    let p99_ms = |sides: &[Measured]| middle(sides.iter().map(|side| side.p99_ms));
    println!("durable webhooks come at {:.0} % of the rate without the append", 100.0 * rate(&durable) / rate(&bare));
    println!("with checkpoints 99 of 100 take {:.2} x as long as without", p99_ms(&durable) / p99_ms(&smooth));
}

/// What the server meets.
struct Load<'p> {
    program: &'p Program,
    people: usize,
    connections: usize,
    time: Duration,
}

fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn on_disk(name: &str, options: Options, load: &Load<'_>) -> Measured {
    let dir = folder::fresh_dir("webhook");
    let measured = measure(Arc::new(JournaledStore::open(&dir, options).unwrap()), load);
    std::fs::remove_dir_all(&dir).unwrap();
    report(name, measured)
}

fn report(name: &str, measured: Measured) -> Measured {
    let Measured { rate, p50_ms, p99_ms, batch } = &measured;
    println!("{name:>16}: {rate:>7.0} a second, half within {p50_ms:.1} ms, 99 of 100 within {p99_ms:.1} ms, {batch:.1} a write");
    measured
}

fn measure(store: Arc<dyn Store>, load: &Load<'_>) -> Measured {
    let mut runtime = folder::standing_runtime(Arc::clone(&store), load.program);
    runtime.install(load.program).unwrap();
    store.settle().unwrap();
    let (receiver, post) = (Arc::clone(&runtime.receiver), runtime.post());
    // What was acknowledged is acted on meanwhile: without turns there would soon be no room for more.
    let turns = std::thread::spawn(move || runtime.run().map(drop).unwrap());
    let before = store.figures();
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = tokio.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let secrets = Secrets::parse(&SecretString::from("bench-secret".to_owned())).unwrap();
    let serving = tokio.spawn(webhooks::serve(listener, Arc::new(Door(receiver)), secrets, async { drop(stopped.await) }));
    let begin = Instant::now();
    let (people, time) = (load.people, load.time);
    let clients: Vec<_> = (0..load.connections).map(|id| std::thread::spawn(move || client(address, id, people, time))).collect();
    let mut latencies: Vec<f64> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let rate = latencies.len() as f64 / begin.elapsed().as_secs_f64();
    stop.send(()).unwrap();
    tokio.block_on(serving).unwrap();
    post.send(Message::Stop).unwrap();
    turns.join().unwrap();
    latencies.sort_by(f64::total_cmp);
    let after = store.figures();
    let batch = (after.last.0 - before.last.0) as f64 / (after.batches - before.batches) as f64;
    let ms = |percent: usize| latencies[latencies.len() * percent / 100] * 1_000.0;
    Measured { rate, p50_ms: ms(50), p99_ms: ms(99), batch }
}

/// One connection that asks again as soon as it was answered; returns how long each answer took, in seconds.
fn client(address: SocketAddr, id: usize, people: usize, time: Duration) -> Vec<f64> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut answer = [0; 4_096];
    let begin = Instant::now();
    while begin.elapsed() < time {
        let body = body(id, latencies.len(), people);
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: bench\r\n{}: bench-secret\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            webhooks::PATH,
            webhooks::SECRET_HEADER,
            body.len()
        );
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).unwrap();
        let read = stream.read(&mut answer).unwrap();
        // More come than the turns act on: the same is sent again, and its wait is not counted.
        if answer[..read].starts_with(b"HTTP/1.1 503") {
            std::thread::yield_now();
            continue;
        }
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..read]));
        latencies.push(sent.elapsed().as_secs_f64());
    }
    latencies
}

/// A webhook as postpress delivers it: the nth of that connection.
fn body(id: usize, nth: usize, people: usize) -> String {
    // Everybody of the campaign now and then, each connection others.
    let person = (nth.wrapping_mul(7_919) + id * 104_729) % people;
    match nth % 8 {
        0..4 => message(id, nth, &format!("stranger-{id}-{nth}"), false),
        4 | 5 => message(id, nth, &format!("person-{person:07}"), false),
        6 => format!(
            r#"{{"event":"new_relation","account_id":"acc_linkedin_1","account_type":"LINKEDIN","webhook_name":"engine relations",
"user_full_name":"Person {person}","user_provider_id":"ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6Hd{person:07}",
"user_public_identifier":"person-{person:07}","user_profile_url":"https://www.linkedin.com/in/person-{person:07}/",
"user_picture_url":"https://media.example.invalid/p/{person:07}.jpg"}}"#
        ),
        _ => message(id, nth, &format!("person-{person:07}"), true),
    }
}

fn message(id: usize, nth: usize, who: &str, is_ours: bool) -> String {
    let sender = if is_ours { "lina" } else { who };
    format!(
        r#"{{"event":"message_received","account_id":"acc_linkedin_1","account_type":"LINKEDIN",
"account_info":{{"type":"LINKEDIN","feature":"classic","user_id":"ACoAAC9tQ7wBk2mZr5XyJ1pLdV8hNs3GfUeTiKo"}},
"webhook_name":"engine","chat_id":"W8pHk3ZrTbm6sQx1NdYcUg","message_id":"message-{id}-{nth}",
"sender":{{"attendee_id":"b9Zc3TnWQ0mYx5KfJ2sLrA","attendee_provider_id":"ACoAABr4XkEBz7Wm1qPtY9vCgL0s-{sender}",
"attendee_name":"Ada Example","attendee_profile_url":"https://www.linkedin.com/in/{sender}"}},
"attendees":[{{"attendee_id":"b9Zc3TnWQ0mYx5KfJ2sLrA","attendee_provider_id":"ACoAABr4XkEBz7Wm1qPtY9vCgL0s-{who}",
"attendee_name":"Ada Example","attendee_profile_url":"https://www.linkedin.com/in/{who}"}}],
"subject":null,"message":"Hi, sounds useful. Could you do Thursday at 10?","timestamp":"2026-09-14T08:21:37.412Z",
"attachments":[],"is_sender":{is_ours},"is_event":0,"is_group":false,"message_type":"MESSAGE"}}"#
    )
}
