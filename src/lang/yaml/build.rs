//! From the YAML crate's events to a tree with places and comments. Aliases, tags and duplicate keys are refused here.
//!
//! The YAML itself is read by the crate; here only its events are put together.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span};
use crate::lang::syntax::Notes;
use crate::lang::yaml::place;
use crate::lang::yaml::scan::{self, Mark};
use crate::lang::yaml::tree::{CommentItem, Comments, Document, Entry, Kind, Node, Scalar, Style};
use serde_saphyr::granit_parser::{Event, Options, Parser, Placement, ScalarStyle, StructureStyle, options};
use std::collections::HashMap;

/// Lists and maps inside each other; a statement takes up to four, and the language's own limit is 64 of those.
const NESTING_MAX: usize = 320;

const ALIAS_HELP: &str =
    "write the value out where it is used; anchors, aliases, merge keys and tags are not part of campaign files";

/// Reads one document. Every fault is reported; what could be read is returned.
pub fn read(source: SourceId, text: &str) -> (Document, Diagnostics) {
    let (events, mut faults) = scan(source, text);
    let is_truncated = !faults.is_empty();
    let mut builder = Builder {
        source,
        text,
        events,
        at: 0,
        pending: Vec::new(),
        columns: Vec::new(),
        comments: Comments::default(),
        first_on_line: HashMap::new(),
        blank_above: None,
        faults: Vec::new(),
    };
    builder.push_item(None, 0);
    let mut root = builder.document();
    builder.second_document();
    if is_truncated && let Some(Kind::Map(entries)) = root.as_mut().map(|root| &mut root.kind) {
        entries.pop();
    }
    faults.append(&mut builder.faults);
    (Document { root, comments: builder.comments, is_truncated }, faults)
}

type Piece<'t> = (Event<'t>, Mark);

fn scan(source: SourceId, text: &str) -> (Vec<Piece<'_>>, Diagnostics) {
    let limits: Options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: NESTING_MAX,
        block_nesting_limit: NESTING_MAX,
        max_buffered_comment_events: 100_000,
        simple_key_max_lookahead: 1 << 20,
    };
    let mut events = Vec::new();
    for next in Parser::new_from_str_with_options(text, limits) {
        match next {
            Ok((event, span)) => events.push((event, Mark::of(&span))),
            Err(fault) => {
                let told = scan::explain(source, text, &events, &fault);
                return (events, vec![told]);
            }
        }
    }
    (events, Vec::new())
}

struct PendingComment {
    text: String,
    column: usize,
    has_blank_above: bool,
}

struct Builder<'t> {
    source: SourceId,
    text: &'t str,
    events: Vec<Piece<'t>>,
    at: usize,
    /// Comments on lines of their own that belong to what comes next, or to the end of what is open.
    pending: Vec<PendingComment>,
    /// Where the keys of the open maps begin.
    columns: Vec<usize>,
    comments: Comments,
    /// The first entry or list item of each line: a comment behind it is its own.
    first_on_line: HashMap<usize, usize>,
    /// The line last asked of, and whether the one above it is empty.
    blank_above: Option<(usize, bool)>,
    faults: Diagnostics,
}

impl<'t> Builder<'t> {
    fn document(&mut self) -> Option<Node> {
        while matches!(self.peek(), Some((Event::StreamStart | Event::DocumentStart(..), _))) {
            self.at += 1;
        }
        let root = self.node(0, None);
        self.take_pending(0, 0);
        root
    }

    fn second_document(&mut self) {
        while let Some((event, mark)) = self.peek() {
            if let (Event::DocumentStart(..), mark) = (event, mark) {
                let help = "one campaign or workspace a file: move what follows `---` into a file of its own";
                self.faults.push(Diagnostic::new(
                    Code::YamlSyntax,
                    mark.span(self.source),
                    "a second document in one file",
                    help,
                ));
                return;
            }
            self.at += 1;
        }
    }

