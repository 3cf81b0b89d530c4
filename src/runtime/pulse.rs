//! The live feed: every line of every timeline as it is written, for whoever looks on. Lossy on purpose: a slow looker
//! misses lines, the engine never waits.

use crate::model::id::EnrollmentId;
use crate::model::journal::Entry;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lines kept for a looker that comes late; more are dropped, oldest first.
pub const LINES_KEPT_MAX: usize = 4_096;

/// The newest lines, and what is wrong with the far side now.
#[derive(Debug, Default)]
pub struct Pulse {
    lines: Mutex<Lines>,
    trouble: Mutex<Option<String>>,
}

#[derive(Debug, Default)]
struct Lines {
    kept: VecDeque<(EnrollmentId, Entry)>,
    /// The number of the line after the last: they are counted from 0, since the engine started.
    next: u64,
}

impl Pulse {
    /// Adds lines.
    pub fn tell(&self, entries: &[(EnrollmentId, Entry)]) {
        let mut lines = self.lock();
        lines.kept.extend(entries.iter().cloned());
        lines.next += entries.len() as u64;
        let surplus = lines.kept.len().saturating_sub(LINES_KEPT_MAX);
        lines.kept.drain(..surplus);
    }

    /// The lines from that number on, as far as they are kept, and the number to ask with next.
    pub fn since(&self, from: u64) -> (Vec<(EnrollmentId, Entry)>, u64) {
        let lines = self.lock();
        let kept = lines.kept.len() as u64;
        let skip = kept.saturating_sub(lines.next.saturating_sub(from));
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        (lines.kept.iter().skip(skip).cloned().collect(), lines.next)
    }

    /// The number of the line that comes next: it changes whenever something happens to anybody.
    pub fn next(&self) -> u64 {
        self.lock().next
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what is wrong with the far side now, or that nothing is.
    pub fn trouble(&self, what: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    /// What is wrong with the far side now.
    pub fn troubled_by(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES_KEPT_MAX, Pulse};
    use crate::model::id::EnrollmentId;
    use crate::model::journal::{Entry, EntryKind};
    use crate::model::time::Timestamp;

    fn lines(count: usize) -> Vec<(EnrollmentId, Entry)> {
        let entry = Entry { at: Timestamp(0), kind: EntryKind::Timer, step: String::new(), version: 1, detail: Vec::new() };
        (0..count).map(|n| (EnrollmentId(n as u64), entry.clone())).collect()
    }

    #[test]
    fn a_looker_gets_each_line_once_and_a_late_one_the_newest() {
        let pulse = Pulse::default();
        pulse.tell(&lines(3));
        let (first, next) = pulse.since(0);
        assert_eq!((first.len(), next, pulse.since(next).0.len()), (3, 3, 0));
        pulse.tell(&lines(LINES_KEPT_MAX));
        let (rest, next) = pulse.since(1);
        assert_eq!((rest.len(), next), (LINES_KEPT_MAX, 3 + LINES_KEPT_MAX as u64));
        assert_eq!(pulse.since(next - 2).0.len(), 2);
        assert_eq!(pulse.since(next + 5).0.len(), 0);
    }
}
