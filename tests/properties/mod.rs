//! Tests of properties.

mod formatting;
mod program;
mod yaml;
