//! The counts themselves: groups with how many are in them, and of each person their group and a few moments.

use crate::model::id::EnrollmentId;
use crate::model::journal::{Key, Record, Table};
use crate::model::time::Timestamp;
use crate::runtime::census::group::{Group, wake_of};
use crate::runtime::census::kept::OfRows;
use crate::runtime::paged::{Moment, Paged};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Groups and people. A person takes 40 bytes; a look at a million of them takes some milliseconds.
#[derive(Default)]
pub struct Counts {
    groups: Vec<Counted>,
    places: HashMap<Arc<Group>, u32>,
    /// Places of groups in which nobody is left.
    free: Vec<u32>,
    people: Paged<Person>,
}

struct Counted {
    group: Arc<Group>,
    people: u64,
}

/// What is kept of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// The group's number and one more: nobody's person takes no more room than somebody's.
    group: NonZeroU32,
    wake: Moment,
    started: Moment,
    accepted: Moment,
    replied: Moment,
}

impl Person {
    /// The number of their group, until the next question.
    pub fn group(&self) -> u32 {
        self.group.get() - 1
    }

    /// When something happens to them by itself.
    pub fn wakes_at(&self) -> Option<Timestamp> {
        self.wake.at()
    }

    /// When they began.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started.at()
    }

    /// When they accepted.
    pub fn accepted_at(&self) -> Option<Timestamp> {
        self.accepted.at()
    }

    /// When they last wrote.
    pub fn replied_at(&self) -> Option<Timestamp> {
        self.replied.at()
    }
}

impl Counts {
    /// Every group in which there is somebody, and how many.
    pub fn groups(&self) -> impl Iterator<Item = (&Group, u64)> {
        self.numbered_groups().map(|(_, group, people)| (group, people))
    }

    /// The same, with the number of the group: [`Person::group`].
    pub fn numbered_groups(&self) -> impl Iterator<Item = (u32, &Group, u64)> {
        let numbered = (0..).zip(&self.groups).filter(|(_, counted)| counted.people > 0);
        numbered.map(|(number, counted)| (number, &*counted.group, counted.people))
    }

    /// Everybody after that number, in the order of their numbers.
    pub fn people(&self, after: Option<EnrollmentId>) -> impl Iterator<Item = (EnrollmentId, &Person, &Group)> {
        let first = after.map_or(0, |id| id.0.saturating_add(1));
        let people = self.people.from(EnrollmentId(first));
        people.filter_map(|(id, person)| Some((id, person, &*self.groups.get(person.group() as usize)?.group)))
    }

    fn enter(&mut self, group: Group) -> u32 {
        if let Some(at) = self.places.get(&group)
            && let Some(counted) = self.groups.get_mut(*at as usize)
        {
            counted.people += 1;
            return *at;
        }
        let group = Arc::new(group);
        let counted = Counted { group: Arc::clone(&group), people: 1 };
        let at = match self.free.pop().map(|at| (at, self.groups.get_mut(at as usize))) {
            Some((at, Some(held))) => {
                *held = counted;
                at
            }
            _ => {
                self.groups.push(counted);
                u32::try_from(self.groups.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.places.insert(group, at);
        at
    }

    fn leave(&mut self, at: u32) {
        let Some(counted) = self.groups.get_mut(at as usize) else { return };
        counted.people -= 1;
        if counted.people == 0 {
            self.places.remove(&counted.group);
            self.free.push(at);
        }
    }
}

impl OfRows for Counts {
    type Id = EnrollmentId;
    const TABLE: Table = Table::Enrollment;

    fn key(id: EnrollmentId) -> Key {
        Key::Enrollment(id)
    }

    /// Counts somebody as they are now, and no longer as they were.
    fn put(&mut self, record: Record) {
        let Record::Enrollment(enrollment) = record else { return };
        let group = self.enter(Group::of(&enrollment));
        let facts = &enrollment.facts;
        let person = Person {
            group: NonZeroU32::MIN.saturating_add(group),
            wake: wake_of(&enrollment).into(),
            started: enrollment.started_at.into(),
            accepted: facts.accepted_at.into(),
            replied: facts.replied_at.into(),
        };
        if let Some(before) = self.people.insert(enrollment.id, person) {
            self.leave(before.group());
        }
    }

    fn remove(&mut self, id: EnrollmentId) {
        if let Some(before) = self.people.remove(id) {
            self.leave(before.group());
        }
    }

    fn row_count(&self) -> usize {
        self.people.len()
    }
}
