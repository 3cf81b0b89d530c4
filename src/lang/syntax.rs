//! A file as written: spanned, unresolved, the same from both notations. No name is bound here, no list read.
//!
//! Equality ignores places, layout and comments: two notations of one program are equal. Order within a campaign is
//! free in the text and fixed here, so that the formatter has one order.

pub use crate::lang::source::{Notation, SourceId, Span, Spanned};
use crate::model::account::Channel;
use crate::model::time::Delay;
use crate::model::value::FieldType;

/// A name as written.
pub type Name = Spanned<String>;

/// One file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    pub items: Vec<Item>,
    /// Comment lines after the last item.
    pub tail: Notes,
}

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Campaign(Box<Campaign>),
    Workspace(Box<Workspace>),
    Message(Message),
    Class(Class),
}

/// Comments and blank lines around a line, kept for the formatter. Equal to any other.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Comment lines above, without `#` and the space behind it.
    pub above: Vec<String>,
    /// A comment behind the line.
    pub beside: Option<String>,
    /// A blank line stood above (before the comments).
    pub blank_above: bool,
    /// A blank line stood between the comments above and the line.
    pub blank_below: bool,
}

impl PartialEq for Notes {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A text: a template with spintax, escapes resolved, common indent taken off.
#[derive(Debug, Clone)]
pub struct Text {
    pub value: String,
    /// With its quotes.
    pub span: Span,
    /// Written over several lines (`"""`, or a YAML block).
    pub is_block: bool,
    /// Where the value's bytes stand in the source: (offset in value, offset in source), ascending; a byte between two
    /// entries stands as far behind the first as it does in the value.
    pub map: Vec<(u32, u32)>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Text {
    /// The place of bytes `start..end` of the value.
    pub fn place(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| {
            let offset = offset as u32;
            let known = self.map.iter().rev().find(|(value, _)| *value <= offset);
            known.map_or(self.span.start, |(value, source)| source + (offset - value))
        };
        if self.map.is_empty() {
            return self.span;
        }
        let start = at(start);
        let end = at(end.saturating_sub(1)).saturating_add(1).max(start);
        Span { source: self.span.source, start, end }
    }
}

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
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

/// Something that stands on a line of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<T> {
    pub value: T,
    pub span: Span,
    pub notes: Notes,
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
#[derive(Debug, Clone, PartialEq)]
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

/// A value written out.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Text(String),
    Number(f64),
}

/// `message NAME … end`
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    pub name: Name,
    pub pattern: Spanned<Regex>,
    pub span: Span,
    pub notes: Notes,
}

/// `/source/i`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
    pub source: String,
    pub ignore_case: bool,
}

/// Statements between an opener and its `end`, or to the next clause.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    pub statements: Vec<Statement>,
    /// The opener, for faults of the whole block.
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub label: Option<Name>,
    pub kind: StatementKind,
    /// The statement's first line without its label and comment.
    pub span: Span,
    pub notes: Notes,
    /// Comments above its `end`, if it has one.
    pub end_notes: Notes,
    /// `end NAME`; layout only.
    pub end_name: EndName,
}

/// The name behind an `end`, kept for the formatter. Equal to any other.
#[derive(Debug, Clone, Default)]
pub struct EndName(pub Option<String>);

impl PartialEq for EndName {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What a statement says (LANGUAGE.md §5).
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    Invite {
        note: Option<TextRef>,
    },
    WithdrawInvite,
    Send {
        channel: Option<Spanned<Channel>>,
        text: TextRef,
    },
    SendInmail {
        text: TextRef,
    },
    Tag(Spanned<String>),
    Untag(Spanned<String>),
    Set {
        field: Name,
        value: SetValue,
    },
    Notify {
        who: Name,
        text: TextRef,
    },
    SuppressContact {
        channel: Option<Spanned<Channel>>,
    },
    PauseUntil(Spanned<Until>),
    Wait(Spanned<Delay>),
    WaitUntil(Spanned<Until>),
    /// `timeout` missing is `missing-timeout`, found in lowering.
    WaitUpTo {
        up_to: Spanned<Delay>,
        arms: Vec<Arm>,
        timeout: Option<Block>,
    },
    WaitFor {
        up_to: Spanned<Delay>,
        event: Event,
        outcome: Name,
    },
    If {
        branches: Vec<Branch>,
        otherwise: Option<Block>,
    },
    /// `times` missing or no literal is `unbounded-repeat`, found in lowering.
    Repeat {
        times: Option<Spanned<u32>>,
        apart: Spanned<Delay>,
        until: Option<Event>,
        body: Block,
    },
    Split {
        name: Name,
        arms: Vec<SplitArm>,
    },
    Stop {
        outcome: Name,
        reason: Option<Spanned<String>>,
    },
}

