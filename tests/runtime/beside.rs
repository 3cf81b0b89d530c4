//! What goes on beside the paths: a classifier asked about replies, lists read again, figures sent, who is left out.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::connector::outlet::contract::{Letter, Outlet, Posted, Receipt, Undelivered};
use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::model::journal::EntryKind;
use campaign_engine::model::program::Program;
use campaign_engine::model::time::{DAY_MS, HOUR_MS};
use campaign_engine::runtime::clock::Clock;
use campaign_engine::runtime::outside::Outside;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Answers every letter with the same, or not at all.
struct Answering {
    answer: Option<&'static str>,
    got: Mutex<Vec<Letter>>,
}

impl Outlet for Answering {
    fn post(&self, letter: Letter) -> Posted {
        self.got.lock().unwrap().push(letter);
        let body = self.answer.map(str::to_owned);
        let result = body.map(|body| Receipt { status: 200, body }).ok_or_else(|| Undelivered::for_now("timeout", ""));
        Box::pin(std::future::ready(result))
    }
}

fn answering(answer: Option<&'static str>) -> Arc<Answering> {
    Arc::new(Answering { answer, got: Mutex::new(Vec::new()) })
}

fn bodies(outlet: &Answering, url: &str) -> Vec<Value> {
    let got = outlet.got.lock().unwrap();
    got.iter().filter(|letter| letter.url == url).map(|letter| serde_json::from_str(&letter.body).unwrap()).collect()
}

const CLASSIFIER: &str = "https://classes.acme.example/";
const CHAT: &str = "https://chat.acme.example/";

const ASKED: &str = "
  class keen when reply matches /never fits/
  steps
    if connected
      send \"Hi {{ first_name }}\"
      wait 10 days
      stop as no_answer
    else
      stop as unreachable
    end
  end
  on reply
    if reply is keen
      stop as unreachable
    else
      stop as replied
    end
  end";

/// What one reply is taken for with that answer, and what the timeline says of it.
#[track_caller]
fn check_class(reply: &'static str, answer: Option<&'static str>, hears: bool, expected: (&str, &str, &str)) {
    let outlet = answering(answer);
    let people = vec![reply];
    let mut town = Town::new(Wish { body: ASKED, people, hears, ..Wish::default() });
    let outside = Outside { outlet: outlet.clone(), classifier_url: Some(CLASSIFIER.to_owned()), ..Outside::default() };
    town.house.as_mut().unwrap().partition.reach_out(outside);
    town.live(9);
    assert_eq!(town.outcomes().into_keys().collect::<Vec<_>>(), [expected.0], "{answer:?}");
    let said = town.lines(EntryKind::Decision);
    let said = said.iter().find(|(_, entry)| !detail(entry, expected.1).is_empty()).map(|(_, entry)| detail(entry, expected.1));
    assert!(said.is_some_and(|said| said.contains(expected.2)), "{answer:?}: {said:?}");
    let asked = bodies(&outlet, CLASSIFIER);
    assert_eq!(asked.len(), 1, "asked once");
    assert_eq!(asked[0]["data"]["classes"], json!(["opt_out", "out_of_office", "keen"]));
}

