//! Civil time: windows, working days, draws, and the hours that DST takes and gives.

use crate::machine::walk::office;
use campaign_engine::model::calendar::{Calendar, civil_date, first_moment};
use campaign_engine::model::time::{DAY_MS, Delay, HOUR_MS, MINUTE_MS, Timestamp, Unit};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// Both halves of the earth, half hours, and a zone whose clocks move at midnight.
const ZONES: [&str; 5] = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kolkata"];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::from(text.parse::<jiff::Timestamp>().unwrap())
}

fn iso(moment: Timestamp) -> String {
    moment.to_jiff().to_string()
}

#[test]
fn delays_end_where_the_language_says() {
    let mut calendar = office();
    calendar.holidays.insert(date(2027, 1, 6));
    let rows = [
        // Friday; the clocks go forward on Sunday: hours are exact, days keep the local time.
        ("2027-03-26T17:00:00Z", Delay::exactly(72, Unit::Hours), "2027-03-29T17:00:00Z"),
        ("2027-03-26T17:00:00Z", Delay::exactly(3, Unit::Days), "2027-03-29T16:00:00Z"),
        ("2027-03-26T17:00:00Z", Delay::exactly(1, Unit::WorkingDays), "2027-03-29T16:00:00Z"),
        ("2027-10-29T16:00:00Z", Delay::exactly(1, Unit::Weeks), "2027-11-05T17:00:00Z"),
        ("2027-01-04T09:00:00Z", Delay::exactly(90, Unit::Minutes), "2027-01-04T10:30:00Z"),
        // Wednesday is a holiday.
        ("2027-01-04T09:00:00Z", Delay::exactly(3, Unit::WorkingDays), "2027-01-08T09:00:00Z"),
        ("2027-01-09T09:00:00Z", Delay::exactly(1, Unit::WorkingDays), "2027-01-11T09:00:00Z"),
        ("2027-01-09T09:00:00Z", Delay::exactly(0, Unit::WorkingDays), "2027-01-09T09:00:00Z"),
        ("2027-01-09T09:00:00Z", Delay::exactly(0, Unit::Days), "2027-01-09T09:00:00Z"),
    ];
    for (from, delay, expected) in rows {
        assert_eq!(iso(calendar.after(delay, 7, at(from), &zone("Europe/Paris"))), expected, "{delay} from {from}");
    }
}

#[test]
fn the_next_opening() {
    let mut calendar = office();
    calendar.holidays.insert(date(2027, 1, 11));
    let paris = zone("Europe/Paris");
    let rows = [
        ("2027-01-04T09:00:00Z", Some("2027-01-04T09:00:00Z")),
        ("2027-01-04T15:59:59.999Z", Some("2027-01-04T15:59:59.999Z")),
        ("2027-01-04T16:00:00Z", Some("2027-01-05T08:00:00Z")),
        ("2027-01-08T16:00:00Z", Some("2027-01-12T08:00:00Z")),
    ];
    for (from, expected) in rows {
        assert_eq!(calendar.next_open(at(from), &paris).map(iso), expected.map(str::to_owned), "{from}");
    }
    calendar.windows = Default::default();
    assert_eq!(calendar.next_open(at("2027-01-04T09:00:00Z"), &paris), None);
    assert_eq!(
        iso(calendar.after(Delay::exactly(2, Unit::WorkingDays), 0, at("2027-01-04T09:00:00Z"), &paris)),
        "2027-01-06T09:00:00Z"
    );
}

#[test]
fn windows_in_hours_that_clocks_skip_or_repeat() {
    let night = |from, to| Calendar { windows: std::array::from_fn(|_| vec![(from, to)]), ..office() };
    let paris = zone("Europe/Paris");
    // 2027-03-28, 02:00 to 03:00 does not exist.
    assert_eq!(night(120, 150).next_open(at("2027-03-28T00:00:00Z"), &paris).map(iso).as_deref(), Some("2027-03-29T00:00:00Z"));
    assert_eq!(night(135, 240).next_open(at("2027-03-28T00:00:00Z"), &paris).map(iso).as_deref(), Some("2027-03-28T01:00:00Z"));
    // 2027-10-31, 02:00 to 03:00 is there twice.
    assert_eq!(night(120, 150).next_open(at("2027-10-31T00:40:00Z"), &paris).map(iso).as_deref(), Some("2027-10-31T01:00:00Z"));
    assert_eq!(night(90, 150).next_open(at("2027-10-31T00:40:00Z"), &paris).map(iso).as_deref(), Some("2027-10-31T01:00:00Z"));
}

