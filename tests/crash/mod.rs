//! Tests of crash.

mod store;
