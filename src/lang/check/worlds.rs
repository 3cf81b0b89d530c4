//! What may be true of a person at one point of a path, as the compiler knows it. Small and finite, so that every point
//! of a campaign can be looked at in every world that reaches it. How long ago things were stands in `clock`.

use crate::model::expr::{Expr, Operand};

/// How the person stands to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    None,
    Pending,
    Yes,
}

/// Where the person has written to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wrote {
    No,
    /// On another channel than LinkedIn: opens no chat there.
    Elsewhere,
    Linkedin,
}

/// One possible state of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct World {
    pub standing: Standing,
    pub wrote: Wrote,
    /// This campaign invited, on this path.
    pub is_invited: bool,
    pub has_inmail: bool,
    /// Something was sent that can be read: a message, an InMail, a note.
    pub has_sent: bool,
    /// Something was sent on another channel than LinkedIn.
    pub has_sent_elsewhere: bool,
    /// A condition made sure that an InMail can go: an open profile, or a credit.
    pub is_checked: bool,
    /// The last event is a reply that nothing has looked at since.
    pub is_unread: bool,
    /// A person of ours has a task about them.
    pub has_asked: bool,
}

/// Which answers a condition may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    pub yes: bool,
    pub no: bool,
}

impl World {
    /// Nothing sent, nothing known.
    pub const STRANGER: Self = Self {
        standing: Standing::None,
        wrote: Wrote::No,
        is_invited: false,
        has_inmail: false,
        has_sent: false,
        has_sent_elsewhere: false,
        is_checked: false,
        is_unread: false,
        has_asked: false,
    };

    /// Nothing sent; a stranger or a relation, for a list may hold both.
    pub fn at_start() -> [Self; 2] {
        [Self::STRANGER, Self { standing: Standing::Yes, ..Self::STRANGER }]
    }

    /// A LinkedIn message arrives: to a relation, or in a chat in which the person wrote.
    pub fn takes_message(self) -> bool {
        self.standing == Standing::Yes || self.wrote == Wrote::Linkedin
    }

    /// An acceptance may still come, or has come, of an invitation of ours.
    pub fn may_accept(self) -> bool {
        match self.standing {
            Standing::None => false,
            Standing::Pending => true,
            Standing::Yes => self.is_invited,
        }
    }

    /// A relation from here on.
    pub fn accepted(self) -> Self {
        Self { standing: Standing::Yes, is_unread: false, ..self }
    }

    /// The worlds after a reply. `is_linkedin`: the campaign's channel is LinkedIn.
    pub fn replied(self, is_linkedin: bool) -> Vec<Self> {
        let there = Self { wrote: Wrote::Linkedin, is_unread: true, ..self };
        if is_linkedin && !self.has_sent_elsewhere || self.wrote == Wrote::Linkedin {
            return vec![there];
        }
        let elsewhere = Self { wrote: Wrote::Elsewhere, ..there };
        let has_chat = self.standing == Standing::Yes || self.is_invited || self.has_inmail;
        if has_chat { vec![elsewhere, there] } else { vec![elsewhere] }
    }

    /// The world once a condition is known to hold, or not to.
    pub fn knowing(self, condition: &Expr, holds: bool) -> Self {
        let is_unread = self.is_unread && !reads_reply(condition);
        Self { is_unread, is_checked: self.is_checked || checks_inmail(condition, holds), ..self }
    }

    /// The reply was looked at, or something else has happened since.
    pub fn read(self) -> Self {
        Self { is_unread: false, ..self }
    }
}

/// What a condition may answer in a world. Exact for `connected` and `replied`, and for classes of a reply that never
/// came; anything else may be either.
pub fn answers(expr: &Expr, world: World) -> Answers {
    let exact = |yes: bool| Answers { yes, no: !yes };
    match expr {
        Expr::And(inner) => {
            let all: Vec<Answers> = inner.iter().map(|expr| answers(expr, world)).collect();
            Answers { yes: all.iter().all(|answer| answer.yes), no: all.iter().any(|answer| answer.no) }
        }
        Expr::Or(inner) => {
            let all: Vec<Answers> = inner.iter().map(|expr| answers(expr, world)).collect();
            Answers { yes: all.iter().any(|answer| answer.yes), no: all.iter().all(|answer| answer.no) }
        }
        Expr::Not(inner) => {
            let inner = answers(inner, world);
            Answers { yes: inner.no, no: inner.yes }
        }
        Expr::Connected => exact(world.standing == Standing::Yes),
        Expr::Replied => exact(world.wrote != Wrote::No),
        Expr::ReplyIs(_) if world.wrote == Wrote::No => exact(false),
        Expr::Compare { .. }
        | Expr::CompareFields { .. }
        | Expr::IsMissing(_)
        | Expr::Contains { .. }
        | Expr::Matches { .. }
        | Expr::In { .. }
        | Expr::OpenProfile
        | Expr::InmailCredit
        | Expr::Tagged(_)
        | Expr::InList(_)
        | Expr::ContactedWithin(_)
        | Expr::ReplyIs(_) => Answers { yes: true, no: true },
    }
}

/// Does knowing the answer make sure that an InMail can go?
fn checks_inmail(condition: &Expr, holds: bool) -> bool {
    match condition {
        Expr::OpenProfile | Expr::InmailCredit => holds,
        Expr::Not(inner) => checks_inmail(inner, !holds),
        // All of them hold, or one of them does not, nobody knows which.
        Expr::And(inner) if holds => inner.iter().any(|inner| checks_inmail(inner, true)),
        Expr::And(inner) => !inner.is_empty() && inner.iter().all(|inner| checks_inmail(inner, false)),
        Expr::Or(inner) if holds => !inner.is_empty() && inner.iter().all(|inner| checks_inmail(inner, true)),
        Expr::Or(inner) => inner.iter().any(|inner| checks_inmail(inner, false)),
        Expr::Compare { .. }
        | Expr::CompareFields { .. }
        | Expr::IsMissing(_)
        | Expr::Contains { .. }
        | Expr::Matches { .. }
        | Expr::In { .. }
        | Expr::Connected
        | Expr::Replied
        | Expr::Tagged(_)
        | Expr::InList(_)
        | Expr::ContactedWithin(_)
        | Expr::ReplyIs(_) => false,
    }
}

/// Does the condition look at what the person wrote?
fn reads_reply(condition: &Expr) -> bool {
    let mut reads = false;
    condition.walk(&mut |inner| {
        reads |= match inner {
            Expr::ReplyIs(_) => true,
            Expr::Compare { left: operand, .. }
            | Expr::IsMissing(operand)
            | Expr::Contains { operand, .. }
            | Expr::Matches { operand, .. }
            | Expr::In { operand, .. } => *operand == Operand::ReplyText,
            Expr::CompareFields { left, right, .. } => *left == Operand::ReplyText || *right == Operand::ReplyText,
            Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Connected
            | Expr::Replied
            | Expr::OpenProfile
            | Expr::InmailCredit
            | Expr::Tagged(_)
            | Expr::InList(_)
            | Expr::ContactedWithin(_) => false,
        };
    });
    reads
}
