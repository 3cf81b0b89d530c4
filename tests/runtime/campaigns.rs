//! Whole campaigns over the real turns, judged by the far side's ledger.

use crate::runtime::town::{BEGIN, Town, detail, word};
use crate::runtime::wish::Wish;
use campaign_engine::model::journal::EntryKind;
use campaign_engine::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::errand::Message;
use campaign_engine::sim::postpress::ledger::Kind;
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::start::Options;
use serde_json::{Value, json};
use std::sync::Arc;

/// One accepts and says nothing, one accepts and replies, one is an open profile, one never does anything.
const FOUR: [&str; 4] = ["ada,2h,,,,", "bob,3h,1h,Sure,,", "cyd,,,,,yes", "dan,,,,,"];

fn four(faults: Value, hears: bool) -> Town {
    let mut town = Town::new(Wish { people: FOUR.to_vec(), faults, hears, ..Wish::default() });
    town.live(60);
    town
}

/// Everybody has ended, each send is claimed once, nobody got anything twice but the two nudges.
#[track_caller]
fn check(town: &Town) {
    town.judge();
    town.judge_texts(2);
    assert!(town.is_idle(), "{:?}", town.outcomes());
    assert_eq!(town.outcomes().values().sum::<usize>(), 4, "{:?}", town.outcomes());
}

#[test]
fn a_campaign_runs_to_its_end() {
    let town = four(json!([]), true);
    check(&town);
    let reached = town.reached();
    assert_eq!(reached.iter().filter(|line| line.starts_with("invite")).count(), 4);
    assert_eq!(reached.iter().filter(|line| *line == "message ada").count(), 3);
    assert_eq!(reached.iter().filter(|line| *line == "message bob").count(), 1, "{reached:?}");
    assert_eq!(reached.iter().filter(|line| *line == "inmail cyd").count(), 1);
    assert_eq!(town.outcomes()["replied"], 1);
}

#[test]
fn answers_that_leave_a_doubt_are_found_out() {
    let kinds = ["500-before", "500-after", "502-after", "504-before", "504-after", "timeout-before", "timeout", "reset-before"];
    let more = ["reset", "truncated", "200-without-id", "429", "429-retry-after", "503-before"];
    for kind in kinds.into_iter().chain(more) {
        for route in ["POST /users/invite", "POST /chats", "POST /chats/*/messages", "DELETE /users/invite/sent"] {
            let town = four(json!([{"at_call": 1, "route": route, "kind": kind}]), true);
            check(&town);
        }
        check(&four(json!([{"share": 0.3, "kind": kind}]), true));
    }
}

#[test]
fn webhooks_are_hints() {
    for kind in ["webhook-twice", "webhook-late", "webhook-lost"] {
        let town = four(json!([{"share": 0.5, "kind": kind, "for": "7h"}]), true);
        check(&town);
    }
    let deaf = four(json!([]), false);
    check(&deaf);
    assert_eq!(deaf.reached().iter().filter(|line| *line == "message bob").count(), 1, "{:?}", deaf.reached());
}

#[test]
fn lists_may_lag() {
    let faults = json!([{"share": 0.4, "route": "POST", "kind": "504-after"}, {"kind": "list-lag", "for": "10m"}]);
    check(&four(faults, true));
}

#[test]
fn a_lost_account_waits_and_comes_back() {
    let faults = json!([{"at_call": 2, "route": "POST /users/invite", "kind": "disconnect-account", "for": "30h"}]);
    let town = four(faults, true);
    check(&town);
    let deaf = four(json!([{"at_call": 2, "route": "POST /users/invite", "kind": "disconnect-account", "for": "30h"}]), false);
    check(&deaf);
}

#[test]
fn a_refused_key_is_tried_again() {
    let faults = json!([{"route": "POST /users", "kind": "refuse", "status": 401, "type": "missing_credentials", "times": 3}]);
    check(&four(faults, true));
    let faults = json!([{"route": "GET", "kind": "refuse", "status": 401, "type": "missing_credentials", "times": 8}]);
    check(&four(faults, true));
}

#[test]
fn an_account_at_the_providers_limit_invites_nobody_until_the_next_day() {
    let refusal =
        json!([{"route": "POST /users/invite", "kind": "refuse", "status": 422, "type": "cannot_resend_yet", "times": 2}]);
    let town = four(refusal, true);
    check(&town);
    let first = town.ledger().into_iter().find(|line| line.kind == Kind::Invite).unwrap().time();
    assert!(first.since_ms(BEGIN) > 2 * DAY_MS, "two refusals, two days of rest: {first}");
}

