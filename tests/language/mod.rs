//! Tests of language.
mod camp;
mod lower;
mod text;
mod yaml;
