//! News of people and accounts: posted as it happens, and read from any place on.

use crate::runtime::letters::Letterbox;
use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use campaign_engine::model::journal::{EntryKind, Record, Table};
use campaign_engine::model::time::HOUR_MS;
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::outside::Outside;
use campaign_engine::runtime::query::Query;
use campaign_engine::runtime::query::news::{NewsReport, NewsRow};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

const CRM: &str = "https://crm.acme.example/news";
const PEOPLE: [&str; 3] = ["ada,2h,1h,Tell me more,,", "bo,2h,,,,", "cy,,,,,"];

fn town(letterbox: &Arc<Letterbox>, faults: Value) -> Town {
    let mut town = Town::new(Wish { people: PEOPLE.to_vec(), faults, ..Wish::default() });
    listen(&mut town, letterbox);
    town
}

fn listen(town: &mut Town, letterbox: &Arc<Letterbox>) {
    let outside = Outside { outlet: letterbox.clone(), news_url: Some(CRM.to_owned()), ..Outside::default() };
    town.house.as_mut().unwrap().partition.reach_out(outside);
}

/// All the news, so many at a time.
fn read(town: &Town, limit: usize) -> Vec<NewsRow> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let query = Query::open(&*town.store, town.now()).unwrap();
        let NewsReport { news, next, more, .. } = query.news(after, Some(limit)).unwrap();
        assert!(news.iter().all(|row| after < row.cursor && row.cursor <= next), "{after} {next} {news:?}");
        all.extend(news);
        if !more {
            assert_eq!(query.news(next, None).unwrap().news, []);
            return all;
        }
        assert!(next > after, "it goes on");
        after = next;
    }
}

/// What is told of each line, as `what who`.
fn told(rows: &[NewsRow]) -> Vec<String> {
    let who = |row: &NewsRow| row.name.clone().or_else(|| row.account.clone()).unwrap_or_default();
    rows.iter().map(|row| format!("{} {}", row.what.word(), who(row))).collect()
}

#[test]
fn whoever_reads_on_from_a_cursor_misses_nothing_and_reads_nothing_twice() {
    let mut town = town(&Letterbox::failing(0), json!([]));
    let first = read(&town, 100);
    assert_eq!(told(&first), Vec::<String>::new());
    town.live(40);
    let all = read(&town, 1_000);
    let said: BTreeSet<String> = told(&all).into_iter().collect();
    for news in ["accepted ADA", "replied ADA", "ended ADA", "accepted BO", "ended BO", "ended CY"] {
        assert!(said.contains(news), "{news}: {said:?}");
    }
    assert_eq!(said.len(), 6, "{said:?}");
    assert_eq!((read(&town, 1), read(&town, 3)), (all.clone(), all.clone()));
    let reply = all.iter().find(|row| row.what.word() == "replied").unwrap();
    assert_eq!((&reply.detail["text"], reply.account.as_deref()), (&json!("Tell me more"), Some("lina")));
    assert!(all.iter().filter(|row| row.what.word() == "ended").all(|row| row.detail.contains_key("outcome")), "{all:?}");

    // The data is older than the reader: it goes on from where that ends.
    let query = Query::open(&*town.store, town.now()).unwrap();
    let beyond = query.news(u64::MAX, None).unwrap();
    assert_eq!((beyond.news.len(), beyond.next, beyond.more), (0, town.store.figures().durable.0, false));
}

#[test]
fn what_happens_is_posted_also_to_a_receiver_that_was_down() {
    let letterbox = Letterbox::failing(4);
    let mut town = town(&letterbox, json!([]));
    town.live(3);
    // The process ends, and another goes on.
    town.crash();
    town.open();
    listen(&mut town, &letterbox);
    town.live(40);
    let posted: BTreeSet<(String, String)> =
        letterbox.at(CRM).into_iter().map(|(_, body)| (word(&body["type"]), word(&body["data"]["contact"]["name"]))).collect();
    let expected: BTreeSet<(String, String)> =
        read(&town, 100).into_iter().map(|row| (format!("campaign.{}", row.what.word()), row.name.unwrap())).collect();
    assert_eq!(posted, expected);
    let ids: BTreeSet<String> = letterbox.at(CRM).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), expected.len(), "a letter that came twice has one id");
    assert!(town.lines(EntryKind::Failed).is_empty(), "{:?}", town.lines(EntryKind::Failed));
}

#[test]
fn a_lost_account_and_a_task_are_news() {
    let faults =
        json!([{"kind": "disconnect-account", "route": "POST /users/invite", "at_call": 2, "for": "2d", "word": "CREDENTIALS"}]);
    let letterbox = Letterbox::failing(0);
    let mut town = town(&letterbox, faults);
    town.live(2);
    let lost: Vec<NewsRow> = read(&town, 100).into_iter().filter(|row| row.what.word() == "account_lost").collect();
    assert_eq!(told(&lost), ["account_lost lina"]);
    assert_eq!((&lost[0].detail["word"], lost[0].id), (&json!("disconnected_account"), None));
    let posted = letterbox.at(CRM).into_iter().filter(|(_, body)| body["type"] == "campaign.account_lost");
    assert_eq!(posted.map(|(_, body)| word(&body["data"]["account"])).collect::<Vec<_>>(), ["lina"]);

    let body = "steps\n asked: ask owner to \"Look at {{ first_name }}\"\n wait up to 5 days\n when approved\n stop as no_answer\n when rejected\n stop as unreachable\n on timeout\n stop as replied\n end\n end";
    let mut town = Town::new(Wish { body, people: vec!["ada,,,,,"], ..Wish::default() });
    town.live(1);
    assert_eq!(told(&read(&town, 100)), ["needs_person ADA"]);
}

#[test]
fn nobody_who_was_erased_is_news() {
    let mut town = town(&Letterbox::failing(0), json!([]));
    town.live(3);
    let ada = read(&town, 100).into_iter().find_map(|row| row.id.filter(|_| row.name.as_deref() == Some("ADA"))).unwrap();
    town.command(&Command::Erase { enrollments: vec![campaign_engine::model::id::EnrollmentId(ada)] });
    assert!(told(&read(&town, 100)).iter().all(|news| !news.ends_with("ADA")));
    let letters = |town: &Town| {
        let mut letters = 0;
        let mut see = |record| {
            letters += usize::from(matches!(record, Record::Outgoing(_)));
            ControlFlow::Continue(())
        };
        town.store.scan(Table::Outgoing, None, &mut see).unwrap();
        letters
    };
    town.clock.set(town.now().plus_ms(HOUR_MS));
    town.settle_down();
    assert_eq!(letters(&town), 0);
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
