//! People on their way while their campaign is edited: nobody is moved but as `migrate` says, whatever crashes.

use crate::runtime::town::{Town, detail};
use crate::runtime::tripping::Tripping;
use crate::runtime::wish::{INTRO, Wish, program};
use crate::store::behind::Behind;
use campaign_engine::model::campaign::{Destination, Migration};
use campaign_engine::model::enrollment::{Awaits, Enrollment, Status};
use campaign_engine::model::journal::{EntryKind, Key, Meta, MetaKey, Record, Table};
use campaign_engine::model::program::Program;
use campaign_engine::model::time::{DAY_MS, Timestamp};
use campaign_engine::store::contract::Store;
use campaign_engine::store::memory::MemoryStore;
use serde_json::json;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const PEOPLE: [&str; 4] = ["ada,2h,,,,", "bob,30d,,,,", "cyd,,,,,", "dan,,,,,"];

/// A later version of `INTRO`: other words everywhere, as said by `edit`.
fn later(version: u32, edit: &[(&str, &str)], migrations: Vec<Migration>) -> Program {
    later_for(&PEOPLE, version, edit, migrations)
}

fn later_for(people: &[&str], version: u32, edit: &[(&str, &str)], migrations: Vec<Migration>) -> Program {
    let body = edit.iter().fold(INTRO.to_owned(), |body, (old, new)| {
        assert!(body.contains(old), "{old}");
        body.replace(old, new)
    });
    let mut program = program(people, &body, Wish::default().limits, Wish::default().rules);
    program.campaigns[0].version = version;
    program.campaigns[0].migrations = migrations;
    program
}

fn in_place(from: u32) -> Vec<Migration> {
    vec![Migration { from, in_place: true, rules: BTreeMap::new(), otherwise: None }]
}

fn rules(program: &Program, from: u32, rules: &[(&str, &str)], otherwise: Option<Destination>) -> Vec<Migration> {
    let to = |word: &str| match word {
        "stay" => Destination::Stay,
        "finish" => Destination::Finish,
        label => Destination::GoTo(program.campaigns[0].step_labelled(label).unwrap()),
    };
    let rules = rules.iter().map(|(label, word)| ((*label).to_owned(), to(word))).collect();
    vec![Migration { from, in_place: false, rules, otherwise }]
}

