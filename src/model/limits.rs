//! What an account may do: budgets in rolling windows, the ceiling of pending invitations, ramp-up.

use crate::model::account::Budget;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an account may do in rolling windows (RUNTIME.md §6).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    pub caps: BTreeMap<Budget, Caps>,
    pub invites_pending_max: Option<u32>,
    pub ramp: Option<Ramp>,
}

/// The most in each rolling window; none: no such bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Caps {
    /// In 24 hours.
    pub day: Option<u32>,
    /// In 7 days.
    pub week: Option<u32>,
    /// In 30 days.
    pub month: Option<u32>,
}

/// A new account's limits grow from a share to the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ramp {
    pub days: u32,
    pub from_percent: u8,
}

impl Limits {
    /// What holds where nothing is said (RUNTIME.md §6).
    pub fn defaults() -> Self {
        let caps = |day, week| Caps { day: Some(day), week, month: None };
        Self {
            caps: BTreeMap::from([
                (Budget::Invites, caps(20, Some(100))),
                (Budget::Messages, caps(50, None)),
                (Budget::Inmails, caps(10, None)),
                (Budget::Visits, caps(60, None)),
                (Budget::Engagements, caps(30, None)),
            ]),
            invites_pending_max: None,
            ramp: Some(Ramp { days: 21, from_percent: 20 }),
        }
    }
}
