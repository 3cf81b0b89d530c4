//! Entering steps: what can be done at once is done at once, up to the first step that must wait.

use crate::machine::turn::{Level, NOT_BEGUN, Turn};
use crate::machine::{eval, leave, observe, pace};
use crate::model::account::Channel;
use crate::model::campaign::{Action, Recipient, SetValue, Share};
use crate::model::effect::{Call, Effect, Look};
use crate::model::enrollment::{Asked, Awaits, Loop, Pause, Relation, Status};
use crate::model::expr::Expr;
use crate::model::id::{MessageId, StepId, TaskId, Visit, draw};
use crate::model::journal::EntryKind;
use crate::model::time::Timestamp;

/// `Event::Started`: somebody queued begins.
pub(super) fn started(turn: &mut Turn<'_>) -> bool {
    if turn.enrollment.status != Status::Queued {
        return false;
    }
    let path = turn.new_frame(turn.campaign.entry);
    turn.write(EntryKind::Started, Some(path.step), &[]);
    turn.enrollment.status = Status::Active { path, handler: None, pause: None };
    run(turn, Level::Path);
    true
}

/// Goes to a step: runs it now, or leaves it to be run when a pause or the handler above is over.
pub(super) fn go(turn: &mut Turn<'_>, level: Level, to: StepId) {
    put(turn, level, to);
    if !turn.is_held(level) {
        run(turn, level);
    }
}

/// Stands at a step without running it.
pub(super) fn put(turn: &mut Turn<'_>, level: Level, to: StepId) {
    let next = turn.new_frame(to);
    if let Some(frame) = turn.frame_mut(level) {
        let step = std::mem::replace(frame, next).step;
        turn.enrollment.trail.pass(step);
    }
}

/// After a pause or a handler: takes up what stood still. A timer that is past is fired by whoever keeps timers.
pub(super) fn take_up(turn: &mut Turn<'_>) {
    let Some(level) = turn.running() else { return };
    if turn.is_held(level) {
        return;
    }
    let Some(frame) = turn.frame(level) else { return };
    if frame.visit == NOT_BEGUN {
        turn.enrollment.status = Status::Queued;
        return;
    }
    let (visit, awaits) = (frame.visit, frame.awaits.clone());
    match awaits {
        Awaits::Nothing => run(turn, level),
        Awaits::Timer { .. } => {}
        // With an intent open the outbox finds its way by the intent.
        Awaits::Call { hold: Some(hold), .. } if hold.is_in_doubt() => {}
        Awaits::Call { call, ready_at, .. } => turn.effect(Effect::Call { key: turn.key(visit), call, ready_at }),
        Awaits::Look { look, .. } => turn.effect(Effect::Look { key: turn.key(visit), look }),
    }
}

/// Somebody queued to whom something happened that moves nothing is queued again.
pub(super) fn take_up_queued(turn: &mut Turn<'_>) {
    if turn.frame(Level::Path).is_some_and(|frame| frame.visit == NOT_BEGUN) {
        take_up(turn);
    }
}

/// Runs the step where a level stands, and what follows, until something must be waited for.
pub(super) fn run(turn: &mut Turn<'_>, level: Level) {
    let mut next = turn.frame(level).map(|frame| (frame.step, frame.visit));
    while let Some((step, visit)) = next {
        if turn.fuel == 0 {
            return turn.end_as("stopped", Some("the campaign goes round without waiting"));
        }
        turn.fuel -= 1;
        next = match act(turn, level, step, visit) {
            Some(to) => {
                put(turn, level, to);
                turn.frame(level).map(|frame| (frame.step, frame.visit))
            }
            None => None,
        };
    }
}

