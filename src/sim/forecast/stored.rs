//! A forecast that begins where a store stands: everybody at their place, limits as they are spent.

use crate::model::account::{Account, Channel, Health};
use crate::model::campaign::Campaign;
use crate::model::enrollment::{Awaits, Enrollment, Hold, Pause, Status};
use crate::model::id::{AccountId, CampaignId, ContactId};
use crate::model::journal::{Installed, Key, Meta, MetaKey, Record, Table};
use crate::model::program::Workspace;
use crate::model::relation::Relation;
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::limits::{Usage, Use};
use crate::runtime::pace::Begun;
use crate::sim::forecast::opening::{LEAD_MS, Opened, Opening, Seat};
use crate::sim::forecast::sink::Sink;
use crate::sim::forecast::state::State;
use crate::sim::postpress::state::Ending;
use crate::store::contract::{Store, StoreFault};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The small tables.
#[derive(Default)]
struct Rows {
    campaigns: BTreeMap<CampaignId, Installed>,
    accounts: BTreeMap<AccountId, Account>,
    usage: Usage,
}

impl Opening {
    /// What the store holds, at that time. Left out is whoever nothing will be sent to by itself: who has ended, who is held
    /// by the operator, and who has a call in flight of which nobody knows yet what became of it.
    pub fn stored(store: &dyn Store, workspace: &Workspace, now: Timestamp) -> Result<Self, StoreFault> {
        let rows = Rows::read(store, now)?;
        let mut opening = Self {
            now,
            workspace: workspace.clone(),
            campaigns: Vec::new(),
            accounts: rows.accounts,
            contacts: Vec::new(),
            seats: Vec::new(),
            seats_of: Vec::new(),
            usage: rows.usage,
            left_out: Vec::new(),
            lead_ms: LEAD_MS,
        };
        let mut places: BTreeMap<CampaignId, u32> = BTreeMap::new();
        for installed in rows.campaigns.into_values() {
            places.insert(installed.id, opening.campaigns.len() as u32);
            let (id, campaign) =
                (installed.id, Arc::new(if installed.is_paused { empty(installed) } else { installed.campaign }));
            opening.campaigns.push(Opened { id, campaign, begun: Begun::new() });
        }
        let mut people = Vec::new();
        store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record {
                people.push(*enrollment);
            }
            ControlFlow::Continue(())
        })?;
        let is_paused = matches!(store.get(&Key::Meta(MetaKey::Paused))?, Some(Record::Meta(Meta::Paused { since: Some(_) })));
        let mut known: HashMap<ContactId, u32> = HashMap::new();
        for enrollment in people {
            opening.note_start(&places, &enrollment);
            let place = places.get(&enrollment.campaign).copied();
            if let Some(campaign) = place.filter(|_| !is_paused && goes_on(&enrollment)) {
                opening.stand(store, &mut known, campaign, enrollment)?;
            }
        }
        Ok(opening)
    }

    /// Whoever began in the last 24 hours counts for every version of the campaign.
    fn note_start(&mut self, places: &BTreeMap<CampaignId, u32>, enrollment: &Enrollment) {
        let Some(at) = enrollment.started_at.filter(|at| self.now.since_ms(*at) < DAY_MS) else { return };
        let own = places.get(&enrollment.campaign).and_then(|place| self.campaigns.get(*place as usize));
        let Some(name) = own.map(|opened| opened.campaign.name.clone()) else { return };
        for opened in self.campaigns.iter_mut().filter(|opened| opened.campaign.name == name) {
            opened.begun.insert((at, enrollment.id));
        }
    }

    fn stand(
        &mut self,
        store: &dyn Store,
        known: &mut HashMap<ContactId, u32>,
        campaign: u32,
        enrollment: Enrollment,
    ) -> Result<(), StoreFault> {
        let is_there = self.campaigns.get(campaign as usize).is_some_and(|opened| !opened.campaign.steps.is_empty());
        if !is_there {
            return Ok(());
        }
        let contact = match known.get(&enrollment.contact) {
            Some(place) => *place,
            None => {
                let Some(Record::Contact(contact)) = store.get(&Key::Contact(enrollment.contact))? else { return Ok(()) };
                let place = self.contacts.len() as u32;
                known.insert(enrollment.contact, place);
                self.contacts.push(*contact);
                self.seats_of.push(Vec::new());
                place
            }
        };
        let lines = enrollment.lines.iter().map(|(channel, line)| (*channel, line.account)).collect();
        let (id, has_begun) = (enrollment.id, enrollment.status != Status::Queued);
        self.seat(Seat { id, campaign, contact, lines, standing: has_begun.then(|| Box::new(enrollment)) });
        Ok(())
    }
}

impl Rows {
    fn read(store: &dyn Store, now: Timestamp) -> Result<Self, StoreFault> {
        let mut rows = Self::default();
        for table in [Table::Campaign, Table::Account, Table::Usage] {
            store.scan(table, None, &mut |record| {
                match record {
                    Record::Campaign(installed) => drop(rows.campaigns.insert(installed.id, *installed)),
                    Record::Account(account) => drop(rows.accounts.insert(account.id, ready(*account, now))),
                    Record::Usage { account, budget, at, key, campaign } => {
                        rows.usage.add(account, budget, Use { at, key, campaign });
                    }
                    _ => {}
                }
                ControlFlow::Continue(())
            })?;
        }
        rows.usage.relate(rows.campaigns.values().map(|installed| (installed.id, installed.campaign.name.as_str())));
        Ok(rows)
    }
}

/// An account nobody has asked about yet will answer well; one that is known to be lost is lost.
fn ready(account: Account, now: Timestamp) -> Account {
    let health = if account.health == Health::Unknown { Health::Ok } else { account.health.clone() };
    Account { health, polled_at: account.polled_at.or(Some(now)), ..account }
}

/// Of a paused campaign nothing moves.
fn empty(installed: Installed) -> Campaign {
    Campaign { steps: Vec::new(), ..installed.campaign }
}

fn goes_on(enrollment: &Enrollment) -> bool {
    let in_doubt = |awaits: &Awaits| {
        matches!(awaits, Awaits::Call { hold: Some(Hold::Open { .. } | Hold::Unknown { .. } | Hold::Parked { .. }), .. })
    };
    let is_held = matches!(enrollment.pause(), Some(Pause::Operator { .. } | Pause::Broken { .. }));
    !enrollment.has_ended() && !is_held && !enrollment.frame().is_some_and(|frame| in_doubt(&frame.awaits))
}

impl<S: Sink> State<'_, S> {
    /// The far side remembers what the store says of somebody: connected, invited, answered.
    pub(super) fn remember(&mut self, contact: u32, standing: &Enrollment) {
        let facts = &standing.facts;
        for (channel, line) in &standing.lines {
            let Some(person) = self.cast.person(contact, *channel) else { continue };
            let tie = self.far.tie(person, line.account.0, || facts.relation == Relation::Yes && *channel == Channel::Linkedin);
            tie.has_answered |= facts.replied_at.is_some();
            tie.invited = tie.invited.max(standing.sends.invites);
            tie.written = tie.written.max(standing.sends.messages + standing.sends.inmails);
            if *channel == Channel::Linkedin && tie.invitation.is_none() {
                tie.invitation = match (facts.relation, facts.invited_at) {
                    (Relation::Pending, _) => Some(Ending::Pending),
                    (Relation::None, Some(at)) => Some(Ending::Withdrawn(at)),
                    (Relation::None | Relation::Yes, _) => None,
                };
            }
        }
    }
}
