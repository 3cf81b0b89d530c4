//! `engine status --json`, document `engine.status/1`: campaigns in numbers.

use crate::model::campaign::Action;
use crate::model::enrollment::{Awaits, Enrollment, Hold, Status};
use crate::model::id::CampaignId;
use crate::model::journal::Installed;
use crate::model::time::Timestamp;
use crate::runtime::query::accounts::AccountRow;
pub use crate::runtime::query::quarantine::QuarantineRow;
use crate::runtime::query::view::{View, each_enrollment, status_word};
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

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
        let mut tallies: BTreeMap<CampaignId, Tally> = BTreeMap::new();
        let mut people: BTreeMap<crate::model::id::AccountId, (u64, u64)> = BTreeMap::new();
        each_enrollment(self.store, &mut |enrollment| {
            crate::runtime::query::accounts::count(&mut people, &enrollment);
            if let Some(installed) = self.view.campaigns.get(&enrollment.campaign) {
                let tally = tallies.entry(enrollment.campaign).or_default();
                tally.take(&self.view, installed, &enrollment);
            }
            ControlFlow::Continue(())
        })?;
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
}

impl Tally {
    fn take(&mut self, view: &View, installed: &Installed, enrollment: &Enrollment) {
        self.outcomes.resize(installed.campaign.outcomes.len(), 0);
        self.steps.resize(installed.campaign.steps.len(), [0; 3]);
        let counts = &mut self.contacts;
        counts.total += 1;
        match status_word(enrollment, view.is_halted(enrollment)) {
            "queued" => counts.queued += 1,
            "active" => counts.active += 1,
            "paused" => counts.paused += 1,
            "parked" => counts.parked += 1,
            _ => counts.ended += 1,
        }
        if let Status::Ended { outcome, .. } = &enrollment.status
            && let Some(count) = self.outcomes.get_mut(outcome.0 as usize)
        {
            *count += 1;
        }
        self.take_steps(enrollment);
        let (facts, sends) = (&enrollment.facts, enrollment.sends);
        self.sends.invite += u64::from(sends.invites);
        self.sends.message += u64::from(sends.messages);
        self.sends.inmail += u64::from(sends.inmails);
        let is_invited = facts.invited_at.is_some();
        let is_reached = sends.invites + sends.messages + sends.inmails > 0;
        self.invited += u64::from(is_invited);
        self.accepted += u64::from(is_invited && facts.accepted_at.is_some());
        self.reached += u64::from(is_reached);
        self.replied += u64::from(is_reached && facts.replied_at.is_some());
        let wakes = [self.next_wake, wake_of(enrollment)];
        self.next_wake = wakes.into_iter().flatten().min();
    }

    fn take_steps(&mut self, enrollment: &Enrollment) {
        let frames = match &enrollment.status {
            Status::Queued => [None, None],
            Status::Active { path, handler, .. } => [Some(path), handler.as_ref().map(|handler| &handler.frame)],
            Status::Ended { handler, .. } => [None, handler.as_ref().map(|handler| &handler.frame)],
        };
        for (at, counts) in self.steps.iter_mut().enumerate() {
            let step = crate::model::id::StepId(u32::try_from(at).unwrap_or(u32::MAX));
            let [here, passed, failed] = counts;
            // Somebody queued who is paused stands before the first step, not at it.
            *here += u64::from(frames.iter().flatten().any(|frame| frame.step == step && frame.visit.0 > 0));
            *passed += u64::from(enrollment.trail.has_passed(step));
            *failed += u64::from(enrollment.trail.has_failed(step));
        }
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

/// When something happens to the enrollment by itself: a timer, a repetition, a reading.
fn wake_of(enrollment: &Enrollment) -> Option<Timestamp> {
    let hold = enrollment.frame().and_then(|frame| match &frame.awaits {
        Awaits::Call { hold, .. } => hold.as_ref(),
        Awaits::Timer { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
    });
    let held = match hold {
        Some(Hold::Retry { until, .. }) => Some(*until),
        Some(Hold::Unknown { next_read, .. }) => Some(*next_read),
        Some(Hold::Open { .. } | Hold::Parked { .. }) | None => None,
    };
    enrollment.next_wake().or(held)
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
