//! How moments are written for people: their own clock, and how far away.

use crate::cli::arguments::TimeForm;
use crate::cli::context::Context;

/// An ISO 8601 moment as the user wants it: with `--time iso` as it is, else in the zone of this machine.
pub fn moment(iso: &str, context: &Context) -> String {
    match (context.time, iso.parse::<jiff::Timestamp>()) {
        (TimeForm::Iso, _) | (_, Err(_)) => iso.to_owned(),
        (TimeForm::Human, Ok(at)) => at.to_zoned(jiff::tz::TimeZone::system()).strftime("%a %d %b %Y %H:%M %Z").to_string(),
    }
}
