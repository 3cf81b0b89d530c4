//! One fault, told to its author: a word for a code, a place, a sentence, a way out.

use crate::lang::code::Code;
pub use crate::lang::severity::Severity;
use crate::lang::source::Span;

/// A fault in a campaign file, or between a file and its data. Message: lower case, no full stop, the author's words
/// in backticks, one line. What to do stands in `help`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub message: String,
    pub span: Span,
    pub help: String,
    /// Other places that matter, each with a few words.
    pub labels: Vec<Label>,
    /// The edit that mends it, where one is plain enough to be offered.
    pub fix: Option<Fix>,
    severity: Severity,
}

/// An edit of the file: these bytes become that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub replacement: String,
}

/// A second place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub place: Place,
    pub text: String,
}

/// In a campaign file, or in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Span(Span),
    /// Row 1 is the header.
    Row {
        file: String,
        row: u32,
    },
}

impl Diagnostic {
    /// A fault of that code at that place.
    pub fn new(code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        let severity = code.severity();
        Self { code, message: message.into(), span, help: help.into(), labels: Vec::new(), fix: None, severity }
    }

    /// With a second place in the text.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { place: Place::Span(span), text: text.into() });
        self
    }

    /// With the edit that mends it.
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// With a row of a list.
    pub fn label_row(mut self, file: &str, row: u32, text: impl Into<String>) -> Self {
        self.labels.push(Label { place: Place::Row { file: file.to_owned(), row }, text: text.into() });
        self
    }

    /// What else is a warning, refused: the author has said that it must not be.
    pub fn refusing(mut self) -> Self {
        self.severity = Severity::Error;
        self
    }

    /// A warning, though the code is an error elsewhere.
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Error or warning: by its code, unless this one differs.
    pub fn severity(&self) -> Severity {
        self.severity
    }
}

/// All faults of a run, in the order found; `compile` sorts them by place.
pub type Diagnostics = Vec<Diagnostic>;

/// Does any of them refuse?
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
}

/// Does any of them keep a campaign from running? Rows that lack a value do not: they stay out.
pub fn stops_running(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error && !diagnostic.code.is_about_rows())
}
