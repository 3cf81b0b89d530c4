//! Tests of machine.
mod classify;
