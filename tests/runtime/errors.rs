//! `engine errors`: what went wrong lately, by its cause, over rows put there by hand.

use crate::machine::walk::{BEGIN, Walk};
use crate::runtime::desk::Desk;
use campaign_engine::model::account::Health;
use campaign_engine::model::enrollment::{Awaits, Hold, Pause, Status};
use campaign_engine::model::id::{EffectKey, EnrollmentId, OutcomeId, StepId, Visit};
use campaign_engine::model::journal::{Entry, EntryKind, Record};
use campaign_engine::model::outgoing::{Delivery, LetterKind, Outgoing};
use campaign_engine::model::time::{DAY_MS, Timestamp};
use campaign_engine::runtime::query::errors::{ErrorGroup, ErrorKind};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

fn groups(desk: &Desk) -> Vec<ErrorGroup> {
    desk.query().errors(None).unwrap().groups
}

/// Kind, code and people of each group, in their order.
fn check(desk: &Desk, expected: &[(ErrorKind, &str, u64)]) {
    let found = groups(desk);
    let short: Vec<(ErrorKind, &str, u64)> = found.iter().map(|one| (one.kind, one.code.as_str(), one.people)).collect();
    assert_eq!(short, expected);
    assert!(found.iter().all(|one| !one.means.is_empty() && !one.way_out.is_empty() && !one.last_at.is_empty()), "{found:#?}");
}

fn holding(desk: &Desk, id: u64, key: &str, hold: Hold) {
    let mut walk = desk.person(id, key, &["start"]);
    if let Some(Awaits::Call { hold: held, .. }) = walk.enrollment.frame_mut().map(|frame| &mut frame.awaits) {
        *held = Some(hold);
    }
    desk.place(&walk);
}

fn send_failed(desk: &Desk) -> OutcomeId {
    let at = desk.installed.campaign.outcomes.iter().position(|outcome| outcome.name == "send_failed").unwrap();
    OutcomeId(at as u32)
}

/// Ended so many days before the question.
fn ended(desk: &Desk, id: u64, reason: &str, days: i64) -> Walk {
    let mut walk = desk.person(id, &format!("ended-{id}"), &["start"]);
    let at = desk.now.plus_ms(-days * DAY_MS);
    walk.enrollment.status = Status::Ended {
        outcome: send_failed(desk),
        reason: Some(reason.to_owned()),
        at,
        listens_until: at.plus_ms(30 * DAY_MS),
        handler: None,
        late_reply_done: false,
    };
    walk.enrollment.updated_at = at;
    desk.place(&walk);
    walk
}

#[test]
fn what_holds_somebody_up_stands_before_what_is_over() {
    let mut desk = Desk::new();
    check(&desk, &[]);
    desk.person(1, "ada", &["start"]);
    check(&desk, &[]);
    holding(&desk, 2, "bob", Hold::Retry { until: BEGIN, attempts: 2, code: "no_channel".to_owned() });
    holding(&desk, 3, "cleo", Hold::Unknown { since: BEGIN, next_read: BEGIN, absent_at: None });
    for id in [4, 5] {
        let why = "whether it was sent could not be read for a day (unreachable)".to_owned();
        holding(&desk, id, &format!("dan-{id}"), Hold::Parked { since: Timestamp(BEGIN.0 + id as i64), why });
    }
    let mut eve = desk.person(6, "eve", &["start"]);
    if let Status::Active { pause, .. } = &mut eve.enrollment.status {
        *pause = Some(Pause::Broken { since: BEGIN, why: "index out of bounds".to_owned(), then: None });
    }
    desk.place(&eve);
    ended(&desk, 7, "user_unreachable", 1);
    ended(&desk, 8, "user_unreachable", 3);
    ended(&desk, 9, "text: `company` has no value", 2);
    ended(&desk, 10, "user_unreachable", 31);
    desk.account.health = Health::Lost { since: BEGIN, word: "CREDENTIALS".to_owned() };
    desk.keep();
    check(
        &desk,
        &[
            (ErrorKind::Parked, "unreachable", 2),
            (ErrorKind::Broken, "engine_failed", 1),
            (ErrorKind::Account, "CREDENTIALS", 6),
            (ErrorKind::Ended, "user_unreachable", 2),
            (ErrorKind::Ended, "text", 1),
            (ErrorKind::Unknown, "no_answer", 1),
            (ErrorKind::Retry, "no_channel", 1),
        ],
    );
    let found = groups(&desk);
    let newest = |at: usize| found[at].newest.as_ref().map(|one| (one.id, one.step.as_deref()));
    assert_eq!((newest(0), newest(3)), (Some((5, Some("connect"))), Some((7, None))));
    assert_eq!(
        (found[0].campaigns.as_slice(), found[0].accounts.as_slice()),
        (["hello".to_owned()].as_slice(), ["lina".to_owned()].as_slice())
    );
    assert!(found[0].way_out.contains("engine resolve CONTACT sent"), "{}", found[0].way_out);
    assert_eq!(found[3].means, "this person cannot be written to there");
    assert!(desk.query().errors(Some("other")).is_err());
    assert_eq!(desk.query().errors(Some("hello")).unwrap().groups, found);
}

