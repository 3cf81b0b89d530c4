//! The sandbox over loopback: prefixes, keys, bodies, the wire's faults.

use crate::sandbox::{Sandbox, Wish};
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use campaign_engine::sim::faults::{Kind, Rule};
use campaign_engine::sim::http::serve;
use campaign_engine::sim::postpress::World;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const ACCOUNT: &str = "acc_linkedin_1";

/// A world behind HTTP.
pub struct Served {
    pub base: String,
    client: reqwest::Client,
    _off: tokio::sync::oneshot::Sender<()>,
}

impl Served {
    pub async fn start(sandbox: Sandbox) -> Self {
        Self::of(sandbox.world).await
    }

    pub async fn of(world: Arc<World>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (off, is_off) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(async move { serve(listener, world, async move { drop(is_off.await) }).await });
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { base, client, _off: off }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method.parse().unwrap(), format!("{}{path}", self.base)).header("X-API-KEY", "sandbox")
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.request("GET", path).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn register(&self, source: &str, url: &str, headers: Value) {
        let body = json!({"source": source, "request_url": url, "name": "test", "headers": headers});
        assert_eq!(self.request("POST", "/v1/webhooks").json(&body).send().await.unwrap().status(), 201);
    }

    pub async fn say(&self, account: &str, identifier: &str, text: &str) -> (u16, Value) {
        let (_, profile) = self.get(&format!("/v1/users/{identifier}?account_id={account}")).await;
        let form = reqwest::multipart::Form::new().text("account_id", account.to_owned()).text("text", text.to_owned());
        let form = form.text("attendees_ids", profile["provider_id"].as_str().unwrap().to_owned());
        let answer = self.request("POST", "/api/v1/chats").multipart(form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

/// A receiver of webhooks.
pub struct Hook {
    pub url: String,
    heard: mpsc::UnboundedReceiver<(HeaderMap, Value)>,
}

impl Hook {
    pub async fn next(&mut self) -> (HeaderMap, Value) {
        self.heard.recv().await.unwrap()
    }

    pub fn is_waiting(&self) -> bool {
        !self.heard.is_empty()
    }
}

/// Answers with these statuses in turn, the last for ever.
pub async fn hook(statuses: Vec<u16>) -> Hook {
    let (tell, heard) = mpsc::unbounded_channel();
    let statuses = Arc::new(Mutex::new(VecDeque::from(statuses)));
    let answer = move |headers: HeaderMap, body: Bytes| {
        drop(tell.send((headers, serde_json::from_slice(&body).unwrap())));
        let mut statuses = statuses.lock().unwrap();
        let status = if statuses.len() > 1 { statuses.pop_front().unwrap() } else { statuses[0] };
        async move { StatusCode::from_u16(status).unwrap() }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/hook", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Hook { url, heard }
}

#[tokio::test(flavor = "multi_thread")]
async fn prefixes_slashes_and_encoded_segments_are_all_one() {
    let served = Served::start(Sandbox::new()).await;
    let plain = served.get("/v1/accounts/acc_linkedin_1").await;
    assert_eq!(plain.0, 200);
    for path in ["/api/v1/accounts/acc_linkedin_1", "//api/v1//accounts/acc_linkedin_1/", "/v1/accounts/acc%5Flinkedin_1"] {
        assert_eq!(served.get(path).await, plain, "{path}");
    }
    let (_, profile) = served.get("/v1/users/person-001?account_id=acc_linkedin_1").await;
    let (_, posts) =
        served.get(&format!("/v1/users/{}/posts?account_id=acc_linkedin_1", profile["provider_id"].as_str().unwrap())).await;
    let post = posts["items"][0]["social_id"].as_str().unwrap();
    for path in [post.to_owned(), post.replace(':', "%3A")] {
        let answer = served
            .request("POST", &format!("/v1/posts/{path}/comments"))
            .json(&json!({"account_id": ACCOUNT, "text": "Nice"}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_comes_first() {
    let served = Served::start(Sandbox::new()).await;
    let client = &served.client;
    for (header, value, path, expected) in [
        ("x-api-key", "wrong", "/v1/accounts", 401),
        ("x-api-key", "wrong", "/v1/nothing", 401),
        ("x-other", "", "/v1/accounts", 401),
        ("x-api-key", "sandbox", "/v1/nothing", 404),
        ("authorization", "Bearer sandbox", "/v1/accounts", 200),
        ("x-api-key", "sandbox", "/elsewhere", 404),
    ] {
        let answer = client.get(format!("{}{path}", served.base)).header(header, value).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{header} {path}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/json"));
        answer.json::<Value>().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_date_is_the_sandboxs_own() {
    let served = Served::start(Sandbox::new()).await;
    let answer = served.request("GET", "/v1/accounts").send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Mon, 14 Sep 2026 08:00:00 GMT");
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_come_back_as_they_went() {
    let served = Served::start(Sandbox::new()).await;
    let (_, profile) = served.get("/v1/users/person-001?account_id=acc_linkedin_1").await;
    let file =
        || reqwest::multipart::Part::bytes(b"%PDF lanes".to_vec()).file_name("lanes.pdf").mime_str("application/pdf").unwrap();
    let form = reqwest::multipart::Form::new()
        .text("account_id", ACCOUNT)
        .text("text", "See attached")
        .part("attachments", file())
        .part("attachments", file());
    let form = form.text("attendees_ids[]", profile["provider_id"].as_str().unwrap().to_owned());
    let started: Value = served.request("POST", "/v1/chats").multipart(form).send().await.unwrap().json().await.unwrap();
    let (_, message) = served.get(&format!("/v1/messages/{}", started["message_id"].as_str().unwrap())).await;
    let attachments = message["attachments"].as_array().unwrap();
    assert_eq!(
        (attachments.len(), &attachments[0]["file_name"], &attachments[0]["type"]),
        (2, &json!("lanes.pdf"), &json!("file"))
    );
    let path = format!("/v1/messages/{}/attachments/{}", message["id"].as_str().unwrap(), attachments[1]["id"].as_str().unwrap());
    let answer = served.request("GET", &path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.bytes().await.unwrap(), b"%PDF lanes".as_slice());
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_bodies_are_refused() {
    let served = Served::start(Sandbox::new()).await;
    let post = |body: &'static str, kind: &'static str| {
        served.request("POST", "/v1/users/invite").header("content-type", kind).body(body).send()
    };
    for (body, kind) in [
        ("{\"account_id\":", "application/json"),
        ("nothing", "multipart/form-data; boundary=x"),
        ("nothing", "multipart/form-data"),
    ] {
        let answer = post(body, kind).await.unwrap();
        assert_eq!(answer.status(), 400, "{body} {kind}");
        assert_eq!(answer.json::<Value>().await.unwrap()["type"], "errors/malformed_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wire_breaks_where_a_fault_says_so() {
    for (kind, has_status) in [(Kind::ResetAfter, false), (Kind::Truncated, true)] {
        let served =
            Served::start(Sandbox::with(Wish { faults: vec![Rule::always("GET /accounts", kind)], ..Wish::default() })).await;
        let answer = served.request("GET", "/v1/accounts").send().await;
        assert_eq!(answer.is_ok(), has_status, "{kind:?}");
        if let Ok(answer) = answer {
            answer.bytes().await.unwrap_err();
        }
    }
}
