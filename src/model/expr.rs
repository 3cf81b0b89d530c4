//! Conditions, with names bound and units parsed. How one is decided stands in `machine/eval`.

use crate::model::pattern::Pattern;
use crate::model::time::Delay;
use crate::model::value::{FieldType, Value};
use serde::{Deserialize, Serialize};

/// A condition of the language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare {
        left: Operand,
        op: Op,
        right: Value,
    },
    /// Both sides are fields of the same type.
    CompareFields {
        left: Operand,
        op: Op,
        right: Operand,
    },
    IsMissing(Operand),
    Contains {
        operand: Operand,
        text: String,
    },
    Matches {
        operand: Operand,
        pattern: Pattern,
    },
    In {
        operand: Operand,
        values: Vec<Value>,
    },
    Connected,
    Replied,
    OpenProfile,
    InmailCredit,
    Tagged(String),
    /// In a list beside the campaign; the identifiers stand in `Campaign::lists`.
    InList(String),
    ContactedWithin(Delay),
    /// The last reply's class, built in (`opt_out`, `out_of_office`) or the author's.
    ReplyIs(String),
}

/// What a comparison reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Operand {
    Field {
        name: String,
        ty: FieldType,
    },
    /// `reply.text`
    ReplyText,
    /// `sender.first_name` and its siblings, by the part after the point.
    Sender(String),
    CampaignName,
}

/// `is` and `is not` compare text without regard to case and surrounding space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    Is,
    IsNot,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Op {
    /// As it is written in a campaign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Expr {
    /// Calls `see` for this and every condition inside it.
    pub fn walk(&self, see: &mut dyn FnMut(&Expr)) {
        see(self);
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|inner| inner.walk(see)),
            Self::Not(inner) => inner.walk(see),
            Self::Compare { .. }
            | Self::CompareFields { .. }
            | Self::IsMissing(_)
            | Self::Contains { .. }
            | Self::Matches { .. }
            | Self::In { .. }
            | Self::Connected
            | Self::Replied
            | Self::OpenProfile
            | Self::InmailCredit
            | Self::Tagged(_)
            | Self::InList(_)
            | Self::ContactedWithin(_)
            | Self::ReplyIs(_) => {}
        }
    }

    /// Needs the person's profile as it is now (`connected`, `open profile`).
    pub fn needs_profile(&self) -> bool {
        self.any(&|inner| matches!(inner, Self::OpenProfile | Self::Connected))
    }

    /// Needs the account's InMail balance as it is now.
    pub fn needs_credit(&self) -> bool {
        self.any(&|inner| matches!(inner, Self::InmailCredit))
    }

    fn any(&self, is: &dyn Fn(&Expr) -> bool) -> bool {
        let mut found = false;
        self.walk(&mut |inner| found |= is(inner));
        found
    }
}
