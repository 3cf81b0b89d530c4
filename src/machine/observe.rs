//! What the person or the user's own system did, short of writing: facts, loops that observe, races that it ends.

use crate::machine::turn::{Level, Turn};
use crate::machine::{enter, eval};
use crate::model::campaign::{Action, Transition, Trigger};
use crate::model::enrollment::{Asked, Awaits, Facts, Relation, Status};
use crate::model::event::{Reply, Verdict};
use crate::model::id::{StepId, TaskId};
use crate::model::journal::EntryKind;
use crate::model::time::Timestamp;

/// Longest text of an event that is written into a timeline, in characters.
pub(super) const TEXT_CHARS_MAX: usize = 2_000;

/// What happened, as triggers see it.
pub(super) enum Happened<'a> {
    Accepted,
    Replied(&'a Reply),
    Seen,
    Delivered,
    Reacted,
    Named(&'a str),
    Judged(Verdict),
}

/// `Event::Accepted`
pub(super) fn accepted(turn: &mut Turn<'_>, at: Timestamp) -> bool {
    let facts = &mut turn.enrollment.facts;
    if facts.relation == Relation::Yes && facts.accepted_at.is_some() {
        return false;
    }
    facts.relation = Relation::Yes;
    facts.accepted_at = Some(at);
    facts.invitation = None;
    tell(turn, &[("event", "accepted"), ("at", &at.iso_ms())]);
    happen(turn, &Happened::Accepted);
    true
}

/// `Event::Seen`
pub(super) fn seen(turn: &mut Turn<'_>, at: Timestamp) -> bool {
    moved(turn, at, |facts| &mut facts.seen_at, "seen", &Happened::Seen, None)
}

/// `Event::Delivered`
pub(super) fn delivered(turn: &mut Turn<'_>, at: Timestamp) -> bool {
    moved(turn, at, |facts| &mut facts.delivered_at, "delivered", &Happened::Delivered, None)
}

/// `Event::Reacted`
pub(super) fn reacted(turn: &mut Turn<'_>, emoji: &str, at: Timestamp) -> bool {
    moved(turn, at, |facts| &mut facts.reacted_at, "reacted", &Happened::Reacted, Some(emoji))
}

/// `Event::Task`: the verdict on a task. One about an earlier task than the last is written down, and means nothing more.
pub(super) fn judged(turn: &mut Turn<'_>, task: TaskId, verdict: Verdict) -> bool {
    let TaskId(key) = task;
    if key.enrollment != turn.enrollment.id || !is_listening(turn) {
        return false;
    }
    let tasks = &mut turn.enrollment.tasks;
    let of = |asked: &Option<Asked>| asked.is_some_and(|asked| asked.visit == key.visit);
    let level = match (of(&tasks.path), of(&tasks.handler)) {
        (true, _) => Some(Level::Path),
        (false, true) => Some(Level::Handler),
        (false, false) => None,
    };
    let held = match level {
        Some(Level::Path) => tasks.path.as_mut(),
        Some(Level::Handler) => tasks.handler.as_mut(),
        None => None,
    };
    if let Some(asked) = held {
        if asked.verdict == Some(verdict) {
            return false;
        }
        asked.verdict = Some(verdict);
    }
    tell(turn, &[("event", verdict.word()), ("task", &task.to_string())]);
    let Some(level) = level else { return true };
    let happened = Happened::Judged(verdict);
    mark(turn, &happened);
    if let Some((found, step, target, word)) = fitting_arm(turn, &happened)
        && found == level
    {
        turn.write(EntryKind::Decision, Some(step), &[("arm", &word)]);
        enter::go(turn, level, target);
    }
    true
}

/// The verdict a trigger waits for.
fn verdict_of(trigger: &Trigger) -> Option<Verdict> {
    match trigger {
        Trigger::Approved => Some(Verdict::Approved),
        Trigger::Rejected => Some(Verdict::Rejected),
        Trigger::Done => Some(Verdict::Done),
        Trigger::Accepted
        | Trigger::Replied
        | Trigger::ReplyIs(_)
        | Trigger::ReplyMatches(_)
        | Trigger::Seen
        | Trigger::Delivered
        | Trigger::Reacted
        | Trigger::Named(_) => None,
    }
}

/// The last task that level asked for.
fn asked(turn: &Turn<'_>, level: Level) -> Option<Asked> {
    match level {
        Level::Path => turn.enrollment.tasks.path,
        Level::Handler => turn.enrollment.tasks.handler,
    }
}

/// Is anything that happens to this person still of interest?
pub(super) fn is_listening(turn: &Turn<'_>) -> bool {
    match &turn.enrollment.status {
        Status::Queued | Status::Active { .. } => true,
        Status::Ended { listens_until, .. } => turn.now <= *listens_until,
    }
}

/// A line about something from outside, at the step where the person stands.
pub(super) fn tell(turn: &mut Turn<'_>, detail: &[(&str, &str)]) {
    let here = turn.here();
    turn.write(EntryKind::Event, here, detail);
}

/// A text as long as timelines take it.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// A fact with a time: only forwards.
fn moved(
    turn: &mut Turn<'_>,
    at: Timestamp,
    fact: fn(&mut Facts) -> &mut Option<Timestamp>,
    word: &str,
    happened: &Happened<'_>,
    emoji: Option<&str>,
) -> bool {
    let held = fact(&mut turn.enrollment.facts);
    if held.is_some_and(|held| held >= at) {
        return false;
    }
    *held = Some(at);
    let at = at.iso_ms();
    let mut detail = vec![("event", word), ("at", at.as_str())];
    detail.extend(emoji.map(|emoji| ("emoji", emoji)));
    tell(turn, &detail);
    happen(turn, happened);
    true
}

/// Loops observe; then the first waiting race with a fitting arm takes it, the handler's before the path's. Did one?
pub(super) fn happen(turn: &mut Turn<'_>, happened: &Happened<'_>) -> bool {
    mark(turn, happened);
    let Some((level, step, target, word)) = fitting_arm(turn, happened) else { return false };
    turn.write(EntryKind::Decision, Some(step), &[("arm", &word)]);
    enter::go(turn, level, target);
    true
}

/// Sets what `until` observes.
pub(super) fn mark(turn: &mut Turn<'_>, happened: &Happened<'_>) {
    let campaign = turn.campaign;
    let mut loops = std::mem::take(&mut turn.enrollment.loops);
    for held in &mut loops {
        let Some(Action::Repeat { until: Some(until), .. }) = campaign.steps.get(held.step.0 as usize).map(|step| &step.action)
        else {
            continue;
        };
        held.observed |= fits(until, happened) && counts(&turn.enrollment.facts, happened);
    }
    turn.enrollment.loops = loops;
}

/// The arm of a waiting race that takes what happened.
pub(super) fn fitting_arm(turn: &Turn<'_>, happened: &Happened<'_>) -> Option<(Level, StepId, StepId, String)> {
    if !counts(&turn.enrollment.facts, happened) {
        return None;
    }
    [Level::Handler, Level::Path].into_iter().find_map(|level| {
        let frame = turn.frame(level)?;
        let Awaits::Timer { .. } = frame.awaits else { return None };
        let Action::Race { arms, .. } = &turn.step(frame.step)?.action else { return None };
        // A reply written before the race began belongs to what was before; seconds are what providers give.
        if let Happened::Replied(reply) = happened
            && reply.at.0.div_euclid(1_000) < frame.entered_at.0.div_euclid(1_000)
        {
            return None;
        }
        let scope = turn.scope();
        let arm = arms
            .iter()
            .find(|arm| fits(&arm.trigger, happened) && arm.guard.as_ref().is_none_or(|guard| eval::holds(guard, &scope)))?;
        Some((level, frame.step, arm.target, arm.trigger.to_string()))
    })
}

/// An arm of a race that is being entered whose fact already holds.
pub(super) fn arm_that_holds<'c>(turn: &Turn<'_>, level: Level, arms: &'c [Transition]) -> Option<&'c Transition> {
    let facts = &turn.enrollment.facts;
    let scope = turn.scope();
    arms.iter().find(|arm| {
        let holds = match &arm.trigger {
            Trigger::Accepted => facts.relation == Relation::Yes,
            Trigger::Seen => counts(facts, &Happened::Seen),
            Trigger::Delivered => counts(facts, &Happened::Delivered),
            Trigger::Reacted => counts(facts, &Happened::Reacted),
            // Replies and named events count from the entry on.
            Trigger::Replied | Trigger::ReplyIs(_) | Trigger::ReplyMatches(_) | Trigger::Named(_) => false,
            Trigger::Approved | Trigger::Rejected | Trigger::Done => {
                asked(turn, level).and_then(|asked| asked.verdict).is_some_and(|said| verdict_of(&arm.trigger) == Some(said))
            }
        };
        holds && arm.guard.as_ref().is_none_or(|guard| eval::holds(guard, &scope))
    })
}

/// Is the fact about the last thing that was sent? What was seen before it says nothing of it.
fn counts(facts: &Facts, happened: &Happened<'_>) -> bool {
    let at = match happened {
        Happened::Accepted | Happened::Replied(_) | Happened::Named(_) | Happened::Judged(_) => return true,
        Happened::Seen => facts.seen_at,
        Happened::Delivered => facts.delivered_at,
        Happened::Reacted => facts.reacted_at,
    };
    let sent_at = facts.sent_at.unwrap_or(Timestamp(i64::MIN));
    at.is_some_and(|at| at.0.div_euclid(1_000) >= sent_at.0.div_euclid(1_000))
}

fn fits(trigger: &Trigger, happened: &Happened<'_>) -> bool {
    match (trigger, happened) {
        (Trigger::Accepted, Happened::Accepted)
        | (Trigger::Replied, Happened::Replied(_))
        | (Trigger::Seen, Happened::Seen)
        | (Trigger::Delivered, Happened::Delivered)
        | (Trigger::Reacted, Happened::Reacted) => true,
        (Trigger::ReplyIs(class), Happened::Replied(reply)) => reply.classes.contains(class),
        (Trigger::ReplyMatches(pattern), Happened::Replied(reply)) => pattern.is_match(&reply.text),
        (Trigger::Named(wanted), Happened::Named(name)) => wanted == name,
        (Trigger::Approved | Trigger::Rejected | Trigger::Done, Happened::Judged(verdict)) => {
            verdict_of(trigger) == Some(*verdict)
        }
        (
            Trigger::Accepted
            | Trigger::Replied
            | Trigger::ReplyIs(_)
            | Trigger::ReplyMatches(_)
            | Trigger::Seen
            | Trigger::Delivered
            | Trigger::Reacted
            | Trigger::Named(_)
            | Trigger::Approved
            | Trigger::Rejected
            | Trigger::Done,
            _,
        ) => false,
    }
}
