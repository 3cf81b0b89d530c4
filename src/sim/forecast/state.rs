//! What changes while a forecast runs, of one seed.

use crate::machine::{Person, advance};
use crate::model::account::{Account, Channel};
use crate::model::contact::Contact;
use crate::model::effect::Effect;
use crate::model::enrollment::{Awaits, Enrollment, Status};
use crate::model::event::Event;
use crate::model::id::{AccountId, OutcomeId};
use crate::model::time::Timestamp;
use crate::runtime::agenda::class_of;
use crate::runtime::ceiling::place_of;
use crate::runtime::entry::new_enrollment;
use crate::runtime::limits::Usage;
use crate::runtime::pace::Begun;
use crate::sim::forecast::cast::Cast;
use crate::sim::forecast::far::Far;
use crate::sim::forecast::hold::Holds;
use crate::sim::forecast::lane::{Kind, Lanes, Place};
use crate::sim::forecast::news::News;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::sink::{Happening, Sink, Who};
use jiff::tz::TimeZone;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

/// What is due, in the order of a turn: what came in, timers, starts, the outbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// Something a person did reaches the engine.
    News {
        at: Timestamp,
        news: News,
    },
    Timer {
        seat: u32,
    },
    Starts {
        campaign: u32,
    },
    Serve {
        account: u32,
    },
}

/// One enrollment, and what of it is on the agenda.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub enrollment: Option<Box<Enrollment>>,
    pub timer: Option<Timestamp>,
    pub queued: Option<Place>,
    pub looks: Option<(u32, bool)>,
    pub is_pending: Option<u32>,
    pub zone: Option<u16>,
}

/// All that changes.
pub(super) struct State<'a, S: Sink> {
    pub cast: &'a Cast<'a>,
    pub seed: u64,
    pub sink: S,
    pub now: Timestamp,
    due: BinaryHeap<Reverse<(Timestamp, u8, u64, Due)>>,
    due_count: u64,
    pub slots: Vec<Slot>,
    /// Contacts that an event changed.
    pub contacts: HashMap<u32, Box<Contact>>,
    pub accounts: BTreeMap<AccountId, Account>,
    pub lanes: HashMap<u32, Lanes>,
    /// Readings that wait, by account: those that cost no visit first.
    pub looks: HashMap<u32, BTreeSet<(bool, u32)>>,
    /// Invitations that are pending, by account.
    pub pending: HashMap<u32, u32>,
    pub serve_at: HashMap<u32, Timestamp>,
    pub polls: HashMap<u32, Timestamp>,
    pub usage: Usage,
    pub begun: Vec<Begun>,
    /// Seats that have not begun, by campaign, in the order of entry.
    pub queues: Vec<BTreeSet<u32>>,
    pub far: Far,
    pub holds: Holds,
    pub open: usize,
    zones: Vec<TimeZone>,
    zone_of_name: HashMap<(u32, String), u16>,
}

impl<'a, S: Sink> State<'a, S> {
    /// As the opening has it.
    pub fn new(cast: &'a Cast<'a>, seed: u64, sink: S) -> Self {
        let opening = cast.opening;
        let mut queues: Vec<BTreeSet<u32>> = opening.campaigns.iter().map(|_| BTreeSet::new()).collect();
        for (seat, at) in opening.seats.iter().zip(0u32..) {
            if let (None, Some(queue)) = (&seat.standing, queues.get_mut(seat.campaign as usize)) {
                queue.insert(at);
            }
        }
        Self {
            cast,
            seed,
            sink,
            now: opening.now,
            due: BinaryHeap::new(),
            due_count: 0,
            slots: opening.seats.iter().map(|_| Slot::default()).collect(),
            contacts: HashMap::new(),
            accounts: opening.accounts.clone(),
            lanes: HashMap::new(),
            looks: HashMap::new(),
            pending: HashMap::new(),
            serve_at: HashMap::new(),
            polls: HashMap::new(),
            usage: opening.usage.clone(),
            begun: opening.campaigns.iter().map(|opened| opened.begun.clone()).collect(),
            queues,
            far: Far::default(),
            holds: Holds::default(),
            open: opening.seats.iter().filter(|seat| seat.standing.as_ref().is_none_or(|standing| !standing.has_ended())).count(),
            zones: Vec::new(),
            zone_of_name: HashMap::new(),
        }
    }

