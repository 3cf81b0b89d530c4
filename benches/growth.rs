//! What a person costs as people become more: time to enter, memory, disk, time until ready after a kill; as a table, and as a
//! picture in which what stays level grows no faster than the number of people.
//!
//! `cargo bench --bench growth [-- PEOPLE PEOPLE …]`; the first number is what the others are compared with.
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;
mod site;

use site::{Site, bytes};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// The tree is made anew meanwhile, where it is worth it.
const REST: Duration = Duration::from_secs(30);
const SIZES: [usize; 3] = [10_000, 30_000, 100_000];
/// What is measured of a person, and its colour: told apart also by whoever sees no red or green.
const MEASURED: [(&str, &str); 4] = [
    ("µs to enter", "#0072b2"),
    ("bytes of memory", "#d55e00"),
    ("bytes of disk", "#009e73"),
    ("µs until ready after a kill", "#cc79a7"),
];
/// Of the picture, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const MARGIN: f64 = 48.0;
/// The picture's upper edge.
const TIMES_MAX: f64 = 4.0;

fn main() {
    let given: Vec<usize> = folder::arguments().filter_map(|people| people.parse().ok()).collect();
    let sizes = if given.is_empty() { SIZES.to_vec() } else { given };
    println!("| people | {} |", MEASURED.map(|(name, _)| name).join(" | "));
    println!("|---|{}", "---|".repeat(MEASURED.len()));
    let mut costs: Vec<(usize, [f64; 4])> = Vec::new();
    for people in sizes {
        let cost = cost(people);
        let first = costs.first().map_or(cost, |(_, first)| *first);
        costs.push((people, cost));
        let cells: Vec<String> =
            cost.iter().zip(first).map(|(cost, first)| format!("{cost:.0} ({:.2} ×)", cost / first)).collect();
        println!("| {people} | {} |", cells.join(" | "));
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth.svg");
    std::fs::write(&file, picture(&costs)).unwrap();
    println!("\n{}", file.display());
}

/// What one of so many costs.
fn cost(people: usize) -> [f64; 4] {
    let site = Site::new("growth", people, 1, "    wait 30 days\n");
    let far = site.far_side();
    let (engine, entered) = site.ready("talk");
    std::thread::sleep(REST);
    let (memory, disk) = (engine.memory_mib() * 1_048_576.0, bytes(&site.dir.join(".engine")) as f64);
    drop(engine);
    let (engine, again) = site.ready("again");
    drop((engine, far));
    std::fs::remove_dir_all(&site.dir).unwrap();
    [entered.as_secs_f64() * 1e6, memory, disk, again.as_secs_f64() * 1e6].map(|all| all / people as f64)
}

/// Times the first cost, over the number of people; both grow by factors.
fn picture(costs: &[(usize, [f64; 4])]) -> String {
    let (first, last) = (costs[0], costs[costs.len() - 1]);
    let decades = (last.0 as f64 / first.0 as f64).log10().max(f64::EPSILON);
    let x = |people: usize| MARGIN + (people as f64 / first.0 as f64).log10() / decades * (WIDTH - 2.0 * MARGIN);
    let y = |times: f64| HEIGHT / 2.0 - (times.log2() / TIMES_MAX.log2()).clamp(-1.0, 1.0) * (HEIGHT / 2.0 - MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <title>What one person costs as people become more</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    for times in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let (from, to, at) = (MARGIN, WIDTH - MARGIN, y(times));
        writeln!(svg, "<path d=\"M{from} {at:.1}H{to}\" stroke=\"#ddd\"/><text x=\"8\" y=\"{:.1}\">{times} ×</text>", at + 4.0)
            .unwrap();
    }
    for (people, _) in costs {
        writeln!(svg, "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{people}</text>", x(*people), HEIGHT - 12.0).unwrap();
    }
    for (nth, (name, colour)) in MEASURED.iter().enumerate() {
        let at = |(people, cost): &(usize, [f64; 4])| format!("{:.1},{:.1}", x(*people), y(cost[nth] / first.1[nth]));
        let points: Vec<String> = costs.iter().map(at).collect();
        writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>", points.join(" "))
            .unwrap();
        let along = MARGIN + 140.0 * nth as f64;
        writeln!(svg, "<text x=\"{along}\" y=\"20\" fill=\"{colour}\">{name}</text>").unwrap();
    }
    svg + "</svg>\n"
}
