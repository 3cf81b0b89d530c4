//! Tests of runtime.
mod campaigns;
mod deliveries;
mod desk;
mod engagements;
mod faults;
mod letters;
mod moves;
mod query;
pub mod town;
pub mod wish;
