//! How moments are written for people: their own clock, and how far away.

use crate::cli::arguments::TimeForm;
use crate::cli::context::Context;

/// An ISO 8601 moment as the user wants it: with `--time iso` as it is, else in the zone of this machine.
pub fn moment(iso: &str, context: &Context) -> String {
    written(iso, context.time, "%a %d %b %Y %H:%M %Z")
}

/// The same without weekday and year, for logs.
pub fn short_moment(iso: &str, form: TimeForm) -> String {
    written(iso, form, "%d %b %H:%M %Z")
}

/// Weekday and hour alone, for a narrow terminal.
pub fn hour(iso: &str, form: TimeForm) -> String {
    written(iso, form, "%a %H:%M")
}

fn written(iso: &str, form: TimeForm, pattern: &str) -> String {
    match (form, iso.parse::<jiff::Timestamp>()) {
        (TimeForm::Iso, _) | (_, Err(_)) => iso.to_owned(),
        (TimeForm::Human, Ok(at)) => at.to_zoned(jiff::tz::TimeZone::system()).strftime(pattern).to_string(),
    }
}
