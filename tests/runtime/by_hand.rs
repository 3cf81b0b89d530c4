//! `engine inbox reply`: a person of ours answers through the engine, once, whatever happens on the way.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::model::id::EnrollmentId;
use campaign_engine::model::journal::EntryKind;
use campaign_engine::model::time::DAY_MS;
use campaign_engine::runtime::command::Command;
use campaign_engine::sim::postpress::ledger::Line;
use serde_json::{Value, json};

/// Ada accepts, and answers the first message.
const ADA: &str = "ada,2h,1h,Tell me more.,,";
const ANSWER: &str = "Gladly, {{ first_name }}: when?";

fn replied(faults: Value) -> Town {
    let mut town = Town::new(Wish { people: vec![ADA], faults, ..Wish::default() });
    town.live(20);
    assert_eq!(town.outcomes().into_iter().collect::<Vec<_>>(), [("replied".to_owned(), 1)]);
    town
}

fn reply(town: &mut Town, text: &str) -> Result<Value, String> {
    town.town_command(&Command::Reply { enrollments: vec![EnrollmentId(1)], text: text.to_owned() })
}

fn answers(town: &Town) -> Vec<Line> {
    town.ledger().into_iter().filter(|line| line.text.as_deref() == Some(ANSWER)).collect()
}

/// Time goes on although everybody has ended.
fn wait(town: &mut Town, days: i64) {
    let end = town.now().plus_ms(days * DAY_MS);
    while town.now() < end {
        town.step(end).unwrap();
    }
}

#[test]
fn an_answer_is_sent_once_as_it_was_typed_whatever_the_hour() {
    let mut town = replied(json!([]));
    let told = reply(&mut town, ANSWER).unwrap();
    assert_eq!(told, json!({ "queued": 1, "account": "lina", "channel": "linkedin" }));
    wait(&mut town, 1);
    assert_eq!(answers(&town).len(), 1);
    town.judge();
    let sent = town.lines(EntryKind::Sent);
    assert!(sent.iter().any(|(_, entry)| detail(entry, "by") == "hand" && !detail(entry, "provider_id").is_empty()), "{sent:#?}");
    // The echo of it is no hand of the account's owner.
    assert!(town.lines(EntryKind::Event).iter().all(|(_, entry)| detail(entry, "event") != "takeover"));
}

#[test]
fn one_whose_end_nobody_knows_is_looked_for_and_not_repeated() {
    for kind in ["504-after", "504-before", "timeout-after", "200-without-id", "429", "reset-before"] {
        let faults = json!([{ "route": "POST /chats/*/messages", "kind": kind, "times": 1 }]);
        let mut town = replied(faults);
        reply(&mut town, ANSWER).unwrap();
        wait(&mut town, 3);
        assert_eq!(answers(&town).len(), 1, "{kind}");
        town.judge();
    }
}

#[test]
fn it_survives_a_crash_while_it_waits() {
    let mut town = replied(json!([]));
    reply(&mut town, ANSWER).unwrap();
    town.crash();
    town.open();
    wait(&mut town, 1);
    assert_eq!(answers(&town).len(), 1);
    town.judge();
}

#[test]
fn what_cannot_be_answered_is_said() {
    let mut town = replied(json!([]));
    let refused = |town: &mut Town, text: &str| reply(town, text).unwrap_err();
    assert!(refused(&mut town, "  \n").contains("nothing in it"));
    assert!(refused(&mut town, &"x".repeat(8_001)).contains("8000 characters at most, this one has 8001"));
    town.command(&Command::PauseAll);
    assert_eq!(refused(&mut town, ANSWER), "everything is paused; `engine resume --all` first");
    town.command(&Command::ResumeAll);
    reply(&mut town, ANSWER).unwrap();
    assert!(refused(&mut town, "And another").contains("is on its way already; `engine why"));
    wait(&mut town, 1);
    town.command(&Command::Suppress { enrollments: vec![EnrollmentId(1)] });
    assert!(refused(&mut town, ANSWER).contains("may not be written to any more"));
    let mut quiet = Town::new(Wish { people: vec!["bob,,,,,"], ..Wish::default() });
    quiet.settle_down();
    assert_eq!(refused(&mut quiet, ANSWER), "there is no chat with this person yet; the first word is the campaign's");
}

#[test]
fn a_stop_takes_it_back() {
    let mut town = replied(json!([]));
    reply(&mut town, ANSWER).unwrap();
    town.command(&Command::Stop { enrollments: vec![EnrollmentId(1)], reason: None });
    wait(&mut town, 1);
    assert!(answers(&town).is_empty());
    let cancelled = town.lines(EntryKind::Cancelled);
    assert!(cancelled.iter().any(|(_, entry)| detail(entry, "by") == "hand"), "{cancelled:#?}");
}

#[test]
fn whoever_is_on_their_way_is_taken_over() {
    let people = vec!["cleo,2h,,,,"];
    let mut town = Town::new(Wish { people, ..Wish::default() });
    while answers(&town).is_empty() && town.reached().iter().all(|line| !line.starts_with("message")) {
        let end = town.now().plus_ms(DAY_MS);
        town.step(end).unwrap();
    }
    let end = town.now().plus_ms(DAY_MS / 24);
    while town.now() < end {
        town.step(end).unwrap();
    }
    reply(&mut town, ANSWER).unwrap();
    town.live(30);
    assert_eq!(town.outcomes().into_iter().collect::<Vec<_>>(), [("taken_over".to_owned(), 1)]);
    assert_eq!(town.reached().iter().filter(|line| line.starts_with("message")).count(), 2, "{:#?}", town.reached());
    town.judge();
}

#[test]
fn through_an_account_that_was_removed_nothing_is_promised() {
    let mut town = replied(json!([]));
    assert_eq!(town.ask("DELETE", "accounts/acc_lina", None).0, 200);
    wait(&mut town, 1);
    assert_eq!(reply(&mut town, ANSWER), Err("account `lina`, to which they wrote, was removed at postpress".to_owned()));
    town.command(&Command::PauseAll);
    assert!(reply(&mut town, ANSWER).unwrap_err().contains("`engine resume --all` first"));
    assert!(answers(&town).is_empty());
}
