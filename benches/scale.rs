//! What so many people cost a running engine: entering, memory, disk, a start after a kill, rest, questions.
//!
//! The binary as it is released, beside `engine sandbox` in a process of its own; everybody waits for a month.
//! `cargo bench --profile release --bench scale [-- PEOPLE [CAMPAIGNS]]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;
mod site;

use site::{ENGINE, READY_MAX, Running, Site, bytes};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Odd, so that there is one in the middle.
const TIMES: usize = 5;
/// So long it is watched, again and again until it rests.
const REST: Duration = Duration::from_secs(20);
/// The share of a processor that more than rest takes.
const BUSY: f64 = 0.05;
/// What is asked of the dashboard and of the API: a page, a filter, a search, and everything that counts.
const PAGES: [&str; 13] = [
    "/contacts",
    "/contacts?status=ended",
    "/contacts?q=person-00000",
    "/",
    "/campaigns/bench",
    "/inbox",
    "/accounts",
    "/errors",
    "/settings",
    "/api/v1/contacts?limit=500",
    "/api/v1/status",
    "/api/v1/report",
    "/metrics",
];

fn main() {
    let mut arguments = folder::arguments();
    let people: usize = arguments.next().and_then(|people| people.parse().ok()).unwrap_or(10_000);
    let campaigns: usize = arguments.next().and_then(|campaigns| campaigns.parse().ok()).unwrap_or(1);
    let mib = std::fs::metadata(ENGINE).unwrap().len() as f64 / 1_048_576.0;
    let (help, nothing) = (median(|| run(ENGINE, &["--help"])), median(|| run("true", &[])));
    println!("the binary has {mib:.1} MiB; `--help` takes {help:.1} ms, {:.1} x as long as `true`", help / nothing);
    let site = Site::new("scale", people, campaigns, "    wait 30 days\n");
    let far = site.far_side();

    let (engine, entered) = site.ready("talk");
    println!("{people} people enter in {:.1} s; {:.0} MiB then", entered.as_secs_f64(), engine.memory_mib());
    // Entered is not begun: everybody's first turn comes after it.
    let begun = Instant::now();
    let mut share = busy(&engine);
    while share > BUSY && begun.elapsed() < READY_MAX {
        share = busy(&engine);
    }
    let (seconds, share) = (begun.elapsed().as_secs_f64() - REST.as_secs_f64(), 100.0 * share);
    println!(
        "everybody has begun within {seconds:.0} s more; at rest: {:.0} MiB ({:.0} at most), {share:.1} % of a processor",
        engine.memory_mib(),
        engine.peak_mib()
    );
    let bytes = bytes(&site.dir.join(".engine"));
    println!("on disk: {:.0} bytes a person", bytes as f64 / people as f64);
    let somebody = format!("person-{:07}", people / 2);
    for (name, words) in [("status", vec!["status", "--json"]), ("why", vec!["why", &somebody, "--json"])] {
        println!("`{name}` takes {:.0} ms", median(|| site.done(&words)));
    }
    for page in PAGES {
        println!("`{page}` takes {:.0} ms", median(|| site.get(page)));
    }
    drop(engine);
    let (engine, again) = site.ready("again");
    println!("after a kill it is ready in {:.1} s; {:.0} MiB then", again.as_secs_f64(), engine.memory_mib());
    engine.end();
    let (engine, again) = site.ready("again");
    println!("after an orderly end it is ready in {:.1} s; {:.0} MiB then", again.as_secs_f64(), engine.memory_mib());
    drop((engine, far));
    std::fs::remove_dir_all(&site.dir).unwrap();
}

/// Milliseconds that it takes, the middle of some times.
fn median(mut what: impl FnMut()) -> f64 {
    let mut took: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begin = Instant::now();
            what();
            begin.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[TIMES / 2]
}

fn run(program: &str, words: &[&str]) {
    assert!(Command::new(program).args(words).stdout(Stdio::null()).status().unwrap().success());
}

/// The share of a processor that the process takes while it is watched.
fn busy(process: &Running) -> f64 {
    let before = process.cpu_seconds();
    std::thread::sleep(REST);
    (process.cpu_seconds() - before) / REST.as_secs_f64()
}
