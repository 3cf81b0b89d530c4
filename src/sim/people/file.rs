//! The people file: CSV or JSON, `identifier, accepts_after, replies_after, reply, relation, open_profile` (INTERFACE.md §1).

use crate::model::account::Channel;
use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::sim::people::directory::Directory;
use crate::sim::people::identity;
use crate::sim::people::person::{Person, Script, Ties};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Why a people file is refused; the message names the row and the way out.
#[derive(Debug, thiserror::Error)]
pub enum PeopleFault {
    #[error("cannot read `{path}`: {source}", path = path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is no people file: {what}", path = path.display())]
    Shape { path: PathBuf, what: String },
    #[error("row {row} of `{path}`: {what}", path = path.display())]
    Row { path: PathBuf, row: usize, what: String },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    identifier: String,
    #[serde(deserialize_with = "words")]
    accepts_after: String,
    #[serde(deserialize_with = "words")]
    replies_after: String,
    #[serde(deserialize_with = "words")]
    reply: String,
    #[serde(deserialize_with = "words")]
    owner_writes_after: String,
    #[serde(deserialize_with = "words")]
    relation: String,
    #[serde(deserialize_with = "words")]
    open_profile: String,
    first_name: Option<String>,
    last_name: Option<String>,
    company: Option<String>,
    headline: Option<String>,
}

/// Reads the file (`.json`: a list of objects; else CSV with a header) into a directory of named people.
pub fn read(path: &Path, seed: u64) -> Result<Directory, PeopleFault> {
    let text = std::fs::read_to_string(path).map_err(|source| PeopleFault::Unreadable { path: path.to_owned(), source })?;
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let rows = if is_json { json_rows(&text) } else { csv_rows(&text) };
    let rows = rows.map_err(|what| PeopleFault::Shape { path: path.to_owned(), what })?;
    let mut directory = Directory::new(seed);
    for (n, row) in rows.into_iter().enumerate() {
        let person = person(&directory, row);
        directory.name(person.map_err(|what| PeopleFault::Row { path: path.to_owned(), row: n + 1, what })?);
    }
    Ok(directory)
}

fn json_rows(text: &str) -> Result<Vec<Row>, String> {
    serde_json::from_str(text).map_err(|fault| fault.to_string())
}

fn csv_rows(text: &str) -> Result<Vec<Row>, String> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    if !reader.headers().map_err(|fault| fault.to_string())?.iter().any(|name| name == "identifier") {
        return Err("the first line needs a column `identifier`".to_owned());
    }
    reader.deserialize().map(|row| row.map_err(|fault| fault.to_string())).collect()
}

fn person(directory: &Directory, row: Row) -> Result<Person, String> {
    let key = key_of(&row.identifier).ok_or("`identifier` is empty")?;
    let mut person = directory.person(&key);
    let set = |given: Option<String>, field: &mut String| {
        if let Some(given) = given.filter(|given| !given.is_empty()) {
            *field = given;
        }
    };
    set(row.first_name, &mut person.first_name);
    set(row.last_name, &mut person.last_name);
    set(row.company, &mut person.company);
    set(row.headline, &mut person.headline);
    person.script = Some(Script {
        accepts_after_ms: length_ms(&row.accepts_after)?,
        replies_after_ms: length_ms(&row.replies_after)?,
        reply: Some(row.reply).filter(|reply| !reply.is_empty()),
        owner_writes_after_ms: length_ms(&row.owner_writes_after)?,
        is_silent: false,
    });
    person.relation = ties(&row.relation);
    person.is_open = is_yes(&row.open_profile);
    person.has_posts = true;
    Ok(person)
}

/// A phone number or JID is WhatsApp's; anything else is a name, which is the same on every other channel.
fn key_of(identifier: &str) -> Option<String> {
    let is_phone = identifier.ends_with("@s.whatsapp.net")
        || (identifier.chars().any(|c| c.is_ascii_digit())
            && identifier.chars().all(|c| c.is_ascii_digit() || "+ -()".contains(c)));
    identity::key(if is_phone { Channel::Whatsapp } else { Channel::Linkedin }, identifier)
}

fn is_yes(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "yes" | "true" | "1" | "y" | "x")
}

/// `yes`: of every account; else a list of account ids.
fn ties(text: &str) -> Ties {
    match text.to_lowercase().as_str() {
        "" | "no" | "false" | "0" | "n" | "null" => Ties::Nobody,
        _ if is_yes(text) => Ties::Everybody,
        _ => Ties::Of(text.split([',', ';', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect()),
    }
}

/// `90s`, `20m`, `2h`, `3d`, `1w`, `2 hours`; empty and `never`: none.
pub fn length_ms(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("never") || text.eq_ignore_ascii_case("null") {
        return Ok(None);
    }
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (count, unit) = text.split_at(split);
    let unit_ms = match unit.trim().to_lowercase().as_str() {
        "ms" => 1,
        "" | "s" | "sec" | "second" | "seconds" => 1_000,
        "m" | "min" | "minute" | "minutes" => MINUTE_MS,
        "h" | "hour" | "hours" => HOUR_MS,
        "d" | "day" | "days" => DAY_MS,
        "w" | "week" | "weeks" => 7 * DAY_MS,
        _ => return Err(format!("`{text}` is no length of time; write `90s`, `20m`, `2h` or `3d`")),
    };
    let count: f64 = count.parse().map_err(|_| format!("`{text}` is no length of time; write `90s`, `20m`, `2h` or `3d`"))?;
    Ok(Some((count * unit_ms as f64) as i64))
}

/// Text, or a number, a boolean or null where a JSON file has one.
fn words<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text,
        serde_json::Value::Array(items) => items.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    })
}
