//! A far side of the test's own: answers what it is told to and keeps what it was asked.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use campaign_engine::connector::postpress::client::{Postpress, Settings};
use campaign_engine::model::time::Timestamp;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const KEY: &str = "pp_test_0123456789abcdef";

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `POST /v1/chats?account_id=a`
    pub line: String,
    pub headers: HeaderMap,
    /// A JSON body as it is; a form as `name=value` lines, files as `name=file.pdf:application/pdf:3`.
    pub body: String,
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// An answer with that body.
pub fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply { status, headers: Vec::new(), body: body.into() }
}

/// A 200 with that JSON.
pub fn json(value: Value) -> Reply {
    reply(200, value.to_string())
}

#[derive(Clone)]
pub struct Loopback {
    pub url: String,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Loopback {
    /// Answers in that order; afterwards with 418.
    pub async fn answering(replies: Vec<Reply>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let loopback = Self { url, replies: Arc::new(Mutex::new(replies.into())), seen: Arc::default() };
        let router = axum::Router::new().fallback(answer).with_state(loopback.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        loopback
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn client(&self) -> Postpress {
        client(&self.url)
    }
}

/// A client with short limits, whose wall clock stands at 2026-09-14 08:00 UTC.
pub fn client(url: &str) -> Postpress {
    let mut settings = Settings::new(url, KEY.into(), Arc::new(|| Timestamp(1_789_372_800_000)));
    settings.whole = Duration::from_millis(400);
    settings.whole_with_files = Duration::from_millis(800);
    settings.connect = Duration::from_millis(300);
    Postpress::new(settings).unwrap()
}

async fn answer(State(loopback): State<Loopback>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let headers = request.headers().clone();
    let is_form =
        headers.get("content-type").is_some_and(|kind| kind.to_str().unwrap().starts_with("multipart/form-data; boundary="));
    let body = if is_form {
        form(request).await
    } else {
        String::from_utf8(to_bytes(request.into_body(), 1 << 25).await.unwrap().to_vec()).unwrap()
    };
    loopback.seen.lock().unwrap().push(Seen { line, headers, body });
    let next = loopback.replies.lock().unwrap().pop_front().unwrap_or(reply(418, "no reply left"));
    let mut response = (StatusCode::from_u16(next.status).unwrap(), next.body).into_response();
    for (name, value) in next.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

async fn form(request: Request) -> String {
    let mut form = Multipart::from_request(request, &()).await.unwrap();
    let mut lines = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        let name = field.name().unwrap().to_owned();
        let file = field.file_name().map(|file| format!("{file}:{}:", field.content_type().unwrap_or("-")));
        let bytes = field.bytes().await.unwrap();
        lines.push(match file {
            Some(file) => format!("{name}={file}{}", bytes.len()),
            None => format!("{name}={}", String::from_utf8(bytes.to_vec()).unwrap()),
        });
    }
    lines.join("\n")
}
