//! Our own clock is set wrong and right again: the far side sees no limit exceeded and nothing twice.

use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use campaign_engine::model::time::{DAY_MS, HOUR_MS, Timestamp};
use campaign_engine::sim::postpress::ledger::Kind;
use serde_json::json;

#[test]
fn a_clock_set_forward_gives_no_account_a_second_day() {
    let people = vec!["p0,,,,,", "p1,,,,,", "p2,,,,,", "p3,,,,,", "p4,,,,,"];
    for ahead in [26 * HOUR_MS, 3 * DAY_MS, -5 * HOUR_MS] {
        let mut town = Town::new(Wish { people: people.clone(), limits: "invites 1 a day", ..Wish::default() });
        town.live(1);
        town.own_clock.set_ahead(ahead);
        town.live(2);
        town.own_clock.set_ahead(0);
        town.live(60);
        let invites: Vec<Timestamp> =
            town.ledger().iter().filter(|line| line.kind == Kind::Invite).map(|line| line.time()).collect();
        assert_eq!(invites.len(), 5);
        for at in &invites {
            let within = invites.iter().filter(|other| **other <= *at && at.since_ms(**other) < DAY_MS).count();
            assert_eq!(within, 1, "ahead by {ahead}: {invites:?}");
        }
        town.judge();
    }
}

#[test]
fn a_clock_set_forward_settles_no_doubt_early() {
    let faults = json!([
        {"at_call": 1, "route": "POST /chats", "kind": "504-after"},
        {"kind": "list-lag", "route": "GET", "for": "10m"},
        {"kind": "webhook-lost"},
    ]);
    for ahead in [HOUR_MS, 2 * DAY_MS, -HOUR_MS] {
        let mut town = Town::new(Wish { people: vec!["ada,,,,yes,"], faults: faults.clone(), ..Wish::default() });
        while !town.reached().contains(&"message ada".to_owned()) {
            let next = town.settle_down();
            let end = town.now().plus_ms(DAY_MS);
            town.go_on(next, end);
        }
        // The answer is lost; before the list can show it, our clock says that hours have passed.
        town.own_clock.set_ahead(ahead);
        town.live(1);
        town.own_clock.set_ahead(0);
        town.live(60);
        assert!(town.is_idle());
        town.judge();
        town.judge_texts(2);
    }
}
