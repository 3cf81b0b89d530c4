//! What remembers: a journal in front, sled behind.
pub mod contract;
