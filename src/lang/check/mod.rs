//! What the compiler promises beyond grammar, one family of faults a room.
//!
//! Reads syntax and lowered campaigns, writes diagnostics, changes nothing. Start at `names` (what may be called),
//! `flow` (what may happen) and `text` (what is said, to whom).

pub mod capacity;
mod clock;
pub mod data;
pub mod facts;
pub mod files;
pub mod flow;
pub mod holidays;
pub mod limits;
pub mod names;
pub mod pending;
mod rounds;
pub mod shape;
mod stride;
pub mod text;
pub mod text_length;
pub mod time;
pub mod together;
mod trail;
pub mod versions;
mod walk;
pub mod worlds;
