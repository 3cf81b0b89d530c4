//! What questions answer, over rows put there by hand.

use crate::machine::walk::BEGIN;
use crate::runtime::desk::Desk;
use campaign_engine::model::account::{Budget, Health};
use campaign_engine::model::campaign::{Caps, Limits, Ramp};
use campaign_engine::model::enrollment::{Awaits, Hold, Relation, Status};
use campaign_engine::model::id::EnrollmentId;
use campaign_engine::model::journal::{Entry, Meta, Record};
use campaign_engine::model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use campaign_engine::runtime::query::rows::ContactRow;
use serde_json::{Value, json};
use std::ops::ControlFlow;

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap_or_default().to_owned()
}

/// The reason, the end of the wait, the moment of the send, the next moment of anything; times to the minute, UTC.
fn check(desk: &Desk, expected: [&str; 4]) {
    let why = desk.why("ada");
    let short = |at: &Option<String>| at.as_deref().map_or("-", |at| &at[..16]).to_owned();
    let found = [word(&why.reason), short(&why.wait_ends_at), short(&why.sends_at), short(&why.next_at)];
    assert_eq!(found, expected, "{why:#?}");
    assert!(!why.sentence.is_empty());
}

#[test]
fn a_wait_shows_its_end_and_the_moment_of_the_send() {
    let mut desk = Desk::new();
    // Accepted on Monday: a wait of some hours, then a message within hours.
    desk.person(1, "ada", &["start", "sent inv_1", "accepted"]);
    check(&desk, ["timer", "2027-01-04T16:38", "2027-01-05T08:00", "2027-01-04T16:38"]);
    let why = desk.why("ada");
    assert_eq!((why.sends.as_deref(), why.sends_kind.as_deref()), (Some("first"), Some("message")));
    assert_eq!((why.step.as_deref(), why.account.as_deref()), (Some("rest"), Some("lina")));
    assert_eq!(why.sentence, "it waits 2 to 20 hours");
    // A race ends by an event or by time.
    desk.person(1, "ada", &["start", "sent inv_1"]);
    check(&desk, ["event", "2027-01-18T09:00", "2027-01-18T09:00", "2027-01-18T09:00"]);
    let why = desk.why("ada");
    assert_eq!(why.sentence, "it waits up to 14 days for `accepted`");
    assert_eq!(why.changes[0], "`accepted` leads to `rest`");
    assert_eq!(why.changes[1], "otherwise, when the wait ends, it goes on to `back`");
    // The message itself, on a Saturday.
    desk.now = BEGIN.plus_ms(5 * DAY_MS);
    desk.person(1, "ada", &["start", "sent inv_1", "accepted", "due"]);
    check(&desk, ["window", "-", "2027-01-11T08:00", "2027-01-11T08:00"]);
}

#[test]
fn what_holds_a_call_back_is_named() {
    let mut desk = Desk::new();
    desk.person(1, "ada", &["start"]);
    check(&desk, ["ready", "-", "2027-01-04T09:00", "2027-01-04T09:00"]);
    desk.account.free_at = Some(BEGIN.plus_ms(7 * MINUTE_MS));
    desk.keep();
    check(&desk, ["gap", "-", "2027-01-04T09:07", "2027-01-04T09:07"]);
    desk.account.cooldowns = vec![(Budget::Invites, BEGIN.plus_ms(2 * HOUR_MS)), (Budget::Messages, BEGIN.plus_ms(9 * HOUR_MS))];
    desk.keep();
    check(&desk, ["cool_down", "-", "2027-01-04T11:00", "2027-01-04T11:00"]);
    // 20 a day: the 20th before now leaves the window first.
    desk.use_up(Budget::Invites, 20, 20);
    check(&desk, ["limit", "-", "2027-01-04T12:41", "2027-01-04T12:41"]);
    let why = desk.why("ada");
    assert_eq!(why.sentence, "limit of account `lina` is reached: 20 invites in 24 hours");
    assert_eq!(why.obstacles.len(), 3);
    // 100 a week bind longer.
    desk.use_up(Budget::Invites, 90, 50);
    check(&desk, ["limit", "-", "2027-01-11T08:00", "2027-01-11T08:00"]);
    let limit = desk.why("ada").obstacles.into_iter().find(|obstacle| obstacle.sentence.contains("7 days")).unwrap();
    assert_eq!(limit.sentence, "limit of account `lina` is reached: 100 invites in 7 days");
}

