//! Who enters: lists turned into contacts and enrollments.

use crate::connector::identity;
use crate::model::account::Channel;
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{CampaignId, ContactId, EnrollmentId, ProviderId};
use crate::model::journal::{Cause, Entry, EntryKind, Key, Record, Table};
use crate::model::program::{RefusedRow, RosterRow};
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::entry::{
    Speakers, company_is_full, company_of, leaves_out, lines_for, may_enter_again, new_contact, new_enrollment, speakers,
    waits_for,
};
use crate::runtime::marks::erased_row;
use crate::runtime::moving::Moved;
use crate::runtime::partition::{Partition, contact_route};
use crate::runtime::reach::address;
use crate::runtime::routes::{digits_route, person_route, public_route};
use crate::store::contract::StoreFault;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Rows that enter in one commit: large enough to be quick, small enough to be bounded.
const ROWS_A_COMMIT: usize = 200;
/// Rows whose people are looked up at once: the more, the better their order serves; some 20 MiB.
const ROWS_LOOKED_UP: usize = 1 << 17;

/// What became of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enrolled {
    pub entered: usize,
    /// In the campaign already.
    pub known: usize,
    /// Left out, and why: suppressed, never to be contacted, `skip when`, no account for their channel.
    pub left_out: Vec<RefusedRow>,
    /// What a new version meant for the people of earlier ones.
    pub moved: Moved,
}

impl Enrolled {
    /// For `--json`.
    pub fn to_json(&self) -> Value {
        json!({ "entered": self.entered, "known": self.known, "left_out": self.left_out })
    }
}

impl Partition {
    /// Lets the people of these rows enter a campaign; whoever is in it already stays where they are.
    pub fn enroll(&mut self, campaign: CampaignId, rows: &[RosterRow], now: Timestamp) -> Result<Enrolled, StoreFault> {
        let mut enrolled = Enrolled::default();
        let speakers = self.campaigns.get(&campaign).map(|installed| speakers(self.accounts.values(), &installed.campaign));
        let mut list = Entering { campaign, now, speakers: speakers.unwrap_or_default(), companies: self.companies(campaign)? };
        for portion in rows.chunks(ROWS_LOOKED_UP) {
            let known = self.known(campaign, portion)?;
            let strangers: Vec<&RosterRow> =
                portion.iter().zip(known).filter(|(_, is_known)| !is_known).map(|(row, _)| row).collect();
            enrolled.known += portion.len() - strangers.len();
            for chunk in strangers.chunks(ROWS_A_COMMIT) {
                self.enroll_rows(&mut list, chunk, &mut enrolled)?;
            }
        }
        Ok(enrolled)
    }

    /// Which of the rows are surely of somebody who is in the campaign already, and stays: nothing more need be asked of
    /// them. Of a list that was read before these are nearly all.
    fn known(&self, campaign: CampaignId, rows: &[RosterRow]) -> Result<Vec<bool>, StoreFault> {
        let Some(installed) = self.campaigns.get(&campaign) else { return Ok(vec![false; rows.len()]) };
        if installed.campaign.contacts.enter_again_after.is_some() {
            return Ok(vec![false; rows.len()]);
        }
        let keys: Vec<Key> = rows.iter().map(|row| Key::Route(contact_route(row.key()))).collect();
        let versions: BTreeSet<CampaignId> = self
            .campaigns
            .values()
            .filter(|other| other.campaign.name == installed.campaign.name)
            .map(|other| other.id)
            .collect();
        let is_anybody_erased = !self.parts.store.marks().is_empty();
        let is_in_it = |routed: &Option<Record>| match routed {
            // Of somebody who is in other campaigns as well the rules are asked.
            Some(Record::Route { enrollments, .. }) => match enrollments.as_slice() {
                [only] => self.agenda.campaign_of(*only).is_some_and(|version| versions.contains(&version)),
                _ => false,
            },
            _ => false,
        };
        let is_erased = |row: &RosterRow| is_anybody_erased && erased_row(&*self.parts.store, row).is_some();
        let routed = self.parts.store.get_all(&keys)?;
        Ok(routed.iter().zip(rows).map(|(routed, row)| is_in_it(routed) && !is_erased(row)).collect())
    }

