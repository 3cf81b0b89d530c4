//! A whole folder, compiled: the workspace, its campaigns, and who is on their lists.

use crate::model::account::AccountSpec;
use crate::model::calendar::Calendar;
use crate::model::campaign::{Campaign, Limits, Report};
use crate::model::cron::Cron;
use crate::model::sheet::{Row, Sheet};
use crate::model::time::{Delay, Unit};
use crate::model::value::Fields;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

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

/// A good row, held with the sheet it stands on; written, it is its file, row, key and fields.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "WrittenRow", into = "WrittenRow")]
pub struct RosterRow {
    sheet: Arc<Sheet>,
    at: u32,
    /// The identifying column's place.
    key: u32,
}

/// What a row is without its sheet.
#[derive(Serialize, Deserialize)]
struct WrittenRow {
    file: String,
    row: u32,
    key: String,
    fields: Fields,
}

impl RosterRow {
    /// The row at that place of a sheet; people are told apart by the column at the place `key`. Both places from 0.
    pub fn of(sheet: &Arc<Sheet>, at: usize, key: usize) -> Self {
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self { sheet: Arc::clone(sheet), at: place(at), key: place(key) }
    }

    /// A row that is on no list.
    pub fn alone(file: impl Into<String>, row: u32, key: &str, fields: &Fields) -> Self {
        // The key's column has no name, so it is no field.
        let mut sheet = Sheet::new(file, fields.keys().cloned().chain([String::new()]).collect());
        sheet.push(row, fields.values().map(String::as_str).chain([key]));
        Self::of(&Arc::new(sheet), 0, fields.len())
    }

    /// The list, as diagnostics name it.
    pub fn file(&self) -> &str {
        &self.sheet.file
    }

    /// From 1; row 1 is the header.
    pub fn number(&self) -> u32 {
        self.row().number()
    }

    /// The value of the identifying column, as written, trimmed.
    pub fn key(&self) -> &str {
        self.row().cell(self.key as usize)
    }

    /// The value of a column; none where it is empty. Defaults are not yet applied.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.row().get(column)
    }

    /// The filled cells by the names of their columns.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.row().cells()
    }

    /// The filled cells, as a contact has them.
    pub fn fields(&self) -> Fields {
        self.row().fields()
    }

    fn row(&self) -> Row<'_> {
        self.sheet.row(self.at as usize)
    }
}

impl PartialEq for RosterRow {
    fn eq(&self, other: &Self) -> bool {
        (self.file(), self.number(), self.key()) == (other.file(), other.number(), other.key()) && self.fields() == other.fields()
    }
}

impl From<RosterRow> for WrittenRow {
    fn from(row: RosterRow) -> Self {
        Self { file: row.file().to_owned(), row: row.number(), key: row.key().to_owned(), fields: row.fields() }
    }
}

impl From<WrittenRow> for RosterRow {
    fn from(row: WrittenRow) -> Self {
        Self::alone(row.file, row.row, &row.key, &row.fields)
    }
}

/// A bad row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    pub file: String,
    pub row: u32,
    /// One sentence.
    pub reason: String,
}
