//! Whose a record is, and what of it must be readable without a key: its name, masked where a name says something.

use crate::model::id::{ContactId, EnrollmentId, Fingerprint};
use crate::model::journal::{Key, Record, RouteKey};

/// Under whose key a record is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A person's own: destroyed when the person is erased.
    Person(ContactId),
    /// The store's own, for campaigns and accounts. It lives as long as the store.
    House,
    /// What is nobody's yet, or several people's. A new key at each erasure; what lives is sealed again.
    Nobody,
    /// Numbers, times and masked names alone: nothing to seal.
    Clear,
}

/// Whose record it is. `whose` tells an enrollment's person.
pub fn holder_of<E>(record: &Record, whose: &mut dyn FnMut(EnrollmentId) -> Result<Option<ContactId>, E>) -> Result<Holder, E> {
    let one = |person: Option<ContactId>| person.map_or(Holder::Nobody, Holder::Person);
    Ok(match record {
        Record::Enrollment(enrollment) => Holder::Person(enrollment.contact),
        Record::Contact(contact) => Holder::Person(contact.id),
        Record::Intent(intent) => Holder::Person(intent.contact),
        Record::Task(task) => Holder::Person(task.contact),
        Record::Outgoing(letter) => one(match letter.key {
            Some(key) => whose(key.enrollment)?,
            None => None,
        }),
        Record::Inbox(row) => {
            let mut people = Vec::new();
            for enrollment in &row.enrollments {
                people.push(whose(*enrollment)?);
            }
            // Two people's row must not outlive the erasure of either.
            people.dedup();
            one(if people.len() == 1 { people.pop().flatten() } else { None })
        }
        Record::Unrouted { .. } | Record::Past(_) => Holder::Nobody,
        Record::Account(_) | Record::Campaign(_) => Holder::House,
        Record::Route { .. }
        | Record::Claim { .. }
        | Record::Usage { .. }
        | Record::Seen { .. }
        | Record::Meta(_)
        | Record::Move { .. } => Holder::Clear,
    })
}

/// The key with its fingerprint changed by `change`.
pub fn key_with(key: &Key, change: &impl Fn(Fingerprint) -> Fingerprint) -> Key {
    match key {
        Key::Route(route) => Key::Route(route_with(*route, change)),
        Key::Claim { account, remote } => Key::Claim { account: *account, remote: change(*remote) },
        Key::Seen { key } => Key::Seen { key: change(*key) },
        Key::Past { account, remote } => Key::Past { account: *account, remote: change(*remote) },
        Key::Enrollment(_)
        | Key::Contact(_)
        | Key::Account(_)
        | Key::Campaign(_)
        | Key::Intent(_)
        | Key::Usage { .. }
        | Key::Inbox { .. }
        | Key::Unrouted { .. }
        | Key::Meta(_)
        | Key::Move { .. }
        | Key::Outgoing { .. }
        | Key::Task(_) => key.clone(),
    }
}

fn route_with(route: RouteKey, change: &impl Fn(Fingerprint) -> Fingerprint) -> RouteKey {
    match route {
        RouteKey::Person { account, id } => RouteKey::Person { account, id: change(id) },
        RouteKey::Chat { account, id } => RouteKey::Chat { account, id: change(id) },
        RouteKey::Public { account, id } => RouteKey::Public { account, id: change(id) },
        RouteKey::Digits { account, id } => RouteKey::Digits { account, id: change(id) },
        RouteKey::Contact { id } => RouteKey::Contact { id: change(id) },
    }
}