    /// The next event that is no comment; comments on the way are kept.
    fn peek(&mut self) -> Option<(Event<'t>, Mark)> {
        while let Some((event, mark)) = self.events.get(self.at) {
            if let Event::Comment(text, placement) = event {
                let (text, placement, mark) = (text.to_string(), *placement, *mark);
                self.comment(&text, placement, mark);
                self.at += 1;
            } else {
                return Some((event.clone(), *mark));
            }
        }
        None
    }

    fn comment(&mut self, text: &str, placement: Placement, mark: Mark) {
        let line = text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned();
        if placement == Placement::Right {
            let found = self.first_on_line.get(&mark.line).copied();
            let index = found.unwrap_or(self.comments.items.len().saturating_sub(1));
            if let Some(item) = self.comments.items.get_mut(index) {
                match &item.notes.beside {
                    None => item.notes.beside = Some(line),
                    Some(_) => item.notes.above.push(line),
                }
            }
            return;
        }
        let has_blank_above = self.has_blank_above(mark);
        self.pending.push(PendingComment { text: line, column: mark.column, has_blank_above });
    }

    /// Is the line above that of a mark empty? Asked once a line: a whole campaign may stand on one.
    fn has_blank_above(&mut self, mark: Mark) -> bool {
        if let Some((line, is_blank)) = self.blank_above
            && line == mark.line
        {
            return is_blank;
        }
        let before = self.text.get(..mark.start).unwrap_or_default();
        let is_blank = before.rsplit('\n').nth(1).is_some_and(|line| line.trim().is_empty());
        self.blank_above = Some((mark.line, is_blank));
        is_blank
    }

    fn push_item(&mut self, parent: Option<usize>, line: usize) -> usize {
        let item = self.comments.items.len();
        self.first_on_line.entry(line).or_insert(item);
        self.comments.items.push(CommentItem { parent, notes: Notes::default(), is_claimed: false });
        item
    }

    /// A new entry or list item, with the comments above it.
    fn open_item(&mut self, parent: usize, mark: Mark) -> usize {
        let item = self.push_item(Some(parent), mark.line);
        let pending = std::mem::take(&mut self.pending);
        let blank_below = !pending.is_empty() && self.has_blank_above(mark);
        let blank_above = match pending.first() {
            Some(first) => first.has_blank_above,
            None => self.has_blank_above(mark),
        };
        if let Some(item) = self.comments.items.get_mut(item) {
            item.notes.blank_above = blank_above;
            item.notes.blank_below = blank_below;
            item.notes.above = pending.into_iter().map(|comment| comment.text).collect();
        }
        item
    }

    /// Gives pending comments of at least that column to an item.
    fn take_pending(&mut self, item: usize, column: usize) {
        let count = self.pending.iter().take_while(|comment| comment.column >= column).count();
        let Some(target) = self.comments.items.get_mut(item) else { return };
        let mut taken = self.pending.drain(..count).peekable();
        if target.notes.above.is_empty() && taken.peek().is_some_and(|first| first.has_blank_above) {
            target.notes.blank_above = true;
        }
        target.notes.above.extend(taken.map(|comment| comment.text));
    }

