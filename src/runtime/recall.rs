//! What a partition knows, read off the rows when it is opened.

use crate::model::enrollment::Enrollment;
use crate::model::id::EnrollmentId;
use crate::model::journal::{Key, Meta, Record, Table};
use crate::model::planted::{Bug, is_planted};
use crate::runtime::limits::Use;
use crate::runtime::partition::{Counters, Partition};
use crate::store::contract::{Store, StoreFault};
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

/// Enrollments that a reader hands over at once when a partition is opened, and how often it may be ahead: some hundred KiB.
const PORTION_ROWS: usize = 64;
const PORTIONS_AHEAD_MAX: usize = 8;
/// From so many enrollments on more than one thread reads them.
const MANY_ROWS: u64 = 20_000;

impl Partition {
    /// Rebuilds the working copies by one scan of the store.
    pub(super) fn read_rows(&mut self) -> Result<(), StoreFault> {
        let store = Arc::clone(&self.parts.store);
        let tables = [
            Table::Meta,
            Table::Account,
            Table::Campaign,
            Table::Intent,
            Table::Usage,
            Table::Inbox,
            Table::Unrouted,
            Table::Move,
            Table::Outgoing,
            Table::Past,
        ];
        for table in tables {
            store.scan(table, None, &mut |record| {
                self.read_row(record);
                ControlFlow::Continue(())
            })?;
        }
        self.relate_versions();
        self.read_enrollments()
    }

    /// Others read the rows while this thread notes them: all of them at once would be most of the memory a start takes.
    fn read_enrollments(&mut self) -> Result<(), StoreFault> {
        let last = self.counters.enrollment;
        let readers = if last < MANY_ROWS { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) as u64 };
        let (send, read) = sync_channel::<Vec<Enrollment>>(PORTIONS_AHEAD_MAX);
        std::thread::scope(|scope| {
            let reading: Vec<_> = shares(last, readers)
                .map(|(after, to)| {
                    let (store, send) = (Arc::clone(&self.parts.store), send.clone());
                    scope.spawn(move || read_between(&*store, after, to, &send))
                })
                .collect();
            drop(send);
            for enrollment in read.into_iter().flatten() {
                if is_planted(Bug::TimerInMemory) && enrollment.next_wake().is_some() {
                    continue;
                }
                self.note(&enrollment)?;
            }
            reading.into_iter().try_for_each(|reader| reader.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
    }

    fn read_row(&mut self, record: Record) {
        match record {
            Record::Meta(Meta::Counters { contact, enrollment, account, campaign, .. }) => {
                self.counters = Counters { contact, enrollment, account, campaign };
            }
            Record::Meta(Meta::Paused { .. }) if is_planted(Bug::PauseInMemory) => {}
            Record::Meta(Meta::Paused { since }) => self.paused = since,
            Record::Meta(Meta::Alive { at }) => self.outages.push((at, self.parts.clock.now())),
            Record::Account(account) => {
                self.parts.directory.note(&account);
                self.accounts.insert(account.id, *account);
            }
            Record::Campaign(installed) => {
                self.campaigns.insert(installed.id, Arc::new(*installed));
            }
            Record::Intent(intent) => {
                self.intents.insert(intent.key, *intent);
            }
            Record::Usage { .. } if is_planted(Bug::UsageInMemory) => {}
            Record::Usage { account, budget, at, key, campaign } => {
                self.usage.add(account, budget, Use { at, key, campaign });
            }
            Record::Inbox(row) => {
                self.parts.gate.close(&row.enrollments);
                self.inbox.insert(row.row);
            }
            Record::Meta(Meta::Deciding { versions }) => self.moves.deciding = versions,
            Record::Move { enrollment, to } => self.moves.read(enrollment, to),
            Record::Outgoing(letter) => self.letters.note(letter.row, Some(*letter)),
            Record::Meta(Meta::Quarantine(standing)) => self.isolation.standing = Some(*standing),
            Record::Unrouted { row, .. } => self.sweeping.note_unrouted(row),
            Record::Past(past) => self.isolation.know(*past),
            Record::Task(_)
            | Record::Meta(Meta::Anchor { .. } | Meta::Limits { .. } | Meta::Applied { .. })
            | Record::Enrollment(_)
            | Record::Contact(_)
            | Record::Route { .. }
            | Record::Claim { .. }
            | Record::Seen { .. } => {}
        }
    }
}

/// Reads the enrollments numbered from behind `after` up to `to`, in portions; the first of all has number 1.
fn read_between(
    store: &dyn Store,
    after: EnrollmentId,
    to: EnrollmentId,
    send: &SyncSender<Vec<Enrollment>>,
) -> Result<(), StoreFault> {
    let mut portion = Vec::with_capacity(PORTION_ROWS);
    let begin = (after.0 > 0).then_some(Key::Enrollment(after));
    store.scan(Table::Enrollment, begin.as_ref(), &mut |record| {
        let Record::Enrollment(enrollment) = record else { return ControlFlow::Continue(()) };
        if enrollment.id > to {
            return ControlFlow::Break(());
        }
        portion.push(*enrollment);
        if portion.len() < PORTION_ROWS {
            return ControlFlow::Continue(());
        }
        let full = std::mem::replace(&mut portion, Vec::with_capacity(PORTION_ROWS));
        // Nobody listens any more when noting has failed.
        if send.send(full).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    drop(send.send(portion));
    Ok(())
}

/// The numbers up to `last` shared out: each share goes from behind a number up to another. Nobody has a larger one; were
/// there somebody, the last share would have them.
fn shares(last: u64, readers: u64) -> impl Iterator<Item = (EnrollmentId, EnrollmentId)> {
    let each = last / readers.max(1);
    let end = move |nth: u64| if nth + 1 == readers { u64::MAX } else { each * (nth + 1) };
    (0..readers).map(move |nth| (EnrollmentId(each * nth), EnrollmentId(end(nth))))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use super::{PORTION_ROWS, read_between, shares};
    use crate::model::id::{CampaignId, ContactId, EnrollmentId};
    use crate::model::journal::{Cause, Change, Commit, Record};
    use crate::model::time::Timestamp;
    use crate::runtime::entry::new_enrollment;
    use crate::store::contract::{Store, commit};
    use crate::store::memory::MemoryStore;
    use std::collections::BTreeMap;
    use std::sync::mpsc::sync_channel;

    fn store(people: u64) -> MemoryStore {
        let store = MemoryStore::new();
        let at = Timestamp(0);
        let enrollment = |id| new_enrollment(EnrollmentId(id), CampaignId(1), ContactId(id), BTreeMap::new(), at);
        let changes = (1..=people).map(|id| Change::Put(Record::Enrollment(Box::new(enrollment(id))))).collect();
        commit(&store, vec![Commit { at, cause: Cause::Enrolment, changes, entries: Vec::new() }]).unwrap();
        store
    }

    #[test]
    fn however_many_read_everybody_is_read_once() {
        for (people, readers) in [(0, 1), (1, 2), (2, 3), (7, 3), (3 * PORTION_ROWS as u64 + 1, 2)] {
            let store = store(people);
            let (send, read) = sync_channel(people as usize + 8);
            shares(people, readers).for_each(|(after, to)| read_between(&store as &dyn Store, after, to, &send).unwrap());
            drop(send);
            let read: Vec<u64> = read.into_iter().flatten().map(|enrollment| enrollment.id.0).collect();
            assert_eq!(read, (1..=people).collect::<Vec<_>>(), "{people} people, {readers} readers");
        }
    }
}
