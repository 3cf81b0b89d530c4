//! For people: the code, what is wrong, the lines it is about with the place underlined, what to do.

use crate::lang::diagnostic::{Diagnostic, Place, Severity};
use crate::lang::report::{Files, sorted};
use crate::lang::source::{Source, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents,
    ThemeCharacters, ThemeStyles,
};
use std::fmt;

/// How a terminal wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub is_colored: bool,
    /// Columns; long sentences are broken there.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { is_colored: false, width: 100 }
    }
}

/// Every diagnostic, one below the other with an empty line between. The summary is not in it: [`summary`].
pub fn human(diagnostics: &[Diagnostic], sources: &[Source], look: Look) -> String {
    let styles = if look.is_colored { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(look.width).with_links(false);
    let files = Files::new(sources);
    let told: Vec<String> = sorted(diagnostics).into_iter().map(|diagnostic| one(diagnostic, &files, &handler)).collect();
    told.join("\n")
}

/// `2 errors, 1 warning`; nothing for nothing.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity, word: &str| {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count();
        (count > 0).then(|| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
    };
    let parts = [count(Severity::Error, "error"), count(Severity::Warning, "warning")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn one(diagnostic: &Diagnostic, files: &Files, handler: &GraphicalReportHandler) -> String {
    let source = files.source(diagnostic.span).map(|source| Underlined { source, span: diagnostic.span, files });
    let told = Told { diagnostic, source, files };
    let mut out = String::new();
    // Writing to a String does not fail; what miette cannot show is said in one line.
    if handler.render_report(&mut out, &told).is_err() {
        out = format!("{}: {}\n", diagnostic.code.word(), diagnostic.message);
    }
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A diagnostic as miette takes it.
struct Told<'a> {
    diagnostic: &'a Diagnostic,
    source: Option<Underlined<'a>>,
    files: &'a Files<'a>,
}

impl Told<'_> {
    /// Places outside the underlined file, a line each.
    fn elsewhere(&self) -> Vec<String> {
        let is_elsewhere = |place: &Place| match place {
            Place::Span(span) => span.source != self.diagnostic.span.source,
            Place::Row { .. } => true,
        };
        let labels = self.diagnostic.labels.iter().filter(|label| is_elsewhere(&label.place));
        labels
            .map(|label| {
                let located = self.files.locate_label(&label.place);
                let at = match label.place {
                    Place::Span(_) => format!("{}:{}:{}", located.file, located.start.line, located.start.column),
                    Place::Row { row, .. } => format!("{} row {row}", located.file),
                };
                format!("{at}: {}", label.text)
            })
            .collect()
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl fmt::Debug for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Told<'_> {}

impl miette::Diagnostic for Told<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code.word()))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mut lines = self.elsewhere();
        let help = Some(self.diagnostic.help.clone()).filter(|help| !help.is_empty());
        lines.splice(0..0, help);
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.source.as_ref()?;
        let primary = LabeledSpan::new_primary_with_span(None, source.first_line(self.diagnostic.span));
        let others = self.diagnostic.labels.iter().filter_map(|label| match label.place {
            Place::Span(span) if span.source == self.diagnostic.span.source => {
                Some(LabeledSpan::new_with_span(Some(label.text.clone()), source.first_line(span)))
            }
            Place::Span(_) | Place::Row { .. } => None,
        });
        Some(Box::new(std::iter::once(primary).chain(others)))
    }
}

/// A source with columns in characters (miette counts bytes) and its name in front.
struct Underlined<'a> {
    source: &'a Source,
    /// A place in it.
    span: Span,
    files: &'a Files<'a>,
}

impl fmt::Debug for Underlined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source.path.display())
    }
}

impl Underlined<'_> {
    /// The span as far as its first line goes: a text of thirty lines is shown by its beginning.
    fn first_line(&self, span: Span) -> SourceSpan {
        let text: &str = &self.source.text;
        let start = text.floor_char_boundary(span.start as usize);
        let end = text.ceil_char_boundary((span.end as usize).min(text.len())).max(start);
        let covered = text.get(start..end).unwrap_or_default();
        let line = covered.split('\n').next().unwrap_or_default().trim_end();
        (start, line.len()).into()
    }
}

impl SourceCode for Underlined<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        behind: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Only the lines that are shown are looked at, whatever the size of the file.
        let lines = self.files.lines(self.span);
        let line_of = |offset: usize| lines.partition_point(|begin| *begin as usize <= offset).saturating_sub(1);
        let first = line_of(span.offset()).saturating_sub(before + 1);
        let last = line_of(span.offset() + span.len()) + behind + 2;
        let begin = lines.get(first).map_or(0, |begin| *begin as usize);
        let end = lines.get(last).map_or(self.source.text.len(), |end| *end as usize);
        let shown = self.source.text.get(begin..end).unwrap_or_default();
        let within = SourceSpan::from((span.offset().saturating_sub(begin), span.len()));
        let contents = shown.read_span(&within, before, behind)?;
        let offset = begin + contents.span().offset();
        // What is shown with lines around it begins at a line's start, or at the span in the same line.
        let position = self.files.position(self.span, offset as u32);
        let named = MietteSpanContents::new_named(
            self.source.path.display().to_string(),
            contents.data(),
            SourceSpan::from((offset, contents.span().len())),
            first + contents.line(),
            position.column.saturating_sub(1) as usize,
            contents.line_count(),
        );
        Ok(Box::new(named))
    }
}
