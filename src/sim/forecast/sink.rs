//! What is told of a forecast while it runs.

use crate::model::campaign::Campaign;
use crate::model::contact::Contact;
use crate::model::effect::Call;
use crate::model::enrollment::Enrollment;
use crate::model::event::Settlement;
use crate::model::id::{AccountId, OutcomeId, StepId};
use crate::model::journal::Entry;
use crate::model::time::Timestamp;

/// Whom something happens to.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// Place in `Opening::seats`.
    pub seat: u32,
    /// Place in `Opening::campaigns`.
    pub place: u32,
    pub campaign: &'a Campaign,
    /// The person as they are then.
    pub contact: &'a Contact,
    /// Where they stand just before a call, and just after everything else.
    pub enrollment: &'a Enrollment,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening<'a> {
    /// Their first step is entered.
    Started,
    /// A call of that step goes out over the account, with the message it names (`Call::message`); `settlement` says whether
    /// the far side takes it.
    Called { account: AccountId, step: StepId, call: &'a Call, settlement: &'a Settlement },
    /// They accepted an invitation of this campaign, and the engine knows.
    Accepted,
    /// They wrote, for the first time in this campaign.
    Replied,
    /// The path ended, or a late reply changed how.
    Ended { outcome: OutcomeId, before: Option<OutcomeId> },
    /// Lines of their timeline.
    Told { entries: &'a [Entry] },
}

/// Who listens to a forecast.
pub trait Sink {
    /// Takes something in. `at`: when it happens.
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>);
}

/// Two who listen.
impl<A: Sink, B: Sink> Sink for (A, B) {
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        self.0.take(at, who, happening);
        self.1.take(at, who, happening);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        (**self).take(at, who, happening);
    }
}

/// Nobody listens.
impl Sink for () {
    fn take(&mut self, _: Timestamp, _: &Who<'_>, _: &Happening<'_>) {}
}
