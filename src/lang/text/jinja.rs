//! A parsed text, its choices made, written out as a minijinja template. Everything in it comes from the author's
//! text; no value of a contact ever passes here.

use crate::lang::text::expression::{Expression, ExpressionKind};
use crate::lang::text::template::{Branch, Node, Otherwise, Trim};

/// Picks an alternative: slot and the alternatives, to an index (held to the last).
pub type Choose<'a> = dyn FnMut(u32, &[Vec<Node>]) -> usize + 'a;

/// Writes the template with one alternative of every choice.
pub fn write(nodes: &[Node], choose: &mut Choose) -> String {
    let mut out = String::new();
    write_nodes(nodes, choose, &mut out);
    out
}

fn write_nodes(nodes: &[Node], choose: &mut Choose, out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => write_literal(text, out),
            Node::Output { expression, trim } => write_tag("{{", &written(expression), "}}", *trim, out),
            Node::Comment { trim } => write_tag("{#", "", "#}", *trim, out),
            Node::If { branches, otherwise, end } => write_if(branches, otherwise.as_ref(), *end, choose, out),
            Node::Choice { slot, alternatives } => {
                let chosen = choose(*slot, alternatives);
                if let Some(nodes) = alternatives.get(chosen).or(alternatives.last()) {
                    write_nodes(nodes, choose, out);
                }
            }
        }
    }
}

/// A brace of the text becomes a variable of its own, so that no two pieces can ever make a tag together.
fn write_literal(text: &str, out: &mut String) {
    out.push_str(&text.replace('{', "{{\"{\"}}"));
}

fn write_if(branches: &[Branch], otherwise: Option<&Otherwise>, end: Trim, choose: &mut Choose, out: &mut String) {
    for (at, branch) in branches.iter().enumerate() {
        let word = if at == 0 { "if " } else { "elif " };
        write_tag("{%", &format!("{word}{}", written(&branch.condition)), "%}", branch.trim, out);
        write_nodes(&branch.nodes, choose, out);
    }
    if let Some(otherwise) = otherwise {
        write_tag("{%", "else", "%}", otherwise.trim, out);
        write_nodes(&otherwise.nodes, choose, out);
    }
    write_tag("{%", "endif", "%}", end, out);
}

fn write_tag(open: &str, body: &str, close: &str, trim: Trim, out: &mut String) {
    let sign = |is: bool| if is { "-" } else { "" };
    out.push_str(&format!("{open}{} {body} {}{close}", sign(trim.before), sign(trim.behind)));
}

fn written(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Path(name) => name.clone(),
        ExpressionKind::Text(value) => quoted(value),
        ExpressionKind::Number(number) => number.clone(),
        ExpressionKind::Bool(value) => value.to_string(),
        ExpressionKind::Or(left, right) => format!("({} or {})", written(left), written(right)),
        ExpressionKind::And(left, right) => format!("({} and {})", written(left), written(right)),
        ExpressionKind::Not(inner) => format!("(not {})", written(inner)),
        ExpressionKind::Compare { left, op, right } => {
            format!("({}|compare({}, {}))", written(left), quoted(op.sign()), written(right))
        }
        ExpressionKind::IsDefined { inner, negated } => {
            format!("({}{}|is_present)", if *negated { "not " } else { "" }, written(inner))
        }
        ExpressionKind::Filter { input, filter, arguments } => {
            let arguments: Vec<String> = arguments.iter().map(written).collect();
            format!("({}|{}({}))", written(input), filter.word(), arguments.join(", "))
        }
    }
}

/// A text literal of minijinja; braces and signs are spelled by number, so that the tag's end is beyond doubt.
fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' | '{' | '}' | '%' | '#' | '\n' | '\r' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
