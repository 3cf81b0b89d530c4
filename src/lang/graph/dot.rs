//! A campaign as Graphviz draws it.

use crate::lang::graph::picture::{Picture, picture};
use crate::model::campaign::Campaign;
use std::fmt::Write;

/// `digraph … { … }`, for Graphviz.
pub fn dot(campaign: &Campaign) -> String {
    let Picture { nodes, edges, .. } = picture(campaign);
    let mut out = format!("digraph {} {{\n  rankdir=TB;\n  node [shape=box, style=rounded];\n", quoted(&campaign.name));
    for node in &nodes {
        let shape = match node.kind {
            "stop" | "return" => ", shape=oval",
            "if" | "split" => ", shape=diamond",
            "on" => ", shape=cds",
            _ => "",
        };
        writeln_to(&mut out, format_args!("  {} [label={}{shape}];", quoted(&node.label), quoted(&node.caption())));
    }
    for edge in &edges {
        let text = if edge.when.is_empty() { String::new() } else { format!(" [label={}]", quoted(&edge.when)) };
        writeln_to(&mut out, format_args!("  {} -> {}{text};", quoted(&edge.from), quoted(&edge.to)));
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
}

fn writeln_to(out: &mut String, line: std::fmt::Arguments) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}
