//! What live pages cost: processor time while so many of them follow the stream of events, over loopback, against one alone.
//!
//! Something happens twenty times a second; the clients that read are of this process, too, so their work is in the figure.
//! `cargo bench --bench streams [-- SECONDS [STREAMS]]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;

use campaign_engine::model::id::EnrollmentId;
use campaign_engine::model::journal::{Entry, EntryKind};
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::ask::Ask;
use campaign_engine::runtime::census::watched::Watched;
use campaign_engine::runtime::pulse::Pulse;
use campaign_engine::runtime::query::answer::{answer, lines};
use campaign_engine::server::dashboard::token::Token;
use campaign_engine::server::dashboard::{Front, serve};
use campaign_engine::store::contract::Store;
use campaign_engine::store::memory::MemoryStore;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// People in the store.
const PEOPLE: usize = 1_000;
/// Between two lines that are told.
const APART: Duration = Duration::from_millis(50);

/// Answers out of a store, and counts what it is asked.
struct Desk {
    store: Arc<Watched>,
    pulse: Arc<Pulse>,
    asked: AtomicU64,
}

impl Ask for Desk {
    fn ask(&self, verb: &str, arguments: Value) -> Result<Value, String> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match verb {
            "lines" => lines(&*self.store, &self.pulse, Timestamp(0), arguments["after"].as_u64().unwrap_or_default()),
            _ => answer(&self.store, Timestamp(0), verb, &arguments),
        }
    }
}

fn main() {
    let mut arguments = folder::arguments();
    let seconds: f64 = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(10.0);
    let streams: usize = arguments.next().and_then(|streams| streams.parse().ok()).unwrap_or(50);
    let store = Arc::new(Watched::over(Arc::new(MemoryStore::new())));
    let program = folder::program(PEOPLE, "");
    let mut runtime = folder::runtime(Arc::clone(&store) as Arc<dyn Store>, &program);
    runtime.install(&program).unwrap();
    let time = Duration::from_secs_f64(seconds / 3.0);
    let shares = [0, 1, streams].map(|streams| measure(&store, streams, time));
    println!("{streams} streams cost {:.1} % of a core; one costs {:.1} %", shares[2] - shares[0], shares[1] - shares[0]);
}

/// Percent of a core.
fn measure(store: &Arc<Watched>, streams: usize, time: Duration) -> f64 {
    let dir = folder::fresh_dir("streams");
    let (pulse, token) = (Arc::new(Pulse::default()), Token::of(&dir).unwrap());
    let desk = Arc::new(Desk { store: Arc::clone(store), pulse: Arc::clone(&pulse), asked: AtomicU64::new(0) });
    let front = Arc::new(Front::new(Arc::clone(&desk) as Arc<dyn Ask>, Arc::clone(&pulse), token.keys(), Vec::new()));
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = threads.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    threads.spawn(serve(listener, front, std::future::pending()));
    let events = Arc::new(AtomicU64::new(0));
    for _ in 0..streams {
        let (mut stream, events) = (follow(address, token.expose()), Arc::clone(&events));
        std::thread::spawn(move || {
            let mut piece = [0; 16 * 1024];
            while let Ok(read) = stream.read(&mut piece)
                && read > 0
            {
                let lines = piece[..read].split(|byte| *byte == b'\n');
                events.fetch_add(lines.filter(|line| line.starts_with(b"data: {\"id\"")).count() as u64, Ordering::Relaxed);
            }
        });
    }
    let (begun, used) = (Instant::now(), folder::cpu_seconds());
    let mut told = 0;
    while begun.elapsed() < time {
        let entry = Entry { at: Timestamp(0), kind: EntryKind::Timer, step: "wait".into(), version: 1, detail: Vec::new() };
        pulse.tell(&[(EnrollmentId(told % PEOPLE as u64 + 1), entry)]);
        told += 1;
        std::thread::sleep(APART);
    }
    let share = 100.0 * (folder::cpu_seconds() - used) / begun.elapsed().as_secs_f64();
    let (asked, events) = (desk.asked.load(Ordering::Relaxed), events.load(Ordering::Relaxed));
    println!("{streams:>4} streams: {share:>5.1} % of a core; {told} lines told, {events} received, {asked} questions");
    threads.shutdown_background();
    std::fs::remove_dir_all(&dir).unwrap();
    share
}

fn follow(address: SocketAddr, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
    let mut first = [0; 512];
    let read = stream.read(&mut first).unwrap();
    assert!(first[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&first[..read]));
    stream
}
