//! Budgets in rolling windows: how much room an account has, and when it has some again (RUNTIME.md §6).
//!
//! Counted at intent; moved to the time of the answer once that is known, so that what the far side saw never exceeds a
//! window either.

use crate::model::account::Budget;
use crate::model::campaign::{Caps, Limits};
use crate::model::id::{AccountId, CampaignId, EffectKey, EnrollmentId, Visit};
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{DAY_MS, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The rolling windows, in milliseconds: 24 hours, 7 days, 30 days.
pub const WINDOWS_MS: [i64; 3] = [DAY_MS, 7 * DAY_MS, 30 * DAY_MS];

/// One use of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub at: Timestamp,
    pub key: EffectKey,
    pub campaign: CampaignId,
}

/// Every use of the last 30 days, by account and budget.
#[derive(Debug, Default, Clone)]
pub struct Usage {
    uses: BTreeMap<(AccountId, Budget), BTreeSet<Use>>,
    /// The first version of each campaign: all versions share its own limits.
    first: BTreeMap<CampaignId, CampaignId>,
}

impl Usage {
    /// Makes known which versions are one campaign's: id and name of each.
    pub fn relate<'n>(&mut self, versions: impl Iterator<Item = (CampaignId, &'n str)>) {
        self.first.extend(firsts(versions));
    }

    /// Is all that known already?
    pub fn is_related<'n>(&self, versions: impl Iterator<Item = (CampaignId, &'n str)>) -> bool {
        firsts(versions).iter().all(|(id, first)| self.first.get(id) == Some(first))
    }

    fn first(&self, campaign: CampaignId) -> CampaignId {
        self.first.get(&campaign).copied().unwrap_or(campaign)
    }

    /// One more. Was it not known yet?
    pub fn add(&mut self, account: AccountId, budget: Budget, used: Use) -> bool {
        self.uses.entry((account, budget)).or_default().insert(used)
    }

    /// Takes one back: it was definitely not performed, or it is counted anew at another time. How many there were.
    pub fn remove(&mut self, account: AccountId, budget: Budget, at: Timestamp, key: EffectKey) -> usize {
        let Some(uses) = self.uses.get_mut(&(account, budget)) else { return 0 };
        let before = uses.len();
        uses.retain(|used| !(used.at == at && used.key == key));
        before - uses.len()
    }

    /// Those that lie more than 30 days back, taken out.
    pub fn expire(&mut self, account: AccountId, budget: Budget, now: Timestamp) -> Vec<Use> {
        let Some(uses) = self.uses.get_mut(&(account, budget)) else { return Vec::new() };
        let oldest = now.plus_ms(-31 * DAY_MS);
        let gone: Vec<Use> = uses.iter().take_while(|used| used.at < oldest).copied().collect();
        gone.iter().for_each(|used| {
            uses.remove(used);
        });
        gone
    }

    /// Every use that is remembered.
    pub fn all(&self) -> impl Iterator<Item = (AccountId, Budget, &Use)> {
        self.uses.iter().flat_map(|((account, budget), uses)| uses.iter().map(|used| (*account, *budget, used)))
    }

    /// Uses in each of `WINDOWS_MS`, now.
    pub fn counts(&self, account: AccountId, budget: Budget, now: Timestamp) -> [u32; 3] {
        WINDOWS_MS.map(|window| self.within(account, budget, None, now, window).count() as u32)
    }

    fn within(
        &self,
        account: AccountId,
        budget: Budget,
        campaign: Option<CampaignId>,
        now: Timestamp,
        window_ms: i64,
    ) -> impl DoubleEndedIterator<Item = &Use> {
        let first = EffectKey { enrollment: EnrollmentId(0), visit: Visit(0) };
        let is_by_day = is_planted(Bug::WindowByDay) && window_ms == DAY_MS;
        let window_ms = if is_by_day { now.0.rem_euclid(DAY_MS) + 1 } else { window_ms };
        let oldest = Use { at: now.plus_ms(1 - window_ms), key: first, campaign: CampaignId(0) };
        let uses = self.uses.get(&(account, budget)).map(|uses| uses.range(oldest..));
        uses.into_iter()
            .flatten()
            .filter(move |used| campaign.is_none_or(|campaign| self.first(used.campaign) == self.first(campaign)))
    }

    /// When one more use fits under the caps: `now`, or the first moment after which enough old ones have left.
    pub fn free_at(
        &self,
        account: AccountId,
        budget: Budget,
        campaign: Option<CampaignId>,
        caps: Caps,
        now: Timestamp,
    ) -> Timestamp {
        let caps = [caps.day, caps.week, caps.month];
        let mut free = now;
        for (window_ms, cap) in WINDOWS_MS.into_iter().zip(caps) {
            let Some(cap) = cap else { continue };
            if cap == 0 {
                return now.plus_ms(window_ms);
            }
            // The cap-th newest use: when it has left, cap - 1 remain and one more fits.
            let holding = self.within(account, budget, campaign, now, window_ms).rev().nth(cap as usize - 1);
            if let Some(used) = holding {
                free = free.max(used.at.plus_ms(window_ms + 1));
            }
        }
        free
    }
}