#[test]
fn the_next_weekday_is_strictly_later() {
    let (calendar, paris) = (office(), zone("Europe/Paris"));
    let rows = [
        ("2027-01-04T08:00:00Z", 0, 540, "2027-01-11T08:00:00Z"),
        ("2027-01-04T07:59:59Z", 0, 540, "2027-01-04T08:00:00Z"),
        ("2027-01-04T08:00:00Z", 4, 600, "2027-01-08T09:00:00Z"),
        ("2027-03-25T08:00:00Z", 6, 150, "2027-03-28T01:00:00Z"),
    ];
    for (from, weekday, minute, expected) in rows {
        assert_eq!(iso(calendar.next_weekday(weekday, minute, at(from), &paris)), expected, "{from}");
    }
}

#[test]
fn zones_and_dates() {
    let calendar = office();
    assert_eq!(calendar.zone_for(Some("Asia/Tokyo")).iana_name(), Some("Asia/Tokyo"));
    assert_eq!(calendar.zone_for(Some("Mars/Olympus")).iana_name(), Some("Europe/Paris"));
    assert_eq!(calendar.zone_for(None).iana_name(), Some("Europe/Paris"));
    assert_eq!(Calendar { of_contact: false, ..office() }.zone_for(Some("Asia/Tokyo")).iana_name(), Some("Europe/Paris"));
    assert_eq!(Calendar { zone: "nowhere".to_owned(), ..office() }.zone_for(None), TimeZone::UTC);
    let paris = zone("Europe/Paris");
    assert_eq!(civil_date("2027-01-04", &paris), Some(date(2027, 1, 4)));
    assert_eq!(civil_date("2027-01-04T23:30:00Z", &paris), Some(date(2027, 1, 5)));
    assert_eq!(civil_date(" 2027-01-04T23:30:00 ", &paris), Some(date(2027, 1, 4)));
    assert_eq!(civil_date("next week", &paris), None);
    // Clocks jump from 00:00 to 01:00.
    assert_eq!(first_moment(date(2027, 3, 14), 0, &zone("America/Havana")).map(iso).as_deref(), Some("2027-03-14T05:00:00Z"));
}

/// Moments from 2026 to 2030, to the second.
fn moment() -> impl Strategy<Value = Timestamp> {
    (1_767_225_600i64..1_893_456_000).prop_map(|seconds| Timestamp(seconds * 1_000))
}

