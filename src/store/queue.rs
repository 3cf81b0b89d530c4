//! What was submitted and is on its way: first to the journal, then to the tree. One lock, five reasons to wait.

use crate::model::id::Lsn;
use crate::store::contract::{Done, Frame, Place, SUBMITTED_MAX, StoreFault};
use crate::store::guard::{locked, wait_while};
use crate::store::leaf::RowChange;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most commits that may be durable and not yet in the tree: bounds the work of a start.
pub const UNAPPLIED_MAX: u64 = 32_768;

/// Most rows on their way to the tree before more may enter: bounds the memory of the overlay, some 300 bytes a row. A
/// commit of people who enter has a thousand.
pub const ROWS_MAX: usize = 1 << 17;

/// So many durable rows are brought into the tree at once …
pub const GATHERED_ROWS: usize = 8_192;

/// … or as many as there are after so long: a row that is changed again, or deleted, meanwhile costs the tree nothing. The
/// inbox is empty most of the time only because of it.
pub const GATHERING: Duration = Duration::from_millis(50);

/// A batch of the committer is at most so many commits …
pub const BATCH_COMMITS_MAX: usize = 1_024;

/// … and at most so many bytes, unless one commit alone is larger.
pub const BATCH_BYTES_MAX: usize = 1 << 20;

/// A commit on its way to the journal.
pub struct Submitted {
    pub frame: Arc<Frame>,
    pub rows: Vec<RowChange>,
    /// With the last commit of a `submit`; and whoever only waits for what came before.
    pub dones: Vec<Done>,
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
    /// Rows of what is in `unapplied`.
    unapplied_rows: usize,
    /// How many wait until all is in the tree.
    settling: usize,
    /// Why nothing more can be made durable.
    pub poison: Option<String>,
    pub is_closing: bool,
}

/// The queue and its bells.
#[derive(Default)]
pub struct Way {
    queue: Mutex<Queue>,
    room: Condvar,
    to_write: Condvar,
    to_apply: Condvar,
    settled: Condvar,
    closed: Condvar,
}

impl Queue {
    /// The fault that keeps commits out, if there is one.
    pub fn refusal(&self) -> Option<StoreFault> {
        match &self.poison {
            Some(because) => Some(StoreFault::Poisoned { because: because.clone() }),
            None => self.is_closing.then_some(StoreFault::Closed),
        }
    }

    /// Must so many commits wait before they enter? What is larger than all room there is enters when nothing is before it.
    fn is_full(&self, commits: usize) -> bool {
        let waits = !self.submitted.is_empty() && self.submitted.len() + commits > SUBMITTED_MAX;
        let lags = self.last.0 - self.applied.0 > UNAPPLIED_MAX || self.rows > ROWS_MAX;
        waits || lags
    }

    /// May what is durable wait for more to come?
    fn may_gather(&self) -> bool {
        self.unapplied_rows < GATHERED_ROWS && self.settling == 0 && !self.is_closing && self.poison.is_none()
    }

    /// A commit enters, as the last.
    pub fn push(&mut self, submitted: Submitted) {
        self.last = submitted.frame.lsn;
        self.rows += submitted.rows.len();
        self.submitted.push_back(submitted);
    }

    /// The frame at that place, if it is not durable yet.
    pub fn frame(&self, place: Place) -> Option<Arc<Frame>> {
        let at = self.submitted.binary_search_by_key(&place, |submitted| submitted.frame.place).ok()?;
        self.submitted.get(at).map(|submitted| Arc::clone(&submitted.frame))
    }

    fn batch(&self) -> Vec<Arc<Frame>> {
        let mut bytes = 0;
        let fits = |frame: &&Arc<Frame>| {
            let is_first = bytes == 0;
            bytes += frame.payload.len();
            is_first || bytes <= BATCH_BYTES_MAX
        };
        self.submitted.iter().take(BATCH_COMMITS_MAX).map(|submitted| &submitted.frame).take_while(fits).cloned().collect()
    }
}

