//! What a new version does to the people of earlier ones, counted by place. The same passage that moves them says so.

use crate::lang::check::versions::decides;
use crate::model::afoot::Afoot;
use crate::model::campaign::Campaign;
use crate::model::id::StepId;
use crate::model::passage::{Landing, Passage};
use crate::plan::document::{Goes, PeoplePlan};
use std::collections::BTreeMap;

/// What installing the campaign means for everybody who is on an earlier version of it. Empty: nothing is decided.
pub fn moves(to: &Campaign, afoot: &[Afoot]) -> Vec<PeoplePlan> {
    if !decides(to, afoot) {
        return Vec::new();
    }
    let older = afoot.iter().filter(|found| found.campaign.name == to.name && found.campaign.hash != to.hash);
    older.flat_map(|older| of_version(to, older)).collect()
}

fn of_version(to: &Campaign, older: &Afoot) -> Vec<PeoplePlan> {
    let passage = Passage::new(&older.campaign, to);
    let mut counts: BTreeMap<StepId, (u32, u32)> = BTreeMap::new();
    for group in &older.groups {
        let (people, busy) = counts.entry(group.step).or_default();
        *people += group.people;
        *busy += if group.is_busy { group.people } else { 0 };
    }
    let version = older.campaign.version;
    let place = |(step, (people, busy)): (StepId, (u32, u32))| {
        let (goes, to) = match passage.landing(step) {
            Some(Landing::Stay(_)) => (Goes::Stay, None),
            Some(Landing::Enter(there)) => (Goes::GoTo, Some(label(to, there))),
            Some(Landing::Finish) | None => (Goes::Finish, None),
        };
        let busy = if goes == Goes::Finish { 0 } else { busy };
        PeoplePlan { version, label: Some(label(&older.campaign, step)), goes, to, people, busy }
    };
    let begin = PeoplePlan { version, label: None, goes: Goes::Begin, to: None, people: older.queued, busy: 0 };
    counts.into_iter().map(place).chain((older.queued > 0).then_some(begin)).collect()
}

fn label(campaign: &Campaign, step: StepId) -> String {
    campaign.steps.get(step.0 as usize).map_or_else(String::new, |step| step.label.clone())
}
