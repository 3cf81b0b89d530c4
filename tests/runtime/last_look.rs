//! Nobody is given up for not having accepted before somebody looked whether they have.

use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use serde_json::{Value, json};

/// Ada accepts five minutes before six days are up, and no webhook ever comes: where does she end, and what went out?
fn end_of(faults: Value) -> (Vec<String>, Town) {
    let mut town = Town::new(Wish { people: vec!["ada,8635m,,,,"], faults, hears: false, ..Wish::default() });
    town.live(60);
    (town.outcomes().into_keys().collect(), town)
}

#[test]
fn an_acceptance_of_the_last_minutes_is_found_before_the_wait_is_given_up() {
    let (outcomes, town) = end_of(json!([]));
    assert_eq!(outcomes, ["no_answer"]);
    let texts = town.reached();
    assert_eq!(texts.iter().filter(|line| *line == "message ada").count(), 3, "the message and two nudges: {texts:?}");
}

#[test]
fn relations_that_cannot_be_read_hold_nobody_for_ever() {
    let faults = json!([{"route": "GET /users/relations", "kind": "500-before"}]);
    let (outcomes, town) = end_of(faults);
    assert_eq!(
        (outcomes, town.reached()),
        (vec!["no_answer".to_owned()], vec!["invite ada".to_owned(), "inmail ada".to_owned()])
    );
}
