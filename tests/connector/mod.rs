//! Tests of connector: deliveries read, identifiers normalised, requests and refusals over loopback.

mod identity;
mod webhook;
mod webhook_malformed;