/// Does what a step does. Some: it is over, go there. None: it waits, or the path is over.
fn act(turn: &mut Turn<'_>, level: Level, step: StepId, visit: Visit) -> Option<StepId> {
    let campaign = turn.campaign;
    let Some(found) = campaign.steps.get(step.0 as usize) else {
        turn.end_as("stopped", Some("the step does not exist in this version"));
        return None;
    };
    match &found.action {
        Action::Invite { note, next } => invite(turn, level, Call::Invite { note: *note }, *next),
        Action::Withdraw { next } => withdraw(turn, level, *next),
        Action::Send { .. } | Action::Inmail { .. } | Action::Engage { .. } | Action::Group { .. } => {
            Call::of(&found.action, campaign.channel).and_then(|asked| call(turn, level, asked))
        }
        Action::Wait { .. } | Action::WaitUntil { .. } | Action::Race { .. } | Action::Repeat { .. } => {
            begin_wait(turn, level, &found.action, step, visit)
        }
        Action::Branch { arms, .. } => branch(turn, level, arms),
        Action::RepeatStart { repeat } => {
            begin_loop(turn, *repeat);
            Some(*repeat)
        }
        Action::Split { arms } => split(turn, step, arms),
        Action::Tag { next, .. } | Action::Untag { next, .. } | Action::Set { next, .. } => {
            change(turn, step, &found.action);
            Some(*next)
        }
        Action::Suppress { channel, next } => {
            suppress(turn, step, *channel);
            Some(*next)
        }
        Action::Pause { until, next } => {
            let until = pace::until(turn, until, step, visit);
            pause(turn, level, until, *next)
        }
        Action::Notify { who, message, next } => {
            turn.effect(Effect::Notify { key: turn.key(visit), who: who.clone(), message: *message });
            turn.write(EntryKind::Notified, Some(step), &[("who", who_word(who))]);
            Some(*next)
        }
        Action::Ask { who, message, next } => {
            ask(turn, level, step, visit, (who, *message));
            Some(*next)
        }
        Action::Webhook { url, next } => {
            turn.effect(Effect::Webhook { key: turn.key(visit), url: url.clone() });
            turn.write(EntryKind::Notified, Some(step), &[("webhook", url)]);
            Some(*next)
        }
        Action::Stop { outcome, reason } => {
            turn.enrollment.trail.pass(step);
            turn.end(*outcome, reason.as_deref());
            None
        }
        Action::Return => {
            turn.enrollment.trail.pass(step);
            give_back(turn, level);
            None
        }
    }
}

/// A task for a person of ours; what they say is an event, and the path does not wait for it here.
fn ask(turn: &mut Turn<'_>, level: Level, step: StepId, visit: Visit, (who, message): (&Recipient, MessageId)) {
    let asked = Some(Asked { visit, at: turn.now, verdict: None });
    match level {
        Level::Path => turn.enrollment.tasks.path = asked,
        Level::Handler => turn.enrollment.tasks.handler = asked,
    }
    turn.effect(Effect::Ask { key: turn.key(visit), who: who.clone(), message });
    let task = TaskId(turn.key(visit)).to_string();
    turn.write(EntryKind::Notified, Some(step), &[("who", who_word(who)), ("task", &task)]);
}

/// Steps that end by a timer at the latest.
fn begin_wait(turn: &mut Turn<'_>, level: Level, action: &Action, step: StepId, visit: Visit) -> Option<StepId> {
    match action {
        Action::Wait { delay, .. } => {
            let due = pace::after(turn, *delay, step, visit);
            wait(turn, level, due)
        }
        Action::WaitUntil { until, .. } => {
            let due = pace::until(turn, until, step, visit);
            wait(turn, level, due)
        }
        Action::Race { up_to, arms, .. } => {
            if let Some(arm) = observe::arm_that_holds(turn, level, arms) {
                turn.write(EntryKind::Decision, Some(step), &[("arm", &arm.trigger.to_string())]);
                return Some(arm.target);
            }
            let due = pace::after(turn, *up_to, step, visit);
            wait(turn, level, due)
        }
        Action::Repeat { times, apart, next, .. } => {
            if leave::rounds(turn, step) >= *times {
                return Some(leave::end_loop(turn, step, *next, "all rounds are done"));
            }
            let due = pace::after(turn, *apart, step, visit);
            wait(turn, level, due)
        }
        // The caller names every action; these are its others.
        _ => None,
    }
}

