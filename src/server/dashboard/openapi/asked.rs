//! What a route may be asked with: parameters and bodies.

use crate::runtime::query::news::{NEWS_ROWS, NEWS_ROWS_MAX};
use crate::runtime::query::page::{PAGE_ROWS, PAGE_ROWS_MAX, STATUS_WORDS};
use crate::server::dashboard::once::KEY_BYTES_MAX;
use crate::server::dashboard::routes::Route;
use serde_json::{Value, json};

/// Of the path, the query and the head.
pub fn parameters(route: &Route) -> Vec<Value> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = names.map(|name| of_path(name, route.path)).collect();
    if route.method == "GET" {
        parameters.extend(of_query(route.path));
    }
    if (route.method, route.path) == ("POST", "/api/v1/contacts/{id}/{verb}") {
        parameters.push(campaign());
    }
    if route.method == "POST" {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": { "type": "string", "minLength": 1, "maxLength": KEY_BYTES_MAX, "pattern": "^[!-~]+$" },
            "description": "A second request with the same key is answered as the first was, and does nothing." }));
    }
    parameters
}

fn of_path(name: &str, path: &str) -> Value {
    let verbs = match (name, path) {
        ("verb", path) if path.contains("/contacts/") => Some(json!(["pause", "resume", "stop", "resolve", "reply"])),
        ("verb", path) if path.contains("/campaigns/") => Some(json!(["pause", "resume", "stop"])),
        ("verb", path) if path.contains("/tasks/") => Some(json!(["approve", "reject", "done"])),
        _ => None,
    };
    let schema =
        verbs.map_or_else(|| json!({ "type": "string", "minLength": 1 }), |verbs| json!({ "type": "string", "enum": verbs }));
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn of_query(path: &str) -> Vec<Value> {
    match path {
        "/api/v1/contacts" => vec![
            campaign(),
            one("status", json!({ "type": "string", "enum": STATUS_WORDS }), "Only those."),
            one("step", json!({ "type": "string" }), "Only those at the step of that label."),
            one("after", json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }), "`next` of the page before."),
            one(
                "limit",
                json!({ "type": "integer", "minimum": 1, "maximum": PAGE_ROWS_MAX, "default": PAGE_ROWS }),
                "How many at most.",
            ),
        ],
        "/api/v1/news" => vec![
            one(
                "after",
                json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX, "default": 0 }),
                "`next` of the time before.",
            ),
            one(
                "limit",
                json!({ "type": "integer", "minimum": 1, "maximum": NEWS_ROWS_MAX, "default": NEWS_ROWS }),
                "How many at most; what was written at once is told at once.",
            ),
        ],
        "/api/v1/tasks" => vec![one("all", json!({ "type": "boolean" }), "Settled ones too.")],
        "/api/v1/events" => vec![json!({ "name": "Last-Event-ID", "in": "header", "required": false,
            "schema": { "type": "string" }, "description": "Goes on behind that event, as far as it is kept." })],
        "/api/v1/status"
        | "/api/v1/report"
        | "/api/v1/inbox"
        | "/api/v1/errors"
        | "/api/v1/contacts/{id}"
        | "/api/v1/contacts/{id}/timeline"
        | "/api/v1/contacts/{id}/thread" => {
            vec![campaign()]
        }
        _ => Vec::new(),
    }
}

fn campaign() -> Value {
    one("campaign", json!({ "type": "string" }), "Only of that campaign.")
}

fn one(name: &str, schema: Value, about: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": about })
}

/// None: it takes no body.
pub fn body(route: &Route) -> Option<Value> {
    let (required, schema) = match (route.method, route.path) {
        ("POST", "/api/v1/events") => (
            true,
            json!({ "type": "object", "required": ["name", "contact"], "properties": {
                "name": { "type": "string", "pattern": "\\S" },
                "contact": { "type": "string", "description": "Their `id`, or the value of the identifying column." },
                "campaign": { "type": ["string", "null"] },
                "data": { "description": "Anything." },
            } }),
        ),
        ("POST", "/api/v1/contacts/{id}/{verb}") => (
            false,
            json!({ "type": "object", "properties": {
                "how": { "type": ["string", "null"], "enum": ["sent", "again", "skip", null], "description": "Of `resolve`." },
                "text": { "type": ["string", "null"], "description": "Of `reply`: what is sent, as it stands." },
            } }),
        ),
        _ => return None,
    };
    Some(json!({ "required": required, "content": { "application/json": { "schema": schema } } }))
}
