//! Who stands where when a forecast begins.

use crate::model::account::{Account, Channel, Health};
use crate::model::campaign::Campaign;
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{AccountId, CampaignId, ContactId, EnrollmentId};
use crate::model::program::{Program, RefusedRow, Workspace};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::entry::{
    Speakers, company_is_full, company_of, leaves_out, lines_for, new_account, new_contact, new_enrollment, speakers, waits_for,
};
use crate::runtime::limits::Usage;
use crate::runtime::pace::Begun;
use crate::runtime::routes::contact_route;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// No call starts that could end after the window has closed: what `engine run` keeps clear at its own pace.
pub const LEAD_MS: i64 = 10_000;

/// All that a forecast begins with. Shared by every seed, changed by none.
#[derive(Debug, Clone)]
pub struct Opening {
    pub now: Timestamp,
    pub workspace: Workspace,
    pub campaigns: Vec<Opened>,
    pub accounts: BTreeMap<AccountId, Account>,
    pub contacts: Vec<Contact>,
    pub seats: Vec<Seat>,
    /// The seats of each contact, by place in `contacts`.
    pub seats_of: Vec<Vec<u32>>,
    pub usage: Usage,
    /// Rows that do not enter, by place in `campaigns`.
    pub left_out: Vec<(usize, RefusedRow)>,
    /// See [`LEAD_MS`].
    pub lead_ms: i64,
}

/// A campaign that runs.
#[derive(Debug, Clone)]
pub struct Opened {
    pub id: CampaignId,
    pub campaign: Arc<Campaign>,
    /// Who began in the last 24 hours.
    pub begun: Begun,
}

/// One contact in one campaign.
#[derive(Debug, Clone)]
pub struct Seat {
    pub id: EnrollmentId,
    /// Place in `Opening::campaigns`.
    pub campaign: u32,
    /// Place in `Opening::contacts`.
    pub contact: u32,
    /// The account that speaks on each channel.
    pub lines: Box<[(Channel, AccountId)]>,
    /// Where they stand already; none: queued.
    pub standing: Option<Box<Enrollment>>,
}

/// What is known while lists are read.
struct Entering {
    /// Contacts by key.
    known: HashMap<String, u32>,
    /// How many of a company are in the campaign at that place.
    companies: HashMap<(usize, String), u32>,
    /// Somebody who has not begun.
    queued: Enrollment,
}

impl Entering {
    fn begin(now: Timestamp) -> Self {
        let queued = new_enrollment(EnrollmentId(0), CampaignId(0), ContactId(0), BTreeMap::new(), now);
        Self { known: HashMap::new(), companies: HashMap::new(), queued }
    }
}

impl Opening {
    /// A folder's program with nothing begun: accounts, campaigns and people get the ids a new store would give them.
    /// `age_days`: how old the accounts are, for the ramp; none: as old as their first use.
    pub fn fresh(program: &Program, now: Timestamp, age_days: Option<u32>) -> Self {
        let created_at = age_days.map(|days| now.plus_ms(-i64::from(days) * DAY_MS));
        let specs = program.workspace.accounts.iter().zip(1..);
        let accounts = specs.map(|(spec, id)| {
            let account = new_account(AccountId(id), spec.clone());
            (AccountId(id), Account { health: Health::Ok, polled_at: Some(now), created_at, ..account })
        });
        let mut opening = Self {
            now,
            workspace: program.workspace.clone(),
            campaigns: Vec::new(),
            accounts: accounts.collect(),
            contacts: Vec::new(),
            seats: Vec::new(),
            seats_of: Vec::new(),
            usage: Usage::default(),
            left_out: Vec::new(),
            lead_ms: LEAD_MS,
        };
        let mut entering = Entering::begin(now);
        for (campaign, id) in program.campaigns.iter().zip(1..) {
            let campaign = Arc::new(campaign.clone());
            opening.campaigns.push(Opened { id: CampaignId(id), campaign, begun: Begun::new() });
        }
        for (at, roster) in program.rosters.iter().enumerate() {
            let Some(opened) = opening.campaigns.get(at).cloned() else { continue };
            let speakers = speakers(opening.accounts.values(), &opened.campaign);
            for row in &roster.rows {
                opening.enter(&mut entering, at, &opened.campaign, &speakers, row);
            }
        }
        opening
    }

