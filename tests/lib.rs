//! One test binary; a folder or file a wing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod campaigns;
mod cli;
mod connector;
mod crash;
mod deploy;
mod docs;
mod forecast;
mod house;
mod language;
mod lsp;
mod machine;
mod overload;
mod plan;
mod properties;
mod runtime;
mod sandbox;
mod security;
mod server;
mod store;
