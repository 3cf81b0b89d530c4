//! `engine status --contacts --json`: one line a contact.

use crate::model::contact::Contact;
use crate::model::enrollment::{Enrollment, Status};
use crate::model::journal::Installed;
use crate::runtime::query::standing::{Reason, standing, step};
use crate::runtime::query::view::{contact, each_enrollment, relation_word, status_word};
use crate::runtime::query::{Query, QueryFault, iso};
use crate::store::contract::StoreFault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// A contact in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactRow {
    /// The contact in this campaign: what the API and `#17` on the command line take.
    pub id: u64,
    pub campaign: String,
    pub version: u32,
    /// The value of the identifying column.
    pub contact: String,
    pub name: String,
    pub account: Option<String>,
    pub step: Option<String>,
    pub status: String,
    pub outcome: Option<String>,
    /// Why nothing happens now, as a word of [`Reason`]; for those who ended, why they did, in words.
    pub reason: Option<String>,
    pub next_at: Option<String>,
    pub relation: String,
    pub sends: u32,
    pub replied: bool,
    pub updated_at: String,
}

impl Query<'_> {
    /// Every contact of the campaign (or of all), in the order they were enrolled, until `see` breaks.
    pub fn contacts(
        &self,
        campaign: Option<&str>,
        see: &mut dyn FnMut(ContactRow, &Contact) -> ControlFlow<()>,
    ) -> Result<(), QueryFault> {
        self.check_campaign(campaign)?;
        let mut fault = None;
        each_enrollment(self.store, &mut |enrollment| {
            let Some(installed) = self.view.campaigns.get(&enrollment.campaign) else { return ControlFlow::Continue(()) };
            if campaign.is_some_and(|name| installed.campaign.name != name) {
                return ControlFlow::Continue(());
            }
            match self.contact_row(installed, &enrollment) {
                Ok(Some((row, contact))) => see(row, &contact),
                Ok(None) => ControlFlow::Continue(()),
                Err(broken) => {
                    fault = Some(broken);
                    ControlFlow::Break(())
                }
            }
        })?;
        fault.map_or(Ok(()), |broken| Err(broken.into()))
    }

    pub(super) fn contact_row(
        &self,
        installed: &Installed,
        enrollment: &Enrollment,
    ) -> Result<Option<(ContactRow, Contact)>, StoreFault> {
        let Some(contact) = contact(self.store, enrollment.contact)? else { return Ok(None) };
        let view = &self.view;
        let campaign = &installed.campaign;
        let standing = standing(self.store, view, installed, enrollment, &contact)?;
        let sends = enrollment.sends;
        let (outcome, reason) = match &enrollment.status {
            Status::Ended { outcome, reason, .. } => {
                (campaign.outcomes.get(outcome.0 as usize).map(|outcome| outcome.name.clone()), reason.clone())
            }
            Status::Queued | Status::Active { .. } => {
                (None, standing.obstacles.first().and_then(|obstacle| word(obstacle.reason)))
            }
        };
        let frame = enrollment.frame().filter(|frame| frame.visit.0 > 0);
        let row = ContactRow {
            id: enrollment.id.0,
            campaign: campaign.name.clone(),
            version: campaign.version,
            contact: contact.key.clone(),
            name: contact.name(),
            account: view.account_of(enrollment).map(|account| account.spec.name.clone()),
            step: frame.and_then(|frame| step(campaign, frame.step)).map(|step| step.label.clone()),
            status: status_word(enrollment, view.is_halted(enrollment.campaign)).to_owned(),
            outcome,
            reason,
            next_at: standing.next_at.map(iso),
            relation: relation_word(enrollment.facts.relation).to_owned(),
            sends: sends.invites + sends.messages + sends.inmails,
            replied: enrollment.facts.replied_at.is_some(),
            updated_at: iso(enrollment.updated_at),
        };
        Ok(Some((row, contact)))
    }
}

/// The reason's word, as documents write it.
pub(super) fn word(reason: Reason) -> Option<String> {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(word)) => Some(word),
        Ok(_) | Err(_) => None,
    }
}
