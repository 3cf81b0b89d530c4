//! postpress over HTTP (POSTPRESS.md).
//!
//! `client` sends requests, `errors` says what a refusal means, `wire` and `lenient` read answers, `webhook` reads
//! deliveries, `webhooks` keeps the registration at postpress right. Never a second request for one call.

mod form;
mod lenient;
pub mod webhook;
