//! What was submitted and is on its way: first to the journal, then to the tree. What waits for what, and how long; the waiting
//! itself is in `way`.

use crate::model::id::Lsn;
use crate::store::contract::{Done, Frame, Place, SUBMITTED_MAX, StoreFault};
use crate::store::leaf::RowChange;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Most commits that may be durable and not yet in the tree: bounds the work of a start.
pub const UNAPPLIED_MAX: u64 = 32_768;

/// Most rows on their way to a small tree before more may enter: bounds the memory of the overlay, some 300 bytes a row. A
/// commit of people who enter has a thousand.
pub const ROWS_MIN: usize = 1 << 15;

/// The same of a large tree.
pub const ROWS_MAX: usize = 1 << 20;

/// In between, one for so many in the tree. Routes come in no order: the more of them go into a large tree together, the more
/// fall on the same page.
const ROWS_IN_TREE: u64 = 32;

/// So many durable rows are brought into the tree at once; more, if more wait, up to half of those that may …
pub const GATHERED_ROWS: usize = 8_192;

/// … or as many as there are after so long: a row that is changed again, or deleted, meanwhile costs the tree nothing. The
/// inbox is empty most of the time only because of it.
pub const GATHERING: Duration = Duration::from_millis(50);

/// Commits whose durability nobody waits for are written when others are, or after so long, or when there are so many: a
/// write costs hardly more for a hundred commits than for one. What a crash in between takes along is a timer's turn, taken again.
pub const LINGERING: Duration = Duration::from_millis(2);

/// So many bytes of commits nobody waits for are a batch.
const LINGERING_BYTES: usize = BATCH_BYTES_MAX / 4;

/// A batch of the committer is at most so many commits …
pub const BATCH_COMMITS_MAX: usize = 1_024;

/// … and at most so many bytes, unless one commit alone is larger.
pub const BATCH_BYTES_MAX: usize = 1 << 20;

/// A commit on its way to the journal.
pub struct Submitted {
    pub frame: Arc<Frame>,
    pub rows: Vec<RowChange>,
    /// With the last commit of a `submit`; and whoever only waits for what came before. None: nobody waits.
    pub dones: Vec<Done>,
}

/// What a thread of the way waits for: it is woken for nothing else, since waking costs as much as a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Rest {
    /// It is at work, and looks again before it waits.
    #[default]
    None,
    ForSome,
    ForMore,
}

/// A commit on its way to the tree.
pub struct Durable {
    pub lsn: Lsn,
    pub rows: Vec<RowChange>,
}

/// The state of the way.
#[derive(Default)]
pub struct Queue {
    pub last: Lsn,
    pub durable: Lsn,
    pub applied: Lsn,
    /// Since the store was opened.
    pub batches: u64,
    /// From `durable` + 1 to `last`. Kept when the store is poisoned: they are visible.
    pub submitted: VecDeque<Submitted>,
    pub unapplied: VecDeque<Durable>,
    /// Rows of all that is on its way.
    pub rows: usize,
    /// Rows in the tree.
    pub stored: u64,
    /// Bytes of what is in `submitted`.
    pub(super) submitted_bytes: usize,
    /// How many wait for what is in `submitted`.
    pub(super) awaited: usize,
    /// Rows of what is in `unapplied`.
    pub(super) unapplied_rows: usize,
    pub(super) committer: Rest,
    pub(super) applier: Rest,
    /// How many wait until all is in the tree.
    pub(super) settling: usize,
    /// Why nothing more can be made durable.
    pub poison: Option<String>,
    pub is_closing: bool,
}

impl Queue {
    /// The fault that keeps commits out, if there is one.
    pub fn refusal(&self) -> Option<StoreFault> {
        match &self.poison {
            Some(because) => Some(StoreFault::Poisoned { because: because.clone() }),
            None => self.is_closing.then_some(StoreFault::Closed),
        }
    }

    /// How many rows may be on their way.
    pub fn rows_max(&self) -> usize {
        usize::try_from(self.stored / ROWS_IN_TREE).unwrap_or(ROWS_MAX).clamp(ROWS_MIN, ROWS_MAX)
    }

    /// Must so many commits wait before they enter? What is larger than all room there is enters when nothing is before it.
    pub(super) fn is_full(&self, commits: usize) -> bool {
        let waits = !self.submitted.is_empty() && self.submitted.len() + commits > SUBMITTED_MAX;
        let lags = self.last.0 - self.applied.0 > UNAPPLIED_MAX || self.rows > self.rows_max();
        waits || lags
    }

    /// May what is durable wait for more to come?
    pub(super) fn may_gather(&self) -> bool {
        self.unapplied_rows < GATHERED_ROWS && self.settling == 0 && !self.is_closing && self.poison.is_none()
    }

    /// May what was submitted wait for more to come?
    pub(super) fn may_linger(&self) -> bool {
        let is_little = self.submitted.len() < BATCH_COMMITS_MAX && self.submitted_bytes < LINGERING_BYTES;
        is_little && self.awaited == 0 && self.settling == 0 && !self.is_closing && self.poison.is_none()
    }

    /// Does the committer rest, and has work now?
    pub(super) fn wakes_committer(&self) -> bool {
        match self.committer {
            Rest::None => false,
            Rest::ForSome => !self.submitted.is_empty(),
            Rest::ForMore => !self.may_linger(),
        }
    }

    /// Does the applier rest, and has work now?
    pub(super) fn wakes_applier(&self) -> bool {
        match self.applier {
            Rest::None => false,
            Rest::ForSome => !self.unapplied.is_empty(),
            Rest::ForMore => !self.may_gather(),
        }
    }

    /// A commit enters, as the last.
    pub fn push(&mut self, submitted: Submitted) {
        self.last = submitted.frame.lsn;
        self.rows += submitted.rows.len();
        self.submitted_bytes += submitted.frame.payload.len();
        self.awaited += submitted.dones.len();
        self.submitted.push_back(submitted);
    }

    /// The first of what was submitted is durable.
    pub(super) fn pop(&mut self) -> Option<(Lsn, Vec<Done>)> {
        let Submitted { frame, rows, dones } = self.submitted.pop_front()?;
        self.durable = frame.lsn;
        self.submitted_bytes -= frame.payload.len();
        self.awaited -= dones.len();
        self.unapplied_rows += rows.len();
        self.unapplied.push_back(Durable { lsn: frame.lsn, rows });
        Some((frame.lsn, dones))
    }

    /// The frame at that place, if it is not durable yet.
    pub fn frame(&self, place: Place) -> Option<Arc<Frame>> {
        let at = self.submitted.binary_search_by_key(&place, |submitted| submitted.frame.place).ok()?;
        self.submitted.get(at).map(|submitted| Arc::clone(&submitted.frame))
    }

    pub(super) fn batch(&self) -> Vec<Arc<Frame>> {
        let mut bytes = 0;
        let fits = |frame: &&Arc<Frame>| {
            let is_first = bytes == 0;
            bytes += frame.payload.len();
            is_first || bytes <= BATCH_BYTES_MAX
        };
        self.submitted.iter().take(BATCH_COMMITS_MAX).map(|submitted| &submitted.frame).take_while(fits).cloned().collect()
    }
}
