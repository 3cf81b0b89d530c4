//! Campaigns, their contacts, messages, classes and handlers.

use crate::lang::syntax::{Block, Expr, Limits, Line, Literal, Name, Notes, Regex, Schedule, Span, Spanned, Text};
use crate::model::time::Delay;
use crate::model::value::FieldType;

/// A campaign.
#[derive(Debug, Clone)]
pub struct Campaign {
    pub name: Name,
    pub version: Option<Spanned<u32>>,
    pub goal: Option<Line<Text>>,
    pub accounts: Option<Line<Accounts>>,
    pub outcomes: Option<Line<Vec<OutcomeGroup>>>,
    pub contacts: Option<Contacts>,
    pub limits: Option<Limits>,
    pub schedule: Option<Schedule>,
    pub classes: Vec<Class>,
    pub messages: Vec<Message>,
    pub steps: Option<Block>,
    pub handlers: Vec<Handler>,
    /// The header line.
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// `accounts from …`
#[derive(Debug, Clone, PartialEq)]
pub enum Accounts {
    Pool(Name),
    Listed(Vec<Name>),
}

/// `won interested, booked`
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeGroup {
    pub kind: crate::model::campaign::OutcomeKind,
    pub names: Vec<Name>,
}

/// `contacts from "…" … end`
#[derive(Debug, Clone)]
pub struct Contacts {
    pub from: Vec<Spanned<String>>,
    pub need: Vec<FieldDeclaration>,
    pub may_have: Vec<FieldDeclaration>,
    pub skip_when: Vec<Expr>,
    pub enter: Option<Spanned<Enter>>,
    pub start_per_day: Option<Spanned<u32>>,
    pub span: Span,
    pub notes: Notes,
    /// Of the clauses, in the order need, may have, skip when, enter, start.
    pub clause_notes: [Notes; 5],
    pub end_notes: Notes,
}

/// A column, its type and default.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDeclaration {
    pub name: Name,
    pub ty: Option<Spanned<FieldType>>,
    pub default: Option<Spanned<Literal>>,
}

/// `enter once`, `enter again after 90 days`
#[derive(Debug, Clone, PartialEq)]
pub enum Enter {
    Once,
    AgainAfter(Delay),
}

/// `message NAME … end`
#[derive(Debug, Clone)]
pub struct Message {
    pub name: Name,
    pub variants: Vec<Variant>,
    pub attachments: Vec<Line<Spanned<String>>>,
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// One language of a message. A subject that stands without a tag before tagged texts belongs to each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub language: Option<Name>,
    pub subject: Option<Text>,
    pub text: Text,
    pub notes: Notes,
}

/// `class NAME when reply matches /re/`
#[derive(Debug, Clone)]
pub struct Class {
    pub name: Name,
    pub pattern: Spanned<Regex>,
    pub span: Span,
    pub notes: Notes,
}

/// `on reply … end` and its siblings.
#[derive(Debug, Clone)]
pub struct Handler {
    pub kind: HandlerKind,
    pub body: Block,
    pub span: Span,
    pub notes: Notes,
}

/// Which handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandlerKind {
    Reply,
    OptOut,
    Takeover,
    AccountLost,
}

equal_but_for_place! {
    Campaign { name, version, goal, accounts, outcomes, contacts, limits, schedule, classes, messages, steps, handlers, notes, end_notes }
    Contacts { from, need, may_have, skip_when, enter, start_per_day, notes, clause_notes, end_notes }
    Message { name, variants, attachments, notes, end_notes }
    Class { name, pattern, notes }
    Handler { kind, body, notes }
}
