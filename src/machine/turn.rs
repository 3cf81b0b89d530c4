//! What one event changes, while it is being worked out.

use crate::machine::eval::{self, Scope};
use crate::machine::{Advance, LISTEN_MS, Person};
use crate::model::account::SenderProfile;
use crate::model::campaign::{Campaign, OutcomeKind, Step};
use crate::model::contact::Contact;
use crate::model::effect::{Call, Effect};
use crate::model::enrollment::{Awaits, Enrollment, Frame, HandlerFrame, Hold, LEFT_MAX, LeftCall, Pause, Status};
use crate::model::event::Reply;
use crate::model::id::{EffectKey, OutcomeId, StepId, Visit};
use crate::model::journal::{Entry, EntryKind};
use crate::model::time::Timestamp;
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// The visit of a path that has not begun: somebody queued who is paused or wrote first. Real visits count from 1.
pub(super) const NOT_BEGUN: Visit = Visit(0);

/// Which of the two frames: the path, or the one that runs above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Path,
    Handler,
}

/// One event's work.
pub(super) struct Turn<'a> {
    pub campaign: &'a Campaign,
    pub sender: &'a SenderProfile,
    pub contact: Cow<'a, Contact>,
    pub enrollment: Enrollment,
    pub now: Timestamp,
    /// Since when what is asked for now could have been done: a timer's due time, else now.
    pub ready_at: Timestamp,
    pub tz: TimeZone,
    /// The reply this event is, if it is one.
    pub reply: Option<&'a Reply>,
    /// Steps this event may still enter; more than any checked campaign needs.
    pub fuel: usize,
    effects: Vec<Effect>,
    entries: Vec<Entry>,
}

