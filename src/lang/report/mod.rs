//! Diagnostics as text: for people, as JSON lines, as SARIF, as GitHub's workflow commands. Nothing is printed here.
//!
//! Every form has the diagnostics sorted by file and place. Start at [`human`](human::human).

mod github;
mod human;
mod json;
mod sarif;

pub use github::github;
pub use human::{Look, human, summary};
pub use json::json;
pub use sarif::sarif;

use crate::lang::diagnostic::{Diagnostic, Place};
use crate::lang::source::{Position, Source, Span};

/// A place as every form but the human one writes it.
struct Located {
    file: String,
    /// First character.
    start: Position,
    /// Behind the last character.
    end: Position,
}

/// By file, place and code.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    sorted
}

fn locate(span: Span, sources: &[Source]) -> Located {
    match sources.get(span.source.0 as usize) {
        Some(source) => Located {
            file: source.path.display().to_string(),
            start: source.position(span.start),
            end: source.position(span.end.max(span.start)),
        },
        None => Located { file: String::new(), start: Position { line: 1, column: 1 }, end: Position { line: 1, column: 1 } },
    }
}

/// The file of a second place, and its line: of a list the row.
fn locate_label(place: &Place, sources: &[Source]) -> Located {
    match place {
        Place::Span(span) => locate(*span, sources),
        Place::Row { file, row } => {
            let start = Position { line: *row, column: 1 };
            Located { file: file.clone(), start, end: start }
        }
    }
}
