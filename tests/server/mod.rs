//! Tests of server: the webhook listener and the commands' socket over loopback, the dashboard by its router and in a browser.

mod browser;
mod dashboard;
mod grafana;
mod scene;
mod socket;
mod webhooks;
