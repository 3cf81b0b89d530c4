//! Who is on their way in the installed versions of a campaign, counted: what a change of it is checked against.

use crate::model::campaign::Campaign;
use crate::model::id::StepId;
use crate::model::relation::Relation;
use serde::{Deserialize, Serialize};

/// The people of one installed version, those who have ended left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Afoot {
    pub campaign: Campaign,
    /// New people enter this version.
    pub is_current: bool,
    /// Enrolled, not begun: they begin in whatever version is current then.
    pub queued: u32,
    /// Everybody else, in the order of the steps.
    pub groups: Vec<Group>,
}

/// People at one step of whom the same is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// Where their path stands; a handler may be at work above it.
    pub step: StepId,
    /// A call of theirs is in flight, or a handler at work: they move once that is over.
    pub is_busy: bool,
    pub known: Known,
    /// The name of the account that speaks to them.
    pub account: Option<String>,
    pub people: u32,
}

/// What decides which paths somebody may be put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    pub relation: Relation,
    /// Invited by this campaign.
    pub is_invited: bool,
    pub has_replied: bool,
    pub has_message: bool,
    pub has_inmail: bool,
}

impl Afoot {
    /// Everybody who has not ended.
    pub fn people(&self) -> u32 {
        self.groups.iter().map(|group| group.people).sum::<u32>() + self.queued
    }
}