    fn node(&mut self, item: usize, anchor: Option<Span>) -> Option<Node> {
        let (event, mark) = self.peek()?;
        self.at += 1;
        let span = mark.span(self.source);
        let mut node = Node { kind: Kind::Broken, span, anchor: anchor.unwrap_or(span), item, end_item: None };
        match event {
            Event::Scalar(value, style, _, _) => {
                self.properties(mark);
                node.kind = Kind::Scalar(self.scalar(&value, style, mark));
            }
            Event::SequenceStart(style, ..) => {
                self.properties(mark);
                self.list(&mut node, style, mark);
            }
            Event::MappingStart(style, ..) => {
                self.properties(mark);
                self.map(&mut node, style, mark);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.refuse_alias(span, "an alias"),
            Event::SequenceEnd | Event::MappingEnd | Event::DocumentEnd | Event::StreamEnd => {
                self.at -= 1;
                return None;
            }
            _ => {}
        }
        Some(node)
    }

    /// An anchor or tag on the node that was just begun.
    fn properties(&mut self, mark: Mark) {
        if let Some((start, end)) = mark.tag {
            self.refuse_alias(Mark { start, end, ..mark }.span(self.source), "a tag");
        }
        if let Some((Event::Anchor(..), anchor)) = self.events.get(self.at) {
            let span = anchor.span(self.source);
            self.refuse_alias(span, "an anchor");
            self.at += 1;
        }
    }

    fn refuse_alias(&mut self, span: Span, what: &str) {
        let word = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        self.faults.push(Diagnostic::new(Code::YamlAlias, span, format!("`{word}` is {what}"), ALIAS_HELP));
    }

    fn scalar(&self, value: &str, style: ScalarStyle, mark: Mark) -> Scalar {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        // A block's place begins at its first character; its indent belongs to the first line.
        let start = if style == Style::Block { self.line_start(mark.start) } else { mark.start };
        let written = self.text.get(start..mark.end).unwrap_or_default();
        Scalar { value: value.to_owned(), style, map: place::map(written, start, value, style) }
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
    }

    fn list(&mut self, node: &mut Node, style: StructureStyle, opened: Mark) {
        let mut nodes = Vec::new();
        while let Some((event, mark)) = self.peek() {
            if event == Event::SequenceEnd {
                self.close(node, style, opened, mark);
                break;
            }
            let item = self.open_item(node.item, mark);
            let Some(next) = self.node(item, None) else { break };
            nodes.push(next);
        }
        node.kind = Kind::List(nodes);
    }

    fn map(&mut self, node: &mut Node, style: StructureStyle, opened: Mark) {
        let mut entries: Vec<Entry> = Vec::new();
        let mut keys = HashMap::new();
        self.columns.push(opened.column);
        while let Some((event, mark)) = self.peek() {
            if event == Event::MappingEnd {
                self.columns.pop();
                self.close(node, style, opened, mark);
                break;
            }
            let item = self.open_item(node.item, mark);
            let Some(key) = self.node(item, None) else { break };
            let told = self.faults.len();
            let Some(value) = self.node(item, Some(key.span)) else { break };
            if let Some(entry) = self.entry(&mut keys, key, value, item, told) {
                entries.push(entry);
            }
        }
        node.kind = Kind::Map(entries);
    }

    /// An entry whose key is a word, and no other's: `keys` are those before it.
    fn entry(&mut self, keys: &mut HashMap<String, Span>, key: Node, value: Node, item: usize, told: usize) -> Option<Entry> {
        let span = key.span;
        let Kind::Scalar(scalar) = key.kind else {
            if !matches!(key.kind, Kind::Broken) {
                let help = "a key is a word, followed by `:`";
                self.faults.push(Diagnostic::new(Code::WrongType, span, format!("{} stands as a key", key.describe()), help));
            }
            return None;
        };
        let key = scalar.value;
        if key == "<<" {
            self.faults.truncate(told);
            self.refuse_alias(span, "a merge key");
        } else if let Some(first) = keys.get(&key) {
            let fault = Diagnostic::new(
                Code::YamlSyntax,
                span,
                format!("the key `{key}` stands here twice"),
                "keep one of the two; a key may stand once in its place",
            );
            self.faults.push(fault.label(*first, "the first one"));
        } else {
            keys.insert(key.clone(), span);
            return Some(Entry { key, span, item, value });
        }
        None
    }

    /// The end of a list or map: what was commented above it, at its depth, belongs to it.
    fn close(&mut self, node: &mut Node, style: StructureStyle, opened: Mark, end: Mark) {
        self.at += 1;
        if style == StructureStyle::Flow {
            node.span.end = end.end as u32;
        }
        if self.pending.is_empty() {
            return;
        }
        let column = match style {
            StructureStyle::Flow => 0,
            // A list may stand as far left as the key it belongs to; what is above the next key there belongs to that.
            StructureStyle::Block if self.columns.last() == Some(&opened.column) => opened.column + 1,
            StructureStyle::Block => opened.column,
        };
        if self.pending.first().is_some_and(|first| first.column >= column) {
            let item = self.push_item(Some(node.item), 0);
            self.take_pending(item, column);
            node.end_item = Some(item);
        }
    }
}
