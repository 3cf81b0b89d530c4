//! Calls that wait for an account. Those that the same windows and limits hold stand in one lane, so that what is asked of
//! one is asked of all.

use crate::model::account::Budget;
use crate::model::time::Timestamp;
use crate::runtime::agenda::Class;
use crate::sim::forecast::hold::Hold;
use std::collections::BTreeSet;

/// What the calls of a lane have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub campaign: u32,
    /// Place in the list of zones.
    pub zone: u16,
    pub budget: Option<Budget>,
    /// The person's profile has to be read first.
    pub needs_visit: bool,
}

/// Calls that go together.
#[derive(Debug)]
pub(super) struct Lane {
    pub kind: Kind,
    waiting: BTreeSet<(Class, Timestamp, u32)>,
    /// Not looked at before then.
    pub until: Timestamp,
    pub why: Hold,
    /// The contact-time of those who wait is counted up to here.
    pub counted: Timestamp,
}

/// The lanes of one account.
#[derive(Debug, Default)]
pub(super) struct Lanes(Vec<Lane>);

/// Where a call waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub account: u32,
    pub lane: u32,
    pub class: Class,
    pub ready_at: Timestamp,
}

impl Lane {
    /// The best call.
    pub fn head(&self) -> Option<(Class, Timestamp, u32)> {
        self.waiting.first().copied()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }
}

impl Lanes {
    /// The lane of that kind, made if need be.
    pub fn place(&mut self, kind: Kind, now: Timestamp) -> usize {
        if let Some(at) = self.0.iter().position(|lane| lane.kind == kind) {
            return at;
        }
        self.0.push(Lane { kind, waiting: BTreeSet::new(), until: Timestamp(i64::MIN), why: Hold::Hours, counted: now });
        self.0.len() - 1
    }

    /// The lane at that place.
    pub fn at(&mut self, place: usize) -> Option<&mut Lane> {
        self.0.get_mut(place)
    }

    /// Every lane.
    pub fn all(&mut self) -> impl Iterator<Item = &mut Lane> {
        self.0.iter_mut()
    }

    /// Puts a call in. Whoever counts contact-time has counted the lane up to now.
    pub fn insert(&mut self, place: Place, seat: u32) {
        if let Some(lane) = self.0.get_mut(place.lane as usize) {
            lane.waiting.insert((place.class, place.ready_at, seat));
        }
    }

    /// Takes a call out; the same holds.
    pub fn remove(&mut self, place: Place, seat: u32) {
        if let Some(lane) = self.0.get_mut(place.lane as usize) {
            lane.waiting.remove(&(place.class, place.ready_at, seat));
        }
    }
}
