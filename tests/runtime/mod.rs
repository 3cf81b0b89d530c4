//! Tests of runtime.
mod campaigns;
mod deliveries;
mod desk;
mod faults;
mod moves;
mod query;
mod town;
mod wish;
