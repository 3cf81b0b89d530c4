//! Who is on their way in which version, and where: what a change of a campaign is checked against.

use crate::model::afoot::{Afoot, Group, Known};
use crate::model::campaign::Campaign;
use crate::model::enrollment::{Enrollment, Status};
use crate::model::id::{AccountId, CampaignId, EnrollmentId, StepId};
use crate::model::journal::{Installed, Record, Table};
use crate::store::contract::{Store, StoreFault};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Everybody of one version, being counted.
#[derive(Default)]
struct Count {
    queued: u32,
    groups: BTreeMap<(StepId, bool, Known, Option<AccountId>), u32>,
}

/// Counts the people of every installed version of the campaigns that are `wanted` by name, oldest version first. Versions
/// without people are left out, but for the current ones.
pub fn afoot(store: &dyn Store, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Afoot>, StoreFault> {
    let mut installed: BTreeMap<CampaignId, Installed> = BTreeMap::new();
    let mut accounts: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut in_flight: BTreeSet<EnrollmentId> = BTreeSet::new();
    for table in [Table::Campaign, Table::Account, Table::Intent] {
        store.scan(table, None, &mut |record| {
            match record {
                Record::Campaign(found) if wanted(&found.campaign.name) => drop(installed.insert(found.id, *found)),
                Record::Account(account) => drop(accounts.insert(account.id, account.spec.name.clone())),
                Record::Intent(intent) => drop(in_flight.insert(intent.key.enrollment)),
                _ => {}
            }
            ControlFlow::Continue(())
        })?;
    }
    let mut counts: BTreeMap<CampaignId, Count> = BTreeMap::new();
    if installed.is_empty() {
        return Ok(Vec::new());
    }
    store.scan(Table::Enrollment, None, &mut |record| {
        if let Record::Enrollment(enrollment) = record
            && installed.contains_key(&enrollment.campaign)
        {
            counts.entry(enrollment.campaign).or_default().take(&enrollment, in_flight.contains(&enrollment.id));
        }
        ControlFlow::Continue(())
    })?;
    let all = installed.into_values().filter_map(|installed| {
        let count = counts.remove(&installed.id).unwrap_or_default();
        let found = count.told(installed, &accounts);
        (found.is_current || found.people() > 0).then_some(found)
    });
    let mut all: Vec<Afoot> = all.collect();
    all.sort_by(|one, two| (&one.campaign.name, one.campaign.version).cmp(&(&two.campaign.name, two.campaign.version)));
    Ok(all)
}

/// The names of those campaigns of which a version is installed that is not this one: only there is anybody to be counted
/// before it is installed.
pub fn changed<'c>(store: &dyn Store, campaigns: &'c [Campaign]) -> Result<BTreeSet<&'c str>, StoreFault> {
    let mut changed = BTreeSet::new();
    store.scan(Table::Campaign, None, &mut |record| {
        let Record::Campaign(found) = record else { return ControlFlow::Continue(()) };
        let same_name = campaigns.iter().find(|campaign| campaign.name == found.campaign.name);
        let is_same = |campaign: &&Campaign| {
            let of = |campaign: &Campaign| (campaign.hash, campaign.version);
            found.is_current && of(campaign) == of(&found.campaign) && campaign.migrations == found.campaign.migrations
        };
        changed.extend(same_name.filter(|campaign| !is_same(campaign)).map(|campaign| campaign.name.as_str()));
        ControlFlow::Continue(())
    })?;
    Ok(changed)
}

impl Count {
    fn take(&mut self, enrollment: &Enrollment, is_in_flight: bool) {
        match &enrollment.status {
            Status::Ended { .. } => {}
            Status::Queued => self.queued += 1,
            // Somebody queued who was paused, or wrote, before they began.
            Status::Active { path, handler: None, .. } if path.visit.0 == 0 => self.queued += 1,
            Status::Active { path, handler, .. } => {
                let is_busy = handler.is_some() || is_in_flight;
                let account = enrollment.lines.values().next().map(|line| line.account);
                *self.groups.entry((path.step, is_busy, known(enrollment), account)).or_default() += 1;
            }
        }
    }

    fn told(self, installed: Installed, accounts: &BTreeMap<AccountId, String>) -> Afoot {
        let group = |((step, is_busy, known, account), people): ((StepId, bool, Known, Option<AccountId>), u32)| {
            let account = account.and_then(|id| accounts.get(&id).cloned());
            Group { step, is_busy, known, account, people }
        };
        let groups = self.groups.into_iter().map(group).collect();
        Afoot { is_current: installed.is_current, campaign: installed.campaign, queued: self.queued, groups }
    }
}

fn known(enrollment: &Enrollment) -> Known {
    let (facts, sends) = (&enrollment.facts, enrollment.sends);
    Known {
        relation: facts.relation,
        is_invited: facts.invited_at.is_some(),
        has_replied: facts.replied_at.is_some(),
        has_message: sends.messages > 0,
        has_inmail: sends.inmails > 0,
    }
}