/// Steps that change the contact's own data.
fn change(turn: &mut Turn<'_>, step: StepId, action: &Action) {
    match action {
        Action::Tag { tag, .. } if turn.contact.to_mut().tags.insert(tag.clone()) => {
            turn.write(EntryKind::Changed, Some(step), &[("tag", tag)]);
        }
        Action::Untag { tag, .. } if turn.contact.to_mut().tags.remove(tag) => {
            turn.write(EntryKind::Changed, Some(step), &[("untag", tag)]);
        }
        Action::Set { field, value, .. } => set(turn, step, field, value),
        // A tag that was there, or was not; and the caller's other actions.
        _ => {}
    }
}

fn who_word(who: &crate::model::campaign::Recipient) -> &str {
    match who {
        crate::model::campaign::Recipient::Owner => "owner",
        crate::model::campaign::Recipient::Named { name, .. } => name,
    }
}

fn wait(turn: &mut Turn<'_>, level: Level, due: Timestamp) -> Option<StepId> {
    let step = turn.frame(level).map(|frame| frame.step);
    turn.await_at(level, Awaits::Timer { due });
    turn.write(EntryKind::Timer, step, &[("until", &due.iso_ms())]);
    None
}

/// Asks the outbox; in a pause it is asked when the pause is over.
fn call(turn: &mut Turn<'_>, level: Level, call: Call) -> Option<StepId> {
    if turn.contact.is_suppressed_on(turn.enrollment.channel_of(&call)) {
        turn.end_as("opted_out", Some("the contact may not be written to any more"));
        return None;
    }
    let ready_at = turn.ready_at;
    turn.await_at(level, Awaits::Call { call: call.clone(), ready_at, hold: None });
    if let (Some(frame), None) = (turn.frame(level), turn.enrollment.pause()) {
        turn.effect(Effect::Call { key: turn.key(frame.visit), call, ready_at });
    }
    None
}

/// Somebody already connected is not invited.
fn invite(turn: &mut Turn<'_>, level: Level, invitation: Call, next: StepId) -> Option<StepId> {
    if turn.enrollment.facts.relation == Relation::Yes {
        let step = turn.frame(level).map(|frame| frame.step);
        turn.write(EntryKind::Decision, step, &[("invite", "not needed, already connected")]);
        return Some(next);
    }
    call(turn, level, invitation)
}

/// Only what is pending is withdrawn.
fn withdraw(turn: &mut Turn<'_>, level: Level, next: StepId) -> Option<StepId> {
    if turn.enrollment.facts.relation != Relation::Pending {
        let step = turn.frame(level).map(|frame| frame.step);
        turn.write(EntryKind::Decision, step, &[("withdraw", "not needed, nothing is pending")]);
        return Some(next);
    }
    let ready_at = turn.ready_at;
    turn.await_at(level, Awaits::Call { call: Call::Withdraw, ready_at, hold: None });
    if let (Some(frame), None) = (turn.frame(level), turn.enrollment.pause()) {
        turn.effect(Effect::Call { key: turn.key(frame.visit), call: Call::Withdraw, ready_at });
    }
    None
}

/// Conditions that need the world ask it first.
fn branch(turn: &mut Turn<'_>, level: Level, arms: &[(Expr, StepId)]) -> Option<StepId> {
    let is_connected = turn.enrollment.facts.relation == Relation::Yes;
    let look = arms.iter().fold(Look::default(), |look, (condition, _)| Look {
        profile: look.profile || eval::asks_profile(condition, is_connected),
        credit: look.credit || condition.needs_credit(),
    });
    if look == Look::default() {
        return leave::decide(turn, level);
    }
    let ready_at = turn.ready_at;
    turn.await_at(level, Awaits::Look { look, ready_at });
    if let (Some(frame), None) = (turn.frame(level), turn.enrollment.pause()) {
        turn.effect(Effect::Look { key: turn.key(frame.visit), look });
    }
    None
}