fn calendar() -> impl Strategy<Value = Calendar> {
    let window = (0u16..1_440, 1u16..700).prop_map(|(from, length)| (from, (from + length).min(1_440)));
    let days = prop::collection::vec(prop::option::of(window), 7);
    (days, prop::collection::btree_set(0i64..1_500, 0..20)).prop_map(|(days, holidays)| {
        let mut calendar = office();
        for (to, window) in calendar.windows.iter_mut().zip(days) {
            *to = window.into_iter().collect();
        }
        let first = date(2026, 1, 1);
        calendar.holidays = holidays.into_iter().map(|days| first.saturating_add(jiff::Span::new().days(days))).collect();
        calendar
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_opening_is_open_and_nothing_before_it_is(from in moment(), calendar in calendar(), zone_at in 0usize..5) {
        let tz = zone(ZONES[zone_at]);
        if let Some(opening) = calendar.next_open(from, &tz) {
            prop_assert!(opening >= from);
            prop_assert!(calendar.is_open(opening, &tz), "{} is closed", iso(opening));
            prop_assert_eq!(calendar.next_open(opening, &tz), Some(opening));
            let closed = (1..400).map(|step| from.plus_ms(step * 7 * MINUTE_MS)).take_while(|moment| *moment < opening);
            for moment in closed {
                prop_assert!(!calendar.is_open(moment, &tz), "{} was open before {}", iso(moment), iso(opening));
            }
        } else {
            prop_assert!(calendar.windows.iter().all(Vec::is_empty));
        }
    }

    #[test]
    fn days_keep_the_clock_and_hours_the_length(from in moment(), count in 0u32..60, draw in any::<u64>(), zone_at in 0usize..5) {
        let tz = zone(ZONES[zone_at]);
        let calendar = office();
        let later = calendar.after(Delay::exactly(count, Unit::Days), draw, from, &tz);
        let (before, after) = (from.in_zone(&tz).datetime(), later.in_zone(&tz).datetime());
        prop_assert_eq!(before.date().until(after.date()).unwrap().get_days(), i32::try_from(count).unwrap());
        let shift_ms = (later.since_ms(from) - i64::from(count) * DAY_MS).abs();
        prop_assert!(before.time() == after.time() || shift_ms <= 2 * HOUR_MS);
        prop_assert!(shift_ms <= 2 * HOUR_MS);
        let exact = calendar.after(Delay::exactly(count, Unit::Hours), draw, from, &tz);
        prop_assert_eq!(exact.since_ms(from), i64::from(count) * HOUR_MS);
    }

    #[test]
    fn working_days_are_counted_as_they_are_waited(from in moment(), count in 0u32..40, calendar in calendar(), zone_at in 0usize..5) {
        let tz = zone(ZONES[zone_at]);
        prop_assume!(calendar.windows.iter().any(|day| !day.is_empty()));
        let later = calendar.after(Delay::exactly(count, Unit::WorkingDays), 0, from, &tz);
        prop_assert_eq!(calendar.working_days_between(from, later, &tz), count);
        if count > 0 {
            prop_assert!(calendar.is_working_day(later.in_zone(&tz).date()));
        }
    }

    #[test]
    fn a_range_is_drawn_within_its_ends(from in moment(), min in 0u32..50, more in 0u32..50, draw in any::<u64>(), unit_at in 0usize..5) {
        let unit = [Unit::Minutes, Unit::Hours, Unit::Days, Unit::WorkingDays, Unit::Weeks][unit_at];
        let (calendar, tz) = (office(), zone("Europe/Paris"));
        let end = |count| calendar.after(Delay::exactly(count, unit), 0, from, &tz);
        let drawn = calendar.after(Delay { min, max: min + more, unit }, draw, from, &tz);
        prop_assert!(end(min) <= drawn && drawn <= end(min + more));
        let gap_ms = calendar.gap_ms(draw);
        prop_assert!((4 * MINUTE_MS..=11 * MINUTE_MS).contains(&gap_ms));
    }

    #[test]
    fn weekdays_come_within_a_week(from in moment(), weekday in 0u8..7, minute in 0u16..1_440, zone_at in 0usize..5) {
        let tz = zone(ZONES[zone_at]);
        let next = office().next_weekday(weekday, minute, from, &tz);
        prop_assert!(next > from && next.since_ms(from) <= 7 * DAY_MS + 2 * HOUR_MS);
        prop_assert_eq!(next.in_zone(&tz).date().weekday().to_monday_zero_offset(), i8::try_from(weekday).unwrap());
    }

    #[test]
    fn arithmetic_holds_at_the_ends_of_time(from in any::<i64>(), count in any::<u32>(), draw in any::<u64>(), unit_at in 0usize..5) {
        let unit = [Unit::Minutes, Unit::Hours, Unit::Days, Unit::WorkingDays, Unit::Weeks][unit_at];
        let (calendar, tz) = (office(), zone("Europe/Paris"));
        calendar.after(Delay { min: count / 2, max: count, unit }, draw, Timestamp(from), &tz);
        calendar.next_open(Timestamp(from), &tz);
        calendar.next_weekday(3, 600, Timestamp(from), &tz);
    }
}
