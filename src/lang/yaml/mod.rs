//! Campaign files in YAML, to the same syntax tree as camp files (LANGUAGE.md §8). The YAML is read by a crate, the small
//! language inside strings by the camp grammar; here stands only which key means what.
//!
//! Never binds a name, never reads another file. Start at `parse`; one file a block of the language.

pub mod keys;

mod block;
mod build;
mod campaign;
mod contacts;
mod file;
mod handlers;
mod message;
mod migrate;
mod place;
mod reader;
mod scan;
mod schedule;
mod shared;
mod simple;
mod statement;
mod test;
mod tree;
mod words;
mod workspace;

pub use tree::{Resolved, resolve};

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span};
use crate::lang::syntax::File;
use crate::lang::yaml::reader::Reader;
use crate::lang::yaml::tree::Document;

/// The JSON Schema of the notation, for editors.
pub const SCHEMA: &str = include_str!("../../../grammar/campaign.schema.json");

/// Largest campaign file in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// Blocks inside each other, the campaign counted as one.
pub const NESTING_MAX: usize = 64;
/// Statements in one file.
pub const STATEMENTS_MAX: usize = 10_000;

/// Reads a campaign file in YAML. All its faults are told in one run; what could be read is returned beside them, and
/// no name in it is bound.
pub fn parse(source: SourceId, text: &str) -> (File, Diagnostics) {
    if text.len() > FILE_BYTES_MAX {
        let place = Span { source, start: 0, end: 0 };
        let message = format!("the file is {} bytes long", text.len());
        let help = "1 MiB is the most a campaign file may have: split it, or move data into lists";
        return (File::default(), vec![Diagnostic::new(Code::TooLarge, place, message, help)]);
    }
    let (mut document, faults) = build::read(source, text);
    let (mut file, mut told) = convert(source, &mut document);
    if document.comments.settle() {
        (file, told) = convert(source, &mut document);
    }
    let mut all = faults;
    all.append(&mut told);
    (file, all)
}

fn convert(source: SourceId, document: &mut Document) -> (File, Diagnostics) {
    let mut reader = Reader::new(source, document.comments.clone());
    let file = file::file(&mut reader, document);
    document.comments.items = reader.comments.items;
    (file, reader.faults)
}
