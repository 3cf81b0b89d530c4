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

/// The sources and where their lines begin: a file with many faults is not read anew for each.
struct Files<'a> {
    sources: &'a [Source],
    /// The beginnings of the lines of each source.
    lines: Vec<Vec<u32>>,
}

impl<'a> Files<'a> {
    fn new(sources: &'a [Source]) -> Self {
        let begin = |source: &Source| {
            let behind = source.text.match_indices('\n').map(|(at, _)| at as u32 + 1);
            std::iter::once(0).chain(behind).collect()
        };
        Self { sources, lines: sources.iter().map(begin).collect() }
    }

    fn source(&self, span: Span) -> Option<&'a Source> {
        self.sources.get(span.source.0 as usize)
    }

    /// The beginnings of that file's lines, the first of which is 0.
    fn lines(&self, span: Span) -> &[u32] {
        self.lines.get(span.source.0 as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// As `Source::position`, with no look at the lines before.
    fn position(&self, span: Span, offset: u32) -> Position {
        let first = Position { line: 1, column: 1 };
        let Some(source) = self.source(span) else { return first };
        let text: &str = &source.text;
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let lines = self.lines(span);
        let line = lines.partition_point(|begin| *begin as usize <= offset).max(1);
        let begin = lines.get(line - 1).map_or(0, |begin| *begin as usize);
        let before = text.get(begin..offset).unwrap_or_default().trim_start_matches('\u{feff}');
        Position { line: line as u32, column: before.chars().count() as u32 + 1 }
    }

    fn locate(&self, span: Span) -> Located {
        let file = self.source(span).map(|source| source.path.display().to_string()).unwrap_or_default();
        Located { file, start: self.position(span, span.start), end: self.position(span, span.end.max(span.start)) }
    }

    /// The file of a second place, and its line: of a list the row.
    fn locate_label(&self, place: &Place) -> Located {
        match place {
            Place::Span(span) => self.locate(*span),
            Place::Row { file, row } => {
                let start = Position { line: *row, column: 1 };
                Located { file: file.clone(), start, end: start }
            }
        }
    }
}
