//! What a text speaks of: every field with its place, and whether it may be missing there. Nothing is judged here.

use crate::lang::text::expression::{CompareOp, Expression, ExpressionKind, Filter};
use crate::lang::text::template::{Node, Template};
use std::collections::BTreeSet;
use std::ops::Range;

/// One mention of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldUse {
    /// `company`, `sender.first_name`
    pub path: String,
    /// Bytes of the text.
    pub at: Range<usize>,
    /// By `or`, `default`, or an `if` around it: it may be missing here.
    pub is_guarded: bool,
}

/// Every mention, in the order written.
pub fn fields_used(template: &Template) -> Vec<FieldUse> {
    let mut uses = Vec::new();
    in_nodes(&template.nodes, &BTreeSet::new(), &mut uses);
    uses.sort_by_key(|field| field.at.start);
    uses
}

/// Names that are surely present.
type Present = BTreeSet<String>;

fn in_nodes(nodes: &[Node], present: &Present, uses: &mut Vec<FieldUse>) {
    for node in nodes {
        match node {
            Node::Text(_) | Node::Comment { .. } => {}
            Node::Output { expression, .. } => in_expression(expression, false, present, uses),
            Node::Choice { alternatives, .. } => alternatives.iter().for_each(|nodes| in_nodes(nodes, present, uses)),
            Node::If { branches, otherwise, .. } => {
                let mut before = present.clone();
                for branch in branches {
                    in_expression(&branch.condition, true, &before, uses);
                    let mut within = before.clone();
                    within.extend(present_if(&branch.condition, true));
                    in_nodes(&branch.nodes, &within, uses);
                    before.extend(present_if(&branch.condition, false));
                }
                if let Some(otherwise) = otherwise {
                    in_nodes(&otherwise.nodes, &before, uses);
                }
            }
        }
    }
}

fn in_expression(expression: &Expression, is_guarded: bool, present: &Present, uses: &mut Vec<FieldUse>) {
    match &expression.kind {
        ExpressionKind::Path(path) => {
            let is_guarded = is_guarded || present.contains(path);
            uses.push(FieldUse { path: path.clone(), at: expression.at.clone(), is_guarded });
        }
        ExpressionKind::Text(_) | ExpressionKind::Number(_) | ExpressionKind::Bool(_) => {}
        ExpressionKind::Or(left, right) => {
            in_expression(left, true, present, uses);
            in_expression(right, is_guarded, present, uses);
        }
        ExpressionKind::And(left, right) => {
            in_expression(left, is_guarded, present, uses);
            in_expression(right, is_guarded, present, uses);
        }
        ExpressionKind::Not(inner) => in_expression(inner, true, present, uses),
        ExpressionKind::IsDefined { inner, .. } => in_expression(inner, true, present, uses),
        ExpressionKind::Compare { left, right, .. } => {
            in_expression(left, true, present, uses);
            in_expression(right, true, present, uses);
        }
        ExpressionKind::Filter { input, filter, arguments } => {
            in_expression(input, is_guarded || *filter == Filter::Default, present, uses);
            arguments.iter().for_each(|argument| in_expression(argument, is_guarded, present, uses));
        }
    }
}

/// What is surely present where the condition holds, or where it does not.
fn present_if(condition: &Expression, holds: bool) -> Present {
    match &condition.kind {
        ExpressionKind::Path(path) if holds => Present::from([path.clone()]),
        ExpressionKind::Not(inner) => present_if(inner, !holds),
        ExpressionKind::IsDefined { inner, negated } if *negated != holds => present_if(inner, true),
        ExpressionKind::Filter { input, filter, .. } if holds && *filter != Filter::Default => present_if(input, true),
        ExpressionKind::Compare { left, op, right } if (*op == CompareOp::NotEqual) != holds => {
            let mut both = present_if(left, true);
            both.extend(present_if(right, true));
            both
        }
        ExpressionKind::And(left, right) => joined(left, right, holds, holds),
        ExpressionKind::Or(left, right) => joined(left, right, holds, !holds),
        ExpressionKind::Path(_)
        | ExpressionKind::IsDefined { .. }
        | ExpressionKind::Filter { .. }
        | ExpressionKind::Compare { .. }
        | ExpressionKind::Text(_)
        | ExpressionKind::Number(_)
        | ExpressionKind::Bool(_) => Present::new(),
    }
}

fn joined(left: &Expression, right: &Expression, holds: bool, is_both: bool) -> Present {
    let (left, right) = (present_if(left, holds), present_if(right, holds));
    if is_both { left.union(&right).cloned().collect() } else { left.intersection(&right).cloned().collect() }
}