impl Way {
    /// A way on which everything up to there has gone.
    pub fn from(last: Lsn, applied: Lsn) -> Self {
        let queue = Queue { last, durable: last, applied, ..Queue::default() };
        Self { queue: Mutex::new(queue), ..Self::default() }
    }

    /// Looks at it.
    pub fn queue(&self) -> MutexGuard<'_, Queue> {
        locked(&self.queue)
    }

    /// Waits until so many commits may enter. They do so under the guard returned; then call `entered`.
    pub fn enter(&self, commits: usize) -> Result<MutexGuard<'_, Queue>, StoreFault> {
        let queue = wait_while(&self.room, self.queue(), |queue| queue.is_full(commits) && queue.refusal().is_none());
        queue.refusal().map_or(Ok(queue), Err)
    }

    /// Tells when all that has entered is durable: at once, when it is.
    pub fn barrier(&self, done: Done) -> Result<Lsn, StoreFault> {
        let mut queue = self.queue();
        if let Some(refusal) = queue.refusal() {
            return Err(refusal);
        }
        let last = queue.last;
        match queue.submitted.back_mut() {
            Some(submitted) => submitted.dones.push(done),
            None => {
                drop(queue);
                done(Ok(last));
            }
        }
        Ok(last)
    }

    /// Tells the committer.
    pub fn entered(&self) {
        self.to_write.notify_one();
    }

    /// Waits for a batch to write; none when the way is closed and all is written.
    pub fn next_batch(&self) -> Option<(Lsn, Vec<Arc<Frame>>)> {
        let idle = |queue: &mut Queue| queue.submitted.is_empty() && !queue.is_closing;
        let queue = wait_while(&self.to_write, self.queue(), idle);
        let batch = queue.batch();
        (!batch.is_empty() && queue.poison.is_none()).then(|| (Lsn(queue.durable.0 + 1), batch))
    }

    /// Waits so long, or until the way is closed; says whether it is.
    pub fn pause(&self, time: Duration) -> bool {
        let queue = self.queue();
        let (queue, _) =
            self.closed.wait_timeout_while(queue, time, |queue| !queue.is_closing).unwrap_or_else(PoisonError::into_inner);
        queue.is_closing
    }

    /// So many of the first submitted commits are durable. Returns whom to tell, with what.
    pub fn wrote(&self, commits: usize) -> Vec<(Done, Lsn)> {
        let mut queue = self.queue();
        let mut dones = Vec::new();
        queue.batches += 1;
        for _ in 0..commits {
            let Some(submitted) = queue.submitted.pop_front() else { break };
            let lsn = submitted.frame.lsn;
            queue.durable = lsn;
            queue.unapplied_rows += submitted.rows.len();
            queue.unapplied.push_back(Durable { lsn, rows: submitted.rows });
            dones.extend(submitted.dones.into_iter().map(|done| (done, lsn)));
        }
        drop(queue);
        self.room.notify_all();
        self.to_apply.notify_one();
        self.settled.notify_all();
        dones
    }

    /// Nothing more becomes durable. Returns whom to tell.
    pub fn poison(&self, because: &str) -> Vec<Done> {
        let mut queue = self.queue();
        queue.poison.get_or_insert_with(|| because.to_owned());
        let dones = queue.submitted.iter_mut().flat_map(|submitted| std::mem::take(&mut submitted.dones)).collect();
        drop(queue);
        self.ring();
        dones
    }

    /// Waits for durable commits, and for more of them to come; takes some of about `GATHERED_ROWS`. None when the way is
    /// closed and all is applied.
    pub fn next_rows(&self) -> Option<Vec<Durable>> {
        let idle = |queue: &mut Queue| {
            let is_over = queue.poison.is_some() || (queue.is_closing && queue.submitted.is_empty());
            queue.unapplied.is_empty() && !is_over
        };
        let queue = wait_while(&self.to_apply, self.queue(), idle);
        let gathered = self.to_apply.wait_timeout_while(queue, GATHERING, |queue| queue.may_gather());
        let (mut queue, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        let mut rows = 0;
        let mut taken = Vec::new();
        while rows < GATHERED_ROWS
            && let Some(durable) = queue.unapplied.pop_front()
        {
            rows += durable.rows.len();
            taken.push(durable);
        }
        queue.unapplied_rows = queue.unapplied_rows.saturating_sub(rows);
        (!taken.is_empty()).then_some(taken)
    }

    /// Everything up to there is in the tree: so many rows that `next_rows` gave.
    pub fn applied(&self, up_to: Lsn, rows: usize) {
        let mut queue = self.queue();
        queue.applied = up_to;
        queue.rows = queue.rows.saturating_sub(rows);
        drop(queue);
        self.room.notify_all();
        self.settled.notify_all();
    }

    /// Does somebody wait for the tree, or soon will? Then nothing may keep the applier.
    pub fn is_pressed(&self) -> bool {
        let queue = self.queue();
        let lags = queue.last.0 - queue.applied.0 > UNAPPLIED_MAX / 4 || queue.rows > ROWS_MAX / 4;
        lags || queue.settling > 0 || queue.is_closing || queue.poison.is_some()
    }

    /// Waits until all that was submitted is durable and in the tree.
    pub fn settle(&self) -> Result<(), StoreFault> {
        let mut queue = self.queue();
        let target = queue.last;
        queue.settling += 1;
        self.to_apply.notify_one();
        let mut queue = wait_while(&self.settled, queue, |queue| queue.applied < target && queue.poison.is_none());
        queue.settling -= 1;
        match (&queue.poison, queue.applied < target) {
            (Some(because), true) => Err(StoreFault::Poisoned { because: because.clone() }),
            (_, _) => Ok(()),
        }
    }

    /// Lets nobody in any more; what is on its way goes to its end.
    pub fn close(&self) {
        self.queue().is_closing = true;
        self.ring();
    }

    fn ring(&self) {
        self.room.notify_all();
        self.to_write.notify_all();
        self.to_apply.notify_all();
        self.settled.notify_all();
        self.closed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::{ROWS_MAX, Submitted, UNAPPLIED_MAX, Way};
    use crate::model::id::Lsn;
    use crate::store::contract::{Frame, Place, SUBMITTED_MAX};
    use crate::store::leaf::RowChange;
    use std::sync::Arc;

    fn commit(lsn: u64, rows: usize) -> Submitted {
        let rows: Vec<RowChange> = (0..rows).map(|row| (row.to_be_bytes().to_vec(), None)).collect();
        let frame = Arc::new(Frame { lsn: Lsn(lsn), place: Place(lsn), payload: Vec::new() });
        Submitted { frame, rows, dones: Vec::new() }
    }

    #[test]
    fn who_enters_waits_for_rows_and_for_commits_until_they_are_in_the_tree() {
        let way = Way::from(Lsn(0), Lsn(0));
        let is_full = |commits| way.queue().is_full(commits);
        assert!(!is_full(SUBMITTED_MAX + 1), "nothing is before it");
        way.queue().push(commit(1, ROWS_MAX));
        assert!(!is_full(1));
        way.queue().push(commit(2, 1));
        assert!(is_full(1), "there are too many rows");
        way.wrote(2);
        assert!(is_full(1), "they are durable, and still in memory");
        let taken = way.next_rows().unwrap_or_default();
        way.applied(Lsn(1), taken.iter().map(|durable| durable.rows.len()).sum());
        assert!(!is_full(1));
        (3..=UNAPPLIED_MAX + 2).for_each(|lsn| way.queue().push(commit(lsn, 1)));
        way.wrote(usize::MAX);
        assert!(is_full(1), "there are too many commits");
    }
}
