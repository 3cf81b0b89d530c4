//! Tomorrow: whole campaigns in virtual time, without a store and without a wire, fast enough for a hundred thousand people.
//!
//! Decisions are `machine::advance`'s, limits, windows, gaps and starts those of `runtime::pace`; only the far side and the
//! bookkeeping are its own. It never performs anything, never asks a clock, and is the same from the same seed.
//! Start at [`drive::run`]; `opening` says who stands where when it begins, `folk` what people do, `sink` what is told of it.

mod call;
pub mod cast;
pub mod change;
pub mod daily;
pub mod drive;
mod far;
pub mod folk;
pub mod hold;
mod lane;
mod look;
mod news;
pub mod opening;
pub mod outlook;
pub mod path;
pub mod picture;
mod serve;
pub mod sink;
mod state;
pub mod stored;
pub mod tally;
pub mod words;