#[test]
fn an_invitation_that_was_pending_already_is_no_limit_of_the_account() {
    let refusal =
        json!([{"route": "POST /users/invite", "kind": "refuse", "status": 422, "type": "cannot_resend_yet", "times": 1}]);
    let mut town = Town::new(Wish { people: FOUR.to_vec(), faults: refusal, ..Wish::default() });
    while town.lines(EntryKind::Unknown).is_empty() {
        town.step(BEGIN.plus_ms(DAY_MS)).unwrap();
    }
    let (doubtful, _) = town.lines(EntryKind::Unknown).remove(0);
    let person = town.enrollment(doubtful).unwrap().unwrap().lines.values().find_map(|line| line.person.clone()).unwrap();
    let invitation = json!({"account_id": "acc_lina", "provider_id": person.0});
    assert_eq!(town.ask("POST", "users/invite", Some(invitation)).0, 200);
    town.live(1);
    assert_eq!(town.lines(EntryKind::Reconciled).len(), 1);
    let invited = town.ledger().iter().filter(|line| line.kind == Kind::Invite).count();
    assert_eq!(invited, 4, "{:?}", town.reached());
}

#[test]
fn windows_and_limits_hold_in_every_rolling_day() {
    let people = ["p0,,,,,", "p1,,,,,", "p2,,,,,", "p3,,,,,", "p4,,,,,", "p5,,,,,", "p6,,,,,", "p7,,,,,", "p8,,,,,", "p9,,,,,"];
    let faults =
        json!([{"share": 0.2, "route": "POST", "kind": "504-after"}, {"share": 0.1, "route": "POST", "kind": "504-before"}]);
    let limits = "invites 3 a day, 8 a week";
    let mut town = Town::new(Wish { people: people.to_vec(), faults, limits, ..Wish::default() });
    for _ in 0..40 {
        town.live(1);
        town.crash();
        town.open();
    }
    town.live(40);
    town.judge();
    let invites: Vec<Timestamp> = town.ledger().iter().filter(|line| line.kind == Kind::Invite).map(|line| line.time()).collect();
    assert_eq!(invites.len(), 10);
    for at in &invites {
        let within = |days: i64| invites.iter().filter(|other| **other <= *at && at.since_ms(**other) < days * DAY_MS).count();
        assert!(within(1) <= 3 && within(7) <= 8, "{invites:?}");
    }
    for line in town.ledger().iter().filter(|line| line.kind != Kind::View && line.kind != Kind::Withdraw) {
        let at = line.time();
        let (day, minute) = ((at.0.div_euclid(DAY_MS) + 3) % 7, at.0.rem_euclid(DAY_MS) / MINUTE_MS);
        assert!(day < 5 && (480..1_080).contains(&minute), "{} at {}", word(line.kind), line.virtual_at);
    }
}

#[test]
fn so_many_begin_a_day_also_over_restarts() {
    let people = ["p0,,,,,", "p1,,,,,", "p2,,,,,", "p3,,,,,", "p4,,,,,"];
    let mut town = Town::new(Wish { people: people.to_vec(), rules: "start 2 a day", ..Wish::default() });
    for _ in 0..20 {
        town.live(1);
        town.crash();
        town.open();
    }
    let starts: Vec<Timestamp> = town.lines(EntryKind::Started).iter().map(|(_, entry)| entry.at).collect();
    assert_eq!(starts.len(), 5);
    for at in &starts {
        let within = starts.iter().filter(|other| **other <= *at && at.since_ms(**other) < DAY_MS).count();
        assert!(within <= 2, "{starts:?}");
    }
}

#[test]
fn a_pause_holds_everything_and_costs_no_turns() {
    let mut town = Town::new(Wish { people: FOUR.to_vec(), ..Wish::default() });
    town.live(1);
    let before = town.reached().len();
    town.command(&Command::PauseAll);
    town.live(10);
    assert_eq!(town.reached().len(), before);
    town.command(&Command::ResumeAll);
    town.command(&Command::PauseCampaign { name: "intro".to_owned() });
    town.live(10);
    assert_eq!(town.reached().len(), before);
    town.command(&Command::ResumeCampaign { name: "intro".to_owned() });
    town.live(60);
    check(&town);
}

#[test]
fn a_stop_starts_nothing_and_is_soon_at_rest() {
    let mut town = Town::new(Wish { people: FOUR.to_vec(), ..Wish::default() });
    town.live(1);
    let before = town.reached().len();
    town.house.as_mut().unwrap().partition.take(Message::Stop).unwrap();
    town.settle_down();
    town.live(2);
    assert!(town.house.as_ref().unwrap().partition.is_at_rest());
    assert_eq!(town.reached().len(), before);
}

#[test]
fn the_owners_own_hand_takes_over_and_an_echo_does_not() {
    let mut town = Town::new(Wish { people: vec!["ada,2h,,,,"], ..Wish::default() });
    while !town.reached().contains(&"message ada".to_owned()) {
        town.live(1);
    }
    assert!(town.outcomes().is_empty());
    let chat = town.ledger().iter().find_map(|line| line.chat_id.clone()).unwrap();
    let (status, _) =
        town.ask("POST", &format!("chats/{chat}/messages"), Some(json!({"text": "By hand", "account_id": "acc_lina"})));
    assert!(status < 300);
    town.live(20);
    assert_eq!(town.outcomes().get("taken_over"), Some(&1));
    assert_eq!(town.reached().iter().filter(|line| *line == "message ada").count(), 2, "ours and the owner's");
}

