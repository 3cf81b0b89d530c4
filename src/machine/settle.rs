//! How calls ended: facts first, then the path.

use crate::machine::turn::{Level, Turn};
use crate::machine::{by_hand, enter, observe, react};
use crate::model::campaign::{Campaign, Engagement, LateElse};
use crate::model::effect::Call;
use crate::model::enrollment::{Awaits, Hold, Relation, Status};
use crate::model::event::{Settlement, Unneeded};
use crate::model::id::{ChatId, RemoteId, StepId, Visit};
use crate::model::journal::EntryKind;
use crate::model::time::Timestamp;

/// `Event::Settled`. A settlement of a visit that was left moves facts only.
pub(super) fn settled(turn: &mut Turn<'_>, visit: Visit, settlement: &Settlement) -> bool {
    let here = turn.level_of(visit).and_then(|level| {
        let frame = turn.frame(level)?;
        match &frame.awaits {
            Awaits::Call { call, hold, .. } => Some((level, frame.step, call.clone(), begun(hold.as_ref()))),
            Awaits::Timer { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
        }
    });
    if let Some((level, step, call, begun)) = here {
        record(turn, step, &call, settlement, begun.unwrap_or(turn.now));
        if matches!(call, Call::ByHand { .. }) {
            turn.await_at(level, Awaits::Nothing);
            by_hand::over(turn);
            return true;
        }
        move_on(turn, level, step, &call, settlement);
        return true;
    }
    let Some(at) = turn.enrollment.left.iter().position(|left| left.visit == visit) else { return false };
    let step = turn.enrollment.left.remove(at).step;
    let Some(call) = call_of(turn, step) else { return false };
    record(turn, step, &call, settlement, turn.now);
    true
}

/// Since when the call may have been under way.
fn begun(hold: Option<&Hold>) -> Option<Timestamp> {
    match hold? {
        Hold::Open { since } | Hold::Unknown { since, .. } | Hold::Parked { since, .. } => Some(*since),
        Hold::Retry { .. } => None,
    }
}

/// The call a step makes; of one by hand, as much as its settlement needs.
fn call_of(turn: &Turn<'_>, step: StepId) -> Option<Call> {
    if step == StepId::BY_HAND {
        return Some(Call::ByHand { channel: turn.campaign.channel, text: String::new() });
    }
    Call::of(&turn.step(step)?.action, turn.campaign.channel)
}

/// Facts, counters and the line of the timeline.
fn record(turn: &mut Turn<'_>, step: StepId, call: &Call, settlement: &Settlement, begun: Timestamp) {
    let word = word(call);
    match settlement {
        Settlement::Sent { remote, chat } => {
            performed(turn, call, remote.as_ref(), chat.as_ref(), begun);
            let mut detail = vec![("kind", word), ("provider_id", remote.as_ref().map_or("", RemoteId::as_str))];
            detail.extend(chat.as_ref().map(|chat| ("chat_id", chat.as_str())));
            detail.extend(matches!(call, Call::ByHand { .. }).then_some(("by", "hand")));
            turn.write(EntryKind::Sent, Some(step), &detail);
        }
        Settlement::Unneeded { why } => {
            unneeded(turn, call, *why);
            turn.write(EntryKind::Skipped, Some(step), &[("kind", word), ("why", unneeded_word(*why))]);
        }
        Settlement::Failed { code } => {
            turn.enrollment.trail.fail(step);
            turn.write(EntryKind::Failed, Some(step), &[("kind", word), ("code", code)]);
        }
        Settlement::Skipped { why } | Settlement::Overdue { why } => {
            turn.write(EntryKind::Skipped, Some(step), &[("kind", word), ("why", why)]);
        }
        Settlement::Suppressed => {
            turn.write(
                EntryKind::Cancelled,
                Some(step),
                &[("kind", word), ("why", "the contact may not be written to any more")],
            );
        }
    }
}

fn word(call: &Call) -> &'static str {
    match call {
        Call::Invite { .. } => "invite",
        Call::Withdraw => "withdraw",
        Call::Message { .. } | Call::ByHand { .. } => "message",
        Call::Inmail { .. } => "inmail",
        Call::Engage(engagement) => engagement.word(),
        Call::Group { .. } => "group",
    }
}

fn unneeded_word(why: Unneeded) -> &'static str {
    match why {
        Unneeded::AlreadyConnected => "already connected",
        Unneeded::AlreadyInvited => "already invited",
        Unneeded::NothingPending => "nothing is pending",
    }
}