#[test]
fn a_ramp_a_campaigns_own_limit_and_the_ceiling() {
    let mut desk = Desk::new();
    desk.person(1, "ada", &["start"]);
    desk.account.first_used = Some(BEGIN.plus_ms(-HOUR_MS));
    desk.keep();
    desk.use_up(Budget::Invites, 4, 1);
    assert_eq!(desk.why("ada").sentence, "limit of account `lina` is reached: 4 invites in 24 hours, 20 once it has ramped up");
    desk.account.first_used = Some(BEGIN.plus_ms(-40 * DAY_MS));
    desk.installed.campaign.limits.caps.insert(Budget::Invites, Caps { day: Some(3), week: None, month: None });
    desk.keep();
    check(&desk, ["campaign_limit", "-", "2027-01-05T08:00", "2027-01-05T08:00"]);
    desk.installed.campaign.limits = Limits { invites_pending_max: Some(1), ..Limits::default() };
    desk.keep();
    desk.person(2, "bob", &["start", "sent inv_2"]);
    check(&desk, ["pending_ceiling", "-", "-", "-"]);
    assert_eq!(desk.why("ada").sentence, "account `lina` is at its ceiling of pending invitations: 1 of 1");
}

/// Places under the ceiling: one of the invitation that waits itself would keep it waiting for ever.
#[test]
fn what_takes_a_place_under_the_ceiling() {
    let mut desk = Desk::new();
    desk.installed.campaign.limits = Limits { invites_pending_max: Some(1), ..Limits::default() };
    desk.keep();
    desk.person(1, "ada", &["start"]);
    let mut bob = desk.person(2, "bob", &["start"]);
    let mut check_with = |relation, hold: Option<Hold>, expected: &str| {
        bob.enrollment.facts.relation = relation;
        if let Some(Awaits::Call { hold: held, .. }) = bob.enrollment.frame_mut().map(|frame| &mut frame.awaits) {
            *held = hold;
        }
        desk.place(&bob);
        assert_eq!(serde_json::to_value(desk.why("ada")).unwrap()["reason"], expected, "{relation:?}");
        desk.why("ada").sentence
    };
    let parked = || Some(Hold::Parked { since: BEGIN, why: "the list cannot be read".to_owned() });
    check_with(Relation::None, None, "ready");
    // Invited by another campaign, which counts it.
    check_with(Relation::Pending, None, "ready");
    check_with(Relation::None, Some(Hold::Retry { until: BEGIN, attempts: 1, code: "unreachable".to_owned() }), "ready");
    check_with(Relation::None, Some(Hold::Open { since: BEGIN }), "pending_ceiling");
    let sentence = check_with(Relation::None, parked(), "pending_ceiling");
    assert_eq!(
        sentence,
        "account `lina` is at its ceiling of pending invitations: 1 of 1, 1 of them parked (`engine status --contacts --where parked` names them)"
    );
    // They have accepted: nothing is pending, whatever became of the call.
    check_with(Relation::Yes, parked(), "ready");
}

#[test]
fn calls_that_are_held_wait_for_what_holds_them() {
    let desk = Desk::new();
    let at = |hours: i64| BEGIN.plus_ms(hours * HOUR_MS);
    let rows = [
        (
            Hold::Retry { until: at(1), attempts: 2, code: "unreachable".to_owned() },
            ["retry", "-", "2027-01-04T10:00", "2027-01-04T10:00"],
        ),
        (Hold::Open { since: BEGIN }, ["in_flight", "-", "-", "2027-01-04T09:00"]),
        (Hold::Unknown { since: BEGIN, next_read: at(2), absent_at: None }, ["unknown", "-", "-", "2027-01-04T11:00"]),
        (Hold::Parked { since: BEGIN, why: "the list cannot be read".to_owned() }, ["parked", "-", "-", "-"]),
    ];
    for (hold, expected) in rows {
        let mut walk = desk.person(1, "ada", &["start"]);
        if let Some(Awaits::Call { hold: held, .. }) = walk.enrollment.frame_mut().map(|frame| &mut frame.awaits) {
            *held = Some(hold);
        }
        desk.place(&walk);
        check(&desk, expected);
    }
    let why = desk.why("ada");
    assert_eq!(why.status, "parked");
    assert_eq!(why.changes[0], "`engine resolve ada sent`, `again` or `skip`, after a look at the chat");
}

