//! What you type: one file a verb.

pub mod sandbox;
