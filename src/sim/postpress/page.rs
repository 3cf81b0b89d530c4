//! Lists: limits, and cursors that carry the filters of the first call (POSTPRESS.md §0).

use crate::model::time::Timestamp;
use crate::sim::postpress::call::{Call, Refusal, Reply};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The shape of a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `{limit, startIndex}`: relations. A new item between two pages shifts everything.
    Index,
    /// `{limit, cursor: number}`: invitations.
    Number,
    /// `{limit, cursor: {last_id}}`
    Id,
    /// `{limit, …filters, cursor: {last_id, last_date}}`
    IdAndDate,
}

/// What a list is asked for: filters and limit of the first call, and where to go on.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub filters: BTreeMap<String, String>,
    limit: usize,
    after: Option<Value>,
    mark: Mark,
}

/// An item before it is rendered: its id and its date.
pub(super) struct Row<T> {
    pub id: String,
    pub at: Timestamp,
    pub item: T,
}

impl Ask {
    /// Reads limit (1 to `most`, else `usual`) and cursor; `names` are the filters this list knows.
    pub fn read(call: &Call, mark: Mark, most: usize, usual: usize, names: &[&str]) -> Result<Self, Refusal> {
        if let Some(cursor) = call.query.get("cursor").filter(|cursor| !cursor.is_empty()) {
            return Self::go_on(cursor, mark)
                .ok_or_else(|| Refusal::new(400, "invalid_parameters", "this cursor is not one of ours"));
        }
        let limit = match call.query.get("limit") {
            None => usual,
            Some(text) => text.parse().map_err(|_| Refusal::new(400, "invalid_parameters", "limit is no whole number"))?,
        };
        if limit > most {
            return Err(Refusal::new(400, "limit_too_high", format!("limit lies between 1 and {most}")));
        }
        if limit == 0 {
            return Err(Refusal::new(400, "invalid_parameters", format!("limit lies between 1 and {most}")));
        }
        let filters = names.iter().filter_map(|name| Some(((*name).to_owned(), call.query.get(*name)?.clone()))).collect();
        let ask = Self { filters, limit, after: None, mark };
        ask.date("before").and(ask.date("after")).map(|_| ask.clone())
    }

    fn go_on(cursor: &str, mark: Mark) -> Option<Self> {
        let bytes = STANDARD.decode(cursor).ok()?;
        let Value::Object(mut object) = serde_json::from_slice(&bytes).ok()? else { return None };
        let limit = object.remove("limit")?.as_u64()? as usize;
        let after = object.remove(if mark == Mark::Index { "startIndex" } else { "cursor" });
        let filters = object.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect();
        after.map(|after| Self { filters, limit, after: Some(after), mark })
    }

    /// A filter.
    pub fn filter(&self, name: &str) -> Option<&str> {
        self.filters.get(name).map(String::as_str)
    }

    /// A date filter: exactly `YYYY-MM-DDTHH:MM:SS.sssZ`.
    pub fn date(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = self.filter(name) else { return Ok(None) };
        let at = text.parse::<jiff::Timestamp>().ok().map(Timestamp::from).filter(|at| at.iso_ms() == text);
        at.map(Some)
            .ok_or_else(|| Refusal::new(400, "invalid_parameters", format!("{name} is not of the form 2026-09-14T08:21:37.412Z")))
    }

    /// Is that instant within `before` and `after`, both excluded?
    pub fn is_within(&self, at: Timestamp) -> bool {
        let before = self.date("before").ok().flatten().is_none_or(|before| at < before);
        before && self.date("after").ok().flatten().is_none_or(|after| at > after)
    }

    /// The page of these rows, which are in the list's order.
    pub fn page<T>(&self, object: &str, rows: Vec<Row<T>>, render: impl Fn(&T) -> Value) -> Reply {
        let start = self.start(&rows);
        let end = (start + self.limit).min(rows.len());
        let shown = rows.get(start..end).unwrap_or_default();
        let cursor = (end < rows.len()).then(|| shown.last().map(|last| self.cursor(last, end))).flatten();
        let items: Vec<Value> = shown.iter().map(|row| render(&row.item)).collect();
        Reply::json(200, json!({"object": object, "items": items, "cursor": cursor}))
    }

    fn start<T>(&self, rows: &[Row<T>]) -> usize {
        let Some(after) = &self.after else { return 0 };
        if let Some(index) = after.as_u64() {
            return (index as usize).min(rows.len());
        }
        let id = after.get("last_id").and_then(Value::as_str).unwrap_or_default();
        if let Some(at) = rows.iter().position(|row| row.id == id) {
            return at + 1;
        }
        // The last item is gone: go on at the first one older than it, where there are dates.
        let date = after.get("last_date").and_then(Value::as_str).and_then(|text| text.parse::<jiff::Timestamp>().ok());
        date.map(Timestamp::from).and_then(|date| rows.iter().position(|row| row.at < date)).unwrap_or(rows.len())
    }

    fn cursor<T>(&self, last: &Row<T>, end: usize) -> String {
        let mut object: Map<String, Value> = self.filters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        object.insert("limit".to_owned(), json!(self.limit));
        let (name, value) = match self.mark {
            Mark::Index => ("startIndex", json!(end)),
            Mark::Number => ("cursor", json!(end)),
            Mark::Id => ("cursor", json!({"last_id": last.id})),
            Mark::IdAndDate => ("cursor", json!({"last_id": last.id, "last_date": last.at.iso_ms()})),
        };
        object.insert(name.to_owned(), value);
        STANDARD.encode(Value::Object(object).to_string())
    }
}
