//! The way of a commit to the journal, and of its rows to the tree: one lock over the queue, five reasons to wait.

use crate::model::id::Lsn;
use crate::store::contract::{Done, Frame, StoreFault};
use crate::store::guard::{locked, wait_while};
use crate::store::queue::{Durable, GATHERED_ROWS, GATHERING, LINGERING, Queue, Rest, UNAPPLIED_MAX};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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

impl Way {
    /// A way on which everything up to there has gone, to a tree of so many rows.
    pub fn from(last: Lsn, applied: Lsn, stored: u64) -> Self {
        let queue = Queue { last, durable: last, applied, stored, ..Queue::default() };
        Self { queue: Mutex::new(queue), ..Self::default() }
    }

    /// Looks at it.
    pub fn queue(&self) -> MutexGuard<'_, Queue> {
        locked(&self.queue)
    }

    /// Waits until so many commits may enter. They do so under the guard returned; then give it to `entered`.
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
            Some(submitted) => {
                submitted.dones.push(done);
                queue.awaited += 1;
                self.entered(queue);
            }
            None => {
                drop(queue);
                done(Ok(last));
            }
        }
        Ok(last)
    }

    /// Tells the committer.
    pub fn entered(&self, queue: MutexGuard<'_, Queue>) {
        let wakes = queue.wakes_committer();
        drop(queue);
        if wakes {
            self.to_write.notify_one();
        }
    }

    /// Waits for a batch to write; none when the way is closed and all is written.
    pub fn next_batch(&self) -> Option<(Lsn, Vec<Arc<Frame>>)> {
        let mut queue = self.queue();
        queue.committer = Rest::ForSome;
        let mut queue = wait_while(&self.to_write, queue, |queue| queue.submitted.is_empty() && !queue.is_closing);
        queue.committer = Rest::ForMore;
        let lingered = self.to_write.wait_timeout_while(queue, LINGERING, |queue| queue.may_linger());
        let (mut queue, _) = lingered.unwrap_or_else(PoisonError::into_inner);
        queue.committer = Rest::None;
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
            let Some((lsn, waiting)) = queue.pop() else { break };
            dones.extend(waiting.into_iter().map(|done| (done, lsn)));
        }
        let wakes = queue.wakes_applier();
        drop(queue);
        self.room.notify_all();
        if wakes {
            self.to_apply.notify_one();
        }
        self.settled.notify_all();
        dones
    }

    /// Nothing more becomes durable. Returns whom to tell.
    pub fn poison(&self, because: &str) -> Vec<Done> {
        let mut queue = self.queue();
        queue.poison.get_or_insert_with(|| because.to_owned());
        let dones = queue.submitted.iter_mut().flat_map(|submitted| std::mem::take(&mut submitted.dones)).collect();
        queue.awaited = 0;
        drop(queue);
        self.ring();
        dones
    }

    /// Waits for durable commits, and for more of them to come; takes about as many as are gathered. None when the way is
    /// closed and all is applied.
    pub fn next_rows(&self) -> Option<Vec<Durable>> {
        let idle = |queue: &mut Queue| {
            let is_over = queue.poison.is_some() || (queue.is_closing && queue.submitted.is_empty());
            queue.unapplied.is_empty() && !is_over
        };
        let mut queue = self.queue();
        queue.applier = Rest::ForSome;
        let mut queue = wait_while(&self.to_apply, queue, idle);
        queue.applier = Rest::ForMore;
        let gathered = self.to_apply.wait_timeout_while(queue, GATHERING, |queue| queue.may_gather());
        let (mut queue, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        queue.applier = Rest::None;
        let (mut rows, rows_max) = (0, GATHERED_ROWS.max(queue.rows_max() / 2));
        let mut taken = Vec::new();
        while rows < rows_max
            && let Some(durable) = queue.unapplied.pop_front()
        {
            rows += durable.rows.len();
            taken.push(durable);
        }
        queue.unapplied_rows = queue.unapplied_rows.saturating_sub(rows);
        (!taken.is_empty()).then_some(taken)
    }

    /// Everything up to there is in the tree, which has so many rows now: so many that `next_rows` gave.
    pub fn applied(&self, up_to: Lsn, rows: usize, stored: u64) {
        let mut queue = self.queue();
        (queue.applied, queue.stored) = (up_to, stored);
        queue.rows = queue.rows.saturating_sub(rows);
        drop(queue);
        self.room.notify_all();
        self.settled.notify_all();
    }

    /// Does somebody wait for the tree, or soon will? Then nothing may keep the applier.
    pub fn is_pressed(&self) -> bool {
        let queue = self.queue();
        let lags = queue.last.0 - queue.applied.0 > UNAPPLIED_MAX / 4 || queue.rows > queue.rows_max() / 4;
        lags || queue.settling > 0 || queue.is_closing || queue.poison.is_some()
    }

    /// Waits until all that was submitted is durable and in the tree.
    pub fn settle(&self) -> Result<(), StoreFault> {
        let mut queue = self.queue();
        let target = queue.last;
        queue.settling += 1;
        self.to_write.notify_one();
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
#[expect(clippy::expect_used, reason = "a test that cannot go on ends")]
mod tests {
    use super::Way;
    use crate::model::id::Lsn;
    use crate::store::contract::{Frame, Place, SUBMITTED_MAX};
    use crate::store::leaf::RowChange;
    use crate::store::queue::{BATCH_COMMITS_MAX, ROWS_MAX, ROWS_MIN, Submitted, UNAPPLIED_MAX};
    use std::sync::Arc;

    #[test]
    fn only_what_nobody_waits_for_waits_for_more() {
        let way = Way::from(Lsn(0), Lsn(0), 0);
        way.queue().push(commit(1, 1));
        assert!(way.queue().may_linger());
        way.barrier(Box::new(drop)).expect("it is open");
        assert!(!way.queue().may_linger(), "somebody waits for what is before it");
        way.wrote(1);
        (2..=BATCH_COMMITS_MAX as u64).for_each(|lsn| way.queue().push(commit(lsn, 1)));
        assert!(way.queue().may_linger(), "who waited was told");
        way.queue().push(commit(BATCH_COMMITS_MAX as u64 + 1, 1));
        assert!(!way.queue().may_linger(), "they are as many as a batch may be");
        way.wrote(usize::MAX);
        way.queue().push(commit(5_000, 1));
        assert!(way.queue().may_linger());
        way.close();
        assert!(!way.queue().may_linger(), "nothing more comes");
    }

    #[test]
    fn more_rows_may_wait_for_a_large_tree_and_half_of_them_go_in_together() {
        let way = Way::from(Lsn(0), Lsn(0), 4 * 32 * ROWS_MIN as u64);
        (1..=4).for_each(|lsn| way.queue().push(commit(lsn, ROWS_MIN)));
        assert!(!way.queue().is_full(1), "four times as many as for a small one");
        way.queue().push(commit(5, 1));
        assert!(way.queue().is_full(1));
        way.wrote(5);
        assert_eq!(way.next_rows().map(|taken| taken.len()), Some(2));
        way.applied(Lsn(2), 2 * ROWS_MIN, u64::MAX);
        assert_eq!(way.queue().rows_max(), ROWS_MAX, "however large it is");
    }

    fn commit(lsn: u64, rows: usize) -> Submitted {
        let rows: Vec<RowChange> = (0..rows).map(|row| (row.to_be_bytes().to_vec(), None)).collect();
        let frame = Arc::new(Frame { lsn: Lsn(lsn), place: Place(lsn), payload: Vec::new() });
        Submitted { frame, rows, dones: Vec::new() }
    }

    #[test]
    fn who_enters_waits_for_rows_and_for_commits_until_they_are_in_the_tree() {
        let way = Way::from(Lsn(0), Lsn(0), 0);
        let is_full = |commits| way.queue().is_full(commits);
        assert!(!is_full(SUBMITTED_MAX + 1), "nothing is before it");
        way.queue().push(commit(1, ROWS_MIN));
        assert!(!is_full(1));
        way.queue().push(commit(2, 1));
        assert!(is_full(1), "there are too many rows");
        way.wrote(2);
        assert!(is_full(1), "they are durable, and still in memory");
        let taken = way.next_rows().unwrap_or_default();
        way.applied(Lsn(1), taken.iter().map(|durable| durable.rows.len()).sum(), 0);
        assert!(!is_full(1));
        (3..=UNAPPLIED_MAX + 2).for_each(|lsn| way.queue().push(commit(lsn, 1)));
        way.wrote(usize::MAX);
        assert!(is_full(1), "there are too many commits");
    }
}
