//! A webhook that nobody vouches for causes nothing at all: not a row, not a turn, not a call; and one that is vouched for
//! but speaks of nobody we know causes no call.

use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use crate::security::door::{BODY, House, SECRET, auth};
use campaign_engine::model::journal::Table;

#[test]
fn without_the_secret_not_even_a_reading() {
    let house = House::new(SECRET);
    for headers in [String::new(), auth("wrong"), format!("Unipile-Auth: {SECRET}\r\n")] {
        for event in ["message_received", "new_relation", "message_read"] {
            assert_eq!(house.post(&headers, BODY.replace("message_received", event).as_bytes()), 401);
        }
        let status = r#"{"AccountStatus":{"account_id":"acc_lina","account_type":"LINKEDIN","message":"CREDENTIALS"}}"#;
        assert_eq!(house.post(&headers, status.as_bytes()), 401);
    }
    assert_eq!(house.last().0, 0);
    assert_eq!(house.mailbox.try_iter().count(), 0, "no turn was asked for");
}

#[test]
fn a_stranger_s_message_reaches_nobody() {
    let house = House::new(SECRET);
    assert_eq!(house.post(&auth(SECRET), BODY.as_bytes()), 200);
    assert_eq!((house.rows(Table::Inbox), house.rows(Table::Intent), house.rows(Table::Enrollment)), (1, 0, 0));
}

#[test]
fn nothing_is_sent_because_of_what_a_webhook_says_alone() {
    // The far side reports an acceptance that never was: what is sent is what the campaign says, to whom the list says.
    let mut town = Town::new(Wish { people: vec!["ada,2h,,,,", "bob,,,,,"], ..Wish::default() });
    town.live(40);
    let strangers = town.reached().into_iter().filter(|line| !line.ends_with("ada") && !line.ends_with("bob")).count();
    assert_eq!(strangers, 0);
    town.judge();
}
