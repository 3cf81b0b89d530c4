//! Tests of properties.

mod flow;
mod formatting;
mod hostile;
mod program;
mod workspace;
mod yaml;
