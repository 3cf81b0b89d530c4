//! Every delivery of the fixtures, in the house's words.

use campaign_engine::connector::contract::{Incoming, Party, Talk, Webhook};
use campaign_engine::connector::postpress::webhook::read;
use serde_json::{Value, json};

const OWN: &str = "ACoAAC9tQ7wBk2mZr5XyJ1pLdV8hNs3GfUeTiKo";
const TOBIAS: &str = "ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo";
const CHAT: &str = "W8pHk3ZrTbm6sQx1NdYcUg";

/// A fixture's text.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/tests/connector/fixtures/webhooks/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

fn value(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap()
}

fn understood(value: &Value) -> Webhook {
    read(value.to_string().as_bytes()).unwrap()
}

fn one(party: &Party) -> String {
    let digits = party.digits.as_ref().map(|digits| format!("+{digits}")).unwrap_or_default();
    let name = if party.id.as_str() == TOBIAS { "tobias" } else { party.id.as_str() };
    let name = if name == OWN { "own" } else { name };
    format!("{name}{digits}")
}

fn talk(talk: &Talk) -> String {
    let channel = talk.channel.map(|channel| channel.word()).unwrap_or("?");
    let chat = if talk.chat.as_str() == CHAT { "chat" } else { talk.chat.as_str() };
    let with: Vec<String> = talk.counterparts.iter().map(one).collect();
    let sender = talk.sender.as_ref().map(one).unwrap_or("-".to_owned());
    let at = talk.at.map(|at| at.iso_ms()).unwrap_or("-".to_owned());
    format!("{channel} {chat} from {sender} with {} at {at}", with.join(","))
}

/// One line for a delivery.
pub fn line(incoming: &Incoming) -> String {
    match incoming {
        Incoming::Message(message) => {
            let own = match message.is_own {
                Some(true) => "own",
                Some(false) => "theirs",
                None => "whose?",
            };
            let marks = [(message.is_event, " event"), (message.is_group, " group"), (message.is_sponsored, " sponsored")];
            let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
            let text = message.text.as_deref().map(|text| text.chars().take(12).collect::<String>());
            format!("{own} {:?}{marks} {} {text:?} {}", message.kind, message.id, talk(&message.talk))
        }
        Incoming::Read { message, talk: at } => format!("read {message} {}", talk(at)),
        Incoming::Delivered { message, talk: at } => format!("delivered {message} {}", talk(at)),
        Incoming::Reaction { message, emoji, by, is_own, talk: at } => {
            format!(
                "reaction {emoji} on {message} by {:?} own {is_own} {}",
                by.as_ref().map(|id| id.as_str() == TOBIAS),
                talk(at)
            )
        }
        Incoming::Edited { message, text, talk: at } => {
            format!("edited {message} {:?} {}", text.as_deref().map(str::len), talk(at))
        }
        Incoming::Deleted { message, talk: at } => format!("deleted {message} {}", talk(at)),
        Incoming::Relation { account, person, public_identifier, at } => {
            format!("relation {account} {person} {public_identifier:?} {at:?}")
        }
        Incoming::AccountStatus { account, word } => format!("account {account} {word}"),
        Incoming::HostedAuth { account, word, name } => format!("hosted {account} {word} {name:?}"),
        Incoming::Unknown { event } => format!("unknown {event}"),
    }
}

#[track_caller]
fn check(name: &str, expected: &str) {
    let webhook = read(fixture(name).as_bytes()).unwrap();
    assert_eq!(line(&webhook.incoming), expected, "{name}");
}

