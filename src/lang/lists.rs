//! Contact lists: CSV in, rows out, with what is wrong told by row. Who enters is decided elsewhere, and `skip when` is
//! not looked at here.

use crate::model::account::Channel;
use crate::model::campaign::Field;
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::program::{RefusedRow, Roster, RosterRow};
use crate::model::sheet::{Row, Sheet};
use crate::model::value::FieldType;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

/// A contact list, read. Nothing is required of its columns yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// Its rows, their values trimmed; rows without any are left out.
    pub sheet: Arc<Sheet>,
    /// Rows that cannot be read.
    pub refused: Vec<RefusedRow>,
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
        ["id", channel.word()].into_iter().find(|name| self.sheet.columns.iter().any(|column| column == name))
    }
}

/// Reads a list: UTF-8 with or without a byte-order mark, `,` or `;`, a header line. `file` is the name for diagnostics.
pub fn read_list(file: &str, bytes: &[u8]) -> Result<List, ListFault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut records = records(bytes);
    let header = records.next().ok_or(ListFault::Empty)?;
    let columns = header_columns(header.text()?.iter().map(|value| value.trim().to_owned()).collect())?;
    let (mut sheet, mut refused) = (Sheet::new(file, columns), Vec::new());
    for record in records {
        let row = record.row;
        if let Err(reason) = take_row(&mut sheet, record) {
            refused.push(RefusedRow { file: file.to_owned(), row, reason });
        }
    }
    sheet.shrink();
    Ok(List { sheet: Arc::new(sheet), refused })
}

/// The contacts of a campaign: each person once, identified by `id` or the channel's column, with all that is needed.
pub fn roster(lists: &[List], fields: &[Field], channel: Channel) -> Roster {
    let mut rows: Vec<RosterRow> = Vec::with_capacity(lists.iter().map(|list| list.sheet.len()).sum());
    let mut persons = Vec::with_capacity(rows.capacity());
    let mut refused: Vec<Vec<RefusedRow>> = Vec::new();
    for list in lists {
        let column = list.identifying_column(channel).unwrap_or(channel.word());
        let place = list.sheet.columns.iter().position(|name| name == column).unwrap_or(list.sheet.columns.len());
        let mut faulty = list.refused.clone();
        for (at, row) in list.sheet.rows().enumerate() {
            match value_fault(row, fields, column) {
                Some(reason) => faulty.push(RefusedRow { file: list.sheet.file.clone(), row: row.number(), reason }),
                None => {
                    persons.push(Person { is_spelt: column == "id", list: refused.len() });
                    rows.push(RosterRow::of(&list.sheet, at, place));
                }
            }
        }
        refused.push(faulty);
    }
    let repeats = repeats(&rows, &persons);
    for (again, first) in &repeats {
        let (Some(row), Some(first)) = (rows.get(*again), rows.get(*first)) else { continue };
        let place = match row.file() == first.file() {
            true => format!("row {}", first.number()),
            false => format!("row {} of {}", first.number(), first.file()),
        };
        let reason = format!("`{}` is in {place} already", row.key());
        let list = persons.get(*again).and_then(|person| refused.get_mut(person.list));
        list.into_iter()
            .for_each(|list| list.push(RefusedRow { file: row.file().to_owned(), row: row.number(), reason: reason.clone() }));
    }
    refused.iter_mut().for_each(|list| list.sort_by_key(|refused| refused.row));
    let mut at = 0..;
    rows.retain(|_| at.next().is_none_or(|at: usize| !repeats.contains_key(&at)));
    Roster { rows, refused: refused.into_iter().flatten().collect() }
}

/// How the person of a row is told from others.
#[derive(Clone, Copy)]
struct Person {
    /// By the letter, as an `id` is; else however it is spelt.
    is_spelt: bool,
    /// The list's place.
    list: usize,
}

/// Rows whose person an earlier row has, each with that row. Sixteen bytes a row: a set of names would be as large as the list.
fn repeats(rows: &[RosterRow], persons: &[Person]) -> BTreeMap<usize, usize> {
    let who = |at: usize| {
        let (row, person) = (rows.get(at)?, persons.get(at)?);
        Some(if person.is_spelt { Cow::Borrowed(row.key()) } else { Cow::Owned(identity(row.key())) })
    };
    let mut prints: Vec<(u64, usize)> =
        (0..rows.len()).map(|at| (BuildHasherDefault::<DefaultHasher>::default().hash_one(who(at)), at)).collect();
    prints.sort_unstable();
    let mut repeats = BTreeMap::new();
    for alike in prints.chunk_by(|one, other| one.0 == other.0).filter(|alike| alike.len() > 1) {
        // Nearly always one name; were two of one print, each would still be found.
        let mut firsts: Vec<(Option<Cow<str>>, usize)> = Vec::new();
        for (_, at) in alike {
            let name = who(*at);
            match firsts.iter().find(|(first, _)| *first == name) {
                Some((_, first)) => drop(repeats.insert(*at, *first)),
                None => firsts.push((name, *at)),
            }
        }
    }
    repeats
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
    let sheet = &list.sheet;
    if sheet.columns.iter().any(|column| is_identifying(column)) {
        let values = sheet.rows().flat_map(|row| row.cells());
        return Ok(values.filter(|(name, _)| is_identifying(name)).map(|(_, value)| identity(value)).collect());
    }
    let first = sheet.columns.first().map_or("", String::as_str);
    let values = sheet.rows().filter_map(|row| row.get(first));
    Ok(values.chain([first]).filter(|value| !value.is_empty()).map(identity).collect())
}

/// Why a row cannot enter; none: it can.
fn value_fault(values: Row, fields: &[Field], identifying: &str) -> Option<String> {
    if values.get(identifying).is_none() {
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
    fn text(self) -> Result<csv::StringRecord, ListFault> {
        csv::StringRecord::from_byte_record(self.record).map_err(|_| ListFault::NotUtf8)
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

/// Adds the row to the sheet, unless it is empty; else what is wrong with it.
fn take_row(sheet: &mut Sheet, record: Record) -> Result<(), String> {
    if record.is_open {
        return Err("a quote is opened and never closed, and all behind it is lost".to_owned());
    }
    let row = record.row;
    let record = record.text().map_err(|_| "it is no UTF-8".to_owned())?;
    let values = || record.iter().map(str::trim);
    let columns = sheet.columns.len();
    if values().skip(columns).any(|value| !value.is_empty()) {
        return Err(format!("it has {} values, the header {columns}", record.len()));
    }
    let is_filled = sheet.columns.iter().zip(values()).any(|(column, value)| !column.is_empty() && !value.is_empty());
    if is_filled {
        sheet.push(row, values());
    }
    Ok(())
}
