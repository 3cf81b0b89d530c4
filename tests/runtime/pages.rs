//! Lists come in pages, and no page is as long as one would like.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::model::journal::EntryKind;
use campaign_engine::model::time::{DAY_MS, MINUTE_MS};
use campaign_engine::sim::postpress::deed::Deed;
use serde_json::json;

#[test]
fn whoever_writes_more_than_a_page_between_two_polls_is_heard_whole() {
    let faults = json!([{"kind": "small-pages", "route": "GET"}]);
    let mut town = Town::new(Wish { people: vec!["ada,,,,yes,"], faults, hears: false, ..Wish::default() });
    while !town.reached().contains(&"message ada".to_owned()) {
        let next = town.settle_down();
        let end = town.now().plus_ms(DAY_MS);
        town.go_on(next, end);
    }
    for nth in 0..5 {
        town.world.happen("acc_lina", "ada", &Deed::Write(format!("And another thing, {nth}"))).unwrap();
        town.clock.set(town.now().plus_ms(MINUTE_MS));
    }
    let end = town.now().plus_ms(2 * DAY_MS);
    while town.now() < end {
        town.step(end).unwrap();
    }
    let heard = town.lines(EntryKind::Event).iter().filter(|(_, entry)| detail(entry, "event") == "replied").count();
    assert_eq!(heard, 5);
}
