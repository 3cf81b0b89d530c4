//! Places as an editor counts them: lines from 0, columns in UTF-16 units (LSP 3.17, Position).

use crate::lang::source::Span;
use lsp_types::{Position, Range};

/// The position of a byte of the text; held at its end.
pub fn position(text: &str, offset: u32) -> Position {
    let offset = text.floor_char_boundary((offset as usize).min(text.len()));
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() as u32;
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count() as u32;
    Position { line, character: column }
}

/// The byte an editor means; held at the end of its line, and of the text.
pub fn offset(text: &str, position: Position) -> u32 {
    let mut start = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if at as u32 == position.line {
            return start + within(line.trim_end_matches(['\n', '\r']), position.character);
        }
        start += line.len() as u32;
    }
    text.len() as u32
}

fn within(line: &str, units: u32) -> u32 {
    let mut seen = 0;
    for (at, letter) in line.char_indices() {
        if seen >= units {
            return at as u32;
        }
        seen += letter.len_utf16() as u32;
    }
    line.len() as u32
}

/// The stretch of a span.
pub fn range(text: &str, span: Span) -> Range {
    Range { start: position(text, span.start), end: position(text, span.end) }
}

/// The whole text.
pub fn whole(text: &str) -> Range {
    Range { start: Position::default(), end: position(text, text.len() as u32) }
}
