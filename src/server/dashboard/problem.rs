//! Errors of the API as RFC 9457 has them: `application/problem+json`.

use crate::server::dashboard::documents::Problem;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");
/// Sentences of the framework are shorter.
const SENTENCE_BYTES_MAX: usize = 4 * 1024;

/// `title`: what kind of thing went wrong. `detail`: this time, and the way out.
pub fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = json!(Problem { r#type: "about:blank", title, status: status.as_u16(), detail });
    (status, [(header::CONTENT_TYPE, PROBLEM)], body.to_string()).into_response()
}

/// Is it for programs? The rest is pages, and what they are made of.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || ["/healthz", "/metrics", "/openapi.json"].contains(&path)
}

/// For every route of the API: what the framework refuses by itself (a verb, a path that is no text, a body too large) is told
/// like everything else.
pub async fn everywhere(request: Request, next: Next) -> Response {
    let is_api = is_api(request.uri().path());
    let response = next.run(request).await;
    let status = response.status();
    let is_refused = status.is_client_error() || status.is_server_error();
    if !is_api || !is_refused || response.headers().get(header::CONTENT_TYPE) == Some(&PROBLEM) {
        return response;
    }
    let (head, body) = response.into_parts();
    let said = to_bytes(body, SENTENCE_BYTES_MAX).await.unwrap_or_default();
    let takes = head.headers.get(header::ALLOW).and_then(|verbs| verbs.to_str().ok());
    let detail = match (takes, String::from_utf8_lossy(&said).into_owned()) {
        (Some(verbs), _) => format!("this path takes {verbs}; see /openapi.json"),
        (None, said) if said.is_empty() => "see /openapi.json for what there is".to_owned(),
        (None, said) => said,
    };
    let mut told = problem(status, status.canonical_reason().unwrap_or("refused"), &detail);
    if let Some(verbs) = head.headers.get(header::ALLOW) {
        told.headers_mut().insert(header::ALLOW, verbs.clone());
    }
    told
}