/// A message by name, or written in place.
#[derive(Debug, Clone, PartialEq)]
pub enum TextRef {
    Named(Name),
    Inline(Text),
}

/// The right side of `set`.
#[derive(Debug, Clone, PartialEq)]
pub enum SetValue {
    Literal(Spanned<Literal>),
    Field(Name),
}

/// `when EVENT …`
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    pub event: Event,
    pub body: Block,
}

/// `if COND …` or `else if COND …`
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    pub condition: Expr,
    pub body: Block,
}

/// `50% as ARM …`
#[derive(Debug, Clone, PartialEq)]
pub struct SplitArm {
    pub share: Spanned<u32>,
    pub name: Name,
    pub body: Block,
}

/// An event as written, with the condition behind `if`.
#[derive(Debug, Clone, PartialEq)]
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
    Named(Spanned<String>),
}

/// `on reply … end` and its siblings.
#[derive(Debug, Clone, PartialEq)]
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

/// Where a wait or pause ends, as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Until {
    /// Weekday: 0 is Monday. Minute of the day.
    Weekday {
        weekday: u8,
        minute: u16,
    },
    Delay(Delay),
    /// A field, or `reply.return_date`.
    Field {
        name: Name,
        or: Option<Delay>,
    },
}

/// A condition as written.
#[derive(Debug, Clone, PartialEq)]
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

/// `workspace NAME … end`
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub name: Name,
    pub accounts: Vec<AccountBlock>,
    pub pools: Vec<Line<Pool>>,
    pub people: Vec<Line<Person>>,
    pub never_contact: Vec<Line<Spanned<String>>>,
    pub classes: Vec<Class>,
    pub messages: Vec<Message>,
    pub schedule: Option<Schedule>,
    pub limits: Option<Limits>,
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// `account NAME … end`
#[derive(Debug, Clone, PartialEq)]
pub struct AccountBlock {
    pub name: Name,
    pub id: Option<Spanned<String>>,
    pub channel: Option<Spanned<Channel>>,
    pub tier: Option<Spanned<crate::model::account::Tier>>,
    pub timezone: Option<Spanned<String>>,
    pub owner: Option<Spanned<String>>,
    pub span: Span,
    pub notes: Notes,
    /// Of the clauses, in the order id, channel, tier, timezone, owner.
    pub clause_notes: [Notes; 5],
    pub end_notes: Notes,
}

/// `pool NAME a, b`
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    pub name: Name,
    pub accounts: Vec<Name>,
}

/// `person NAME "address"`
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub name: Name,
    pub address: Spanned<String>,
}

/// `schedule … end`
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub sends: Vec<Line<SendWindow>>,
    pub timezone: Option<Line<ScheduleZone>>,
    pub holidays: Vec<Line<Spanned<String>>>,
    /// In minutes.
    pub gap: Option<Line<Spanned<Delay>>>,
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// `send monday to friday 09:00-12:00, 14:00-17:30`
#[derive(Debug, Clone, PartialEq)]
pub struct SendWindow {
    /// First and last weekday of each range, 0 is Monday.
    pub days: Vec<Spanned<(u8, u8)>>,
    /// Minutes of the day; `24:00` is 1,440.
    pub times: Vec<Spanned<(u16, u16)>>,
}

/// `timezone of contact or "Europe/Paris"`
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleZone {
    pub of_contact: bool,
    pub zone: Option<Spanned<String>>,
}

/// `limits per account … end`
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    pub lines: Vec<Line<Limit>>,
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// One line of limits.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// `invites 20 a day, 100 a week`
    Caps { budget: Spanned<crate::model::account::Budget>, caps: Vec<Spanned<Cap>> },
    /// `pending invites at most 400`
    Pending(Spanned<u32>),
    /// `ramp up over 21 days from 20%`
    Ramp { days: Spanned<u32>, from_percent: Spanned<u32> },
}

/// `20 a day`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    pub count: u32,
    pub window: CapWindow,
}

/// The rolling window a cap holds in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapWindow {
    Day,
    Week,
    Month,
}
