//! Any event in any state: never a panic, never stuck, nothing backwards.

use crate::machine::paths::INTRO;
use crate::machine::replies::TALK;
use crate::machine::walk::{BEGIN, Make, Walk, campaign};
use campaign_engine::model::account::Channel;
use campaign_engine::model::enrollment::{Awaits, Enrollment, Status};
use campaign_engine::model::event::{Event, Looked, Reply, Settlement, Unneeded, Verdict};
use campaign_engine::model::id::{EffectKey, TaskId, Visit};
use campaign_engine::model::time::{HOUR_MS, Timestamp};
use proptest::prelude::*;

/// An event with numbers still to be made times and visits.
#[derive(Debug, Clone)]
struct Drawn {
    what: u8,
    visit_back: u32,
    hours: i64,
    text: &'static str,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let texts = prop::sample::select(vec!["yes", "no", "later", "who?", "stop", "out of office until 2027-02-01", "price", ""]);
    (0u8..39, 0u32..3, 0i64..100, texts).prop_map(|(what, visit_back, hours, text)| Drawn { what, visit_back, hours, text })
}

fn event(drawn: &Drawn, enrollment: &Enrollment, now: Timestamp) -> Event {
    let visit = Visit(enrollment.visits.saturating_sub(drawn.visit_back));
    let due = enrollment.next_wake().unwrap_or(now);
    let at = now.plus_ms(-drawn.hours * HOUR_MS / 2);
    let settled = |settlement| Event::Settled { visit, settlement };
    match drawn.what {
        0 | 1 => Event::Started,
        2..=6 => Event::Due { visit, due },
        7 => Event::PauseOver { due },
        8..=12 => settled(Settlement::Sent { remote: None, chat: None }),
        13 => settled(Settlement::Unneeded { why: Unneeded::AlreadyConnected }),
        14 => settled(Settlement::Unneeded { why: Unneeded::AlreadyInvited }),
        15 => settled(Settlement::Unneeded { why: Unneeded::NothingPending }),
        16 => settled(Settlement::Failed { code: "no".to_owned() }),
        17 => settled(Settlement::Skipped { why: "late".to_owned() }),
        18 => settled(Settlement::Suppressed),
        19 | 20 => Event::Looked {
            visit,
            looked: Looked { relation: None, open_profile: Some(drawn.hours % 2 == 0), inmail_credit: None },
        },
        21 => Event::Accepted { at },
        22..=24 => Event::Replied(reply(drawn.text, at)),
        25 if drawn.hours % 2 == 0 => Event::ByHand { channel: Channel::Linkedin, text: drawn.text.to_owned() },
        25 => Event::Takeover { message: "m".into(), text: drawn.text.to_owned(), at },
        26 => Event::Seen { at },
        27 => Event::Delivered { at },
        28 => Event::Reacted { emoji: "👍".to_owned(), at },
        29 => Event::Named { name: "booked".to_owned(), data: None },
        30 => Event::AccountLost { word: "x".to_owned() },
        31 => Event::Paused,
        32 => Event::Resumed,
        33 => settled(Settlement::Overdue { why: "late".to_owned() }),
        34..=36 => {
            let verdict = [Verdict::Approved, Verdict::Rejected, Verdict::Done][usize::from(drawn.what) - 34];
            Event::Task { task: TaskId(EffectKey { enrollment: enrollment.id, visit }), verdict }
        }
        37 => Event::Named { name: "signed_up".to_owned(), data: Some("{}".to_owned()) },
        _ if drawn.hours < 10 => Event::Stopped { reason: None },
        _ if drawn.hours < 20 => Event::Suppressed { channel: Some(Channel::Linkedin) },
        _ => Event::AccountBack,
    }
}

fn reply(text: &str, at: Timestamp) -> Reply {
    let verdict = campaign_engine::machine::classify::classify(text, &[], at);
    Reply {
        message: "m".into(),
        chat: None,
        channel: Channel::Linkedin,
        text: text.to_owned(),
        at,
        classes: verdict.classes,
        return_date: verdict.return_date,
    }
}

/// Whoever is under way waits for something, and facts only grow.
fn is_sound(before: &Enrollment, after: &Enrollment) -> Result<(), TestCaseError> {
    prop_assert!(after.visits >= before.visits || matches!(after.status, Status::Queued));
    prop_assert!(!before.has_ended() || after.has_ended(), "somebody who ended came back");
    prop_assert!(after.facts.replied_at >= before.facts.replied_at && after.facts.seen_at >= before.facts.seen_at);
    prop_assert!(after.facts.accepted_at == before.facts.accepted_at || before.facts.accepted_at.is_none());
    prop_assert!(after.sends.invites >= before.sends.invites && after.sends.messages >= before.sends.messages);
    if after.pause().is_none()
        && let Some(frame) = after.frame()
    {
        prop_assert!(frame.awaits != Awaits::Nothing, "nothing will ever move {frame:?}");
    }
    Ok(())
}

fn play(steps: &[(&str, Make)], draws: &[Drawn]) -> Result<(), TestCaseError> {
    let mut walk = Walk::new(campaign(steps));
    for drawn in draws {
        // Mostly to the next wake, so that paths get somewhere; sometimes any time.
        walk.now = match walk.enrollment.next_wake() {
            Some(wake) if drawn.visit_back == 0 => walk.now.max(wake),
            Some(_) | None => walk.now.plus_ms(drawn.hours * HOUR_MS),
        };
        let before = walk.enrollment.clone();
        let event = event(drawn, &before, walk.now);
        walk.happen(&event);
        is_sound(&before, &walk.enrollment)?;
        // The same once more: what is settled, due or looked at is so once.
        if matches!(
            event,
            Event::Settled { .. } | Event::Looked { .. } | Event::Due { .. } | Event::PauseOver { .. } | Event::Started
        ) {
            let settled = walk.enrollment.clone();
            walk.happen(&event);
            let is_again = walk.enrollment.visits > settled.visits;
            prop_assert!(!is_again || matches!(event, Event::Due { .. }), "twice: {event:?}");
        }
    }
    prop_assert!(walk.now >= BEGIN);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_event_in_any_state_of_an_introduction(draws in prop::collection::vec(drawn(), 1..60)) {
        play(INTRO, &draws)?;
    }

    #[test]
    fn any_event_in_any_state_of_a_talk(draws in prop::collection::vec(drawn(), 1..60)) {
        play(TALK, &draws)?;
    }
}