fn begin_loop(turn: &mut Turn<'_>, repeat: StepId) {
    let until = match turn.step(repeat).map(|step| &step.action) {
        Some(Action::Repeat { until, .. }) => until.as_ref(),
        Some(_) | None => None,
    };
    // Only acceptance can hold before the loop begins; everything else is observed from here on.
    let observed =
        matches!(until, Some(crate::model::campaign::Trigger::Accepted)) && turn.enrollment.facts.relation == Relation::Yes;
    turn.enrollment.loops.retain(|held| held.step != repeat);
    turn.enrollment.loops.push(Loop { step: repeat, ran: 0, observed });
}

/// The arm a person's hash falls into; the last one takes what rounding leaves.
fn split(turn: &mut Turn<'_>, step: StepId, arms: &[Share]) -> Option<StepId> {
    let label = turn.step(step).map_or("", |step| step.label.as_str());
    let at = draw(&[turn.campaign.name.as_bytes(), label.as_bytes(), turn.contact.key.as_bytes()]) % 100;
    let mut sum = 0u64;
    let taken = arms.iter().find(|arm| {
        sum += u64::from(arm.percent);
        at < sum
    });
    let Some(arm) = taken.or(arms.last()) else {
        turn.end_as("stopped", Some("the split has no arms"));
        return None;
    };
    turn.write(EntryKind::Decision, Some(step), &[("arm", &arm.name)]);
    Some(arm.target)
}

fn set(turn: &mut Turn<'_>, step: StepId, field: &str, value: &SetValue) {
    let text = match value {
        SetValue::Literal(value) => Some(value.to_string()),
        SetValue::Field(other) => turn.scope().field(other).map(str::to_owned),
    };
    let fields = &mut turn.contact.to_mut().fields;
    let shown = text.clone().unwrap_or_default();
    match text {
        Some(text) => fields.insert(field.to_owned(), text),
        None => fields.remove(field),
    };
    turn.write(EntryKind::Changed, Some(step), &[("set", field), ("value", &shown)]);
}

/// Never again, here and in every other campaign.
pub(super) fn suppress(turn: &mut Turn<'_>, step: StepId, channel: Option<Channel>) {
    turn.contact.to_mut().suppress(channel);
    turn.effect(Effect::Suppress { channel });
    turn.write(EntryKind::Changed, Some(step), &[("suppressed", channel.map_or("everywhere", Channel::word))]);
}

/// Somebody under way is paused as a whole; a handler of somebody who has ended just waits.
fn pause(turn: &mut Turn<'_>, level: Level, until: Timestamp, next: StepId) -> Option<StepId> {
    let step = turn.frame(level).map(|frame| frame.step);
    let Status::Active { pause, .. } = &mut turn.enrollment.status else {
        return wait(turn, level, until);
    };
    let until = match pause {
        None => {
            *pause = Some(Pause::Until { until });
            until
        }
        Some(Pause::Until { until: held }) => {
            *held = (*held).max(until);
            *held
        }
        Some(Pause::Operator { then, .. } | Pause::Broken { then, .. }) => {
            *then = Some(then.map_or(until, |held| held.max(until)));
            until
        }
    };
    turn.write(EntryKind::Paused, step, &[("until", &until.iso_ms())]);
    put(turn, level, next);
    None
}

/// A handler fell off its end: back to where the path was.
fn give_back(turn: &mut Turn<'_>, level: Level) {
    match level {
        Level::Path => turn.end_as("stopped", Some("the path fell off its end")),
        Level::Handler => {
            turn.drop_handler();
            take_up(turn);
        }
    }
}
