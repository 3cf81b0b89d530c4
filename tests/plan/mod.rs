//! Plans: what they say is what happens.

mod applied;
mod versions;
