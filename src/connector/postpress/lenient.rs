//! Reading JSON whose types vary: flags as booleans, numbers or words, ids as text or numbers, absent and null alike.
//! A field of an unusable type is an absent field; nothing here fails.

use crate::model::time::Timestamp;
use serde_json::Value;

/// Numbers of at least this size are milliseconds since 1970, smaller ones seconds (this many milliseconds is 1973,
/// this many seconds the year 5138).
const EPOCH_MS_MIN: i64 = 100_000_000_000;

/// The object under that key.
pub fn object<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|inner| inner.is_object())
}

/// The elements under that key; an object with numbered keys (a form's array) counts by its values.
pub fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    match value.get(key) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(items)) if items.keys().all(|key| key.parse::<usize>().is_ok()) => items.values().collect(),
        _ => Vec::new(),
    }
}

/// Text as written; not empty.
pub fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An id: text without blanks around it, or a whole number as text; not empty.
pub fn id(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// The first of these keys that holds an id.
pub fn first_id(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| id(value, key))
}

/// `true`, `1`, `"1"`, `"true"`, `"yes"`, and their opposites.
pub fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => Some(false),
            Some(1.0) => Some(true),
            _ => None,
        },
        Value::String(word) => match word.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number, also as text; negative numbers and fractions are absent.
pub fn count(value: &Value, key: &str) -> Option<u32> {
    let number = match value.get(key)? {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole))?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    u32::try_from(number).ok()
}

fn whole(number: f64) -> Option<u64> {
    // A whole number prints without a fraction: `12.0` as `12`.
    number.to_string().parse().ok()
}

/// An instant: RFC 3339 text, or seconds or milliseconds since 1970, as number or text.
pub fn time(value: &Value, key: &str) -> Option<Timestamp> {
    match value.get(key)? {
        Value::Number(number) => epoch(number.as_i64()?),
        Value::String(text) => {
            let text = text.trim();
            match text.parse::<i64>() {
                Ok(number) => epoch(number),
                Err(_) => text.parse::<jiff::Timestamp>().ok().map(Timestamp::from),
            }
        }
        _ => None,
    }
}

fn epoch(number: i64) -> Option<Timestamp> {
    let ms = if number.abs() >= EPOCH_MS_MIN { number } else { number.checked_mul(1000)? };
    jiff::Timestamp::from_millisecond(ms).ok().map(Timestamp::from)
}
