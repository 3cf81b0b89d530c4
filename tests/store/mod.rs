//! Tests of store: one suite of the contract over every store, then what only the one on disk promises.

mod backup;
pub mod behind;
mod contract;
mod copied;
mod disk;
mod histories;
mod keys;
mod packed;
mod progress;
mod records;
pub mod rows;
mod sample;
mod torn;
mod trim;
mod upkeep;