#[test]
fn pauses_lost_accounts_and_the_queue() {
    let mut desk = Desk::new();
    desk.person(1, "ada", &["start", "pause"]);
    check(&desk, ["paused", "-", "-", "-"]);
    assert_eq!(desk.why("ada").changes[0], "`engine resume ada`");
    desk.person(1, "ada", &["start", "sent inv_1"]);
    desk.put(vec![Record::Meta(Meta::Paused { since: Some(BEGIN) })]);
    check(&desk, ["all_paused", "2027-01-18T09:00", "-", "-"]);
    desk.put(vec![Record::Meta(Meta::Paused { since: None })]);
    desk.installed.is_paused = true;
    desk.keep();
    check(&desk, ["campaign_paused", "2027-01-18T09:00", "-", "-"]);
    assert_eq!(desk.why("ada").status, "paused");
    desk.installed.is_paused = false;
    desk.account.health = Health::Lost { since: BEGIN, word: "CREDENTIALS".to_owned() };
    desk.keep();
    check(&desk, ["event", "2027-01-18T09:00", "-", "2027-01-18T09:00"]);
    desk.person(1, "ada", &["start"]);
    check(&desk, ["account_lost", "-", "-", "2027-01-04T10:00"]);
    desk.account.health = Health::Ok;
    desk.keep();
    desk.person(1, "ada", &[]);
    check(&desk, ["queued", "2027-01-04T09:00", "-", "2027-01-04T09:00"]);
    // One a day, and one began two hours ago.
    desk.installed.campaign.contacts.start_per_day = Some(1);
    desk.keep();
    let mut bob = desk.person(2, "bob", &["start"]);
    bob.enrollment.started_at = Some(BEGIN.plus_ms(-2 * HOUR_MS));
    desk.place(&bob);
    check(&desk, ["start_quota", "2027-01-05T08:00", "-", "2027-01-05T08:00"]);
    assert_eq!(desk.why("ada").obstacles[0].sentence, "`start 1 a day` is used up: 1 began in the last 24 hours");
    desk.person(1, "ada", &["start", "reply no"]);
    check(&desk, ["ended", "-", "-", "-"]);
    let why = desk.why("ada");
    assert_eq!((why.outcome.as_deref(), why.status.as_str()), (Some("replied"), "ended"));
}