#[test]
fn the_classifiers_word_is_the_replys_class() {
    for hears in [true, false] {
        check_class("ada,,2h,Why not,yes,", Some(r#"{"class": "keen"}"#), hears, ("unreachable", "classifier", "keen"));
    }
    check_class("ada,,2h,Why not,yes,", Some(r#"{"class": null}"#), true, ("replied", "classifier", "none"));
    check_class("ada,,2h,Unsubscribe,yes,", Some(r#"{"class": "keen"}"#), true, ("opted_out", "classifier", "keen"));
}

#[test]
fn a_classifier_that_fails_leaves_all_to_the_rules() {
    let rules = |because| ("replied", "classifier_failed", because);
    check_class("ada,,2h,Why not,yes,", None, true, rules("timeout; the rules decided"));
    check_class("ada,,2h,Why not,yes,", Some("<html>"), true, rules("its answer is no JSON"));
    check_class("ada,,2h,Why not,yes,", Some("{}"), true, rules("its answer has no `class`"));
    check_class("ada,,2h,Why not,yes,", Some(r#"{"class": "rich"}"#), true, rules("it said `rich`, which is no class here"));
    check_class("ada,,2h,Unsubscribe,yes,", None, true, ("opted_out", "classifier_failed", "timeout"));
}

/// Two campaigns over two lists, with rules of who may enter.
fn folder(first: &str, second: &str, lists: [&str; 2]) -> Program {
    let workspace = "workspace acme\n  account lina\n    id \"acc_lina\"\n    channel linkedin\n    owner \"lina@acme.example\"\n  end\n  pool sdrs lina\n  schedule\n    send monday to friday 08:00-18:00\n    timezone \"UTC\"\n  end\nend\n";
    let campaign = |name: &str, list: &str, rules: &str| {
        format!(
            "campaign {name}\n  accounts from pool sdrs\n  outcomes neutral no_answer\n  contacts from \"{list}\"\n    need linkedin\n    may have company\n    {rules}\n  end\n  steps\n    wait 3 days\n    stop as no_answer\n  end\nend\n"
        )
    };
    let mut texts = vec![("workspace.camp", workspace.to_owned()), ("one.camp", campaign("one", "one.csv", first))];
    if !second.is_empty() {
        texts.push(("two.camp", campaign("two", "two.csv", second)));
    }
    let source = |(path, text): (&str, String)| Source { path: PathBuf::from(path), notation: Notation::Camp, text: text.into() };
    let sources: Vec<Source> = texts.into_iter().map(source).collect();
    let files = MemoryFiles::new("").with("one.csv", lists[0].to_owned()).with("two.csv", lists[1].to_owned());
    let compiled = compile(&sources, &files);
    assert_eq!(compiled.program.campaigns.len(), sources.len() - 1, "{:#?}", compiled.diagnostics);
    compiled.program
}

/// A town with nobody in its own campaign, into which that folder is installed.
fn installed(program: &Program) -> (Town, Vec<campaign_engine::runtime::enroll::Enrolled>) {
    let mut town = Town::new(Wish { body: ASKED, people: vec!["zoe,,,,yes,"], ..Wish::default() });
    let enrolled = town.house.as_mut().unwrap().partition.install(program).unwrap();
    (town, enrolled)
}

fn reasons(enrolled: &campaign_engine::runtime::enroll::Enrolled) -> Vec<(u32, &str)> {
    enrolled.left_out.iter().map(|row| (row.row, row.reason.as_str())).collect()
}

#[test]
fn a_company_takes_so_many() {
    let list = "linkedin,company\na,Acme\nb,acme \nc,ACME\nd,Other\ne,\nf,\n";
    let program = folder("at most 2 per company", "", [list, ""]);
    let (mut town, enrolled) = installed(&program);
    assert_eq!(enrolled[0].entered, 5);
    assert_eq!(reasons(&enrolled[0]), [(4, "`at most 2 per company`: 2 of ACME are in `one` already")]);
    town.live(10);
    let again = town.house.as_mut().unwrap().partition.install(&program).unwrap();
    assert_eq!((again[0].known, again[0].left_out.len()), (5, 1), "who has ended counts too");
}

#[test]
fn a_list_that_was_read_before_costs_nothing_the_second_time() {
    let program = folder("enter once", "", ["linkedin\na\nb\nc\n", ""]);
    let (mut town, enrolled) = installed(&program);
    assert_eq!(enrolled[0].entered, 3);
    let last = town.store.figures().last;
    let partition = &mut town.house.as_mut().unwrap().partition;
    let (one, now) = (partition.current("one").unwrap(), partition.now());
    let again = partition.enroll(one, &program.rosters[0].rows, now).unwrap();
    assert_eq!((again.known, again.entered, town.store.figures().last), (3, 0, last), "not even a commit");
}

#[test]
fn one_campaign_at_a_time_waits_for_the_other() {
    let lists = ["linkedin\na\nb\n", "linkedin\na\nc\n"];
    // Compiled apart: in one folder the shared person is an error already.
    let one = folder("one campaign at a time", "", lists);
    let both = folder("enter once", "enter once", lists);
    let mut program = both.clone();
    program.campaigns[0] = one.campaigns[0].clone();
    let (mut town, enrolled) = installed(&program);
    assert_eq!((enrolled[0].entered, enrolled[1].entered), (2, 1));
    assert_eq!(reasons(&enrolled[1]), [(2, "`one campaign at a time`: they are on their way in `one`")]);
    town.live(10);
    let again = town.house.as_mut().unwrap().partition.install(&program).unwrap();
    assert_eq!((again[1].entered, again[1].left_out.len()), (1, 0), "the other has ended");
}

#[test]
fn lists_are_read_again_by_the_clock() {
    let program = folder("refresh \"0 7 * * mon-fri\"\n    start 1 a day", "", ["linkedin\na\n", ""]);
    let longer = folder("refresh \"0 7 * * mon-fri\"\n    start 1 a day", "", ["linkedin\na\nb\nc\n", ""]);
    let outlet = answering(Some(""));
    let (mut town, _) = installed(&program);
    let lists: campaign_engine::runtime::outside::Lists = Arc::new(move || Ok(longer.clone()));
    let notify_url = Some(CHAT.to_owned());
    let outside = Outside { outlet: outlet.clone(), notify_url, lists: Some(lists), ..Outside::default() };
    town.house.as_mut().unwrap().partition.reach_out(outside);
    let entered =
        |town: &Town| town.lines(EntryKind::Enrolled).iter().filter(|(_, entry)| detail(entry, "file") == "one.csv").count();
    assert_eq!(entered(&town), 1);
    let end = town.clock.now().plus_ms(DAY_MS + HOUR_MS);
    while town.clock.now() < end {
        let next = town.settle_down();
        town.clock.set(next.min(end));
    }
    assert_eq!(entered(&town), 3, "the new ones entered, the known one did not enter twice");
    assert!(bodies(&outlet, CHAT).is_empty(), "nobody asked for a report");
}

const REPORTED: &str = "
  report \"0 8 * * *\" to owner
  steps
    wait 20 days
    stop as no_answer
  end";

#[test]
fn figures_are_sent_by_the_clock_and_missed_ones_once() {
    let outlet = answering(Some(""));
    let reach_out = |town: &mut Town| {
        let outside = Outside { outlet: outlet.clone(), notify_url: Some(CHAT.to_owned()), ..Outside::default() };
        town.house.as_mut().unwrap().partition.reach_out(outside);
    };
    let mut town = Town::new(Wish { body: REPORTED, people: vec!["ada,,,,yes,", "bo,,,,yes,"], ..Wish::default() });
    reach_out(&mut town);
    let live = |town: &mut Town, days: i64| {
        let end = town.clock.now().plus_ms(days * DAY_MS);
        while town.clock.now() < end {
            let next = town.settle_down();
            town.clock.set(next.min(end));
        }
    };
    live(&mut town, 3);
    let told = bodies(&outlet, CHAT);
    assert_eq!(told.len(), 3, "one a day: {told:?}");
    assert_eq!((&told[2]["type"], &told[2]["data"]["campaigns"][0]["contacts"]["total"]), (&json!("campaign.report"), &json!(2)));
    // The engine says once a minute that it lives.
    let now = town.clock.now();
    town.house.as_mut().unwrap().partition.heartbeat(now).unwrap();
    town.crash();
    town.clock.set(town.clock.now().plus_ms(5 * DAY_MS));
    town.open();
    reach_out(&mut town);
    live(&mut town, 1);
    assert_eq!(bodies(&outlet, CHAT).len(), 5, "the five that were missed are one, and today's");
}

const TWICE: &str = "
  steps
    if contacted in the last 30 days
      stop as unreachable
    end
    if connected
      send \"Hi {{ first_name }}\"
    end
    if contacted in the last 3 days
      wait 5 days
      if contacted in the last 3 days
        stop as unreachable
      end
      stop as no_answer
    end
    stop as unreachable
  end";

#[test]
fn contacted_in_the_last_days_is_counted_from_what_went_out() {
    let mut town = Town::new(Wish { body: TWICE, people: vec!["ada,,,,yes,"], ..Wish::default() });
    town.live(10);
    assert_eq!(town.reached(), ["message ada"]);
    assert_eq!(town.outcomes().into_keys().collect::<Vec<_>>(), ["no_answer"]);
}
