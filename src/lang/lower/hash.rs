//! The content hash: of what a campaign means, not of how or where it is written.
//!
//! Not in it: line numbers, the version, rows of lists, holidays; the accounts of its pool, and the workspace's schedule
//! and limits where the campaign has none of its own (they may change under people who are on their way).

use crate::model::campaign::Campaign;
use crate::model::id::{Fingerprint, fingerprint};

/// The hash of a lowered campaign. `has_schedule`: it has a schedule of its own.
pub fn hash(campaign: &Campaign, has_schedule: bool) -> Fingerprint {
    let mut steps = campaign.steps.clone();
    steps.iter_mut().for_each(|step| step.line = 0);
    let mut calendar = has_schedule.then(|| campaign.calendar.clone());
    if let Some(calendar) = &mut calendar {
        calendar.holidays.clear();
    }
    let parts = [
        serde_json::to_vec(&(&campaign.name, &campaign.goal, campaign.channel, &campaign.outcomes)),
        serde_json::to_vec(&(&campaign.fields, &campaign.contacts, &campaign.messages, &campaign.classes)),
        serde_json::to_vec(&(&steps, campaign.entry, &campaign.handlers)),
        serde_json::to_vec(&(&calendar, &campaign.limits)),
    ];
    #[expect(clippy::expect_used, reason = "a campaign's parts have text keys and derived serialisation: JSON holds them")]
    let parts = parts.map(|part| part.expect("a campaign can be written as JSON"));
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    fingerprint(&parts)
}
