//! What the compiler promises beyond grammar, one family of faults a room.
//!
//! Reads syntax and lowered campaigns, writes diagnostics, changes nothing. Start at `names` (what may be called) and
//! `flow` (what may happen).

pub mod flow;
pub mod names;
pub mod shape;
mod trail;
mod walk;
mod worlds;
