//! What every question needs, read once.

use crate::model::account::{Account, Channel};
use crate::model::campaign::Limits;
use crate::model::contact::Contact;
use crate::model::enrollment::{Enrollment, Relation};
use crate::model::id::{AccountId, CampaignId, ContactId};
use crate::model::journal::{Installed, Key, Meta, MetaKey, Record, Table};
use crate::model::past::Quarantine;
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::ceiling::Place;
use crate::runtime::census::Census;
use crate::runtime::census::counts::Counts;
use crate::runtime::census::group::{Group, Phase};
use crate::runtime::census::names::Names;
use crate::runtime::limits::Usage;
use crate::store::contract::{Store, StoreFault};
use jiff::tz::TimeZone;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The small tables, and what the operator paused.
pub(super) struct View {
    pub now: Timestamp,
    pub campaigns: BTreeMap<CampaignId, Installed>,
    pub accounts: BTreeMap<AccountId, Account>,
    pub usage: Arc<Usage>,
    /// The workspace's.
    pub limits: Limits,
    /// Everything is paused since then.
    pub paused: Option<Timestamp>,
    /// Restored from a backup, and not everything is known yet that went out since.
    pub quarantine: Option<Quarantine>,
    /// Everybody, counted.
    census: Arc<Census>,
    people: OnceCell<People>,
}

/// What only the census says; looked up once, and only where it matters.
#[derive(Default)]
pub(super) struct People {
    /// When people began in the last 24 hours, by campaign name, oldest first.
    pub starts: BTreeMap<String, Vec<Timestamp>>,
    /// Invitations that take a place under the ceiling, by account: all of them, and those that are parked.
    pub invites_out: BTreeMap<AccountId, (u32, u32)>,
}

impl View {
    /// Reads campaigns, accounts, their usage and what the operator paused.
    pub fn load(store: &dyn Store, census: &Arc<Census>, now: Timestamp) -> Result<Self, StoreFault> {
        let mut view = Self {
            now,
            campaigns: BTreeMap::new(),
            accounts: BTreeMap::new(),
            usage: Arc::default(),
            limits: Limits::defaults(),
            paused: None,
            quarantine: None,
            census: Arc::clone(census),
            people: OnceCell::new(),
        };
        for table in [Table::Campaign, Table::Account] {
            store.scan(table, None, &mut |record| {
                view.take(record);
                ControlFlow::Continue(())
            })?;
        }
        let versions = view.campaigns.values().map(|installed| (installed.id, installed.campaign.name.as_str()));
        view.usage = census.usage(store, versions)?;
        for key in [MetaKey::Paused, MetaKey::Limits, MetaKey::Quarantine] {
            if let Some(record) = store.get(&Key::Meta(key))? {
                view.take(record);
            }
        }
        Ok(view)
    }

    /// Lets `see` look at everybody, counted.
    pub fn counts<T>(&self, store: &dyn Store, see: impl FnOnce(&Counts) -> T) -> Result<T, StoreFault> {
        self.census.count(store, see)
    }

    /// Lets `see` look at what people are searched by.
    pub fn names<T>(&self, store: &dyn Store, see: impl FnOnce(&Names) -> T) -> Result<T, StoreFault> {
        self.census.search(store, see)
    }

    /// What only the census says.
    pub fn people(&self, store: &dyn Store) -> Result<&People, StoreFault> {
        if let Some(people) = self.people.get() {
            return Ok(people);
        }
        let people = self.counts(store, |counts| self.count_people(counts))?;
        Ok(self.people.get_or_init(|| people))
    }

