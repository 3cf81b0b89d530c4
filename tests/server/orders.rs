//! Orders over the API: each becomes a command once, and what is none is refused as a problem.

use crate::server::scene::{Scene, Shown};
use axum::body::{Body, to_bytes};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::task::{Context, Waker};

#[tokio::test]
async fn orders_become_commands_once() {
    let scene = Scene::new();
    let post = |path: &str, body: Value, key: Option<&str>| {
        let mut request = scene.request("POST", path, &[Shown::Token]).header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        scene.send(request.body(Body::from(body.to_string())).unwrap())
    };
    assert_eq!(post("/api/v1/contacts/1/pause", json!({}), None).await.status(), StatusCode::OK);
    assert_eq!(post("/api/v1/contacts/1/resolve", json!({}), None).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post("/api/v1/contacts/1/resolve", json!({ "how": "sent" }), None).await.status(), StatusCode::OK);
    assert_eq!(post("/api/v1/contacts/2/reply", json!({ "text": "Gladly.\n" }), None).await.status(), StatusCode::OK);
    assert_eq!(post("/api/v1/contacts/99/pause", json!({}), None).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(post("/api/v1/contacts/1/delete", json!({}), None).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(post("/api/v1/campaigns/nobody/pause", json!({}), None).await.status(), StatusCode::NOT_FOUND);
    let booked = json!({ "name": "calendly.booked", "contact": "1", "data": { "at": "noon" } });
    for _ in 0..3 {
        let response = post("/api/v1/events", booked.clone(), Some("k-1")).await;
        assert_eq!(response.status(), StatusCode::OK);
        let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 1 << 16).await.unwrap()).unwrap();
        assert_eq!(body["schema"], "engine.done/1");
    }
    assert_eq!(post("/api/v1/events", json!({ "name": "" }), None).await.status(), StatusCode::BAD_REQUEST);
    let commands = scene.desk.commands.lock().unwrap().clone();
    assert_eq!(
        commands,
        [
            json!({ "pause": { "enrollments": [1] } }),
            json!({ "resolve": { "enrollment": 1, "how": "sent" } }),
            json!({ "reply": { "enrollments": [2], "text": "Gladly." } }),
            json!({ "event": { "enrollments": [1], "name": "calendly.booked", "data": "{\"at\":\"noon\"}" } }),
        ]
    );
}

#[tokio::test]
async fn what_is_no_order_is_refused_as_a_problem() {
    let scene = Scene::new();
    let long = "k".repeat(129);
    for (verb, path, kind, key, body, status) in [
        ("POST", "/api/v1/contacts/1/resolve", "application/json", "k", "[\"sent\"]", 400),
        ("POST", "/api/v1/contacts/1/resolve", "text/plain", "k", "{\"how\": \"sent\"}", 415),
        ("POST", "/api/v1/events", "application/json", "k", "[\"booked\", \"1\"]", 400),
        ("POST", "/api/v1/pause", "application/json", &long, "", 400),
        ("POST", "/api/v1/pause", "application/json", "two words", "", 400),
        ("DELETE", "/api/v1/status", "application/json", "k", "", 405),
        ("POST", "/api/v1/contacts/%ff/pause", "application/json", "k", "", 400),
        ("GET", "/api/v1/contacts/%ff", "application/json", "k", "", 400),
    ] {
        let request = scene.request(verb, path, &[Shown::Token]).header(header::CONTENT_TYPE, kind);
        let request = request.header("idempotency-key", key).body(Body::from(body)).unwrap();
        let response = scene.send(request).await;
        assert_eq!(response.status(), status, "{verb} {path} {body}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json", "{verb} {path} {body}");
    }
    assert_eq!(*scene.desk.commands.lock().unwrap(), Vec::<Value>::new());
}

#[tokio::test]
async fn what_failed_is_tried_again_under_the_same_key() {
    let scene = Scene::new();
    let post = || {
        let request = scene.request("POST", "/api/v1/backups", &[Shown::Token]).header("idempotency-key", "nightly");
        scene.send(request.body(Body::empty()).unwrap())
    };
    scene.desk.refuses.store(true, Ordering::SeqCst);
    assert_eq!(post().await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    scene.desk.refuses.store(false, Ordering::SeqCst);
    assert_eq!(post().await.status(), StatusCode::OK);
    assert_eq!(scene.desk.backups.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn who_asks_again_while_it_is_under_way_is_told_so_and_nothing_is_done_twice() {
    let scene = Scene::new();
    let post = || {
        let request = scene.request("POST", "/api/v1/pause", &[Shown::Token]).header("idempotency-key", "once");
        scene.send(request.body(Body::empty()).unwrap())
    };
    // The engine is held up for as long as somebody else looks at the list of what it was told.
    let (desk, (locked, is_locked), (release, may_go)) = (Arc::clone(&scene.desk), channel(), channel::<()>());
    let holder = std::thread::spawn(move || {
        let _held = desk.commands.lock().unwrap();
        locked.send(()).unwrap();
        may_go.recv().unwrap_err();
    });
    is_locked.recv().unwrap();
    {
        let mut first = pin!(post());
        assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(post().await.status(), StatusCode::CONFLICT);
        // Here the first one's caller goes away.
    }
    drop(release);
    holder.join().unwrap();
    loop {
        match post().await.status() {
            StatusCode::CONFLICT => tokio::task::yield_now().await,
            status => break assert_eq!(status, StatusCode::OK),
        }
    }
    assert_eq!(scene.desk.commands.lock().unwrap().len(), 1);
}
