//! What is known of a person at each step, for whoever moves people from one machine to another (`plan`), and for
//! pictures. The same walk as `flow`, without a word to the author.

use crate::lang::check::walk::{self, State};
use crate::lang::check::worlds::{Answers, Standing, World, Wrote};
use crate::lang::code::Code;
use crate::model::account::Channel;
use crate::model::campaign::Campaign;
use crate::model::id::StepId;
use crate::model::relation::Relation;
use std::collections::BTreeSet;

/// What may be true of somebody who stands at a step of the path. An answer that can be yes and no is a maybe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// No path leads here: nothing below says anything.
    pub is_unreached: bool,
    /// How they may stand to the account.
    pub relations: BTreeSet<Relation>,
    /// This campaign invited them on the way here.
    pub invited: Answers,
    pub inmail_sent: Answers,
    /// Something was sent that they can read.
    pub sent: Answers,
    pub replied: Answers,
    /// A LinkedIn message would arrive: a relation, or a chat in which they wrote.
    pub takes_message: Answers,
}

/// The facts at each step, in the order of the campaign's steps: of the path and, at the steps of handlers, of whoever
/// the handler runs for.
pub fn facts(campaign: &Campaign) -> Vec<Facts> {
    let walk = walk::walk(campaign);
    let mut facts = vec![Facts { is_unreached: true, ..Facts::default() }; campaign.steps.len()];
    for State { step, world, .. } in walk.trails.iter().flat_map(|trails| trails.seen.keys()) {
        let Some(here) = facts.get_mut(step.0 as usize) else { continue };
        here.is_unreached = false;
        here.relations.insert(relation(world.standing));
        let notes = [
            (&mut here.invited, world.is_invited),
            (&mut here.inmail_sent, world.has_inmail),
            (&mut here.sent, world.has_sent),
            (&mut here.replied, world.wrote != Wrote::No),
            (&mut here.takes_message, world.takes_message()),
        ];
        for (answers, yes) in notes {
            answers.yes |= yes;
            answers.no |= !yes;
        }
    }
    facts
}

/// What is true of one person who is about to be moved to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Person {
    pub relation: Relation,
    /// An invitation of ours went out to them, accepted, pending or taken back.
    pub is_invited: bool,
    pub has_inmail: bool,
    /// A message, an InMail or a note went out to them.
    pub has_sent: bool,
    pub has_replied: bool,
}

/// A fault that somebody would meet from a step on: the code (`not-a-relation`, `already-invited`, `second-inmail`,
/// `reinvite-too-soon`), and the step that commits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Falsehood {
    pub code: Code,
    pub step: StepId,
}

/// What would be false if that person went on from that step. Warnings are left out. None: they may be moved there.
pub fn falsehoods(campaign: &Campaign, to: StepId, person: Person) -> Vec<Falsehood> {
    let wrote = match (person.has_replied, campaign.channel) {
        (false, _) => Wrote::No,
        (true, Channel::Linkedin) => Wrote::Linkedin,
        (true, _) => Wrote::Elsewhere,
    };
    let standing = match person.relation {
        Relation::None => Standing::None,
        Relation::Pending => Standing::Pending,
        Relation::Yes => Standing::Yes,
    };
    let world = World {
        standing,
        wrote,
        is_invited: person.is_invited || standing == Standing::Pending,
        has_inmail: person.has_inmail,
        has_sent: person.has_sent || person.has_inmail,
        ..World::STRANGER
    };
    let walk = walk::walk_from(campaign, to, &[world]);
    let errors = walk.found.iter().filter(|found| found.code.severity() == crate::lang::severity::Severity::Error);
    let falsehoods: BTreeSet<Falsehood> = errors.map(|found| Falsehood { code: found.code, step: found.state.step }).collect();
    falsehoods.into_iter().collect()
}

fn relation(standing: Standing) -> Relation {
    match standing {
        Standing::None => Relation::None,
        Standing::Pending => Relation::Pending,
        Standing::Yes => Relation::Yes,
    }
}
