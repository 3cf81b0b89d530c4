//! `/openapi.json`: the API's routes as an OpenAPI 3.1 document, made from the routes themselves and from the types that
//! answer them.

mod answered;
mod asked;

use crate::server::dashboard::Front;
use crate::server::dashboard::access::Role;
use crate::server::dashboard::problem::is_api;
use crate::server::dashboard::routes::Route;
use answered::Answers;
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
    let mut answers = Answers::new();
    for route in routes.iter().filter(|route| is_api(route.path)) {
        let entry = paths.entry(route.path.to_owned()).or_insert_with(|| json!({}));
        if let Value::Object(methods) = entry {
            methods.insert(route.method.to_lowercase(), operation(route, &mut answers));
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
        "components": answers.components(),
    })
}

fn operation(route: &Route, answers: &mut Answers) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.about,
        "parameters": asked::parameters(route),
        "responses": answers.of(route),
    });
    if let Value::Object(fields) = &mut operation {
        if route.role == Role::Anybody {
            fields.insert("security".to_owned(), json!([]));
        }
        if let Some(body) = asked::body(route) {
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
