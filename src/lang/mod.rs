//! What you write: text in, checked campaigns and diagnostics out.

pub mod code;
pub mod diagnostic;
pub mod disk;
pub mod folder;
pub mod lists;
pub mod source;
pub mod syntax;
pub mod text;
