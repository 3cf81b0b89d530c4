//! What in a program has a name, and where each name stands.

use crate::lang::source::{SourceId, Span};

/// What a name names. Names are unique per kind (LANGUAGE.md §11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Campaign,
    Message,
    Part,
    Class,
    Account,
    Pool,
    Person,
    Outcome,
    Label,
    Field,
}

impl Kind {
    /// The word for it in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Message => "message",
            Self::Part => "part",
            Self::Class => "class",
            Self::Account => "account",
            Self::Pool => "pool",
            Self::Person => "person",
            Self::Outcome => "outcome",
            Self::Label => "label",
            Self::Field => "field",
        }
    }
}

/// Something with a name. `campaign` is set for what only that campaign sees.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    pub kind: Kind,
    pub campaign: Option<String>,
    pub name: String,
}

/// One place where a symbol's name stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    pub symbol: Symbol,
    pub span: Span,
    pub is_definition: bool,
}

/// Every name of a program.
#[derive(Debug, Clone, Default)]
pub struct Index {
    pub occurrences: Vec<Occurrence>,
}

impl Index {
    /// The name at a byte of a file; the narrowest, if several hold it.
    pub fn at(&self, source: SourceId, offset: u32) -> Option<&Occurrence> {
        let holds = |place: Span| place.source == source && place.start <= offset && offset <= place.end;
        let held = self.occurrences.iter().filter(|occurrence| holds(occurrence.span));
        held.min_by_key(|occurrence| occurrence.span.end - occurrence.span.start)
    }

    /// Every place of a symbol, in the order written.
    pub fn places<'a>(&'a self, symbol: &'a Symbol) -> impl Iterator<Item = &'a Occurrence> {
        self.occurrences.iter().filter(move |occurrence| occurrence.symbol == *symbol)
    }

    /// Where it is given its name. Outcomes every campaign has, and built-in classes, are given theirs nowhere.
    pub fn definition(&self, symbol: &Symbol) -> Option<Span> {
        self.places(symbol).find(|occurrence| occurrence.is_definition).map(|occurrence| occurrence.span)
    }

    /// The names of a kind that a campaign can use, in the order written.
    pub fn visible<'a>(&'a self, kind: Kind, campaign: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let is_seen =
            move |symbol: &Symbol| symbol.kind == kind && (symbol.campaign.is_none() || symbol.campaign.as_deref() == campaign);
        let defined = self.occurrences.iter().filter(|occurrence| occurrence.is_definition);
        defined.filter(move |occurrence| is_seen(&occurrence.symbol)).map(|occurrence| occurrence.symbol.name.as_str())
    }
}
