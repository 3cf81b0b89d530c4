//! A campaign's `contacts` block against its lists: columns that are not there, rows without what is needed. Rows that
//! are merely bad (a number that is none) are no fault of the campaign: the roster refuses them one by one.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::lists::{List, fits};
use crate::lang::syntax::{Contacts, FieldDeclaration, Literal};
use crate::lang::words::nearest;
use crate::model::account::Channel;
use crate::model::value::FieldType;
use std::collections::BTreeMap;

/// Rows named in one diagnostic; the rest is counted.
const ROWS_NAMED_MAX: usize = 5;

/// Checks what is needed against every list; what is wrong with one entry is one fault, with a label a list.
pub fn check(contacts: &Contacts, lists: &[List], channel: Option<Channel>, out: &mut Diagnostics) {
    out.extend(contacts.need.iter().chain(&contacts.may_have).filter_map(default_fault));
    out.extend(merged(lists.iter().filter_map(|list| zones_unknown(contacts, list))));
    let is_nameless = |list: &&List| channel.is_some_and(|channel| list.identifying_column(channel).is_none());
    let nameless: Vec<&List> = lists.iter().filter(is_nameless).collect();
    out.extend(channel.and_then(|channel| nameless.first().map(|list| no_identity(contacts, list, channel))));
    for need in &contacts.need {
        let has = |list: &List| list.sheet.columns.contains(&need.name.value);
        // Of a list without the column that tells people apart, that is told already.
        let is_identity = channel.is_some_and(|channel| need.name.value == channel.word());
        let is_told = |list: &List| is_identity && nameless.iter().any(|other| other.sheet.file == list.sheet.file);
        let without = lists.iter().filter(|list| !has(list) && !is_told(list)).map(|list| column_missing(need, list));
        out.extend(merged(without));
        out.extend(merged(lists.iter().filter(|list| has(list)).filter_map(|list| values_missing(need, list))));
    }
}

/// One fault of several lists: the first, with the labels of all.
fn merged(mut faults: impl Iterator<Item = Diagnostic>) -> Option<Diagnostic> {
    let mut first = faults.next()?;
    first.labels.extend(faults.flat_map(|fault| fault.labels));
    Some(first)
}

fn default_fault(declared: &FieldDeclaration) -> Option<Diagnostic> {
    let default = declared.default.as_ref()?;
    let ty = declared.ty.as_ref().map_or(FieldType::Text, |ty| ty.value);
    let is_fit = match &default.value {
        Literal::Text(text) => fits(text, ty),
        Literal::Number(_) => ty != FieldType::Date,
    };
    let (kind, help) = match ty {
        FieldType::Text => ("text", "write it in quotes"),
        FieldType::Number => ("number", "write it without quotes, as in `= 3`"),
        FieldType::Date => ("date", "write it as `\"2027-01-31\"`"),
    };
    let message = format!("the default of `{}` is no {kind}", declared.name.value);
    (!is_fit).then(|| Diagnostic::new(Code::TypeMismatch, default.span, message, help))
}

/// People whose zone nobody knows are written to by the schedule's: told, with their rows.
fn zones_unknown(contacts: &Contacts, list: &List) -> Option<Diagnostic> {
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let mut bad: Vec<(u32, &str)> = Vec::new();
    for row in list.sheet.rows() {
        let Some(zone) = row.get("timezone") else { continue };
        if !*known.entry(zone).or_insert_with(|| jiff::tz::TimeZone::get(zone).is_ok()) {
            bad.push((row.number(), zone));
        }
    }
    let (first, zone) = *bad.first()?;
    let rows = if bad.len() == 1 { format!("row {first}") } else { format!("{} rows", bad.len()) };
    let declared = contacts.need.iter().chain(&contacts.may_have).find(|field| field.name.value == "timezone");
    let span = declared.map_or(contacts.span, |field| field.name.span);
    let message = format!("nobody knows the time zone `{zone}`, in {rows} of {}", list.sheet.file);
    let help = "write IANA names, as in `Europe/Paris`; until then those people live in the schedule's zone";
    let fault = Diagnostic::new(Code::UnknownZone, span, message, help).as_warning();
    let shown = bad.iter().take(ROWS_NAMED_MAX);
    let fault = shown.fold(fault, |fault, (row, zone)| fault.label_row(&list.sheet.file, *row, format!("`{zone}`")));
    Some(match bad.get(ROWS_NAMED_MAX) {
        Some((row, _)) => fault.label_row(&list.sheet.file, *row, format!("and {} more from here", bad.len() - ROWS_NAMED_MAX)),
        None => fault,
    })
}

fn no_identity(contacts: &Contacts, list: &List, channel: Channel) -> Diagnostic {
    let named = contacts.from.iter().find(|from| list.sheet.file.ends_with(from.value.trim_start_matches("./")));
    let need = contacts.need.iter().find(|need| need.name.value == channel.word() || need.name.value == "id");
    let span = need.map(|need| need.name.span).or(named.map(|from| from.span)).unwrap_or(contacts.span);
    let message = format!("the list has no column `{}` to tell people apart by", channel.word());
    let help = format!("add a column `{}` (or `id`) to {}", channel.word(), list.sheet.file);
    Diagnostic::new(Code::ColumnMissing, span, message, help).label_row(&list.sheet.file, 1, header(list))
}

fn column_missing(need: &FieldDeclaration, list: &List) -> Diagnostic {
    let name = &need.name.value;
    // `First Name` is the same words: the usual mistake of an export.
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
    let columns = || list.sheet.columns.iter().map(String::as_str).filter(|column| !column.is_empty());
    let near = columns().find(|column| plain(column) == plain(name)).or_else(|| nearest(name, columns()));
    let help = match near {
        Some(near) => format!("the list has `{near}`: rename that column to `{name}`"),
        None => format!("add the column to {}, or move `{name}` to `may have`", list.sheet.file),
    };
    let message = format!("the list has no column `{name}`");
    Diagnostic::new(Code::ColumnMissing, need.name.span, message, help).label_row(&list.sheet.file, 1, header(list))
}

fn header(list: &List) -> String {
    format!("its columns are {}", list.sheet.columns.join(", "))
}

fn values_missing(need: &FieldDeclaration, list: &List) -> Option<Diagnostic> {
    let name = &need.name.value;
    let bad: Vec<u32> = list.sheet.rows().filter(|row| row.get(name).is_none()).map(|row| row.number()).collect();
    let first = *bad.first()?;
    let place = if bad.len() == 1 { format!("row {first}") } else { format!("{} rows", bad.len()) };
    let message = format!("`{name}` is missing in {place} of {}", list.sheet.file);
    let help = format!("fill the column, take the rows out, or move `{name}` to `may have`");
    let mut diagnostic = Diagnostic::new(Code::ValueMissing, need.name.span, message, help);
    for row in bad.iter().take(ROWS_NAMED_MAX) {
        diagnostic = diagnostic.label_row(&list.sheet.file, *row, format!("no `{name}`"));
    }
    if let Some(row) = bad.get(ROWS_NAMED_MAX) {
        let more = bad.len() - ROWS_NAMED_MAX;
        diagnostic = diagnostic.label_row(&list.sheet.file, *row, format!("and {more} more from here"));
    }
    Some(diagnostic)
}
