//! What people of ours do: pause, resume, stop, suppress; and the end of a campaign's own pause.

use crate::machine::enter;
use crate::machine::turn::{Level, Turn};
use crate::model::account::Channel;
use crate::model::enrollment::{Awaits, Pause, Status};
use crate::model::journal::EntryKind;
use crate::model::time::Timestamp;

/// `Event::PauseOver`: a pause of the campaign's own is over.
pub(super) fn pause_over(turn: &mut Turn<'_>, due: Timestamp) -> bool {
    let Some(Pause::Until { until }) = turn.enrollment.pause().cloned() else { return false };
    if due < until || turn.now < until {
        return false;
    }
    turn.ready_at = until;
    unpause(turn, until);
    let here = turn.here();
    turn.write(EntryKind::Resumed, here, &[("because", "the pause is over")]);
    enter::take_up(turn);
    true
}

/// `Event::Paused`: by the operator. A campaign's own pause goes on after it.
pub(super) fn paused(turn: &mut Turn<'_>) -> bool {
    let since = turn.now;
    let here = turn.here();
    match &mut turn.enrollment.status {
        Status::Queued => turn.hold_queued(Some(Pause::Operator { since, then: None })),
        Status::Active { pause: Some(Pause::Operator { .. } | Pause::Broken { .. }), .. } | Status::Ended { .. } => return false,
        Status::Active { pause, .. } => {
            let then = after(pause.as_ref());
            *pause = Some(Pause::Operator { since, then });
        }
    }
    turn.write(EntryKind::Paused, here, &[("by", "operator")]);
    true
}

/// `Event::Broken`: the engine failed at this contact. Nothing of theirs moves until a person resumes or stops them;
/// whoever has ended is listened to no more.
pub(super) fn broken(turn: &mut Turn<'_>, why: &str) -> bool {
    let since = turn.now;
    let here = turn.here();
    let broken = |then| Some(Pause::Broken { since, why: why.to_owned(), then });
    match &mut turn.enrollment.status {
        Status::Queued => turn.hold_queued(broken(None)),
        Status::Active { pause, .. } => *pause = broken(after(pause.as_ref())),
        Status::Ended { late_reply_done, .. } => {
            *late_reply_done = true;
            turn.drop_handler();
        }
    }
    turn.write(EntryKind::Parked, here, &[("why", why)]);
    true
}

/// The campaign's own pause that goes on when the one on top of it is over.
fn after(pause: Option<&Pause>) -> Option<Timestamp> {
    match pause {
        Some(Pause::Until { until }) => Some(*until),
        Some(Pause::Operator { then, .. } | Pause::Broken { then, .. }) => *then,
        None => None,
    }
}

/// `Event::Resumed`: by the operator. Only what the operator paused, or what the engine failed at.
pub(super) fn resumed(turn: &mut Turn<'_>) -> bool {
    let Some(Pause::Operator { then, .. } | Pause::Broken { then, .. }) = turn.enrollment.pause().cloned() else { return false };
    let here = turn.here();
    turn.write(EntryKind::Resumed, here, &[("by", "operator")]);
    if let Some(until) = then.filter(|until| *until > turn.now) {
        if let Status::Active { pause, .. } = &mut turn.enrollment.status {
            *pause = Some(Pause::Until { until });
        }
        return true;
    }
    unpause(turn, turn.now);
    enter::take_up(turn);
    true
}

/// `Event::Stopped`: by the operator.
pub(super) fn stopped(turn: &mut Turn<'_>, reason: Option<&str>) -> bool {
    match &mut turn.enrollment.status {
        Status::Queued | Status::Active { .. } => turn.end_as("stopped", reason),
        Status::Ended { late_reply_done, handler, .. } => {
            let is_done = *late_reply_done && handler.is_none();
            *late_reply_done = true;
            if is_done {
                return false;
            }
            turn.drop_handler();
            turn.write(EntryKind::Changed, None, &[("listens", "no more")]);
        }
    }
    true
}

/// `Event::Suppressed`: from outside this enrollment. Ends whoever it covers.
pub(super) fn suppressed(turn: &mut Turn<'_>, channel: Option<Channel>) -> bool {
    let is_new = channel
        .map_or(!matches!(turn.contact.suppressed, Some(crate::model::contact::Suppression::Everywhere)), |channel| {
            !turn.contact.is_suppressed_on(channel)
        });
    if is_new {
        turn.contact.to_mut().suppress(channel);
    }
    let covers = channel
        .is_none_or(|channel| turn.campaign.channel == channel || turn.enrollment.lines.keys().all(|line| *line == channel));
    match &turn.enrollment.status {
        Status::Queued | Status::Active { .. } if covers => {
            turn.end_as("opted_out", Some("suppressed"));
            true
        }
        Status::Ended { handler: Some(_), .. } if covers => {
            turn.drop_handler();
            turn.write(EntryKind::Changed, None, &[("suppressed", channel.map_or("everywhere", Channel::word))]);
            true
        }
        Status::Queued | Status::Active { .. } | Status::Ended { .. } => is_new,
    }
}

/// Takes the pause away. What fell due in it falls due at its end and is not late.
fn unpause(turn: &mut Turn<'_>, end: Timestamp) {
    if let Status::Active { pause, .. } = &mut turn.enrollment.status {
        *pause = None;
    }
    for level in [Level::Path, Level::Handler] {
        if let Some(frame) = turn.frame_mut(level) {
            match &mut frame.awaits {
                Awaits::Timer { due } => *due = (*due).max(end),
                Awaits::Call { ready_at, .. } | Awaits::Look { ready_at, .. } => *ready_at = (*ready_at).max(end),
                Awaits::Nothing => {}
            }
        }
    }
}
