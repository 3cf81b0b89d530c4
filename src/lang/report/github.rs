//! GitHub's workflow commands: annotations at the lines of a pull request.

use crate::lang::diagnostic::{Diagnostic, Severity};
use crate::lang::report::{Files, sorted};
use crate::lang::source::Source;

/// Every diagnostic, a command each.
pub fn github(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let files = Files::new(sources);
    sorted(diagnostics).into_iter().map(|diagnostic| command(diagnostic, &files)).collect()
}

fn command(diagnostic: &Diagnostic, files: &Files) -> String {
    let at = files.locate(diagnostic.span);
    let word = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let (start, end) = (at.start, at.end);
    let text = if diagnostic.help.is_empty() {
        diagnostic.message.clone()
    } else {
        format!("{}\nhelp: {}", diagnostic.message, diagnostic.help)
    };
    // Columns hold within one line only.
    let columns = if start.line == end.line { format!(",col={},endColumn={}", start.column, end.column) } else { String::new() };
    format!(
        "::{word} file={},line={},endLine={}{columns},title={}::{}\n",
        property(&at.file),
        start.line,
        end.line,
        diagnostic.code.word(),
        data(&text)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
