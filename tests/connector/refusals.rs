//! What every refusal means: the table, both envelopes, unlisted answers, and answers that never came.

use crate::connector::loopback::{KEY, Loopback, Reply, client, reply};
use campaign_engine::connector::contract::{Act, Connector, Order, Refusal, Verdict};
use campaign_engine::connector::postpress::error_table::{Meaning, TABLE};
use campaign_engine::connector::postpress::errors::{Answered, DETAIL_CHARS_MAX, Kind, refused, scrub};
use campaign_engine::model::time::Timestamp;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_ne, proptest};
use std::collections::BTreeSet;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn understood(kind: Kind, status: u16, body: &str) -> Refusal {
    refused(kind, Answered { status, body: body.as_bytes(), retry_after: None, at: Timestamp(0) }, &KEY.into())
}

fn flat(status: u16, slug: &str) -> String {
    format!(r#"{{"title":"T","type":"errors/{slug}","status":{status},"detail":"D","instance":"/x"}}"#)
}

fn quickstart(slug: &str) -> String {
    format!(r#"{{"error":{{"code":"{slug}","message":"M","request_id":"r"}}}}"#)
}

fn short(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Already => "already".to_owned(),
        Verdict::Later { after_s } => format!("later{}", after_s.map(|s| format!(" {s}")).unwrap_or_default()),
        Verdict::CoolDown { after_s } => format!("cool{}", after_s.map(|s| format!(" {s}")).unwrap_or_default()),
        Verdict::Never => "never".to_owned(),
        Verdict::AccountLost => "account".to_owned(),
        Verdict::KeyWrong => "key".to_owned(),
        Verdict::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn every_row_in_both_envelopes_on_writes_and_reads() {
    for row in TABLE {
        for (kind, meaning) in [(Kind::Write, row.on_write), (Kind::Read, row.on_read)] {
            let expected = match meaning {
                Meaning::Already => "already",
                Meaning::Later => "later",
                Meaning::CoolDown => "cool",
                Meaning::Never => "never",
                Meaning::AccountLost => "account",
                Meaning::KeyWrong => "key",
                Meaning::Unknown => "unknown",
            };
            for (body, detail) in [(flat(row.status, row.slug), "D"), (quickstart(row.slug), "M")] {
                let refusal = understood(kind, row.status, &body);
                assert_eq!(short(&refusal.verdict), expected, "{} {} {kind:?}", row.status, row.slug);
                assert_eq!((refusal.status, refusal.code.as_str()), (Some(row.status), row.slug));
                assert_eq!(refusal.detail.as_deref(), Some(detail));
            }
        }
        let of_key = understood(Kind::Key, row.status, &flat(row.status, row.slug)).verdict;
        assert!(
            !matches!(of_key, Verdict::AccountLost | Verdict::Unknown),
            "{} {}: no account was asked with",
            row.status,
            row.slug
        );
    }
}

#[test]
fn the_table_is_sound() {
    let keys: BTreeSet<_> = TABLE.iter().map(|row| (row.status, row.slug)).collect();
    assert_eq!(keys.len(), TABLE.len(), "no row twice");
    for row in TABLE {
        assert_ne!(row.on_read, Meaning::Unknown, "{}: a reading never happened by half", row.slug);
        let may_have_happened = row.status == 408 || matches!(row.status, 500 | 502 | 504);
        assert_eq!(row.on_write == Meaning::Unknown, may_have_happened, "{} {}", row.status, row.slug);
    }
}

#[track_caller]
fn check(status: u16, body: &str, expected: [&str; 3]) {
    let read = |kind| short(&understood(kind, status, body).verdict);
    assert_eq!([read(Kind::Write).as_str(), &read(Kind::Read), &read(Kind::Key)], expected, "{status} {body}");
}

#[test]
fn unlisted_types_go_by_their_status() {
    for body in [
        "",
        "<html>502</html>",
        "null",
        "[]",
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"errors/a b"}"#,
        r#"{"error":"x"}"#,
        r#"{"error":{"code":"new_word"}}"#,
    ] {
        check(401, body, ["key", "key", "key"]);
    }
    for body in
        ["", "<html>", r#"{"type":"errors/new_word"}"#, &flat(999, "too_many_requests"), r#"{"error":{"code":"new_word"}}"#]
    {
        for status in [400, 402, 404, 405, 407, 409, 410, 413, 415, 422, 431, 451, 499] {
            check(status, body, ["never", "never", "never"]);
        }
        check(403, body, ["later", "later", "later"]);
        check(425, body, ["later", "later", "later"]);
        for status in [301, 302, 307, 308, 408, 500, 501, 502, 503, 504, 520, 599] {
            check(status, body, ["unknown", "later", "later"]);
        }
    }
    check(401, &flat(401, "new_word"), ["account", "account", "key"]);
    check(429, "<html>", ["cool", "cool", "cool"]);
    check(401, &flat(401, "invalid_credentials"), ["account", "account", "key"]);
    check(401, r#"{"error":{"code":"key_missing","message":"No API key was given."}}"#, ["key", "key", "key"]);
    assert_eq!(understood(Kind::Write, 500, "<html>").code, "http_500");
    assert_eq!(understood(Kind::Write, 500, &flat(500, &"x".repeat(65))).code, "http_500");
}

#[test]
fn the_fixtures() {
    for (name, expected) in [
        ("400_invalid_parameters_provider_id", "never"),
        ("400_too_many_characters", "never"),
        ("401_disconnected_account", "account"),
        ("401_missing_credentials", "key"),
        ("403_account_restricted", "account"),
        ("404_resource_not_found", "never"),
        ("422_already_invited_recently", "already"),
        ("422_cannot_resend_yet", "cool"),
        ("422_insufficient_credits", "cool"),
        ("422_no_connection_with_recipient", "never"),
        ("429_too_many_requests", "cool"),
        ("500_provider_error", "unknown"),
        ("503_no_client_session", "later"),
        ("504_request_timeout", "unknown"),
        ("quickstart_envelope_401", "key"),
    ] {
        let body = crate::connector::webhook::fixture(&format!("errors/{name}"));
        let status = name.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(401);
        let refusal = understood(Kind::Write, status, &body);
        assert_eq!(short(&refusal.verdict), expected, "{name}");
        assert!(refusal.detail.is_some(), "{name}");
    }
}

#[test]
fn retry_after_in_seconds_or_as_a_date() {
    let at = Timestamp(784_111_777_000); // Sun, 06 Nov 1994 08:49:37 GMT
    for (header, expected) in [
        ("30", "cool 30"),
        (" 1800 ", "cool 1800"),
        ("0", "cool 0"),
        ("99999999999999", "cool 4294967295"),
        ("Sun, 06 Nov 1994 08:50:37 GMT", "cool 60"),
        ("Sunday, 06-Nov-94 08:50:37 GMT", "cool 60"),
        ("Sun, 06 Nov 1994 08:48:37 GMT", "cool"),
        ("-5", "cool"),
        ("1.5", "cool"),
        ("soon", "cool"),
        ("", "cool"),
    ] {
        let answered = Answered { status: 429, body: b"", retry_after: Some(header), at };
        assert_eq!(short(&refused(Kind::Write, answered, &KEY.into()).verdict), expected, "`{header}`");
    }
    let answered = Answered { status: 503, body: br#"{"type":"errors/no_channel"}"#, retry_after: Some("7"), at };
    assert_eq!(short(&refused(Kind::Write, answered, &KEY.into()).verdict), "later 7");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Any answer: a verdict that fits its kind, words without the key, control characters or length.
    #[test]
    fn any_answer_is_judged(status in 100_u16..1000, body in proptest::collection::vec(any::<u8>(), 0..200), words in "\\PC{0,300}") {
        let nested = serde_json::json!({"type": words, "title": words, "detail": format!("{words}{KEY}\n\u{1b}[31m{words}")}).to_string();
        for body in [body.as_slice(), nested.as_bytes()] {
            for kind in [Kind::Write, Kind::Read, Kind::Key] {
                let answered = Answered { status, body, retry_after: Some(&words), at: Timestamp(0) };
                let refusal = refused(kind, answered, &KEY.into());
                if kind != Kind::Write {
                    prop_assert_ne!(&refusal.verdict, &Verdict::Unknown);
                }
                let shown = refusal.to_string();
                prop_assert!(!shown.contains(KEY) && !shown.chars().any(char::is_control), "{}", shown);
                prop_assert!(refusal.detail.unwrap_or_default().chars().count() <= DETAIL_CHARS_MAX);
            }
        }
    }
}

#[test]
fn details_are_scrubbed() {
    let key = KEY.into();
    assert_eq!(scrub(&format!("bad key {KEY}, {KEY}!"), &key), "bad key …, …!");
    assert_eq!(scrub(" a\n\tb\u{1b}[31m c\u{202e}d ", &key), "a b [31m c d");
    assert_eq!(scrub(&"ä".repeat(500), &key).chars().count(), 200);
    let cut_across = format!("{}{KEY}", "x".repeat(195));
    assert!(!scrub(&cut_across, &key).contains("pp_"), "taken out before it is cut");
}

fn invite() -> Order {
    Order { account: "acc".into(), act: Act::Invite { person: "ACo1".into(), note: None }, idempotency_key: "1.1".to_owned() }
}

/// What a write and a reading make of the same answer.
async fn both(answers: impl Fn() -> Reply) -> [String; 2] {
    let far = Loopback::answering(vec![answers(), answers()]).await;
    let write = far.client().perform(invite()).await.unwrap_err();
    let read = far.client().account("acc".into()).await.unwrap_err();
    [write, read].map(|refusal| format!("{} {}", short(&refusal.verdict), refusal.code))
}

#[tokio::test]
async fn a_yes_without_an_id_is_no_yes() {
    for body in [
        "",
        "{}",
        "null",
        "<html>",
        r#"{"invitation_id":null}"#,
        r#"{"invitation_id":""}"#,
        r#"{"id":"x"}"#,
        r#"{"message_id":"x"}"#,
    ] {
        let far = Loopback::answering(vec![reply(200, body)]).await;
        let refusal = far.client().perform(invite()).await.unwrap_err();
        assert_eq!((refusal.verdict, refusal.code.as_str()), (Verdict::Unknown, "no_id"), "{body}");
    }
    let chat = Order { act: Act::StartChat { person: "p".into(), text: "x".to_owned(), attachments: vec![] }, ..invite() };
    for act in [chat.clone(), Order { act: Act::Message { chat: "c".into(), text: "x".to_owned(), attachments: vec![] }, ..chat }]
    {
        let far = Loopback::answering(vec![reply(201, r#"{"chat_id":"c","message_id":null}"#)]).await;
        assert_eq!(far.client().perform(act).await.unwrap_err().verdict, Verdict::Unknown);
    }
}

#[tokio::test]
async fn redirects_are_never_followed() {
    let to = || Reply { headers: vec![("location", "/v1/elsewhere".to_owned())], ..reply(307, "") };
    assert_eq!(both(to).await, ["unknown http_307", "later http_307"]);
    let far = Loopback::answering(vec![to()]).await;
    far.client().account("acc".into()).await.unwrap_err();
    assert_eq!(far.seen().len(), 1);
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let large = || reply(200, vec![b' '; 9 * 1024 * 1024]);
    assert_eq!(both(large).await, ["unknown answer_too_large", "later answer_too_large"]);
    let refusal = || reply(422, vec![b'x'; 9 * 1024 * 1024]);
    assert_eq!(both(refusal).await, ["never http_422", "never http_422"]);
}

#[tokio::test]
async fn no_connection_is_a_definite_no() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let refusal = client(&url).perform(invite()).await.unwrap_err();
    assert_eq!((short(&refusal.verdict), refusal.status, refusal.code.as_str()), ("later".to_owned(), None, "unreachable"));
    assert!(!refusal.to_string().contains("acc"), "{refusal}");
    let refusal = client("http://nowhere.localhost.invalid.localhost:9/v1").perform(invite()).await.unwrap_err();
    assert_eq!(refusal.code, "unreachable");
}

/// A far side that reads the request and then does what it is told to with the socket.
async fn raw(answer: &'static [u8], then_waits: bool) -> [String; 2] {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut seen = [0; 4096];
            assert!(socket.read(&mut seen).await.unwrap() > 0);
            socket.write_all(answer).await.unwrap();
            if then_waits {
                open.push(socket);
            }
        }
    });
    let write = client(&url).perform(invite()).await.unwrap_err();
    let read = client(&url).account("acc".into()).await.unwrap_err();
    [write, read].map(|refusal| format!("{} {}", short(&refusal.verdict), refusal.code))
}

#[tokio::test]
async fn a_request_that_left_and_has_no_answer_may_have_been_done() {
    assert_eq!(raw(b"", false).await, ["unknown connection_reset", "later connection_reset"]);
    assert_eq!(raw(b"", true).await, ["unknown timeout", "later timeout"]);
    assert_eq!(
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", false).await,
        ["unknown connection_reset", "later connection_reset"]
    );
    assert_eq!(raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", true).await, ["unknown timeout", "later timeout"]);
    assert_eq!(raw(b"SSH-2.0-OpenSSH\r\n\r\n", false).await, ["unknown connection_reset", "later connection_reset"]);
    let refused_by_half = b"HTTP/1.1 422 No\r\ncontent-length: 99\r\n\r\n{";
    assert_eq!(raw(refused_by_half, false).await, ["never http_422", "never http_422"], "the status is enough");
}

#[tokio::test]
async fn a_connection_without_the_expected_encryption_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    });
    let refusal = client(&url).perform(invite()).await.unwrap_err();
    assert_eq!((short(&refusal.verdict), refusal.code.as_str()), ("later".to_owned(), "unreachable"));
}