    /// Lets a row's person enter, as `Partition::enroll` does.
    fn enter(
        &mut self,
        entering: &mut Entering,
        at: usize,
        campaign: &Campaign,
        speakers: &Speakers,
        row: &crate::model::program::RosterRow,
    ) {
        let key = row.key().trim().to_lowercase();
        let place = entering.known.get(&key).copied();
        let seats = place.and_then(|place| self.seats_of.get(place as usize));
        let seats = seats.into_iter().flatten().filter_map(|seat| self.seats.get(*seat as usize));
        let held: Vec<usize> = seats.map(|seat| seat.campaign as usize).collect();
        if held.contains(&at) {
            return;
        }
        let mut others = held.iter().filter_map(|other| self.campaigns.get(*other));
        let waits = others.find_map(|other| waits_for(campaign, &other.campaign, &entering.queued));
        let contact = place.and_then(|place| self.contacts.get(place as usize)).cloned();
        let next = ContactId(self.contacts.len() as u64 + 1);
        let mut contact = contact.unwrap_or_else(|| new_contact(next, row));
        contact.fields.extend(row.fields());
        let lines = lines_for(speakers, &contact, self.seats.len() as u64);
        let company = company_of(&contact.fields).filter(|_| campaign.contacts.at_most_per_company.is_some());
        let company = company.map(|company| (at, company));
        let of_company = company.as_ref().and_then(|company| entering.companies.get(company)).copied().unwrap_or(0);
        let unreached = || format!("no account of `{}` speaks a channel this person can be reached on", campaign.name);
        let reason = waits
            .or_else(|| leaves_out(&self.workspace, campaign, &contact, row, self.now))
            .or_else(|| company_is_full(campaign, &contact, of_company))
            .or_else(|| lines.is_empty().then(unreached));
        if let Some(reason) = reason {
            self.left_out.push((at, RefusedRow { file: row.file().to_owned(), row: row.number(), reason }));
            return;
        }
        let id = EnrollmentId(self.seats.len() as u64 + 1);
        let lines = lines.into_iter().map(|(channel, line)| (channel, line.account)).collect();
        if let Some(company) = company {
            entering.companies.insert(company, of_company + 1);
        }
        let place = self.settle(&mut entering.known, key, place, contact);
        let seat = Seat { id, campaign: at as u32, contact: place, lines, standing: None };
        self.seat(seat);
    }

    fn settle(&mut self, known: &mut HashMap<String, u32>, key: String, place: Option<u32>, contact: Contact) -> u32 {
        match place.and_then(|place| Some((place, self.contacts.get_mut(place as usize)?))) {
            Some((place, held)) => {
                *held = contact;
                place
            }
            None => {
                let place = self.contacts.len() as u32;
                known.insert(key, place);
                self.contacts.push(contact);
                self.seats_of.push(Vec::new());
                place
            }
        }
    }

    /// Adds somebody.
    pub fn seat(&mut self, seat: Seat) {
        if let Some(seats) = self.seats_of.get_mut(seat.contact as usize) {
            seats.push(self.seats.len() as u32);
        }
        self.seats.push(seat);
    }

    /// The places of the contacts that a key, however it is written, or a name means.
    pub fn contacts_named(&self, wanted: &str) -> Vec<u32> {
        let route = contact_route(wanted);
        let plain = crate::model::identity::identity(wanted);
        let fits = |contact: &Contact| {
            contact_route(&contact.key) == route
                || crate::model::identity::identity(&contact.key) == plain
                || contact.name().eq_ignore_ascii_case(wanted.trim())
        };
        let places = self.contacts.iter().zip(0u32..).filter(|(contact, _)| fits(contact));
        places.map(|(_, place)| place).collect()
    }
}
