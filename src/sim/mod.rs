//! A pretend world: one postpress with its accounts, and people who answer or do not, seeded.
//!
//! Never talks to the real provider, never asks the time of day itself (a `Clock` is handed in), and keeps no state but
//! the ledger of effects performed. Start at `postpress::World`; `http` serves it, `people` says who lives in it.

pub mod direct;
pub mod faults;
pub mod forecast;
pub mod http;
pub mod people;
pub mod postpress;
pub mod script;
pub mod world;
