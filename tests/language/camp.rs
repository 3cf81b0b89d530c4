//! Tests of camp.
