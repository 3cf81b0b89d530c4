//! How the API reads what it is asked and writes what it answers.

use crate::server::dashboard::Front;
use crate::server::dashboard::act::Refused;
use crate::server::dashboard::problem::problem;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What every answer is made of.
pub type Door = State<Arc<Front>>;

/// A refusal as a problem.
pub fn refuse(refused: &Refused) -> Response {
    match refused {
        Refused::Nowhere(sentence) => problem(StatusCode::NOT_FOUND, "there is no such thing", sentence),
        Refused::Wrong(sentence) => problem(StatusCode::UNPROCESSABLE_ENTITY, "it cannot be done", sentence),
        Refused::Failed(sentence) => problem(StatusCode::INTERNAL_SERVER_ERROR, "it failed", sentence),
    }
}

/// A document, or why there is none.
pub fn answered(answer: Result<Value, Refused>) -> Response {
    match answer {
        Ok(value) => Json(value).into_response(),
        Err(refused) => refuse(&refused),
    }
}

/// What a question about a campaign may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct About {
    pub campaign: Option<String>,
}

/// A query string as it was meant, or why it is none.
#[expect(clippy::result_large_err, reason = "the error is the answer, made once a request")]
pub fn read<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Response> {
    query
        .map(|Query(wish)| wish)
        .map_err(|fault| problem(StatusCode::BAD_REQUEST, "the question is not understood", &fault.body_text()))
}

/// A request that says what it must not.
pub fn misunderstood(sentence: &str) -> Response {
    problem(StatusCode::BAD_REQUEST, "the request is not understood", sentence)
}

/// A body as it was meant: a JSON object and nothing else, or why it is none.
#[expect(clippy::result_large_err, reason = "the error is the answer, made once a request")]
pub fn said<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Response> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let detail = "send the body as JSON, with `Content-Type: application/json`";
        return Err(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no JSON", detail));
    }
    // By way of a map: a list would fill a struct by the order of its fields.
    let fields = serde_json::from_slice::<Map<String, Value>>(body);
    fields.and_then(|fields| serde_json::from_value(Value::Object(fields))).map_err(|fault| misunderstood(&fault.to_string()))
}
