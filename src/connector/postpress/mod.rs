//! postpress over HTTP (POSTPRESS.md).
//!
//! `orders` says what each effect asks, `client` sends it (`transport` carries it), `errors` says what a refusal means,
//! `wire` and `lenient` read answers, `webhook` reads deliveries, `webhooks` keeps the registration at postpress right.
//! Never a second request for one call. Start at `client::Postpress`.

pub mod client;
pub mod error_table;
pub mod error_words;
pub mod errors;
pub mod files;
mod form;
pub mod lenient;
pub mod orders;
mod transport;
pub mod webhook;
pub mod webhooks;
pub mod wire;
