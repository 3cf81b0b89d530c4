//! Tests of crash.

mod kills;
mod store;
