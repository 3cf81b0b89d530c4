//! Contact lists: CSV in, rows out, with what is wrong told by row. Who enters is decided elsewhere, and `skip when` is
//! not looked at here.

use crate::model::account::Channel;
use crate::model::campaign::Field;
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::program::{RefusedRow, Roster, RosterRow};
use crate::model::value::{FieldType, Fields};
use std::collections::{BTreeMap, BTreeSet};

/// A contact list, read. Nothing is required of its columns yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// As diagnostics name it.
    pub file: String,
    pub columns: Vec<String>,
    pub rows: Vec<ListRow>,
    /// Rows that cannot be read.
    pub refused: Vec<RefusedRow>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRow {
    /// As a spreadsheet counts: the header is row 1, a blank line is a row, a line break inside quotes is none.
    pub row: u32,
    /// Values by column, trimmed, empty ones left out.
    pub fields: Fields,
}

/// Why a whole list cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    #[error("it is empty")]
    Empty,
    #[error("it is no UTF-8")]
    NotUtf8,
    #[error("it has two columns `{0}`")]
    TwoColumns(String),
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

impl List {
    /// The column people are told apart by: `id`, else that of the channel. None: the list has neither.
    pub fn identifying_column(&self, channel: Channel) -> Option<&'static str> {
        ["id", channel.word()].into_iter().find(|name| self.columns.iter().any(|column| column == name))
    }
}

/// Reads a list: UTF-8 with or without a byte-order mark, `,` or `;`, a header line. `file` is the name for diagnostics.
pub fn read_list(file: &str, bytes: &[u8]) -> Result<List, ListFault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut records = records(bytes);
    let header = records.next().ok_or(ListFault::Empty)?;
    let columns = header_columns(header.values()?)?;
    let mut list = List { file: file.to_owned(), columns, ..List::default() };
    for record in records {
        let row = record.row;
        match row_fields(&list.columns, record) {
            Ok(fields) if fields.is_empty() => {}
            Ok(fields) => list.rows.push(ListRow { row, fields }),
            Err(reason) => list.refused.push(RefusedRow { file: file.to_owned(), row, reason }),
        }
    }
    Ok(list)
}

/// The contacts of a campaign: each person once, identified by `id` or the channel's column, with all that is needed.
pub fn roster(lists: &[List], fields: &[Field], channel: Channel) -> Roster {
    let mut roster = Roster::default();
    let mut seen: BTreeMap<String, (String, u32)> = BTreeMap::new();
    for list in lists {
        let mut refused = list.refused.clone();
        let column = list.identifying_column(channel).unwrap_or(channel.word());
        for ListRow { row, fields: values } in &list.rows {
            let refuse = |reason| RefusedRow { file: list.file.clone(), row: *row, reason };
            if let Some(reason) = value_fault(values, fields, column) {
                refused.push(refuse(reason));
                continue;
            }
            let key = values.get(column).cloned().unwrap_or_default();
            let who = if column == "id" { key.clone() } else { identity(&key) };
            if let Some((file, first)) = seen.get(&who) {
                let place = if *file == list.file { format!("row {first}") } else { format!("row {first} of {file}") };
                refused.push(refuse(format!("`{key}` is in {place} already")));
                continue;
            }
            seen.insert(who, (list.file.clone(), *row));
            roster.rows.push(RosterRow { file: list.file.clone(), row: *row, key, fields: values.clone() });
        }
        refused.sort_by_key(|refused| refused.row);
        roster.refused.extend(refused);
    }
    roster
}

/// Does the text fit the type? What a number and a date are, for lists, defaults and comparisons alike.
pub fn fits(value: &str, ty: FieldType) -> bool {
    match ty {
        FieldType::Text => true,
        FieldType::Number => value.trim().parse::<f64>().is_ok_and(f64::is_finite),
        FieldType::Date => {
            let value = value.trim();
            value.parse::<jiff::civil::Date>().is_ok() || value.parse::<jiff::Timestamp>().is_ok()
        }
    }
}

