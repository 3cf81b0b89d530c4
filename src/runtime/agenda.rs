//! What is to be done and when, in memory: rebuilt from the store by one scan, kept by looking at each enrollment that a
//! commit put. It holds nothing that is not in the rows; losing it loses nothing.

use crate::model::account::{Budget, Channel};
use crate::model::effect::{Call, Look};
use crate::model::enrollment::{Awaits, Enrollment, Frame, Hold, Relation, Status};
use crate::model::id::{AccountId, CampaignId, EnrollmentId, Visit};
use crate::model::planted::{Bug, is_planted};
use crate::model::time::Timestamp;
use crate::runtime::ceiling::place_of;
use crate::runtime::paged::{Moment, Paged};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Order of service when a limit binds (RUNTIME.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Inside a handler, or by hand: somebody wrote, we answer.
    Answer,
    FollowUp,
    /// Nothing was ever sent.
    New,
}

/// A call that waits for the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub enrollment: EnrollmentId,
    pub campaign: CampaignId,
    pub visit: Visit,
    pub call: Call,
    pub ready_at: Timestamp,
    pub class: Class,
}

/// The calls of one account, by budget, best first; those that cannot go yet sleep.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: HashMap<EnrollmentId, (Waiting, Place)>,
    awake: BTreeMap<Option<Budget>, BTreeSet<(Class, Timestamp, EnrollmentId)>>,
    asleep: BTreeSet<(Timestamp, EnrollmentId)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Awake,
    Asleep(Timestamp),
}

impl Queue {
    /// Adds a call, asleep until then.
    pub fn add(&mut self, waiting: Waiting, until: Timestamp) {
        self.remove(waiting.enrollment);
        self.asleep.insert((until, waiting.enrollment));
        self.waiting.insert(waiting.enrollment, (waiting, Place::Asleep(until)));
    }

    /// Takes an enrollment's call out.
    pub fn remove(&mut self, enrollment: EnrollmentId) {
        let Some((waiting, place)) = self.waiting.remove(&enrollment) else { return };
        match place {
            Place::Asleep(until) => {
                self.asleep.remove(&(until, enrollment));
            }
            Place::Awake => {
                if let Some(set) = self.awake.get_mut(&waiting.call.budget()) {
                    set.remove(&(waiting.class, waiting.ready_at, enrollment));
                }
            }
        }
    }

    /// Puts an awake call back to sleep.
    pub fn sleep(&mut self, enrollment: EnrollmentId, until: Timestamp) {
        if let Some((waiting, _)) = self.waiting.get(&enrollment).cloned() {
            self.add(waiting, until);
        }
    }

    /// Wakes those whose time has come.
    pub fn wake(&mut self, now: Timestamp) {
        while let Some((until, enrollment)) = self.asleep.first().copied().filter(|(until, _)| *until <= now) {
            self.asleep.remove(&(until, enrollment));
            if let Some((waiting, place)) = self.waiting.get_mut(&enrollment) {
                *place = Place::Awake;
                self.awake.entry(waiting.call.budget()).or_default().insert((waiting.class, waiting.ready_at, enrollment));
            }
        }
    }

    /// The best awake call among the budgets that have room.
    pub fn best(&self, has_room: &dyn Fn(Option<Budget>) -> bool) -> Option<Waiting> {
        if is_planted(Bug::HashOrder) {
            let has_room = |waiting: &Waiting, place: &Place| *place == Place::Awake && has_room(waiting.call.budget());
            return self.waiting.values().find(|(waiting, place)| has_room(waiting, place)).map(|(waiting, _)| waiting.clone());
        }
        let heads = self.awake.iter().filter(|(budget, _)| has_room(**budget)).filter_map(|(_, set)| set.first());
        let (_, _, enrollment) = heads.min()?;
        self.waiting.get(enrollment).map(|(waiting, _)| waiting.clone())
    }

    /// Budgets that awake calls want.
    pub fn wanted(&self) -> Vec<Option<Budget>> {
        self.awake.iter().filter(|(_, set)| !set.is_empty()).map(|(budget, _)| *budget).collect()
    }

    /// When the first sleeper wakes.
    pub fn wakes_at(&self) -> Option<Timestamp> {
        self.asleep.first().map(|(until, _)| *until)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Does nobody wait?
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// A reading that waits: for a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookOut {
    pub enrollment: EnrollmentId,
    pub visit: Visit,
    pub look: Look,
}

/// Where an enrollment stands in the agenda, in 24 bytes.
#[derive(Debug, Clone, Copy)]
struct Slot {
    due: Moment,
    campaign: CampaignId,
    /// Whose queue or looks it is in.
    account: AccountId,
    /// Whose acceptance it awaits, whose invitation is out.
    inviter: AccountId,
    stands: Stands,
    /// Of the constants below.
    flags: u8,
}

/// In what an account keeps somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Nowhere,
    InQueue,
    InLooks,
}

