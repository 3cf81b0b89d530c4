//! What a restored store waits for, in words: `engine status`, `why` and `doctor` say it.

use crate::model::account::Health;
use crate::model::id::AccountId;
use crate::model::time::Timestamp;
use crate::runtime::answer::SETTLE_MS;
use crate::runtime::query::iso;
use crate::runtime::query::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a restored store waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuarantineRow {
    /// What went out after this is not known.
    pub known_until: String,
    /// When the lists can be read at the earliest; none: no engine has run since the restoration.
    pub reads_at: Option<String>,
    /// The accounts whose history is not read yet.
    pub waits_for: Vec<String>,
    /// In a sentence.
    pub sentence: String,
}

impl View {
    /// What the restored store waits for, if it does.
    pub fn quarantine_row(&self) -> Option<QuarantineRow> {
        let standing = self.quarantine.as_ref()?;
        let unread = self.accounts.values().filter(|account| !standing.read.contains(&account.id));
        let waits_for: Vec<String> = unread.map(|account| account.spec.name.clone()).collect();
        let sentence = match (&standing.since, waits_for.as_slice()) {
            (None, _) => "the data was restored from a backup: `engine run` reads what went out since before it sends".to_owned(),
            (Some(_), names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("the data was restored from a backup: what went out since is read first ({})", names.join(", "))
            }
        };
        let (known_until, reads_at) = (iso(standing.from), self.quarantine_reads_at().map(iso));
        Some(QuarantineRow { known_until, reads_at, waits_for, sentence })
    }

    /// Does the restored store hold the account's calls back? As `runtime/quarantine` does.
    pub fn is_isolated(&self, id: AccountId) -> bool {
        let Some(standing) = &self.quarantine else { return false };
        let works = self.accounts.values().filter(|account| matches!(account.health, Health::Ok | Health::Unknown));
        works.map(|account| account.id).chain([id]).any(|id| !standing.read.contains(&id))
    }

    /// When the lists can be read that a restored store waits for.
    pub fn quarantine_reads_at(&self) -> Option<Timestamp> {
        Some(self.quarantine.as_ref()?.since?.plus_ms(SETTLE_MS).max(self.now))
    }
}
