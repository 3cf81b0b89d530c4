//! What runs: turns, the outbox, limits, polls and queries over the wings below.
//!
//! It feeds `machine::advance` events and commits what it decides. It never parses a campaign, never writes a file, never
//! opens a socket: the store, the connector and the server do. Start at [`Runtime`]; a turn is `scheduler`, who enters is in
//! `enroll`, who begins, and when, in `begin`. A webhook enters at `receive` and is acted on in `inbox`, what an event means is
//! staged in `happen`, a send is decided in `outbox`, performed by `intend`, its answer read in `answer`, and found out by
//! `reconcile` when nobody knows whether it happened.

pub mod agenda;
pub mod answer;
pub mod ask;
mod begin;
pub mod beside;
mod by_hand;
pub mod ceiling;
pub mod census;
pub mod clock;
pub mod command;
pub mod directory;
pub mod draft;
pub mod enroll;
pub mod entry;
mod erase;
pub mod errand;
pub mod gate;
mod happen;
mod hearing;
pub mod history;
pub mod inbox;
pub mod inlet;
pub mod install;
pub mod intend;
mod isolate;
mod isolation;
mod last_look;
mod letters;
pub mod limits;
pub mod marks;
pub mod moves;
pub mod moving;
pub mod news;
mod notify;
mod noting;
pub mod outbox;
pub mod outside;
mod own;
pub mod pace;
mod paged;
mod pages;
pub mod partition;
pub mod poll;
pub mod prepare;
pub mod pulse;
pub mod quarantine;
pub mod query;
pub mod reach;
mod recall;
pub mod receive;
pub mod reconcile;
mod request;
mod rounds;
pub mod routes;
pub mod runner;
pub mod scheduler;
pub mod search;
pub mod sweep;
pub mod sweeping;
pub mod target;
mod tasks;

pub use runner::{Ended, Runtime, Setting};
