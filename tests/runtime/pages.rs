//! Lists come in pages, and no page is as long as one would like.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::model::id::AccountId;
use campaign_engine::model::journal::{EntryKind, Key, Record};
use campaign_engine::model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use campaign_engine::sim::faults::{Faults, Rule};
use campaign_engine::sim::postpress::deed::Deed;
use serde_json::json;

const UNREAD: &str = r#"{"kind": "refuse", "route": "GET /chats/*/messages", "status": 404, "type": "resource_not_found"}"#;

fn rules(text: &str) -> serde_json::Value {
    json!([serde_json::from_str::<serde_json::Value>(text).unwrap()])
}

fn reach_ada(town: &mut Town) {
    while !town.reached().contains(&"message ada".to_owned()) {
        let next = town.settle_down();
        let end = town.now().plus_ms(DAY_MS);
        town.go_on(next, end);
    }
}

fn pass(town: &mut Town, ms: i64) {
    let end = town.now().plus_ms(ms);
    while town.now() < end {
        town.step(end).unwrap();
    }
}

fn replies(town: &Town) -> usize {
    town.lines(EntryKind::Event).iter().filter(|(_, entry)| detail(entry, "event") == "replied").count()
}

#[test]
fn whoever_writes_more_than_a_page_between_two_polls_is_heard_whole() {
    let faults = json!([{"kind": "small-pages", "route": "GET"}]);
    let mut town = Town::new(Wish { people: vec!["ada,,,,yes,"], faults, hears: false, ..Wish::default() });
    reach_ada(&mut town);
    for nth in 0..5 {
        town.world.happen("acc_lina", "ada", &Deed::Write(format!("And another thing, {nth}"))).unwrap();
        town.clock.set(town.now().plus_ms(MINUTE_MS));
    }
    pass(&mut town, 2 * DAY_MS);
    assert_eq!(replies(&town), 5);
}

/// postpress names a chat before it has read it: until then its messages are not found, and nothing is lost by that.
#[test]
fn a_chat_that_cannot_be_read_yet_is_read_by_a_later_poll() {
    let mut town = Town::new(Wish { people: vec!["ada,,,,yes,"], hears: false, ..Wish::default() });
    reach_ada(&mut town);
    town.world.happen("acc_lina", "ada", &Deed::Write("Yes, gladly".to_owned())).unwrap();
    let unread: Vec<Rule> = serde_json::from_value(rules(UNREAD)).unwrap();
    town.world.trouble(Faults::new(7, unread));
    pass(&mut town, 12 * HOUR_MS);
    let met: u64 = town.world.trouble(Faults::default()).iter().map(|(_, times)| times).sum();
    assert!(met > 0, "a poll came while the chat could not be read");
    assert_eq!(replies(&town), 0);
    pass(&mut town, 12 * HOUR_MS);
    assert_eq!(replies(&town), 1);
}

/// A chat that stays unreadable holds the mark for a day, not for ever.
#[test]
fn a_chat_that_is_gone_holds_nobody_for_longer_than_a_day() {
    let mut town =
        Town::new(Wish { people: vec!["ada,2h,20h,Yes gladly,,"], faults: rules(UNREAD), hears: false, ..Wish::default() });
    town.live(30);
    let Some(Record::Account(account)) = town.store.get(&Key::Account(AccountId(1))).unwrap() else { panic!("no account") };
    assert!(account.news_until.is_some_and(|at| town.now().since_ms(at) < DAY_MS + 12 * HOUR_MS), "{account:?}");
}

/// What a list does not show for being not found may have happened all the same.
#[test]
fn a_list_that_is_not_found_is_no_empty_list() {
    for (call, list) in [("POST /users/invite", "GET /users/invite/sent"), ("POST /chats", "GET /chats/*/messages")] {
        let faults = json!([
            {"route": call, "kind": "504-after", "times": 1},
            {"route": list, "kind": "refuse", "status": 404, "type": "resource_not_found", "times": 2},
        ]);
        let mut town = Town::new(Wish { people: vec!["ada,2h,,,,"], faults, hears: false, ..Wish::default() });
        town.live(40);
        town.judge();
        town.judge_texts(2);
        let found = town.lines(EntryKind::Reconciled).iter().filter(|(_, entry)| detail(entry, "by") == "reading").count();
        assert_eq!(found, 1, "{call} was found, and made once");
    }
}

/// Both readings missed it, and the far side has it: the first attempt counts as what it was, one of the day's.
#[test]
fn an_invitation_that_was_there_all_along_keeps_its_place_in_the_day() {
    let faults = json!([
        {"route": "POST /users/invite", "kind": "504-after", "times": 1},
        {"route": "GET /users/invite/sent", "kind": "list-lag", "for": "3h"},
    ]);
    let people = vec!["ada,,,,,", "bob,,,,,"];
    let mut town = Town::new(Wish { people, faults, hears: false, limits: "invites 1 a day", ..Wish::default() });
    pass(&mut town, 10 * HOUR_MS);
    let skipped = town.lines(EntryKind::Skipped);
    assert_eq!(skipped.iter().map(|(_, entry)| detail(entry, "why")).collect::<Vec<_>>(), ["already invited"]);
    assert_eq!(town.reached().len(), 1, "the other's is tomorrow's");
    pass(&mut town, DAY_MS);
    assert_eq!(town.reached().len(), 2);
}
