//! What takes the path over: a reply, the account's owner writing by hand, a lost account.

use crate::machine::observe::{self, Happened, cut};
use crate::machine::turn::{Level, Turn};
use crate::machine::{enter, eval, observe as seen};
use crate::model::effect::Effect;
use crate::model::enrollment::Status;
use crate::model::event::Reply;
use crate::model::expr::Expr;
use crate::model::id::{RemoteId, StepId};
use crate::model::journal::EntryKind;
use crate::model::time::Timestamp;

/// The class that ends everything unless the campaign says otherwise.
const OPT_OUT: &str = "opt_out";

/// `Event::Replied`. Opting out goes first, then a waiting arm, then the handler (LANGUAGE.md §11, Meaning).
pub(super) fn replied<'a>(turn: &mut Turn<'a>, reply: &'a Reply) -> bool {
    if !seen::is_listening(turn) {
        return false;
    }
    turn.reply = Some(reply);
    note(turn, reply);
    observe::mark(turn, &Happened::Replied(reply));
    turn.hold_queued(None);
    let is_opt_out = reply.classes.iter().any(|class| class == OPT_OUT) && !turn.campaign.handlers.reply_takes_opt_out;
    let is_answered = turn.enrollment.by_hand().is_some();
    if is_answered {
        // They wrote again before the answer went out, or while it did: nothing starts any more, and they are the answerer's.
        turn.drop_handler();
        hand_over(turn);
    }
    let has_ended = turn.enrollment.has_ended();
    if !is_opt_out && (is_answered || (has_ended && is_closed(turn))) {
        return true;
    }
    if is_opt_out {
        opt_out(turn, reply);
    } else if let Some((level, step, target, word)) = observe::fitting_arm(turn, &Happened::Replied(reply)) {
        turn.write(EntryKind::Decision, Some(step), &[("arm", &word)]);
        if level == Level::Path {
            turn.drop_handler();
        }
        enter::go(turn, level, target);
    } else {
        match turn.campaign.handlers.on_reply {
            Some(step) => handle(turn, step, Some(reply.clone()), "on reply"),
            None if turn.campaign.handlers.reply_ignored => enter::take_up_queued(turn),
            None => turn.end_as("replied", None),
        }
    }
    true
}

/// Facts of the reply, and its line.
fn note(turn: &mut Turn<'_>, reply: &Reply) {
    let facts = &mut turn.enrollment.facts;
    if facts.replied_at.is_none_or(|held| reply.at >= held) {
        facts.replied_at = Some(reply.at);
        facts.reply_classes.clone_from(&reply.classes);
        facts.reply_message = Some(reply.message.clone());
        facts.reply_chat.clone_from(&reply.chat);
    }
    // What is written in a group is a reply, but no place to go on writing to the person alone.
    let is_group = turn.enrollment.groups.iter().any(|group| Some(&group.chat) == reply.chat.as_ref());
    if let (Some(line), Some(chat), false) = (turn.enrollment.lines.get_mut(&reply.channel), &reply.chat, is_group) {
        line.chat.get_or_insert_with(|| chat.clone());
    }
    let (text, classes, at) = (cut(&reply.text), reply.classes.join(", "), reply.at.iso_ms());
    let mut detail = vec![("event", "replied"), ("text", text.as_str()), ("channel", reply.channel.word()), ("at", at.as_str())];
    if !classes.is_empty() {
        detail.push(("classes", &classes));
    }
    detail.extend(reply.return_date.as_deref().map(|date| ("return_date", date)));
    detail.push(("message", reply.message.as_str()));
    observe::tell(turn, &detail);
}

/// Has somebody who ended nothing more to say to a handler? The handler ran once already, or a person has it in hand.
fn is_closed(turn: &mut Turn<'_>) -> bool {
    let Status::Ended { outcome, late_reply_done, .. } = &mut turn.enrollment.status else { return false };
    if *late_reply_done {
        return true;
    }
    let outcome = *outcome;
    if matches!(turn.outcome_name(outcome), "opted_out" | "taken_over" | "stopped") {
        return true;
    }
    mark_late(turn);
    false
}

