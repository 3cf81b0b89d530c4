//! Texts: templates with spintax and languages (LANGUAGE.md §3, §11). Parsed here, checked by `lang/check`, rendered
//! once for every send.
//!
//! A value is data: whatever a contact's fields hold comes out literally, for only the author's text is ever parsed.
//! No file is read here, no clock, no chance. Start at [`render`](render::render) and [`parse`](template::parse).

mod cursor;
pub mod expression;
mod filters;
mod jinja;
pub mod longest;
pub mod render;
pub mod spintax;
pub mod template;
pub mod uses;

pub use render::{RenderFault, Rendered, Scope, fields_with_defaults, render};
