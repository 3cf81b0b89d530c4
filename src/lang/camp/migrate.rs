//! `migrate from N … end` and `migrate from N in place`.

use crate::lang::camp::blocks::Block as Paired;
use crate::lang::camp::grammar::{Pair, Phrase, Rule, child};
use crate::lang::camp::reader::Reader;
use crate::lang::camp::vocabulary;
use crate::lang::syntax::{Migrate, MigrateRule, MigrateTarget, Name, Notes, Spanned};
use crate::lang::words;

impl<'f> Reader<'f> {
    /// A migration with its rules.
    pub fn migrate(&mut self, block: &Paired) -> Migrate {
        let from = self.read(block.header, Rule::migrate_line, |phrase, pair| phrase.number_in(&pair));
        let mut migrate = self.migration(block.header, from.unwrap_or_default(), false);
        migrate.end_notes = self.end_notes(block);
        for index in self.lines_of(block) {
            match self.head(index).word(0) {
                "at" => {
                    let rule = self.optional_clause(index, Rule::at_line, |phrase, pair| {
                        let label = phrase.label(&child(&pair, Rule::label)?);
                        Some(MigrateRule { label, target: target(phrase, &pair)? })
                    });
                    migrate.rules.extend(rule);
                }
                "anyone" => {
                    let otherwise = self.optional_clause(index, Rule::anyone_line, |phrase, pair| target(phrase, &pair));
                    self.once(&mut migrate.otherwise, otherwise, index, "migration");
                }
                _ => self.stray(index, "a migration", vocabulary::MIGRATE),
            }
        }
        migrate
    }

    /// `migrate from N in place`
    pub fn migrate_in_place(&mut self, index: usize) -> Option<Migrate> {
        let from = self.read(index, Rule::in_place_line, |phrase, pair| phrase.number_in(&pair))?;
        Some(self.migration(index, from, true))
    }

    fn migration(&self, header: usize, from: Spanned<u32>, in_place: bool) -> Migrate {
        Migrate {
            from,
            in_place,
            rules: Vec::new(),
            otherwise: None,
            span: self.span(header),
            notes: self.notes(header),
            end_notes: Notes::default(),
        }
    }
}

/// `stay`, `go to LABEL`, `finish on version N`
pub fn target(phrase: &mut Phrase<'_>, pair: &Pair<'_>) -> Option<MigrateTarget> {
    let target = child(pair, Rule::target)?.into_inner().next()?;
    Some(match target.as_rule() {
        Rule::stay => MigrateTarget::Stay,
        Rule::go_to => MigrateTarget::GoTo(phrase.label(&child(&target, Rule::label)?)),
        _ => MigrateTarget::Finish(phrase.number_in(&target)),
    })
}

impl Phrase<'_> {
    /// A label; one made from a place (`accept.timeout.2`) is no name, and is looked for as it stands.
    pub fn label(&mut self, pair: &Pair<'_>) -> Name {
        let span = self.span(pair);
        if !pair.as_str().contains('.') {
            self.faults.extend(words::bad_name(pair.as_str(), span));
        }
        Name::new(pair.as_str().to_owned(), span)
    }
}
