//! Tests of machine: events in, lines of the timeline out.

mod acts;
mod by_hand;
mod calendar;
mod classify;
mod conditions;
mod cron;
pub mod legal;
pub mod paths;
mod people;
mod programs;
mod random;
mod replies;
pub mod walk;
