//! Letters to systems and people of the user's own, and tasks: beside the path, again after failures, across crashes.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::connector::outlet::contract::{Letter, Outlet, Posted, Receipt, Undelivered};
use campaign_engine::model::event::Verdict;
use campaign_engine::model::journal::{EntryKind, Record, Table};
use campaign_engine::model::outgoing::{Delivery, LetterKind, Outgoing, Task};
use campaign_engine::model::time::{DAY_MS, HOUR_MS, Timestamp};
use campaign_engine::runtime::clock::Clock;
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::outside::Outside;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

const TOLD: &str = "
  steps
    told: call webhook \"https://hooks.acme.example/new?key=s3cret\"
    noted: notify owner \"{{ first_name }} begins\"
    asked: ask owner to \"Look at {{ first_name }}\"
    wait up to 5 days
      when approved
        stop as no_answer
      when rejected
        stop as unreachable
      on timeout
        stop as replied
    end
  end";

/// A receiver that keeps what it got, and fails as often as it is told to.
#[derive(Default)]
pub struct Letterbox {
    got: Mutex<Vec<Letter>>,
    fails: Mutex<usize>,
    is_final: bool,
}

impl Outlet for Letterbox {
    fn post(&self, letter: Letter) -> Posted {
        self.got.lock().unwrap().push(letter);
        let mut fails = self.fails.lock().unwrap();
        let result = if *fails == 0 {
            Ok(Receipt { status: 200, body: String::new() })
        } else {
            *fails -= 1;
            let for_now = Undelivered::for_now("http_503", "");
            Err(if self.is_final { Undelivered::for_good("http_410", "") } else { for_now })
        };
        Box::pin(std::future::ready(result))
    }
}

impl Letterbox {
    pub fn failing(times: usize) -> Arc<Self> {
        Arc::new(Self { fails: Mutex::new(times), ..Self::default() })
    }

    /// What arrived at that URL: identity and body.
    pub fn at(&self, url: &str) -> Vec<(String, Value)> {
        let got = self.got.lock().unwrap();
        let there = got.iter().filter(|letter| letter.url.starts_with(url));
        there.map(|letter| (letter.id.clone(), serde_json::from_str(&letter.body).unwrap())).collect()
    }
}

fn outside(letterbox: &Arc<Letterbox>) -> Outside {
    let notify_url = Some("https://chat.acme.example/".to_owned());
    Outside { outlet: letterbox.clone(), notify_url, ..Outside::default() }
}

fn town(letterbox: &Arc<Letterbox>) -> Town {
    let mut town = Town::new(Wish { body: TOLD, people: vec!["ada,,,,,"], ..Wish::default() });
    reach_out(&mut town, letterbox);
    // People begin once the window is open.
    town.clock.set(town.clock.now().plus_ms(2 * HOUR_MS));
    town
}

fn reach_out(town: &mut Town, letterbox: &Arc<Letterbox>) {
    town.house.as_mut().unwrap().partition.reach_out(outside(letterbox));
}

fn rows<T>(town: &Town, table: Table, read: impl Fn(Record) -> Option<T>) -> Vec<T> {
    let mut rows = Vec::new();
    let mut see = |record| {
        rows.extend(read(record));
        ControlFlow::Continue(())
    };
    town.store.scan(table, None, &mut see).unwrap();
    rows
}

fn letters(town: &Town) -> Vec<Outgoing> {
    rows(town, Table::Outgoing, |record| if let Record::Outgoing(letter) = record { Some(*letter) } else { None })
}

fn tasks(town: &Town) -> Vec<Task> {
    rows(town, Table::Task, |record| if let Record::Task(task) = record { Some(*task) } else { None })
}

