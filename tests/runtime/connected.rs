//! Whoever turns out to be a relation already is not invited.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::model::journal::EntryKind;
use serde_json::json;

#[test]
fn whoever_is_a_relation_already_gets_no_invitation_not_even_a_doubtful_one() {
    let faults = json!([{"route": "POST /users/invite", "kind": "504-before"}]);
    let mut town = Town::new(Wish { people: vec!["ada,,,,yes,"], faults, ..Wish::default() });
    town.live(60);
    assert!(town.is_idle());
    town.judge();
    let intents = town.lines(EntryKind::Intent);
    assert!(intents.iter().all(|(_, entry)| entry.step != "connect"), "{intents:#?}");
    let skipped = town.lines(EntryKind::Skipped);
    assert!(skipped.iter().any(|(_, entry)| detail(entry, "why") == "already connected"), "{skipped:#?}");
    assert_eq!(town.reached().iter().filter(|line| line.starts_with("message")).count(), 3);
}
