//! Statements become steps. A block knows where it leads before it is lowered; steps stand in the order of the text.
//!
//! Every statement takes a fixed number of steps (`size`), so the step behind it is known without a second pass.

use crate::lang::check::names;
use crate::lang::check::shape;
use crate::lang::check::text::TextKind;
use crate::lang::lower::acts;
use crate::lang::lower::builder::Builder;
use crate::lang::lower::expr;
use crate::lang::lower::parts::Parts;
use crate::lang::lower::small;
use crate::lang::source::Span;
use crate::lang::syntax::{Arm, Block, Branch, Event, EventKind, Name, SplitArm, Statement, StatementKind};
use crate::model::campaign::{Action, Engagement, Share, Transition, Trigger};
use crate::model::id::StepId;
use crate::model::time::Delay;

/// Where a statement stands: its step, its label, what stands before it and what follows.
#[derive(Clone, Copy)]
struct Place<'p> {
    label: &'p str,
    id: StepId,
    next: StepId,
}

/// How many steps statements take, parts written out.
pub fn size(parts: &Parts, statements: &[Statement]) -> u32 {
    statements.iter().fold(0, |sum, statement| sum.saturating_add(size_of(parts, statement)))
}

fn size_of(parts: &Parts, statement: &Statement) -> u32 {
    let own = match &statement.kind {
        StatementKind::Do(name) => parts.steps(name),
        StatementKind::WaitFor { .. } | StatementKind::Repeat { .. } => 2,
        StatementKind::Invite { .. }
        | StatementKind::WithdrawInvite
        | StatementKind::Send { .. }
        | StatementKind::SendInmail { .. }
        | StatementKind::StartGroup { .. }
        | StatementKind::VisitProfile
        | StatementKind::Follow
        | StatementKind::LikeLatestPost
        | StatementKind::CommentLatestPost(_)
        | StatementKind::Endorse(_)
        | StatementKind::React(_)
        | StatementKind::CallWebhook(_)
        | StatementKind::Ask { .. }
        | StatementKind::Tag(_)
        | StatementKind::Untag(_)
        | StatementKind::Set { .. }
        | StatementKind::Notify { .. }
        | StatementKind::SuppressContact { .. }
        | StatementKind::PauseUntil(_)
        | StatementKind::Wait(_)
        | StatementKind::WaitUntil(_)
        | StatementKind::WaitUpTo { .. }
        | StatementKind::If { .. }
        | StatementKind::Split { .. }
        | StatementKind::Stop { .. } => 1,
    };
    shape::bodies(&statement.kind).fold(own, |sum, body| sum.saturating_add(size(parts, body)))
}

/// Lowers a block; returns where it begins: its first step, or `next` when it is empty.
pub fn block<'a>(
    builder: &mut Builder<'a, '_>,
    statements: &'a [Statement],
    prefix: &str,
    parent: Option<StepId>,
    next: StepId,
) -> StepId {
    let begin = builder.next_id();
    let mut before = parent;
    for (at, statement) in statements.iter().enumerate() {
        let id = builder.next_id();
        let is_last = at + 1 == statements.len();
        let takes = size_of(&builder.parts, statement);
        let follows = if is_last { next } else { StepId(id.0.saturating_add(takes)) };
        lower(builder, statement, &format!("{prefix}.{}", at + 1), before, follows);
        before = if takes == 0 { before } else { Some(id) };
    }
    if builder.next_id() == begin { next } else { begin }
}

fn lower<'a>(builder: &mut Builder<'a, '_>, statement: &'a Statement, derived: &str, before: Option<StepId>, next: StepId) {
    let (label, is_named) = label(builder, statement, derived);
    if let StatementKind::Do(part) = &statement.kind {
        return written_out(builder, part, label, before, next);
    }
    let id = builder.next_id();
    if let StatementKind::Repeat { times, apart, until, body } = &statement.kind {
        let start = builder.derive_label(&format!("{label}.start"), statement.span);
        builder.reserve(start, false, statement.span, before);
        let place = Place { label: &label, id: StepId(id.0 + 1), next };
        builder.reserve(label.clone(), is_named, statement.span, Some(id));
        builder.fill(id, Action::RepeatStart { repeat: place.id });
        let times = match times {
            Some(times) => times.value,
            None => {
                builder.tell(shape::unbounded_repeat(statement.span));
                1
            }
        };
        let action = repeat(builder, place, times, apart.value, until.as_ref(), body);
        return builder.fill(place.id, action);
    }
    builder.reserve(label.clone(), is_named, statement.span, before);
    let action = action(builder, statement, Place { label: &label, id, next });
    builder.fill(id, action);
    if let (Some(late), Some(step)) = (&statement.late, builder.steps.get_mut(id.0 as usize)) {
        step.late = Some(acts::late(&late.value));
    }
}