/// Nothing more runs for somebody who has ended.
pub(super) fn mark_late(turn: &mut Turn<'_>) {
    if let Status::Ended { late_reply_done, .. } = &mut turn.enrollment.status {
        *late_reply_done = true;
    }
}

/// `on opt out`, or its default: suppress contact, stop as opted_out.
fn opt_out(turn: &mut Turn<'_>, reply: &Reply) {
    mark_late(turn);
    match turn.campaign.handlers.on_opt_out {
        Some(step) => handle(turn, step, Some(reply.clone()), "on opt out"),
        None => {
            let here = turn.here();
            turn.contact.to_mut().suppress(None);
            turn.effect(Effect::Suppress { channel: None });
            turn.write(EntryKind::Changed, here, &[("suppressed", "everywhere")]);
            turn.end_as("opted_out", None);
        }
    }
}

/// Runs a handler above the path, in place of one that runs. Its instant steps run also in a pause.
pub(super) fn handle(turn: &mut Turn<'_>, step: StepId, reply: Option<Reply>, word: &str) {
    turn.put_handler(step, reply);
    turn.write(EntryKind::Decision, Some(step), &[("handler", word)]);
    enter::run(turn, Level::Handler);
}

/// `Event::Takeover`: a person of ours writes by hand, so the campaign does not.
pub(super) fn taken_over(turn: &mut Turn<'_>, message: &RemoteId, text: &str, at: Timestamp) -> bool {
    if !seen::is_listening(turn) {
        return false;
    }
    let (text, at) = (cut(text), at.iso_ms());
    observe::tell(turn, &[("event", "takeover"), ("text", &text), ("at", &at), ("message", message.as_str())]);
    if turn.enrollment.has_ended() {
        // What still ran for a late reply is the owner's now.
        mark_late(turn);
        turn.drop_handler();
        return true;
    }
    turn.hold_queued(None);
    hand_over(turn);
    true
}

/// Whoever is under way is a person of ours' from now on: `on takeover`, or its default.
pub(super) fn hand_over(turn: &mut Turn<'_>) {
    if turn.enrollment.has_ended() {
        return;
    }
    match turn.campaign.handlers.on_takeover {
        Some(step) => handle(turn, step, None, "on takeover"),
        None => turn.end_as("taken_over", None),
    }
}

/// `Event::Named`: the user's own. A waiting arm goes first, then `on event`.
pub(super) fn named(turn: &mut Turn<'_>, name: &str, data: Option<&str>) -> bool {
    if !seen::is_listening(turn) {
        return false;
    }
    let data = data.map(cut);
    let mut detail = vec![("event", name)];
    detail.extend(data.as_deref().map(|data| ("data", data)));
    observe::tell(turn, &detail);
    if observe::happen(turn, &Happened::Named(name)) || turn.enrollment.has_ended() {
        return true;
    }
    let scope = turn.scope();
    let holds = |guard: &Option<Expr>| guard.as_ref().is_none_or(|guard| eval::holds(guard, &scope));
    let handlers = &turn.campaign.handlers.on_events;
    let found = handlers.iter().find(|(wanted, guard, _)| wanted == name && holds(guard)).map(|(_, _, step)| *step);
    if let Some(step) = found {
        turn.hold_queued(None);
        handle(turn, step, None, &format!("on event \"{name}\""));
    }
    true
}

/// `Event::AccountLost`: nothing unless the campaign says what; the outbox waits by itself.
pub(super) fn account_lost(turn: &mut Turn<'_>, word: &str) -> bool {
    let (Some(step), Status::Active { .. }) = (turn.campaign.handlers.on_account_lost, &turn.enrollment.status) else {
        return false;
    };
    observe::tell(turn, &[("event", "account lost"), ("word", word)]);
    handle(turn, step, None, "on account lost");
    true
}
