//! Edits offered for findings: those the compiler is sure enough of to name.

use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::{Source, SourceId};
use crate::lsp::findings::finding;
use crate::lsp::place::{offset, range};
use crate::lsp::project::Folder;
use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit};
use std::collections::HashMap;

/// The fixes of the findings that touch a range of a file.
pub fn fixes(folder: &Folder, (id, source): (SourceId, &Source), uri: &Uri, within: Range) -> Vec<CodeActionOrCommand> {
    let (start, end) = (offset(&source.text, within.start), offset(&source.text, within.end));
    let touches = |found: &&Diagnostic| found.span.source == id && found.span.start <= end && start <= found.span.end;
    let found = folder.compiled.diagnostics.iter().filter(touches);
    found.filter_map(|found| fix(folder, source, uri, found)).map(CodeActionOrCommand::CodeAction).collect()
}

fn fix(folder: &Folder, source: &Source, uri: &Uri, found: &Diagnostic) -> Option<CodeAction> {
    let fix = found.fix.as_ref()?;
    let edit = TextEdit { range: range(&source.text, fix.span), new_text: fix.replacement.clone() };
    let title = match fix.replacement.trim() {
        "" => "take it out".to_owned(),
        written => format!("write `{}`", written.lines().next().unwrap_or_default()),
    };
    Some(CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![finding(folder, source, found)]),
        edit: Some(WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), vec![edit])])), ..WorkspaceEdit::default() }),
        is_preferred: Some(true),
        ..CodeAction::default()
    })
}
