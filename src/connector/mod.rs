//! What reaches out: postpress, both directions.
//!
//! `contract` is what the runtime sees of the far side; `postpress` is the far side over HTTP; `identity` brings what
//! people write in lists into the form the provider uses; `outlet` is the way out to systems of the user's own. Never
//! retries, never remembers, never decides what follows from an answer. Start at `contract::Connector`, then
//! `postpress::client`; webhooks enter at `postpress::webhook::read`.

pub mod absent;
pub mod contract;
pub mod identity;
pub mod order;
pub mod outlet;
pub mod postpress;
