//! Setting up webhooks: any number of times, from any state, there is one of each kind.

use crate::connector::loopback::client;
use axum::extract::{Path, Query, State};
use axum::routing::{delete, get};
use axum::{Json, Router};
use campaign_engine::connector::contract::Connector;
use campaign_engine::connector::postpress::client::Postpress;
use campaign_engine::connector::postpress::webhooks::{Plan, SetUp, list, missing, remove, set_up};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const URL: &str = "https://engine.example/webhooks/postpress";
/// Small pages, so that reading the first alone is found out.
const PAGE: usize = 2;

#[derive(Clone, Default)]
struct Registry {
    rows: Arc<Mutex<Vec<Value>>>,
    made: Arc<Mutex<u32>>,
}

impl Registry {
    async fn serve(&self) -> Postpress {
        let router = Router::new()
            .route("/v1/webhooks", get(page).post(create))
            .route("/v1/webhooks/{id}", delete(forget))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        client(&url)
    }

    fn put(&self, url: &str, events: &[&str], enabled: bool) {
        self.add(json!({"request_url": url, "events": events, "enabled": enabled, "name": "by hand"}));
    }

    fn add(&self, mut row: Value) -> String {
        let mut made = self.made.lock().unwrap();
        *made += 1;
        let id = format!("w{made}");
        row["id"] = json!(id);
        self.rows.lock().unwrap().push(row);
        id
    }

    /// `source or name: events` of what stands.
    fn stands(&self) -> Vec<String> {
        let rows = self.rows.lock().unwrap();
        rows.iter().map(|row| format!("{} {}", row["name"].as_str().unwrap(), row["events"].as_array().unwrap().len())).collect()
    }
}

async fn page(State(registry): State<Registry>, Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
    let rows = registry.rows.lock().unwrap();
    let from: usize = query.get("cursor").map_or(0, |cursor| cursor.parse().unwrap());
    let items: Vec<Value> = rows.iter().skip(from).take(PAGE).cloned().collect();
    let cursor = (from + PAGE < rows.len()).then(|| (from + PAGE).to_string());
    Json(json!({"object": "WebhookList", "items": items, "cursor": cursor}))
}

async fn create(State(registry): State<Registry>, Json(order): Json<Value>) -> Json<Value> {
    Json(json!({"object": "WebhookCreated", "webhook_id": registry.add(order)}))
}

async fn forget(State(registry): State<Registry>, Path(id): Path<String>) -> Json<Value> {
    registry.rows.lock().unwrap().retain(|row| row["id"] != json!(id));
    Json(json!({"object": "WebhookDeleted"}))
}

fn plan(is_rotation: bool) -> Plan {
    Plan { url: URL.to_owned(), secret: "s3cret".into(), is_rotation }
}

fn counts(done: &SetUp) -> [usize; 3] {
    [done.kept.len(), done.created.len(), done.deleted.len()]
}

const ALL: [&str; 3] = ["engine messages 6", "engine relations 1", "engine accounts 11"];

#[tokio::test]
async fn the_first_time_all_are_created_the_second_time_nothing_changes() {
    let registry = Registry::default();
    let far = registry.serve().await;
    assert_eq!(counts(&set_up(&far, &plan(false)).await.unwrap()), [0, 3, 0]);
    assert_eq!(registry.stands(), ALL);
    assert!(
        registry.rows.lock().unwrap().iter().all(|row| row["headers"][0] == json!({"key": "Postpress-Auth", "value": "s3cret"}))
    );
    assert_eq!(counts(&set_up(&far, &plan(false)).await.unwrap()), [3, 0, 0]);
    assert_eq!(registry.stands(), ALL);
    assert!(missing(&list(&far).await.unwrap(), URL).is_empty());
}

#[tokio::test]
async fn what_is_incomplete_off_or_double_is_put_right_and_the_rest_left_alone() {
    let registry = Registry::default();
    registry.put(URL, &["message_received"], true);
    registry.put("https://other.example/hook", &["new_relation"], true);
    registry.put(URL, &["new_relation"], false);
    registry.put(&format!("{URL}/"), &["new_relation"], true);
    registry.put(URL, &["new_relation"], true);
    registry.put(URL, &["mail_received"], true);
    registry.put(URL, &[], true);
    let far = registry.serve().await;
    assert_eq!(missing(&list(&far).await.unwrap(), URL), ["engine messages", "engine accounts"]);
    assert_eq!(counts(&set_up(&far, &plan(false)).await.unwrap()), [1, 2, 4]);
    let mut stands = registry.stands();
    stands.sort();
    assert_eq!(stands, ["by hand 1", "by hand 1", "by hand 1", "engine accounts 11", "engine messages 6"]);
    assert_eq!(counts(&set_up(&far, &plan(false)).await.unwrap()), [3, 0, 0]);
}

#[tokio::test]
async fn a_rotation_creates_all_anew_before_it_deletes() {
    let registry = Registry::default();
    let far = registry.serve().await;
    set_up(&far, &plan(false)).await.unwrap();
    assert_eq!(counts(&set_up(&far, &plan(true)).await.unwrap()), [0, 3, 3]);
    assert_eq!(registry.stands(), ALL);
}

#[tokio::test]
async fn removing_takes_ours_and_leaves_others() {
    let registry = Registry::default();
    registry.put("https://other.example/hook", &["new_relation"], true);
    let far = registry.serve().await;
    set_up(&far, &plan(false)).await.unwrap();
    assert_eq!(remove(&far, URL).await.unwrap().len(), 3);
    assert_eq!(remove(&far, URL).await.unwrap().len(), 0);
    assert_eq!(registry.stands(), ["by hand 1"]);
}

#[tokio::test]
async fn a_cursor_that_leads_in_a_circle_ends_the_list() {
    let router = Router::new().route(
        "/v1/webhooks",
        get(|| async {
            Json(json!({"items": [{"id": "w", "request_url": URL, "events": ["new_relation"]}], "cursor": "again"}))
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let far: Arc<dyn Connector> = Arc::new(client(&url));
    assert_eq!(list(far.as_ref()).await.unwrap().len(), 1);
}