#[test]
fn everybody_is_told_once_and_the_path_goes_on() {
    let letterbox = Letterbox::failing(0);
    let mut town = town(&letterbox);
    town.settle_down();
    let [(id, body)] = letterbox.at("https://hooks.acme.example/").try_into().unwrap();
    assert!(id.starts_with("msg_") && id.len() == 36, "{id}");
    assert_eq!(body["type"], json!("campaign.webhook"));
    assert_eq!(
        (&body["data"]["contact"]["key"], &body["data"]["contact"]["campaign"]),
        (&json!("https://www.linkedin.com/in/ada/"), &json!("intro"))
    );
    assert_eq!(body["data"]["contact"]["fields"]["first_name"], json!("ADA"));
    let [(_, notice), (_, task)] = letterbox.at("https://chat.acme.example/").try_into().unwrap();
    let texts = BTreeSet::from([notice["text"].to_string(), task["text"].to_string()]);
    assert_eq!(texts, BTreeSet::from(["\"ADA begins\"".to_owned(), "\"Look at ADA\"".to_owned()]));
    assert!(letters(&town).is_empty(), "what has arrived is forgotten");
    let told = town.lines(EntryKind::Notified);
    let arrived = told.iter().find(|(_, entry)| detail(entry, "arrived") == "200").unwrap();
    assert_eq!(detail(&arrived.1, "host"), "hooks.acme.example");
    assert!(told.iter().any(|(_, entry)| entry.step == "noted" && detail(entry, "address") == "lina@acme.example"));
}

#[test]
fn a_receiver_that_is_down_gets_it_later_under_the_same_id() {
    let letterbox = Letterbox::failing(7);
    let mut town = town(&letterbox);
    town.live(6);
    assert!(town.is_idle());
    assert_eq!(town.outcomes().into_keys().collect::<Vec<_>>(), ["replied"], "the path did not wait for it");
    let attempts = letterbox.at("https://hooks.acme.example/");
    let ids: BTreeSet<&String> = attempts.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 1);
    assert!(attempts.len() > 1 && letters(&town).is_empty());
}

#[test]
fn a_letter_is_given_up_in_the_end_and_said() {
    for (letterbox, attempts) in [
        (Letterbox::failing(1_000), 10),
        (Arc::new(Letterbox { fails: Mutex::new(1_000), is_final: true, ..Letterbox::default() }), 1),
    ] {
        let mut town = town(&letterbox);
        town.live(6);
        let end = town.clock.now().plus_ms(DAY_MS);
        while town.clock.now() < end {
            let next = town.settle_down();
            town.clock.set(next.min(end));
        }
        assert_eq!(letterbox.at("https://hooks.acme.example/").len(), attempts);
        let failed = letters(&town);
        assert!(failed.iter().all(|letter| matches!(letter.state, Delivery::Failed { .. })), "{failed:?}");
        assert_eq!(failed.iter().filter(|letter| letter.kind == LetterKind::Webhook).count(), 1);
        let said = town.lines(EntryKind::Failed);
        let said: Vec<&str> = said.iter().map(|(_, entry)| detail(entry, "kind")).filter(|kind| *kind == "webhook").collect();
        assert_eq!(said, ["webhook"]);
    }
}

/// Killed at any moment: nothing that was to be told is lost, and what is told twice has one id.
#[test]
fn a_crash_loses_no_letter() {
    for rounds in 1..40 {
        let letterbox = Letterbox::failing(0);
        let mut town = town(&letterbox);
        for _ in 0..rounds {
            town.round();
        }
        town.crash();
        town.open();
        reach_out(&mut town, &letterbox);
        town.live(6);
        let got = letterbox.at("https://hooks.acme.example/");
        assert!(!got.is_empty(), "after {rounds} rounds");
        assert_eq!(got.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(), 1, "after {rounds} rounds");
        assert_eq!(letterbox.at("https://chat.acme.example/").iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(), 2);
    }
}

#[test]
fn a_task_is_settled_once_and_moves_the_path() {
    for (verdict, outcome) in [(Verdict::Approved, "no_answer"), (Verdict::Rejected, "unreachable"), (Verdict::Done, "replied")] {
        let letterbox = Letterbox::failing(0);
        let mut town = town(&letterbox);
        town.settle_down();
        let [task] = tasks(&town).try_into().unwrap();
        assert_eq!((task.who.as_str(), task.text.as_str(), task.settled), ("owner", "Look at ADA", None));
        let settle = Command::Settle { task: task.id, verdict };
        town.crash();
        town.open();
        town.command(&settle);
        let again = town.house.as_mut().unwrap().partition.command(&settle, Timestamp(0)).unwrap().unwrap_err();
        assert!(again.contains("was settled already"), "{again}");
        assert_eq!(tasks(&town)[0].settled.unwrap().0, verdict);
        town.live(10);
        assert_eq!(town.outcomes().into_keys().collect::<Vec<_>>(), [outcome]);
    }
}
