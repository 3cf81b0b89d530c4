//! Conditions and events.

use crate::lang::syntax::{Literal, Name, Regex, Span, Spanned};
use crate::model::time::Delay;

/// An event as written, with the condition behind `if`.
#[derive(Debug, Clone)]
pub struct Event {
    pub kind: EventKind,
    pub guard: Option<Expr>,
    pub span: Span,
}

/// Which event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    Accepted,
    Replied,
    ReplyIs(Name),
    ReplyMatches(Spanned<Regex>),
    Seen,
    Delivered,
    Reacted,
    /// `approved`, `rejected`, `done`: what a person answers to `ask`.
    Approved,
    Rejected,
    Done,
    Named(Spanned<String>),
}

/// A condition as written.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// What a condition says. `replied`, `connected` … are words of their own; anything else that stands alone is a fault.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// `is`, `is not`, `<` …: the right side is a literal or a field.
    Compare {
        left: Name,
        op: crate::model::expr::Op,
        right: Comparand,
    },
    IsMissing(Name),
    IsPresent(Name),
    Contains {
        left: Name,
        text: Spanned<String>,
    },
    Matches {
        left: Name,
        pattern: Spanned<Regex>,
    },
    In {
        left: Name,
        values: Vec<Spanned<Literal>>,
    },
    Connected,
    Replied,
    OpenProfile,
    InmailCredit,
    Tagged(Spanned<String>),
    InList(Spanned<String>),
    ContactedWithin(Spanned<Delay>),
    ReplyIs {
        class: Name,
        negated: bool,
    },
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparand {
    Literal(Spanned<Literal>),
    Field(Name),
}

equal_but_for_place! {
    Event { kind, guard }
    Expr { kind }
}
