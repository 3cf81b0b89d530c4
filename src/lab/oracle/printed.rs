//! Books out of what the command line prints: JSON lines of `engine status --contacts --json` and
//! `engine timeline CONTACT --json`, and a ledger file.

use crate::lab::LabFault;
use crate::lab::oracle::{Books, Story};
use crate::model::journal::{Entry, EntryKind};
use crate::model::time::Timestamp;
use crate::runtime::query::rows::ContactRow;
use crate::runtime::query::timeline::TimelineRow;
use crate::sim::postpress::ledger::Line;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;

/// The lines of a ledger file. A last line without an end was never answered and does not count.
///
/// # Errors
/// The file cannot be read, or a line is none of a ledger.
pub fn ledger(path: &Path) -> Result<Vec<Line>, LabFault> {
    let text = match std::fs::read_to_string(path) {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|fault| LabFault(format!("{}: {fault}", path.display())))?,
    };
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    rows(text.get(..whole).unwrap_or_default().as_bytes())
}

/// The contacts of `engine status --contacts --json`.
///
/// # Errors
/// A line is no contact.
pub fn contacts(printed: &[u8]) -> Result<Vec<ContactRow>, LabFault> {
    rows(printed)
}

/// The lines of `engine timeline CONTACT --json`.
///
/// # Errors
/// A line is none of a timeline.
pub fn timeline(printed: &[u8]) -> Result<Vec<TimelineRow>, LabFault> {
    rows(printed)
}

/// Both sides. `timeline`: asks for the timeline of a contact; it may speak of several campaigns.
///
/// # Errors
/// What cannot be read, or what asking cannot be done.
pub fn books(
    performed: Vec<Line>,
    contacts: Vec<ContactRow>,
    timeline: impl Fn(&str) -> Result<Vec<TimelineRow>, LabFault>,
) -> Result<Books, LabFault> {
    let mut stories = Vec::new();
    for row in contacts {
        let lines = timeline(&row.contact)?;
        let entries = lines.into_iter().filter(|line| line.campaign == row.campaign).map(entry).collect::<Result<_, _>>()?;
        stories.push(Story { enrollment: 0, row, entries });
    }
    Ok(Books { performed, stories })
}

fn entry(row: TimelineRow) -> Result<Entry, LabFault> {
    let at = row.at.parse::<jiff::Timestamp>().map_err(|fault| LabFault(format!("`{}` is no time: {fault}", row.at)))?;
    let kind: EntryKind = serde_json::from_value(Value::String(row.kind.clone()))
        .map_err(|fault| LabFault(format!("`{}` is no kind of line: {fault}", row.kind)))?;
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let detail = row.detail.into_iter().map(|(name, value)| (name, text(value))).collect();
    Ok(Entry { at: Timestamp::from(at), kind, step: row.step, version: row.version, detail })
}

fn rows<T: DeserializeOwned>(printed: &[u8]) -> Result<Vec<T>, LabFault> {
    let text = String::from_utf8_lossy(printed);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|fault| LabFault(format!("{fault}: {line}")))).collect()
}
