//! What becomes of memory and disk while so many people do something again and again: everybody every five minutes.
//!
//! The binary as it is released, beside `engine sandbox` in a process of its own. Prints a line a minute: turns are what the
//! journal grew by. `cargo bench --profile release --bench churn [-- PEOPLE [MINUTES]]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;
mod site;

use site::{Site, bytes};
use std::time::{Duration, Instant};

const STEPS: &str = "    repeat up to 20 times, 5 minutes apart\n      tag \"met\"\n    end\n";
const LOOK: Duration = Duration::from_secs(60);

fn main() {
    let mut arguments = folder::arguments();
    let people: usize = arguments.next().and_then(|people| people.parse().ok()).unwrap_or(10_000);
    let minutes: u32 = arguments.next().and_then(|minutes| minutes.parse().ok()).unwrap_or(7);
    let site = Site::new("churn", people, 1, STEPS);
    let far = site.far_side();
    let (engine, entered) = site.ready("talk");
    println!("{people} people enter in {:.1} s", entered.as_secs_f64());
    println!("minute  processor s  MiB  at most  bytes a person: journal  rows");
    let begin = Instant::now();
    for minute in 1..=minutes {
        std::thread::sleep((LOOK * minute).saturating_sub(begin.elapsed()));
        let data = site.dir.join(".engine");
        let all = bytes(&data);
        let journal = bytes(&data.join("journal"));
        println!(
            "{minute:>6}  {:>11.0}  {:>3.0}  {:>7.0}  {:>23}  {:>4}",
            engine.cpu_seconds(),
            engine.memory_mib(),
            engine.peak_mib(),
            journal / people as u64,
            (all - journal) / people as u64
        );
    }
    drop((engine, far));
    std::fs::remove_dir_all(&site.dir).unwrap();
}
