//! One JSON object a line (INTERFACE.md §2). Lines and columns from 1; columns in characters; the end is behind the last.

use crate::lang::diagnostic::{Diagnostic, Label, Place, Severity};
use crate::lang::report::{Files, sorted};
use crate::lang::source::Source;
use serde_json::{Value, json};

/// Every diagnostic, a line each.
pub fn json(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let files = Files::new(sources);
    let lines = sorted(diagnostics).into_iter().map(|diagnostic| format!("{}\n", object(diagnostic, &files)));
    lines.collect()
}

fn object(diagnostic: &Diagnostic, files: &Files) -> Value {
    let at = files.locate(diagnostic.span);
    let labels: Vec<Value> = diagnostic.labels.iter().map(|other| label(other, files)).collect();
    json!({
        "code": diagnostic.code.word(),
        "severity": word(diagnostic.severity()),
        "message": diagnostic.message,
        "file": at.file,
        "line": at.start.line,
        "column": at.start.column,
        "end_line": at.end.line,
        "end_column": at.end.column,
        "help": diagnostic.help,
        "labels": labels,
    })
}

/// In a campaign file with line and column, in a list with its row.
fn label(label: &Label, files: &Files) -> Value {
    let at = files.locate_label(&label.place);
    match &label.place {
        Place::Span(_) => json!({
            "file": at.file,
            "line": at.start.line,
            "column": at.start.column,
            "end_line": at.end.line,
            "end_column": at.end.column,
            "message": label.text,
        }),
        Place::Row { file, row } => json!({"file": file, "row": row, "message": label.text}),
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
