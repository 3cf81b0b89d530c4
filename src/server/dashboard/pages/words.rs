//! How figures and moments are written on pages.

use crate::model::time::Timestamp;
use maud::{Markup, html};

/// `48 %`; nothing to take a share of: `–`.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

/// `12,345`
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.4 MiB`: so many bytes.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1_024 {
        return format!("{bytes} bytes");
    }
    let mut amount = bytes as f64 / 1_024.0;
    let mut unit = UNITS.iter();
    let mut word = unit.next().copied().unwrap_or_default();
    while amount >= 1_024.0
        && let Some(next) = unit.next()
    {
        amount /= 1_024.0;
        word = next;
    }
    format!("{amount:.1} {word}")
}

/// A moment, short, with the whole of it where somebody points; `now` decides what is left out.
pub fn moment(iso: &str, now: &str) -> Markup {
    html! { time datetime=(iso) title=(iso) { (short(iso, now)) } }
}

/// `14:05` today, `Nov 23 14:05` this year, else with the year. In UTC, as documents have it.
fn short(iso: &str, now: &str) -> String {
    let read = |text: &str| text.parse::<jiff::Timestamp>().map(|at| at.to_zoned(jiff::tz::TimeZone::UTC));
    let (Ok(at), Ok(now)) = (read(iso), read(now)) else { return iso.to_owned() };
    let form = match (at.date() == now.date(), at.year() == now.year()) {
        (true, _) => "%H:%M",
        (false, true) => "%b %-d %H:%M",
        (false, false) => "%b %-d %Y %H:%M",
    };
    at.strftime(form).to_string()
}

/// How far off: `in 3 h`, `2 days ago`.
pub fn distance(iso: &str, now: &str) -> Option<String> {
    let read = |text: &str| text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()));
    let ms = read(iso)?.since_ms(read(now)?);
    let minutes = ms.abs() / 60_000;
    let words = match minutes {
        0 => return Some("now".to_owned()),
        1..=90 => format!("{minutes} min"),
        91..=2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    };
    Some(if ms > 0 { format!("in {words}") } else { format!("{words} ago") })
}

/// A sentence of ours, with what stands in backticks as code. Text of others goes in as text: escaped, whatever it holds.
pub fn told(sentence: &str) -> Markup {
    html! { @for (at, part) in sentence.split('`').enumerate() { @if at % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// A word of status as a mark with a colour of its own.
pub fn badge(word: &str) -> Markup {
    let tone = match word {
        "ok" | "active" | "accepted" | "yes" => "good",
        "parked" | "broken" | "account" | "lost" | "deleted" | "failed" => "bad",
        "paused" | "unknown" | "pending" => "warn",
        _ => "plain",
    };
    html! { span class=(format!("badge {tone}")) { (word.replace('_', " ")) } }
}

#[cfg(test)]
mod tests {
    use super::{count, distance, short, size};

    #[test]
    fn figures_and_moments() {
        assert_eq!((count(7).as_str(), count(1_234_567).as_str()), ("7", "1,234,567"));
        let sizes = [0, 1_023, 1_024, 1_572_864, 3 << 40].map(size);
        assert_eq!(sizes, ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 MiB", "3.0 TiB"]);
        let now = "2026-11-23T12:00:00.000Z";
        assert_eq!(short("2026-11-23T09:05:08.948Z", now), "09:05");
        assert_eq!(short("2026-11-03T09:05:08.948Z", now), "Nov 3 09:05");
        assert_eq!(short("2027-11-03T09:05:08.948Z", now), "Nov 3 2027 09:05");
        assert_eq!(distance("2026-11-23T15:05:08.948Z", now).as_deref(), Some("in 3 h"));
        assert_eq!(distance("2026-11-20T15:05:08.948Z", now).as_deref(), Some("2 days ago"));
        assert_eq!(distance("soon", now), None);
    }
}