/// It happened.
fn performed(turn: &mut Turn<'_>, call: &Call, remote: Option<&RemoteId>, chat: Option<&ChatId>, begun: Timestamp) {
    let facts = &mut turn.enrollment.facts;
    let sends = &mut turn.enrollment.sends;
    match call {
        Call::Invite { .. } => {
            sends.invites = sends.invites.saturating_add(1);
            facts.invited_at = facts.invited_at.max(Some(begun));
            if facts.relation != Relation::Yes {
                facts.relation = Relation::Pending;
                facts.invitation = remote.cloned();
            }
        }
        Call::Withdraw => {
            facts.invitation = None;
            if facts.relation == Relation::Pending {
                facts.relation = Relation::None;
            }
            return;
        }
        Call::Message { .. } => {
            sends.messages = sends.messages.saturating_add(1);
            facts.sent_at = facts.sent_at.max(Some(begun));
        }
        // Written where the chat is known; a late settlement does not know on which channel that was.
        Call::ByHand { .. } => {
            sends.messages = sends.messages.saturating_add(1);
            facts.sent_at = facts.sent_at.max(Some(begun));
            return reached(turn, begun);
        }
        // A group has a chat of its own: the talk between the two stays where it was.
        Call::Group { channel, .. } => {
            sends.messages = sends.messages.saturating_add(1);
            facts.sent_at = facts.sent_at.max(Some(begun));
            if let Some(chat) = chat {
                turn.enrollment.join_group(*channel, chat);
            }
            return reached(turn, begun);
        }
        // A comment speaks to the person; other engagement leaves what was sent last as it is.
        Call::Engage(Engagement::CommentPost(_)) => return reached(turn, begun),
        Call::Engage(_) => return,
        Call::Inmail { .. } => {
            sends.inmails = sends.inmails.saturating_add(1);
            facts.sent_at = facts.sent_at.max(Some(begun));
        }
    }
    if let (Some(line), Some(chat)) = (turn.enrollment.lines.get_mut(&call.channel()), chat) {
        line.chat = Some(chat.clone());
    }
    reached(turn, begun);
}

/// The person heard of us.
fn reached(turn: &mut Turn<'_>, begun: Timestamp) {
    let contacted = turn.contact.contacted_at.max(Some(begun));
    if turn.contact.contacted_at != contacted {
        turn.contact.to_mut().contacted_at = contacted;
    }
}

/// It need not happen, and that says something of the person.
fn unneeded(turn: &mut Turn<'_>, call: &Call, why: Unneeded) {
    let facts = &mut turn.enrollment.facts;
    match why {
        Unneeded::AlreadyConnected => {
            facts.relation = Relation::Yes;
            facts.accepted_at = facts.accepted_at.or(Some(turn.now));
            facts.invitation = None;
            observe::mark(turn, &observe::Happened::Accepted);
        }
        Unneeded::AlreadyInvited => facts.relation = facts.relation.max(Relation::Pending),
        Unneeded::NothingPending => {
            if *call == Call::Withdraw && facts.relation == Relation::Pending {
                facts.relation = Relation::None;
            }
            facts.invitation = None;
        }
    }
}

/// The path goes on, or ends.
fn move_on(turn: &mut Turn<'_>, level: Level, step: StepId, call: &Call, settlement: &Settlement) {
    // The frame is done with: what follows must not remember its call as open.
    turn.await_at(level, Awaits::Nothing);
    match settlement {
        // An invitation that cannot be taken back, a post that is not there to be liked: no send that failed.
        Settlement::Failed { .. } if matches!(call, Call::Withdraw | Call::Engage(_)) => go_on(turn, level, step),
        Settlement::Overdue { why } if stops_late(turn, step) => turn.end_as("send_failed", Some(why)),
        Settlement::Overdue { .. } => go_on(turn, level, step),
        Settlement::Sent { .. } | Settlement::Unneeded { .. } | Settlement::Skipped { .. } => go_on(turn, level, step),
        // A late handler that fails changes nothing of how it ended.
        Settlement::Failed { .. } if matches!(turn.enrollment.status, Status::Ended { .. }) => turn.drop_handler(),
        Settlement::Failed { code } => fail(turn, level, step, code),
        Settlement::Suppressed => turn.end_as("opted_out", Some("the contact may not be written to any more")),
    }
}

/// Does the step's `late:` end the path?
fn stops_late(turn: &Turn<'_>, step: StepId) -> bool {
    let late = turn.step(step).and_then(|step| step.late);
    late.is_some_and(|late| late.otherwise == LateElse::Stop)
}

/// `on send failed`, or its default. A send of that handler itself that fails ends the path: it does not call itself.
fn fail(turn: &mut Turn<'_>, level: Level, step: StepId, code: &str) {
    let handler = turn.campaign.handlers.on_send_failed;
    let Some(entry) = handler.filter(|entry| !leads_to(turn.campaign, *entry, step)) else {
        return turn.end_as("send_failed", Some(code));
    };
    // Where the handler returns to: what follows the send.
    let next = turn.step(step).and_then(|found| found.action.targets().first().copied());
    if let (Level::Path, Some(next)) = (level, next) {
        // A handler that runs above the path is not disturbed: it may be answering somebody.
        if turn.frame(Level::Handler).is_some() {
            return enter::go(turn, level, next);
        }
        enter::put(turn, level, next);
    }
    // In a handler, it takes the place of the one whose send failed.
    react::handle(turn, entry, None, "on send failed");
}

/// Does a way lead from one step to another?
fn leads_to(campaign: &Campaign, from: StepId, to: StepId) -> bool {
    let mut seen = vec![from];
    let mut at = 0;
    while let Some(step) = seen.get(at).copied() {
        if step == to {
            return true;
        }
        let targets = campaign.steps.get(step.0 as usize).map(|step| step.action.targets()).unwrap_or_default();
        for target in targets {
            if !seen.contains(&target) {
                seen.push(target);
            }
        }
        at += 1;
    }
    false
}

/// To the step after the call.
fn go_on(turn: &mut Turn<'_>, level: Level, step: StepId) {
    let next = turn.step(step).and_then(|found| found.action.targets().first().copied());
    match next {
        Some(next) => enter::go(turn, level, next),
        None => turn.end_as("stopped", Some("the path leads nowhere")),
    }
}
