//! Tests of a campaign, in virtual time (LANGUAGE.md §10).

use crate::lang::syntax::{Line, Literal, Name, Notes, Span, Spanned};
use crate::model::time::Delay;

/// `test "…" of CAMPAIGN … end`
#[derive(Debug, Clone)]
pub struct Test {
    pub title: Spanned<String>,
    pub campaign: Name,
    pub given: Vec<Line<Given>>,
    /// In the order of the text.
    pub lines: Vec<Line<TestLine>>,
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// What the world is like at the beginning.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// `given contact first_name = "Ada", age = 40`
    Contact(Vec<(Name, Spanned<Literal>)>),
    /// `given account with 0 inmail credits`
    InmailCredits(Spanned<u32>),
    /// `given relation`: connected already.
    Relation,
}

/// `day 2 contact accepts`
#[derive(Debug, Clone, PartialEq)]
pub struct TestLine {
    pub at: TestTime,
    pub what: TestWhat,
}

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestTime {
    /// A calendar day of the contact, from 0; the minute of that day, or the day's opening.
    Day { day: u32, minute: Option<u16> },
    /// After the line before.
    Then,
}

/// What is looked for, or what happens.
#[derive(Debug, Clone, PartialEq)]
pub enum TestWhat {
    Expect { what: Expectation, within: Option<Spanned<Delay>> },
    Act(Act),
}

/// What the campaign is expected to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    Invite { with: Option<Name> },
    Withdraw,
    Send { message: Option<Name>, containing: Option<Spanned<String>> },
    SendInmail { message: Option<Name> },
    Stop { outcome: Name },
    NoMoreSends,
    Task { text: Spanned<String> },
}

/// What people and the world do.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Accepts,
    Replies(Spanned<String>),
    Reads,
    Reacts(Spanned<String>),
    OwnerWrites(Spanned<String>),
    OwnerApproves,
    OwnerRejects,
    Disconnects,
    Reconnects,
    /// `event "name"`
    Named(Spanned<String>),
}

equal_but_for_place! {
    Test { title, campaign, given, lines, notes, end_notes }
}
