//! Tests of properties.

mod flow;
mod formatting;
mod hostile;
mod program;
mod whole;
mod workspace;
mod yaml;
