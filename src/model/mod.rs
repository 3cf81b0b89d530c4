//! What things are called: the nouns every other wing speaks of.
//!
//! Plain data and pure arithmetic. No I/O, no clock, no chance, no knowledge of notations, stores or wires.
//! Start at [`campaign::Campaign`] (what was compiled), [`enrollment::Enrollment`] (where somebody stands)
//! and [`event::Event`] (what can happen).

pub mod account;
pub mod action;
pub mod afoot;
pub mod calendar;
pub mod campaign;
pub mod contact;
pub mod cron;
pub mod effect;
pub mod enrollment;
pub mod event;
pub mod expr;
pub mod id;
pub mod identity;
pub mod intent;
pub mod journal;
pub mod limits;
pub mod migration;
pub mod outgoing;
pub mod passage;
pub mod past;
pub mod pattern;
pub mod planted;
pub mod program;
pub mod relation;
pub mod script;
pub mod sheet;
pub mod time;
pub mod value;
