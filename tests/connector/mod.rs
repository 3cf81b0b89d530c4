//! Tests of connector: deliveries read, identifiers normalised, requests and refusals over loopback.

mod engagements;
mod identity;
mod loopback;
mod outlet;
mod refusals;
mod registration;
mod requests;
mod sandbox;
mod settings;
mod webhook;
mod webhook_malformed;