/// `do PART`: the part's statements stand here, their labels behind this one's.
fn written_out<'a>(builder: &mut Builder<'a, '_>, name: &Name, site: String, before: Option<StepId>, next: StepId) {
    builder.parts_used.insert(name.value.clone());
    if !builder.campaign.parts.iter().any(|part| part.name == *name) {
        builder.uses.parts.insert(name.value.clone());
    }
    let Some(part) = builder.parts.get(name) else {
        if !builder.parts.has(name) {
            let fault = names::unknown("part", name, builder.parts.names());
            builder.tell_unknown("part", fault);
        }
        return;
    };
    let outer = builder.site.replace(site.clone());
    block(builder, &part.body.statements, &site, before, next);
    builder.site = outer;
}

/// The author's label, else a split's name, else one made from the place.
fn label(builder: &mut Builder, statement: &Statement, derived: &str) -> (String, bool) {
    match (&statement.label, &statement.kind) {
        (Some(label), _) => (builder.take_label(label), true),
        (None, StatementKind::Split { name, .. }) => (builder.derive_label(&builder.inside(&name.value), name.span), true),
        (None, _) => (builder.derive_label(derived, statement.span), false),
    }
}

fn action<'a>(builder: &mut Builder<'a, '_>, statement: &'a Statement, place: Place) -> Action {
    let next = place.next;
    match &statement.kind {
        StatementKind::Invite { note } => {
            small::need_channel(builder, crate::model::account::Channel::Linkedin, statement.span, "invite");
            Action::Invite {
                note: note.as_ref().map(|note| builder.message(note, place.label, TextKind::Note, statement.span)),
                next,
            }
        }
        StatementKind::WithdrawInvite => Action::Withdraw { next },
        StatementKind::Send { channel, text } => {
            if let Some(channel) = channel {
                small::need_channel(builder, channel.value, channel.span, "send");
            }
            let channel = channel.as_ref().map_or(builder.channel, |channel| channel.value);
            let message = builder.message(text, place.label, TextKind::Message, statement.span);
            Action::Send { channel, message, next }
        }
        StatementKind::SendInmail { text, via } => {
            small::need_channel(builder, crate::model::account::Channel::Linkedin, statement.span, "send inmail");
            let message = builder.message(text, place.label, TextKind::Inmail, statement.span);
            Action::Inmail { message, api: via.map(|via| via.value), next }
        }
        StatementKind::StartGroup { subject, members, saying } => {
            acts::group(builder, (place.label, statement.span, next), subject, members, saying)
        }
        StatementKind::VisitProfile => acts::engage(builder, Engagement::VisitProfile, statement.span, next),
        StatementKind::Follow => acts::engage(builder, Engagement::Follow, statement.span, next),
        StatementKind::LikeLatestPost => acts::engage(builder, Engagement::LikePost, statement.span, next),
        StatementKind::CommentLatestPost(text) => {
            let message = builder.message(text, place.label, TextKind::Comment, statement.span);
            acts::engage(builder, Engagement::CommentPost(message), statement.span, next)
        }
        StatementKind::Endorse(skill) => acts::engage(builder, Engagement::Endorse(skill.value.clone()), statement.span, next),
        StatementKind::React(emoji) => acts::engage(builder, Engagement::React(emoji.value.clone()), statement.span, next),
        StatementKind::CallWebhook(address) => acts::webhook(builder, address, next),
        StatementKind::Ask { who, text } => {
            let who = small::recipient(builder, who);
            let message = builder.message(text, place.label, TextKind::Notice, statement.span);
            Action::Ask { who, message, next }
        }
        StatementKind::Tag(tag) => Action::Tag { tag: tag.value.clone(), next },
        StatementKind::Untag(tag) => Action::Untag { tag: tag.value.clone(), next },
        StatementKind::Set { field, value } => small::set(builder, field, value, next),
        StatementKind::Notify { who, text } => {
            let who = small::recipient(builder, who);
            let message = builder.message(text, place.label, TextKind::Notice, statement.span);
            Action::Notify { who, message, next }
        }
        StatementKind::SuppressContact { channel } => {
            Action::Suppress { channel: channel.as_ref().map(|channel| channel.value), next }
        }
        StatementKind::PauseUntil(until) => Action::Pause { until: small::until(builder, until), next },
        StatementKind::Wait(delay) => Action::Wait { delay: delay.value, next },
        StatementKind::WaitUntil(until) => Action::WaitUntil { until: small::until(builder, until), next },
        StatementKind::WaitUpTo { up_to, arms, timeout } => race(builder, place, up_to.value, arms, timeout.as_ref()),
        StatementKind::WaitFor { up_to, event, outcome } => wait_for(builder, place, up_to.value, event, outcome),
        StatementKind::If { branches, otherwise } => branch(builder, place, branches, otherwise.as_ref()),
        // Lowered before: a repeat is two steps, a part as many as it has.
        StatementKind::Repeat { .. } | StatementKind::Do(_) => Action::Return,
        StatementKind::Split { name, arms } => split(builder, place, statement.span, name, arms),
        StatementKind::Stop { outcome, reason } => {
            Action::Stop { outcome: builder.outcome(outcome), reason: reason.as_ref().map(|reason| reason.value.clone()) }
        }
    }
}

