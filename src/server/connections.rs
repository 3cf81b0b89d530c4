//! Every HTTP listener's connections: how many, how slow they may be, and how they end. Knows no path.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// What a listener puts up with.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; further ones wait in the kernel.
    pub connections_max: usize,
    /// A request's head has to be there after this long, also the next one on an idle connection.
    pub head: Duration,
    /// Open requests may end within this long after the off-switch.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections_max: 512, head: Duration::from_secs(15), farewell: Duration::from_secs(20) }
    }
}

/// A request's head with its headers may be this long.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// After a failed accept (no file handles left): closing connections free some.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then lets open requests end. Returns when every connection is gone.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, shutdown: impl Future<Output = ()>) {
    let (tell, told) = watch::channel(false);
    let free = Arc::new(Semaphore::new(limits.connections_max));
    let mut open = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            // Nobody closes the semaphore.
            let permit = Arc::clone(&free).acquire_owned().await.ok()?;
            Some((listener.accept().await, permit))
        };
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = open.join_next() => {}
            Some((accepted, permit)) = next => match accepted {
                Ok((stream, _)) => {
                    let (router, told) = (router.clone(), told.clone());
                    open.spawn(async move {
                        connection(stream, router, limits, told).await;
                        drop(permit);
                    });
                }
                Err(fault) => {
                    tracing::warn!(%fault, "a connection could not be accepted");
                    tokio::time::sleep(BREATH).await;
                }
            },
        }
    }
    drop(listener);
    tell.send_replace(true);
    let all_gone = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.farewell, all_gone).await.is_err() {
        open.shutdown().await;
    }
}

/// One connection, request by request.
async fn connection(stream: TcpStream, router: Router, limits: Limits, mut told: watch::Receiver<bool>) {
    // Only a matter of speed; a socket that refuses is served all the same.
    drop(stream.set_nodelay(true));
    let answer = service_fn(move |request: Request<Incoming>| router.clone().oneshot(request.map(Body::new)));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), answer);
    let mut served = pin!(served);
    let off = async { drop(told.wait_for(|off| *off).await) };
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = off => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(fault) = ended {
        tracing::debug!(%fault, "a connection ended early");
    }
}
