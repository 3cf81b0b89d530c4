//! Whoever may begin as they enter does; nobody overtakes those who wait, and nobody begins while nothing runs.

use crate::runtime::town::{BEGIN, Town};
use crate::runtime::wish::{Wish, program};
use campaign_engine::connector::absent::Absent;
use campaign_engine::model::enrollment::Status;
use campaign_engine::model::id::{EnrollmentId, Lsn};
use campaign_engine::model::journal::{Cause, Commit, EntryKind, Key, Record};
use campaign_engine::model::program::Program;
use campaign_engine::model::time::{DAY_MS, HOUR_MS};
use campaign_engine::runtime::clock::{Clock, SetClock};
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::{Runtime, Setting};
use campaign_engine::store::contract::Store;
use campaign_engine::store::memory::MemoryStore;
use std::ops::ControlFlow;
use std::sync::Arc;

const BODY: &str = "
  steps
    wait 3 days
    stop as no_answer
  end";

fn people(rows: &[&str], rules: &str) -> Program {
    program(rows, BODY, "invites 20 a day", rules)
}

fn begun(town: &Town) -> Vec<u64> {
    let mut begun: Vec<u64> = town.lines(EntryKind::Started).iter().map(|(id, _)| id.0).collect();
    begun.sort_unstable();
    begun
}

const PEOPLE: [&str; 4] = ["zoe,,,,yes,", "ada,,,,yes,", "bob,,,,yes,", "eva,,,,yes,"];

/// Zoe has begun, and the campaign is open.
fn town(rules: &'static str) -> Town {
    let mut town = Town::new(Wish { body: BODY, people: PEOPLE[..1].to_vec(), rules, ..Wish::default() });
    assert!(begun(&town).is_empty(), "nobody begins before the schedule opens");
    town.clock.set(BEGIN.plus_ms(3 * HOUR_MS));
    town.settle_down();
    assert_eq!(begun(&town), [1]);
    town
}

#[test]
fn who_enters_begins_in_the_commit_that_lets_them_in() {
    let mut town = town("start 3 a day");
    let after = town.store.figures().last;
    let house = town.house.as_mut().unwrap();
    house.partition.install(&people(&PEOPLE, "start 3 a day")).unwrap();
    assert_eq!(begun(&town), [1, 2, 3], "as many as may in a day");
    let mut commits = Vec::new();
    let mut see = |_, commit: Commit| {
        if commit.cause == Cause::Enrolment {
            commits.push(commit.entries.iter().map(|(id, entry)| (id.0, entry.kind)).collect::<Vec<_>>());
        }
        ControlFlow::Continue(())
    };
    town.store.replay(Lsn(after.0 + 1), &mut see).unwrap();
    let (entered, started) = (EntryKind::Enrolled, EntryKind::Started);
    assert_eq!(commits.len(), 1, "{commits:?}");
    let lines: Vec<_> = commits[0].iter().filter(|(_, kind)| [entered, started].contains(kind)).copied().collect();
    assert_eq!(lines, [(2, entered), (2, started), (3, entered), (3, started), (4, entered)]);
}

#[test]
fn who_waits_goes_first() {
    let mut town = town("start 1 a day");
    let enter = |town: &mut Town, rows: &[&str]| {
        let program = people(rows, "start 1 a day");
        assert_eq!(town.house.as_mut().unwrap().partition.install(&program).unwrap()[0].entered, 1);
    };
    enter(&mut town, &PEOPLE[..2]);
    assert_eq!(begun(&town), [1], "ada waits: zoe was today's");
    // A day later there is room for one, and before the next turn somebody enters.
    town.clock.set(town.clock.now().plus_ms(DAY_MS + HOUR_MS));
    enter(&mut town, &PEOPLE[..3]);
    assert_eq!(begun(&town), [1], "bob does not overtake her");
    town.settle_down();
    assert_eq!(begun(&town), [1, 2]);
}

#[test]
fn nobody_begins_while_nothing_runs() {
    let program = people(&["ada,,,,yes,"], "start 40 a day");
    let longer = people(&["ada,,,,yes,", "bob,,,,yes,"], "start 40 a day");
    let store = Arc::new(MemoryStore::new());
    let open = || {
        let setting = Setting {
            store: Arc::clone(&store) as Arc<dyn Store>,
            clock: Arc::new(SetClock::at(BEGIN.plus_ms(3 * HOUR_MS))),
            connector: Arc::new(Absent),
            spawn: Arc::new(|_| {}),
            root: program.root.clone(),
            workspace: program.workspace.clone(),
            speed: 1,
            until_idle: false,
        };
        Runtime::open(setting).unwrap()
    };
    open().install(&program).unwrap();
    let campaign = program.campaigns[0].name.clone();
    let enroll = Command::Enroll { campaign, rows: longer.rosters[0].rows.clone() };
    open().command(&enroll).unwrap().unwrap();
    let status = |id| match store.get(&Key::Enrollment(EnrollmentId(id))).unwrap() {
        Some(Record::Enrollment(enrollment)) => enrollment.status,
        other => panic!("{other:?}"),
    };
    assert!(matches!(status(1), Status::Active { .. }), "the engine was about to run");
    assert_eq!(status(2), Status::Queued, "let in by a command: their days count from when it runs");
}
