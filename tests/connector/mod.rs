//! Tests of connector: deliveries read, identifiers normalised, requests and refusals over loopback.

mod identity;
mod loopback;
mod requests;
mod webhook;
mod webhook_malformed;
