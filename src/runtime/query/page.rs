//! A page of contacts, document `engine.contacts/1`: so many in the order they were enrolled, and where the next page begins.

use crate::model::enrollment::Enrollment;
use crate::model::id::EnrollmentId;
use crate::model::journal::{Key, Record, Table};
use crate::model::value::Fields;
use crate::runtime::query::rows::ContactRow;
use crate::runtime::query::view::status_word;
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Contacts of a page, unless another number is wished for.
pub const PAGE_ROWS: usize = 50;
/// Most contacts of a page: as many as one answer is worth waiting for.
pub const PAGE_ROWS_MAX: usize = 500;
/// Where contacts may stand, as `status` names it.
pub const STATUS_WORDS: [&str; 5] = ["queued", "active", "paused", "parked", "ended"];
/// Rows looked through for one page. A page may be shorter than asked for, and still say where the next begins.
pub const LOOKED_AT_MAX: usize = 20_000;

/// Which contacts are wished for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PageWish {
    pub campaign: Option<String>,
    /// One of [`STATUS_WORDS`].
    pub status: Option<String>,
    /// At that step.
    pub step: Option<String>,
    /// After that enrollment.
    pub after: Option<u64>,
    pub limit: Option<usize>,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactPage {
    pub schema: String,
    pub time: String,
    pub contacts: Vec<ContactRow>,
    /// Pass it as `after` for the next page; none: there is no other.
    pub next: Option<u64>,
}

/// One contact in one campaign, with the fields of its row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    #[serde(flatten)]
    pub row: ContactRow,
    pub fields: Fields,
    pub tags: Vec<String>,
}

impl Query<'_> {
    /// A page of contacts.
    pub fn page(&self, wish: &PageWish) -> Result<ContactPage, QueryFault> {
        self.check_campaign(wish.campaign.as_deref())?;
        let limit = wish.limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX);
        let after = wish.after.map(|id| Key::Enrollment(EnrollmentId(id)));
        let (mut found, mut seen, mut last, mut is_whole) = (Vec::new(), 0, None, true);
        self.store.scan(Table::Enrollment, after.as_ref(), &mut |record| {
            let Record::Enrollment(enrollment) = record else { return ControlFlow::Continue(()) };
            if found.len() >= limit || seen >= LOOKED_AT_MAX {
                is_whole = false;
                return ControlFlow::Break(());
            }
            (seen, last) = (seen + 1, Some(enrollment.id.0));
            if self.is_wished(&enrollment, wish) {
                found.push(*enrollment);
            }
            ControlFlow::Continue(())
        })?;
        let mut contacts = Vec::with_capacity(found.len());
        for enrollment in &found {
            contacts.extend(self.page_row(enrollment)?.map(|person| person.row));
        }
        let schema = "engine.contacts/1".to_owned();
        Ok(ContactPage { schema, time: iso(self.view.now), contacts, next: last.filter(|_| !is_whole) })
    }

    /// One enrollment; none: there is no such.
    pub fn person(&self, id: EnrollmentId) -> Result<Option<Person>, QueryFault> {
        match self.store.get(&Key::Enrollment(id))? {
            Some(Record::Enrollment(enrollment)) => self.page_row(&enrollment),
            _ => Ok(None),
        }
    }

    fn is_wished(&self, enrollment: &Enrollment, wish: &PageWish) -> bool {
        let Some(installed) = self.view.campaigns.get(&enrollment.campaign) else { return false };
        let status = || status_word(enrollment, self.view.is_halted(enrollment));
        let label = || {
            let frame = enrollment.frame().filter(|frame| frame.visit.0 > 0);
            frame.and_then(|frame| installed.campaign.steps.get(frame.step.0 as usize)).map(|step| step.label.as_str())
        };
        wish.campaign.as_ref().is_none_or(|name| installed.campaign.name == *name)
            && wish.status.as_ref().is_none_or(|wanted| status() == wanted)
            && wish.step.as_ref().is_none_or(|wanted| label() == Some(wanted))
    }

    fn page_row(&self, enrollment: &Enrollment) -> Result<Option<Person>, QueryFault> {
        let Some(installed) = self.view.campaigns.get(&enrollment.campaign) else { return Ok(None) };
        Ok(self.contact_row(installed, enrollment)?.map(|(row, contact)| Person {
            row,
            fields: contact.fields,
            tags: contact.tags.into_iter().collect(),
        }))
    }
}
