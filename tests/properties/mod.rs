//! Tests of properties.

mod formatting;
mod program;