    fn enroll_rows(&mut self, list: &mut Entering, rows: &[&RosterRow], enrolled: &mut Enrolled) -> Result<(), StoreFault> {
        let (counters, left_out) = (self.counters, enrolled.left_out.len());
        let room = self.room_at_entry(list.campaign, list.now);
        let drafted = self.attempt(|partition| partition.draft_rows(list, rows, room, &mut enrolled.left_out))?;
        let (draft, entered) = match drafted {
            Ok(drafted) => drafted,
            // A first step broke off: all of them enter, and each begins in a commit of their own.
            Err(_) => {
                self.counters = counters;
                enrolled.left_out.truncate(left_out);
                list.companies = self.companies(list.campaign)?;
                self.draft_rows(list, rows, 0, &mut enrolled.left_out)?
            }
        };
        enrolled.entered += entered;
        enrolled.known += rows.len() - entered - (enrolled.left_out.len() - left_out);
        self.close_quietly(draft)?;
        Ok(())
    }

    /// The commit that lets these rows' people in, of whom so many begin at once, and how many enter.
    fn draft_rows(
        &mut self,
        list: &mut Entering,
        rows: &[&RosterRow],
        room: usize,
        left_out: &mut Vec<RefusedRow>,
    ) -> Result<(Draft, usize), StoreFault> {
        let (mut draft, before) = (Draft::new(Cause::Enrolment, list.now), self.counters);
        let mut entered = 0;
        for row in rows {
            match self.enroll_row(&mut draft, list, row)? {
                Fate::Entered(id) => {
                    if entered < room {
                        self.start_in(&mut draft, id)?;
                    }
                    entered += 1;
                }
                Fate::Known => {}
                Fate::LeftOut(reason) => {
                    left_out.push(RefusedRow { file: row.file().to_owned(), row: row.number(), reason });
                }
            }
        }
        if self.counters != before {
            draft.put(self.counters_row());
        }
        Ok((draft, entered))
    }

    fn enroll_row(&mut self, draft: &mut Draft, list: &mut Entering, row: &RosterRow) -> Result<Fate, StoreFault> {
        let Some(installed) = self.campaigns.get(&list.campaign).cloned() else { return Ok(Fate::Known) };
        let campaign = &installed.campaign;
        if let Some(at) = erased_row(&*self.parts.store, row) {
            return Ok(Fate::LeftOut(format!("erased on {}: this person is never contacted again", at.day())));
        }
        let contact_key = contact_route(row.key());
        let known = match draft.routes.get(&contact_key) {
            Some(staged) => staged.clone(),
            None => self.routed(contact_key)?,
        };
        let mut person = None;
        for other in &known {
            let Some(enrollment) = self.enrollment(draft, *other)? else { continue };
            let held_by = self.campaigns.get(&enrollment.campaign);
            if let Some(reason) = held_by.and_then(|other| waits_for(campaign, &other.campaign, &enrollment)) {
                return Ok(Fate::LeftOut(reason));
            }
            let is_same = held_by.is_some_and(|other| other.campaign.name == campaign.name);
            if is_same && !may_enter_again(campaign, &enrollment, draft.at) {
                return Ok(Fate::Known);
            }
            person = Some(enrollment.contact);
        }
        // Read only now: most rows of a list that was read before are of people who are in the campaign already.
        let contact = person.map(|person| self.contact(draft, person)).transpose()?.flatten();
        let mut contact = contact.unwrap_or_else(|| {
            self.counters.contact += 1;
            new_contact(ContactId(self.counters.contact), row)
        });
        contact.fields.extend(row.fields());
        if let Some(reason) = leaves_out(&self.parts.workspace, campaign, &contact, row, draft.at) {
            return Ok(Fate::LeftOut(reason));
        }
        let company = company_of(&contact.fields).filter(|_| campaign.contacts.at_most_per_company.is_some());
        let held = company.as_ref().and_then(|company| list.companies.get(company)).copied().unwrap_or(0);
        if let Some(reason) = company_is_full(campaign, &contact, held) {
            return Ok(Fate::LeftOut(reason));
        }
        let lines = lines_for(&list.speakers, &contact, self.counters.enrollment);
        if lines.is_empty() {
            let reason = format!("no account of `{}` speaks a channel this person can be reached on", campaign.name);
            return Ok(Fate::LeftOut(reason));
        }
        if let Some(company) = company {
            list.companies.insert(company, held + 1);
        }
        self.counters.enrollment += 1;
        let enrollment = new_enrollment(EnrollmentId(self.counters.enrollment), list.campaign, contact.id, lines, draft.at);
        self.route_person(draft, &enrollment, &contact)?;
        self.route(draft, contact_key, enrollment.id)?;
        let detail = vec![("file".to_owned(), row.file().to_owned()), ("row".to_owned(), row.number().to_string())];
        let entry = Entry { at: draft.at, kind: EntryKind::Enrolled, step: String::new(), version: campaign.version, detail };
        let id = enrollment.id;
        draft.entry(id, entry);
        draft.stage(enrollment);
        draft.stage_contact(contact);
        Ok(Fate::Entered(id))
    }

