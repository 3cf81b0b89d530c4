//! Going on in another version of the campaign (LANGUAGE.md §7). What a person has behind them is kept by label; what they
//! wait for is kept when they stay. Decides nothing of who goes where: that is `model::passage`.

use crate::machine::turn::{Level, NOT_BEGUN, Turn};
use crate::machine::{Advance, Person, enter};
use crate::model::campaign::Action;
use crate::model::effect::{Call, Effect};
use crate::model::enrollment::{Awaits, Enrollment, Hold, Loop, Status, Trail};
use crate::model::id::{CampaignId, StepId};
use crate::model::journal::EntryKind;
use crate::model::passage::{Landing, Passage};
use crate::model::time::Timestamp;

/// Moves a person to the newer version of the passage, installed as `to`. For nobody with a call in flight or a handler at
/// work: what those end in belongs to the version they began in. Facts, sends, accounts and chats stay as they are; the
/// visit grows, so that nothing of the old stay can mean anything any more.
pub fn moved(passage: &Passage<'_>, to: CampaignId, landing: Landing, person: &Person<'_>, now: Timestamp) -> Advance {
    let mut turn = Turn::new(passage.to, person, now);
    let old = person.enrollment.frame().filter(|frame| frame.visit != NOT_BEGUN).map(|frame| frame.step);
    let old = old.and_then(|step| passage.from.steps.get(step.0 as usize)).map_or("", |step| step.label.as_str());
    let (from, version) = (passage.from.version.to_string(), passage.to.version.to_string());
    turn.enrollment.campaign = to;
    turn.enrollment.loops = loops(passage, person.enrollment);
    turn.enrollment.trail = trail(passage, person.enrollment);
    turn.enrollment.left.clear();
    let step = match landing {
        Landing::Stay(step) | Landing::Enter(step) => Some(step),
        Landing::Finish => None,
    };
    turn.write(EntryKind::Moved, step, &[("from", &from), ("to", &version), ("at", old)]);
    match landing {
        Landing::Stay(step) => stay(&mut turn, step),
        Landing::Enter(step) => land(&mut turn, step),
        Landing::Finish => {}
    }
    turn.finish(person)
}

/// Takes somebody who has not begun over to a newer version: they begin there. None: they have begun, or ended.
pub fn rebound(passage: &Passage<'_>, to: CampaignId, person: &Person<'_>, now: Timestamp) -> Option<Advance> {
    let mut turn = Turn::new(passage.to, person, now);
    match &mut turn.enrollment.status {
        Status::Queued => {}
        Status::Active { path, handler: None, .. } if path.visit == NOT_BEGUN => path.step = passage.to.entry,
        Status::Active { .. } | Status::Ended { .. } => return None,
    }
    turn.enrollment.campaign = to;
    let (from, version) = (passage.from.version.to_string(), passage.to.version.to_string());
    turn.write(EntryKind::Moved, None, &[("from", &from), ("to", &version)]);
    Some(turn.finish(person))
}

/// Rounds done count on in the loop of the same label.
fn loops(passage: &Passage<'_>, enrollment: &Enrollment) -> Vec<Loop> {
    let there = |held: &Loop| {
        let step = passage.same(held.step)?;
        let is_loop = matches!(passage.to.steps.get(step.0 as usize).map(|step| &step.action), Some(Action::Repeat { .. }));
        is_loop.then(|| Loop { step, ..held.clone() })
    };
    enrollment.loops.iter().filter_map(there).collect()
}

/// What they have behind them, by label.
fn trail(passage: &Passage<'_>, enrollment: &Enrollment) -> Trail {
    let mut trail = Trail::default();
    for at in 0..passage.from.steps.len() {
        let here = StepId(at as u32);
        let Some(there) = passage.same(here) else { continue };
        if enrollment.trail.has_passed(here) {
            trail.pass(there);
        }
        if enrollment.trail.has_failed(here) {
            trail.fail(there);
        }
    }
    trail
}

/// Stands at the same place there: a timer keeps its end, a call its turn in the queue. A place of another kind is entered.
fn stay(turn: &mut Turn<'_>, step: StepId) {
    let Some(held) = turn.frame(Level::Path).cloned() else { return };
    let Some(awaits) = kept(turn, &held.awaits, step) else { return land(turn, step) };
    let mut frame = turn.new_frame(step);
    frame.entered_at = held.entered_at;
    frame.awaits = awaits.clone();
    let key = turn.key(frame.visit);
    if let Some(path) = turn.frame_mut(Level::Path) {
        *path = frame;
    }
    if let (Awaits::Call { call, ready_at, .. }, None) = (awaits, turn.enrollment.pause()) {
        turn.effect(Effect::Call { key, call, ready_at });
    }
}

/// What goes on of a wait at a step there; none: the step is of another kind.
fn kept(turn: &Turn<'_>, awaits: &Awaits, step: StepId) -> Option<Awaits> {
    let action = &turn.step(step)?.action;
    match awaits {
        Awaits::Timer { due } => {
            let waits =
                matches!(action, Action::Wait { .. } | Action::WaitUntil { .. } | Action::Race { .. } | Action::Repeat { .. });
            waits.then_some(Awaits::Timer { due: *due })
        }
        Awaits::Call { call, ready_at, hold } => {
            let there = Call::of(action, turn.campaign.channel)?;
            let is_same_kind = std::mem::discriminant(&there) == std::mem::discriminant(call);
            let hold = hold.clone().filter(|hold| matches!(hold, Hold::Retry { .. }));
            is_same_kind.then_some(Awaits::Call { call: there, ready_at: *ready_at, hold })
        }
        // It is read again; a reading tells nobody anything.
        Awaits::Look { .. } => None,
        // It stands still for a pause, and runs when that is over.
        Awaits::Nothing => Some(Awaits::Nothing),
    }
}

/// Enters a step, now or when the pause is over.
fn land(turn: &mut Turn<'_>, step: StepId) {
    let frame = turn.new_frame(step);
    if let Some(path) = turn.frame_mut(Level::Path) {
        *path = frame;
    }
    if !turn.is_held(Level::Path) {
        enter::run(turn, Level::Path);
    }
}
