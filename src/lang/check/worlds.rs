//! What may be true of a person at one point of a path, as the compiler knows it. Small and finite, so that every point
//! of a campaign can be looked at in every world that reaches it.

use crate::model::expr::Expr;

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
}

/// Which answers a condition may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    pub yes: bool,
    pub no: bool,
}

impl World {
    /// Nothing sent; a stranger or a relation, for a list may hold both.
    pub fn at_start() -> [Self; 2] {
        let stranger = Self {
            standing: Standing::None,
            wrote: Wrote::No,
            is_invited: false,
            has_inmail: false,
            has_sent: false,
            has_sent_elsewhere: false,
        };
        [stranger, Self { standing: Standing::Yes, ..stranger }]
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
        Self { standing: Standing::Yes, ..self }
    }

    /// The worlds after a reply. `is_linkedin`: the campaign's channel is LinkedIn.
    pub fn replied(self, is_linkedin: bool) -> Vec<Self> {
        let there = Self { wrote: Wrote::Linkedin, ..self };
        if is_linkedin && !self.has_sent_elsewhere || self.wrote == Wrote::Linkedin {
            return vec![there];
        }
        let elsewhere = Self { wrote: Wrote::Elsewhere, ..self };
        let has_chat = self.standing == Standing::Yes || self.is_invited || self.has_inmail;
        if has_chat { vec![elsewhere, there] } else { vec![elsewhere] }
    }
}

/// What a condition may answer in a world. Exact for `connected` and `replied`; anything else may be either.
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
