//! Rows of which the key says nearly all: who is meant by an id, whose a message is, when a budget was used. Nothing of them is
//! sealed, and only what the key does not say is written.

use crate::model::journal::{Key, Record};
use crate::store::bytes::{self, Unreadable, broken};
use crate::store::seal::keyring::Keyring;

/// What the record's key does not say; none: it is no such record.
pub(super) fn rest_of(record: &Record) -> Result<Option<Vec<u8>>, Unreadable> {
    let rest = match record {
        Record::Route { enrollments, .. } => bytes::write(enrollments),
        Record::Claim { key, .. } => bytes::write(key),
        Record::Usage { campaign, .. } => bytes::write(campaign),
        Record::Seen { at, .. } => bytes::write(at),
        Record::Enrollment(_)
        | Record::Contact(_)
        | Record::Account(_)
        | Record::Campaign(_)
        | Record::Intent(_)
        | Record::Inbox(_)
        | Record::Unrouted { .. }
        | Record::Meta(_)
        | Record::Move { .. }
        | Record::Outgoing(_)
        | Record::Task(_)
        | Record::Past(_) => return Ok(None),
    };
    rest.map(Some)
}

/// The record of that key and the rest.
pub(super) fn whole(key: Key, rest: &[u8]) -> Result<Record, Unreadable> {
    Ok(match key {
        Key::Route(key) => Record::Route { key, enrollments: bytes::read(rest)? },
        Key::Claim { account, remote } => Record::Claim { account, remote, key: bytes::read(rest)? },
        Key::Usage { account, budget, at, key } => Record::Usage { account, budget, at, key, campaign: bytes::read(rest)? },
        Key::Seen { key } => Record::Seen { key, at: bytes::read(rest)? },
        Key::Enrollment(_)
        | Key::Contact(_)
        | Key::Account(_)
        | Key::Campaign(_)
        | Key::Intent(_)
        | Key::Inbox { .. }
        | Key::Unrouted { .. }
        | Key::Meta(_)
        | Key::Move { .. }
        | Key::Outgoing { .. }
        | Key::Task(_)
        | Key::Past { .. } => return Err(broken("its key says too little for what is written of it")),
    })
}

/// The record as the rest of the house knows it, of one that was written whole, its names masked, before version 4.
pub(super) fn unmasked(record: Record, ring: &Keyring) -> Result<Record, Unreadable> {
    match rest_of(&record)? {
        Some(rest) => whole(ring.unmasked(&record.key()), &rest),
        None => Ok(record),
    }
}
