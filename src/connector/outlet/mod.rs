//! Out to systems of the user's own: signed webhooks, notifications, a classifier of replies.
//!
//! Posts once and says what came of it. Never repeats, never follows a redirection, never connects to an address that
//! `guard` has not passed; never a word to postpress or to a contact. Start at `contract::Outlet`, then `http`.

pub mod contract;
pub mod guard;
pub mod http;
pub mod sign;
