//! Documents that only the API has: what several questions say, in one answer.

use crate::runtime::query::page::Person;
use crate::runtime::query::status::CampaignStatus;
use crate::runtime::query::tasks::TaskRow;
use crate::runtime::query::timeline::TimelineRow;
use crate::runtime::query::why::Why;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// One campaign, document `engine.campaign/1`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CampaignDocument {
    pub schema: &'static str,
    pub time: Value,
    /// Its versions, as `engine status` tells them.
    #[schemars(with = "Vec<CampaignStatus>")]
    pub versions: Value,
    /// The newest version, compiled. It changes with the engine: no contract.
    #[schemars(with = "Map<String, Value>")]
    pub definition: Value,
}

/// One contact in one campaign, document `engine.contact/1`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactDocument {
    pub schema: &'static str,
    pub id: u64,
    #[schemars(with = "Person")]
    pub contact: Value,
    #[schemars(with = "Option<Why>")]
    pub why: Value,
}

/// What happened to one contact in one campaign, document `engine.timeline/1`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TimelineDocument {
    pub schema: &'static str,
    pub id: u64,
    /// Oldest first.
    #[schemars(with = "Vec<TimelineRow>")]
    pub lines: Value,
}

/// What people of ours were asked to do, document `engine.tasks/1`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TasksDocument {
    pub schema: &'static str,
    #[schemars(with = "Vec<TaskRow>")]
    pub tasks: Value,
}

/// That something was done, document `engine.done/1`, with the command's own words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    pub schema: &'static str,
    #[serde(flatten)]
    pub answer: Map<String, Value>,
}

/// What went wrong, as RFC 9457 has it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Problem<'a> {
    pub r#type: &'a str,
    /// What kind of thing went wrong.
    pub title: &'a str,
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
    /// This time, and the way out.
    pub detail: &'a str,
}
