//! Webhooks over loopback: headers, echoes, retries.

use crate::sandbox::http::{Served, hook};
use crate::sandbox::{Sandbox, Wish, refusal};
use campaign_engine::runtime::clock::{Anchor, ScaledClock};
use campaign_engine::sim::faults::Faults;
use campaign_engine::sim::people::directory::Directory;
use campaign_engine::sim::postpress::account::AccountSeed;
use campaign_engine::sim::postpress::{Settings, World};
use serde_json::json;
use std::sync::Arc;

const ACCOUNT: &str = "acc_linkedin_1";

#[tokio::test(flavor = "multi_thread")]
async fn the_configured_headers_are_sent_and_no_content_type() {
    let served = Served::start(Sandbox::scripted(Wish::default())).await;
    let mut hook = hook(vec![200]).await;
    served.register("messaging", &hook.url, json!([{"key": "Postpress-Auth", "value": "hush"}])).await;
    let (status, started) = served.say(ACCOUNT, "cy", "Hi").await;
    assert_eq!(status, 201);
    let (headers, body) = hook.next().await;
    assert_eq!(headers.get("postpress-auth").map(|value| value.to_str().unwrap()), Some("hush"));
    assert_eq!(headers.get("content-type"), None);
    assert_eq!(
        (body["event"].as_str(), &body["message_id"], &body["webhook_name"]),
        (Some("message_received"), &started["message_id"], &json!("test"))
    );
    let expected = "event account_id account_type account_info webhook_name chat_id attendees sender subject message message_id timestamp attachments \
        is_sender provider_chat_id provider_message_id is_event chat_pinned quoted reply_to is_forwarded chat_content_type message_type is_group folder event_type";
    let keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, expected.split_whitespace().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_not_200_is_tried_five_times_more() {
    let served = Served::start(Sandbox::scripted(Wish::default())).await;
    let mut hook = hook(vec![500, 201, 404, 302, 503, 200]).await;
    served.register("messaging", &hook.url, json!([])).await;
    served.say(ACCOUNT, "cy", "Hi").await;
    let mut bodies = Vec::new();
    for _ in 0..6 {
        bodies.push(hook.next().await.1);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "the same event each time");
}

#[tokio::test(flavor = "multi_thread")]
async fn some_echoes_arrive_before_the_answer() {
    let served = Served::start(Sandbox::scripted(Wish::default())).await;
    let mut hook = hook(vec![200]).await;
    served.register("messaging", &hook.url, json!([])).await;
    let mut first = 0;
    for n in 0..40 {
        let (_, started) = served.say(ACCOUNT, "cy", &format!("Hi {n}")).await;
        let (early, echo) = (hook.is_waiting(), hook.next().await.1);
        assert_eq!(echo["message_id"], started["message_id"]);
        first += usize::from(early);
    }
    assert!(first >= 1);
}

#[test]
fn webhooks_are_listed_without_source_and_deleted() {
    let sandbox = Sandbox::new();
    let body = json!({"source": "messaging", "request_url": "http://127.0.0.1:9/x", "account_ids": [ACCOUNT], "data": [{"name": "id", "key": "message_id"}]});
    let (_, created) = sandbox.post("webhooks", body);
    let listed = sandbox.get("webhooks")["items"][0].clone();
    assert_eq!(
        (listed.get("source"), &listed["events"], &listed["account_ids"][0]["id"]),
        (None, &json!(["message_received"]), &json!(ACCOUNT))
    );
    sandbox.message("acc_linkedin_1", "person-001", "Hi");
    assert_eq!(sandbox.told().iter().map(|told| told.as_object().unwrap().len()).collect::<Vec<_>>(), [1], "trimmed by `data`");
    let path = format!("webhooks/{}", created["webhook_id"].as_str().unwrap());
    assert_eq!(sandbox.ask("DELETE", &path, None).1, json!({"object": "WebhookDeleted"}));
    assert_eq!(refusal(sandbox.ask("DELETE", &path, None)), "404 resource_not_found");
    for (body, expected) in [
        (json!({"source": "users"}), "400 invalid_parameters"),
        (json!({"source": "news", "request_url": "http://127.0.0.1:9/"}), "400 invalid_parameters"),
        (json!({"source": "users", "request_url": "nowhere"}), "400 invalid_url"),
        (json!({"source": "users", "request_url": "http://127.0.0.1:9/", "events": ["new_message"]}), "400 invalid_parameters"),
    ] {
        assert_eq!(refusal(sandbox.post("webhooks", body.clone())), expected, "{body}");
    }
}

/// A million virtual seconds a second: five days are half a second.
#[tokio::test(flavor = "multi_thread")]
async fn acceptances_are_told_as_time_runs() {
    let wall = campaign_engine::runtime::clock::wall_now();
    let clock = ScaledClock::since(Anchor { wall, virtual_at: crate::sandbox::START, speed: 1_000_000 });
    let settings = Settings {
        people: Directory::default_world(3),
        accounts: AccountSeed::default_world(),
        key: "sandbox".to_owned(),
        clock: Arc::new(clock),
        ledger: None,
        faults: Faults::default(),
    };
    let served = Served::of(Arc::new(World::open(settings).unwrap())).await;
    let mut hook = hook(vec![200]).await;
    served.register("messaging", &hook.url, json!([])).await;
    served.register("users", &hook.url, json!([])).await;
    for n in 0..12 {
        let (_, profile) = served.get(&format!("/v1/users/stranger-{n}?account_id={ACCOUNT}")).await;
        let body = json!({"account_id": ACCOUNT, "provider_id": profile["provider_id"], "message": "Hello"});
        assert_eq!(served.request("POST", "/v1/users/invite").json(&body).send().await.unwrap().status(), 200);
    }
    let mut events = std::collections::BTreeSet::new();
    while events.len() < 2 {
        events.insert(hook.next().await.1["event"].as_str().unwrap().to_owned());
    }
    assert_eq!(events.into_iter().collect::<Vec<_>>(), ["message_received", "new_relation"]);
}
