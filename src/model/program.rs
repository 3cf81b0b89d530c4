//! A whole folder, compiled: the workspace, its campaigns, and who is on their lists.

use crate::model::account::AccountSpec;
use crate::model::calendar::Calendar;
use crate::model::campaign::{Campaign, Limits, Report};
use crate::model::cron::Cron;
use crate::model::time::{Delay, Unit};
use crate::model::value::Fields;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What `engine run` runs. Only campaigns without errors are in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The folder lists and attachments are relative to.
    pub root: PathBuf,
    pub workspace: Workspace,
    pub campaigns: Vec<Campaign>,
    /// One a campaign, in the same order.
    pub rosters: Vec<Roster>,
}

/// What all campaigns of a folder share.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub name: String,
    pub accounts: Vec<AccountSpec>,
    /// The defaults, with what the workspace says put over them.
    pub limits: Limits,
    pub calendar: Calendar,
    /// Identifiers that are never written to: every identifying value of every row, each in the spelling of `identity`.
    pub never_contact: BTreeSet<String>,
    /// When the figures of all campaigns are sent, and to whom.
    pub reports: Vec<Report>,
    /// When the lists of all campaigns are read again, in the schedule's zone.
    pub refresh: Option<Cron>,
}

impl Workspace {
    /// One that says nothing: no accounts, the default limits, always open.
    pub fn empty() -> Self {
        let always = [(); 7].map(|()| vec![(0, 1_440)]);
        let gap = Delay { min: 4, max: 11, unit: Unit::Minutes };
        let calendar = Calendar { windows: always, of_contact: false, zone: "UTC".to_owned(), holidays: BTreeSet::new(), gap };
        Self {
            name: String::new(),
            accounts: Vec::new(),
            limits: Limits::defaults(),
            calendar,
            never_contact: BTreeSet::new(),
            reports: Vec::new(),
            refresh: None,
        }
    }
}

/// A campaign's contacts as its lists have them, in their order; who enters is decided at import.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Roster {
    pub rows: Vec<RosterRow>,
    /// Rows that cannot enter.
    pub refused: Vec<RefusedRow>,
}

/// A good row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RosterRow {
    pub file: String,
    /// From 1; row 1 is the header.
    pub row: u32,
    /// The value of the identifying column, as written, trimmed.
    pub key: String,
    /// Values by column, empty ones left out, defaults not yet applied.
    pub fields: Fields,
}

/// A bad row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    pub file: String,
    pub row: u32,
    /// One sentence.
    pub reason: String,
}
