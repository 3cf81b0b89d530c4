//! A webhook body sent as a form. How nested keys are written is documented nowhere, so `a[b][0]`, `a.b.0` and JSON
//! text as a value are all understood.

use serde_json::{Map, Value};

/// A form with more fields is no webhook of ours.
const PAIRS_MAX: usize = 4_096;
/// Deeper keys are kept as they are written.
const DEPTH_MAX: usize = 8;

/// The form as an object; none when the body is no form.
pub fn read(body: &[u8]) -> Option<Value> {
    if !body.contains(&b'=') || std::str::from_utf8(body).is_err() {
        return None;
    }
    let mut root = Map::new();
    for (index, (key, value)) in url::form_urlencoded::parse(body).enumerate() {
        if index >= PAIRS_MAX {
            return None;
        }
        put(&mut root, &path(&key), scalar(&value));
    }
    Some(Value::Object(root))
}

/// `sender[attendee_name]` and `sender.attendee_name` as `["sender", "attendee_name"]`.
fn path(key: &str) -> Vec<&str> {
    let parts: Vec<&str> = key.split(['[', '.']).map(|part| part.strip_suffix(']').unwrap_or(part)).collect();
    if parts.len() > DEPTH_MAX || parts.iter().any(|part| part.is_empty()) { vec![key] } else { parts }
}

fn put(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => {
            object.insert((*key).to_owned(), value);
        }
        [key, rest @ ..] => {
            let inner = object.entry((*key).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// The word `null` and nothing are null; JSON objects and lists are read; the rest is text.
fn scalar(text: &str) -> Value {
    match text.trim() {
        "" | "null" => Value::Null,
        nested if nested.starts_with(['{', '[']) => {
            serde_json::from_str(nested).unwrap_or_else(|_| Value::String(text.to_owned()))
        }
        _ => Value::String(text.to_owned()),
    }
}
