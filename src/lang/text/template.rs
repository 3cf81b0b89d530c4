//! A text, parsed: pieces, variables, `if`s and choices, with their places. What it leaves undone: no name is bound,
//! nothing is chosen.

use crate::lang::code::Code;
use crate::lang::text::expression::{Expression, parse_expression};
use std::ops::Range;

/// `if`s and choices inside each other; more is refused.
const DEPTH_MAX: usize = 32;
/// Faults told of one text; more would be consequences of the first.
const FAULTS_MAX: usize = 3;

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    pub nodes: Vec<Node>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Literal, spintax escapes resolved.
    Text(String),
    /// `{{ … }}`
    Output { expression: Expression, trim: Trim },
    /// `{# … #}`: nothing but what it trims.
    Comment { trim: Trim },
    /// `{% if … %}` to `{% endif %}`
    If { branches: Vec<Branch>, otherwise: Option<Otherwise>, end: Trim },
    /// `{one|two}`; `slot` counts the groups of the text, from 0.
    Choice { slot: u32, alternatives: Vec<Vec<Node>> },
}

/// `{% if … %}` or `{% elif … %}` and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    pub condition: Expression,
    pub trim: Trim,
    pub nodes: Vec<Node>,
}

/// `{% else %}` and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Otherwise {
    pub trim: Trim,
    pub nodes: Vec<Node>,
}

/// Whitespace control: `{%-` and `-%}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trim {
    pub before: bool,
    pub behind: bool,
}

/// What is wrong with a text, at bytes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    pub code: Code,
    pub at: Range<usize>,
    pub message: String,
    pub help: String,
}

impl TemplateFault {
    /// A `bad-template`.
    pub fn template(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: Code::BadTemplate, at, message: message.into(), help: help.into() }
    }

    /// An `unbalanced-spintax`.
    fn spintax(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: Code::UnbalancedSpintax, at, message: message.into(), help: help.into() }
    }
}

/// Parses a text as the author wrote it. The faults, at most three, in the order found.
pub fn parse(text: &str) -> Result<Template, Vec<TemplateFault>> {
    let mut parser = Parser { text, at: 0, slots: 0, faults: Vec::new() };
    let mut nodes = parser.nodes(Inside { group: None, is_if: false, depth: 0 });
    // An `else` or `endif` without its `if` ends a list of nodes too early; it is told once and the rest still read.
    while parser.at < text.len() {
        if let Some(tag) = parser.take_tag() {
            parser.fault(TemplateFault::template(
                tag.at,
                format!("`{}` without an `if`", tag.word),
                "take it out, or open it with `{% if field %}`",
            ));
        }
        nodes.extend(parser.nodes(Inside { group: None, is_if: false, depth: 0 }));
    }
    if parser.faults.is_empty() { Ok(Template { nodes }) } else { Err(parser.faults) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    slots: u32,
    faults: Vec<TemplateFault>,
}

/// What surrounds a list of nodes.
#[derive(Clone, Copy)]
struct Inside {
    /// Where the innermost choice opens.
    group: Option<usize>,
    /// Directly in an `if`: ends at `elif`, `else`, `endif`.
    is_if: bool,
    depth: usize,
}

/// `{{ … }}`, `{% … %}`, `{# … #}`, cut out.
struct Tag<'a> {
    word: &'a str,
    /// What stands behind the word (statements) or all of it (outputs).
    body: Range<usize>,
    trim: Trim,
    at: Range<usize>,
}