fn repeat<'a>(
    builder: &mut Builder<'a, '_>,
    place: Place,
    times: u32,
    apart: Delay,
    until: Option<&'a Event>,
    body: &'a Block,
) -> Action {
    let until = until.and_then(|event| {
        builder.places.untils.insert(place.id, event.span);
        trigger(builder, event)
    });
    let body = block(builder, &body.statements, place.label, Some(place.id), place.id);
    Action::Repeat { times, apart, until, body, next: place.next }
}

fn race<'a>(builder: &mut Builder<'a, '_>, place: Place, up_to: Delay, arms: &'a [Arm], timeout: Option<&'a Block>) -> Action {
    let mut transitions = Vec::new();
    for arm in arms {
        builder.places.arms.insert((place.id, transitions.len()), arm.event.span);
        let trigger = trigger(builder, &arm.event);
        let was_in_reply = builder.is_in_reply;
        builder.is_in_reply = was_in_reply || is_reply(&arm.event.kind);
        let guard = arm.event.guard.as_ref().map(|guard| expr::condition(builder, guard));
        let prefix = format!("{}.{}", place.label, arm_word(&arm.event.kind));
        let target = block(builder, &arm.body.statements, &prefix, Some(place.id), place.next);
        builder.is_in_reply = was_in_reply;
        transitions.extend(trigger.map(|trigger| Transition { trigger, guard, target }));
    }
    let on_timeout = match timeout {
        Some(timeout) => {
            builder.places.arms.insert((place.id, transitions.len()), timeout.span);
            let prefix = format!("{}.timeout", place.label);
            block(builder, &timeout.statements, &prefix, Some(place.id), place.next)
        }
        None => {
            let span = builder.places.steps.get(place.id.0 as usize).copied().unwrap_or_default();
            builder.places.without_timeout.insert(place.id);
            builder.tell(shape::missing_timeout(span, &up_to.to_string()));
            place.next
        }
    };
    Action::Race { up_to, arms: transitions, on_timeout }
}

/// `wait up to D for EVENT or stop as OUTCOME`
fn wait_for<'a>(builder: &mut Builder<'a, '_>, place: Place, up_to: Delay, event: &Event, outcome: &Name) -> Action {
    builder.places.arms.insert((place.id, 0), event.span);
    let trigger = trigger(builder, event);
    let guard = event.guard.as_ref().map(|guard| expr::condition(builder, guard));
    let label = builder.derive_label(&format!("{}.timeout.1", place.label), outcome.span);
    let stop = builder.reserve(label, false, outcome.span, Some(place.id));
    let outcome = builder.outcome(outcome);
    builder.fill(stop, Action::Stop { outcome, reason: None });
    let arms = trigger.map(|trigger| Transition { trigger, guard, target: place.next }).into_iter().collect();
    Action::Race { up_to, arms, on_timeout: stop }
}

