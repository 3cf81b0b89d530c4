//! What happened, scene by scene: the contact's timeline, with the texts that the world's ledger has of each send.

use crate::model::id::{EnrollmentId, StepId};
use crate::model::journal::{Entry, EntryKind};
use crate::model::time::Timestamp;
use crate::sim::postpress::ledger::Line;
use crate::sim::world::{Town, TownFault};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub entry: Entry,
    /// Of a send: what the contact got.
    pub text: Option<String>,
    /// Of an InMail or a group.
    pub subject: Option<String>,
    /// It is the text of a task for a person of ours.
    pub is_task: bool,
    /// A line of the script has spoken of it.
    pub is_spoken_of: bool,
}

/// Watches one contact.
pub(super) struct Watch {
    pub scenes: Vec<Scene>,
    entries: usize,
    /// What the world performed.
    pub effects: Vec<Line>,
}

impl Scene {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        self.entry.at
    }

    /// A fact of it.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.entry.detail.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Did it reach the contact? A withdrawal takes something away and reaches nobody.
    pub fn reaches(&self) -> bool {
        self.entry.kind == EntryKind::Sent && self.detail("kind") != Some("withdraw")
    }

    /// The outcome, if it is an end.
    pub fn outcome(&self) -> Option<&str> {
        if self.entry.kind == EntryKind::Ended { self.detail("outcome") } else { None }
    }
}

impl Watch {
    /// Nothing was seen yet.
    pub fn new() -> Self {
        Self { scenes: Vec::new(), entries: 0, effects: Vec::new() }
    }

    /// Takes in what happened since the last time.
    pub fn look(&mut self, town: &Town, contact: EnrollmentId) -> Result<(), TownFault> {
        let entries = town.timeline(contact)?;
        if entries.len() == self.entries {
            return Ok(());
        }
        self.effects.extend(town.world.effects(self.effects.len()));
        for entry in entries.into_iter().skip(self.entries) {
            self.entries += 1;
            let has = |name: &str| entry.detail.iter().any(|(key, _)| key == name);
            let is_task = entry.kind == EntryKind::Notified && has("task") && has("text");
            let id = entry.detail.iter().find(|(key, _)| key == "provider_id").map(|(_, id)| id.as_str()).unwrap_or_default();
            let effect =
                self.effects.iter().find(|line| entry.kind == EntryKind::Sent && !id.is_empty() && line.provider_id == id);
            let (text, subject) = effect.map(|line| (line.text.clone(), line.subject.clone())).unwrap_or_default();
            self.scenes.push(Scene { entry, text, subject, is_task, is_spoken_of: false });
        }
        Ok(())
    }

    /// The first scene from a moment on that fits and that no line has spoken of.
    pub fn find(&self, from: Timestamp, until: Timestamp, fits: &dyn Fn(&Scene) -> bool) -> Option<usize> {
        self.scenes.iter().position(|scene| !scene.is_spoken_of && (from..=until).contains(&scene.at()) && fits(scene))
    }
}

/// The step a scene belongs to, by its label.
pub(super) fn step_of(scene: &Scene, campaign: &crate::model::campaign::Campaign) -> Option<StepId> {
    campaign.step_labelled(&scene.entry.step)
}