#[test]
fn an_unreadable_list_parks_and_a_person_resolves() {
    let faults = json!([
        {"at_call": 1, "route": "POST /users/invite", "kind": "504-after"},
        {"route": "GET /users/invite/sent", "kind": "500-before"},
    ]);
    let mut town = Town::new(Wish { people: vec!["dan,,,,,"], faults, ..Wish::default() });
    town.live(4);
    let (id, parked) = town.lines(EntryKind::Parked).pop().expect("parked");
    assert!(detail(&parked, "why").contains("could not be read"), "{parked:?}");
    assert_eq!(town.reached(), ["invite dan"]);
    town.crash();
    town.open();
    let how = campaign_engine::runtime::command::Resolution::Sent;
    town.command(&Command::Resolve { enrollment: id, how });
    town.live(30);
    assert_eq!(town.reached().iter().filter(|line| *line == "invite dan").count(), 1);
}

#[test]
fn attempts_have_numbers_that_no_restart_repeats() {
    let faults = json!([{"route": "POST /users/invite", "kind": "504-before", "times": 3}]);
    let mut town = Town::new(Wish { people: vec!["dan,,,,,"], faults, ..Wish::default() });
    for _ in 0..300 {
        town.live(1);
        if !town.reached().is_empty() {
            break;
        }
        town.crash();
        town.open();
    }
    let attempts: Vec<String> =
        town.lines(EntryKind::Intent).iter().map(|(_, entry)| detail(entry, "attempt").to_owned()).collect();
    let mut once = attempts.clone();
    once.dedup();
    assert!(attempts.len() >= 4 && once == attempts, "{attempts:?}");
    assert_eq!(town.reached(), ["invite dan"]);
}

#[test]
fn old_uses_and_keys_go() {
    use campaign_engine::model::journal::Table;
    let mut town = four(json!([]), true);
    let rows = |town: &Town, table| {
        let mut rows = 0;
        town.store
            .scan(table, None, &mut |_| {
                rows += 1;
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        rows
    };
    assert!(rows(&town, Table::Seen) > 0 && rows(&town, Table::Usage) > 0);
    town.clock.set(town.now().plus_ms(40 * DAY_MS));
    let now = town.now();
    town.house.as_mut().unwrap().partition.heartbeat(now).unwrap();
    assert_eq!((rows(&town, Table::Seen), rows(&town, Table::Usage)), (0, 0));
}

#[test]
fn a_crash_between_any_two_rounds_changes_nothing() {
    let faults = json!([{"share": 0.15, "route": "POST", "kind": "504-after"}]);
    let people = vec!["ada,2h,,,,", "bob,3h,1h,Sure,,"];
    for stride in [1, 2, 3, 5, 7] {
        let mut town = Town::new(Wish { people: people.clone(), faults: faults.clone(), ..Wish::default() });
        let mut rounds = 0;
        for _ in 0..30_000 {
            let (moved, next) = town.round();
            rounds += usize::from(moved);
            if moved && rounds % stride == 0 {
                town.crash();
                town.open();
                rounds += 1;
                // An engine that is killed without end never gets anywhere: it lives a while in between.
                for _ in 0..12 {
                    town.round();
                }
            } else if !moved {
                if town.is_idle() {
                    break;
                }
                let next = town.world.next_at().map_or(next, |at| at.min(next));
                town.clock.set(next.max(town.now().plus_ms(1)));
            }
        }
        assert!(town.is_idle(), "stride {stride} at {}", town.now());
        town.judge();
        town.judge_texts(2);
    }
}

#[test]
fn it_is_the_same_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let store = || Arc::new(JournaledStore::open(dir.path(), Options::small()).unwrap());
    let mut town = Town::new(Wish { people: FOUR.to_vec(), store: store(), ..Wish::default() });
    town.live(60);
    check(&town);
}

#[test]
fn invitations_in_doubt_count_for_the_ceiling() {
    let people = vec!["p0,,,,,", "p1,,,,,", "p2,,,,,", "p3,,,,,", "p4,,,,,"];
    let faults = json!([{"share": 0.5, "route": "POST /users/invite", "kind": "504-after"}]);
    let mut town = Town::new(Wish { people, faults, limits: "pending invites at most 2", ..Wish::default() });
    town.live(90);
    town.judge();
    let mut pending = 0_i32;
    for line in town.ledger() {
        pending += i32::from(line.kind == Kind::Invite) - i32::from(line.kind == Kind::Withdraw);
        assert!(pending <= 2, "{} pending at {}", pending, line.virtual_at);
    }
    assert_eq!(town.reached().iter().filter(|line| line.starts_with("invite")).count(), 5);
}
