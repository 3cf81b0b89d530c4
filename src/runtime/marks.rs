//! By what somebody who was erased would be known again: keyed prints of their names, kept by the store, and nothing else.

use crate::connector::contract::{Incoming, Party, Talk};
use crate::model::id::{Fingerprint, fingerprint};
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::program::RosterRow;
use crate::model::time::Timestamp;
use crate::store::contract::Store;

/// The mark of a name, however it is spelt. The store keys it before it is written.
pub fn mark(name: &str) -> Fingerprint {
    fingerprint(&[b"erased", identity(name).as_bytes()])
}

/// When whoever is called so was erased; none: never.
pub fn erased_at(store: &dyn Store, name: &str) -> Option<Timestamp> {
    store.erased(mark(name))
}

/// When the person of a list's row was erased.
pub fn erased_row(store: &dyn Store, row: &RosterRow) -> Option<Timestamp> {
    let columns = IDENTIFYING_COLUMNS.iter().filter_map(|column| row.get(column));
    columns.chain([row.key()]).find_map(|name| erased_at(store, name))
}

/// Does the event speak of somebody who was erased? Then nothing of it is kept.
pub fn is_of_erased(store: &dyn Store, incoming: &Incoming) -> bool {
    names_in(incoming).iter().any(|name| erased_at(store, name).is_some())
}

/// Everybody of the outside an event names.
fn names_in(incoming: &Incoming) -> Vec<&str> {
    match incoming {
        Incoming::Message(message) => names_of(&message.talk),
        Incoming::Read { talk, .. }
        | Incoming::Delivered { talk, .. }
        | Incoming::Reaction { talk, .. }
        | Incoming::Edited { talk, .. }
        | Incoming::Deleted { talk, .. } => names_of(talk),
        Incoming::Relation { person, public_identifier, .. } => {
            [Some(person.as_str()), public_identifier.as_deref()].into_iter().flatten().collect()
        }
        Incoming::AccountStatus { .. } | Incoming::HostedAuth { .. } | Incoming::Unknown { .. } => Vec::new(),
    }
}

fn names_of(talk: &Talk) -> Vec<&str> {
    talk.counterparts.iter().chain(&talk.sender).flat_map(party_names).chain([talk.chat.as_str()]).collect()
}

fn party_names(party: &Party) -> impl Iterator<Item = &str> {
    [Some(party.id.as_str()), party.public_identifier.as_deref(), party.digits.as_deref()].into_iter().flatten()
}
