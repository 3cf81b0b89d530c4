//! What a key may hold: texts, numbers, lists and maps, each read with its fault told. No meaning is known here.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span, Spanned};
use crate::lang::syntax::{Line, Notes, Text};
use crate::lang::words;
use crate::lang::yaml::keys;
use crate::lang::yaml::tree::{Comments, Entry, Kind, Node, Resolved, Scalar};

/// Reads a tree, telling faults as it goes.
#[derive(Debug)]
pub struct Reader {
    pub source: SourceId,
    pub faults: Diagnostics,
    pub comments: Comments,
    /// Statements read so far.
    pub statements: usize,
    /// Blocks inside each other, the campaign counted as one.
    pub depth: usize,
}

/// The keys a map may have.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// What the map is, in words: `a contacts block`.
    pub what: &'static str,
    pub known: &'static [&'static str],
}

impl Reader {
    /// A reader of a document's comments, with nothing read yet.
    pub fn new(source: SourceId, comments: Comments) -> Self {
        Self { source, faults: Vec::new(), comments, statements: 0, depth: 0 }
    }

    /// Tells a fault.
    pub fn fault(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Diagnostic::new(code, span, message, help));
    }

    /// The comments of an entry or list item, now placed.
    pub fn notes(&mut self, item: usize) -> Notes {
        self.comments.claim(item)
    }

    /// The comments of an entry that stands with others under one key: those of the key come before the first's.
    pub fn notes_under(&mut self, key: &Entry, entry: &Entry) -> Notes {
        let is_first = key.value.entries().and_then(<[Entry]>::first).is_some_and(|first| first.item == entry.item);
        self.joined_notes(key, entry.item, is_first)
    }

    /// The comments of an entry of the list behind a key, or of a value that stands there alone.
    pub fn notes_in(&mut self, key: &Entry, node: &Node) -> Notes {
        if node.item == key.item {
            return self.notes(key.item);
        }
        let is_first = matches!(&key.value.kind, Kind::List(nodes) if nodes.first().is_some_and(|first| first.item == node.item));
        self.joined_notes(key, node.item, is_first)
    }

    fn joined_notes(&mut self, key: &Entry, item: usize, is_first: bool) -> Notes {
        let own = self.notes(item);
        if !is_first {
            return own;
        }
        let mut notes = self.notes(key.item);
        notes.above.extend(notes.beside.take());
        notes.above.extend(own.above);
        Notes { beside: own.beside, blank_above: notes.blank_above || own.blank_above, ..notes }
    }

    /// The comments above the end of a list or map.
    pub fn end_notes(&mut self, node: &Node) -> Notes {
        node.end_item.map(|item| self.comments.claim(item)).unwrap_or_default()
    }

    /// A value on a line of its own.
    pub fn line<T>(&mut self, entry: &Entry, value: T) -> Line<T> {
        Line { value, span: entry.span.to(entry.value.span), notes: self.notes(entry.item) }
    }

    /// `KEY` holds something else than it takes.
    pub fn wrong(&mut self, node: &Node, key: &str, takes: &str, help: &str) {
        if !matches!(node.kind, Kind::Broken) {
            let message = format!("`{key}` takes {takes}, not {}", node.describe());
            self.fault(Code::WrongType, node.place(), message, help);
        }
    }

    /// A scalar that is a text.
    pub fn scalar<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n Scalar> {
        let Some(scalar) = node.scalar() else {
            self.wrong(node, key, "a text", "write it in quotes behind the key");
            return None;
        };
        match scalar.resolved() {
            Resolved::Text => Some(scalar),
            Resolved::Null => {
                self.wrong(node, key, "a text", "write it behind the key");
                None
            }
            Resolved::Flag(_) | Resolved::Number => {
                let help = format!("put it in quotes to make it a text: \"{}\"", scalar.value);
                self.wrong(node, key, "a text", &help);
                None
            }
        }
    }

    /// A text that is no template: a path, a tag, an address.
    pub fn string(&mut self, node: &Node, key: &str) -> Option<Spanned<String>> {
        let text = self.text(node, key)?;
        if text.value.contains(['\n', '\r']) {
            let message = format!("`{key}` takes a text of one line");
            self.fault(Code::WrongType, node.place(), message, words::ONE_LINE);
            return None;
        }
        Some(Spanned::new(text.value, text.span))
    }

    /// A template.
    pub fn text(&mut self, node: &Node, key: &str) -> Option<Text> {
        self.scalar(node, key).map(|scalar| scalar.to_text(node.span))
    }

    /// A whole number from 0.
    pub fn number(&mut self, node: &Node, key: &str) -> Option<Spanned<u32>> {
        let scalar = node.scalar().filter(|scalar| scalar.resolved() == Resolved::Number);
        match scalar.and_then(|scalar| scalar.value.parse::<u32>().ok()) {
            Some(number) => Some(Spanned::new(number, node.span)),
            None if scalar.is_some() => {
                let message = format!("`{key}` takes a whole number from 0");
                self.fault(Code::WrongType, node.place(), message, "write digits only, such as 40");
                None
            }
            None => {
                self.wrong(node, key, "a whole number", "write digits only, without quotes, such as 40");
                None
            }
        }
    }

    /// `20%`
    pub fn percent(&mut self, node: &Node, key: &str) -> Option<Spanned<u32>> {
        let digits = node.scalar().and_then(|scalar| scalar.value.strip_suffix('%'));
        let number = digits.and_then(|digits| digits.trim_end().parse::<u32>().ok());
        if number.is_none() {
            self.wrong(node, key, "a share in percent", "write it with its sign: 50%");
        }
        number.map(|number| Spanned::new(number, node.span))
    }

    /// `true` or `false`, and no other word for it.
    pub fn flag(&mut self, node: &Node, key: &str) -> Option<bool> {
        if let Some(Resolved::Flag(flag)) = node.scalar().map(Scalar::resolved) {
            return Some(flag);
        }
        self.wrong(node, key, "true or false", "write `true` or `false`; `yes`, `no`, `on` and `off` are texts in YAML");
        None
    }

    /// The entries of a list.
    pub fn list<'n>(&mut self, node: &'n Node, key: &str, of: &str) -> Option<&'n [Node]> {
        if let Kind::List(nodes) = &node.kind {
            return Some(nodes);
        }
        self.wrong(node, key, &format!("a list of {of}"), "write `[a, b]`, or one entry a line behind `- `");
        None
    }

    /// The entries of a list; a single one may stand without the brackets.
    pub fn one_or_more<'n>(&mut self, node: &'n Node, key: &str, of: &str) -> &'n [Node] {
        match &node.kind {
            Kind::Scalar(_) if !node.is_null() => std::slice::from_ref(node),
            _ => self.list(node, key, of).unwrap_or_default(),
        }
    }

    /// The entries of a map whose keys the author chooses.
    pub fn map<'n>(&mut self, node: &'n Node, key: &str, of: &str) -> Option<&'n [Entry]> {
        if let Kind::Map(entries) = &node.kind {
            return Some(entries);
        }
        self.wrong(node, key, &format!("a map of {of}"), "write `key: value`, one a line, or all in `{…}`");
        None
    }

    /// The entries of a map whose keys the language fixes: unknown ones are told and left out.
    pub fn keys<'n>(&mut self, node: &'n Node, key: &str, keys: Keys) -> Option<Vec<&'n Entry>> {
        let entries = self.map(node, key, "keys")?;
        Some(entries.iter().filter(|entry| self.knows(entry, keys)).collect())
    }

    /// Is that a key of the map? Tells the fault if it is not.
    pub fn knows(&mut self, entry: &Entry, keys: Keys) -> bool {
        let key = entry.key.as_str();
        if keys.known.contains(&key) {
            return true;
        }
        self.unknown_key(entry, keys.what, keys.known.iter().copied());
        false
    }

    /// A key that has no place there.
    pub fn unknown_key(&mut self, entry: &Entry, what: &str, known: impl Iterator<Item = &'static str> + Clone) {
        let key = &entry.key;
        let help = match (key.as_str(), keys::nearest(key, known.clone())) {
            ("on" | "true" | "yes" | "no", _) => {
                "no key is called `on`, `yes` or `no`: handlers are `when_reply`, `when_opt_out` …, arms are `when_accepted` …"
                    .to_owned()
            }
            (_, Some(near)) => format!("did you mean `{near}`?"),
            (_, None) => format!("it may have {}", words::one_of(known)),
        };
        self.fault(Code::UnknownKey, entry.span, format!("{what} has no key `{key}`"), help);
    }

    /// The value of a key that the map must have; `span` is where the map begins.
    pub fn needed<'n>(&mut self, node: &'n Node, what: &str, key: &str, span: Span) -> Option<&'n Node> {
        let value = node.get(key);
        if value.is_none() {
            self.missing(span, what, key);
        }
        value
    }

    /// A map that lacks a key it needs; pointed at where the map begins.
    pub fn missing(&mut self, span: Span, what: &str, key: &str) {
        self.fault(Code::Unexpected, span, format!("{what} needs `{key}`"), format!("add the key `{key}`"));
    }
}
