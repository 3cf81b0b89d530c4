//! The live feed: every line of every timeline as it is written, for whoever looks on. Lossy on purpose: a slow looker
//! misses lines, the engine never waits.

use crate::model::id::EnrollmentId;
use crate::model::journal::Entry;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Lines kept for a looker that comes late; more are dropped, oldest first.
pub const LINES_KEPT_MAX: usize = 4_096;

/// The newest lines, and what is wrong with the far side now.
#[derive(Debug, Default)]
pub struct Pulse {
    lines: Mutex<VecDeque<(EnrollmentId, Entry)>>,
    trouble: Mutex<Option<String>>,
}

impl Pulse {
    /// Adds lines.
    pub fn tell(&self, entries: &[(EnrollmentId, Entry)]) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend(entries.iter().cloned());
        let surplus = lines.len().saturating_sub(LINES_KEPT_MAX);
        lines.drain(..surplus);
    }

    /// Takes all lines there are.
    pub fn take(&self) -> Vec<(EnrollmentId, Entry)> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
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
