//! Faults: before and after the work, on the wire, on webhooks and lists.

use crate::sandbox::{Sandbox, Wish, list, refusal};
use campaign_engine::model::time::{HOUR_MS, MINUTE_MS};
use campaign_engine::sim::faults::{Faults, Kind, Rule};
use campaign_engine::sim::postpress::Wire;
use serde_json::json;

const ACCOUNT: &str = "acc_linkedin_1";

/// Status, how it travels, and whether the invitation was sent.
fn check(kind: Kind, expected: (&str, Wire, bool)) {
    let sandbox = Sandbox::with(Wish { faults: vec![Rule::always("POST /users/invite", kind)], ..Wish::default() });
    let id = sandbox.id_of(ACCOUNT, "person-020");
    let answer = sandbox.call("POST", "users/invite", Some(json!({"account_id": ACCOUNT, "provider_id": id})));
    let sent = !list(&sandbox.get(&format!("users/invite/sent?account_id={ACCOUNT}")), "id").is_empty();
    let word = refusal((answer.reply.status, answer.reply.value().clone()));
    assert_eq!((word.as_str(), answer.wire, sent), expected, "{kind:?}");
}

#[test]
fn faults_come_before_or_after_the_work() {
    check(Kind::TooMany, ("429 too_many_requests", Wire::Plain, false));
    check(Kind::ErrorBefore, ("500 provider_error", Wire::Plain, false));
    check(Kind::ErrorAfter, ("500 provider_error", Wire::Plain, true));
    check(Kind::ProxyBefore, ("502 proxy_error", Wire::Plain, false));
    check(Kind::ProxyAfter, ("502 proxy_error", Wire::Plain, true));
    check(Kind::NoSession, ("503 no_client_session", Wire::Plain, false));
    check(Kind::GatewayBefore, ("504 request_timeout", Wire::Plain, false));
    check(Kind::GatewayAfter, ("504 request_timeout", Wire::Plain, true));
    check(Kind::SilenceBefore, ("504 request_timeout", Wire::Silence, false));
    check(Kind::SilenceAfter, ("200 none", Wire::Silence, true));
    check(Kind::ResetBefore, ("502 proxy_error", Wire::Reset, false));
    check(Kind::ResetAfter, ("200 none", Wire::Reset, true));
    check(Kind::Truncated, ("200 none", Wire::Truncated, true));
    check(Kind::WithoutId, ("200 none", Wire::Plain, true));
    check(Kind::Refuse, ("422 unprocessable_entity", Wire::Plain, false));
}

#[test]
fn webhooks_are_told_twice_late_or_never() {
    for (kind, now, later) in [(Kind::WebhookTwice, 2, 0), (Kind::WebhookLate, 0, 1), (Kind::WebhookLost, 0, 0)] {
        let mut rule = Rule::always("POST /chats", kind);
        rule.lasts = Some("2m".to_owned());
        let sandbox = Sandbox::scripted(Wish { faults: vec![rule], ..Wish::default() });
        sandbox.listen();
        sandbox.message(ACCOUNT, "cy", "Hi");
        let echoes = |sandbox: &Sandbox| sandbox.told().iter().filter(|event| event["event"] == "message_received").count();
        let first = echoes(&sandbox);
        sandbox.pass(2 * MINUTE_MS);
        assert_eq!((first, echoes(&sandbox)), (now, later), "{kind:?}");
    }
}

#[test]
fn lists_lag() {
    let sandbox = Sandbox::scripted(Wish {
        faults: vec![Rule { lasts: Some("10m".to_owned()), ..Rule::always("GET", Kind::ListLag) }],
        ..Wish::default()
    });
    sandbox.invite(ACCOUNT, "ada", None);
    let (_, started) = sandbox.message(ACCOUNT, "cy", "Hi");
    let messages = format!("chats/{}/messages", started["chat_id"].as_str().unwrap());
    let counts = || {
        [format!("users/invite/sent?account_id={ACCOUNT}"), "chats".to_owned(), messages.clone()]
            .map(|path| sandbox.get(&path)["items"].as_array().unwrap().len())
    };
    assert_eq!(counts(), [0, 0, 0]);
    sandbox.pass(10 * MINUTE_MS);
    assert_eq!(counts(), [1, 1, 1]);
}

