//! The content hash: of what a campaign means, not of how or where it is written.
//!
//! Not in it: line numbers, the version, rows of lists, holidays; when lists are read again and figures are sent, and where
//! people of earlier versions go (none of it changes a path); the accounts of its pool, and the workspace's schedule and limits
//! where the campaign has none of its own (they may change under people who are on their way).
//!
//! What a later engine adds to the model is left out where a campaign does not use it: an upgrade changes no hash.

use crate::model::campaign::Campaign;
use crate::model::id::{Fingerprint, fingerprint};
use serde_json::Value;

/// Fields added since the first engine, with what they hold where nothing is said of them.
const ADDED: [(&str, Value); 7] = [
    ("at_most_per_company", Value::Null),
    ("one_campaign_at_a_time", Value::Bool(false)),
    ("refresh", Value::Null),
    ("voice", Value::Null),
    ("late", Value::Null),
    ("on_send_failed", Value::Null),
    ("reply_ignored", Value::Bool(false)),
];

/// The hash of a lowered campaign. `has_schedule`: it has a schedule of its own.
pub fn hash(campaign: &Campaign, has_schedule: bool) -> Fingerprint {
    let mut steps = campaign.steps.clone();
    steps.iter_mut().for_each(|step| step.line = 0);
    let mut contacts = campaign.contacts.clone();
    contacts.refresh = None;
    let mut calendar = has_schedule.then(|| campaign.calendar.clone());
    if let Some(calendar) = &mut calendar {
        calendar.holidays.clear();
    }
    let mut parts = vec![
        serde_json::to_value((&campaign.name, &campaign.goal, campaign.channel, &campaign.outcomes)),
        serde_json::to_value((&campaign.fields, &contacts, &campaign.messages, &campaign.classes)),
        serde_json::to_value((&steps, campaign.entry, &campaign.handlers)),
        serde_json::to_value((&calendar, &campaign.limits)),
    ];
    parts.extend(campaign.goal_reached.as_ref().map(serde_json::to_value));
    #[expect(clippy::expect_used, reason = "a campaign's parts have text keys and derived serialisation: JSON holds them")]
    let parts = parts.into_iter().map(|part| as_before(part.expect("a campaign can be written as JSON")).to_string());
    let parts: Vec<String> = parts.collect();
    let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    fingerprint(&parts)
}

/// Without the added fields that say nothing.
fn as_before(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let says = |name: &str, held: &Value| {
                let unused = ADDED.iter().any(|(added, nothing)| *added == name && held == nothing);
                !(unused || name == "on_events" && *held == Value::Array(Vec::new()))
            };
            Value::Object(
                fields.into_iter().filter(|(name, held)| says(name, held)).map(|(name, held)| (name, as_before(held))).collect(),
            )
        }
        Value::Array(all) => Value::Array(all.into_iter().map(as_before).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
