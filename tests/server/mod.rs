//! Tests of server: the webhook listener and the commands' socket, over loopback.

mod socket;
mod webhooks;
