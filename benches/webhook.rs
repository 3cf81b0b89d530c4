//! A durable webhook: from the request to its 200, over loopback, against the same server with the append left out. Both
//! sides take their turns meanwhile.
//!
//! Prints requests a second, the 99th percentile, commits a write, and the share of the rate that durability leaves.
//! `cargo bench --bench webhook [-- SECONDS [CONNECTIONS]]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;

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

/// Turns in which the two sides are measured, so that both meet the same machine.
const ROUNDS: u32 = 3;

struct Measured {
    rate: f64,
    p99_ms: f64,
    batch: f64,
}

fn main() {
    let mut arguments = folder::arguments();
    let seconds: f64 = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(6.0);
    let connections: usize = arguments.next().and_then(|connections| connections.parse().ok()).unwrap_or(64);
    let time = Duration::from_secs_f64(seconds / f64::from(ROUNDS));
    let (mut durable, mut bare) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let dir = folder::fresh_dir("webhook");
        let store = JournaledStore::open(&dir, Options::default()).unwrap();
        durable += report("durable", &measure(Arc::new(store), connections, time));
        std::fs::remove_dir_all(&dir).unwrap();
        bare += report("append left out", &measure(Arc::new(MemoryStore::new()), connections, time));
    }
    println!("durable webhooks come at {:.0} % of the rate without the append", 100.0 * durable / bare);
}

fn report(name: &str, measured: &Measured) -> f64 {
    let Measured { rate, p99_ms, batch } = measured;
    println!("{name:>16}: {rate:>7.0} a second, 99 of 100 within {p99_ms:.1} ms, {batch:.1} a write");
    *rate
}

fn measure(store: Arc<dyn Store>, connections: usize, time: Duration) -> Measured {
    let program = folder::program(1, "");
    let mut runtime = folder::standing_runtime(Arc::clone(&store), &program);
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
    let clients: Vec<_> = (0..connections).map(|id| std::thread::spawn(move || client(address, id, time))).collect();
    let mut latencies: Vec<f64> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let rate = latencies.len() as f64 / begin.elapsed().as_secs_f64();
    stop.send(()).unwrap();
    tokio.block_on(serving).unwrap();
    post.send(Message::Stop).unwrap();
    turns.join().unwrap();
    latencies.sort_by(f64::total_cmp);
    let after = store.figures();
    let batch = (after.last.0 - before.last.0) as f64 / (after.batches - before.batches) as f64;
    Measured { rate, p99_ms: latencies[latencies.len() * 99 / 100] * 1_000.0, batch }
}

/// One connection that asks again as soon as it was answered; returns how long each answer took, in seconds.
fn client(address: SocketAddr, id: usize, time: Duration) -> Vec<f64> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut answer = [0; 4_096];
    let begin = Instant::now();
    while begin.elapsed() < time {
        let body = body(&format!("message-{id}-{}", latencies.len()));
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

/// A reply of somebody, as postpress delivers it.
fn body(message: &str) -> String {
    format!(
        r#"{{"event":"message_received","account_id":"acc_lina","account_type":"LINKEDIN",
"account_info":{{"type":"LINKEDIN","feature":"classic","user_id":"ACoAAC9tQ7wBk2mZr5XyJ1pLdV8hNs3GfUeTiKo"}},
"webhook_name":"engine","chat_id":"W8pHk3ZrTbm6sQx1NdYcUg","message_id":"{message}",
"sender":{{"attendee_id":"b9Zc3TnWQ0mYx5KfJ2sLrA","attendee_provider_id":"ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo",
"attendee_name":"Ada Example","attendee_profile_url":"https://www.linkedin.com/in/ada-example"}},
"attendees":[{{"attendee_id":"b9Zc3TnWQ0mYx5KfJ2sLrA","attendee_provider_id":"ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo"}}],
"subject":null,"message":"Hi, sounds useful. Could you do Thursday at 10?","timestamp":"2026-09-14T08:21:37.412Z",
"attachments":[],"is_sender":false,"is_event":0,"is_group":false,"message_type":"MESSAGE"}}"#
    )
}