impl<'a> Parser<'a> {
    fn nodes(&mut self, inside: Inside) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut literal = String::new();
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            if let Some(escaped) = escape(rest) {
                literal.push(escaped);
                self.at += 2;
                continue;
            }
            if opens_tag(rest) {
                if rest.starts_with("{%") && self.peek_ends_nodes() {
                    break;
                }
                flush(&mut nodes, &mut literal);
                nodes.extend(self.tag(inside));
                continue;
            }
            match rest.chars().next().unwrap_or_default() {
                '{' => {
                    flush(&mut nodes, &mut literal);
                    nodes.extend(self.choice(inside));
                }
                '|' | '}' if inside.group.is_some() && !inside.is_if => break,
                c @ ('|' | '}') if inside.group.is_some() => {
                    let help = format!("let the `if` end inside the alternative, or write `\\{c}` for the sign itself");
                    self.fault(TemplateFault::spintax(self.at..self.at + 1, "a choice that cuts through an `if`", help));
                    self.at += 1;
                }
                c => {
                    literal.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        flush(&mut nodes, &mut literal);
        nodes
    }

    /// `{a|b}`; the place stands on `{`.
    fn choice(&mut self, inside: Inside) -> Option<Node> {
        let open = self.at;
        let slot = self.slots;
        self.slots += 1;
        self.at += 1;
        if inside.depth >= DEPTH_MAX {
            self.fault(TemplateFault::spintax(open..open + 1, "choices too deep inside each other", "write it flatter"));
            self.at = self.text.len();
            return None;
        }
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.nodes(Inside { group: Some(open), is_if: false, depth: inside.depth + 1 }));
            let sign = self.text.get(self.at..).and_then(|rest| rest.chars().next());
            match sign {
                Some('|') => self.at += 1,
                Some('}') => {
                    self.at += 1;
                    break;
                }
                Some(_) => {
                    let help = "let the choice end inside the `if`, or write `\\{` for a brace";
                    self.fault(TemplateFault::spintax(open..open + 1, "a choice that cuts through an `if`", help));
                    return None;
                }
                None => {
                    let help = "close it with `}`, or write `\\{` for a brace";
                    self.fault(TemplateFault::spintax(open..open + 1, "a choice that is never closed", help));
                    return None;
                }
            }
        }
        if alternatives.len() == 1 {
            let help = "offer a second one, as in `{Hi|Hello}`; write `\\{…\\}` for braces, `{{ field }}` for a field";
            self.fault(TemplateFault::spintax(open..self.at, "a choice of one", help));
        }
        Some(Node::Choice { slot, alternatives })
    }

    fn tag(&mut self, inside: Inside) -> Option<Node> {
        let tag = self.take_tag()?;
        match self.text.get(tag.at.start..tag.at.start + 2) {
            Some("{#") => Some(Node::Comment { trim: tag.trim }),
            Some("{{") => {
                let expression = self.expression(tag.body)?;
                Some(Node::Output { expression, trim: tag.trim })
            }
            Some(_) | None => self.statement(tag, inside),
        }
    }

    fn statement(&mut self, tag: Tag<'a>, inside: Inside) -> Option<Node> {
        if tag.word != "if" {
            let help = "templates know `{% if %}`, `{% elif %}`, `{% else %}` and `{% endif %}` only";
            let message = if tag.word.is_empty() {
                "an empty `{% %}`".to_owned()
            } else {
                format!("`{}` is no statement of templates", tag.word)
            };
            self.fault(TemplateFault::template(tag.at, message, help));
            return None;
        }
        if inside.depth >= DEPTH_MAX {
            self.fault(TemplateFault::template(tag.at, "`if`s too deep inside each other", "write it flatter"));
            self.at = self.text.len();
            return None;
        }
        let opener = tag.at.clone();
        let body = Inside { group: inside.group, is_if: true, depth: inside.depth + 1 };
        let (mut branches, mut otherwise, mut tag) = (Vec::new(), None, tag);
        loop {
            match tag.word {
                "else" => {
                    self.only_word(&tag);
                    otherwise = Some(Otherwise { trim: tag.trim, nodes: self.nodes(body) });
                }
                "endif" => {
                    self.only_word(&tag);
                    return Some(Node::If { branches, otherwise, end: tag.trim });
                }
                _ => {
                    let condition = self.expression(tag.body.clone());
                    let nodes = self.nodes(body);
                    branches.extend(condition.map(|condition| Branch { condition, trim: tag.trim, nodes }));
                }
            }
            let told = self.faults.len();
            let Some(next) = self.take_tag() else {
                if self.faults.len() == told {
                    let help = "close it with `{% endif %}`";
                    self.fault(TemplateFault::template(opener, "an `if` that is never closed", help));
                }
                return None;
            };
            if otherwise.is_some() && next.word != "endif" {
                let message = format!("`{}` behind `else`", next.word);
                self.fault(TemplateFault::template(next.at.clone(), message, "`else` is the last part of an `if`"));
            }
            tag = next;
        }
    }

    fn only_word(&mut self, tag: &Tag) {
        if !self.text.get(tag.body.clone()).unwrap_or_default().trim().is_empty() {
            let help = if tag.word == "else" { "write `{% elif … %}` for another condition" } else { "write `{% endif %}`" };
            self.fault(TemplateFault::template(tag.body.clone(), format!("something behind `{}`", tag.word), help));
        }
    }

    fn expression(&mut self, body: Range<usize>) -> Option<Expression> {
        match parse_expression(self.text, body) {
            Ok(expression) => Some(expression),
            Err(fault) => {
                self.fault(fault);
                None
            }
        }
    }

    /// Is the statement here one that ends a list of nodes?
    fn peek_ends_nodes(&self) -> bool {
        let body = self.text.get(self.at + 2..).unwrap_or_default();
        matches!(first_word(body.trim_start_matches(['-', '+'])).1, "elif" | "else" | "endif")
    }

    /// Cuts the tag here out of the text and moves behind it.
    fn take_tag(&mut self) -> Option<Tag<'a>> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| opens_tag(rest))?;
        let close = match rest.get(..2) {
            Some("{{") => "}}",
            Some("{#") => "#}",
            Some(_) | None => "%}",
        };
        let Some(length) = tag_length(rest, close) else {
            let help = format!("close it with `{close}`, or write `\\{{` for a brace");
            let message = format!("`{}` is never closed", rest.get(..2).unwrap_or_default());
            self.fault(TemplateFault::template(start..start + 2, message, help));
            self.at = self.text.len();
            return None;
        };
        self.at = start + length;
        let mut body = start + 2..self.at - 2;
        let inner = self.text.get(body.clone()).unwrap_or_default();
        let trim = Trim { before: inner.starts_with('-'), behind: inner.len() > 1 && inner.ends_with('-') };
        body.start += usize::from(inner.starts_with(['-', '+']));
        body.end -= usize::from(trim.behind);
        let mut word = "";
        if close == "%}" {
            let (offset, first) = first_word(self.text.get(body.clone()).unwrap_or_default());
            word = first;
            body.start += offset + first.len();
        }
        Some(Tag { word, body, trim, at: start..self.at })
    }

    fn fault(&mut self, fault: TemplateFault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}

