//! What the compiler found, as an editor shows it.

use crate::lang::diagnostic::{Diagnostic, Place, Severity};
use crate::lang::source::Source;
use crate::lsp::place::range;
use crate::lsp::project::Folder;
use crate::lsp::uri::uri;
use lsp_types::{
    DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString, PublishDiagnosticsParams,
};

/// The findings of every file of the folder; files without any have an empty list, which clears what was shown.
pub fn findings(folder: &Folder) -> Vec<PublishDiagnosticsParams> {
    let of = |at: usize, source: &Source| {
        let own = folder.compiled.diagnostics.iter().filter(|found| found.span.source.0 as usize == at);
        let diagnostics = own.map(|found| finding(folder, source, found)).collect();
        Some(PublishDiagnosticsParams { uri: uri(&source.path)?, diagnostics, version: None })
    };
    folder.sources.iter().enumerate().filter_map(|(at, source)| of(at, source)).collect()
}

/// One finding: the sentence, then the way out.
pub fn finding(folder: &Folder, source: &Source, found: &Diagnostic) -> lsp_types::Diagnostic {
    let severity = match found.severity() {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    };
    let message = if found.help.is_empty() { found.message.clone() } else { format!("{}\n{}", found.message, found.help) };
    let tags = (found.code.word() == "unused").then(|| vec![DiagnosticTag::UNNECESSARY]);
    lsp_types::Diagnostic {
        range: range(&source.text, found.span),
        severity: Some(severity),
        code: Some(NumberOrString::String(found.code.word().to_owned())),
        source: Some("engine".to_owned()),
        message,
        related_information: Some(related(folder, source, found)).filter(|places| !places.is_empty()),
        tags,
        ..lsp_types::Diagnostic::default()
    }
}

fn related(folder: &Folder, source: &Source, found: &Diagnostic) -> Vec<DiagnosticRelatedInformation> {
    let place = |place: &Place| match place {
        Place::Span(span) => {
            let other = folder.sources.get(span.source.0 as usize)?;
            Some(Location { uri: uri(&other.path)?, range: range(&other.text, *span) })
        }
        Place::Row { file, row } => {
            let beside = source.path.parent().map(|parent| parent.join(file)).filter(|path| path.is_file());
            let path = beside.or_else(|| Some(folder.root.join(file)))?;
            let line = lsp_types::Position { line: row.saturating_sub(1), character: 0 };
            Some(Location { uri: uri(&path)?, range: lsp_types::Range { start: line, end: line } })
        }
    };
    let labels = found.labels.iter();
    labels
        .filter_map(|label| Some(DiagnosticRelatedInformation { location: place(&label.place)?, message: label.text.clone() }))
        .collect()
}
