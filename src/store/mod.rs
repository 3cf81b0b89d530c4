//! What remembers: a journal in front, sled behind (RUNTIME.md §3).
//!
//! Knows rows, commits and their order; never what they mean. No clock, no network, and nobody outside `segments` knows
//! that a journal is a file. Start at [`contract::Store`]; [`memory::MemoryStore`] says what it means,
//! [`journaled::JournaledStore::open`] keeps it on disk.

mod anew;
mod applier;
pub mod backup;
pub mod backups;
pub mod bytes;
mod checkpoint;
mod committer;
pub mod contract;
mod copied;
pub mod disk;
mod guard;
pub mod journaled;
pub mod keys;
mod known;
mod leaf;
pub mod memory;
mod order;
mod overlay;
mod queue;
pub mod rebuild;
pub mod record;
pub mod seal;
pub mod segments;
mod sled;
pub mod start;
pub mod trim;
pub mod upkeep;
mod version_1;
mod way;