fn enrollments(store: &dyn Store) -> Vec<Enrollment> {
    let mut all = Vec::new();
    store
        .scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record {
                all.push(*enrollment);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    all
}

/// `version label` of everybody under way, in the order of enrolment.
fn stands(store: &dyn Store) -> Vec<String> {
    let place = |enrollment: Enrollment| {
        let Ok(Some(Record::Campaign(installed))) = store.get(&Key::Campaign(enrollment.campaign)) else { panic!("no campaign") };
        let campaign = &installed.campaign;
        match &enrollment.status {
            Status::Queued => format!("{} queued", campaign.version),
            Status::Active { path, .. } => format!("{} {}", campaign.version, campaign.step(path.step).label),
            Status::Ended { outcome, .. } => format!("{} ended {}", campaign.version, campaign.outcome(*outcome).name),
        }
    };
    enrollments(store).into_iter().map(place).collect()
}

fn due(enrollment: &Enrollment) -> Timestamp {
    match &enrollment.status {
        Status::Active { path, .. } => match path.awaits {
            Awaits::Timer { due } => due,
            _ => panic!("{path:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn town(people: &[&'static str]) -> Town {
    Town::new(Wish { people: people.to_vec(), ..Wish::default() })
}

const NEW_WORDS: [(&str, &str); 2] = [("Good to meet you", "So good to meet you"), ("better in a month", "better next year")];

#[test]
fn an_edit_moves_nobody_who_is_on_their_way() {
    let mut town = town(&PEOPLE);
    town.live(1);
    assert_eq!(stands(&*town.store)[1..], ["1 accept", "1 accept", "1 accept"]);
    let refused = town.edit(later(1, &NEW_WORDS, Vec::new())).unwrap_err();
    assert!(refused.contains("`intro` has changed while 4 people are on its version 1; raise `version` to 2"), "{refused}");
    let refused = town.edit(later(0, &NEW_WORDS, Vec::new())).unwrap_err();
    assert!(refused.contains("is version 0 here"), "{refused}");
    let people = ["ada,2h,,,,", "bob,30d,,,,", "cyd,,,,,", "dan,,,,,", "eve,1h,,,,"];
    let edited = later_for(&people, 2, &NEW_WORDS, Vec::new());
    let installed = town.edit(edited).unwrap();
    assert_eq!((installed[0].moved.finish, installed[0].moved.moved, installed[0].entered), (4, 0, 1));
    assert_eq!(stands(&*town.store)[1..], ["1 accept", "1 accept", "1 accept", "2 queued"]);
    town.live(60);
    town.judge();
    let said = |who: &str| {
        let lines = town.ledger().into_iter().filter(|line| line.recipient == who);
        lines.filter_map(|line| line.text).collect::<Vec<_>>().join(" / ")
    };
    assert!(said("ada").contains("Good to meet you") && !said("ada").contains("So good"), "{}", said("ada"));
    assert!(said("ada").contains("in a month"), "{}", said("ada"));
}

#[test]
fn whoever_has_not_begun_begins_in_the_new_version() {
    let mut town = town(&PEOPLE);
    let installed = town.edit(later(2, &NEW_WORDS, Vec::new())).unwrap();
    assert_eq!((installed[0].moved.begin, installed[0].known), (4, 4));
    assert_eq!(stands(&*town.store), ["2 queued"; 4]);
    town.live(60);
    town.judge();
    assert!(town.ledger().iter().all(|line| !line.text.as_deref().unwrap_or_default().starts_with("Good to meet")));
    assert_eq!(town.outcomes().values().sum::<usize>(), 4);
}

#[test]
fn in_place_keeps_places_timers_and_rounds() {
    let people = ["ada,2h,,,,", "bob,9d,,,,"];
    let mut town = town(&people);
    town.live(3);
    let before = enrollments(&*town.store);
    assert_eq!(stands(&*town.store), ["1 nudges", "1 accept"]);
    let edit = [NEW_WORDS[0], NEW_WORDS[1], ("wait up to 6 days", "wait up to 20 days")];
    let installed = town.edit(later_for(&people, 2, &edit, in_place(1))).unwrap();
    assert_eq!(installed[0].moved.moved, 2);
    assert_eq!(stands(&*town.store), ["2 nudges", "2 accept"]);
    let after = enrollments(&*town.store);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(due(before), due(after));
        assert_eq!((after.visits, after.loops.len()), (before.visits + 1, before.loops.len()));
        assert_eq!(
            before.loops.iter().map(|held| held.ran).collect::<Vec<_>>(),
            after.loops.iter().map(|held| held.ran).collect::<Vec<_>>()
        );
        assert_eq!((&before.facts, &before.sends, &before.lines), (&after.facts, &after.sends, &after.lines));
        let passed = |enrollment: &Enrollment| {
            let Ok(Some(Record::Campaign(installed))) = town.store.get(&Key::Campaign(enrollment.campaign)) else { panic!() };
            let labels = installed.campaign.steps.iter().enumerate();
            let passed = labels.filter(|(at, _)| enrollment.trail.has_passed(campaign_engine::model::id::StepId(*at as u32)));
            passed.map(|(_, step)| step.label.clone()).collect::<Vec<_>>()
        };
        assert_eq!(passed(before), passed(after));
    }
    town.live(60);
    town.judge();
    let texts: Vec<String> =
        town.ledger().into_iter().filter(|line| line.recipient == "ada").filter_map(|line| line.text).collect();
    assert_eq!(texts.iter().filter(|text| text.contains("meet you")).count(), 1, "{texts:?}");
    assert_eq!(texts.iter().filter(|text| text.contains("better")).count(), 2, "{texts:?}");
    assert_eq!(town.lines(EntryKind::Moved).len(), 2);
}

#[test]
fn people_go_where_the_rules_say_and_nobody_is_lost() {
    let people = ["ada,2h,,,,", "bob,9d,,,,", "cyd,,,,,"];
    let mut town = town(&people);
    town.live(3);
    assert_eq!(stands(&*town.store), ["1 nudges", "1 accept", "1 accept"]);
    let mut next = later_for(&people, 2, &NEW_WORDS, Vec::new());
    for (mapping, otherwise, says) in [
        (
            vec![("nudges", "stay")],
            None,
            "2 people are at `accept` of version 1, and `migrate from 1` does not say where they go",
        ),
        (
            vec![("nudges", "stay"), ("acept", "stay")],
            Some(Destination::Stay),
            "version 1 has no label `acept`; did you mean `accept`?",
        ),
    ] {
        next.campaigns[0].migrations = rules(&next, 1, &mapping, otherwise);
        let refused = town.edit(next.clone()).unwrap_err();
        assert!(refused.contains(says), "{refused}");
        assert_eq!(stands(&*town.store), ["1 nudges", "1 accept", "1 accept"]);
    }
    let edit = [
        NEW_WORDS[0],
        ("nudges: repeat up to 2 times, 2 days apart", "wait 30 days\n        bumps: repeat up to 1 times, 2 days apart"),
    ];
    let renamed = later_for(&people, 2, &edit, in_place(1));
    let refused = town.edit(renamed).unwrap_err();
    assert!(refused.contains("1 person is at `nudges` of version 1, and this version has no `nudges` to stay at"), "{refused}");
    next.campaigns[0].migrations = rules(&next, 1, &[("accept", "finish"), ("nudges", "first")], None);
    let installed = town.edit(next).unwrap();
    assert_eq!((installed[0].moved.moved, installed[0].moved.finish), (1, 2));
    assert_eq!(stands(&*town.store), ["2 first", "1 accept", "1 accept"]);
    town.live(60);
    town.judge();
    assert_eq!(town.outcomes().values().sum::<usize>(), 3);
}

#[test]
fn what_is_in_flight_is_settled_first() {
    let faults = json!([{"at_call": 1, "route": "POST /users/invite", "kind": "timeout"}]);
    let mut town = Town::new(Wish { people: vec!["ada,2h,,,,"], faults, ..Wish::default() });
    while town.lines(EntryKind::Unknown).is_empty() {
        let next = town.settle_down();
        town.clock.set(next);
    }
    let installed = town.edit(later_for(&["ada,2h,,,,"], 2, &NEW_WORDS, in_place(1))).unwrap();
    assert_eq!((installed[0].moved.later, installed[0].moved.moved), (1, 0));
    assert_eq!(stands(&*town.store), ["1 connect"]);
    // A restart forgets nothing of it, and decides nothing anew.
    town.crash();
    town.open();
    assert_eq!(stands(&*town.store), ["1 connect"]);
    town.live(1);
    assert_eq!(town.lines(EntryKind::Moved).len(), 1);
    assert!(stands(&*town.store)[0].starts_with("2 "), "{:?}", stands(&*town.store));
    town.live(60);
    town.judge();
    town.judge_texts(2);
}

#[test]
fn who_goes_where_is_decided_once() {
    let people = ["ada,20h,,,,", "bob,30d,,,,"];
    let mut town = town(&people);
    let mut next = later_for(&people, 2, &NEW_WORDS, Vec::new());
    town.live(1);
    assert_eq!(stands(&*town.store), ["1 accept.accepted.1", "1 accept"]);
    // Ada is before `nudges`, and finishes; that others would go elsewhere from there is nothing to her later on.
    next.campaigns[0].migrations = rules(&next, 1, &[("nudges", "first"), ("accept", "finish")], Some(Destination::Finish));
    town.edit(next).unwrap();
    for _ in 0..12 {
        town.live(1);
        town.crash();
        town.open();
    }
    town.live(60);
    town.judge();
    assert!(town.lines(EntryKind::Moved).is_empty());
    assert!(stands(&*town.store).iter().all(|place| place.starts_with("1 ended")), "{:?}", stands(&*town.store));
}

#[test]
fn a_paused_campaign_stays_paused_in_its_next_version() {
    let mut town = town(&PEOPLE);
    town.live(1);
    town.command(&campaign_engine::runtime::command::Command::PauseCampaign { name: "intro".to_owned() });
    town.edit(later(2, &NEW_WORDS, in_place(1))).unwrap();
    let before = town.reached().len();
    town.live(10);
    assert_eq!(town.reached().len(), before);
    town.command(&campaign_engine::runtime::command::Command::ResumeCampaign { name: "intro".to_owned() });
    town.live(60);
    town.judge();
    assert!(town.is_idle());
}

#[test]
fn a_crash_at_any_commit_of_an_installation_is_gone_on_with() {
    let people = ["ada,2h,,,,", "bob,9d,,,,", "cyd,,,,,", "dan,,,,,", "eve,,,,,", "fay,1h,,,,"];
    let next = later_for(&people, 2, &NEW_WORDS, in_place(1));
    let mut whole = 0;
    for trip in 0..40 {
        let inner: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let mut town = Town::new(Wish { people: people.to_vec(), store: inner.clone(), ..Wish::default() });
        town.live(4);
        town.crash();
        let before = stands(&*inner);
        town.store = Arc::new(Behind { inner: inner.clone(), rule: Tripping { left: AtomicI64::new(i64::MAX) } });
        town.open();
        town.crash();
        let tripping = Arc::new(Behind { inner: inner.clone(), rule: Tripping { left: AtomicI64::new(1_000) } });
        town.store = tripping.clone();
        town.open();
        tripping.rule.left.store(trip, Ordering::Relaxed);
        let outcome = town.edit(next.clone());
        town.crash();
        town.store = inner.clone();
        town.program = next.clone();
        town.open();
        let after: Vec<String> = before.iter().map(|place| place.replace("1 ", "2 ")).collect();
        assert_eq!(stands(&*inner), after, "after {trip} commits");
        assert_eq!(town.lines(EntryKind::Moved).len(), people.len(), "each once, after {trip} commits");
        let deciding = inner.get(&Key::Meta(MetaKey::Deciding)).unwrap();
        assert_eq!(deciding, Some(Record::Meta(Meta::Deciding { versions: Vec::new() })));
        if outcome.is_ok() {
            whole += 1;
            if whole > 1 {
                break;
            }
        }
        if trip % 5 == 0 {
            town.live(60);
            town.judge();
            town.judge_texts(2);
        }
    }
    assert!(whole > 0, "no installation ever came to its end");
}

#[test]
fn edits_under_load_with_crashes() {
    let names: Vec<String> =
        (0..24).map(|n| format!("p{n},{}h,{},Sure,,", 1 + n * 7 % 90, if n % 4 == 0 { "2h" } else { "" })).collect();
    let people: Vec<&'static str> = names.iter().map(|name| &*name.clone().leak()).collect();
    for seed in 0..3u64 {
        let faults =
            json!([{"share": 0.15, "route": "POST", "kind": "504-after"}, {"share": 0.1, "route": "POST", "kind": "timeout"}]);
        let mut town = Town::new(Wish { people: people.clone(), faults, ..Wish::default() });
        let mut version = 1;
        for day in 0..16u64 {
            town.live(1);
            let words = format!("version {} says", version + 1);
            let edit = [("How are things", words.as_str())];
            if (day + seed) % 3 == 0 {
                let next = later_for(&people, version + 1, &edit, in_place(version));
                town.edit(next).unwrap();
                version += 1;
            }
            if (day + seed) % 2 == 0 {
                town.crash();
                town.open();
            }
        }
        town.live(60);
        town.judge();
        in_order(&town);
        assert!(town.is_idle() && version > 4);
        assert_eq!(town.outcomes().values().sum::<usize>(), people.len());
    }
}

/// Everybody got the invitation, then the first message once, then at most two nudges; or one InMail.
#[track_caller]
fn in_order(town: &Town) {
    let mut by_person: BTreeMap<String, Vec<(Timestamp, String)>> = BTreeMap::new();
    for line in town.ledger() {
        let text = line.text.clone().unwrap_or_default();
        let word = match () {
            () if text.contains("shall we connect") => "a",
            () if text.contains("Good to meet") => "b",
            () if text.contains("better") => "c",
            () if text.contains("one question") => "z",
            () => continue,
        };
        by_person.entry(line.recipient.clone()).or_default().push((line.time(), word.to_owned()));
    }
    for (who, mut lines) in by_person {
        lines.sort();
        let path: String = lines.into_iter().map(|(_, word)| word).collect();
        assert!(["a", "ab", "abc", "abcc", "az", "b", "bc", "bcc"].contains(&path.as_str()), "{who}: {path}");
    }
}

#[test]
fn a_moved_persons_timeline_says_so() {
    let mut town = town(&["bob,9d,,,,"]);
    town.live(2);
    town.edit(later_for(&["bob,9d,,,,"], 2, &NEW_WORDS, in_place(1))).unwrap();
    let lines = town.lines(EntryKind::Moved);
    let (_, entry) = &lines[0];
    assert_eq!((entry.step.as_str(), entry.version, detail(entry, "from"), detail(entry, "at")), ("accept", 2, "1", "accept"));
    assert!(town.now().since_ms(entry.at) < DAY_MS);
}