fn branch<'a>(builder: &mut Builder<'a, '_>, place: Place, branches: &'a [Branch], otherwise: Option<&'a Block>) -> Action {
    let mut arms = Vec::new();
    for (at, branch) in branches.iter().enumerate() {
        builder.places.arms.insert((place.id, at), branch.condition.span);
        let condition = expr::condition(builder, &branch.condition);
        let prefix = if at == 0 { format!("{}.then", place.label) } else { format!("{}.else_if_{at}", place.label) };
        let target = block(builder, &branch.body.statements, &prefix, Some(place.id), place.next);
        arms.push((condition, target));
    }
    let otherwise = otherwise.map_or(place.next, |otherwise| {
        builder.places.arms.insert((place.id, branches.len()), otherwise.span);
        block(builder, &otherwise.statements, &format!("{}.else", place.label), Some(place.id), place.next)
    });
    Action::Branch { arms, otherwise }
}

fn split<'a>(builder: &mut Builder<'a, '_>, place: Place, span: Span, name: &Name, arms: &'a [SplitArm]) -> Action {
    let sum: u64 = arms.iter().map(|arm| u64::from(arm.share.value)).sum();
    if sum != 100 {
        builder.tell(shape::split_sum(span, name, arms, sum));
    }
    names::once("arm", arms.iter().map(|arm| &arm.name), builder.diagnostics);
    let mut shares = Vec::new();
    for (at, arm) in arms.iter().enumerate() {
        builder.places.arms.insert((place.id, at), arm.name.span);
        let prefix = format!("{}.{}", place.label, arm.name.value);
        let target = block(builder, &arm.body.statements, &prefix, Some(place.id), place.next);
        let percent = u8::try_from(arm.share.value.min(100)).unwrap_or(100);
        shares.push(Share { name: arm.name.value.clone(), percent, target });
    }
    Action::Split { arms: shares }
}

/// The trigger of an event; none when its pattern cannot be read, which was told of.
fn trigger(builder: &mut Builder, event: &Event) -> Option<Trigger> {
    Some(match &event.kind {
        EventKind::Accepted => Trigger::Accepted,
        EventKind::Replied => Trigger::Replied,
        EventKind::ReplyIs(class) => Trigger::ReplyIs(builder.class(class)),
        EventKind::ReplyMatches(regex) => Trigger::ReplyMatches(expr::pattern(builder, regex)?),
        EventKind::Seen => Trigger::Seen,
        EventKind::Delivered => Trigger::Delivered,
        EventKind::Reacted => Trigger::Reacted,
        EventKind::Approved => Trigger::Approved,
        EventKind::Rejected => Trigger::Rejected,
        EventKind::Done => Trigger::Done,
        EventKind::Named(name) => Trigger::Named(name.value.clone()),
    })
}

fn is_reply(kind: &EventKind) -> bool {
    match kind {
        EventKind::Replied | EventKind::ReplyIs(_) | EventKind::ReplyMatches(_) => true,
        EventKind::Accepted | EventKind::Seen | EventKind::Delivered | EventKind::Reacted | EventKind::Named(_) => false,
        EventKind::Approved | EventKind::Rejected | EventKind::Done => false,
    }
}

/// The part of a derived label that names an arm.
fn arm_word(kind: &EventKind) -> String {
    match kind {
        EventKind::Accepted => "accepted".to_owned(),
        EventKind::Replied => "replied".to_owned(),
        EventKind::ReplyIs(class) => format!("reply_is_{}", class.value),
        EventKind::ReplyMatches(_) => "reply_matches".to_owned(),
        EventKind::Seen => "seen".to_owned(),
        EventKind::Delivered => "delivered".to_owned(),
        EventKind::Reacted => "reacted".to_owned(),
        EventKind::Approved => "approved".to_owned(),
        EventKind::Rejected => "rejected".to_owned(),
        EventKind::Done => "done".to_owned(),
        EventKind::Named(name) => event_word(&name.value),
    }
}

/// An event's name as a part of labels.
pub fn event_word(name: &str) -> String {
    format!("event_{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
}
