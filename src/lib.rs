//! Outreach campaigns as code: a campaign file is compiled into a checked state machine, `machine::advance` says what an
//! event means for an enrollment, and a runtime feeds it events and commits what it decides.
//!
//! Floors, from below: `model` · `lang`, `machine`, `store`, `connector` · `runtime` · `server`, `sim`, `lsp` · `cli` · `lab`.
//! A file imports from floors below its own and from its own wing; `tests/house.rs` keeps the rule.

// What the lab shares with the tests names the library from outside.
#[cfg(feature = "lab")]
extern crate self as campaign_engine;

pub mod cli;
pub mod connector;
#[cfg(feature = "lab")]
pub mod lab;
pub mod lang;
pub mod lsp;
pub mod machine;
pub mod model;
pub mod plan;
pub mod runtime;
pub mod server;
pub mod sim;
pub mod store;
