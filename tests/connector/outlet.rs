//! Letters to systems of the user's own: where they may go, how they are signed, what an answer means.

use crate::connector::loopback::{Loopback, Reply, reply};
use campaign_engine::connector::outlet::contract::{Letter, Outlet, Receipt, Undelivered};
use campaign_engine::connector::outlet::guard::{Allowed, check as judge, is_public, passed};
use campaign_engine::connector::outlet::http::{Post, Settings};
use campaign_engine::connector::outlet::sign::SigningKey;
use campaign_engine::model::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

fn allowed(hosts: &[&str], private: &[&str], loopback: bool) -> Allowed {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Allowed { hosts: owned(hosts), private_hosts: owned(private), loopback }
}

#[test]
fn only_public_hosts_over_https() {
    let public = [
        "https://hooks.example.com/x",
        "https://example.com:8443/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "https://EXAMPLE.com./",
    ];
    for url in public {
        assert!(judge(url, &Allowed::default()).is_ok(), "{url}");
    }
    let barred = [
        "",
        "example.com",
        "//example.com",
        "https://",
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "http://example.com/",
        "http://127.0.0.1/",
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.255.255.254/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://0/",
        "https://0.0.0.0/",
        "https://0.1.2.3/",
        "https://10.0.0.1/",
        "https://10.255.255.255/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://192.0.0.1/",
        "https://192.0.2.1/",
        "https://192.88.99.1/",
        "https://198.18.0.1/",
        "https://198.19.255.255/",
        "https://198.51.100.1/",
        "https://203.0.113.1/",
        "https://224.0.0.1/",
        "https://239.255.255.255/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[::]/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[64:ff9b:1::1]/",
        "https://[fc00::1]/",
        "https://[fdff::1]/",
        "https://[fe80::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[2001:db8::1]/",
        "https://[2001::1]/",
        "https://[2002:7f00:1::]/",
        "https://[3fff::1]/",
        "https://[100::1]/",
        "https://①②⑦.0.0.1/",
        "https://127。0。0。1/",
    ];
    assert!(barred.len() >= 60);
    for url in barred {
        assert!(judge(url, &Allowed::default()).is_err(), "{url}");
    }
}

#[test]
fn what_the_settings_allow_and_no_more() {
    let check = |url: &str, allowed: &Allowed| judge(url, allowed).map_err(|barred| barred.to_string()).map(drop);
    let listed = allowed(&["hooks.acme.example", "*.n8n.example"], &["n8n.intern", "10.0.0.7"], false);
    for good in ["https://hooks.acme.example/", "https://a.b.n8n.example/", "https://n8n.intern/", "https://10.0.0.7/"] {
        assert_eq!(check(good, &listed), Ok(()), "{good}");
    }
    for (bad, because) in [
        ("https://example.com/", "`example.com` is not among the hosts that `outgoing.hosts` allows"),
        ("https://n8n.example/", "`n8n.example` is not among the hosts that `outgoing.hosts` allows"),
        ("https://evil-n8n.example/", "`evil-n8n.example` is not among the hosts that `outgoing.hosts` allows"),
        ("http://n8n.intern/", "only https is spoken to the outside"),
    ] {
        assert_eq!(check(bad, &listed), Err(because.to_owned()));
    }
    let here = allowed(&[], &[], true);
    assert_eq!(check("http://127.0.0.1:9/", &here), Ok(()));
    assert_eq!(check("http://localhost:9/", &here), Ok(()));
    assert!(check("http://10.0.0.1/", &here).is_err() && check("http://example.com/", &here).is_err());
    let at = |address: &str| vec![address.parse().unwrap()];
    assert!(passed("rebound.example", at("127.0.0.1:0"), &Allowed::default()).is_err());
    assert!(passed("rebound.example", at("127.0.0.1:0"), &here).is_err(), "a name of somebody else's that means this machine");
    assert!(passed("n8n.intern", at("10.1.2.3:0"), &listed).is_ok());
    let mixed = ["8.8.8.8:0", "10.0.0.1:0"].iter().map(|address| address.parse().unwrap()).collect();
    assert!(passed("mixed.example", mixed, &Allowed::default()).is_err());
    assert!(is_public("1.1.1.1".parse().unwrap()));
}

#[test]
fn the_signature_is_that_of_standard_webhooks() {
    let key = SigningKey::parse(&"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).ok().unwrap();
    let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    let bad = |key: &str| SigningKey::parse(&key.into()).err().map(|bad| bad.to_string());
    assert_eq!(bad("whsec_***").unwrap(), "`ENGINE_WEBHOOK_SIGNING_KEY` begins with `whsec_` and is no base64 after it");
    assert_eq!(bad("short").unwrap(), "`ENGINE_WEBHOOK_SIGNING_KEY` has fewer than 24 bytes");
    assert_eq!(bad("any text of at least twenty-four bytes"), None);
}

fn post(allowed: Allowed) -> Post {
    let key = SigningKey::parse(&"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).ok();
    Post::new(Settings { allowed, key, wall: Arc::new(|| Timestamp(1_614_265_330_999)) }).unwrap()
}

fn letter(url: &str) -> Letter {
    let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(), r#"{"test": 2432232314}"#.to_owned());
    Letter { url: url.to_owned(), id, body, wait: Duration::from_secs(5) }
}

#[tokio::test]
async fn a_letter_carries_its_id_its_time_and_its_signature() {
    let far = Loopback::answering(vec![reply(200, "ok")]).await;
    let receipt = post(allowed(&[], &[], true)).post(letter(&far.url)).await;
    assert_eq!(receipt, Ok(Receipt { status: 200, body: "ok".to_owned() }));
    let seen = far.seen().remove(0);
    let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
    assert_eq!((seen.line.as_str(), seen.body.as_str()), ("POST /v1", r#"{"test": 2432232314}"#));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("webhook-id"), "msg_p5jXN8AQM9LWM0D4loKWxJek");
    assert_eq!(header("webhook-timestamp"), "1614265330");
    assert_eq!(header("webhook-signature"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn an_answer_says_whether_to_come_back() {
    let after = Reply { headers: vec![("retry-after", "7".to_owned())], ..reply(429, "") };
    let moved = Reply { headers: vec![("location", "https://example.com/".to_owned())], ..reply(302, "") };
    let far = Loopback::answering(vec![reply(503, ""), after, moved, reply(410, ""), reply(404, "")]).await;
    let out = post(allowed(&[], &[], true));
    let mut told = Vec::new();
    for _ in 0..5 {
        let Undelivered { is_final, after_s, code, .. } = out.post(letter(&far.url)).await.unwrap_err();
        told.push((code, is_final, after_s));
    }
    let said = |code: &str, is_final, after_s| (code.to_owned(), is_final, after_s);
    let expected = [
        said("http_503", false, None),
        said("http_429", false, Some(7)),
        said("http_302", false, None),
        said("http_410", true, None),
        said("http_404", false, None),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn this_machine_is_not_reached_from_outside_the_sandbox() {
    let far = Loopback::answering(vec![]).await;
    let port = far.url.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    let out = post(Allowed::default());
    let urls =
        ["http://127.0.0.1", "https://127.0.0.1", "https://localhost", "https://[::1]", "https://0.0.0.0", "https://127.1"];
    for url in urls {
        let refused = out.post(letter(&format!("{url}:{port}/"))).await.unwrap_err();
        assert!(matches!(refused.code.as_str(), "not_https" | "private_address"), "{url}: {refused:?}");
        assert!(refused.is_final, "{url}");
    }
    assert!(far.seen().is_empty());
}
