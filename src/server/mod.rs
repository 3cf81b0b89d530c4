//! The world's door: webhooks in, pages and API out, and the socket by which other commands ask.
//!
//! Knows whose request it is, how large, and how long it may take; never what an event means, and never says yes before
//! the runtime said durable. Start at `webhooks::serve`; `connections` carries every listener, `socket` the commands,
//! `dashboard` pages and API.

pub mod connections;
pub mod dashboard;
pub mod secrets;
pub mod socket;
pub mod webhooks;
