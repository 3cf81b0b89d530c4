//! Tests of server: the webhook listener and the commands' socket over loopback, the dashboard by its router and in a browser.

mod browser;
mod client;
mod dashboard;
mod document;
mod grafana;
mod living;
mod orders;
mod pictures;
pub mod python;
mod scene;
mod serving;
mod socket;
mod twins;
mod webhooks;
