//! Everybody: the named ones, and anybody else, invented the same from the same identifier.

use crate::model::account::Channel;
use crate::model::id::draw;
use crate::sim::people::names::{CITIES, COMPANIES, FIRST_NAMES, LAST_NAMES, ROLES};
use crate::sim::people::person::{Person, Ties};
use crate::sim::people::{behaviour, identity};
use std::collections::{BTreeMap, BTreeSet};

/// A contact of a campaign's list, for `Directory::with_contacts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactSeed {
    pub channel: Channel,
    /// The identifying column: URL, slug, id, phone number, user name.
    pub identifier: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
}

/// Everybody: the named ones, and anybody else, invented the same from the same identifier.
#[derive(Debug, Clone)]
pub struct Directory {
    seed: u64,
    named: BTreeMap<String, Person>,
}

impl Directory {
    /// Nobody is named.
    pub fn new(seed: u64) -> Self {
        Self { seed, named: BTreeMap::new() }
    }

    /// `person-001` … `person-040` (INTERFACE.md §1): 001–010 relations of `acc_linkedin_1` with posts and skills,
    /// 011–015 open profiles, the rest strangers.
    pub fn default_world(seed: u64) -> Self {
        let mut directory = Self::new(seed);
        for n in 1..=40 {
            let key = format!("person-{n:03}");
            let mut person = directory.invent(&key);
            person.has_posts = n <= 10;
            person.is_open = (11..=15).contains(&n);
            if n <= 10 {
                person.relation = Ties::Of(BTreeSet::from(["acc_linkedin_1".to_owned()]));
            }
            directory.name(person);
        }
        directory
    }

    /// Names the contacts of campaigns; one in twelve is a relation of every account already, one in ten an open profile.
    pub fn with_contacts(mut self, contacts: impl IntoIterator<Item = ContactSeed>) -> Self {
        for contact in contacts {
            let Some(key) = identity::key(contact.channel, &contact.identifier) else { continue };
            let mut person = self.named.get(&key).cloned().unwrap_or_else(|| self.invent(&key));
            let given = |given: Option<String>, known: String| given.filter(|text| !text.trim().is_empty()).unwrap_or(known);
            person.first_name = given(contact.first_name, person.first_name);
            person.last_name = given(contact.last_name, person.last_name);
            if let Some(company) = contact.company.filter(|company| !company.trim().is_empty()) {
                person.headline = person.headline.replace(&person.company, &company);
                person.company = company;
            }
            if contact.channel == Channel::Linkedin && is_tied(self.seed, &key) {
                person.relation = Ties::Everybody;
            }
            person.is_open = person.is_open || is_open(self.seed, &key);
            self.name(person);
        }
        self
    }

    /// Names somebody: replaces what was known of that key.
    pub fn name(&mut self, person: Person) {
        self.named.insert(person.key.clone(), person);
    }

    /// The seed of all chance.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Everybody who is named, in the order of their keys.
    pub fn named(&self) -> impl Iterator<Item = &Person> {
        self.named.values()
    }

    /// The person of that key (`identity::key`); invented if nobody named them.
    pub fn person(&self, key: &str) -> Person {
        self.named.get(key).cloned().unwrap_or_else(|| self.invent(key))
    }

    /// Whoever begins with `nobody` does not exist, unless named.
    pub fn exists(&self, key: &str) -> bool {
        self.named.contains_key(key) || !key.starts_with("nobody")
    }

    fn invent(&self, key: &str) -> Person {
        let (first_name, last_name) = name_of(key);
        let company = pick(COMPANIES, "company", key);
        Person {
            key: key.to_owned(),
            first_name,
            last_name,
            headline: format!("{} at {company}", pick(ROLES, "role", key)),
            company,
            location: pick(CITIES, "city", key),
            is_open: false,
            is_premium: draw(&[b"premium", key.as_bytes()]).is_multiple_of(5),
            relation: Ties::Nobody,
            has_posts: draw(&[b"posts", key.as_bytes()]).is_multiple_of(3),
            script: None,
        }
    }
}

/// Is a campaign's contact a relation of every account from the start? One in twelve is.
pub fn is_tied(seed: u64, key: &str) -> bool {
    behaviour::number(seed, &["relation", key]).is_multiple_of(12)
}

/// Has a campaign's contact an open profile? One in ten has.
pub fn is_open(seed: u64, key: &str) -> bool {
    behaviour::number(seed, &["open", key]).is_multiple_of(10)
}

/// `tobias-lindqvist-4b1` is Tobias Lindqvist; anybody else gets a name by hash.
fn name_of(key: &str) -> (String, String) {
    let words: Vec<&str> = key.split(['-', '.', '_']).filter(|word| !word.is_empty()).collect();
    let is_name = |word: &&str| word.chars().count() > 1 && word.chars().all(char::is_alphabetic);
    match words.as_slice() {
        [first, last, ..] if is_name(first) && is_name(last) => (capitalized(first), capitalized(last)),
        _ => (pick(FIRST_NAMES, "first", key), pick(LAST_NAMES, "last", key)),
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn pick(from: &[&str], what: &str, key: &str) -> String {
    let n = draw(&[what.as_bytes(), key.as_bytes()]) as usize;
    from.get(n % from.len().max(1)).copied().unwrap_or_default().to_owned()
}
