//! The days ahead from where a store stands: what they tell, against what then goes out.

use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use campaign_engine::cli::days_ahead::Kept;
use campaign_engine::model::journal::EntryKind;
use campaign_engine::model::time::{DAY_MS, HOUR_MS, Timestamp};
use campaign_engine::runtime::census::watched::Watched;
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::query::days::DayAhead;
use campaign_engine::sim::forecast::daily::{DAYS, days_ahead};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Thirty who never answer, of whom twenty are invited on the first day.
fn silent() -> Town {
    let people = (0..30).map(|n| &*format!("silent-{n},,,,,").leak()).collect();
    let mut town = Town::new(Wish { people, ..Wish::default() });
    town.live(1);
    town
}

fn ahead(town: &Town) -> Vec<DayAhead> {
    days_ahead(&watched(town), town.now()).unwrap().campaigns.remove("intro").unwrap()
}

fn watched(town: &Town) -> Watched {
    Watched::over(Arc::clone(&town.store))
}

fn day_of(at: Timestamp) -> String {
    at.iso_ms()[..10].to_owned()
}

#[test]
fn what_is_forecast_goes_out() {
    let mut town = silent();
    let told = ahead(&town);
    assert_eq!((told.len() as i64, told[0].day.as_str()), (DAYS, &*day_of(town.now())));
    let known = town.now();
    town.live(DAYS + 2);
    let mut invited: BTreeMap<String, u32> = BTreeMap::new();
    for (_, entry) in town.lines(EntryKind::Sent).iter().filter(|(_, entry)| entry.at > known) {
        if entry.detail.contains(&("kind".to_owned(), "invite".to_owned())) {
            *invited.entry(day_of(entry.at)).or_default() += 1;
        }
    }
    let forecast: BTreeMap<String, u32> =
        told.iter().filter(|day| day.invites > 0).map(|day| (day.day.clone(), day.invites)).collect();
    assert_eq!(forecast, invited);
    assert!(!invited.is_empty());
}

#[test]
fn nothing_is_forecast_of_what_is_paused() {
    let mut town = silent();
    assert!(ahead(&town).iter().any(|day| day.invites > 0));
    town.command(&Command::PauseAll);
    assert!(ahead(&town).iter().all(|day| day.invites + day.messages + day.inmails == 0));
}

#[test]
fn a_forecast_is_kept_for_an_hour_and_for_seconds_of_the_wall() {
    let mut town = silent();
    let (kept, now, wall) = (Kept::default(), town.now(), Timestamp(0));
    let told = |town: &Town, at: Timestamp, wall: Timestamp| kept.days_ahead(&watched(town), at, wall).unwrap();
    let first = told(&town, now, wall);
    town.command(&Command::PauseAll);
    assert_eq!(told(&town, now.plus_ms(HOUR_MS - 1), wall.plus_ms(DAY_MS)), first);
    // A fast clock does not make it forecast at every look.
    assert_eq!(told(&town, now.plus_ms(DAY_MS), wall.plus_ms(9_999)), first);
    let second = told(&town, now.plus_ms(HOUR_MS), wall.plus_ms(10_000));
    assert_ne!(second["campaigns"], first["campaigns"]);
    assert_eq!(second["made_at"], now.plus_ms(HOUR_MS).iso_ms());
}