const STARTS: u8 = 1;
const PARKED: u8 = 2;
const OPEN: u8 = 4;
const AWAITS_ACCEPTANCE: u8 = 8;
const INVITE_OUT: u8 = 16;

impl Slot {
    fn of(enrollment: &Enrollment) -> Self {
        let nobody = AccountId(0);
        Self {
            due: None.into(),
            campaign: enrollment.campaign,
            account: nobody,
            inviter: enrollment.lines.get(&Channel::Linkedin).map_or(nobody, |line| line.account),
            stands: Stands::Nowhere,
            flags: 0,
        }
    }

    fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn say(&mut self, flag: u8, is_so: bool) {
        if is_so {
            self.flags |= flag;
        }
    }
}

/// All that waits.
#[derive(Debug, Default)]
pub struct Agenda {
    due: BTreeSet<(Timestamp, EnrollmentId)>,
    pub queues: BTreeMap<AccountId, Queue>,
    pub looks: BTreeMap<AccountId, BTreeMap<EnrollmentId, LookOut>>,
    starts: BTreeMap<CampaignId, BTreeSet<EnrollmentId>>,
    parked: BTreeSet<EnrollmentId>,
    /// People of whom an acceptance may come, by account: relations are polled only while there are some.
    awaiting: BTreeMap<AccountId, u32>,
    /// Invitations that take a place under the ceiling, by account.
    invites_out: BTreeMap<AccountId, u32>,
    /// Neither ended nor parked, or with an answer by hand on its way.
    open: usize,
    slots: Paged<Slot>,
}

impl Agenda {
    /// Looks at an enrollment as it now is. `opens_at`: when its call may go at the earliest. While its campaign does not
    /// run, nothing of it falls due.
    pub fn note(&mut self, enrollment: &Enrollment, is_running: bool, opens_at: &dyn Fn(&Enrollment, Timestamp) -> Timestamp) {
        let id = enrollment.id;
        self.forget(id);
        let mut slot = Slot::of(enrollment);
        slot.say(OPEN, !enrollment.has_ended() || enrollment.by_hand().is_some());
        if matches!(enrollment.status, Status::Queued) {
            self.starts.entry(enrollment.campaign).or_default().insert(id);
            slot.say(STARTS, true);
        }
        if let Some(due) = enrollment.next_wake().filter(|_| is_running) {
            self.due.insert((due, id));
            slot.due = Some(due).into();
        }
        slot.say(PARKED, enrollment.is_broken());
        if enrollment.pause().is_none()
            && let Some(frame) = enrollment.frame()
        {
            self.note_frame(enrollment, frame, &mut slot, opens_at);
        }
        let can_invite = enrollment.lines.contains_key(&Channel::Linkedin);
        if can_invite && enrollment.facts.relation == Relation::Pending && !enrollment.has_ended() {
            *self.awaiting.entry(slot.inviter).or_insert(0) += 1;
            slot.say(AWAITS_ACCEPTANCE, true);
        }
        if can_invite && place_of(enrollment).is_some() {
            *self.invites_out.entry(slot.inviter).or_insert(0) += 1;
            slot.say(INVITE_OUT, true);
        }
        if slot.is(PARKED) {
            self.parked.insert(id);
        } else if slot.is(OPEN) {
            self.open += 1;
        }
        self.slots.insert(id, slot);
    }

    fn note_frame(
        &mut self,
        enrollment: &Enrollment,
        frame: &Frame,
        slot: &mut Slot,
        opens_at: &dyn Fn(&Enrollment, Timestamp) -> Timestamp,
    ) {
        match &frame.awaits {
            Awaits::Call { call, ready_at, hold } => {
                let Some(line) = enrollment.lines.get(&enrollment.channel_of(call)) else { return };
                let earliest = match hold {
                    None => *ready_at,
                    Some(Hold::Retry { until, .. }) => (*until).max(*ready_at),
                    Some(Hold::Open { .. } | Hold::Unknown { .. }) => return,
                    Some(Hold::Parked { .. }) => {
                        slot.say(PARKED, true);
                        return;
                    }
                };
                let until = if call.keeps_hours() { opens_at(enrollment, earliest) } else { earliest };
                let waiting = Waiting {
                    enrollment: enrollment.id,
                    campaign: enrollment.campaign,
                    visit: frame.visit,
                    call: call.clone(),
                    ready_at: *ready_at,
                    class: class_of(enrollment),
                };
                self.queues.entry(line.account).or_default().add(waiting, until);
                (slot.account, slot.stands) = (line.account, Stands::InQueue);
            }
            Awaits::Look { look, .. } => {
                let line = enrollment.lines.get(&Channel::Linkedin).or_else(|| enrollment.lines.values().next());
                let Some(line) = line else { return };
                let look = LookOut { enrollment: enrollment.id, visit: frame.visit, look: *look };
                self.looks.entry(line.account).or_default().insert(enrollment.id, look);
                (slot.account, slot.stands) = (line.account, Stands::InLooks);
            }
            Awaits::Timer { .. } | Awaits::Nothing => {}
        }
    }

