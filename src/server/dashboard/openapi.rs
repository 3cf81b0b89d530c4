//! `/openapi.json`: the API's routes as an OpenAPI 3.1 document, made from the routes themselves.

use crate::server::dashboard::Front;
use crate::server::dashboard::access::Role;
use crate::server::dashboard::routes::Route;
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The document.
pub async fn document(State(front): State<Arc<Front>>) -> Json<Value> {
    Json(describe(front.routes()))
}

/// The routes of the API, in the words of OpenAPI.
pub fn describe(routes: &[Route]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let spoken =
        |route: &&Route| route.path.starts_with("/api/") || ["/healthz", "/metrics", "/openapi.json"].contains(&route.path);
    for route in routes.iter().filter(spoken) {
        let entry = paths.entry(route.path.to_owned()).or_insert_with(|| json!({}));
        if let Value::Object(methods) = entry {
            methods.insert(route.method.to_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "engine",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Outreach campaigns: how they stand, who is where and why, and what may be done about it.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "problem": problem_schema() },
            "responses": { "problem": {
                "description": "What went wrong, and the way out.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } },
            } },
        },
    })
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    for name in route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        parameters.push(path_parameter(name, route.path));
    }
    if route.method == "GET" {
        parameters.extend(query_parameters(route.path));
    }
    if route.method == "POST" {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": false, "schema": { "type": "string", "maxLength": 128 },
            "description": "A second request with the same key is answered as the first was, and does nothing." }));
    }
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.about,
        "parameters": parameters,
        "responses": responses(route),
    });
    if let Value::Object(fields) = &mut operation {
        if route.role == Role::Anybody {
            fields.insert("security".to_owned(), json!([]));
        }
        if let Some(body) = body_of(route) {
            fields.insert("requestBody".to_owned(), body);
        }
    }
    operation
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '.']).filter(|part| !part.is_empty() && !["api", "v1"].contains(part));
    let words: Vec<String> = words.map(|part| part.trim_matches(['{', '}']).to_owned()).collect();
    format!("{}_{}", route.method.to_lowercase(), words.join("_"))
}

fn path_parameter(name: &str, path: &str) -> Value {
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

fn query_parameters(path: &str) -> Vec<Value> {
    let one = |name: &str, schema: Value, about: &str| json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": about });
    let campaign = || one("campaign", json!({ "type": "string" }), "Only of that campaign.");
    match path {
        "/api/v1/contacts" => vec![
            campaign(),
            one("status", json!({ "type": "string", "enum": ["queued", "active", "paused", "parked", "ended"] }), "Only those."),
            one("step", json!({ "type": "string" }), "Only those at the step of that label."),
            one("after", json!({ "type": "integer", "minimum": 0 }), "`next` of the page before."),
            one("limit", json!({ "type": "integer", "minimum": 1, "maximum": 500 }), "How many at most."),
        ],
        "/api/v1/tasks" => vec![one("all", json!({ "type": "boolean" }), "Settled ones too.")],
        "/api/v1/status"
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

fn body_of(route: &Route) -> Option<Value> {
    let (required, schema) = match (route.method, route.path) {
        ("POST", "/api/v1/events") => (
            true,
            json!({ "type": "object", "required": ["name", "contact"], "properties": {
                "name": { "type": "string", "minLength": 1 },
                "contact": { "type": "string", "description": "The value of the identifying column." },
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

fn responses(route: &Route) -> Value {
    let kind = match route.path {
        "/healthz" | "/metrics" => "text/plain",
        "/api/v1/events" if route.method == "GET" => "text/event-stream",
        _ => "application/json",
    };
    let schema = if kind == "application/json" { json!({ "type": "object" }) } else { json!({ "type": "string" }) };
    let mut responses = json!({ "200": { "description": route.about, "content": { kind: { "schema": schema } } } });
    if let Value::Object(fields) = &mut responses
        && route.role != Role::Anybody
    {
        for status in ["400", "401", "403", "404", "413", "415", "422", "500", "503"] {
            fields.insert(status.to_owned(), json!({ "$ref": "#/components/responses/problem" }));
        }
    }
    responses
}

fn problem_schema() -> Value {
    json!({ "type": "object", "required": ["type", "title", "status", "detail"], "properties": {
        "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" },
    } })
}