    fn count_people(&self, counts: &Counts) -> People {
        let mut people = People::default();
        for (_, person, group) in counts.people(None) {
            let Some(at) = person.started_at().filter(|at| self.now.since_ms(*at) < DAY_MS) else { continue };
            if let Some(installed) = self.campaigns.get(&group.campaign) {
                people.starts.entry(installed.campaign.name.clone()).or_default().push(at);
            }
        }
        people.starts.values_mut().for_each(|starts| starts.sort_unstable());
        for (group, count) in counts.groups() {
            let line = group.lines.iter().find(|(channel, _)| *channel == Channel::Linkedin);
            if let (Some((_, account)), Some(place)) = (line, group.place) {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                let (all, parked) = people.invites_out.entry(*account).or_default();
                *all += count;
                *parked += if place == Place::Parked { count } else { 0 };
            }
        }
        people
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::Campaign(installed) => {
                self.campaigns.insert(installed.id, *installed);
            }
            Record::Account(account) => {
                self.accounts.insert(account.id, *account);
            }
            Record::Meta(Meta::Paused { since }) => self.paused = since,
            Record::Meta(Meta::Limits { limits }) => self.limits = *limits,
            Record::Meta(Meta::Quarantine(quarantine)) => {
                self.quarantine = Some(*quarantine).filter(|standing| standing.ended.is_none())
            }
            Record::Meta(
                Meta::Anchor { .. } | Meta::Alive { .. } | Meta::Counters { .. } | Meta::Deciding { .. } | Meta::Applied { .. },
            )
            | Record::Past(_)
            | Record::Usage { .. }
            | Record::Move { .. }
            | Record::Outgoing(_)
            | Record::Task(_)
            | Record::Enrollment(_)
            | Record::Contact(_)
            | Record::Intent(_)
            | Record::Route { .. }
            | Record::Claim { .. }
            | Record::Inbox(_)
            | Record::Seen { .. }
            | Record::Unrouted { .. } => {}
        }
    }

    /// The account an enrollment's campaign mainly speaks through.
    pub fn account_of(&self, enrollment: &Enrollment) -> Option<&Account> {
        self.main_account(enrollment.campaign, enrollment.lines.iter().map(|(channel, line)| (*channel, line.account)))
    }

    /// The account a campaign mainly speaks through to the people of a group.
    pub fn account_of_group(&self, group: &Group) -> Option<&Account> {
        self.main_account(group.campaign, group.lines.iter().copied())
    }

    fn main_account(
        &self,
        campaign: CampaignId,
        mut lines: impl Iterator<Item = (Channel, AccountId)> + Clone,
    ) -> Option<&Account> {
        let channel = self.campaigns.get(&campaign).map(|installed| installed.campaign.channel);
        let line = lines.clone().find(|(held, _)| Some(*held) == channel).or_else(|| lines.next());
        line.and_then(|(_, account)| self.accounts.get(&account))
    }

    /// The account of one channel.
    pub fn account_on(&self, enrollment: &Enrollment, channel: Channel) -> Option<&Account> {
        enrollment.lines.get(&channel).and_then(|line| self.accounts.get(&line.account))
    }

    /// Is the campaign, or everything, paused by the operator?
    pub fn is_halted(&self, campaign: CampaignId) -> bool {
        self.paused.is_some() || self.campaigns.get(&campaign).is_some_and(|installed| installed.is_paused)
    }

    /// The zone a contact's sends keep to.
    pub fn zone_of(&self, enrollment: &Enrollment, contact: &Contact) -> TimeZone {
        let zone = contact.fields.get("timezone").map(String::as_str);
        self.campaigns.get(&enrollment.campaign).map_or(TimeZone::UTC, |installed| installed.campaign.calendar.zone_for(zone))
    }
}

/// `queued`, `active`, `paused`, `parked` or `ended` (INTERFACE.md §2).
pub(super) fn status_word(enrollment: &Enrollment, is_halted: bool) -> &'static str {
    Phase::of(enrollment).word(is_halted)
}

/// The word of a relation.
pub(super) fn relation_word(relation: Relation) -> &'static str {
    match relation {
        Relation::None => "none",
        Relation::Pending => "pending",
        Relation::Yes => "yes",
    }
}

/// Calls `see` with every enrollment.
pub(super) fn each_enrollment(store: &dyn Store, see: &mut dyn FnMut(Enrollment) -> ControlFlow<()>) -> Result<(), StoreFault> {
    store.scan(Table::Enrollment, None, &mut |record| match record {
        Record::Enrollment(enrollment) => see(*enrollment),
        _ => ControlFlow::Continue(()),
    })
}

/// The contact of that id.
pub(super) fn contact(store: &dyn Store, id: ContactId) -> Result<Option<Contact>, StoreFault> {
    Ok(match store.get(&Key::Contact(id))? {
        Some(Record::Contact(contact)) => Some(*contact),
        _ => None,
    })
}