#[test]
fn a_call_that_the_path_went_on_without_is_named_by_its_code() {
    let desk = Desk::new();
    let mut ada = desk.person(1, "ada", &["start", "sent inv_1"]);
    ada.enrollment.trail.fail(StepId(0));
    let detail = vec![("kind".to_owned(), "invite".to_owned()), ("code".to_owned(), "invalid_post".to_owned())];
    let entry = Entry { at: BEGIN, kind: EntryKind::Failed, step: "connect".to_owned(), version: 1, detail };
    desk.put_told(vec![Record::Enrollment(Box::new(ada.enrollment.clone()))], vec![(EnrollmentId(1), entry)]);
    check(&desk, &[(ErrorKind::Skipped, "invalid_post", 1)]);
    assert_eq!(groups(&desk)[0].means, "the post is not there any more; the path went on");
}

#[test]
fn letters_that_did_not_arrive_are_told_by_their_host() {
    let desk = Desk::new();
    desk.person(1, "ada", &["start"]);
    let letter = |row: u64, state: Delivery| {
        Record::Outgoing(Box::new(Outgoing {
            row,
            kind: LetterKind::Webhook,
            url: "https://hooks.acme.example/new?key=s3cret".to_owned(),
            id: format!("msg_{row}"),
            body: "{}".to_owned(),
            made_at: BEGIN,
            key: Some(EffectKey { enrollment: EnrollmentId(1), visit: Visit(1) }),
            attempts: 10,
            state,
        }))
    };
    let failed = |row| letter(row, Delivery::Failed { at: BEGIN, code: "http_410".to_owned() });
    desk.put(vec![
        letter(1, Delivery::Due { next: BEGIN, last: None }),
        letter(2, Delivery::Due { next: BEGIN, last: Some("http_503".to_owned()) }),
        failed(3),
        failed(4),
    ]);
    check(&desk, &[(ErrorKind::Letter, "http_410", 2), (ErrorKind::Letter, "http_503", 1)]);
    let told = format!("{:?}", groups(&desk));
    assert!(told.contains("hooks.acme.example did not take") && !told.contains("s3cret"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every person whose send failed lately is in exactly one group.
    #[test]
    fn nobody_is_counted_twice_or_left_out(ends in proptest::collection::vec((any::<bool>(), 0_i64..60), 1..12)) {
        let desk = Desk::new();
        for ((is_one, days), id) in ends.iter().zip(1..) {
            ended(&desk, id, if *is_one { "blocked_recipient" } else { "a sentence of no code" }, *days);
        }
        let counted: u64 = groups(&desk).iter().map(|group| group.people).sum();
        prop_assert_eq!(counted, ends.iter().filter(|(_, days)| *days <= 30).count() as u64);
    }
}

/// The machine's own way of failing ends in the same group.
#[test]
fn a_send_that_the_machine_fails_is_told() {
    let desk = Desk::new();
    desk.person(1, "ada", &["start", "failed cannot_invite_attendee"]);
    check(&desk, &[(ErrorKind::Ended, "cannot_invite_attendee", 1)]);
}