/// The people a list names, for `never contact` and `in list`: every identifying value of every row, in one spelling.
/// A list whose first line names no identifying column is taken as identifiers alone, one a line.
pub fn identifiers(file: &str, bytes: &[u8]) -> Result<BTreeSet<String>, ListFault> {
    let list = match read_list(file, bytes) {
        Ok(list) => list,
        Err(ListFault::Empty) => return Ok(BTreeSet::new()),
        Err(fault) => return Err(fault),
    };
    let is_identifying = |name: &str| IDENTIFYING_COLUMNS.contains(&name);
    if list.columns.iter().any(|column| is_identifying(column)) {
        let values = list.rows.iter().flat_map(|row| row.fields.iter());
        return Ok(values.filter(|(name, _)| is_identifying(name)).map(|(_, value)| identity(value)).collect());
    }
    let first = list.columns.first().cloned().unwrap_or_default();
    let values = list.rows.iter().filter_map(|row| row.fields.get(&first));
    Ok(values.chain([&first]).filter(|value| !value.is_empty()).map(|value| identity(value)).collect())
}

/// Why a row cannot enter; none: it can.
fn value_fault(values: &Fields, fields: &[Field], identifying: &str) -> Option<String> {
    if !values.contains_key(identifying) {
        return Some(format!("it has no `{identifying}`, which tells people apart"));
    }
    fields.iter().find_map(|field| match values.get(&field.name) {
        None if field.is_required => Some(format!("it has no `{}`", field.name)),
        Some(value) if !fits(value, field.ty) => {
            let kind = if field.ty == FieldType::Number { "number" } else { "date (write 2027-01-31)" };
            Some(format!("`{}` is `{value}`, which is no {kind}", field.name))
        }
        None | Some(_) => None,
    })
}

/// One record of the file.
struct Record {
    row: u32,
    record: csv::ByteRecord,
    /// It reaches the end of the file inside quotes: a quote was never closed.
    is_open: bool,
}

impl Record {
    fn values(self) -> Result<Vec<String>, ListFault> {
        let record = csv::StringRecord::from_byte_record(self.record).map_err(|_| ListFault::NotUtf8)?;
        Ok(record.iter().map(|value| value.trim().to_owned()).collect())
    }
}

/// The records with their rows; the reader itself skips blank lines and does not count them.
fn records(bytes: &[u8]) -> impl Iterator<Item = Record> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(bytes)).from_reader(bytes);
    let (mut counted_to, mut row) = (0, 1);
    std::iter::from_fn(move || {
        let mut record = csv::ByteRecord::new();
        // Reading from memory without a limit on fields, the reader has nothing to fail at.
        if !reader.read_byte_record(&mut record).ok()? {
            return None;
        }
        let from = record.position().map_or(0, csv::Position::byte) as usize;
        let end = reader.position().byte() as usize;
        let raw = bytes.get(from..end).unwrap_or_default();
        let blank = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let before = bytes.get(counted_to..from + blank).unwrap_or_default();
        row += lines(before);
        counted_to = from + blank;
        let inside: u32 = record.iter().map(lines).sum();
        let record_row = row;
        // Line breaks inside quotes will be counted with the next record; a spreadsheet has no rows for them.
        row = row.saturating_sub(inside);
        let quotes = raw.iter().filter(|byte| **byte == b'"').count();
        let is_open = end >= bytes.len() && inside > 0 && quotes % 2 == 1;
        Some(Record { row: record_row, record, is_open })
    })
}

/// Ends of lines: LF, CR LF, and the lone CR of old spreadsheets.
fn lines(bytes: &[u8]) -> u32 {
    let behind = bytes.iter().skip(1).map(Some).chain([None]);
    let ends = bytes.iter().zip(behind).filter(|(byte, next)| **byte == b'\n' || (**byte == b'\r' && *next != Some(&b'\n')));
    ends.count() as u32
}

/// Whichever of `,` and `;` the header has more of.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let count = |sign: u8| header.iter().filter(|byte| **byte == sign).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}

fn header_columns(columns: Vec<String>) -> Result<Vec<String>, ListFault> {
    let mut seen = BTreeSet::new();
    match columns.iter().find(|column| !column.is_empty() && !seen.insert(column.as_str())) {
        Some(twice) => Err(ListFault::TwoColumns(twice.clone())),
        None => Ok(columns),
    }
}

fn row_fields(columns: &[String], record: Record) -> Result<Fields, String> {
    if record.is_open {
        return Err("a quote is opened and never closed, and all behind it is lost".to_owned());
    }
    let values = record.values().map_err(|_| "it is no UTF-8".to_owned())?;
    if values.iter().skip(columns.len()).any(|value| !value.is_empty()) {
        return Err(format!("it has {} values, the header {}", values.len(), columns.len()));
    }
    let named = columns.iter().cloned().zip(values);
    Ok(named.filter(|(column, value)| !column.is_empty() && !value.is_empty()).collect())
}
