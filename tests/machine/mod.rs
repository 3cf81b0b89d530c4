//! Tests of machine: events in, lines of the timeline out.

mod calendar;
mod classify;
mod conditions;
pub mod paths;
mod people;
mod random;
mod replies;
pub mod walk;