#[test]
fn messages_of_linkedin() {
    let with = "linkedin chat from tobias with tobias at";
    let own = "linkedin chat from own with tobias at";
    check(
        "message_received_inbound",
        &format!("theirs Message aV2oXk9ETBSwq0c7yLJm4A Some(\"Hi Nadia, so\") {with} 2026-09-14T08:21:37.412Z"),
    );
    check(
        "message_received_own_api_send",
        &format!("own Message pR6nQe1YSb2uHf8dKzVt3w Some(\"Hi Tobias, q\") {own} 2026-09-11T09:02:05.118Z"),
    );
    check(
        "message_received_own_other_device",
        &format!("own Message T0hJm5rDWnKx7GqLb3YcZA Some(\"Typed this o\") {own} 2026-09-14T08:24:50.903Z"),
    );
    check(
        "message_received_seed_shape",
        &format!("own Message jE8sVw4CQyOa9MfPl1XuIg Some(\"Attaching th\") {own} 2026-09-11T09:05:41.007Z"),
    );
    check(
        "message_received_invitation_note",
        &format!("own Invitation xU1gFc3LPeMk8HaZn9RjVQ Some(\"Hi Tobias, I\") {own} 2026-09-10T07:58:30.220Z"),
    );
    check(
        "message_received_inmail_reply",
        &format!("theirs InmailReply o7YwTd2KSvBq4JmXe0GlNA Some(\"Thanks for t\") {with} 2026-09-15T11:12:09.031Z"),
    );
    check(
        "message_received_attachments_prefixed",
        &format!("theirs Message m8XyTb2NRPoc5GzJf1WhKA Some(\"Our lane she\") {with} 2026-09-17T10:00:41.000Z"),
    );
    check(
        "message_received_voice_note_no_text",
        &format!("theirs Message c3LhRp6VQmUz1EyKt8WsDg None {with} 2026-09-15T11:20:00.000Z"),
    );
    check(
        "message_received_replayed_after_reconnect",
        &format!("theirs Message kD5tBy7NRhGz2WvSo6QiCw Some(\"(sent while \") {with} 2026-09-12T16:40:11.550Z"),
    );
}

#[test]
fn messages_of_whatsapp_leave_the_account_itself_out() {
    let ines = "182736455463728@lid+447700900123";
    let own = "20411837562903@lid+33611112222";
    check(
        "message_received_whatsapp_inbound",
        &format!(
            "theirs Message q6HdLz1VSxKo4TnYb9WfEA Some(\"Sure, send i\") whatsapp s5XbGq0PTlWn3VyKc8RzMg from {ines} with {ines} at 2026-09-16T13:05:22.000Z"
        ),
    );
    check(
        "message_received_whatsapp_own_send",
        &format!(
            "own Message a7PnCw3ZQHmt8RyXd2LsEg Some(\"Here is the \") whatsapp s5XbGq0PTlWn3VyKc8RzMg from {own} with {ines} at 2026-09-16T13:07:02.000Z"
        ),
    );
    check(
        "message_received_whatsapp_call_event",
        &format!(
            "theirs Message event z4FqUe9LSDbk1JwHo6TvYQ Some(\"Missed voice\") whatsapp s5XbGq0PTlWn3VyKc8RzMg from {ines} with {ines} at 2026-09-16T13:20:00.000Z"
        ),
    );
    check(
        "message_received_whatsapp_group_event",
        &format!(
            "theirs Message event group r9TcMx5BQwEj2UpGk7SvOA None whatsapp v1NzRb7YSfHt6DqJw0KmXg from {ines} with {ines} at 2026-09-16T13:09:40.000Z"
        ),
    );
}

#[test]
fn what_happens_to_messages() {
    let own = "linkedin chat from own with tobias at";
    check("message_read", &format!("read pR6nQe1YSb2uHf8dKzVt3w {own} 2026-09-11T09:29:58.315Z"));
    check("message_delivered", &format!("delivered pR6nQe1YSb2uHf8dKzVt3w {own} 2026-09-11T09:02:06.402Z"));
    check(
        "message_reaction",
        &format!("reaction 👍 on pR6nQe1YSb2uHf8dKzVt3w by Some(true) own false {own} 2026-09-11T09:30:44.700Z"),
    );
    let theirs = "linkedin chat from tobias with tobias at";
    check("message_edited", &format!("edited aV2oXk9ETBSwq0c7yLJm4A Some(51) {theirs} 2026-09-14T08:22:59.640Z"));
    check("message_deleted", &format!("deleted aV2oXk9ETBSwq0c7yLJm4A {theirs} 2026-09-14T08:26:12.008Z"));
}

