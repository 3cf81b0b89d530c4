//! Statements, and the blocks they stand in.

use crate::lang::syntax::{Event, Expr, Line, Literal, Name, Notes, Span, Spanned, Text};
use crate::model::account::{Channel, InmailApi};
use crate::model::time::Delay;

/// Statements between an opener and its `end`, or to the next clause.
#[derive(Debug, Clone, Default)]
pub struct Block {
    pub statements: Vec<Statement>,
    /// The opener, for faults of the whole block.
    pub span: Span,
    pub notes: Notes,
    pub end_notes: Notes,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    pub label: Option<Name>,
    pub kind: StatementKind,
    /// On its own line below a send.
    pub late: Option<Line<Late>>,
    /// The statement's first line without its label and comment.
    pub span: Span,
    pub notes: Notes,
    /// Comments above its `end`, if it has one.
    pub end_notes: Notes,
    /// `end NAME`; layout only.
    pub end_name: EndName,
}

/// `late: within 2 days else skip`
#[derive(Debug, Clone, PartialEq)]
pub struct Late {
    pub within: Spanned<Delay>,
    pub otherwise: Spanned<LateElse>,
}

/// What becomes of a send that is overdue for longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateElse {
    Skip,
    Stop,
    Send,
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
        via: Option<Spanned<InmailApi>>,
    },
    /// `start group "subject" with FIELD, "id" saying MSG`
    StartGroup {
        subject: Text,
        members: Vec<GroupMember>,
        saying: TextRef,
    },
    VisitProfile,
    Follow,
    LikeLatestPost,
    CommentLatestPost(TextRef),
    /// A skill.
    Endorse(Spanned<String>),
    /// An emoji.
    React(Spanned<String>),
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
    /// An address.
    CallWebhook(Spanned<String>),
    Ask {
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
    /// A part.
    Do(Name),
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

/// Who is in a group beside the contact.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupMember {
    /// The contact's field that holds an id.
    Field(Name),
    Id(Spanned<String>),
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

/// Where a wait or pause ends, as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Until {
    /// Weekday: 0 is Monday. Minute of the day.
    Weekday {
        weekday: u8,
        minute: u16,
    },
    Delay(Delay),
    /// A cron expression of five fields.
    Cron(Spanned<String>),
    /// A field, or `reply.return_date`.
    Field {
        name: Name,
        or: Option<Delay>,
    },
}

equal_but_for_place! {
    Block { statements, notes, end_notes }
    Statement { label, kind, late, notes, end_notes, end_name }
}
