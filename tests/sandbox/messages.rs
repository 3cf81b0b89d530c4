//! Messages, InMails, chats on every channel.

use crate::sandbox::{Sandbox, Wish, list, refusal};
use campaign_engine::model::time::{HOUR_MS, MINUTE_MS};
use serde_json::json;

const ACCOUNT: &str = "acc_linkedin_1";

#[test]
fn a_relation_replies_and_reads() {
    let sandbox = Sandbox::scripted(Wish::default());
    sandbox.invite(ACCOUNT, "ada", None);
    sandbox.pass(2 * HOUR_MS + 1);
    sandbox.listen();
    let (status, started) = sandbox.message(ACCOUNT, "ada", "Hi Ada");
    assert_eq!((status, started["object"].as_str()), (201, Some("ChatStarted")));
    let echo = sandbox.told();
    assert_eq!(
        (echo[0]["event"].as_str(), &echo[0]["message_id"], echo[0]["is_sender"].as_bool()),
        (Some("message_received"), &started["message_id"], Some(true))
    );
    sandbox.pass(HOUR_MS + 1);
    let chat = started["chat_id"].as_str().unwrap();
    let messages = sandbox.get(&format!("chats/{chat}/messages"));
    assert_eq!(list(&messages, "text"), ["Yes, tell me more", "Hi Ada"], "newest first");
    assert_eq!((messages["items"][0]["is_sender"].as_u64(), messages["items"][1]["is_sender"].as_u64()), (Some(0), Some(1)));
    assert_eq!((messages["items"][1]["seen"].as_u64(), messages["items"][1]["delivered"].as_u64()), (Some(1), Some(1)));
    let told: Vec<String> = sandbox
        .told()
        .iter()
        .map(|event| event["event"].as_str().unwrap().to_owned())
        .filter(|event| event != "new_relation")
        .collect();
    assert_eq!(told, ["message_delivered", "message_read", "message_received"]);
    let (status, again) = sandbox.message(ACCOUNT, "ada", "Great");
    assert_eq!((status, &again["chat_id"]), (201, &started["chat_id"]), "the chat is used again");
    sandbox.pass_days(9);
    assert_eq!(
        sandbox.get(&format!("chats/{chat}/messages"))["items"].as_array().unwrap().len(),
        3,
        "people of the file answer once"
    );
}

#[test]
fn inmails_cost_credits_but_for_open_profiles() {
    let sandbox = Sandbox::scripted(Wish::default());
    let inmail = |account: &str, who: &str, api: &str| {
        let id = sandbox.id_of(account, who);
        sandbox.post("chats", json!({"account_id": account, "attendees_ids": [id], "text": "Hi", "subject": "Lanes", "linkedin": {"api": api, "inmail": true}}))
    };
    let balance = || sandbox.get(&format!("linkedin/inmail_balance?account_id={ACCOUNT}"))["premium"].as_i64().unwrap();
    assert_eq!((inmail(ACCOUNT, "ada", "classic").0, balance()), (201, 14));
    assert_eq!((inmail(ACCOUNT, "bo", "classic").0, balance()), (201, 14), "an open profile is free");
    assert_eq!(inmail("acc_linkedin_2", "bo", "classic").0, 201);
    assert_eq!(refusal(inmail("acc_linkedin_2", "ada", "classic")), "403 feature_not_subscribed");
    assert_eq!(refusal(inmail(ACCOUNT, "ada", "recruiter")), "403 feature_not_subscribed");
    sandbox.pass(2 * HOUR_MS);
    assert_eq!(balance(), 15, "an answer gives the credit back");
    for n in 0..15 {
        assert_eq!(inmail(ACCOUNT, &format!("quiet-{n}-x"), "classic").0, 201);
    }
    assert_eq!(refusal(inmail(ACCOUNT, "quiet-16-x", "classic")), "422 insufficient_credits");
    assert_eq!(inmail(ACCOUNT, "quiet-16-x", "sales_navigator").0, 201);
    assert_eq!(sandbox.message(ACCOUNT, "ada", "so?").0, 201, "whoever answered an InMail can be written to");
    assert_eq!(refusal(sandbox.message(ACCOUNT, "quiet-16-x", "so?")), "422 no_connection_with_recipient");
}

#[test]
fn whatsapp_people_come_back_under_another_id() {
    let sandbox = Sandbox::scripted(Wish::default());
    sandbox.listen();
    let (status, started) = sandbox
        .post("chats", json!({"account_id": "acc_whatsapp_1", "attendees_ids": "447700900123@s.whatsapp.net", "text": "Hi"}));
    assert_eq!(status, 201);
    let echo = sandbox.told();
    let counterpart = &echo[0]["attendees"][0];
    assert!(counterpart["attendee_provider_id"].as_str().unwrap().ends_with("@lid"));
    assert_eq!(counterpart["attendee_public_identifier"], "447700900123@s.whatsapp.net");
    assert_eq!(echo[0]["provider_chat_id"], "447700900123@s.whatsapp.net");
    assert_eq!(echo[0]["account_info"].get("user_id"), None);
    sandbox.pass(31 * MINUTE_MS);
    let messages = sandbox.get(&format!("chats/{}/messages", started["chat_id"].as_str().unwrap()));
    assert_eq!(list(&messages, "text"), ["Sure", "Hi"]);
    assert_eq!(messages["items"][0]["sender_id"], counterpart["attendee_provider_id"]);
}

