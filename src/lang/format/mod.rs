//! From the syntax tree back to text, in either notation. Never changes what a file means.

pub mod phrase;
pub mod yaml;
