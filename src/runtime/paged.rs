//! What is kept of each enrollment while the engine runs, by its number: of a million of them every eight bytes count.
//!
//! Numbers are given one after another, so pages of them are full: no hash, no key, no room for growth beside what is kept.

use crate::model::id::EnrollmentId;
use crate::model::time::Timestamp;
use std::collections::BTreeMap;

/// Numbers of a page.
const PAGE_NUMBERS: u64 = 256;

/// Something of each enrollment. It takes as much as `Option<T>` does.
#[derive(Debug)]
pub struct Paged<T> {
    pages: BTreeMap<u64, Page<T>>,
    count: usize,
}

#[derive(Debug)]
struct Page<T> {
    places: Box<[Option<T>]>,
    count: u32,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { pages: BTreeMap::new(), count: 0 }
    }
}

impl<T> Paged<T> {
    /// Of how many something is kept.
    pub fn len(&self) -> usize {
        self.count
    }

    /// What is kept of it.
    pub fn get(&self, id: EnrollmentId) -> Option<&T> {
        self.pages.get(&page_of(id))?.places.get(at(id))?.as_ref()
    }

    /// What is kept of it, to change it.
    pub fn get_mut(&mut self, id: EnrollmentId) -> Option<&mut T> {
        self.pages.get_mut(&page_of(id))?.places.get_mut(at(id))?.as_mut()
    }

    /// Keeps that of it; what was kept before.
    pub fn insert(&mut self, id: EnrollmentId, value: T) -> Option<T> {
        let page = self
            .pages
            .entry(page_of(id))
            .or_insert_with(|| Page { places: std::iter::repeat_with(|| None).take(PAGE_NUMBERS as usize).collect(), count: 0 });
        let before = page.places.get_mut(at(id))?.replace(value);
        if before.is_none() {
            page.count += 1;
            self.count += 1;
        }
        before
    }

    /// Keeps nothing of it any more; what was kept.
    pub fn remove(&mut self, id: EnrollmentId) -> Option<T> {
        let page = self.pages.get_mut(&page_of(id))?;
        let before = page.places.get_mut(at(id))?.take()?;
        page.count -= 1;
        self.count -= 1;
        if page.count == 0 {
            self.pages.remove(&page_of(id));
        }
        Some(before)
    }

    /// All from that number on, in the order of their numbers.
    pub fn from(&self, first: EnrollmentId) -> impl Iterator<Item = (EnrollmentId, &T)> {
        let pages = self.pages.range(page_of(first)..);
        let numbers = |page: u64| (0..PAGE_NUMBERS).map(move |at| page * PAGE_NUMBERS + at);
        let numbered = pages.flat_map(move |(page, held)| numbers(*page).zip(&held.places));
        let numbered = numbered.filter(move |(number, _)| *number >= first.0);
        numbered.filter_map(|(number, value)| Some((EnrollmentId(number), value.as_ref()?)))
    }
}

fn page_of(id: EnrollmentId) -> u64 {
    id.0 / PAGE_NUMBERS
}

fn at(id: EnrollmentId) -> usize {
    (id.0 % PAGE_NUMBERS) as usize
}

/// A moment or none, in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(i64);

impl Moment {
    const NONE: Self = Self(i64::MIN);

    /// The moment.
    pub fn at(self) -> Option<Timestamp> {
        (self != Self::NONE).then_some(Timestamp(self.0))
    }
}

impl From<Option<Timestamp>> for Moment {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::NONE, |at| Self(at.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Paged;
    use crate::model::id::EnrollmentId;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_keeps_what_a_map_keeps(steps in prop::collection::vec((any::<bool>(), 0u64..1_500, any::<u8>()), 0..400)) {
            let (mut paged, mut map) = (Paged::default(), BTreeMap::new());
            for (is_kept, number, value) in steps {
                let id = EnrollmentId(if number == 0 { u64::MAX } else { number * number });
                match is_kept {
                    true => prop_assert_eq!(paged.insert(id, value), map.insert(id, value)),
                    false => prop_assert_eq!(paged.remove(id), map.remove(&id)),
                }
                prop_assert_eq!((paged.len(), paged.get_mut(id).copied()), (map.len(), map.get(&id).copied()));
                let from = |first| map.range(first..).map(|(id, value)| (*id, *value)).collect::<Vec<_>>();
                let paged: Vec<_> = paged.from(id).map(|(id, value)| (id, *value)).collect();
                prop_assert_eq!(paged, from(id));
            }
        }
    }
}
