//! Cron expressions: the dialect, and civil time where clocks are set forward and back.

use campaign_engine::model::cron::Cron;
use campaign_engine::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    Timestamp::from(text.parse::<jiff::Timestamp>().unwrap())
}

/// Where the expression leads from that moment, the next times one after another.
fn check(expression: &str, zone: &str, from: &str, expected: &[&str]) {
    let (cron, tz) = (Cron::new(expression).unwrap(), TimeZone::get(zone).unwrap());
    let mut now = at(from);
    let mut found = Vec::new();
    for _ in expected {
        now = cron.next(now, &tz).unwrap();
        found.push(now.to_jiff().to_string());
    }
    assert_eq!(found, expected, "{expression} in {zone}");
}

#[test]
fn the_dialect_is_the_usual_one() {
    let from = "2027-01-04T09:00:00Z";
    check("0 9 * * tue", "UTC", from, &["2027-01-05T09:00:00Z", "2027-01-12T09:00:00Z"]);
    check("0 9 * * 2", "UTC", from, &["2027-01-05T09:00:00Z"]);
    check("0 9 * * 0", "UTC", from, &["2027-01-10T09:00:00Z"]);
    check("0 9 * * 7", "UTC", from, &["2027-01-10T09:00:00Z"]);
    check("30 8 * * mon-fri", "UTC", from, &["2027-01-05T08:30:00Z", "2027-01-06T08:30:00Z"]);
    check("0 9 * * 5-7", "UTC", from, &["2027-01-08T09:00:00Z", "2027-01-09T09:00:00Z", "2027-01-10T09:00:00Z"]);
    check("*/20 9 * * *", "UTC", from, &["2027-01-04T09:20:00Z", "2027-01-04T09:40:00Z", "2027-01-05T09:00:00Z"]);
    check("0 0 1 jan,JUL *", "UTC", from, &["2027-07-01T00:00:00Z", "2028-01-01T00:00:00Z"]);
    check("0 0 29 2 *", "UTC", from, &["2028-02-29T00:00:00Z"]);
    // Named both, either day will do.
    check("0 0 13 * fri", "UTC", from, &["2027-01-08T00:00:00Z", "2027-01-13T00:00:00Z", "2027-01-15T00:00:00Z"]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let bad = [
        "",
        "* * * *",
        "0 0 9 * * tue",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * foo *",
        "* * * * 8",
        "* * * * foo",
        "5-1 * * * *",
        "*/0 * * * *",
        "0 0 30 2 *",
        "@daily",
        "0 0 L * *",
        "0 0 * * 5#2",
        "? * * * *",
    ];
    for expression in bad {
        assert!(Cron::new(expression).is_err(), "{expression}");
    }
}

#[test]
fn a_skipped_time_moves_on_and_a_repeated_one_happens_once() {
    // Paris skips 02:00 to 03:00 on 2027-03-28 and repeats 02:00 to 03:00 on 2027-10-31.
    check("30 2 * * *", "Europe/Paris", "2027-03-27T12:00:00Z", &["2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"]);
    check("30 2 * * *", "Europe/Paris", "2027-10-30T12:00:00Z", &["2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]);
    // Lord Howe sets its clocks by half an hour.
    check("15 2 * * *", "Australia/Lord_Howe", "2027-10-02T12:00:00Z", &["2027-10-02T15:30:00Z", "2027-10-03T15:15:00Z"]);
}

const ZONES: [&str; 5] = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Strictly later, at the minute named or the first one that exists, and nothing is left out between.
    #[test]
    fn the_next_time_is_the_next_one(
        minute in 0i8..60, hour in 0i8..24, zone in prop::sample::select(ZONES.to_vec()), from_min in 0i64..(3 * 365 * 1_440)
    ) {
        let tz = TimeZone::get(zone).unwrap();
        let from = Timestamp(at("2026-01-01T00:00:00Z").0 + from_min * MINUTE_MS);
        let cron = Cron::new(&format!("{minute} {hour} * * *")).unwrap();
        let next = cron.next(from, &tz).unwrap();
        prop_assert!(next > from);
        prop_assert!(next.since_ms(from) <= DAY_MS + 61 * MINUTE_MS);
        prop_assert!(next.since_ms(from) <= cron.longest_ms() + MINUTE_MS);
        let local = next.in_zone(&tz);
        let is_named = (local.hour(), local.minute()) == (hour, minute);
        let before = Timestamp(next.0 - MINUTE_MS).in_zone(&tz);
        let jumped = local.offset() != before.offset();
        prop_assert!(is_named || jumped, "{local} is neither {hour}:{minute} nor where clocks were set");
        // Every day once: the time after it lies on the next civil day.
        let after = cron.next(next, &tz).unwrap().in_zone(&tz);
        prop_assert_eq!(after.date(), local.date().tomorrow().unwrap());
    }
}
