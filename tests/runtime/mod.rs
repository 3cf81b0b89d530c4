//! Tests of runtime.
mod query;
