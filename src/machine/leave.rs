//! Leaving a step that waited: its timer fell due, or what it asked to read is known.

use crate::machine::turn::{Level, Turn};
use crate::machine::{enter, eval, observe};
use crate::model::campaign::Action;
use crate::model::enrollment::{Awaits, Relation};
use crate::model::event::Looked;
use crate::model::id::{StepId, Visit};
use crate::model::journal::EntryKind;
use crate::model::time::Timestamp;

/// `Event::Due`: the timer of that visit. Only the frame whose turn it is, only its present due time, never in a pause.
pub(super) fn due(turn: &mut Turn<'_>, visit: Visit, due: Timestamp) -> bool {
    let Some(level) = turn.running() else { return false };
    if turn.is_held(level) {
        return false;
    }
    let Some(frame) = turn.frame(level) else { return false };
    let Awaits::Timer { due: held } = frame.awaits else { return false };
    if frame.visit != visit || due < held || turn.now < held {
        return false;
    }
    let step = frame.step;
    turn.ready_at = held;
    let campaign = turn.campaign;
    let Some(found) = campaign.steps.get(step.0 as usize) else { return false };
    let to = match &found.action {
        Action::Wait { next, .. } | Action::WaitUntil { next, .. } | Action::Pause { next, .. } => *next,
        Action::Race { on_timeout, .. } => {
            turn.write(EntryKind::Decision, Some(step), &[("arm", "on timeout")]);
            *on_timeout
        }
        Action::Repeat { times, body, next, .. } => look_at_loop(turn, step, *times, *body, *next),
        // A step that never waits for a timer: only damaged progress gets here, and it runs the step.
        Action::Invite { .. }
        | Action::Withdraw { .. }
        | Action::Send { .. }
        | Action::Inmail { .. }
        | Action::Branch { .. }
        | Action::RepeatStart { .. }
        | Action::Split { .. }
        | Action::Tag { .. }
        | Action::Untag { .. }
        | Action::Set { .. }
        | Action::Suppress { .. }
        | Action::Notify { .. }
        | Action::Engage { .. }
        | Action::Group { .. }
        | Action::Ask { .. }
        | Action::Webhook { .. }
        | Action::Stop { .. }
        | Action::Return => step,
    };
    enter::go(turn, level, to);
    true
}

/// `Event::Looked`: a branch asked, and now decides.
pub(super) fn looked(turn: &mut Turn<'_>, visit: Visit, looked: &Looked) -> bool {
    let Some(level) = turn.level_of(visit) else { return false };
    let Some(Awaits::Look { look, ready_at }) = turn.frame(level).map(|frame| frame.awaits.clone()) else { return false };
    turn.ready_at = ready_at;
    let facts = &mut turn.enrollment.facts;
    if look.profile {
        facts.open_profile = looked.open_profile;
    }
    if look.credit {
        facts.inmail_credit = looked.inmail_credit;
    }
    if let Some(relation) = looked.relation.filter(|relation| *relation > facts.relation) {
        facts.relation = relation;
        if relation == Relation::Yes {
            facts.accepted_at = facts.accepted_at.or(Some(turn.now));
            facts.invitation = None;
            observe::mark(turn, &observe::Happened::Accepted);
        }
    }
    // A step the campaign no longer branches at means nothing; it is left as it stands.
    if let Some(to) = decide(turn, level) {
        enter::go(turn, level, to);
    }
    true
}

/// The arm whose condition holds first.
pub(super) fn decide(turn: &mut Turn<'_>, level: Level) -> Option<StepId> {
    let step = turn.frame(level)?.step;
    let campaign = turn.campaign;
    let Some(Action::Branch { arms, otherwise }) = campaign.steps.get(step.0 as usize).map(|step| &step.action) else {
        return None;
    };
    let scope = turn.scope();
    let held = arms.iter().position(|(condition, _)| eval::holds(condition, &scope));
    let (word, to) = match held.and_then(|at| arms.get(at).map(|(_, to)| (at, *to))) {
        Some((0, to)) => ("the condition holds".to_owned(), to),
        Some((at, to)) => (format!("condition {} of {} holds", at + 1, arms.len()), to),
        None => ("no condition holds".to_owned(), *otherwise),
    };
    turn.write(EntryKind::Decision, Some(step), &[("if", &word)]);
    Some(to)
}

/// How often a loop's body ran.
pub(super) fn rounds(turn: &Turn<'_>, step: StepId) -> u32 {
    turn.enrollment.loops.iter().find(|held| held.step == step).map_or(0, |held| held.ran)
}

/// Leaves a loop.
pub(super) fn end_loop(turn: &mut Turn<'_>, step: StepId, next: StepId, why: &str) -> StepId {
    turn.enrollment.loops.retain(|held| held.step != step);
    turn.write(EntryKind::Decision, Some(step), &[("repeat", why)]);
    next
}

/// The wait between two rounds is over: leave, or run the body once more.
fn look_at_loop(turn: &mut Turn<'_>, step: StepId, times: u32, body: StepId, next: StepId) -> StepId {
    let loops = &mut turn.enrollment.loops;
    if !loops.iter().any(|held| held.step == step) {
        loops.push(crate::model::enrollment::Loop { step, ran: 0, observed: false });
    }
    let held = loops.iter_mut().find(|held| held.step == step);
    match held {
        Some(held) if held.observed => end_loop(turn, step, next, "what it waited for has happened"),
        Some(held) if held.ran < times => {
            held.ran = held.ran.saturating_add(1);
            let round = format!("round {} of {times}", held.ran);
            turn.write(EntryKind::Decision, Some(step), &[("repeat", &round)]);
            body
        }
        Some(_) | None => end_loop(turn, step, next, "all rounds are done"),
    }
}
