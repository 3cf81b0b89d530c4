//! Tests of store: one suite of the contract over every store, then what only the one on disk promises.

mod contract;
mod disk;
mod keys;
mod records;
pub mod rows;
mod sample;
mod torn;
mod upkeep;
