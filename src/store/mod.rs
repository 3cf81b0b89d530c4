//! What remembers: a journal in front, sled behind (RUNTIME.md §3).
//!
//! Knows rows, commits and their order; never what they mean. No clock, no network, and nobody outside `segments` knows
//! that a journal is a file. Start at [`contract::Store`]; [`memory::MemoryStore`] says what it means.

pub mod contract;
pub mod memory;
