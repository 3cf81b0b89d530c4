//! Edit, plan, apply: everybody is where the plan said, and nobody is written to twice or out of order.

use crate::runtime::town::Town;
use crate::runtime::wish::{INTRO, Wish, pooled, program};
use campaign_engine::cli::ahead::{Ahead, look_ahead};
use campaign_engine::model::campaign::{Destination, Migration};
use campaign_engine::model::enrollment::Status;
use campaign_engine::model::id::EnrollmentId;
use campaign_engine::model::journal::{EntryKind, Installed, Key, Record};
use campaign_engine::model::program::{Program, RosterRow};
use campaign_engine::model::time::{Delay, Timestamp, Unit};
use campaign_engine::plan::compare::differs;
use campaign_engine::plan::document::{Goes, Plan};
use campaign_engine::plan::scratch::scratch;
use campaign_engine::plan::shown::told;
use campaign_engine::store::contract::Store;
use campaign_engine::store::memory::MemoryStore;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Strangers who accept soon or late or never, some of whom answer.
fn people(count: usize) -> Vec<&'static str> {
    let one = |n: usize| {
        let accepts = match n % 4 {
            0 => "2h".to_owned(),
            1 => format!("{}h", 20 + n % 70),
            2 => "9d".to_owned(),
            _ => String::new(),
        };
        let replies = if n.is_multiple_of(11) { "30h" } else { "" };
        format!("p{n},{accepts},{replies},Sure,,")
    };
    (0..count).map(|n| &*one(n).leak()).collect()
}

fn roomy(mut program: Program) -> Program {
    let gap = Delay::exactly(0, Unit::Minutes);
    program.workspace.calendar.gap = gap;
    program.campaigns.iter_mut().for_each(|campaign| campaign.calendar.gap = gap);
    program
}

const LIMITS: &str =
    "invites 20000 a day, 100000 a week\n    messages 20000 a day\n    inmails 20000 a day\n    visits 20000 a day";
const RULES: &str = "start 20000 a day";

/// People of one account: it has invited them all within the provider's own limit.
const SHARE: usize = 60;

/// Accounts beside lina's that so many people need.
fn others(people: usize) -> Vec<String> {
    (1..people.div_ceil(SHARE)).map(|n| format!("sdr{n}")).collect()
}

fn first(people: &[&str]) -> Program {
    roomy(pooled(&others(people.len()), people, INTRO, LIMITS, RULES))
}

/// Version 2: other words, a shorter loop, and rules for everybody.
fn second(people: &[&str]) -> Program {
    let body = INTRO.replace("How are things?", "How is it going?").replace("2 days apart", "3 days apart");
    let mut program = roomy(pooled(&others(people.len()), people, &body, LIMITS, RULES));
    let campaign = &mut program.campaigns[0];
    let nudges = campaign.step_labelled("nudges").unwrap();
    campaign.version = 2;
    let rules = [
        ("accept", Destination::Stay),
        ("first", Destination::Stay),
        ("nudges", Destination::GoTo(nudges)),
        ("mail", Destination::Finish),
        ("connect", Destination::Stay),
    ];
    let rules = rules.map(|(label, destination)| (label.to_owned(), destination)).into_iter().collect();
    campaign.migrations = vec![Migration { from: 1, in_place: false, rules, otherwise: Some(Destination::Finish) }];
    program
}

fn planned(town: &Town, program: &Program) -> Plan {
    let copy: Arc<MemoryStore> = Arc::new(scratch(&*town.store, town.now()).unwrap());
    let ahead = Ahead { paths: Vec::new(), from: None, days: 3 };
    look_ahead(&copy, program, town.now(), &ahead).unwrap()
}

/// Version and label of everybody under way.
fn stands(store: &dyn Store, town: &Town) -> BTreeMap<EnrollmentId, (u32, String)> {
    let mut campaigns: BTreeMap<_, Box<Installed>> = BTreeMap::new();
    let place = |enrollment: campaign_engine::model::enrollment::Enrollment| {
        let installed = campaigns.entry(enrollment.campaign).or_insert_with(|| {
            let Ok(Some(Record::Campaign(installed))) = store.get(&Key::Campaign(enrollment.campaign)) else { panic!() };
            installed
        });
        let label = match &enrollment.status {
            Status::Queued => "queued".to_owned(),
            Status::Active { path, .. } => installed.campaign.step(path.step).label.clone(),
            Status::Ended { .. } => return None,
        };
        Some((enrollment.id, (installed.campaign.version, label)))
    };
    town.enrollments().unwrap().into_iter().filter_map(place).collect()
}

fn edit_plan_apply(count: usize) {
    let people = people(count);
    let others = others(count);
    let mut town = Town::new(Wish { people: people.clone(), others, limits: LIMITS, rules: RULES, ..Wish::default() });
    town.edit(first(&people)).unwrap();
    town.live(4);
    let before = stands(&*town.store, &town);
    let next = second(&people);
    let plan = planned(&town, &next);
    let in_flight: u32 = plan.campaigns[0].people.iter().map(|place| place.people).sum();
    assert_eq!(in_flight as usize, before.len());
    assert!(before.len() * 3 > count * 2, "{} of {count} are on their way", before.len());
    town.edit(next).unwrap();
    let after = stands(&*town.store, &town);
    for place in &plan.campaigns[0].people {
        let label = place.label.clone().unwrap_or_else(|| "queued".to_owned());
        let from: Vec<EnrollmentId> =
            before.iter().filter(|(_, stood)| **stood == (place.version, label.clone())).map(|(id, _)| *id).collect();
        assert_eq!(from.len(), place.people as usize, "{place:?}");
        let expected = match place.goes {
            Goes::Stay => (2, label.clone()),
            Goes::GoTo => (2, place.to.clone().unwrap()),
            Goes::Finish => (1, label.clone()),
            Goes::Begin => (2, "queued".to_owned()),
        };
        let there = from.iter().filter(|id| after.get(id) == Some(&expected)).count();
        assert_eq!(there + place.busy as usize, place.people as usize, "{place:?}");
    }
    let moved: u32 = plan.campaigns[0].people.iter().filter(|place| place.goes != Goes::Finish).map(|place| place.people).sum();
    let busy: u32 = plan.campaigns[0].people.iter().map(|place| place.busy).sum();
    assert_eq!(town.lines(EntryKind::Moved).len(), (moved - busy) as usize);
    town.crash();
    town.open();
    town.live(40);
    town.judge();
    in_order(&town, count);
    assert_eq!(town.outcomes().values().sum::<usize>(), count);
}

