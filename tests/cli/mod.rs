//! Tests of cli.

mod far;
