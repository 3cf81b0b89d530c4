//! Tests of lower.
