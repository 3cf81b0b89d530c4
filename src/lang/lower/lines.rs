//! Line numbers of offsets, without reading a text twice.

use crate::lang::source::{Source, Span};

/// Where the lines of each source begin.
pub struct Lines(Vec<Vec<u32>>);

impl Lines {
    /// Of sources in the order of their ids.
    pub fn new(sources: &[Source]) -> Self {
        let starts = |source: &Source| source.text.match_indices('\n').map(|(at, _)| at as u32 + 1).collect();
        Self(sources.iter().map(starts).collect())
    }

    /// The line a place begins in, from 1.
    pub fn line(&self, span: Span) -> u32 {
        let starts = self.0.get(span.source.0 as usize).map(Vec::as_slice).unwrap_or_default();
        starts.partition_point(|start| *start <= span.start) as u32 + 1
    }
}
