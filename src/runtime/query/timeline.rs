//! `engine timeline CONTACT --json`: what happened, one line an entry.

use crate::model::enrollment::Enrollment;
use crate::model::id::EnrollmentId;
use crate::model::journal::Entry;
use crate::runtime::query::find::Found;
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// An entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineRow {
    pub at: String,
    /// From 1, in the order things happened to this contact in this campaign; the same for ever.
    pub seq: u64,
    pub kind: String,
    pub step: String,
    pub detail: Map<String, Value>,
    pub version: u32,
    pub campaign: String,
    pub contact: String,
}

impl Query<'_> {
    /// What happened to a person, campaign by campaign (or in one), oldest first within each.
    pub fn timeline(&self, found: &Found, campaign: Option<&str>) -> Result<Vec<TimelineRow>, QueryFault> {
        self.check_campaign(campaign)?;
        let mut rows = Vec::new();
        for enrollment in found.enrollments.iter().rev() {
            let name = self.campaign_name(enrollment);
            if campaign.is_some_and(|wanted| wanted != name) {
                continue;
            }
            let entries = self.store.timeline(enrollment.id)?;
            rows.extend(entries.iter().zip(1..).map(|((_, entry), seq)| row(entry, seq, name, &found.contact.key)));
        }
        Ok(rows)
    }

    /// A line as it was written just now, with whom it is about. None: they are gone.
    pub(super) fn live_line(&self, id: EnrollmentId, entry: &Entry) -> Result<Option<Value>, QueryFault> {
        let Some(person) = self.person(id)? else { return Ok(None) };
        let about = &person.row;
        let row = row(entry, 0, &about.campaign, &about.contact);
        Ok(Some(json!({
            "id": id,
            "at": row.at,
            "kind": row.kind,
            "step": row.step,
            "detail": row.detail,
            "version": row.version,
            "campaign": row.campaign,
            "contact": row.contact,
            "name": about.name,
        })))
    }

    fn campaign_name(&self, enrollment: &Enrollment) -> &str {
        self.view.campaigns.get(&enrollment.campaign).map_or("", |installed| installed.campaign.name.as_str())
    }
}

fn row(entry: &Entry, seq: u64, campaign: &str, contact: &str) -> TimelineRow {
    let kind = match serde_json::to_value(entry.kind) {
        Ok(Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    };
    TimelineRow {
        at: iso(entry.at),
        seq,
        kind,
        step: entry.step.clone(),
        detail: entry.detail.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect(),
        version: entry.version,
        campaign: campaign.to_owned(),
        contact: contact.to_owned(),
    }
}
