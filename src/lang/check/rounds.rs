//! Where somebody stands in the loops around a step: how many rounds are run, and whether what a loop waits for was seen.

use crate::model::campaign::Trigger;
use crate::model::id::StepId;

/// Loops inside each other that are counted; deeper ones may run any number of rounds.
const LEVELS_MAX: usize = 3;
/// Steps of a campaign whose rounds are counted one by one; in a longer one only the first is told from the others.
const COUNTED_STEPS_MAX: usize = 500;
/// Rounds counted one by one; what is found after so many alike is found.
const COUNTED_ROUNDS_MAX: u8 = 6;

/// A loop that somebody is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Level {
    pub repeat: StepId,
    /// Rounds run; held at what is counted.
    pub ran: u8,
    /// What its `until` waits for has happened since it began.
    pub is_observed: bool,
}

/// The loops around a step, the outermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rounds {
    levels: [Option<Level>; LEVELS_MAX],
    depth: u8,
}

/// How many rounds are counted in a campaign of so many steps.
pub fn counted(steps: usize) -> u8 {
    if steps > COUNTED_STEPS_MAX { 1 } else { COUNTED_ROUNDS_MAX }
}

impl Rounds {
    /// Into a loop.
    pub fn entered(mut self, repeat: StepId, is_observed: bool) -> Self {
        if let Some(place) = self.levels.get_mut(usize::from(self.depth)) {
            *place = Some(Level { repeat, ran: 0, is_observed });
        }
        self.depth = self.depth.saturating_add(1);
        self
    }

    /// Out of the innermost loop.
    pub fn left(mut self) -> Self {
        self.depth = self.depth.saturating_sub(1);
        if let Some(place) = self.levels.get_mut(usize::from(self.depth)) {
            *place = None;
        }
        self
    }

    /// The loop of that step, if it is counted.
    pub fn level(&self, repeat: StepId) -> Option<Level> {
        self.levels.iter().flatten().copied().find(|level| level.repeat == repeat)
    }

    /// One round more.
    pub fn ran(mut self, repeat: StepId, counted: u8) -> Self {
        if let Some(level) = self.levels.iter_mut().flatten().find(|level| level.repeat == repeat) {
            level.ran = level.ran.saturating_add(1).min(counted);
        }
        self
    }

    /// Something happened that loops may wait for.
    pub fn observed(mut self, is: &dyn Fn(StepId) -> Option<Trigger>, happened: &Trigger) -> Self {
        for level in self.levels.iter_mut().flatten() {
            level.is_observed |= is(level.repeat).as_ref() == Some(happened);
        }
        self
    }
}