    /// Puts something on the agenda.
    pub fn plan(&mut self, at: Timestamp, due: Due) {
        self.due_count += 1;
        let rank = match due {
            Due::News { .. } => 0,
            Due::Timer { .. } => 1,
            Due::Starts { .. } => 2,
            Due::Serve { .. } => 3,
        };
        self.due.push(Reverse((at.max(self.now), rank, self.due_count, due)));
    }

    /// Takes the next thing off it, up to `until`, and moves the time on.
    pub fn next(&mut self, until: Timestamp) -> Option<Due> {
        let Reverse((at, ..)) = self.due.peek()?;
        if *at > until {
            return None;
        }
        let Reverse((at, _, _, due)) = self.due.pop()?;
        self.now = at;
        Some(due)
    }

    /// Lets an account be looked at, at that time at the latest.
    pub fn serve_by(&mut self, account: u32, at: Timestamp) {
        if self.serve_at.get(&account).is_none_or(|planned| at < *planned) {
            self.serve_at.insert(account, at);
            self.plan(at, Due::Serve { account });
        }
    }

    /// The contact as they are now.
    pub fn contact(&self, place: u32) -> Option<&Contact> {
        contact_of(&self.contacts, self.cast.opening, place)
    }

    /// The zone a seat's sends keep to.
    pub fn zone(&mut self, seat: u32) -> u16 {
        if let Some(zone) = self.slots.get(seat as usize).and_then(|slot| slot.zone) {
            return zone;
        }
        let zone = self.find_zone(seat).unwrap_or(0);
        if let Some(slot) = self.slots.get_mut(seat as usize) {
            slot.zone = Some(zone);
        }
        zone
    }

    fn find_zone(&mut self, seat: u32) -> Option<u16> {
        let found = self.cast.opening.seats.get(seat as usize)?;
        let name = self.contact(found.contact)?.fields.get("timezone").cloned().unwrap_or_default();
        if let Some(zone) = self.zone_of_name.get(&(found.campaign, name.clone())) {
            return Some(*zone);
        }
        let calendar = &self.cast.opening.campaigns.get(found.campaign as usize)?.campaign.calendar;
        self.zones.push(calendar.zone_for(Some(name.as_str()).filter(|name| !name.is_empty())));
        let zone = (self.zones.len() - 1) as u16;
        self.zone_of_name.insert((found.campaign, name), zone);
        Some(zone)
    }

    /// The zone of that place.
    pub fn zone_at(&self, zone: u16) -> TimeZone {
        self.zones.get(zone as usize).cloned().unwrap_or(TimeZone::UTC)
    }

    /// Lets an event happen to a seat and everything that follows. Says whether it meant anything.
    pub fn happen(&mut self, seat: u32, event: &Event) -> bool {
        let Some(found) = self.cast.opening.seats.get(seat as usize) else { return false };
        let Some(opened) = self.cast.opening.campaigns.get(found.campaign as usize) else { return false };
        let Some(before) = self.take_enrollment(seat) else { return false };
        let Some(contact) = self.contact(found.contact) else { return false };
        let sender = self.cast.sender(found);
        let person = Person { enrollment: &before, contact, sender };
        let Some(advanced) = advance(&opened.campaign, &person, event, self.now) else {
            self.put_enrollment(seat, before);
            return false;
        };
        if let Some(contact) = advanced.contact {
            self.contacts.insert(found.contact, Box::new(contact));
            if let Some(slot) = self.slots.get_mut(seat as usize) {
                slot.zone = None;
            }
        }
        let after = Box::new(advanced.enrollment);
        self.tell(seat, &before, &after, &advanced.entries);
        self.note(seat, &after);
        self.put_enrollment(seat, after);
        for effect in advanced.effects {
            match effect {
                Effect::Suppress { channel } => {
                    let others = self.cast.opening.seats_of.get(found.contact as usize).cloned().unwrap_or_default();
                    for other in others.into_iter().filter(|other| *other != seat) {
                        self.happen(other, &Event::Suppressed { channel });
                    }
                }
                // Calls and readings stand in the frame; what tells our own people changes no path.
                Effect::Call { .. }
                | Effect::Look { .. }
                | Effect::Notify { .. }
                | Effect::Ask { .. }
                | Effect::Webhook { .. } => {}
            }
        }
        true
    }