#[test]
fn an_account_signs_out_and_comes_back() {
    let rule = Rule { at_call: Some(2), lasts: Some("3h".to_owned()), ..Rule::always("POST /chats", Kind::Disconnect) };
    let sandbox = Sandbox::scripted(Wish { faults: vec![rule], ..Wish::default() });
    sandbox.listen();
    assert_eq!(sandbox.message(ACCOUNT, "cy", "one").0, 201);
    sandbox.told();
    let id = sandbox.id_of(ACCOUNT, "cy");
    let body = json!({"account_id": ACCOUNT, "attendees_ids": [id], "text": "two"});
    assert_eq!(refusal(sandbox.post("chats", body)), "401 disconnected_account");
    assert_eq!(
        sandbox.told(),
        [json!({"AccountStatus": {"account_id": ACCOUNT, "account_type": "LINKEDIN", "message": "CREDENTIALS"}})]
    );
    assert_eq!(sandbox.get(&format!("accounts/{ACCOUNT}"))["sources"][0]["status"], "CREDENTIALS");
    assert_eq!(sandbox.get("chats")["items"].as_array().unwrap().len(), 1, "reading still answers");
    assert_eq!(sandbox.post(&format!("accounts/{ACCOUNT}/restart"), json!({})).1["object"], "AccountFailedToRestart");
    sandbox.pass(3 * HOUR_MS);
    let told: Vec<String> =
        sandbox.told().iter().map(|event| event["AccountStatus"]["message"].as_str().unwrap_or("message").to_owned()).collect();
    assert!(told.contains(&"RECONNECTED".to_owned()) && told.contains(&"message".to_owned()), "{told:?}");
    assert_eq!(sandbox.message(ACCOUNT, "cy", "two").0, 201);
}

#[test]
fn a_share_is_drawn_by_the_seed() {
    let rule = Rule { share: Some(0.2), ..Rule::always("POST /chats/*/messages", Kind::TooMany) };
    let draw = |seed| {
        let mut faults = Faults::new(seed, vec![rule.clone()]);
        (0..200).filter(|_| !faults.meet("POST /chats/abc/messages").is_empty()).collect::<Vec<i32>>()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert!((20..=60).contains(&draw(1).len()));
    assert!(Faults::new(1, vec![Rule { share: Some(1.0), ..rule }]).meet("POST /chats").is_empty());
}

#[test]
fn a_faults_file_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("faults.json");
    let check = |text: &str, expected: &str| {
        std::fs::write(&path, text).unwrap();
        let got =
            Faults::read(&path, 0).map(|_| ()).map_err(|fault| fault.to_string().replace(&path.display().to_string(), "FILE"));
        let got = got.err().unwrap_or_else(|| "ok".to_owned());
        assert!(got.starts_with(expected), "{text}: {got}");
    };
    check(
        r#"[{"at_call": 3, "kind": "429-retry-after"}, {"share": 0.02, "route": "GET", "kind": "list-lag", "for": "5m"}]"#,
        "ok",
    );
    check(r#"[{"kind": "sometimes"}]"#, "`FILE` is no list of faults: unknown variant `sometimes`");
    check(r#"[{"kind": "429", "share": 2}]"#, "`FILE` is no list of faults: entry 1: `share` lies between 0 and 1");
    check(r#"[{"kind": "429", "for": "soon"}]"#, "`FILE` is no list of faults: entry 1: `soon` is no length of time");
    check("{", "`FILE` is no list of faults");
}

#[test]
fn the_documented_faults_are_the_known_ones() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sandbox.md")).unwrap();
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    serde_json::from_str::<Vec<Rule>>(example).unwrap();
    let table = page.split("| kind | what happens |").nth(1).unwrap().split("\n\n").next().unwrap();
    let kinds: Vec<&str> =
        table.lines().skip(2).flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect();
    assert!(kinds.len() >= 20, "{kinds:?}");
    for kind in kinds {
        serde_json::from_value::<Kind>(json!(kind)).unwrap();
    }
}
