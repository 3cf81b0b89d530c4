//! The oracle: what the far side performed against what the engine says of it (the invariants I1 to I14 of the lab).
//!
//! Reads only, decides nothing: the same functions judge a world in this process (`town`) and what `engine status` and
//! `engine timeline` print (`printed`). Start at [`judge`]; `books` makes attempts of the lines of a timeline.

pub mod acks;
pub mod books;
pub mod bounds;
pub mod counted;
pub mod fold;
pub mod heard;
pub mod printed;
pub mod sends;
pub mod standing;
pub mod town;

use crate::model::journal::Entry;
use crate::runtime::query::rows::ContactRow;
use crate::sim::postpress::ledger::Line;
use std::fmt;

/// How the lab's people begin what they write by hand: it keeps no sending hours, and nothing of a list is in it.
pub const BY_HAND: &str = "by hand: ";

/// Was it written by hand, through the engine?
pub fn is_by_hand(line: &Line) -> bool {
    line.text.as_ref().is_some_and(|text| text.starts_with(BY_HAND))
}

/// What must hold, whatever happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// At most one effect a person, campaign and visit of a step.
    AtMostOnce,
    /// Each send that is claimed was performed.
    NoneLost,
    /// Each send that was performed is claimed, once, with its id; or it is being found out whether it was.
    Truthful,
    /// What was answered 200 is in the journal exactly once.
    DurableAck,
    /// No call starts after the 200 of what forbids it.
    StopMeansStop,
    /// No rolling window holds more than its limit, and nothing is sent outside the window.
    Limits,
    /// Whoever has not ended has a reason and a time to wake, or a person who must say.
    NeverStuck,
    /// Effects follow their intents, and no two calls of one effect are under way.
    Order,
    /// The state is the fold of the journal.
    Fold,
    /// Events told twice or in another order give the same.
    Convergence,
    /// Visits and facts never go back.
    Monotone,
    /// Nothing is left over when all is done.
    Bounded,
    /// No secret is written down.
    NoLeak,
    /// One person's trouble is nobody else's.
    Isolation,
}

impl Invariant {
    /// Every invariant, by number.
    pub const ALL: [Self; 14] = [
        Self::AtMostOnce,
        Self::NoneLost,
        Self::Truthful,
        Self::DurableAck,
        Self::StopMeansStop,
        Self::Limits,
        Self::NeverStuck,
        Self::Order,
        Self::Fold,
        Self::Convergence,
        Self::Monotone,
        Self::Bounded,
        Self::NoLeak,
        Self::Isolation,
    ];

    /// Its number, from 1.
    pub const fn number(self) -> usize {
        self as usize + 1
    }
}

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub invariant: Invariant,
    /// Who, what, when.
    pub what: String,
}

impl Breach {
    /// Of that invariant.
    pub fn new(invariant: Invariant, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "I{}: {}", self.invariant.number(), self.what)
    }
}

/// One person in one campaign: what the engine says of them.
#[derive(Debug, Clone)]
pub struct Story {
    /// The number effects are named by; zero where it is not known (command line).
    pub enrollment: u64,
    pub row: ContactRow,
    /// Their timeline, oldest first.
    pub entries: Vec<Entry>,
}

impl Story {
    /// `intro/p-1`
    pub fn name(&self) -> String {
        format!("{}/{}", self.row.campaign, self.row.contact)
    }

    /// Are they through with the campaign?
    pub fn has_ended(&self) -> bool {
        self.row.status == "ended"
    }
}

/// Both sides.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// What the far side performed, in its order.
    pub performed: Vec<Line>,
    pub stories: Vec<Story>,
}

/// When it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In the middle: calls may be open, answers unknown.
    Underway,
    /// Everything that can end has ended.
    AtRest,
}

/// Judges both sides of the books: I1, I2, I3, I7 and I8.
pub fn judge(books: &Books, when: When) -> Vec<Breach> {
    let mut breaches = sends::judge(books, when);
    breaches.extend(standing::judge(books, when));
    breaches
}
