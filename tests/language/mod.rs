//! Tests of language.
mod camp;
mod lower;
mod text;
pub mod yaml;