    /// The enrollment, out of its slot; made when the seat is first spoken of.
    pub fn take_enrollment(&mut self, seat: u32) -> Option<Box<Enrollment>> {
        if let Some(held) = self.slots.get_mut(seat as usize)?.enrollment.take() {
            return Some(held);
        }
        let opening = self.cast.opening;
        let found = opening.seats.get(seat as usize)?;
        if let Some(standing) = &found.standing {
            return Some(standing.clone());
        }
        let (campaign, contact) =
            (opening.campaigns.get(found.campaign as usize)?, opening.contacts.get(found.contact as usize)?);
        let line = |account: &AccountId| crate::model::enrollment::Line { account: *account, person: None, chat: None };
        let lines = found.lines.iter().map(|(channel, account)| (*channel, line(account))).collect();
        Some(Box::new(new_enrollment(found.id, campaign.id, contact.id, lines, opening.now)))
    }

    /// Puts it back.
    pub fn put_enrollment(&mut self, seat: u32, enrollment: Box<Enrollment>) {
        if let Some(slot) = self.slots.get_mut(seat as usize) {
            slot.enrollment = Some(enrollment);
        }
    }

    fn tell(&mut self, seat: u32, before: &Enrollment, after: &Enrollment, entries: &[crate::model::journal::Entry]) {
        let Some(found) = self.cast.opening.seats.get(seat as usize) else { return };
        let Some(opened) = self.cast.opening.campaigns.get(found.campaign as usize) else { return };
        let Some(contact) = contact_of(&self.contacts, self.cast.opening, found.contact) else { return };
        let who = Who { seat, place: found.campaign, campaign: &opened.campaign, contact, enrollment: after };
        if before.status == Status::Queued && after.status != Status::Queued {
            self.sink.take(self.now, &who, &Happening::Started);
        }
        if before.facts.accepted_at.is_none() && after.facts.accepted_at.is_some() && after.sends.invites > 0 {
            self.sink.take(self.now, &who, &Happening::Accepted);
        }
        if before.facts.replied_at.is_none() && after.facts.replied_at.is_some() {
            self.sink.take(self.now, &who, &Happening::Replied);
        }
        self.sink.take(self.now, &who, &Happening::Told { entries });
        let (ended, was) = (outcome_of(after), outcome_of(before));
        if let Some(outcome) = ended.filter(|_| ended != was) {
            self.sink.take(self.now, &who, &Happening::Ended { outcome, before: was });
            if was.is_none() {
                self.open = self.open.saturating_sub(1);
            }
        }
    }

    /// Puts a seat's needs on the agenda, as `Agenda::note` does.
    pub fn note(&mut self, seat: u32, enrollment: &Enrollment) {
        self.forget(seat);
        let Some(found) = self.cast.opening.seats.get(seat as usize) else { return };
        if enrollment.status == Status::Queued {
            if let Some(queue) = self.queues.get_mut(found.campaign as usize) {
                queue.insert(seat);
            }
        } else if let Some(queue) = self.queues.get_mut(found.campaign as usize) {
            queue.remove(&seat);
        }
        let wake = enrollment.next_wake();
        if let Some(slot) = self.slots.get_mut(seat as usize)
            && slot.timer != wake
        {
            slot.timer = wake;
            if let Some(due) = wake {
                self.plan(due, Due::Timer { seat });
            }
        }
        let linkedin = enrollment.lines.get(&Channel::Linkedin).map(|line| line.account.0);
        if place_of(enrollment).is_some()
            && let Some(account) = linkedin
        {
            *self.pending.entry(account).or_default() += 1;
            if let Some(slot) = self.slots.get_mut(seat as usize) {
                slot.is_pending = Some(account);
            }
        }
        if enrollment.pause().is_none() {
            self.note_frame(seat, found.campaign, enrollment);
        }
    }

