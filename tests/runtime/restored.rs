//! A copy of the data as it was some time ago goes on: what went out since is never sent again.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::{Cause, Change, Commit, EntryKind, Key, Meta, MetaKey, Record};
use campaign_engine::model::past::Quarantine;
use campaign_engine::model::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};
use campaign_engine::store::contract::{Store, commit};
use campaign_engine::store::memory::MemoryStore;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Accept and stay silent, accept and reply, take InMails, stay strangers.
const PEOPLE: [&str; 8] = [
    "ada,2h,,,,",
    "bob,3h,1h,Sure,,",
    "cyd,,,,,yes",
    "dan,,,,,",
    "eve,20h,,,,",
    "fay,1h,30h,No thanks,,",
    "gus,,,,,yes",
    "hal,5h,,,,",
];

/// Everything a store holds, as a backup of it would have it.
fn copy(store: &dyn Store) -> Vec<Commit> {
    let mut commits = Vec::new();
    let mut keep = |_, commit| {
        commits.push(commit);
        ControlFlow::Continue(())
    };
    store.replay(Lsn(1), &mut keep).unwrap();
    commits
}

/// The engine dies with its data; another starts on the copy.
fn restore(town: &mut Town, commits: Vec<Commit>, is_marked: bool) {
    town.crash();
    let from = commits.iter().map(|commit| commit.at).max().unwrap_or_default();
    let fresh = MemoryStore::new();
    for one in commits {
        commit(&fresh, vec![one]).unwrap();
    }
    let standing = Quarantine { from, since: None, read: Vec::new(), ended: None };
    let changes = vec![Change::Put(Record::Meta(Meta::Quarantine(Box::new(standing))))];
    let mark = Commit { at: from, cause: Cause::Command { word: "restore".to_owned() }, changes, entries: Vec::new() };
    if is_marked {
        commit(&fresh, vec![mark]).unwrap();
    }
    town.store = Arc::new(fresh);
    town.open();
}

fn standing(town: &Town) -> Quarantine {
    match town.store.get(&Key::Meta(MetaKey::Quarantine)).unwrap() {
        Some(Record::Meta(Meta::Quarantine(standing))) => *standing,
        other => panic!("{other:?}"),
    }
}

/// Lets time pass, at most until then, whether or not somebody is still under way.
fn live_until(town: &mut Town, end: Timestamp) {
    while town.now() < end {
        town.step(end).unwrap();
    }
}

/// Nobody got anything twice but the nudge, which stands twice in the campaign; what is claimed was performed, once.
#[track_caller]
fn judge(town: &Town, what: &str) {
    let ledger = town.ledger();
    for person in PEOPLE.map(|person| person.split(',').next().unwrap_or_default()) {
        let mut texts: Vec<String> = ledger
            .iter()
            .filter(|line| line.recipient == person)
            .map(|line| format!("{:?} {:?}", line.kind, line.text))
            .collect();
        texts.retain(|text| !text.contains("Withdraw"));
        texts.sort();
        for (text, most) in texts.iter().map(|text| (text, if text.contains("better in a month") { 2 } else { 1 })) {
            let count = texts.iter().filter(|other| *other == text).count();
            assert!(count <= most, "{what}: {person} got {text} {count} times");
        }
    }
    let mut claimed = Vec::new();
    for (_, entry) in town.lines(EntryKind::Sent) {
        let id = detail(&entry, "provider_id").to_owned();
        if ["invite", "message", "inmail"].contains(&detail(&entry, "kind")) && !id.starts_with("relation:") {
            assert!(ledger.iter().any(|line| line.provider_id == id), "{what}: {id} was never performed");
            claimed.push(id);
        }
    }
    let count = claimed.len();
    claimed.sort();
    claimed.dedup();
    assert_eq!(claimed.len(), count, "{what}: something is claimed twice");
}

/// Runs until `at`, copies, goes on for `lost`, loses everything, goes on with the copy to the end.
fn go_through(at: i64, lost: i64, faults: Value, hears: bool) -> Town {
    let what = format!("copied after {} min, lost {} min", at / MINUTE_MS, lost / MINUTE_MS);
    let mut town = Town::new(Wish { people: PEOPLE.to_vec(), faults, hears, ..Wish::default() });
    let copied_at = town.now().plus_ms(at);
    live_until(&mut town, copied_at);
    let copied = copy(&*town.store);
    live_until(&mut town, copied_at.plus_ms(lost));
    let restored_at = town.now();
    let before = town.ledger().len();
    restore(&mut town, copied, true);
    live_until(&mut town, restored_at.plus_ms(14 * MINUTE_MS));
    let reaches = |kind: &str| ["Invite", "Message", "Inmail"].contains(&kind);
    let early = town.ledger().into_iter().skip(before).filter(|line| reaches(&format!("{:?}", line.kind))).count();
    assert_eq!(early, 0, "{what}: something went out before the histories were read");
    live_until(&mut town, restored_at.plus_ms(DAY_MS));
    town.live(90);
    assert!(standing(&town).ended.is_some(), "{what}: the quarantine never ended");
    judge(&town, &what);
    assert!(town.is_idle(), "{what}: {:?}", town.outcomes());
    town
}

