//! Where the nodes of a picture stand and how its arrows go, for whoever draws it with a pen. No sizes, no colours.
//!
//! Nodes stand below each other in the order they are reached. An arrow to the next is a short line, any other a bow in a
//! lane beside them.

use crate::lang::graph::picture::{Edge, Node, Picture};
use std::collections::BTreeMap;

/// A picture with a row for every node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout<'a> {
    /// From above.
    pub rows: Vec<&'a Node>,
    /// Rows from which a line leads to the next, always taken.
    pub straight: Vec<usize>,
    /// All other arrows, as they are written.
    pub bows: Vec<Bow<'a>>,
}

/// An arrow that goes around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bow<'a> {
    /// The row it leaves.
    pub from: usize,
    /// The row it leads to.
    pub to: usize,
    /// When it is taken; empty when always.
    pub when: &'a str,
}

/// Gives every node a row and every arrow its way.
pub fn layout(picture: &Picture) -> Layout<'_> {
    let rows = rows(picture);
    let places: BTreeMap<&str, usize> = rows.iter().enumerate().map(|(at, node)| (node.label.as_str(), at)).collect();
    let (mut straight, mut bows) = (Vec::new(), Vec::new());
    for Edge { from, to, when } in &picture.edges {
        let (Some(from), Some(to)) = (places.get(from.as_str()), places.get(to.as_str())) else { continue };
        if *to == from + 1 && when.is_empty() {
            straight.push(*from);
        } else {
            bows.push(Bow { from: *from, to: *to, when });
        }
    }
    Layout { rows, straight, bows }
}

/// What begins steps from anywhere stands above the steps it begins with.
fn rows(picture: &Picture) -> Vec<&Node> {
    let mut rows: Vec<&Node> = picture.nodes.iter().collect();
    for edge in &picture.edges {
        let place = |label: &str| rows.iter().position(|node| node.label == label);
        if let (Some(from), Some(to)) = (place(&edge.from), place(&edge.to))
            && rows.get(from).is_some_and(|node| node.kind == "on")
            && to < from
        {
            let begins = rows.remove(from);
            rows.insert(to, begins);
        }
    }
    rows
}

/// A lane for each span from top to bottom, counted from inside: the first free one, so that who asks first is further
/// inside. Two that overlap share none, but for those beyond `lanes_max`, which share the last.
pub fn lanes(spans: &[(usize, usize)], lanes_max: usize) -> Vec<usize> {
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut lanes = Vec::new();
    for (top, bottom) in spans {
        let is_free = |lane: &Vec<(usize, usize)>| lane.iter().all(|(from, to)| bottom <= from || top >= to);
        let lane = taken.iter().position(is_free).unwrap_or(taken.len()).min(lanes_max.saturating_sub(1));
        if lane >= taken.len() {
            taken.push(Vec::new());
        }
        if let Some(lane) = taken.get_mut(lane) {
            lane.push((*top, *bottom));
        }
        lanes.push(lane);
    }
    lanes
}
