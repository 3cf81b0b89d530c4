//! Tests of properties.

mod flow;
mod formatting;
mod hostile;
mod oracle;
mod paths;
mod people;
mod program;
mod slips;
mod small;
mod whole;
mod workspace;
mod yaml;