#[test]
fn status_is_the_document_of_the_interface() {
    let desk = Desk::new();
    desk.person(1, "ada", &["start", "sent inv_1"]);
    desk.person(2, "bob", &["start", "sent inv_2", "accepted", "due", "sent m", "reply no"]);
    desk.person(3, "cleo", &[]);
    desk.person(4, "dan", &["start", "failed invalid_recipient"]);
    desk.person(5, "eve", &["start", "pause"]);
    let document = serde_json::to_value(desk.query().status(None).unwrap()).unwrap();
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).take(2).collect();
    assert_eq!(keys, ["schema", "time"]);
    assert_eq!(document["schema"], "engine.status/1");
    let hello = &document["campaigns"][0];
    assert_eq!((&hello["name"], &hello["version"]), (&json!("hello"), &json!(1)));
    let contacts = json!({ "total": 5, "queued": 1, "active": 1, "paused": 1, "parked": 0, "ended": 2 });
    assert_eq!(hello["contacts"], contacts);
    assert_eq!(
        (&hello["outcomes"]["replied"], &hello["outcomes"]["send_failed"], &hello["outcomes"]["no_answer"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let step = |label: &str| hello["steps"].as_array().unwrap().iter().find(|step| step["label"] == label).cloned().unwrap();
    assert_eq!(step("connect"), json!({ "label": "connect", "kind": "invite", "here": 1, "passed": 2, "failed": 1 }));
    assert_eq!(step("accept"), json!({ "label": "accept", "kind": "wait", "here": 1, "passed": 1, "failed": 0 }));
    assert_eq!(step("first"), json!({ "label": "first", "kind": "message", "here": 0, "passed": 1, "failed": 0 }));
    assert_eq!(hello["sends"], json!({ "invite": 2, "message": 1, "inmail": 0 }));
    assert_eq!(hello["rates"], json!({ "accepted": 0.5, "replied": 0.5 }));
    assert_eq!(hello["next_wake"], "2027-01-18T09:00:00.000Z");
    assert_eq!(document["accounts"][0]["name"], "lina");
    let fault = desk.query().status(Some("helo")).unwrap_err().to_string();
    assert_eq!(fault, "no campaign `helo`; there is `hello`");
}

#[test]
fn contacts_are_one_line_each() {
    let desk = Desk::new();
    desk.person(1, "ada", &["start", "sent inv_1"]);
    desk.person(2, "bob", &["start", "sent inv_2", "reply no"]);
    let mut rows: Vec<ContactRow> = Vec::new();
    desk.query()
        .contacts(Some("hello"), &mut |row, _| {
            rows.push(row);
            ControlFlow::Continue(())
        })
        .unwrap();
    let found: Vec<Value> = rows.iter().map(|row| serde_json::to_value(row).unwrap()).collect();
    let ada = json!({
        "id": 1, "campaign": "hello", "version": 1, "contact": "ada", "name": "ADA", "account": "lina", "step": "accept", "status": "active",
        "outcome": null, "reason": "event", "next_at": "2027-01-18T09:00:00.000Z", "relation": "pending", "sends": 1,
        "replied": false, "updated_at": "2027-01-04T09:00:00.000Z"
    });
    assert_eq!(found[0], ada);
    assert_eq!(
        (&found[1]["status"], &found[1]["outcome"], &found[1]["replied"]),
        (&json!("ended"), &json!("replied"), &json!(true))
    );
}

#[test]
fn accounts_show_every_window_and_the_next_slot() {
    let mut desk = Desk::new();
    desk.limits(Limits { ramp: Some(Ramp { days: 80, from_percent: 0 }), ..Limits::defaults() });
    desk.use_up(Budget::Invites, 12, 3);
    desk.use_up(Budget::Messages, 2, 60);
    desk.person(1, "ada", &["start", "sent inv_1"]);
    let document = serde_json::to_value(desk.query().accounts().unwrap()).unwrap();
    assert_eq!(document["schema"], "engine.accounts/1");
    let lina = &document["accounts"][0];
    assert_eq!((&lina["id"], &lina["health"], &lina["tier"]), (&json!("acc_lina"), &json!("ok"), &json!("sales_navigator")));
    assert_eq!((&lina["credits"], &lina["people"], &lina["invites_pending"]), (&json!(7), &json!(1), &json!(1)));
    // Half of the ramp is done: 10 of 20.
    let invites = &lina["budgets"][0];
    assert_eq!(
        invites["windows"][0],
        json!({ "window": "24h", "used": 12, "cap": 10, "cap_full": 20, "frees_at": "2027-01-05T05:51:00.001Z" })
    );
    assert_eq!(invites["next_slot"], "2027-01-05T08:00:00.000Z");
    let messages = &lina["budgets"][1];
    assert_eq!((&messages["windows"][0]["used"], &messages["windows"][1]["used"]), (&json!(0), &json!(2)));
    assert_eq!(lina["next_slot"], "2027-01-04T09:00:00.000Z");
    desk.account.health = Health::Deleted { since: BEGIN };
    desk.keep();
    let row = desk.query().accounts().unwrap().accounts.remove(0);
    assert_eq!((row.health.as_str(), row.next_slot), ("deleted", None));
}

#[test]
fn people_are_found_by_key_name_or_part() {
    let desk = Desk::new();
    for (id, key) in [(1, "ada-lovelace"), (2, "alan-turing"), (3, "ada-yonath")] {
        desk.person(id, key, &["start"]);
    }
    let found = |words: &str| -> Vec<String> {
        desk.query()
            .find(words, None)
            .map_or_else(|fault| vec![fault.to_string()], |all| all.into_iter().map(|one| one.contact.key).collect())
    };
    assert_eq!(found("ada-lovelace"), ["ada-lovelace"]);
    assert_eq!(found("https://www.linkedin.com/in/Ada-Lovelace/?trk=x"), ["ada-lovelace"]);
    assert_eq!(found("alan"), ["alan-turing"]);
    assert_eq!(found("ADA"), ["ada-lovelace", "ada-yonath"]);
    assert_eq!(found("tur"), ["alan-turing"]);
    assert_eq!(found("grace"), ["nobody called `grace`; give the value of the identifying column, a name or a part of either"]);
    assert_eq!(found(""), ["nobody called ``; give the value of the identifying column, a name or a part of either"]);
    assert!(desk.query().find("alan", Some("other")).is_err());
}

#[test]
fn a_timeline_is_the_journals() {
    let desk = Desk::new();
    let walk = desk.person(1, "ada", &["start"]);
    let entry = Entry {
        at: BEGIN,
        kind: campaign_engine::model::journal::EntryKind::Sent,
        step: "connect".to_owned(),
        version: 1,
        detail: vec![("provider_id".to_owned(), "inv_1".to_owned())],
    };
    let put = || vec![Record::Enrollment(Box::new(walk.enrollment.clone()))];
    desk.put_told(put(), vec![(EnrollmentId(1), entry.clone()), (EnrollmentId(1), entry)]);
    let query = desk.query();
    let rows = query.timeline(&query.find("ada", None).unwrap()[0], None).unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((rows[0].kind.as_str(), &rows[0].detail["provider_id"]), ("sent", &json!("inv_1")));
}

#[test]
fn whoever_has_not_ended_has_a_reason_and_a_next_moment() {
    let desk = Desk::new();
    let scripts: [&[&str]; 8] = [
        &[],
        &["start"],
        &["start", "sent a"],
        &["start", "sent a", "accepted"],
        &["start", "sent a", "accepted", "due"],
        &["start", "sent a", "accepted", "due", "sent b"],
        &["start", "sent a", "due", "sent b"],
        &["start", "connected"],
    ];
    for script in scripts {
        let walk = desk.person(1, "ada", script);
        let why = desk.why("ada");
        assert!(!matches!(walk.enrollment.status, Status::Ended { .. }));
        assert!(why.next_at.is_some() && !why.sentence.is_empty(), "{script:?}: {why:#?}");
    }
}
