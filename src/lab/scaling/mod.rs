//! Every reader on texts of n, 2n, 4n and 8n: twice the text may cost 2.3 times as much, not four times.
//!
//! What is counted is the processor time of the reading thread, the least of several runs: it leaves out what else the machine
//! does, though not quite what its caches do. Instructions would be steadier, but counting them takes `perf` or valgrind, which
//! not every machine has. What is too dear is therefore measured again before it is told of. Start at [`run`].

mod shapes;

use crate::lab::LabFault;
use crate::lab::fuzz::{spent_us, targets::TARGETS};
use crate::lab::order::Order;
use crate::lab::verdict::Verdict;
use shapes::{SHAPES, Shape};

/// Hundredths that twice the text may cost.
const RATIO_MAX: u64 = 230;
/// Runs of a text, of which the quickest counts.
const RUNS: usize = 3;
/// Runs when it was too dear.
const RUNS_AGAIN: usize = 15;
/// What takes less cannot be told from the clock's own steps.
const US_MIN: u64 = 400;
/// Measurements again of what was too dear, at most.
const AGAIN_MAX: u32 = 3;
/// Doublings of each shape.
const DOUBLINGS: u32 = 3;

/// Measures every shape; names those that grow faster than their text.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let bytes = order.tier.of(8 << 10, 64 << 10);
    let mut verdict = Verdict::new();
    let (mut doublings, mut worst) = (0, 0);
    for shape in SHAPES {
        let Some(target) = TARGETS.iter().find(|target| target.name == shape.reader) else {
            return Err(LabFault(format!("there is no reader called {}", shape.reader)));
        };
        let pieces = shape.pieces(bytes);
        let mut costs = costs(target.run, shape, pieces, RUNS);
        for _ in 0..AGAIN_MAX {
            if growth(&costs) <= RATIO_MAX {
                break;
            }
            let again = self::costs(target.run, shape, pieces, RUNS_AGAIN);
            costs = costs.iter().zip(again).map(|(one, other)| other.min(*one)).collect();
        }
        let growth = growth(&costs);
        worst = worst.max(growth);
        doublings += u64::from(DOUBLINGS);
        if growth > RATIO_MAX {
            let times = format!("{}.{:02}", growth / 100, growth % 100);
            verdict.fault(format!(
                "{}, {}: {pieces} pieces and {DOUBLINGS} doublings of them cost {costs:?} µs, {times} times as much each time",
                shape.reader, shape.name
            ));
        }
    }
    verdict.at_least("shapes", SHAPES.len() as u64, 12);
    verdict.at_least("doublings", doublings, 3 * SHAPES.len() as u64);
    verdict.fact("worst_percent", worst);
    Ok(verdict)
}

/// What so many pieces cost, and each doubling of them.
fn costs(read: fn(&[u8]), shape: &Shape, pieces: usize, runs: usize) -> Vec<u64> {
    (0..=DOUBLINGS).map(|doubling| cost(read, shape, pieces << doubling, runs)).collect()
}

/// Hundredths that a doubling costs, taken over all of them: a single one jumps where a cache is full. What is too short to be
/// told apart counts as the shortest.
fn growth(costs: &[u64]) -> u64 {
    let (Some(first), Some(last)) = (costs.first(), costs.last()) else { return 0 };
    let whole = (*last).max(US_MIN) as f64 / (*first).max(US_MIN) as f64;
    (whole.powf(1.0 / f64::from(DOUBLINGS)) * 100.0).round() as u64
}

/// Microseconds of the processor that reading takes, in the quickest of so many runs.
fn cost(read: fn(&[u8]), shape: &Shape, pieces: usize, runs: usize) -> u64 {
    let text = shape.text(pieces);
    let one = |_| {
        let before = spent_us();
        read(text.as_bytes());
        spent_us() - before
    };
    (0..runs).map(one).min().unwrap_or(0)
}
