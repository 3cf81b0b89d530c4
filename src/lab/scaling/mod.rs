//! Every reader on texts of n, 2n, 4n and 8n: twice the text may cost 2.3 times as much, not four times.
//!
//! What is counted is the processor time of the reading thread, the least of several runs: it leaves out what else the machine
//! does, though not quite what its caches do. Instructions would be steadier, but counting them takes `perf` or valgrind, which
//! not every machine has. A doubling that is too dear is therefore measured again before it is told of. Start at [`run`].

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
        let mut before = cost(target.run, shape, pieces, RUNS);
        for doubling in 1..=DOUBLINGS {
            let pieces = pieces << doubling;
            let mut after = cost(target.run, shape, pieces, RUNS);
            if ratio(before, after) > RATIO_MAX {
                before = before.min(cost(target.run, shape, pieces / 2, RUNS_AGAIN));
                after = after.min(cost(target.run, shape, pieces, RUNS_AGAIN));
            }
            let ratio = ratio(before, after);
            worst = worst.max(ratio);
            doublings += 1;
            if ratio > RATIO_MAX {
                let times = format!("{}.{:02}", ratio / 100, ratio % 100);
                verdict.fault(format!(
                    "{}, {}: {pieces} pieces cost {times} times what half of them do ({after} µs)",
                    shape.reader, shape.name
                ));
            }
            before = after;
        }
    }
    verdict.at_least("shapes", SHAPES.len() as u64, 12);
    verdict.at_least("doublings", doublings, 3 * SHAPES.len() as u64);
    verdict.fact("worst_percent", worst);
    Ok(verdict)
}

/// Hundredths of the first that the second is; what is too short to be told apart counts as the shortest.
fn ratio(before: u64, after: u64) -> u64 {
    after.max(US_MIN) * 100 / before.max(US_MIN)
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
