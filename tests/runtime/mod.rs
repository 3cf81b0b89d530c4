//! Tests of runtime.
mod desk;
mod query;
