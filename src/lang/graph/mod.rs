//! A campaign as a picture: for other programs that draw (mermaid, dot) and for any (JSON).
//!
//! What is drawn stands in [`picture`], where it stands in [`layout`]; neither knows who looks.

mod document;
mod dot;
pub mod layout;
mod mermaid;
mod phrases;
pub mod picture;

pub use document::json;
pub use dot::dot;
pub use mermaid::mermaid;
