//! Tests of cli.

pub mod desk;
pub mod far;
mod help;
mod plan;
mod refused;
mod running;
mod schemas;
mod shapes;
mod store;
mod tests;
mod watch;