    /// How many of each company ever entered the campaign, in whatever version; asked only where that is capped.
    fn companies(&self, campaign: CampaignId) -> Result<BTreeMap<String, u32>, StoreFault> {
        let mut companies = BTreeMap::new();
        let Some(installed) = self.campaigns.get(&campaign) else { return Ok(companies) };
        if installed.campaign.contacts.at_most_per_company.is_none() {
            return Ok(companies);
        }
        let mut people = BTreeSet::new();
        let is_same = |id| self.campaigns.get(&id).is_some_and(|other| other.campaign.name == installed.campaign.name);
        self.parts.store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record
                && is_same(enrollment.campaign)
            {
                people.insert(enrollment.contact);
            }
            ControlFlow::Continue(())
        })?;
        let draft = Draft::new(Cause::Enrolment, Timestamp::default());
        for person in people {
            if let Some(company) = self.contact(&draft, person)?.and_then(|contact| company_of(&contact.fields)) {
                *companies.entry(company).or_insert(0) += 1;
            }
        }
        Ok(companies)
    }

    /// The ids by which webhooks may name the person before anything was sent.
    pub(super) fn route_person(&self, draft: &mut Draft, enrollment: &Enrollment, contact: &Contact) -> Result<(), StoreFault> {
        for (channel, line) in &enrollment.lines {
            let Some(address) = address(&contact.fields, *channel) else { continue };
            self.route(draft, public_route(line.account, &address), enrollment.id)?;
            // Nobody's id looks like that: a row a person less of five.
            if *channel != Channel::Linkedin || !identity::is_linkedin_slug(&address) {
                self.route(draft, person_route(line.account, &ProviderId(address.clone())), enrollment.id)?;
            }
            if let Some(digits) = identity::phone_digits(&address) {
                self.route(draft, digits_route(line.account, &digits), enrollment.id)?;
            }
        }
        Ok(())
    }

    /// The rows of a campaign's contacts that the store has.
    pub fn has_contact(&self, id: ContactId) -> Result<bool, StoreFault> {
        Ok(self.parts.store.get(&Key::Contact(id))?.is_some())
    }
}

/// A list that is being read into a campaign.
struct Entering {
    campaign: CampaignId,
    now: Timestamp,
    speakers: Speakers,
    /// How many of each company entered, where that is capped.
    companies: BTreeMap<String, u32>,
}

/// What became of a row.
enum Fate {
    Entered(EnrollmentId),
    Known,
    LeftOut(String),
}
