//! A page of contacts, document `engine.contacts/1`: so many in the order they were enrolled, and where the next page begins.

use crate::model::enrollment::Enrollment;
use crate::model::id::EnrollmentId;
use crate::model::journal::{Key, Record};
use crate::model::value::Fields;
use crate::runtime::census::group::Group;
use crate::runtime::query::rows::ContactRow;
use crate::runtime::query::standing::step;
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Contacts of a page, unless another number is wished for.
pub const PAGE_ROWS: usize = 50;
/// Most contacts of a page: as many as one answer is worth waiting for.
pub const PAGE_ROWS_MAX: usize = 500;
/// Where contacts may stand, as `status` names it.
pub const STATUS_WORDS: [&str; 5] = ["queued", "active", "paused", "parked", "ended"];

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
        let mut wished = self.view.counts(self.store, |counts| {
            let people = counts.people(wish.after.map(EnrollmentId)).filter(|(_, _, group)| self.is_wished(group, wish));
            people.map(|(id, _, _)| id.0).take(limit + 1).collect::<Vec<_>>()
        })?;
        let is_whole = wished.len() <= limit;
        wished.truncate(limit);
        let mut contacts = Vec::with_capacity(wished.len());
        for id in &wished {
            contacts.extend(self.person(EnrollmentId(*id))?.map(|person| person.row));
        }
        let last = wished.last().copied();
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

    fn is_wished(&self, group: &Group, wish: &PageWish) -> bool {
        let Some(installed) = self.view.campaigns.get(&group.campaign) else { return false };
        let label = || group.step().and_then(|at| step(&installed.campaign, at)).map(|step| step.label.as_str());
        wish.campaign.as_ref().is_none_or(|name| installed.campaign.name == *name)
            && wish.status.as_ref().is_none_or(|wanted| group.phase.word(self.view.is_halted(group.campaign)) == wanted)
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
