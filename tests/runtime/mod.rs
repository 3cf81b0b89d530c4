//! Tests of runtime.
mod beside;
mod campaigns;
mod clocks;
mod connected;
mod deliveries;
mod desk;
mod engagements;
mod faults;
mod last_look;
mod letters;
mod moves;
mod pages;
mod query;
mod restored;
pub mod town;
mod tripping;
mod twins;
pub mod wish;
