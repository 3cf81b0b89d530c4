//! What has done its time goes, in small portions: uses that no rolling window reaches any more, keys of old events, what
//! came in and was nobody's.

use crate::model::account::Budget;
use crate::model::id::AccountId;
use crate::model::journal::{Cause, InboxRow, Key, Record, Table};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::draft::Draft;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Keys of events are kept so long: a provider that tells of an event again does so within days.
pub const SEEN_MS: i64 = 31 * DAY_MS;
/// What is nobody's is kept so long, to be looked at.
const UNROUTED_MS: i64 = 31 * DAY_MS;
/// Rows looked at, and taken out, in one portion.
const PORTION: usize = 512;

impl Partition {
    /// Keeps what is nobody's, and lets the oldest of it go where there is too much.
    pub(super) fn keep_unrouted(&mut self, draft: &mut Draft, row: u64, stored: &InboxRow) {
        draft.put(Record::Unrouted { row, at: stored.at, body: stored.body.clone() });
        self.sweeping.note_unrouted(row);
        while let Some(oldest) = self.sweeping.overflow() {
            draft.delete(Key::Unrouted { row: oldest });
        }
    }

    fn sweep_unrouted(&mut self, draft: &mut Draft, now: Timestamp) -> Result<(), StoreFault> {
        for _ in 0..PORTION {
            let Some(row) = self.sweeping.unrouted.front().copied() else { return Ok(()) };
            match self.parts.store.get(&Key::Unrouted { row })? {
                Some(Record::Unrouted { at, .. }) if now.since_ms(at) < UNROUTED_MS => return Ok(()),
                Some(_) => draft.delete(Key::Unrouted { row }),
                // Erased, for somebody was in it.
                None => {}
            }
            self.sweeping.unrouted.pop_front();
        }
        Ok(())
    }

    /// Takes out one portion of what is old. Called at every sign of life.
    pub(super) fn sweep(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Command { word: "sweep".to_owned() }, now);
        let accounts: Vec<AccountId> = self.accounts.keys().copied().collect();
        for account in accounts {
            for budget in Budget::ALL {
                for used in self.usage.expire(account, budget, now) {
                    draft.delete(Key::Usage { account, budget, at: used.at, key: used.key });
                }
            }
        }
        self.sweep_letters(&mut draft, now);
        self.sweep_seen(&mut draft, now)?;
        self.sweep_unrouted(&mut draft, now)?;
        self.close_quietly(draft)?;
        Ok(())
    }

    /// The table is walked a portion at a time, round and round.
    fn sweep_seen(&mut self, draft: &mut Draft, now: Timestamp) -> Result<(), StoreFault> {
        let store = Arc::clone(&self.parts.store);
        let (mut looked_at, mut last) = (0, None);
        store.scan(Table::Seen, self.sweeping.swept_to.as_ref(), &mut |record| {
            looked_at += 1;
            last = Some(record.key());
            if let Record::Seen { key, at } = record
                && now.since_ms(at) >= SEEN_MS
            {
                draft.delete(Key::Seen { key });
            }
            if looked_at >= PORTION { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        self.sweeping.swept_to = last.filter(|_| looked_at >= PORTION);
        Ok(())
    }
}
