//! A file as written: spanned, unresolved, the same from both notations. No name is bound here, no list read.
//!
//! Equality ignores places, layout and comments: two notations of one program are equal. Order within a campaign is
//! free in the text and fixed here, so that the formatter has one order.

pub use crate::lang::source::{Notation, SourceId, Span, Spanned};

/// Two are equal when all but their places is. A new field that is not named here does not compile.
macro_rules! equal_but_for_place {
    ($($type:ident { $($field:ident),* })*) => {$(
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                let Self { $($field,)* span: _ } = self;
                $(*$field == other.$field)&&*
            }
        }
    )*};
}

mod campaign;
mod condition;
mod migrate;
mod statement;
mod test;
mod workspace;

pub use campaign::{
    Accounts, Campaign, Class, Contacts, Enter, FieldDeclaration, Goal, Handler, HandlerKind, Message, OutcomeGroup, Part,
    Variant,
};
pub use condition::{Comparand, Event, EventKind, Expr, ExprKind};
pub use migrate::{Migrate, MigrateRule, MigrateTarget};
pub use statement::{
    Arm, Block, Branch, EndName, GroupMember, Late, LateElse, SetValue, SplitArm, Statement, StatementKind, TextRef, Until,
};
pub use test::{Act, Expectation, Given, Test, TestLine, TestTime, TestWhat};
pub use workspace::{
    AccountBlock, Cap, CapWindow, Limit, Limits, Person, Pool, Report, Schedule, ScheduleZone, SendWindow, Workspace,
};

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
    Part(Part),
    /// A test of a campaign that stands in another file.
    Test(Test),
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
            let behind = self.map.partition_point(|(value, _)| *value <= offset);
            let known = behind.checked_sub(1).and_then(|at| self.map.get(at));
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

/// Something that stands on a line of its own.
#[derive(Debug, Clone)]
pub struct Line<T> {
    pub value: T,
    pub span: Span,
    pub notes: Notes,
}

impl<T: PartialEq> PartialEq for Line<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A value written out.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Text(String),
    Number(f64),
}

/// `/source/i`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
    pub source: String,
    pub ignore_case: bool,
}
