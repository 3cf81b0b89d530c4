//! Seeded worlds in virtual time: one seed is one campaign, its people, its faults and its accidents, judged all along.
//!
//! Asks no clock but for how long it may go on; no thread but one for each core, each with worlds of its own; what a
//! seed does depends on nothing but the seed. Start at [`run`]; `life` lives one world, `scene` and `trouble` draw it.

mod accidents;
mod chance;
mod coverage;
mod judging;
mod life;
mod run;
mod scene;
mod shaky;
mod tally;
mod text;
mod trouble;
mod watching;

pub use chance::Chance;
pub use run::run;
pub use text::ZONES;
