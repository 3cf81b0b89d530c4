//! What goes on beside the paths: letters on their way, the clock's rounds, replies that are with the classifier. Data
//! only; `letters`, `rounds` and `hearing` move it.

use crate::model::id::CampaignId;
use crate::model::outgoing::{Delivery, Outgoing};
use crate::model::time::Timestamp;
use crate::runtime::outside::Outside;
use std::collections::{BTreeMap, BTreeSet};

/// Letters that have not arrived, those that are under way, and the way out.
#[derive(Default)]
pub(crate) struct Letters {
    pub(super) rows: BTreeMap<u64, Outgoing>,
    pub(super) posting: BTreeSet<u64>,
    pub(super) outside: Outside,
}

impl Letters {
    /// A letter as it now is; none: it is gone.
    pub(crate) fn note(&mut self, row: u64, letter: Option<Outgoing>) {
        match letter {
            Some(letter) => self.rows.insert(row, letter),
            None => self.rows.remove(&row),
        };
    }

    /// Is a letter under way, or waiting for its first attempt?
    pub(crate) fn is_posting(&self) -> bool {
        let is_fresh = |letter: &Outgoing| letter.attempts == 0 && due_at(letter).is_some();
        !self.posting.is_empty() || self.rows.values().any(is_fresh)
    }
}

/// When a letter is to be posted next; none: it was given up.
pub(super) fn due_at(letter: &Outgoing) -> Option<Timestamp> {
    match letter.state {
        Delivery::Due { next, .. } => Some(next),
        Delivery::Failed { .. } => None,
    }
}

/// How far the clock's rounds were made.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    /// Everything due until then is done; none: not begun.
    pub(super) until: Option<Timestamp>,
    pub(super) next: Option<Timestamp>,
    pub(super) is_reading: bool,
}

/// What a classifier said, campaign by campaign: a class, none of them, or why it said nothing.
pub type Heard = BTreeMap<CampaignId, Result<Option<String>, String>>;

/// Replies that are with the classifier at a time: somebody's model, which a flood of replies must not drown.
pub const ASKED_MAX: usize = 16;

/// Replies that are with the classifier, what it said of those that are back, and those whose turn it is then.
#[derive(Debug, Default)]
pub(crate) struct Hearing {
    pub(super) asked: BTreeSet<u64>,
    /// Rows of the inbox: as many as that holds.
    pub(super) waiting: BTreeSet<u64>,
    pub(super) heard: BTreeMap<u64, Heard>,
}

impl Hearing {
    /// Is it somebody's turn who waits for the classifier?
    pub(crate) fn has_room(&self) -> bool {
        !self.waiting.is_empty() && self.asked.len() < ASKED_MAX
    }

    /// Is a reply with the classifier?
    pub(crate) fn is_asking(&self) -> bool {
        !self.asked.is_empty() || !self.waiting.is_empty()
    }
}
