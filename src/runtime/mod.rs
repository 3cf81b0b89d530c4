//! What runs: turns, the outbox, limits, polls and queries over the wings below.
pub mod clock;
pub mod inlet;
