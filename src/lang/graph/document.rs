//! A campaign's picture for programs.

use crate::lang::graph::picture::{Edge, Node, Picture, picture};
use crate::model::campaign::Campaign;
use serde_json::{Value, json};

/// `{"schema": "engine.graph/1", "campaign", "version", "nodes": […], "edges": […]}`
pub fn json(campaign: &Campaign) -> Value {
    let Picture { nodes, edges, .. } = picture(campaign);
    let node = |node: &Node| json!({"label": node.label, "kind": node.kind, "text": node.text});
    let edge = |edge: &Edge| json!({"from": edge.from, "to": edge.to, "when": edge.when});
    json!({
        "schema": "engine.graph/1",
        "campaign": campaign.name,
        "version": campaign.version,
        "entry": campaign.step(campaign.entry).label,
        "nodes": nodes.iter().map(node).collect::<Vec<_>>(),
        "edges": edges.iter().map(edge).collect::<Vec<_>>(),
    })
}
