//! How postpress is reached: base URLs, keys, clocks.

use crate::connector::loopback::{Loopback, client, json};
use campaign_engine::connector::contract::Connector;
use campaign_engine::connector::postpress::client::{Postpress, Settings};
use campaign_engine::model::time::Timestamp;
use serde_json::json as js;
use std::sync::Arc;

#[tokio::test]
async fn the_base_url_keeps_its_prefix_and_port_and_loses_doubled_slashes() {
    for (suffix, line) in [
        ("", "GET /v1/accounts/a"),
        ("/", "GET /v1/accounts/a"),
        ("//", "GET /v1/accounts/a"),
        ("?port=13443", "GET /v1/accounts/a?port=13443"),
    ] {
        let far = Loopback::answering(vec![json(js!({"id": "a"}))]).await;
        client(&format!("{}{suffix}", far.url)).account("a".into()).await.unwrap();
        assert_eq!(far.seen()[0].line, line, "{suffix}");
    }
    let far = Loopback::answering(vec![json(js!({"id": "a"}))]).await;
    client(&far.url.replace("/v1", "//api//v1/")).account("a".into()).await.unwrap();
    assert_eq!(far.seen()[0].line, "GET /api/v1/accounts/a");
    let far = Loopback::answering(vec![json(js!({"id": "a"}))]).await;
    client(&far.url.replace("/v1", "")).account("a".into()).await.unwrap();
    assert_eq!(far.seen()[0].line, "GET /accounts/a");
}

#[test]
fn settings_that_cannot_be_right() {
    let made = |url: &str, key: &str| Postpress::new(Settings::new(url, key.into(), Arc::new(Timestamp::default))).map(drop);
    for url in [
        "https://api.postpress.ai/v1",
        "https://api.postpress.ai/api/v1/",
        "http://127.0.0.1:9/v1",
        "http://localhost/v1",
        "http://[::1]:9",
    ] {
        assert_eq!(made(url, "k"), Ok(()), "{url}");
    }
    for (url, expected) in [
        ("", "relative URL without a base"),
        ("api.postpress.ai/v1", "relative URL without a base"),
        ("ftp://api.postpress.ai", "it must begin with `https://`"),
        ("http://api.postpress.ai/v1", "plain `http://` would show the key"),
        ("http://127.0.0.1.example.com/v1", "plain `http://` would show the key"),
        ("https://me:pw@api.postpress.ai/v1", "`…`: it must hold no user name or password"),
    ] {
        let fault = made(url, "k").unwrap_err().to_string();
        assert!(fault.contains(expected) && !fault.contains("pw@"), "{url}: {fault}");
    }
    for key in ["", " ", "a b", "a\nb", "ключ", "a\u{7f}"] {
        assert!(made("https://x/", key).unwrap_err().to_string().contains("POSTPRESS_API_KEY"), "{key:?}");
    }
}

#[tokio::test]
async fn the_clock_is_compared_by_the_date_header() {
    let mut answer = json(js!({"id": "a"}));
    answer.headers.push(("date", "Mon, 14 Sep 2026 08:01:00 GMT".to_owned()));
    let far = Loopback::answering(vec![answer]).await;
    let client = far.client();
    assert_eq!(client.clock_ahead_ms(), None);
    client.account("a".into()).await.unwrap();
    assert_eq!(client.clock_ahead_ms(), Some(60_500), "a minute, and half of the second the header is cut by");
}
