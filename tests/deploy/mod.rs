//! How it is run for long: systemd hears of the engine what is true.

mod ear;
mod notify;
