//! Campaigns, their contacts, messages, classes and handlers.

use crate::lang::syntax::{
    Block, Expr, Limits, Line, Literal, Migrate, Name, Notes, Regex, Report, Schedule, Span, Spanned, Test, Text,
};
use crate::model::time::Delay;
use crate::model::value::FieldType;

/// A campaign.
#[derive(Debug, Clone)]
pub struct Campaign {
    pub name: Name,
    pub version: Option<Spanned<u32>>,
    pub goal: Option<Line<Goal>>,
    pub accounts: Option<Line<Accounts>>,
    pub outcomes: Option<Line<Vec<OutcomeGroup>>>,
    pub contacts: Option<Contacts>,
    pub limits: Option<Limits>,
    pub schedule: Option<Schedule>,
    pub classes: Vec<Class>,
    pub messages: Vec<Message>,
    pub parts: Vec<Part>,
    pub steps: Option<Block>,
    pub handlers: Vec<Handler>,
    pub reports: Vec<Line<Report>>,
    pub migrations: Vec<Migrate>,
    /// The tests of it that stand in its file, in their order.
    pub tests: Vec<Test>,
    /// The header line.
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// `goal "…" reached when COND`
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    pub text: Text,
    pub reached_when: Option<Expr>,
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
    /// `at most 2 per company`
    pub at_most_per_company: Option<Spanned<u32>>,
    /// `one campaign at a time`: where it stands.
    pub one_campaign_at_a_time: Option<Spanned<()>>,
    pub enter: Option<Spanned<Enter>>,
    pub start_per_day: Option<Spanned<u32>>,
    /// A cron expression: when the list is read again.
    pub refresh: Option<Spanned<String>>,
    pub span: Span,
    pub notes: Notes,
    /// Of the clauses, in the order need, may have, skip when, at most, one campaign, enter, start, refresh.
    pub clause_notes: [Notes; 8],
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
    pub voice: Option<Line<Spanned<String>>>,
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

/// `part NAME … end`: statements that `do NAME` stands for.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: Name,
    pub body: Block,
    pub span: Span,
    pub notes: Notes,
}

/// `on reply … end` and its siblings.
#[derive(Debug, Clone)]
pub struct Handler {
    pub kind: HandlerKind,
    /// The condition behind `if`: of `on event` only.
    pub guard: Option<Expr>,
    /// None: `on reply ignore`.
    pub body: Option<Block>,
    pub span: Span,
    pub notes: Notes,
}

/// Which handler.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandlerKind {
    Reply,
    OptOut,
    Takeover,
    AccountLost,
    SendFailed,
    /// `on event "name"`
    Event(Spanned<String>),
}

equal_but_for_place! {
    Campaign {
        name, version, goal, accounts, outcomes, contacts, limits, schedule, classes, messages, parts, steps, handlers, reports,
        migrations, tests, notes, end_notes
    }
    Contacts {
        from, need, may_have, skip_when, at_most_per_company, one_campaign_at_a_time, enter, start_per_day, refresh, notes,
        clause_notes, end_notes
    }
    Message { name, variants, attachments, voice, notes, end_notes }
    Part { name, body, notes }
    Class { name, pattern, notes }
    Handler { kind, guard, body, notes }
}