#[test]
fn relations_and_accounts() {
    let account = "Qm3vT8xLRa2pYd0sWk9uZg";
    check("new_relation", &format!("relation {account} {TOBIAS} Some(\"tobias-lindqvist-4b1\") None"));
    check(
        "new_relation_not_ours",
        &format!("relation {account} ACoAAD0w3KcB5vQnLx8ZtUe7mYhJ2rSgPfVaOiE Some(\"somebody-who-invited-us\") None"),
    );
    let words = ["connecting", "creation_fail", "creation_success", "credentials", "deleted", "error"];
    for word in words.iter().chain(&["ok", "permissions", "reconnected", "stopped", "sync_success"]) {
        check(&format!("account_status_{word}"), &format!("account {account} {}", word.to_uppercase()));
    }
    check("hosted_auth_notify_created", &format!("hosted {account} CREATION_SUCCESS Some(\"tenant-7:nadia\")"));
    check("hosted_auth_notify_reconnected", &format!("hosted {account} RECONNECTED Some(\"tenant-7:nadia\")"));
}

/// Changes fields of a fixture (null: takes it away) and says what is understood.
fn changed(name: &str, changes: Value) -> Incoming {
    let mut value = value(name);
    for (pointer, to) in changes.as_object().unwrap() {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let object = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if to.is_null() {
            object.remove(key);
        } else {
            object.insert(key.to_owned(), to.clone());
        }
    }
    understood(&value).incoming
}

#[track_caller]
fn own_of(name: &str, changes: Value) -> Option<bool> {
    match changed(name, changes.clone()) {
        Incoming::Message(message) => message.is_own,
        other => panic!("{changes}: {other:?}"),
    }
}

#[test]
fn own_send_by_the_flag_then_by_equal_ids_then_nobody_knows() {
    let (theirs, own, phone) = ("message_received_inbound", "message_received_own_api_send", "message_received_whatsapp_inbound");
    for (flag, expected) in [(json!(true), true), (json!(1), true), (json!("true"), true), (json!("1"), true), (json!(1.0), true)]
    {
        assert_eq!(own_of(theirs, json!({"/is_sender": flag})), Some(expected));
    }
    for flag in [json!(false), json!(0), json!("false"), json!("0"), json!("False")] {
        assert_eq!(own_of(own, json!({"/is_sender": flag})), Some(false));
    }
    assert_eq!(own_of(own, json!({"/is_sender": null})), Some(true), "equal ids");
    assert_eq!(own_of(own, json!({"/is_sender": "perhaps"})), Some(true), "an unusable flag is an absent one");
    assert_eq!(own_of(theirs, json!({"/is_sender": null})), None, "other ids: the account's own must decide");
    assert_eq!(own_of(own, json!({"/is_sender": null, "/account_info/user_id": null, "/sender/attendee_specifics": null})), None);
    let nothing = json!({"/is_sender": null, "/account_info": null, "/sender": null});
    assert_eq!(own_of(theirs, nothing), None, "two absent ids are not equal");
    let nameless = json!({"/is_sender": null, "/account_info/user_id": "", "/sender/attendee_provider_id": ""});
    assert_eq!(own_of(theirs, nameless), None);
    assert_eq!(own_of(phone, json!({"/is_sender": null})), None);
    assert_eq!(own_of("message_received_whatsapp_own_send", json!({"/is_sender": null})), Some(true), "the account's own number");
}

#[track_caller]
fn counterparts_of(name: &str, changes: Value) -> String {
    match changed(name, changes.clone()) {
        Incoming::Message(message) => message.talk.counterparts.iter().map(one).collect::<Vec<_>>().join(","),
        other => panic!("{changes}: {other:?}"),
    }
}

