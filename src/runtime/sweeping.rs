//! What has done its time, as far as it is known: how far the sweep came, and what is kept in the order it came.

use crate::model::journal::Key;
use std::collections::VecDeque;

/// So much of what is nobody's is kept, the newest: a stranger may write as often as they like. Some ten megabytes.
pub const UNROUTED_MAX: usize = 10_000;

/// How far it came, and what is kept in the order it came.
#[derive(Debug, Default)]
pub(crate) struct Sweeping {
    /// How far old events' keys have been looked through.
    pub swept_to: Option<Key>,
    /// Rows of what is nobody's, oldest first.
    pub unrouted: VecDeque<u64>,
}

impl Sweeping {
    /// One more that is kept; they come oldest first.
    pub fn note_unrouted(&mut self, row: u64) {
        self.unrouted.push_back(row);
    }

    /// The oldest of what is too much.
    pub fn overflow(&mut self) -> Option<u64> {
        if self.unrouted.len() > UNROUTED_MAX { self.unrouted.pop_front() } else { None }
    }
}
