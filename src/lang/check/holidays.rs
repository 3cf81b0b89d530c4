//! Holidays of a schedule: a date a line, or an iCalendar file.

use crate::lang::check::files::Naming;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Spanned;
use ical::parser::Component;
use ical::parser::ical::component::IcalEvent;
use jiff::ToSpan;
use jiff::civil::Date;

/// Largest file of holidays; a century of them fits.
const HOLIDAY_BYTES_MAX: u64 = 1 << 20;
/// Longest holiday in days; more is a mistake in the file.
const HOLIDAY_DAYS_MAX: usize = 366;
/// Holidays that come again every year are written out to the end of this year.
const LAST_YEAR: i16 = 2099;

/// The days a file names. Lines that are no date are told of, with their row.
pub fn read(naming: Naming, named: &Spanned<String>, out: &mut Diagnostics) -> Vec<Date> {
    let Some(bytes) = naming.read(named, HOLIDAY_BYTES_MAX, out) else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    let file = naming.shown(&named.value);
    if text.trim_start().starts_with("BEGIN:VCALENDAR") {
        from_ical(text, named, &file, out)
    } else {
        from_lines(text, named, &file, out)
    }
}

fn from_lines(text: &str, named: &Spanned<String>, file: &str, out: &mut Diagnostics) -> Vec<Date> {
    let mut dates = Vec::new();
    for (row, line) in (1..).zip(text.lines()) {
        let word = line.split([',', ';']).next().unwrap_or_default().trim().trim_matches('"').trim();
        match word.parse::<Date>() {
            Ok(date) => dates.push(date),
            // Empty, a comment, or the header.
            Err(_) if word.is_empty() || word.starts_with('#') => {}
            Err(_) if row == 1 && !word.starts_with(|c: char| c.is_ascii_digit()) => {}
            Err(_) => {
                let message = format!("`{word}` is no date");
                let help = "write a date a line, as in `2027-05-01`, or name an .ics file";
                out.push(Diagnostic::new(Code::FileType, named.span, message, help).label_row(file, row, "here"));
                return dates;
            }
        }
    }
    dates
}

fn from_ical(text: &str, named: &Spanned<String>, file: &str, out: &mut Diagnostics) -> Vec<Date> {
    let help = "export the calendar again, or write a date a line";
    let mut dates = Vec::new();
    for calendar in ical::IcalParser::new(text.as_bytes()) {
        let events = match calendar {
            Ok(calendar) => calendar.events,
            Err(fault) => {
                out.push(Diagnostic::new(Code::FileType, named.span, format!("{file} is no calendar: {fault}"), help));
                return dates;
            }
        };
        for event in &events {
            match days_of(event) {
                Some(days) => dates.extend(days),
                None => {
                    let name = value(event, "SUMMARY").unwrap_or("an event");
                    let message = format!("`{name}` in {file} has no day that can be read");
                    out.push(Diagnostic::new(
                        Code::FileType,
                        named.span,
                        message,
                        "give it a date, once or every year, or write a date a line",
                    ));
                }
            }
        }
    }
    dates
}

/// From `DTSTART` to the day before `DTEND`, every year if its rule says so.
fn days_of(event: &IcalEvent) -> Option<Vec<Date>> {
    let start = date(value(event, "DTSTART")?)?;
    let end = value(event, "DTEND").and_then(date).filter(|end| *end > start);
    let end = end.unwrap_or(start.tomorrow().ok()?);
    let last = match value(event, "RRULE") {
        None => start,
        Some(rule) => last_of(rule, start)?,
    };
    let mut days = Vec::new();
    for years in 0..=last.year() - start.year() {
        // The 29th of February holds on the 28th of other years.
        let from = start.checked_add(i64::from(years).years()).ok()?;
        if from > last {
            break;
        }
        let length = (end - start).get_days().max(1) as usize;
        days.extend(from.series(1.day()).take(length.min(HOLIDAY_DAYS_MAX)));
    }
    Some(days)
}

/// The last day a yearly rule begins on; none for rules of another kind.
fn last_of(rule: &str, start: Date) -> Option<Date> {
    let last_year = Date::new(LAST_YEAR, 12, 31).ok()?;
    let mut is_yearly = false;
    let mut last = last_year;
    for part in rule.split(';') {
        match part.split_once('=')? {
            ("FREQ", "YEARLY") => is_yearly = true,
            ("UNTIL", until) => last = date(until)?.min(last_year),
            ("COUNT", count) => last = last_counted(start, count)?.min(last_year),
            ("BYMONTH", month) if month.parse() == Ok(start.month()) => {}
            ("BYMONTHDAY", day) if day.parse() == Ok(start.day()) => {}
            ("INTERVAL", "1") | ("WKST", _) => {}
            _ => return None,
        }
    }
    (is_yearly && last >= start).then_some(last)
}

fn last_counted(start: Date, count: &str) -> Option<Date> {
    let years = count.parse::<i64>().ok()?.checked_sub(1)?;
    start.checked_add(jiff::Span::new().try_years(years).ok()?).ok()
}

fn value<'a>(event: &'a IcalEvent, name: &str) -> Option<&'a str> {
    event.get_property(name)?.value.as_deref()
}

/// `20270501`, or the day of `20270501T090000Z`
fn date(text: &str) -> Option<Date> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let day = Date::new(part(0..4)?, i8::try_from(part(4..6)?).ok()?, i8::try_from(part(6..8)?).ok()?);
    day.ok()
}