#[test]
fn counterparts_are_who_is_not_the_account() {
    let (theirs, own) = ("message_received_inbound", "message_received_own_api_send");
    let me = json!({"attendee_provider_id": OWN, "attendee_name": "Nadia"});
    let tobias = json!({"attendee_provider_id": TOBIAS});
    assert_eq!(counterparts_of(own, json!({"/attendees": [me, tobias]})), "tobias");
    assert_eq!(counterparts_of(theirs, json!({"/attendees": [me, tobias]})), "tobias");
    assert_eq!(counterparts_of(theirs, json!({"/attendees": []})), "tobias", "the sender, also where the list forgets them");
    assert_eq!(counterparts_of(theirs, json!({"/attendees": null})), "tobias");
    assert_eq!(counterparts_of(theirs, json!({"/attendees": "broken"})), "tobias");
    assert_eq!(counterparts_of(theirs, json!({"/attendees": [null, 7, {}, {"attendee_provider_id": null}]})), "tobias");
    assert_eq!(counterparts_of(own, json!({"/attendees": [me]})), "");
    assert_eq!(
        counterparts_of(own, json!({"/account_info": null, "/attendees": [me, tobias]})),
        "tobias",
        "the sender of an own send"
    );
    let by_slug = json!([{"attendee_public_identifier": "tobias-lindqvist-4b1"}]);
    assert_eq!(counterparts_of(own, json!({"/attendees": by_slug})), "tobias-lindqvist-4b1");
    let hidden = json!({"/sender/attendee_specifics/phone_number": "hidden", "/sender/attendee_public_identifier": null, "/attendees": []});
    assert_eq!(counterparts_of("message_received_whatsapp_inbound", hidden), "182736455463728@lid");
}

#[test]
fn marks_of_a_message() {
    let marks = |changes: Value| match changed("message_received_inbound", changes) {
        Incoming::Message(message) => (message.is_event, message.is_group, message.is_sponsored),
        other => panic!("{other:?}"),
    };
    assert_eq!(marks(json!({})), (false, false, false));
    assert_eq!(marks(json!({"/is_event": "1", "/is_group": 1})), (true, true, false));
    assert_eq!(marks(json!({"/is_event": null, "/event_type": 8})), (true, false, false));
    assert_eq!(marks(json!({"/is_group": null, "/provider_chat_id": "120363029384756102@g.us"})), (false, true, false));
    assert_eq!(marks(json!({"/chat_content_type": "sponsored"})), (false, false, true));
    assert_eq!(marks(json!({"/chat_content_type": "linkedin_offer"})), (false, false, true));
    assert_eq!(marks(json!({"/chat_content_type": "inmail"})), (false, false, false));
}