    /// Takes an enrollment out.
    pub fn forget(&mut self, id: EnrollmentId) {
        let Some(slot) = self.slots.remove(id) else { return };
        if let Some(due) = slot.due.at() {
            self.due.remove(&(due, id));
        }
        match slot.stands {
            Stands::Nowhere => {}
            Stands::InQueue => self.queues.get_mut(&slot.account).into_iter().for_each(|queue| queue.remove(id)),
            Stands::InLooks => {
                self.looks.get_mut(&slot.account).and_then(|looks| looks.remove(&id));
            }
        }
        if slot.is(STARTS)
            && let Some(starts) = self.starts.get_mut(&slot.campaign)
        {
            starts.remove(&id);
        }
        for (flag, counts) in [(AWAITS_ACCEPTANCE, &mut self.awaiting), (INVITE_OUT, &mut self.invites_out)] {
            if let Some(count) = counts.get_mut(&slot.inviter).filter(|_| slot.is(flag)) {
                *count = count.saturating_sub(1);
            }
        }
        if slot.is(PARKED) {
            self.parked.remove(&id);
        } else if slot.is(OPEN) {
            self.open = self.open.saturating_sub(1);
        }
    }

    /// Up to `most` enrollments whose timer fell due, earliest first.
    pub fn due(&self, now: Timestamp, most: usize) -> Vec<(Timestamp, EnrollmentId)> {
        self.due.iter().take_while(|(due, _)| *due <= now).take(most).copied().collect()
    }

    /// Puts off a timer that fell due and meant nothing; one that was moved on meanwhile stays as it is.
    pub fn snooze(&mut self, id: EnrollmentId, until: Timestamp) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        if let Some(due) = slot.due.at().filter(|due| *due < until) {
            self.due.remove(&(due, id));
            self.due.insert((until, id));
            slot.due = Some(until).into();
        }
    }

    /// Lets what was put off until then fall due now, unless it was moved on meanwhile.
    pub fn wake(&mut self, id: EnrollmentId, until: Timestamp, now: Timestamp) {
        let Some(slot) = self.slots.get_mut(id).filter(|slot| slot.due.at() == Some(until)) else { return };
        self.due.remove(&(until, id));
        self.due.insert((now, id));
        slot.due = Some(now).into();
    }

    /// When the next timer falls due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Up to `most` who are queued to begin, in the order they were enrolled.
    pub fn to_start(&self, campaign: CampaignId, most: usize) -> Vec<EnrollmentId> {
        self.starts.get(&campaign).into_iter().flatten().take(most).copied().collect()
    }

    /// Campaigns with people who have not begun.
    pub fn starting(&self) -> Vec<CampaignId> {
        self.starts.iter().filter(|(_, set)| !set.is_empty()).map(|(campaign, _)| *campaign).collect()
    }

    /// Is somebody of the account awaiting acceptance?
    pub fn awaits_acceptance(&self, account: AccountId) -> bool {
        self.awaiting.get(&account).is_some_and(|count| *count > 0)
    }

    /// How many invitations of the account are pending, or may be.
    pub fn invites_out(&self, account: AccountId) -> u32 {
        self.invites_out.get(&account).copied().unwrap_or(0)
    }

    /// The version somebody is in, or was when they ended.
    pub fn campaign_of(&self, id: EnrollmentId) -> Option<CampaignId> {
        self.slots.get(id).map(|slot| slot.campaign)
    }

    /// Neither ended nor parked.
    pub fn open_count(&self) -> usize {
        self.open
    }

    /// Waiting for a person's word (`engine resolve`).
    pub fn parked_count(&self) -> usize {
        self.parked.len()
    }
}

/// Where in the order of service the enrollment's call stands.
pub fn class_of(enrollment: &Enrollment) -> Class {
    let in_handler = match &enrollment.status {
        Status::Active { handler, .. } | Status::Ended { handler, .. } => handler.is_some(),
        Status::Queued => false,
    };
    let sends = enrollment.sends;
    if in_handler {
        Class::Answer
    } else if sends.invites + sends.messages + sends.inmails > 0 {
        Class::FollowUp
    } else {
        Class::New
    }
}
