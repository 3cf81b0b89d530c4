//! What of a record is sealed, and under whose key (docs/decisions/0015). Everything a person left in the store is sealed
//! under a key of that person's own: to destroy the key is to erase the person, in every copy of the journal there is.
//!
//! Must never write a key into the journal or the tree, and never say *erased* where a key is merely lost. Start at
//! [`keyring::Keyring`], which seals and opens; [`safe::Safe`] keeps the keys on disk.

mod brief;
pub mod carry;
mod cipher;
pub mod commit;
mod entry;
pub mod holder;
pub mod keyring;
pub mod safe;
mod table;