#[test]
fn the_same_event_has_the_same_key_and_another_has_another() {
    let key = |name: &str, changes: Value| {
        let mut value = value(name);
        for (pointer, to) in changes.as_object().unwrap() {
            *value.pointer_mut(pointer).unwrap() = to.clone();
        }
        understood(&value).dedup
    };
    for (name, same, other) in [
        ("message_received_inbound", json!({"/message": "x", "/timestamp": null}), json!({"/message_id": "x"})),
        ("message_received_inbound", json!({"/webhook_name": "second"}), json!({"/account_id": "x"})),
        ("message_received_inbound", json!({"/chat_id": "moved"}), json!({"/event": "message_delivered"})),
        ("message_reaction", json!({"/timestamp": null}), json!({"/reaction": "❤"})),
        ("message_reaction", json!({"/message": null}), json!({"/reaction_sender/attendee_provider_id": "x"})),
        ("message_edited", json!({"/webhook_name": "second"}), json!({"/timestamp": "2026-09-14T08:23:00.000Z"})),
        ("new_relation", json!({"/user_public_identifier": null}), json!({"/user_provider_id": "x"})),
    ] {
        let first = key(name, json!({}));
        assert!(first.is_some());
        assert_eq!(key(name, same.clone()), first, "{name} {same}");
        assert_ne!(key(name, other.clone()), first, "{name} {other}");
    }
    for name in ["account_status_credentials", "hosted_auth_notify_created"] {
        assert_eq!(key(name, json!({})), None, "{name}: a change of state tells");
    }
    let unknown = |text: &str| read(text.as_bytes()).unwrap().dedup;
    assert_eq!(unknown(r#"{"event":"x"}"#), unknown(r#"{"event":"x"}"#));
    assert_ne!(unknown(r#"{"event":"x"}"#), unknown(r#"{"event":"x","n":1}"#));
}

#[test]
fn what_the_account_reads_itself_is_no_sign_of_the_person() {
    let read_by_us = changed("message_read", json!({"/read_by": {"attendee_provider_id": OWN}}));
    assert_eq!(line(&read_by_us), "unknown message_read");
    assert!(matches!(changed("message_read", json!({"/read_by": null})), Incoming::Read { .. }));
    assert!(matches!(changed("message_read", json!({"/read_by": "2026-09-11"})), Incoming::Read { .. }));
    let own_reaction = changed("message_reaction", json!({"/reaction_sender/attendee_provider_id": OWN}));
    assert!(matches!(own_reaction, Incoming::Reaction { is_own: true, .. }));
    assert_eq!(line(&changed("message_reaction", json!({"/reaction": null}))), "unknown message_reaction");
}

#[test]
fn other_spellings() {
    assert!(
        matches!(changed("message_received_inbound", json!({"/message_id": 12})), Incoming::Message(m) if m.id.as_str() == "12")
    );
    assert!(
        matches!(changed("message_received_inbound", json!({"/account_type": null})), Incoming::Message(m) if m.talk.channel.is_some())
    );
    assert!(
        matches!(changed("message_received_inbound", json!({"/account_type": "TWITTER"})), Incoming::Message(m) if m.talk.channel.is_none())
    );
    let at = |timestamp: Value| match changed("message_received_inbound", json!({"/timestamp": timestamp})) {
        Incoming::Message(message) => message.talk.at.map(|at| at.0),
        other => panic!("{other:?}"),
    };
    assert_eq!(at(json!("2026-09-14T08:21:37Z")), Some(1_789_374_097_000));
    assert_eq!(at(json!("2026-09-14T10:21:37+02:00")), Some(1_789_374_097_000));
    assert_eq!(at(json!(1_789_374_097_000_i64)), Some(1_789_374_097_000));
    assert_eq!(at(json!(1_789_374_097)), Some(1_789_374_097_000));
    assert_eq!(at(json!("1789374097")), Some(1_789_374_097_000));
    assert_eq!(at(json!(i64::MAX)), None);
    assert_eq!(at(json!("yesterday")), None);
    let nested = json!({"event": "new_relation", "account_id": "a", "user": {"provider_id": "p", "public_identifier": "s"}});
    assert_eq!(line(&understood(&nested).incoming), "relation a p Some(\"s\") None");
}

/// Every fixture as a form: bracketed keys, dotted keys, JSON text as values.
#[test]
fn forms_say_the_same() {
    fn flatten(value: &Value, key: String, form: &mut url::form_urlencoded::Serializer<'_, String>, dotted: bool) {
        let inner = |part: &str| match (key.is_empty(), dotted) {
            (true, _) => part.to_owned(),
            (false, true) => format!("{key}.{part}"),
            (false, false) => format!("{key}[{part}]"),
        };
        match value {
            Value::Object(fields) => fields.iter().for_each(|(part, value)| flatten(value, inner(part), form, dotted)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, value)| flatten(value, inner(&i.to_string()), form, dotted))
            }
            Value::Null => drop(form.append_pair(&key, "")),
            Value::String(text) => drop(form.append_pair(&key, text)),
            Value::Bool(_) | Value::Number(_) => drop(form.append_pair(&key, &value.to_string())),
        }
    }
    for name in [
        "message_received_inbound",
        "message_received_whatsapp_own_send",
        "message_reaction",
        "new_relation",
        "account_status_error",
    ] {
        let json = value(name);
        let expected = understood(&json);
        for dotted in [true, false] {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            flatten(&json, String::new(), &mut form, dotted);
            let body = form.finish();
            assert_eq!(read(body.as_bytes()).unwrap(), expected, "{name}: {body}");
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in json.as_object().unwrap() {
            form.append_pair(key, value.as_str().map(str::to_owned).unwrap_or(value.to_string()).as_str());
        }
        assert_eq!(read(form.finish().as_bytes()).unwrap(), expected, "{name}");
    }
}
