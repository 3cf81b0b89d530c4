//! Broken deliveries: refused or unknown, never a panic, never taken for something that happened to a person.

use crate::connector::webhook::{fixture, line};
use campaign_engine::connector::contract::Incoming;
use campaign_engine::connector::postpress::webhook::read;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use serde_json::{Value, json};

const FIXTURES: [&str; 8] = [
    "message_received_inbound",
    "message_received_seed_shape",
    "message_received_whatsapp_inbound",
    "message_reaction",
    "message_read",
    "message_edited",
    "new_relation",
    "account_status_credentials",
];

#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: &str) {
    let body = body.as_ref();
    let found = match read(body) {
        Ok(webhook) => line(&webhook.incoming),
        Err(unreadable) => {
            assert!(unreadable.to_string().len() < 200, "{unreadable}");
            "unreadable".to_owned()
        }
    };
    assert_eq!(found, expected, "{}", String::from_utf8_lossy(body).chars().take(120).collect::<String>());
}

#[test]
fn what_is_no_json_is_unreadable() {
    for body in [
        "",
        " ",
        "\n",
        "hello",
        "{",
        "}",
        "{]",
        "[",
        "{\"event\"",
        "{\"event\":}",
        "{'event':'message_received'}",
        "{event:1}",
        "{\"event\":\"x\",}",
        "// seed\n{\"event\":\"x\"}",
        "<html><body>502</body></html>",
        "<?xml version=\"1.0\"?>",
        "NaN",
        "undefined",
        "\"open",
        "{\"event\":\"x\"}{\"event\":\"y\"}",
        "{\"event\":\"x\"} trailing",
        "a=b",
        "a=b&c=d",
        "=",
        "&&&",
        "event",
        "event=",
        "\u{0}",
        "{\"a\":\"\u{1}\"}",
        "01",
        "1e999",
        "{\"event\":\"\\ud800\"}",
    ] {
        check(body, "unreadable");
    }
    check([0xff, 0xfe, 0x00, 0x7b], "unreadable");
    check(b"{\"event\":\"\xff\"}", "unreadable");
    check(b"event=message_received&x=\xff\xfe", "unreadable");
    check("[".repeat(200_000), "unreadable");
    check("{\"a\":".repeat(200_000), "unreadable");
    check(format!("{}1{}", "[".repeat(129), "]".repeat(129)), "unreadable");
    let inbound = fixture("message_received_inbound");
    for cut in [1, 10, 100, inbound.len() / 2, inbound.len() - 3] {
        check(&inbound.as_bytes()[..cut], "unreadable");
    }
    let flood: String = (0..5_000).map(|i| format!("event=x&k{i}=v&")).collect();
    check(flood, "unreadable");
}

#[test]
fn what_is_json_but_no_event_of_ours_is_unknown() {
    for (body, event) in [
        ("null", "nameless"),
        ("true", "nameless"),
        ("0", "nameless"),
        ("\"message_received\"", "nameless"),
        ("[]", "nameless"),
        ("{}", "nameless"),
        ("[{\"event\":\"message_received\"}]", "nameless"),
        ("{\"event\":null}", "nameless"),
        ("{\"event\":\"\"}", "nameless"),
        ("{\"event\":{}}", "nameless"),
        ("{\"event\":7}", "7"),
        ("{\"event\":\"mail_received\"}", "mail_received"),
        ("{\"event\":\"message_forwarded\",\"account_id\":\"a\",\"chat_id\":\"c\",\"message_id\":\"m\"}", "message_forwarded"),
        ("{\"event\":\"message.new\",\"data\":{\"message\":{\"text\":\"hi\"}}}", "message.new"),
        ("{\"event\":\"message_received\"}", "message_received"),
        ("{\"event\":\"message_received\",\"account_id\":\"a\"}", "message_received"),
        ("{\"event\":\"message_received\",\"account_id\":\"a\",\"chat_id\":\"c\"}", "message_received"),
        ("{\"event\":\"message_received\",\"account_id\":\"a\",\"message_id\":\"m\"}", "message_received"),
        ("{\"event\":\"message_received\",\"chat_id\":\"c\",\"message_id\":\"m\"}", "message_received"),
        ("{\"event\":\"message_received\",\"account_id\":\"\",\"chat_id\":\"c\",\"message_id\":\"m\"}", "message_received"),
        ("{\"event\":\"message_received\",\"account_id\":[],\"chat_id\":{},\"message_id\":1.5}", "message_received"),
        ("{\"event\":\"new_relation\"}", "new_relation"),
        ("{\"event\":\"new_relation\",\"account_id\":\"a\"}", "new_relation"),
        (
            "{\"event\":\"new_relation\",\"account_id\":\"a\",\"user_provider_id\":null,\"user_public_identifier\":\"s\"}",
            "new_relation",
        ),
        ("{\"event\":\"new_relation\",\"user_provider_id\":\"p\"}", "new_relation"),
        ("{\"AccountStatus\":null}", "nameless"),
        ("{\"AccountStatus\":\"OK\"}", "nameless"),
        ("{\"AccountStatus\":{}}", "nameless"),
        ("{\"AccountStatus\":{\"account_id\":\"a\"}}", "nameless"),
        ("{\"AccountStatus\":{\"message\":\"OK\"}}", "nameless"),
        ("{\"status\":\"RECONNECTED\"}", "nameless"),
        ("{\"account_id\":\"a\"}", "nameless"),
        ("{\"status\":{},\"account_id\":\"a\"}", "nameless"),
        ("\u{feff}{\"event\":\"x\"}", "x"),
        ("{\"event\":\"a\\u0000b\\nc\"}", "abc"),
        ("event=mail_sent", "mail_sent"),
        ("event=message_received&account_id=a", "message_received"),
        ("{\"__proto__\":{},\"event\":\"x\"}", "x"),
    ] {
        check(body, &format!("unknown {event}"));
    }
    check(json!({"event": "x".repeat(500)}).to_string(), &format!("unknown {}", "x".repeat(80)));
}

