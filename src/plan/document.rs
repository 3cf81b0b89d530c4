//! The document `engine.plan/1`: what is printed, saved, compared and applied. Sorted throughout, and without the time it was
//! made at: the same folder and the same store give the same bytes.

use crate::model::id::{Fingerprint, fingerprint};
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "engine.plan/1";

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub schema: String,
    /// The first day that is looked at, `2027-01-04`, in the schedule's zone.
    pub from: String,
    /// How many days are looked at.
    pub days: u32,
    /// Installing it changes something; a campaign that merely goes on does not.
    pub changes: bool,
    pub prints: Prints,
    /// What changes in accounts and limits, a sentence each.
    pub workspace: Vec<String>,
    /// By name.
    pub campaigns: Vec<CampaignPlan>,
    /// By day, account and order of sending.
    pub sends: Vec<SendPlan>,
    /// By day, account and budget.
    #[serde(rename = "use")]
    pub used: Vec<UsePlan>,
}

/// What the plan was made of, so that it can be told whether the world has moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    /// Of campaigns and workspace: meaning, versions and mappings.
    pub program: String,
    /// Of every row of every list.
    pub lists: String,
    /// Of where everybody stands whom the plan moves or leaves on an earlier version.
    pub people: String,
}

/// What becomes of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Not installed yet.
    New,
    /// A new version.
    Changed,
    /// As it is installed.
    Same,
    /// No longer in the folder: takes nobody new in, and whoever is on their way finishes.
    Retired,
}

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignPlan {
    pub name: String,
    pub version: u32,
    pub hash: String,
    pub change: Change,
    /// The version that runs now.
    pub was: Option<u32>,
    /// People of earlier versions, by version and place.
    pub people: Vec<PeoplePlan>,
    /// Who enters, in the list's order.
    pub enter: Vec<EnterPlan>,
    /// In the campaign already.
    pub known: usize,
    /// Rows of the list that do not enter, in its order.
    pub left_out: Vec<LeftOut>,
}

/// People at one place of one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePlan {
    pub version: u32,
    /// None: they have not begun.
    pub label: Option<String>,
    pub goes: Goes,
    /// The label they go to; none where they stay, finish or begin.
    pub to: Option<String>,
    pub people: u32,
    /// Of them, those with a call in flight or a handler at work: they move once that is over, from where it leaves them.
    pub busy: u32,
}

/// Where people go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goes {
    /// At the same place of the new version.
    Stay,
    /// At another place of the new version.
    GoTo,
    /// On the version they are on.
    Finish,
    /// They have not begun, and begin in the new version.
    Begin,
}

/// Somebody who enters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterPlan {
    pub contact: String,
    pub name: String,
    /// Who speaks to them.
    pub account: String,
}

/// A row that does not enter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The identifying value; empty where the row has none.
    pub contact: String,
    pub file: String,
    /// From 1; row 1 is the header.
    pub row: u32,
    pub reason: String,
}

/// Something that would be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendPlan {
    pub day: String,
    pub account: String,
    pub campaign: String,
    pub version: u32,
    pub contact: String,
    pub name: String,
    pub step: String,
    /// `invite`, `message`, `inmail`, `group` or what the language calls the engagement.
    pub kind: String,
    pub subject: Option<String>,
    /// Rendered; none where nothing is said.
    pub text: Option<String>,
}

/// What an account would spend on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsePlan {
    pub day: String,
    pub account: String,
    pub budget: String,
    pub used: u32,
    /// The most in 24 hours; none: no such bound.
    pub limit: Option<u32>,
}

impl Plan {
    /// Names the plan: two plans of one name say the same.
    pub fn id(&self) -> Fingerprint {
        fingerprint(&[b"plan", serde_json::to_string(self).unwrap_or_default().as_bytes()])
    }
}
