//! Tests of machine: events in, lines of the timeline out.

mod calendar;
mod classify;
mod conditions;
mod paths;
mod random;
mod replies;
pub mod walk;
