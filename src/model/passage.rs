//! From one version of a campaign to another: which step there is the same place as a step here, and where the newer
//! version's `migrate` puts whoever stands at it (LANGUAGE.md §7).
//!
//! Pure. One answer for all who need it: the check, the plan, and the turn that moves people.

use crate::model::campaign::{Action, Campaign, Destination, Engagement, Migration, Step};
use crate::model::id::{MessageId, StepId};
use std::collections::HashMap;

/// Where somebody goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// At that step of the newer version, as if they had come to it there: what they wait for goes on.
    Stay(StepId),
    /// At that step of the newer version, which they enter now.
    Enter(StepId),
    /// On the version they are on.
    Finish,
}

/// The way from one version to another.
#[derive(Debug)]
pub struct Passage<'a> {
    pub from: &'a Campaign,
    pub to: &'a Campaign,
    migration: Option<&'a Migration>,
    /// For each step of `from` the step of `to` that is the same place.
    same: Vec<Option<StepId>>,
}

impl<'a> Passage<'a> {
    /// Between two versions of one campaign.
    pub fn new(from: &'a Campaign, to: &'a Campaign) -> Self {
        let labels: HashMap<&str, (StepId, &Step)> =
            to.steps.iter().enumerate().map(|(at, step)| (step.label.as_str(), (StepId(at as u32), step))).collect();
        let there = |step: &Step| {
            let (id, there) = labels.get(step.label.as_str())?;
            is_same_place(from, step, to, there).then_some(*id)
        };
        let same = from.steps.iter().map(there).collect();
        Self { from, to, migration: to.migrations.iter().find(|migration| migration.from == from.version), same }
    }

    /// The `migrate` block that speaks of it, if there is one.
    pub fn migration(&self) -> Option<&'a Migration> {
        self.migration
    }

    /// The step of the newer version that is the same place: the same label, and where the author gave none, a step of the
    /// same place that does and leads to the same.
    pub fn same(&self, at: StepId) -> Option<StepId> {
        self.same.get(at.0 as usize).copied().flatten()
    }

    /// Where whoever stands at that step goes on. None: the mapping says nothing of it, or of a place that is not there.
    pub fn landing(&self, at: StepId) -> Option<Landing> {
        let Some(migration) = self.migration else { return Some(Landing::Finish) };
        let label = self.from.steps.get(at.0 as usize)?.label.as_str();
        match migration.rules.get(label) {
            Some(Destination::Stay) => self.to.step_labelled(label).map(Landing::Stay),
            Some(other) => self.elsewhere(*other, at),
            None if migration.in_place => self.same(at).map(Landing::Stay),
            None => self.elsewhere(migration.otherwise?, at),
        }
    }

    fn elsewhere(&self, destination: Destination, at: StepId) -> Option<Landing> {
        match destination {
            Destination::Stay => self.same(at).map(Landing::Stay),
            Destination::GoTo(step) => Some(Landing::Enter(step)),
            Destination::Finish => Some(Landing::Finish),
        }
    }
}

/// A label the author gave is a promise. One made from the place is not: a statement put in above shifts it, so what the
/// step does, and what comes next, must be the same too.
fn is_same_place(from: &Campaign, here: &Step, to: &Campaign, there: &Step) -> bool {
    if here.is_named || there.is_named {
        return here.is_named && there.is_named;
    }
    let (next_here, next_there) = (here.action.targets(), there.action.targets());
    let leads_alike = next_here.len() == next_there.len()
        && next_here.iter().zip(&next_there).all(|(one, two)| {
            let steps = (from.steps.get(one.0 as usize), to.steps.get(two.0 as usize));
            matches!(steps, (Some(one), Some(two)) if does_alike(from, one, to, two))
        });
    does_alike(from, here, to, there) && leads_alike
}

/// Is it the same kind of statement, with the same message?
fn does_alike(from: &Campaign, here: &Step, to: &Campaign, there: &Step) -> bool {
    let name = |campaign: &Campaign, id: Option<MessageId>| {
        id.and_then(|id| campaign.messages.get(id.0 as usize)).map(|message| message.name.clone())
    };
    here.action.kind() == there.action.kind()
        && name(from, message_of(&here.action)) == name(to, message_of(&there.action))
        && (here.is_named, there.is_named) != (true, false)
        && (!here.is_named || here.label == there.label)
}

/// The message a step sends or shows.
fn message_of(action: &Action) -> Option<MessageId> {
    match action {
        Action::Invite { note, .. } => *note,
        Action::Send { message, .. }
        | Action::Inmail { message, .. }
        | Action::Notify { message, .. }
        | Action::Group { message, .. }
        | Action::Ask { message, .. } => Some(*message),
        Action::Engage { engagement, .. } => engagement_message(engagement),
        Action::Withdraw { .. }
        | Action::Wait { .. }
        | Action::WaitUntil { .. }
        | Action::Race { .. }
        | Action::Branch { .. }
        | Action::RepeatStart { .. }
        | Action::Repeat { .. }
        | Action::Split { .. }
        | Action::Tag { .. }
        | Action::Untag { .. }
        | Action::Set { .. }
        | Action::Suppress { .. }
        | Action::Pause { .. }
        | Action::Webhook { .. }
        | Action::Stop { .. }
        | Action::Return => None,
    }
}

fn engagement_message(engagement: &Engagement) -> Option<MessageId> {
    match engagement {
        Engagement::CommentPost(message) => Some(*message),
        Engagement::VisitProfile | Engagement::Follow | Engagement::LikePost | Engagement::Endorse(_) | Engagement::React(_) => {
            None
        }
    }
}
