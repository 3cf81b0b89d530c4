//! Who the people of a forecast are: named by a people file, or drawn by the seed as the built-in sandbox draws them.

use crate::model::account::Channel;
use crate::sim::people::directory::{self, Directory};
use crate::sim::people::identity;
use crate::sim::people::person::{Person, Ties};
use std::collections::HashMap;

/// What people do.
#[derive(Debug, Clone)]
pub enum Folk {
    /// Contacts as `engine run --sandbox` has them: one in twelve is a relation already, one in ten an open profile; they
    /// accept, reply and stay silent by the seed.
    Drawn,
    /// Named by a people file; everybody else is a stranger, invented by the seed.
    Named(Directory),
    /// Nobody ever accepts, replies or reads: what goes out by itself.
    Silent,
}

/// Everybody who is ever spoken to, once a key.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    people: Vec<Person>,
    places: HashMap<String, u32>,
    pub is_drawn: bool,
    pub is_silent: bool,
}

impl Folk {
    /// Nobody known yet.
    pub(super) fn people(&self) -> People {
        let (is_drawn, is_silent) = (matches!(self, Self::Drawn), matches!(self, Self::Silent));
        People { is_drawn, is_silent, ..People::default() }
    }

    /// The person's place; none: the channel's column is no identifier.
    pub(super) fn place(&self, people: &mut People, channel: Channel, identifier: &str) -> Option<u32> {
        let key = identity::key(channel, identifier)?;
        if let Some(place) = people.places.get(&key) {
            return Some(*place);
        }
        let person = match self {
            Self::Named(directory) => directory.person(&key),
            Self::Drawn | Self::Silent => stranger(&key),
        };
        let place = people.people.len() as u32;
        people.people.push(person);
        people.places.insert(key, place);
        Some(place)
    }
}

impl People {
    /// The person of that place.
    pub fn person(&self, place: u32) -> Option<&Person> {
        self.people.get(place as usize)
    }

    /// Are they connected with the account from the start?
    pub fn is_tied(&self, place: u32, seed: u64, account: &str) -> bool {
        let Some(person) = self.person(place) else { return false };
        person.relation.has(account) || (self.is_drawn && directory::is_tied(seed, &person.key))
    }

    /// Do they take InMails from anybody?
    pub fn is_open(&self, place: u32, seed: u64) -> bool {
        let Some(person) = self.person(place) else { return false };
        person.is_open || (self.is_drawn && directory::is_open(seed, &person.key))
    }
}

/// A person of whom only the key matters: what they do is drawn from it.
fn stranger(key: &str) -> Person {
    Person {
        key: key.to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        headline: String::new(),
        company: String::new(),
        location: String::new(),
        is_open: false,
        is_premium: false,
        relation: Ties::Nobody,
        has_posts: false,
        script: None,
    }
}
