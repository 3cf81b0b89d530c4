//! Tests of runtime.
mod campaigns;
mod desk;
mod faults;
mod query;
mod town;
mod wish;