/// The indispensable alone is a message; every other field may be broken.
#[test]
fn fields_of_wrong_types_are_absent_fields() {
    let bare = "whose? Message m None ? c from - with  at -";
    check(r#"{"event":"message_received","account_id":"a","chat_id":"c","message_id":"m"}"#, bare);
    for wrong in [json!(null), json!([]), json!({}), json!(-1), json!(1.5), json!([[["x"]]]), json!({"attendee_provider_id": {}})]
    {
        let mut body = json!({"event": "message_received", "account_id": "a", "chat_id": "c", "message_id": "m"});
        for key in
            ["account_type", "account_info", "sender", "attendees", "message", "timestamp", "is_sender", "is_group", "is_event"]
        {
            // A negative number is a fair time before 1970.
            if key != "timestamp" || wrong != json!(-1) {
                body[key] = wrong.clone();
            }
        }
        for key in ["message_type", "chat_content_type", "event_type", "provider_chat_id", "attachments", "folder", "quoted"] {
            body[key] = wrong.clone();
        }
        check(body.to_string(), bare);
    }
}

/// Places of a JSON document, as pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| places(value, &format!("{at}/{i}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        Just(json!("2026-09-14T08:21:37.412Z")),
        Just(json!("447700900123@s.whatsapp.net")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec(("[a-z_]{0,20}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any values in any places of a delivery: read, and the same again.
    #[test]
    fn mutated_deliveries_are_read(
        which in 0..FIXTURES.len(),
        mutations in proptest::collection::vec((any::<proptest::sample::Index>(), anything()), 1..5),
    ) {
        let mut value: Value = serde_json::from_str(&fixture(FIXTURES[which])).unwrap();
        for (place, to) in mutations {
            let mut found = Vec::new();
            places(&value, "", &mut found);
            *value.pointer_mut(place.get(&found).as_str()).unwrap_or(&mut Value::Null) = to;
        }
        let body = value.to_string();
        let first = read(body.as_bytes()).unwrap();
        assert_eq!(read(body.as_bytes()).unwrap(), first);
        if let Incoming::Message(message) = &first.incoming {
            assert!(!message.id.as_str().is_empty() && !message.talk.chat.as_str().is_empty());
            assert!(message.talk.counterparts.iter().all(|party| !party.id.as_str().is_empty()));
        }
    }

    /// Any bytes, and any cut of a delivery.
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), which in 0..FIXTURES.len(), cut in any::<proptest::sample::Index>()) {
        drop(read(&bytes));
        let body = fixture(FIXTURES[which]).into_bytes();
        let at = cut.index(body.len());
        let mut spliced = body[..at].to_vec();
        spliced.extend(&bytes);
        drop(read(&spliced));
    }
}