    fn note_frame(&mut self, seat: u32, campaign: u32, enrollment: &Enrollment) {
        match enrollment.frame().map(|frame| &frame.awaits) {
            Some(Awaits::Call { call, ready_at, .. }) => {
                let Some(line) = enrollment.lines.get(&enrollment.channel_of(call)) else { return };
                let needs_visit = line.person.is_none() && enrollment.channel_of(call) != Channel::Whatsapp;
                let (account, ready_at) = (line.account.0, *ready_at);
                let kind = Kind { campaign, zone: self.zone(seat), budget: call.budget(), needs_visit };
                self.enqueue(seat, account, kind, class_of(enrollment), ready_at);
            }
            Some(Awaits::Look { look, .. }) => {
                let line = enrollment.lines.get(&Channel::Linkedin).or_else(|| enrollment.lines.values().next());
                let Some(account) = line.map(|line| line.account.0) else { return };
                self.looks.entry(account).or_default().insert((look.profile, seat));
                if let Some(slot) = self.slots.get_mut(seat as usize) {
                    slot.looks = Some((account, look.profile));
                }
                self.serve_by(account, self.now);
            }
            Some(Awaits::Timer { .. } | Awaits::Nothing) | None => {}
        }
    }

    fn enqueue(&mut self, seat: u32, account: u32, kind: Kind, class: crate::runtime::agenda::Class, ready_at: Timestamp) {
        let lanes = self.lanes.entry(account).or_default();
        let lane = lanes.place(kind, self.now);
        if let Some(lane) = lanes.at(lane) {
            count(lane, &mut self.holds, self.now);
        }
        let place = Place { account, lane: lane as u32, class, ready_at };
        lanes.insert(place, seat);
        if let Some(slot) = self.slots.get_mut(seat as usize) {
            slot.queued = Some(place);
        }
        self.serve_by(account, self.now);
    }

    fn forget(&mut self, seat: u32) {
        let Some(slot) = self.slots.get_mut(seat as usize) else { return };
        let (queued, looks, pending) = (slot.queued.take(), slot.looks.take(), slot.is_pending.take());
        if let Some(place) = queued
            && let Some(lanes) = self.lanes.get_mut(&place.account)
        {
            if let Some(lane) = lanes.at(place.lane as usize) {
                count(lane, &mut self.holds, self.now);
            }
            lanes.remove(place, seat);
        }
        if let Some((account, is_visit)) = looks
            && let Some(looks) = self.looks.get_mut(&account)
        {
            looks.remove(&(is_visit, seat));
        }
        if let Some(pending) = pending.and_then(|account| self.pending.get_mut(&account)) {
            *pending = pending.saturating_sub(1);
        }
    }
}

/// Counts the contact-time of those who wait in a lane up to now.
pub(super) fn count(lane: &mut crate::sim::forecast::lane::Lane, holds: &mut Holds, now: Timestamp) {
    holds.add(lane.why, lane.len(), lane.counted, now);
    lane.counted = now;
}

/// The contact as they are now.
pub(super) fn contact_of<'c>(changed: &'c HashMap<u32, Box<Contact>>, opening: &'c Opening, place: u32) -> Option<&'c Contact> {
    changed.get(&place).map(AsRef::as_ref).or_else(|| opening.contacts.get(place as usize))
}

fn outcome_of(enrollment: &Enrollment) -> Option<OutcomeId> {
    match &enrollment.status {
        Status::Ended { outcome, .. } => Some(*outcome),
        Status::Queued | Status::Active { .. } => None,
    }
}
