//! A person of ours writes through the engine: the call stands above the path like a handler, and once it has ended the
//! person is theirs, as after any takeover.

use crate::machine::turn::{Level, Turn};
use crate::machine::{observe, react};
use crate::model::account::Channel;
use crate::model::effect::{Call, Effect};
use crate::model::enrollment::{Awaits, Pause, Status};
use crate::model::id::StepId;

/// `Event::ByHand`: one at a time, where there is a chat, and not while a person of ours holds the contact.
pub(super) fn asked(turn: &mut Turn<'_>, channel: Channel, text: &str) -> bool {
    let has_chat = turn.enrollment.lines.get(&channel).is_some_and(|line| line.chat.is_some());
    let is_held = matches!(turn.enrollment.pause(), Some(Pause::Operator { .. } | Pause::Broken { .. }));
    if !has_chat || is_held || turn.enrollment.by_hand().is_some() || turn.contact.is_suppressed_on(channel) {
        return false;
    }
    observe::tell(turn, &[("event", "by hand"), ("text", &observe::cut(text)), ("channel", channel.word())]);
    react::mark_late(turn);
    turn.hold_queued(None);
    // The campaign's own pause was for an answer; here it is.
    if let Status::Active { pause, .. } = &mut turn.enrollment.status {
        *pause = None;
    }
    turn.put_handler(StepId::BY_HAND, None);
    let call = Call::ByHand { channel, text: text.to_owned() };
    let ready_at = turn.now;
    turn.await_at(Level::Handler, Awaits::Call { call: call.clone(), ready_at, hold: None });
    if let Some(visit) = turn.frame(Level::Handler).map(|frame| frame.visit) {
        turn.effect(Effect::Call { key: turn.key(visit), call, ready_at });
    }
    true
}

/// Its call has ended, however it did: whoever was under way is taken over.
pub(super) fn over(turn: &mut Turn<'_>) {
    turn.drop_handler();
    react::hand_over(turn);
}
