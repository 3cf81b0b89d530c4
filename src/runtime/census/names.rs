//! What people are searched by: names and identifiers, in lower case.
//!
//! They lie one behind another in long texts, some hundred people each, so that a search is a search in a text: a million
//! people take tens of megabytes, and some milliseconds. It finds candidates only: whether words fit somebody, and how well,
//! is said by their row.

use crate::model::contact::Contact;
use crate::model::id::ContactId;
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::journal::{Key, Record, Table};
use crate::runtime::census::kept::OfRows;
use std::collections::BTreeMap;

/// Numbers of a page.
const PAGE_PEOPLE: u64 = 256;
/// What stands around a name, and around each identifier. They may stand in a name too: then somebody is a candidate who does
/// not fit.
const NAME: char = '\u{1}';
const IDENTIFIER: char = '\u{2}';

/// Everybody's.
#[derive(Default)]
pub struct Names {
    pages: BTreeMap<u64, Page>,
    row_count: usize,
}

/// Some people, by number.
#[derive(Default)]
struct Page {
    text: String,
    /// Whose part begins where, in the order of the parts.
    parts: Vec<(u32, u8)>,
}

impl Names {
    /// Everybody with that identifier, as [`identity`] spells it, in the order of their numbers.
    pub fn identified<'a>(&'a self, identifier: &str) -> impl Iterator<Item = ContactId> + use<'a> {
        self.holding(format!("{IDENTIFIER}{identifier}{IDENTIFIER}"))
    }

    /// Everybody of that name, in lower case.
    pub fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = ContactId> + use<'a> {
        self.holding(format!("{NAME}{name}{NAME}"))
    }

    /// Everybody in whose name or identifiers that stands, in lower case.
    pub fn like<'a>(&'a self, part: &str) -> impl Iterator<Item = ContactId> + use<'a> {
        self.holding(part.to_owned())
    }

    fn holding<'a>(&'a self, what: String) -> impl Iterator<Item = ContactId> + use<'a> {
        self.pages.iter().flat_map(move |(number, page)| {
            let found: Vec<ContactId> = page.holding(&what).map(|at| ContactId(number * PAGE_PEOPLE + u64::from(at))).collect();
            found
        })
    }
}

impl Page {
    /// Those in whose part that stands, ascending.
    fn holding(&self, what: &str) -> impl Iterator<Item = u8> {
        let mut found: Vec<u8> = Vec::new();
        let mut from = 0;
        // Parts are looked at only where the page as a whole has it: in few pages, usually.
        while let Some(at) = self.text.get(from..).and_then(|rest| rest.find(what)) {
            let at = from + at;
            let part = self.parts.partition_point(|(begin, _)| *begin as usize <= at).saturating_sub(1);
            let end = self.parts.get(part + 1).map_or(self.text.len(), |(begin, _)| *begin as usize);
            if let Some((_, whose)) = self.parts.get(part).filter(|_| at + what.len() <= end) {
                found.push(*whose);
            }
            from = end;
        }
        found.sort_unstable();
        found.into_iter()
    }

    fn put(&mut self, whose: u8, part: &str) {
        self.parts.push((u32::try_from(self.text.len()).unwrap_or(u32::MAX), whose));
        self.text.push_str(part);
    }

    /// Was there such a part?
    fn remove(&mut self, whose: u8) -> bool {
        let Some(at) = self.parts.iter().position(|(_, held)| *held == whose) else { return false };
        let begin = self.parts.remove(at).0 as usize;
        let end = self.parts.get(at).map_or(self.text.len(), |(begin, _)| *begin as usize);
        self.text.replace_range(begin..end, "");
        let length = u32::try_from(end - begin).unwrap_or(u32::MAX);
        self.parts.iter_mut().skip(at).for_each(|(begin, _)| *begin -= length);
        true
    }
}

impl OfRows for Names {
    type Id = ContactId;
    const TABLE: Table = Table::Contact;

    fn key(id: ContactId) -> Key {
        Key::Contact(id)
    }

    fn put(&mut self, record: Record) {
        let Record::Contact(contact) = record else { return };
        self.remove(contact.id);
        self.row_count += 1;
        let page = self.pages.entry(contact.id.0 / PAGE_PEOPLE).or_default();
        page.put((contact.id.0 % PAGE_PEOPLE) as u8, &part_of(&contact));
    }

    fn remove(&mut self, id: ContactId) {
        let page = self.pages.get_mut(&(id.0 / PAGE_PEOPLE));
        if page.is_some_and(|page| page.remove((id.0 % PAGE_PEOPLE) as u8)) {
            self.row_count -= 1;
        }
    }

    fn row_count(&self) -> usize {
        self.row_count
    }
}

/// `name`, then every identifier as it is written and as it is compared.
fn part_of(contact: &Contact) -> String {
    let mut part = format!("{NAME}{}{NAME}{IDENTIFIER}", contact.name().to_lowercase());
    let mut told: Vec<String> = Vec::new();
    for held in IDENTIFYING_COLUMNS.iter().filter_map(|column| contact.fields.get(*column)).chain([&contact.key]) {
        for spelt in [held.to_lowercase(), identity(held)] {
            if !told.contains(&spelt) {
                part.push_str(&spelt);
                part.push(IDENTIFIER);
                told.push(spelt);
            }
        }
    }
    part
}
