//! The longest a text can come out for somebody: of every choice the alternative that is longest for them.

use crate::lang::text::expression::{Expression, ExpressionKind, Filter};
use crate::lang::text::filters::ENVIRONMENT;
use crate::lang::text::jinja;
use crate::lang::text::template::{Node, Template};
use minijinja::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// UTF-16 units, as LinkedIn counts (LANGUAGE.md §11).
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The longest rendering of a text in a context; none where it cannot be rendered (a missing field).
pub fn longest(template: &Template, context: &Value) -> Option<String> {
    longest_nodes(&template.nodes, context, &RefCell::default())
}

/// Choices are independent, so the longest of each is the longest of all. What was found for a slot is kept: a choice
/// inside others would else be looked at once for each of them, and again for each of theirs.
fn longest_nodes(nodes: &[Node], context: &Value, found: &RefCell<BTreeMap<u32, usize>>) -> Option<String> {
    let source = jinja::write(nodes, &mut |slot, alternatives| {
        let known = found.borrow().get(&slot).copied();
        if let Some(known) = known {
            return known;
        }
        let length = |nodes: &Vec<Node>| longest_nodes(nodes, context, found).map_or(0, |text| units(&text));
        let lengths = alternatives.iter().map(length).enumerate();
        let longest = lengths.max_by_key(|(_, length)| *length).map_or(0, |(at, _)| at);
        found.borrow_mut().insert(slot, longest);
        longest
    });
    ENVIRONMENT.render_str(&source, context).ok()
}

/// How long a value can come out, in UTF-16 units: as it is, and in another case (`ß`, `ŉ`: at most three for one).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Width {
    pub plain: usize,
    pub cased: usize,
}

impl Width {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let plain = if text.is_ascii() { text.len() } else { units(text) };
        Self { plain, cased: if text.is_ascii() { plain } else { plain * 3 } }
    }

    /// Of the longer of two.
    pub fn max(self, other: Self) -> Self {
        Self { plain: self.plain.max(other.plain), cased: self.cased.max(other.cased) }
    }
}

/// No rendering is longer than this, whoever it is for: every branch of every `if` taken, every variable as long as
/// `widest` says. None where a filter could make a value longer than can be said.
pub fn bound(nodes: &[Node], widest: &dyn Fn(&str) -> Width) -> Option<usize> {
    let all = |nodes: &[Node]| bound(nodes, widest);
    let mut sum = 0;
    for node in nodes {
        sum += match node {
            Node::Text(text) => units(text),
            Node::Comment { .. } => 0,
            Node::Output { expression, .. } => width(expression, widest)?.plain,
            Node::Choice { alternatives, .. } => max(alternatives.iter().map(|nodes| all(nodes)))?,
            Node::If { branches, otherwise, .. } => {
                let otherwise = otherwise.iter().map(|otherwise| all(&otherwise.nodes));
                max(branches.iter().map(|branch| all(&branch.nodes)).chain(otherwise))?
            }
        };
    }
    Some(sum)
}

fn max(mut widths: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    widths.try_fold(0, |most, width| Some(most.max(width?)))
}

fn width(expression: &Expression, widest: &dyn Fn(&str) -> Width) -> Option<Width> {
    match &expression.kind {
        ExpressionKind::Path(path) => Some(widest(path)),
        ExpressionKind::Text(text) | ExpressionKind::Number(text) => Some(Width::of(text)),
        ExpressionKind::Bool(_) | ExpressionKind::Not(_) | ExpressionKind::IsDefined { .. } | ExpressionKind::Compare { .. } => {
            Some(Width::of("false"))
        }
        ExpressionKind::Or(left, right) | ExpressionKind::And(left, right) => {
            Some(width(left, widest)?.max(width(right, widest)?))
        }
        ExpressionKind::Filter { input, filter, arguments } => {
            let input = width(input, widest)?;
            match filter {
                Filter::Trim | Filter::FirstWord | Filter::Truncate => Some(input),
                Filter::Default => arguments.iter().try_fold(input, |most, other| Some(most.max(width(other, widest)?))),
                Filter::Title | Filter::Upper | Filter::Lower | Filter::Capitalize => {
                    Some(Width { plain: input.cased, cased: input.cased })
                }
                Filter::Replace => replaced(input, arguments),
            }
        }
    }
}

/// Every piece that fits is replaced.
fn replaced(input: Width, arguments: &[Expression]) -> Option<Width> {
    let (ExpressionKind::Text(old), ExpressionKind::Text(new)) = (&arguments.first()?.kind, &arguments.get(1)?.kind) else {
        return None;
    };
    let (old, new) = (units(old), units(new));
    let grown = |width: usize| Some(width.checked_div(old)? * new.max(old) + width.checked_rem(old)?);
    Some(Width { plain: grown(input.plain)?, cased: grown(input.cased)?.saturating_mul(3) })
}
