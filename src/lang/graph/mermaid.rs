//! A campaign as mermaid draws it.

use crate::lang::graph::picture::{Picture, picture};
use crate::model::campaign::Campaign;
use std::fmt::Write;

/// `flowchart TD …`, as GitHub and mermaid.live draw it.
pub fn mermaid(campaign: &Campaign) -> String {
    let Picture { nodes, edges, .. } = picture(campaign);
    let place = |label: &str| nodes.iter().position(|node| node.label == label).unwrap_or_default();
    let mut out = format!("---\ntitle: {} v{}\n---\nflowchart TD\n", campaign.name, campaign.version);
    for (at, node) in nodes.iter().enumerate() {
        let (open, close) = match node.kind {
            "stop" | "return" => ("([", "])"),
            "wait" | "repeat" => ("[/", "/]"),
            "if" | "split" => ("{", "}"),
            "on" => ("[[", "]]"),
            _ => ("[", "]"),
        };
        let text = quoted_for_mermaid(&node.caption());
        writeln_to(&mut out, format_args!("  s{at}{open}\"{text}\"{close}"));
    }
    for edge in &edges {
        let (from, to) = (place(&edge.from), place(&edge.to));
        if edge.when.is_empty() {
            writeln_to(&mut out, format_args!("  s{from} --> s{to}"));
        } else {
            writeln_to(&mut out, format_args!("  s{from} -->|\"{}\"| s{to}", quoted_for_mermaid(&edge.when)));
        }
    }
    out
}

fn quoted_for_mermaid(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;").replace('\n', " ")
}

fn writeln_to(out: &mut String, line: std::fmt::Arguments) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}
