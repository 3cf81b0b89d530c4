//! Who lives in the pretend world, and how they behave: pure functions of a seed and an identifier.
//!
//! No state and no clock. Start at `directory::Directory::person`; `identity` says how ids are made, `behaviour` who
//! answers what, `file` how a people file is read.

pub mod behaviour;
pub mod directory;
pub mod file;
pub mod identity;
mod names;
pub mod person;