#[test]
fn a_copy_of_an_hour_ago_sends_nothing_again() {
    for hour in [1, 2, 3, 4, 6, 9, 25, 27, 30, 49, 75] {
        go_through(hour * HOUR_MS, HOUR_MS, json!([]), true);
    }
}

#[test]
fn a_copy_of_days_ago_sends_nothing_again() {
    for (at, lost) in [(HOUR_MS, 3 * DAY_MS), (HOUR_MS / 2, 12 * DAY_MS), (2 * DAY_MS, 5 * DAY_MS), (8 * DAY_MS, 4 * DAY_MS)] {
        for hears in [true, false] {
            go_through(at, lost, json!([]), hears);
        }
    }
}

#[test]
fn it_holds_while_answers_and_lists_fail() {
    let faults = json!([
        {"share": 0.2, "route": "POST", "kind": "504-after"},
        {"share": 0.2, "route": "GET", "kind": "500-before"},
        {"kind": "list-lag", "for": "10m"},
        {"share": 0.3, "kind": "webhook-late", "for": "7h"},
    ]);
    for (at, lost) in [(HOUR_MS, HOUR_MS), (3 * HOUR_MS, 20 * MINUTE_MS), (26 * HOUR_MS, 3 * HOUR_MS), (HOUR_MS, 9 * DAY_MS)] {
        go_through(at, lost, faults.clone(), true);
    }
}

#[test]
fn what_went_out_meanwhile_counts_in_every_window() {
    let limits = "invites 3 a day, 8 a week";
    let people = ["p0,,,,,", "p1,,,,,", "p2,,,,,", "p3,,,,,", "p4,,,,,", "p5,,,,,", "p6,,,,,", "p7,,,,,"];
    let mut town = Town::new(Wish { people: people.to_vec(), limits, ..Wish::default() });
    let begin = town.now();
    live_until(&mut town, begin.plus_ms(HOUR_MS));
    let copied = copy(&*town.store);
    live_until(&mut town, begin.plus_ms(5 * HOUR_MS));
    restore(&mut town, copied, true);
    live_until(&mut town, begin.plus_ms(12 * DAY_MS));
    let invites: Vec<_> =
        town.ledger().iter().filter(|line| format!("{:?}", line.kind) == "Invite").map(|line| line.time()).collect();
    assert_eq!(invites.len(), 8);
    for at in &invites {
        assert!(invites.iter().filter(|other| **other <= *at && at.since_ms(**other) < DAY_MS).count() <= 3, "{invites:?}");
    }
}

#[test]
fn a_restart_in_quarantine_goes_on_with_it() {
    let mut town = Town::new(Wish { people: PEOPLE.to_vec(), ..Wish::default() });
    let begin = town.now();
    live_until(&mut town, begin.plus_ms(2 * HOUR_MS));
    let copied = copy(&*town.store);
    live_until(&mut town, begin.plus_ms(5 * HOUR_MS));
    restore(&mut town, copied, true);
    for minutes in [5, 9, 11, 14, 18, 25, 60] {
        let now = town.now();
        live_until(&mut town, now.plus_ms(minutes * MINUTE_MS));
        town.crash();
        town.open();
    }
    town.live(90);
    judge(&town, "restarted in quarantine");
    assert!(town.is_idle());
}

#[test]
fn a_hand_written_message_of_the_lost_time_stops_the_path() {
    let mut town = Town::new(Wish { people: vec!["ada,2h,,,,"], ..Wish::default() });
    let begin = town.now();
    live_until(&mut town, begin.plus_ms(4 * HOUR_MS));
    let copied = copy(&*town.store);
    // The copy knows the person and their acceptance, the chat began later.
    live_until(&mut town, begin.plus_ms(2 * DAY_MS));
    let chat = town.ledger().iter().find_map(|line| line.chat_id.clone()).expect("ada was written to");
    let body = json!({"text": "Anna here, by hand."});
    assert_eq!(town.ask("POST", &format!("chats/{chat}/messages"), Some(body)).0, 201);
    restore(&mut town, copied, true);
    town.live(60);
    assert_eq!(town.reached().iter().filter(|line| *line == "message ada").count(), 2, "{:?}", town.reached());
    assert_eq!(town.outcomes().get("taken_over"), Some(&1), "{:?}", town.outcomes());
}

#[test]
fn without_the_mark_it_would_be_sent_again() {
    let mut town = Town::new(Wish { people: PEOPLE.to_vec(), ..Wish::default() });
    let begin = town.now();
    live_until(&mut town, begin.plus_ms(HOUR_MS));
    let copied = copy(&*town.store);
    live_until(&mut town, begin.plus_ms(3 * DAY_MS));
    restore(&mut town, copied, false);
    town.live(60);
    let twice = town.reached().iter().filter(|line| *line == "message ada").count();
    assert!(twice > 3, "{:?}", town.reached());
}
