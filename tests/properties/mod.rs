//! Tests of properties.

mod formatting;
mod hostile;
mod program;
mod workspace;
mod yaml;
