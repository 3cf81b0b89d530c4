//! `engine status --json`, document `engine.status/1`: campaigns in numbers.

use crate::model::campaign::{Action, Campaign};
use crate::model::id::{CampaignId, StepId};
use crate::model::journal::Installed;
use crate::model::time::Timestamp;
use crate::runtime::census::counts::Counts;
use crate::runtime::census::group::Group;
use crate::runtime::query::accounts::{AccountRow, under_way};
pub use crate::runtime::query::quarantine::QuarantineRow;
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusReport {
    pub schema: String,
    pub time: String,
    /// Everything is paused by the operator.
    pub paused: bool,
    /// By name and version; old versions while somebody is on them.
    pub campaigns: Vec<CampaignStatus>,
    pub accounts: Vec<AccountRow>,
    /// The data was restored from a backup, and nothing is sent before it is known what went out since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<QuarantineRow>,
}

/// A version of a campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignStatus {
    pub name: String,
    pub version: u32,
    pub hash: String,
    /// New people enter this version.
    pub current: bool,
    /// Paused by the operator.
    pub paused: bool,
    pub contacts: ContactCounts,
    /// Every outcome, in the order of the campaign.
    pub outcomes: serde_json::Map<String, serde_json::Value>,
    pub steps: Vec<StepStatus>,
    pub sends: SendCounts,
    pub rates: Rates,
    /// When the next timer of anybody falls due.
    pub next_wake: Option<String>,
    /// Everybody of the campaign by version, oldest first: the same in each of its versions.
    #[serde(default)]
    pub versions: Vec<VersionCount>,
}

/// How many people a version has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionCount {
    pub version: u32,
    pub hash: String,
    pub contacts: u64,
}

/// People by where they are; the others add up to `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ContactCounts {
    pub total: u64,
    pub queued: u64,
    pub active: u64,
    pub paused: u64,
    pub parked: u64,
    pub ended: u64,
}

/// A step, and how many people are there, went through it, failed at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepStatus {
    pub label: String,
    pub kind: String,
    pub here: u64,
    pub passed: u64,
    pub failed: u64,
}

/// What was performed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SendCounts {
    pub invite: u64,
    pub message: u64,
    pub inmail: u64,
}

/// Shares from 0 to 1; none while there is nobody to take a share of.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Rates {
    /// Of those invited.
    pub accepted: Option<f64>,
    /// Of those anything was sent to.
    pub replied: Option<f64>,
}

/// What is counted of one version.
#[derive(Default)]
struct Tally {
    contacts: ContactCounts,
    outcomes: Vec<u64>,
    steps: Vec<[u64; 3]>,
    sends: SendCounts,
    invited: u64,
    accepted: u64,
    reached: u64,
    replied: u64,
    next_wake: Option<Timestamp>,
}

impl Query<'_> {
    /// How campaigns stand; all of them, or every version of one.
    pub fn status(&self, campaign: Option<&str>) -> Result<StatusReport, QueryFault> {
        self.check_campaign(campaign)?;
        let (mut tallies, people) = self.view.counts(self.store, |counts| (self.tallies(counts), under_way(counts)))?;
        let wanted = self.view.campaigns.values().filter(|installed| campaign.is_none_or(|name| installed.campaign.name == name));
        let mut campaigns: Vec<CampaignStatus> = wanted
            .filter_map(|installed| match tallies.remove(&installed.id) {
                Some(tally) => Some(tally.report(installed)),
                None => installed.is_current.then(|| Tally::default().report(installed)),
            })
            .collect();
        campaigns.sort_by(|one, two| (&one.name, one.version).cmp(&(&two.name, two.version)));
        count_versions(&mut campaigns);
        Ok(StatusReport {
            schema: "engine.status/1".to_owned(),
            time: iso(self.view.now),
            paused: self.view.paused.is_some(),
            campaigns,
            accounts: self.account_rows(&people),
            quarantine: self.view.quarantine_row(),
        })
    }

    fn tallies(&self, counts: &Counts) -> BTreeMap<CampaignId, Tally> {
        let mut tallies: BTreeMap<CampaignId, Tally> = BTreeMap::new();
        for (group, people) in counts.groups() {
            if let Some(installed) = self.view.campaigns.get(&group.campaign) {
                tallies.entry(group.campaign).or_default().take(
                    &installed.campaign,
                    self.view.is_halted(installed.id),
                    group,
                    people,
                );
            }
        }
        for (_, person, group) in counts.people(None) {
            if let (Some(at), Some(tally)) = (person.wakes_at(), tallies.get_mut(&group.campaign)) {
                tally.next_wake = Some(tally.next_wake.map_or(at, |next| next.min(at)));
            }
        }
        tallies
    }
}