#[test]
fn every_channel_delivers_to_its_own_ids() {
    let sandbox = Sandbox::new();
    for (account, id, expected) in [
        ("acc_telegram_1", "ada_tg", "201"),
        ("acc_messenger_1", "ada.fb", "201"),
        ("acc_instagram_1", "ada.ig", "201"),
        ("acc_whatsapp_1", "447700900124@s.whatsapp.net", "201"),
        ("acc_whatsapp_1", "+44 7700 900124", "422 invalid_recipient"),
        ("acc_linkedin_1", "person-001", "422 invalid_recipient"),
    ] {
        let (status, value) = sandbox.post("chats", json!({"account_id": account, "attendees_ids": [id], "text": "Hi"}));
        let got = if status == 201 { "201".to_owned() } else { refusal((status, value)) };
        assert_eq!(got, expected, "{account} {id}");
    }
    let profile = sandbox.get("users/ada.ig?account_id=acc_instagram_1");
    let start = |key: &str| {
        sandbox.post("chats", json!({"account_id": "acc_instagram_1", "attendees_ids": [profile[key]], "text": "Hi"}))
    };
    assert_eq!(refusal(start("provider_id")), "422 invalid_recipient", "chats need the messaging id");
    assert_eq!(start("provider_messaging_id").0, 201);
}

#[test]
fn what_is_wrong_with_a_message_is_said() {
    let sandbox = Sandbox::new();
    let (_, started) = sandbox.message(ACCOUNT, "person-001", "Hi");
    let path = format!("chats/{}/messages", started["chat_id"].as_str().unwrap());
    assert_eq!(sandbox.post(&path, json!({"text": "again"})).1["object"], "MessageSent");
    assert_eq!(refusal(sandbox.post(&path, json!({}))), "400 missing_parameters");
    assert_eq!(refusal(sandbox.post(&path, json!({"text": "x".repeat(8_001)}))), "400 too_many_characters");
    assert_eq!(refusal(sandbox.post(&path, json!({"text": "x", "account_id": "acc_linkedin_2"}))), "403 account_mismatch");
    assert_eq!(refusal(sandbox.post("chats/none/messages", json!({"text": "x"}))), "404 resource_not_found");
    assert_eq!(refusal(sandbox.post("chats", json!({"account_id": ACCOUNT, "text": "x"}))), "400 missing_parameters");
    assert_eq!(refusal(sandbox.ask("GET", "chat_attendees/ACoAAnever/chats", None)), "404 resource_not_found");
}

#[test]
fn a_group_needs_relations_and_stays_one() {
    let sandbox = Sandbox::new();
    let ids: Vec<String> = ["person-001", "person-002"].iter().map(|who| sandbox.id_of(ACCOUNT, who)).collect();
    let (status, started) =
        sandbox.post("chats", json!({"account_id": ACCOUNT, "attendees_ids": ids, "text": "Hi both", "subject": "Lanes"}));
    assert_eq!(status, 201);
    let path = format!("chats/{}", started["chat_id"].as_str().unwrap());
    assert_eq!(sandbox.post(&format!("{path}/messages"), json!({"text": "more"})).0, 201);
    let chat = sandbox.get(&path);
    assert_eq!(
        (chat["type"].as_u64(), chat["name"].as_str(), chat["lastMessage"]["text"].as_str()),
        (Some(1), Some("Lanes"), Some("more"))
    );
    assert_eq!(sandbox.get(&format!("{path}/attendees"))["items"].as_array().unwrap().len(), 3);
    assert_eq!(sandbox.ask("PATCH", &path, Some(json!({"action": "setReadStatus", "value": true}))).1["object"], "ChatPatched");
}

#[test]
fn the_accounts_owner_may_write_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("people.json");
    std::fs::write(&file, r#"[{"identifier": "ada", "relation": true, "owner_writes_after": "3h"}]"#).unwrap();
    let people = campaign_engine::sim::people::file::read(&file, 0).unwrap();
    let sandbox = Sandbox::with(Wish { people: Some(people), ..Wish::default() });
    sandbox.listen();
    let (_, started) = sandbox.message(ACCOUNT, "ada", "Hi");
    sandbox.pass(3 * HOUR_MS);
    let own: Vec<_> =
        sandbox.told().into_iter().filter(|told| told["event"] == "message_received" && told["is_sender"] == true).collect();
    assert_eq!(own.len(), 2);
    assert_eq!((&own[1]["chat_id"], own[1]["message_id"] == started["message_id"]), (&started["chat_id"], false));
}