/// The first version of each version's campaign.
fn firsts<'n>(versions: impl Iterator<Item = (CampaignId, &'n str)>) -> BTreeMap<CampaignId, CampaignId> {
    let mut by_name: BTreeMap<&str, CampaignId> = BTreeMap::new();
    versions.map(|(id, name)| (id, *by_name.entry(name).or_insert(id))).collect()
}

/// The caps that hold for an account now: the workspace's, less while it ramps up.
pub fn caps_now(limits: &Limits, budget: Budget, age_since: Option<Timestamp>, now: Timestamp) -> Caps {
    let caps = limits.caps.get(&budget).copied().unwrap_or_default();
    let Some(ramp) = limits.ramp else { return caps };
    let age_ms = age_since.map_or(0, |since| now.since_ms(since)).max(0);
    let whole_ms = i64::from(ramp.days) * DAY_MS;
    if age_ms >= whole_ms || whole_ms == 0 {
        return caps;
    }
    let from = i64::from(ramp.from_percent.min(100));
    let percent = from + (100 - from) * age_ms / whole_ms;
    let part = |cap: Option<u32>| cap.map(|cap| if cap == 0 { 0 } else { ((i64::from(cap) * percent / 100) as u32).max(1) });
    Caps { day: part(caps.day), week: part(caps.week), month: part(caps.month) }
}

#[cfg(test)]
mod tests {
    use super::{Usage, Use, caps_now};
    use crate::model::account::Budget;
    use crate::model::campaign::{Caps, Limits, Ramp};
    use crate::model::id::{AccountId, CampaignId, EffectKey};
    use crate::model::time::{DAY_MS, HOUR_MS, Timestamp};
    use proptest::prelude::{prop_assert, proptest};

    fn used(at: i64) -> Use {
        Use { at: Timestamp(at), key: EffectKey::default_for_test(at), campaign: CampaignId(0) }
    }

    trait ForTest {
        fn default_for_test(n: i64) -> Self;
    }

    impl ForTest for EffectKey {
        fn default_for_test(n: i64) -> Self {
            Self { enrollment: crate::model::id::EnrollmentId(n as u64), visit: crate::model::id::Visit(1) }
        }
    }

    proptest! {
        /// Whatever the demand, no rolling window ever holds more than its cap.
        #[test]
        fn no_window_is_ever_exceeded(steps in proptest::collection::vec(0i64..DAY_MS, 1..200), day in 1u32..8, week in 3u32..20) {
            let caps = Caps { day: Some(day), week: Some(week), month: None };
            let (account, budget) = (AccountId(1), Budget::Invites);
            let (mut usage, mut now, mut done) = (Usage::default(), 0, Vec::new());
            for step in steps {
                now += step / 4;
                let free = usage.free_at(account, budget, None, caps, Timestamp(now));
                if free.0 <= now {
                    usage.add(account, budget, used(now));
                    done.push(now);
                }
            }
            for at in &done {
                let count = |window: i64| done.iter().filter(|other| **other > at - window && *other <= at).count();
                prop_assert!(count(DAY_MS) <= day as usize);
                prop_assert!(count(7 * DAY_MS) <= week as usize);
            }
        }
    }

    #[test]
    fn a_new_account_ramps_up() {
        let mut limits = Limits::defaults();
        limits.ramp = Some(Ramp { days: 20, from_percent: 20 });
        let day = |days: i64| caps_now(&limits, Budget::Messages, Some(Timestamp(0)), Timestamp(days * DAY_MS + HOUR_MS)).day;
        assert_eq!([day(0), day(10), day(20)], [Some(10), Some(30), Some(50)]);
    }
}