impl Tally {
    fn take(&mut self, campaign: &Campaign, is_halted: bool, group: &Group, people: u64) {
        self.outcomes.resize(campaign.outcomes.len(), 0);
        self.steps.resize(campaign.steps.len(), [0; 3]);
        let counts = &mut self.contacts;
        counts.total += people;
        *match group.phase.word(is_halted) {
            "queued" => &mut counts.queued,
            "active" => &mut counts.active,
            "paused" => &mut counts.paused,
            "parked" => &mut counts.parked,
            _ => &mut counts.ended,
        } += people;
        if let Some(count) = group.outcome.and_then(|outcome| self.outcomes.get_mut(outcome.0 as usize)) {
            *count += people;
        }
        for (at, [here, passed, failed]) in self.steps.iter_mut().enumerate() {
            let step = StepId(u32::try_from(at).unwrap_or(u32::MAX));
            *here += if group.here.contains(&Some(step)) { people } else { 0 };
            *passed += if group.trail.has_passed(step) { people } else { 0 };
            *failed += if group.trail.has_failed(step) { people } else { 0 };
        }
        let (sends, is_reached) = (group.sends, group.is_reached());
        let of_them = |is_counted: bool| if is_counted { people } else { 0 };
        self.sends.invite += people * u64::from(sends.invites);
        self.sends.message += people * u64::from(sends.messages);
        self.sends.inmail += people * u64::from(sends.inmails);
        self.invited += of_them(group.is_invited);
        self.accepted += of_them(group.is_invited && group.is_accepted);
        self.reached += of_them(is_reached);
        self.replied += of_them(is_reached && group.has_replied);
    }

    fn report(self, installed: &Installed) -> CampaignStatus {
        let campaign = &installed.campaign;
        let count = |counts: &[u64], at: usize| counts.get(at).copied().unwrap_or(0);
        let outcomes = campaign.outcomes.iter().enumerate();
        let steps = campaign
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| !matches!(step.action, Action::Return | Action::RepeatStart { .. }));
        CampaignStatus {
            name: campaign.name.clone(),
            version: campaign.version,
            hash: campaign.hash.to_string(),
            current: installed.is_current,
            paused: installed.is_paused,
            contacts: self.contacts,
            outcomes: outcomes.map(|(at, outcome)| (outcome.name.clone(), count(&self.outcomes, at).into())).collect(),
            steps: steps
                .map(|(at, step)| {
                    let [here, passed, failed] = self.steps.get(at).copied().unwrap_or_default();
                    StepStatus { label: step.label.clone(), kind: step.action.kind().to_owned(), here, passed, failed }
                })
                .collect(),
            sends: self.sends,
            rates: Rates { accepted: share(self.accepted, self.invited), replied: share(self.replied, self.reached) },
            next_wake: self.next_wake.map(iso),
            versions: Vec::new(),
        }
    }
}

/// A share to four places.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}

/// Tells every version how many people each version of its campaign has.
fn count_versions(campaigns: &mut [CampaignStatus]) {
    let mut versions: BTreeMap<String, Vec<VersionCount>> = BTreeMap::new();
    for campaign in campaigns.iter() {
        let count = VersionCount { version: campaign.version, hash: campaign.hash.clone(), contacts: campaign.contacts.total };
        versions.entry(campaign.name.clone()).or_default().push(count);
    }
    for campaign in campaigns {
        campaign.versions = versions.get(&campaign.name).cloned().unwrap_or_default();
    }
}
