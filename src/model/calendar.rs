//! When we may send, and where a wait ends: civil time, windows, working days. Arithmetic, no clock.

use crate::model::time::Delay;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A schedule: opening hours by weekday, holidays, time zone, gap between two calls of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// By weekday, 0 is Monday: opening times as minutes of the day (`from`, `to`), sorted, apart; `to` may be 1,440.
    pub windows: [Vec<(u16, u16)>; 7],
    /// `timezone of contact or …`: the contact's own zone goes first.
    pub of_contact: bool,
    /// IANA name of the schedule's zone.
    pub zone: String,
    pub holidays: BTreeSet<Date>,
    /// Minutes between two calls of one account, drawn from the range.
    pub gap: Delay,
}
