//! Tests of language.
mod camp;
mod codes;
pub mod lower;
mod parts;
mod text;
pub mod yaml;
