//! What `engine test` costs: the shipped campaigns' tests, over and over until there are a thousand of them.
//!
//! Prints the wall time on all threads, and the time of one test on one thread.
//! `cargo bench --bench tests [-- TESTS]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

use campaign_engine::cli::test::play_all;
use campaign_engine::lang::compile;
use campaign_engine::lang::disk::load;
use campaign_engine::model::script::Script;
use campaign_engine::sim::script::play;
use std::path::Path;
use std::time::Instant;

fn main() {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-')).and_then(|tests| tests.parse().ok());
    let wanted: usize = wanted.unwrap_or(1_000);
    let (sources, files) = load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns")]).unwrap();
    let begin = Instant::now();
    let compiled = compile(&sources, &files);
    let compiling = begin.elapsed().as_secs_f64();
    let scripts: Vec<&Script> = compiled.scripts.iter().cycle().take(wanted).collect();

    let begin = Instant::now();
    let played = play_all(&compiled.program, &scripts);
    let seconds = begin.elapsed().as_secs_f64();
    assert!(played.iter().all(|played| played.as_ref().is_ok_and(|played| played.failure.is_none())), "a test failed");

    let mut each: Vec<f64> = Vec::new();
    for script in &compiled.scripts {
        let begin = Instant::now();
        play(&compiled.program, script).unwrap();
        each.push(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    each.sort_by(f64::total_cmp);
    let (mean, most) = (each.iter().sum::<f64>() / each.len() as f64, each.last().copied().unwrap_or_default());
    println!(
        "{wanted} tests: {seconds:.2} s on all threads, {:.0} a second (compiling: {compiling:.3} s)",
        wanted as f64 / seconds
    );
    println!("one test on one thread: {mean:.1} ms on average, {most:.1} ms at most");
}
