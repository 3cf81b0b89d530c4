//! Tests of runtime.
mod campaigns;
mod desk;
mod query;
mod town;
