//! Tests of runtime.
mod campaigns;
mod deliveries;
mod desk;
mod faults;
mod moves;
mod query;
pub mod town;
pub mod wish;
