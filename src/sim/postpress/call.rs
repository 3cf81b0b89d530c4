//! One request and one answer, free of HTTP: what the world is asked and what it says.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A request after its path has been read.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// `GET`, `POST` …
    pub method: String,
    /// The path after `/v1` or `/api/v1`, decoded, without empty parts.
    pub path: Vec<String>,
    pub query: BTreeMap<String, String>,
    pub body: Body,
    /// `X-API-KEY`, or the token of `Authorization: Bearer`.
    pub key: Option<String>,
    pub idempotency_key: Option<String>,
}

/// What came with it.
#[derive(Debug, Clone, Default)]
pub enum Body {
    #[default]
    None,
    Json(Value),
    Form {
        fields: Vec<(String, String)>,
        files: Vec<Upload>,
    },
    /// Neither; the reason, for people.
    Unreadable(String),
}

/// A file that came along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// `attachments`, `voice_message`, `video_message`.
    pub field: String,
    pub name: String,
    pub mimetype: String,
    pub bytes: Vec<u8>,
}

impl Call {
    /// A request with a JSON body, `path` with its query string; for tests and for calls without HTTP.
    pub fn json(method: &str, path: &str, key: &str, body: Option<Value>) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method: method.to_owned(),
            path: path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            body: body.map_or(Body::None, Body::Json),
            key: Some(key.to_owned()),
            idempotency_key: None,
        }
    }

    /// `POST /users/invite`: what fault rules are matched against.
    pub fn route(&self) -> String {
        format!("{} /{}", self.method, self.path.join("/"))
    }

    /// The field of the body as text; numbers and booleans are written out. `linkedin[api]` also finds `{"linkedin": {"api": …}}`.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields(name).into_iter().next()
    }

    /// All values of a field that may be repeated (`attendees_ids`, `attendees_ids[]`, a JSON list, a comma list is not split).
    pub fn fields(&self, name: &str) -> Vec<String> {
        match &self.body {
            Body::None | Body::Unreadable(_) => Vec::new(),
            Body::Form { fields, .. } => {
                let list = format!("{name}[]");
                fields.iter().filter(|(key, _)| key == name || *key == list).map(|(_, value)| value.clone()).collect()
            }
            Body::Json(value) => {
                let nested = name.split_once('[').and_then(|(outer, inner)| value.get(outer)?.get(inner.trim_end_matches(']')));
                value.get(name).or(nested).map(texts).unwrap_or_default()
            }
        }
    }

    /// A field that must be there and not be empty.
    pub fn needed(&self, name: &str) -> Result<String, Refusal> {
        let known = self.field(name).filter(|text| !text.is_empty());
        known.ok_or_else(|| Refusal::new(400, "missing_parameters", format!("the body lacks {name}")))
    }

    /// A query parameter that must be there and not be empty.
    pub fn needed_query(&self, name: &str) -> Result<&str, Refusal> {
        let known = self.query.get(name).map(String::as_str).filter(|text| !text.is_empty());
        known.ok_or_else(|| Refusal::new(400, "missing_parameters", format!("the query lacks {name}")))
    }

    /// The JSON body, if it is one.
    pub fn value(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            Body::None | Body::Form { .. } | Body::Unreadable(_) => None,
        }
    }

    /// Files under any of their fields.
    pub fn files(&self) -> &[Upload] {
        match &self.body {
            Body::Form { files, .. } => files,
            Body::None | Body::Json(_) | Body::Unreadable(_) => &[],
        }
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}

/// What the world answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub content: Content,
    pub headers: Vec<(&'static str, String)>,
    /// The webhook of this call's own effect should arrive before the answer does.
    pub echo_first: bool,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Json(Value),
    Bytes { mimetype: String, bytes: Vec<u8> },
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, value: Value) -> Self {
        Self { status, content: Content::Json(value), headers: Vec::new(), echo_first: false }
    }

    /// The JSON of the answer; null for a file.
    pub fn value(&self) -> &Value {
        match &self.content {
            Content::Json(value) => value,
            Content::Bytes { .. } => &Value::Null,
        }
    }
}

/// A definite no, in postpress's flat envelope (POSTPRESS.md §0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// Without `errors/`.
    pub slug: String,
    pub detail: String,
    pub retry_after_s: Option<u32>,
}

impl Refusal {
    /// With that status and slug.
    pub fn new(status: u16, slug: &str, detail: impl Into<String>) -> Self {
        Self { status, slug: slug.to_owned(), detail: detail.into(), retry_after_s: None }
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, "resource_not_found", format!("there is no such {what}"))
    }

    /// As the answer to that path.
    pub fn reply(&self, instance: &str) -> Reply {
        let mut title = self.slug.replace('_', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let kind = format!("errors/{}", self.slug);
        let value = json!({"title": title, "detail": self.detail, "instance": instance, "type": kind, "status": self.status});
        let mut reply = Reply::json(self.status, value);
        reply.headers.extend(self.retry_after_s.map(|seconds| ("retry-after", seconds.to_string())));
        reply
    }
}