impl<'a> Turn<'a> {
    /// Before anything has changed.
    pub fn new(campaign: &'a Campaign, person: &Person<'a>, now: Timestamp) -> Self {
        Self {
            campaign,
            sender: person.sender,
            contact: Cow::Borrowed(person.contact),
            enrollment: person.enrollment.clone(),
            now,
            ready_at: now,
            tz: campaign.calendar.zone_for(person.contact.fields.get("timezone").map(String::as_str)),
            reply: None,
            fuel: 4 * campaign.steps.len() + 16,
            effects: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Was the goal reached by what happened? Told once a person; no path turns on it.
    pub fn look_at_goal(&mut self) {
        let Some(condition) = self.campaign.goal_reached.as_ref().filter(|_| self.enrollment.facts.goal_at.is_none()) else {
            return;
        };
        if eval::holds(condition, &self.scope()) {
            self.enrollment.facts.goal_at = Some(self.now);
            let here = self.here();
            self.write(EntryKind::Decision, here, &[("goal", "reached")]);
        }
    }

    /// The event's consequences.
    pub fn finish(mut self, person: &Person<'_>) -> Advance {
        self.enrollment.updated_at = self.enrollment.updated_at.max(self.now);
        let contact = match self.contact {
            Cow::Owned(contact) if contact != *person.contact => Some(contact),
            Cow::Owned(_) | Cow::Borrowed(_) => None,
        };
        Advance { enrollment: self.enrollment, contact, effects: self.effects, entries: self.entries }
    }

    /// One thing more that is asked of the world.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The name of that visit's effect, the same at every attempt.
    pub fn key(&self, visit: Visit) -> EffectKey {
        EffectKey { enrollment: self.enrollment.id, visit }
    }

    /// A line of the timeline at that step.
    pub fn write(&mut self, kind: EntryKind, step: Option<StepId>, detail: &[(&str, &str)]) {
        let label = step.and_then(|id| self.step(id)).map_or_else(String::new, |step| step.label.clone());
        let detail = detail.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.entries.push(Entry { at: self.now, kind, step: label, version: self.campaign.version, detail });
    }

    /// The step, if the campaign has it: an enrollment of another version may point elsewhere.
    pub fn step(&self, id: StepId) -> Option<&'a Step> {
        self.campaign.steps.get(id.0 as usize)
    }

    /// Where the enrollment stands, for a line of the timeline.
    pub fn here(&self) -> Option<StepId> {
        self.enrollment.frame().filter(|frame| frame.visit != NOT_BEGUN).map(|frame| frame.step)
    }

    /// Where the path or the handler stands; none: it does not run.
    pub fn frame(&self, level: Level) -> Option<&Frame> {
        match (&self.enrollment.status, level) {
            (Status::Active { path, .. }, Level::Path) => Some(path),
            (Status::Active { handler, .. } | Status::Ended { handler, .. }, Level::Handler) => {
                handler.as_ref().map(|handler| &handler.frame)
            }
            (Status::Queued | Status::Ended { .. }, Level::Path) | (Status::Queued, Level::Handler) => None,
        }
    }

    /// The same, to be changed.
    pub fn frame_mut(&mut self, level: Level) -> Option<&mut Frame> {
        match (&mut self.enrollment.status, level) {
            (Status::Active { path, .. }, Level::Path) => Some(path),
            (Status::Active { handler, .. } | Status::Ended { handler, .. }, Level::Handler) => {
                handler.as_mut().map(|handler| &mut handler.frame)
            }
            (Status::Queued | Status::Ended { .. }, Level::Path) | (Status::Queued, Level::Handler) => None,
        }
    }

    /// The level at which that visit stands now.
    pub fn level_of(&self, visit: Visit) -> Option<Level> {
        [Level::Handler, Level::Path].into_iter().find(|level| self.frame(*level).is_some_and(|frame| frame.visit == visit))
    }

    /// The level whose turn it is.
    pub fn running(&self) -> Option<Level> {
        [Level::Handler, Level::Path].into_iter().find(|level| self.frame(*level).is_some())
    }

    /// Must a step at that level wait before it runs: for a pause, or for the frame above it?
    pub fn is_held(&self, level: Level) -> bool {
        self.enrollment.pause().is_some() || (level == Level::Path && self.frame(Level::Handler).is_some())
    }

    /// From now on that level waits for this.
    pub fn await_at(&mut self, level: Level, awaits: Awaits) {
        if let Some(frame) = self.frame_mut(level) {
            frame.awaits = awaits;
        }
    }

    /// A new frame at that step, not yet run.
    pub fn new_frame(&mut self, step: StepId) -> Frame {
        self.enrollment.visits = self.enrollment.visits.saturating_add(1);
        Frame { step, visit: Visit(self.enrollment.visits), entered_at: self.now, awaits: Awaits::Nothing }
    }

    /// Puts a handler above the path, in place of one that runs.
    pub fn put_handler(&mut self, step: StepId, reply: Option<Reply>) {
        self.leave_call(Level::Handler);
        let frame = self.new_frame(step);
        match &mut self.enrollment.status {
            Status::Active { handler, .. } | Status::Ended { handler, .. } => {
                *handler = Some(Box::new(HandlerFrame { frame, reply }))
            }
            Status::Queued => {}
        }
    }

    /// Takes the handler away.
    pub fn drop_handler(&mut self) {
        self.leave_call(Level::Handler);
        match &mut self.enrollment.status {
            Status::Active { handler, .. } | Status::Ended { handler, .. } => *handler = None,
            Status::Queued => {}
        }
    }

    /// Remembers a call whose frame goes away before it is settled.
    pub fn leave_call(&mut self, level: Level) {
        if level == Level::Handler {
            self.give_up_by_hand();
        }
        let left = match self.frame(level) {
            Some(Frame { step, visit, awaits: Awaits::Call { .. }, .. }) => LeftCall { visit: *visit, step: *step },
            Some(_) | None => return,
        };
        if self.enrollment.left.len() >= LEFT_MAX {
            self.enrollment.left.remove(0);
        }
        self.enrollment.left.push(left);
    }

    /// Something takes the place of what a person of ours wrote, before it went out: said, for they count on it.
    fn give_up_by_hand(&mut self) {
        let Some(Frame { awaits: Awaits::Call { call: Call::ByHand { .. }, hold, .. }, .. }) = self.frame(Level::Handler) else {
            return;
        };
        if !hold.as_ref().is_some_and(Hold::is_in_doubt) {
            let why = "something else came first: read the chat, and write again";
            self.write(EntryKind::Cancelled, None, &[("kind", "message"), ("by", "hand"), ("why", why)]);
        }
    }

    /// Makes somebody queued active without beginning their path, so that they can be paused or handled.
    pub fn hold_queued(&mut self, pause: Option<Pause>) {
        if self.enrollment.status == Status::Queued {
            let path = Frame { step: self.campaign.entry, visit: NOT_BEGUN, entered_at: self.now, awaits: Awaits::Nothing };
            self.enrollment.status = Status::Active { path, handler: None, pause };
        }
    }

    /// Ends with a built-in outcome.
    pub fn end_as(&mut self, outcome: &str, reason: Option<&str>) {
        let id = self.campaign.outcome_named(outcome).unwrap_or_default();
        self.end(id, reason);
    }

    /// Ends, or gives a new outcome to somebody who had ended. What was won stays won unless they opt out.
    pub fn end(&mut self, outcome: OutcomeId, reason: Option<&str>) {
        let here = self.here();
        let name = self.outcome_name(outcome);
        let reason_text = reason.map(str::to_owned);
        self.leave_call(Level::Handler);
        let before = match &self.enrollment.status {
            Status::Ended { outcome: before, .. } => Some(*before),
            Status::Queued | Status::Active { .. } => None,
        };
        let keeps = before.is_some_and(|before| self.is_won(before) && !self.is_won(outcome) && name != "opted_out");
        match &mut self.enrollment.status {
            Status::Ended { handler, outcome: held, reason: held_reason, at, late_reply_done, .. } => {
                *handler = None;
                *late_reply_done = true;
                if !keeps {
                    (*held, *held_reason, *at) = (outcome, reason_text, self.now);
                }
            }
            Status::Queued | Status::Active { .. } => {
                self.leave_call(Level::Path);
                self.enrollment.loops.clear();
                self.enrollment.status = Status::Ended {
                    outcome,
                    reason: reason_text,
                    at: self.now,
                    listens_until: self.now.plus_ms(LISTEN_MS),
                    handler: None,
                    late_reply_done: false,
                };
            }
        }
        let mut detail = vec![("outcome", name)];
        detail.extend(reason.map(|reason| ("reason", reason)));
        let before = before.map(|before| self.outcome_name(before));
        if keeps {
            detail.extend(before.map(|before| ("kept", before)));
            return self.write(EntryKind::Decision, here, &detail);
        }
        detail.extend(before.map(|before| ("before", before)));
        self.write(EntryKind::Ended, here, &detail);
    }

    /// The name of an outcome.
    pub fn outcome_name(&self, id: OutcomeId) -> &'a str {
        self.campaign.outcomes.get(id.0 as usize).map_or("stopped", |outcome| outcome.name.as_str())
    }

    fn is_won(&self, id: OutcomeId) -> bool {
        self.campaign.outcomes.get(id.0 as usize).is_some_and(|outcome| outcome.kind == OutcomeKind::Won)
    }

    /// What a condition may read.
    pub fn scope(&self) -> Scope<'_> {
        let handled = match &self.enrollment.status {
            Status::Active { handler, .. } | Status::Ended { handler, .. } => {
                handler.as_ref().and_then(|handler| handler.reply.as_ref())
            }
            Status::Queued => None,
        };
        Scope {
            campaign: self.campaign,
            contact: &self.contact,
            sender: self.sender,
            facts: &self.enrollment.facts,
            reply: self.reply.or(handled),
            now: self.now,
            tz: &self.tz,
        }
    }
}
