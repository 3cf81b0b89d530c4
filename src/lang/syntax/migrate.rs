//! What a new version does with the people of an older one.

use crate::lang::syntax::{Line, Name, Notes, Span, Spanned};

/// `migrate from 3 … end`, `migrate from 3 in place`
#[derive(Debug, Clone)]
pub struct Migrate {
    pub from: Spanned<u32>,
    /// Every label is mapped to itself; there are no rules.
    pub in_place: bool,
    pub rules: Vec<Line<MigrateRule>>,
    /// `anyone else -> …`
    pub otherwise: Option<Line<MigrateTarget>>,
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// `at LABEL -> …`
#[derive(Debug, Clone, PartialEq)]
pub struct MigrateRule {
    pub label: Name,
    pub target: MigrateTarget,
}

/// Where people go.
#[derive(Debug, Clone, PartialEq)]
pub enum MigrateTarget {
    /// To the step of the same label.
    Stay,
    /// `go to LABEL`
    GoTo(Name),
    /// `finish on version 3`
    Finish(Spanned<u32>),
}

equal_but_for_place! {
    Migrate { from, in_place, rules, otherwise, notes, end_notes }
}
