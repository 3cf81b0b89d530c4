//! Workspaces: accounts, pools, people, schedules, limits.

use crate::lang::syntax::{Class, Line, Message, Name, Notes, Part, Span, Spanned};
use crate::model::account::Channel;
use crate::model::time::Delay;

/// `workspace NAME … end`
#[derive(Debug, Clone)]
pub struct Workspace {
    pub name: Name,
    pub accounts: Vec<AccountBlock>,
    pub pools: Vec<Line<Pool>>,
    pub people: Vec<Line<Person>>,
    pub never_contact: Vec<Line<Spanned<String>>>,
    pub classes: Vec<Class>,
    pub messages: Vec<Message>,
    pub parts: Vec<Part>,
    pub schedule: Option<Schedule>,
    pub limits: Option<Limits>,
    /// A cron expression: when every campaign's lists are read again.
    pub refresh: Option<Line<Spanned<String>>>,
    pub reports: Vec<Line<Report>>,
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// `report "0 8 * * mon" to owner`
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// A cron expression of five fields.
    pub cron: Spanned<String>,
    pub who: Name,
}

/// `account NAME … end`
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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

equal_but_for_place! {
    Workspace {
        name, accounts, pools, people, never_contact, classes, messages, parts, schedule, limits, refresh, reports, notes, end_notes
    }
    AccountBlock { name, id, channel, tier, timezone, owner, notes, clause_notes, end_notes }
    Schedule { sends, timezone, holidays, gap, notes, end_notes }
    Limits { lines, notes, end_notes }
}