/// Everybody got the invitation once, the first message once, and at most two nudges after it; or one InMail.
fn in_order(town: &Town, count: usize) {
    let mut by_person: BTreeMap<String, Vec<(Timestamp, char)>> = BTreeMap::new();
    for line in town.ledger() {
        let text = line.text.clone().unwrap_or_default();
        let words = [("shall we connect", 'a'), ("Good to meet", 'b'), ("better in a month", 'c'), ("one question", 'z')];
        if let Some((_, letter)) = words.iter().find(|(words, _)| text.contains(words)) {
            by_person.entry(line.recipient.clone()).or_default().push((line.time(), *letter));
        }
    }
    assert_eq!(by_person.len(), count);
    for (who, mut lines) in by_person {
        lines.sort();
        let path: String = lines.into_iter().map(|(_, letter)| letter).collect();
        assert!(["a", "ab", "abc", "abcc", "az"].contains(&path.as_str()), "{who}: {path}");
    }
}

/// People of the edit; `PLAN_PEOPLE=1000 cargo test --release --test lib plan::applied` moves more.
fn people_asked_for() -> usize {
    std::env::var("PLAN_PEOPLE").map_or(60, |count| count.parse().expect("PLAN_PEOPLE is a number"))
}

#[test]
fn everybody_is_where_the_plan_said() {
    edit_plan_apply(people_asked_for());
}

#[test]
fn a_plan_says_the_same_twice_and_knows_when_the_world_has_moved_on() {
    let people = people(24);
    let mut town = Town::new(Wish { people: people.clone(), limits: LIMITS, rules: "start 6 a day", ..Wish::default() });
    town.live(2);
    let next = second(&people);
    let plan = planned(&town, &next);
    assert_eq!(plan, planned(&town, &next));
    assert!(plan.changes && differs(&plan, &planned(&town, &next)).is_none());
    assert_eq!(plan, serde_json::from_str(&serde_json::to_string_pretty(&plan).unwrap()).unwrap());
    let mut other = next.clone();
    other.campaigns[0].messages[1].variants[0].text.push('!');
    assert!(differs(&plan, &planned(&town, &other)).is_some());
    let mut other = next.clone();
    let row = &mut other.rosters[0].rows[0];
    let fields = row.fields().into_iter().chain([("first_name".to_owned(), "Zoe".to_owned())]).collect();
    *row = RosterRow::alone(row.file(), row.number(), row.key(), &fields);
    assert_eq!(differs(&plan, &planned(&town, &other)).as_deref(), Some("a list has changed since the plan was made"));
    town.live(1);
    let why = differs(&plan, &planned(&town, &next)).unwrap();
    assert!(why.contains("have moved since the plan was made"), "{why}");
    let plan = planned(&town, &next);
    town.edit(next.clone()).unwrap();
    let after = planned(&town, &next);
    assert!(!after.changes && after.campaigns[0].people.is_empty(), "{after:#?}");
    assert!(differs(&plan, &after).is_some());
}

#[test]
fn the_first_plan_needs_no_store() {
    let mut names = people(3);
    names.push("p0,,,,,");
    let program = program(&names, INTRO, "invites 2 a day", "start 2 a day");
    let ahead = Ahead { paths: Vec::new(), from: Some("2027-01-05".to_owned()), days: 3 };
    let plan = look_ahead(&Arc::new(MemoryStore::new()), &program, crate::runtime::town::BEGIN, &ahead).unwrap();
    assert_eq!((plan.from.as_str(), plan.changes), ("2027-01-05", true));
    assert_eq!(plan.campaigns[0].enter.len(), 3);
    let days: Vec<(&str, &str, &str)> =
        plan.sends.iter().map(|send| (send.day.as_str(), send.contact.as_str(), send.kind.as_str())).collect();
    let slug = |n: usize| format!("https://www.linkedin.com/in/p{n}/");
    assert_eq!(days.len(), 3, "{days:?}");
    assert_eq!(days[0], ("2027-01-05", slug(0).as_str(), "invite"));
    assert_eq!(plan.sends[0].text.as_deref(), Some("Hi P0, shall we connect?"));
    // An account of unknown age begins with a fifth of its limits, and at least with one.
    assert_eq!((plan.used[0].used, plan.used[0].limit), (1, Some(1)), "{:?}", plan.used);
    let page = told(&plan, false);
    assert!(page.starts_with("account `lina` is new\nintro v1: new\n  3 people enter"), "{page}");
    assert!(page.contains("3 days from Tue 5 Jan 2027, if nobody accepts or answers\n  2027-01-05 lina: "), "{page}");
}
