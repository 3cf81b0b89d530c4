//! What holds people back, and for how long: contact-time by limit.

use crate::model::account::Budget;
use crate::model::id::AccountId;
use crate::model::time::Timestamp;
use std::collections::BTreeMap;

/// A reason why somebody who could be written to, or could begin, is not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// `start N a day` of the campaign at that place.
    Starts { campaign: u32 },
    /// The sending hours, weekends and holidays of the schedule.
    Hours,
    /// The gap between two calls of one account.
    Gap { account: AccountId },
    /// A rolling window of the account: 0 is 24 hours, 1 is 7 days, 2 is 30 days.
    Limit { account: AccountId, budget: Budget, window: u8 },
    /// A rolling window of the campaign's own.
    CampaignLimit { campaign: u32, account: AccountId, budget: Budget },
    /// The ceiling of pending invitations.
    Ceiling { account: AccountId },
    /// What the provider itself lets through: invitations, or InMail credits.
    Provider { account: AccountId, budget: Budget },
}

/// Contact-time by reason, in milliseconds times people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holds(BTreeMap<Hold, i128>);

impl Holds {
    /// So many people were held from then to then.
    pub fn add(&mut self, hold: Hold, people: usize, from: Timestamp, to: Timestamp) {
        let ms = to.since_ms(from).max(0);
        if people > 0 && ms > 0 {
            *self.0.entry(hold).or_default() += i128::from(ms) * people as i128;
        }
    }

    /// Every reason and its contact-time, the longest first.
    pub fn sorted(&self) -> Vec<(Hold, i128)> {
        let mut all: Vec<(Hold, i128)> = self.0.iter().map(|(hold, time)| (*hold, *time)).collect();
        all.sort_by_key(|(hold, time)| (std::cmp::Reverse(*time), *hold));
        all
    }
}
