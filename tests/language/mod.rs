//! Tests of language.
mod camp;
mod codes;
mod lower;
mod text;
pub mod yaml;
