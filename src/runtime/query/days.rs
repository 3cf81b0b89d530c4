//! What goes out on each of the coming days, document `engine.ahead/1`. `sim::forecast::daily` makes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DaysAhead {
    pub schema: String,
    /// From then on, and when it was made.
    pub made_at: String,
    pub people: u64,
    /// More people are under way than are forecast: no day is told.
    pub too_many: bool,
    /// By campaign: every day from today on, in the zone of its schedule.
    pub campaigns: BTreeMap<String, Vec<DayAhead>>,
}

/// What goes out on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DayAhead {
    /// `2027-01-04`
    pub day: String,
    pub invites: u32,
    pub messages: u32,
    pub inmails: u32,
}
