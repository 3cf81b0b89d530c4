//! A campaign as a picture: for people (SVG, plain text), for other programs that draw (mermaid, dot) and for any (JSON).
//!
//! What is drawn stands in [`picture`], where it stands in [`layout`]; neither knows who looks.

mod ascii;
mod cards;
mod document;
mod dot;
pub mod layout;
mod mermaid;
mod phrases;
pub mod picture;
mod sheet;
mod svg;
mod wrap;

pub use ascii::ascii;
pub use document::json;
pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
