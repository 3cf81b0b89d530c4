//! Where people go who are on their way in an earlier version of a campaign (LANGUAGE.md §7).

use crate::model::id::StepId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `migrate from 3 … end`, or `migrate from 3 in place`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    pub from: u32,
    /// Every label goes to the same label here.
    pub in_place: bool,
    /// By label of the earlier version.
    pub rules: BTreeMap<String, Destination>,
    /// `anyone else`
    pub otherwise: Option<Destination>,
}

/// Where somebody goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// To the step of the same label here.
    Stay,
    /// To that step here.
    GoTo(StepId),
    /// Nowhere: they finish on the version they began with.
    Finish,
}

impl Migration {
    /// Where somebody at that label goes; none: the mapping says nothing of it.
    pub fn destination(&self, label: &str) -> Option<Destination> {
        let own = self.rules.get(label).copied();
        own.or(self.in_place.then_some(Destination::Stay)).or(self.otherwise)
    }
}
