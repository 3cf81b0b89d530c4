//! What accounts have used of their budgets, as the turns know it. With fifty accounts it is hundreds of thousands of rows, and
//! every question needs it.

use crate::model::account::Budget;
use crate::model::id::{AccountId, CampaignId, EffectKey};
use crate::model::journal::{Key, Record, Table};
use crate::model::time::Timestamp;
use crate::runtime::census::kept::OfRows;
use crate::runtime::limits::{Usage, Use};
use std::sync::Arc;

/// Every use, shared with the questions that look at it.
#[derive(Default)]
pub(super) struct Uses {
    usage: Arc<Usage>,
    row_count: usize,
}

impl Uses {
    /// The uses as they are now; `versions`: id and name of each version of a campaign.
    pub fn related<'n>(&mut self, versions: impl Iterator<Item = (CampaignId, &'n str)> + Clone) -> Arc<Usage> {
        if !self.usage.is_related(versions.clone()) {
            Arc::make_mut(&mut self.usage).relate(versions);
        }
        Arc::clone(&self.usage)
    }
}

impl OfRows for Uses {
    type Id = (AccountId, Budget, Timestamp, EffectKey);
    const TABLE: Table = Table::Usage;

    fn key((account, budget, at, key): Self::Id) -> Key {
        Key::Usage { account, budget, at, key }
    }

    fn put(&mut self, record: Record) {
        let Record::Usage { account, budget, at, key, campaign } = record else { return };
        // A question that still looks at them keeps its own.
        self.row_count += usize::from(Arc::make_mut(&mut self.usage).add(account, budget, Use { at, key, campaign }));
    }

    fn remove(&mut self, (account, budget, at, key): Self::Id) {
        let removed = Arc::make_mut(&mut self.usage).remove(account, budget, at, key);
        self.row_count = self.row_count.saturating_sub(removed);
    }

    fn row_count(&self) -> usize {
        self.row_count
    }
}
