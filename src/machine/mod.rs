//! What decides: `advance` says what an event means for an enrollment. Pure and total: no clock, no chance, no I/O.
//!
//! Imports only `model`. It must never perform anything, never ask the time and never fail: whatever event meets
//! whatever state, there is an answer. Start at [`advance`]: one match, one room a family of events. `enter` runs steps,
//! `leave` ends waits, `settle` takes the ends of calls, `observe` and `react` take what the person did, `control` what
//! people of ours did, `by_hand` what they write; `eval` decides conditions, `pace` finds times, `turn` collects what one event changes;
//! `migrate` takes somebody over to another version.

mod by_hand;
pub mod classify;
mod control;
mod enter;
pub mod eval;
mod leave;
pub mod migrate;
mod observe;
mod pace;
mod react;
mod settle;
mod turn;

use crate::model::account::SenderProfile;
use crate::model::campaign::Campaign;
use crate::model::contact::Contact;
use crate::model::effect::Effect;
use crate::model::enrollment::Enrollment;
use crate::model::event::Event;
use crate::model::journal::Entry;
use crate::model::time::Timestamp;

/// How long somebody who has ended is listened to (LANGUAGE.md §5): 30 days.
pub const LISTEN_MS: i64 = 30 * crate::model::time::DAY_MS;

/// Who an event is for.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    pub enrollment: &'a Enrollment,
    pub contact: &'a Contact,
    /// The profile of the account that speaks to them.
    pub sender: &'a SenderProfile,
}

/// What one event changed, to be committed at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Advance {
    pub enrollment: Enrollment,
    /// The person, when the event changed them.
    pub contact: Option<Contact>,
    pub effects: Vec<Effect>,
    pub entries: Vec<Entry>,
}

/// What the event means for the person. None: nothing here (an old timer, a duplicate, the wrong state).
pub fn advance(campaign: &Campaign, person: &Person<'_>, event: &Event, now: Timestamp) -> Option<Advance> {
    let mut turn = turn::Turn::new(campaign, person, now);
    let means = match event {
        Event::Started => enter::started(&mut turn),
        Event::Due { visit, due } => leave::due(&mut turn, *visit, *due),
        Event::PauseOver { due } => control::pause_over(&mut turn, *due),
        Event::Settled { visit, settlement } => settle::settled(&mut turn, *visit, settlement),
        Event::Looked { visit, looked } => leave::looked(&mut turn, *visit, looked),
        Event::Accepted { at } => observe::accepted(&mut turn, *at),
        Event::Replied(reply) => react::replied(&mut turn, reply),
        Event::Takeover { message, text, at } => react::taken_over(&mut turn, message, text, *at),
        Event::ByHand { channel, text } => by_hand::asked(&mut turn, *channel, text),
        Event::Seen { at } => observe::seen(&mut turn, *at),
        Event::Delivered { at } => observe::delivered(&mut turn, *at),
        Event::Reacted { emoji, at } => observe::reacted(&mut turn, emoji, *at),
        Event::Named { name, data } => react::named(&mut turn, name, data.as_deref()),
        Event::Task { task, verdict } => observe::judged(&mut turn, *task, *verdict),
        Event::AccountLost { word } => react::account_lost(&mut turn, word),
        // What waited for the account is taken up by the outbox; no path turns on it.
        Event::AccountBack => false,
        Event::Paused => control::paused(&mut turn),
        Event::Resumed => control::resumed(&mut turn),
        Event::Stopped { reason } => control::stopped(&mut turn, reason.as_deref()),
        Event::Broken { why } => control::broken(&mut turn, why),
        Event::Suppressed { channel } => control::suppressed(&mut turn, *channel),
    };
    means.then(|| {
        turn.look_at_goal();
        turn.finish(person)
    })
}
