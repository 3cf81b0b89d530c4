//! Serves the pretend postpress over HTTP: the sandbox. Reads requests, writes answers, delivers webhooks; decides
//! nothing. Start at `serve`.

mod courier;
mod request;

use crate::sim::postpress::call::{Content, Reply};
use crate::sim::postpress::{Wire, World};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use courier::Courier;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long an answer may wait for its own echo, in real time.
const ECHO_WAIT: Duration = Duration::from_millis(250);

/// Answers requests and delivers webhooks until `shutdown` ends; then connections are dropped.
///
/// # Errors
/// When the listener breaks, or no HTTP client for webhooks can be made.
pub async fn serve(listener: TcpListener, world: Arc<World>, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let courier = Arc::new(Courier::new(world.clone())?);
    let mut tasks = JoinSet::new();
    tasks.spawn(courier.clone().run());
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tasks.spawn(connection(stream, world.clone(), courier.clone()))),
                // The peer was gone before we came to it; the listener is still good.
                Err(fault) if fault.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(fault) => return Err(fault),
            },
            Some(_) = tasks.join_next() => {}
        }
    }
    tasks.shutdown().await;
    Ok(())
}

async fn connection(stream: TcpStream, world: Arc<World>, courier: Arc<Courier>) {
    drop(stream.set_nodelay(true));
    let answers = service_fn(move |request: Request<Incoming>| answer(request, world.clone(), courier.clone()));
    // A connection that breaks is the peer's affair.
    drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answers).await);
}

/// An error makes hyper break the connection: that is how a reset is played.
async fn answer(request: Request<Incoming>, world: Arc<World>, courier: Arc<Courier>) -> Result<Response<Body>, io::Error> {
    let Some(call) = request::read(request.map(Body::new)).await else { return Ok(no_such_path(&world)) };
    let answer = world.answer(&call);
    if answer.reply.echo_first {
        courier.deliver_now(ECHO_WAIT).await;
    }
    match answer.wire {
        Wire::Plain => Ok(response(&answer.reply, &world, false)),
        Wire::Truncated => Ok(response(&answer.reply, &world, true)),
        Wire::Reset => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        Wire::Silence => std::future::pending().await,
    }
}

fn no_such_path(world: &World) -> Response<Body> {
    let refusal = crate::sim::postpress::call::Refusal::not_found("route");
    response(&refusal.reply("/"), world, false)
}

fn response(reply: &Reply, world: &World, is_cut: bool) -> Response<Body> {
    let (mimetype, bytes) = match &reply.content {
        Content::Json(value) => ("application/json; charset=utf-8".to_owned(), value.to_string().into_bytes()),
        Content::Bytes { mimetype, bytes } => (mimetype.clone(), bytes.clone()),
    };
    let length = bytes.len();
    let body = if is_cut { cut(bytes) } else { Body::from(bytes) };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, mimetype);
    set(header::CONTENT_LENGTH, length.to_string());
    set(header::DATE, http_date(world));
    for (name, value) in &reply.headers {
        set(HeaderName::from_static(name), value.clone());
    }
    response
}

/// Virtual time, so that a client can measure how far apart the clocks are.
fn http_date(world: &World) -> String {
    let since = Duration::from_millis(u64::try_from(world.clock().now().0).unwrap_or(0));
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since)
}

/// The first half, and then an error: the connection breaks in the middle of the body.
fn cut(mut bytes: Vec<u8>) -> Body {
    bytes.truncate(bytes.len() / 2);
    Body::new(request::Broken::after(bytes))
}
