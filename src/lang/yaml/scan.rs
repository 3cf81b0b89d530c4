//! What the YAML crate refuses, told in the language's words and at the place where the author erred.

use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::{SourceId, Span};
use serde_saphyr::granit_parser::{self as granit, ErrorKind, Event, ScanError, StructureStyle};

/// The place of an event: bytes, and where its line begins.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    pub start: usize,
    pub end: usize,
    /// From 1.
    pub line: usize,
    /// From 0, in characters.
    pub column: usize,
    /// Bytes of its tag.
    pub tag: Option<(usize, usize)>,
}

impl Mark {
    /// The place of an event as the crate tells it.
    pub fn of(span: &granit::Span) -> Self {
        let bytes = span.byte_range().unwrap_or_default();
        let tag = span.tag_span().and_then(|tag| tag.byte_range()).map(|tag| (tag.start, tag.end));
        Self { start: bytes.start, end: bytes.end, line: span.start.line(), column: span.start.col(), tag }
    }

    /// As a place of a source.
    pub fn span(self, source: SourceId) -> Span {
        Span { source, start: self.start as u32, end: self.end as u32 }
    }
}

/// The fault behind a refusal. What was opened and never closed is reported at its opener.
pub fn explain(source: SourceId, text: &str, events: &[(Event<'_>, Mark)], fault: &ScanError) -> Diagnostic {
    let at = fault.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let place = |start: usize, len: usize| Span { source, start: start as u32, end: (start + len).min(text.len()) as u32 };
    if *fault.kind() == ErrorKind::RecursionLimitExceeded {
        return Diagnostic::new(
            Code::TooLarge,
            place(at, 1),
            "lists and maps are nested too deeply here",
            "64 blocks inside each other are the limit: shorten the campaign",
        );
    }
    if let Some(opener) = open_quote(text, events, at, fault.kind()) {
        let help = "close it with the same quote, or write the text as a block behind `|`";
        return Diagnostic::new(Code::YamlSyntax, place(opener, 1), "this quote is never closed", help);
    }
    if let Some((opener, bracket)) = open_bracket(text, events, at, fault.kind()) {
        let close = if bracket == '[' { ']' } else { '}' };
        let message = format!("this `{bracket}` is never closed");
        return Diagnostic::new(Code::YamlSyntax, place(opener, 1), message, format!("close it with `{close}`"));
    }
    let (message, help) = sentence(fault.kind());
    let width = text.get(at..).and_then(|rest| rest.chars().next()).filter(|next| *next != '\n').map_or(0, char::len_utf8);
    Diagnostic::new(Code::YamlSyntax, place(at, width), message, help)
}

/// A quote that opened on an earlier line than the fault, or ran to the end.
fn open_quote(text: &str, events: &[(Event<'_>, Mark)], at: usize, kind: &ErrorKind) -> Option<usize> {
    let must_be_earlier = match kind {
        ErrorKind::UnclosedQuotedScalar => false,
        ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar => true,
        _ => return None,
    };
    if text.get(at..).is_some_and(|rest| rest.starts_with(['"', '\''])) && !must_be_earlier {
        return Some(at);
    }
    let from = events.iter().map(|(_, mark)| mark.end).max().unwrap_or(0);
    let opener = from + text.get(from..at)?.find(['"', '\''])?;
    let is_earlier = text.get(opener..at)?.contains('\n');
    (is_earlier || !must_be_earlier).then_some(opener)
}

/// The innermost `[` or `{` still open, when the fault looks like its missing end.
fn open_bracket(text: &str, events: &[(Event<'_>, Mark)], at: usize, kind: &ErrorKind) -> Option<(usize, char)> {
    let is_certain = match kind {
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnexpectedEof => true,
        ErrorKind::InvalidColonPlacement
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::PlainScalarStartsWithDashFlowIndicator
        | ErrorKind::UnexpectedEndOfPlainScalar
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::InvalidSimpleKey
        | ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::ExpectedNodeContent
        | ErrorKind::MappingKeyNotAllowed => false,
        _ => return None,
    };
    let mut open = Vec::new();
    for (event, mark) in events {
        match event {
            Event::SequenceStart(style, ..) | Event::MappingStart(style, ..) => open.push((*style, mark.start)),
            Event::SequenceEnd | Event::MappingEnd => drop(open.pop()),
            _ => {}
        }
    }
    let innermost = open.iter().rev().find(|(style, start)| *style == StructureStyle::Flow && is_bracket(text, *start));
    let opener = innermost.map_or(at, |(_, start)| *start);
    let bracket = text.get(opener..)?.chars().next().filter(|first| matches!(first, '[' | '{'))?;
    let is_earlier = text.get(opener..at).is_some_and(|between| between.contains('\n'));
    (is_certain || is_earlier).then_some((opener, bracket))
}

fn is_bracket(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(['[', '{']))
}

/// A refusal in plain words, and the way out.
fn sentence(kind: &ErrorKind) -> (String, &'static str) {
    let said = |text: &str| text.to_owned();
    match kind {
        ErrorKind::MappingValueNotAllowed => {
            (said("a second `:` on one line"), "put the text in quotes when it holds `: `, or begin a new line for the inner key")
        }
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed => {
            (said("a tab stands in the indentation"), "indent with spaces; YAML takes no tabs there")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            (format!("a text cannot begin with `{character}`"), "put the text in quotes")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => (
            format!("this `{open}` is closed by `{close}`"),
            "close brackets in the order they were opened, each with its own kind",
        ),
        ErrorKind::MisplacedFlowCollectionEnd => (said("this bracket closes nothing"), "remove it, or open one before it"),
        ErrorKind::UnknownQuotedScalarEscape => {
            (said("an escape YAML does not know in this text"), "write `\\\\` for a backslash, or use single quotes")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => (
            said("the text has ended, and more follows on the line"),
            "a quote inside `\"…\"` is written `\\\"`, inside `'…'` twice (`''`)",
        ),
        ErrorKind::ExpectedBlockMappingKey => {
            (said("this line fits into no map or list above it"), "indent it like its neighbours; a key ends in `:`")
        }
        ErrorKind::ExpectedBlockSequenceEntry => (
            said("a list ended here without being finished"),
            "begin each entry with `- `, or indent the line below the list's key",
        ),
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            (said("a comma is missing between two entries"), "separate what stands between brackets with `,`")
        }
        ErrorKind::SimpleKeyExpected => (said("a key without `:`"), "write `key: value`"),
        other => {
            (format!("this is no YAML: {other}"), "check the indentation, quotes and brackets of this line and the one above")
        }
    }
}
