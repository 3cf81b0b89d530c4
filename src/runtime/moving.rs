//! Who is yet to go on in another version, in memory: rebuilt from the rows, losing it loses nothing.

use crate::model::id::{CampaignId, EnrollmentId};
use std::collections::{BTreeMap, BTreeSet};

/// Who is yet to be moved. Rebuilt from the rows.
#[derive(Debug, Default)]
pub struct Moves {
    /// Versions whose people of earlier versions are being looked at.
    pub(super) deciding: Vec<CampaignId>,
    /// Whoever moves once nothing of theirs is in flight, and where to.
    pub(super) waiting: BTreeMap<EnrollmentId, CampaignId>,
    /// Those of them whose time may have come.
    pub(super) ready: BTreeSet<EnrollmentId>,
}

impl Moves {
    /// Takes a row in.
    pub(super) fn read(&mut self, enrollment: EnrollmentId, to: CampaignId) {
        self.waiting.insert(enrollment, to);
    }

    /// Does somebody move once nothing of theirs is in flight?
    pub(super) fn awaits(&self, enrollment: EnrollmentId) -> bool {
        self.waiting.contains_key(&enrollment)
    }

    /// Something of theirs changed: if they are to be moved, their time may have come.
    pub(super) fn wake(&mut self, enrollment: EnrollmentId) {
        if self.awaits(enrollment) {
            self.ready.insert(enrollment);
        }
    }

    /// Is there somebody to move now?
    pub(super) fn is_due(&self) -> bool {
        !self.ready.is_empty()
    }

    /// They were moved, or are not to be any more.
    pub(super) fn done(&mut self, enrollment: EnrollmentId) {
        self.waiting.remove(&enrollment);
        self.ready.remove(&enrollment);
    }
}

/// What a new version meant for the people of earlier ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// On their way; now in the new version.
    pub moved: usize,
    /// Not begun; they begin in the new version.
    pub begin: usize,
    /// Move once nothing of theirs is in flight.
    pub later: usize,
    /// Finish on the version they are on.
    pub finish: usize,
}
