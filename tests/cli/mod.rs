//! Tests of cli.

pub mod desk;
pub mod far;
mod help;
mod plan;
pub mod pty;
mod refused;
mod running;
mod schemas;
mod shapes;
pub mod store;
mod terminal;
mod tests;
#[cfg(feature = "top")]
mod top;
mod watch;
