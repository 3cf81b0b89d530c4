//! From an HTTP request to a `Call`: prefixes, doubled slashes, encoded segments, JSON and multipart bodies.

use crate::sim::postpress::call::{Body as CallBody, Call, Upload};
use axum::body::Body;
use axum::extract::{FromRequest, Multipart};
use axum::http::{HeaderMap, Request, header};
use hyper::body::{Body as HttpBody, Bytes, Frame};
use percent_encoding::percent_decode_str;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Largest body: several attachments of the largest size.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Reads the request; none: the path is under neither `/v1` nor `/api/v1`.
pub(super) async fn read(request: Request<Body>) -> Option<Call> {
    let path = segments(request.uri().path())?;
    let query = request.uri().query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let (method, headers) = (request.method().to_string(), request.headers().clone());
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let key = text("x-api-key").or_else(|| Some(text("authorization")?.strip_prefix("Bearer ")?.to_owned()));
    let idempotency_key = text("idempotency-key");
    let body = body(request, &headers).await;
    Some(Call { method, path, query, body, key, idempotency_key })
}

/// The decoded parts after the prefix. Doubled and trailing slashes vanish.
fn segments(path: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let rest = match parts.as_slice() {
        ["api", "v1", rest @ ..] | ["v1", rest @ ..] => rest,
        _ => return None,
    };
    Some(rest.iter().map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect())
}

async fn body(request: Request<Body>, headers: &HeaderMap) -> CallBody {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_lowercase();
    if kind.starts_with("multipart/form-data") {
        return match Multipart::from_request(request, &()).await {
            Ok(parts) => form(parts).await.unwrap_or_else(|fault| CallBody::Unreadable(fault.to_string())),
            Err(fault) => CallBody::Unreadable(fault.to_string()),
        };
    }
    match axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await {
        Err(fault) => CallBody::Unreadable(fault.to_string()),
        Ok(bytes) if bytes.is_empty() => CallBody::None,
        Ok(bytes) if kind.starts_with("application/x-www-form-urlencoded") => {
            CallBody::Form { fields: url::form_urlencoded::parse(&bytes).into_owned().collect(), files: Vec::new() }
        }
        Ok(bytes) => serde_json::from_slice(&bytes).map_or_else(|fault| CallBody::Unreadable(fault.to_string()), CallBody::Json),
    }
}

async fn form(mut parts: Multipart) -> Result<CallBody, axum::extract::multipart::MultipartError> {
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await? {
        let field = part.name().unwrap_or_default().trim_end_matches("[]").to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => {
                let mimetype = part.content_type().unwrap_or("application/octet-stream").to_owned();
                files.push(Upload { field, name, mimetype, bytes: part.bytes().await?.to_vec() });
            }
            None => fields.push((field, part.text().await?)),
        }
    }
    Ok(CallBody::Form { fields, files })
}

/// A body that breaks off.
pub(super) struct Broken {
    first: Option<Bytes>,
    is_flushed: bool,
}

impl Broken {
    /// These bytes, and then an error.
    pub fn after(bytes: Vec<u8>) -> Self {
        Self { first: Some(Bytes::from(bytes)), is_flushed: false }
    }
}

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    /// Between the bytes and the error the connection gets a turn to send what it has.
    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !std::mem::replace(&mut self.is_flushed, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionReset))))
    }
}