/// `{{{`, `{{%`, `{{#` and `{{a|b}|c}` open a choice that begins with another: no expression begins with a brace, and
/// none has a `|` outside its own braces.
fn opens_tag(rest: &str) -> bool {
    match rest.get(..2).unwrap_or_default() {
        "{%" | "{#" => true,
        "{{" => !rest.get(2..).unwrap_or_default().starts_with(['{', '%', '#']) && !opens_nested_choice(rest),
        _ => false,
    }
}

fn opens_nested_choice(rest: &str) -> bool {
    let mut depth = 0;
    let mut has_alternatives = false;
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '{' => depth += 1,
            '|' if depth == 1 => has_alternatives = true,
            '}' if depth == 1 => return has_alternatives,
            '}' => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Bytes from the opener to behind the closer; a closer inside quotes does not count, but in a comment all do.
fn tag_length(rest: &str, close: &str) -> Option<usize> {
    let mut quote = None;
    let mut chars = rest.char_indices().skip(2);
    while let Some((offset, c)) = chars.next() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) if c == '\\' => drop(chars.next()),
            Some(_) => {}
            None if close != "#}" && (c == '"' || c == '\'') => quote = Some(c),
            None if rest.get(offset..).is_some_and(|tail| tail.starts_with(close)) => return Some(offset + close.len()),
            None => {}
        }
    }
    None
}

fn escape(rest: &str) -> Option<char> {
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some(c @ ('{' | '}' | '|'))) => Some(c),
        _ => None,
    }
}

/// The first word and where it begins.
fn first_word(body: &str) -> (usize, &str) {
    let offset = body.len() - body.trim_start().len();
    let rest = body.get(offset..).unwrap_or_default();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (offset, rest.get(..end).unwrap_or_default())
}

fn flush(nodes: &mut Vec<Node>, literal: &mut String) {
    if !literal.is_empty() {
        nodes.push(Node::Text(std::mem::take(literal)));
    }
}
