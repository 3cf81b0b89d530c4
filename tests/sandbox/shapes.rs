//! Each route's answer has the keys that clients of this API demand.

use crate::sandbox::{Sandbox, refusal};
use serde_json::{Value, json};

const ACCOUNT: &str = "acc_linkedin_1";
const ERROR: &str = "title type status";
const CHAT: &str =
    "object id account_id account_type provider_id name type timestamp unread_count archived muted_until read_only";
const MESSAGE: &str = "object id provider_id account_id chat_id chat_provider_id sender_id sender_attendee_id text timestamp is_sender attachments \
    reactions seen seen_by hidden deleted edited is_event delivered behavior original";
const ATTENDEE: &str = "object id account_id provider_id name is_self";
const RELATION: &str =
    "object first_name last_name headline public_identifier public_profile_url created_at member_id member_urn connection_urn";
const INVITATION: &str =
    "object id invited_user invited_user_id invited_user_public_id invited_user_description date parsed_datetime invitation_text";
const ACCOUNT_KEYS: &str = "object type id name created_at sources groups connection_params";
const PROFILE: &str = "object provider provider_id public_identifier first_name last_name headline websites";
const OWNER: &str = "object provider provider_id first_name last_name email premium open_profile entity_urn object_urn profile_picture_url \
    organizations recruiter sales_navigator";
const WEBHOOK: &str = "object id type enabled request_url format account_ids headers data";
const LIST: &str = "object items cursor";

fn has(value: &Value, object: &str, keys: &str) {
    assert_eq!(value["object"], object);
    for key in keys.split_whitespace() {
        assert!(value.get(key).is_some(), "{object} lacks {key}: {value}");
    }
}

fn list(sandbox: &Sandbox, path: &str, object: &str, item: &str, keys: &str) -> Value {
    let value = sandbox.get(path);
    has(&value, object, LIST);
    let items = value["items"].as_array().unwrap();
    assert!(!items.is_empty(), "{path} is empty");
    items.iter().for_each(|one| has(one, item, keys));
    value
}

/// A world in which everything has happened once.
fn lived() -> (Sandbox, String, String) {
    let sandbox = Sandbox::new();
    sandbox.invite(ACCOUNT, "person-020", Some("Hello"));
    let (_, started) = sandbox.message(ACCOUNT, "person-001", "Hi");
    sandbox.listen();
    (sandbox, started["chat_id"].as_str().unwrap().to_owned(), started["message_id"].as_str().unwrap().to_owned())
}

#[test]
fn lists_and_their_items() {
    let (sandbox, chat, _) = lived();
    let person = sandbox.id_of(ACCOUNT, "person-001");
    list(&sandbox, "accounts", "AccountList", "Account", ACCOUNT_KEYS);
    list(&sandbox, &format!("users/relations?account_id={ACCOUNT}"), "UserRelationsList", "UserRelation", RELATION);
    list(&sandbox, &format!("users/invite/sent?account_id={ACCOUNT}"), "InvitationList", "InvitationSent", INVITATION);
    list(&sandbox, "chats", "ChatList", "Chat", CHAT);
    list(&sandbox, "messages", "MessageList", "Message", MESSAGE);
    list(&sandbox, &format!("chats/{chat}/messages"), "MessageList", "Message", MESSAGE);
    list(&sandbox, "chat_attendees", "ChatAttendeeList", "ChatAttendee", ATTENDEE);
    list(&sandbox, &format!("chats/{chat}/attendees"), "ChatAttendeeList", "ChatAttendee", ATTENDEE);
    list(&sandbox, &format!("chat_attendees/{person}/chats"), "ChatList", "Chat", CHAT);
    list(&sandbox, "webhooks", "WebhookList", "Webhook", WEBHOOK);
    list(
        &sandbox,
        &format!("users/{person}/posts?account_id={ACCOUNT}"),
        "PostList",
        "Post",
        "object provider id social_id text parsed_datetime permissions",
    );
    list(&sandbox, &format!("users/invite/received?account_id={ACCOUNT}"), "InvitationList", "InvitationReceived", INVITATION);
}

#[test]
fn single_objects() {
    let (sandbox, chat, message) = lived();
    for account in ["acc_linkedin_1", "acc_linkedin_2", "acc_whatsapp_1", "acc_instagram_1", "acc_messenger_1", "acc_telegram_1"]
    {
        has(&sandbox.get(&format!("accounts/{account}")), "Account", ACCOUNT_KEYS);
        let keys = if account.starts_with("acc_linkedin") { OWNER } else { "object provider provider_id" };
        has(&sandbox.get(&format!("users/me?account_id={account}")), "AccountOwnerProfile", keys);
    }
    let own = sandbox.get(&format!("users/me?account_id={ACCOUNT}"));
    assert_eq!(own["provider_id"], sandbox.get(&format!("accounts/{ACCOUNT}"))["connection_params"]["im"]["id"]);
    has(&sandbox.get(&format!("users/person-001?account_id={ACCOUNT}")), "UserProfile", PROFILE);
    has(&sandbox.get(&format!("chats/{chat}")), "Chat", &format!("{CHAT} lastMessage"));
    has(&sandbox.get(&format!("messages/{message}")), "Message", MESSAGE);
    has(
        &sandbox.get(&format!("linkedin/inmail_balance?account_id={ACCOUNT}")),
        "LinkedinInmailBalance",
        "premium recruiter sales_navigator",
    );
    has(&sandbox.get(&format!("accounts/{ACCOUNT}/sync")), "AccountResync", "status");
    has(&sandbox.get(&format!("chats/{chat}/sync")), "ChatHistorySync", "chat_id status");
    has(&sandbox.post(&format!("accounts/{ACCOUNT}/restart"), json!({})).1, "AccountRestarted", "object");
    let link = json!({"type": "create", "expiresOn": "2026-12-01T00:00:00.000Z", "api_url": "https://example.invalid", "providers": "*"});
    has(&sandbox.post("hosted/accounts/link", link).1, "HostedAuthUrl", "url");
    has(
        &sandbox
            .post(
                &format!("linkedin/search?account_id={ACCOUNT}"),
                json!({"api": "classic", "category": "people", "keywords": ""}),
            )
            .1,
        "LinkedinSearch",
        "items cursor paging",
    );
    has(&sandbox.ask("DELETE", "accounts/acc_telegram_1", None).1, "AccountDeleted", "object");
    assert_eq!(refusal(sandbox.ask("GET", "accounts/acc_telegram_1", None)), "404 resource_not_found");
}

#[test]
fn refusals_are_json_on_every_path() {
    let sandbox = Sandbox::new();
    for (method, path) in [
        ("GET", "nothing"),
        ("DELETE", "chats"),
        ("POST", "users/me"),
        ("GET", ""),
        ("PUT", "accounts/acc_linkedin_1"),
        ("GET", "posts/none/comments"),
    ] {
        let answer = sandbox.ask(method, path, None);
        for key in ERROR.split_whitespace() {
            assert!(answer.1.get(key).is_some(), "{method} {path}: {}", answer.1);
        }
        assert_eq!(refusal(answer), "404 resource_not_found", "{method} {path}");
    }
}

/// Walks a list by pages of that size and returns the ids in order; every cursor must be padded base64.
fn walk(sandbox: &Sandbox, path: &str, limit: usize, id: &str, between: impl Fn()) -> Vec<String> {
    let mut page = sandbox.get(&format!("{path}limit={limit}"));
    let mut ids = crate::sandbox::list(&page, id);
    while let Some(cursor) = page["cursor"].as_str() {
        assert_eq!(cursor.len() % 4, 0, "{cursor}");
        between();
        let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        page = sandbox.get(&format!("{path}cursor={cursor}"));
        let more = crate::sandbox::list(&page, id);
        assert!((1..=limit).contains(&more.len()), "{path}");
        ids.extend(more);
    }
    ids
}

#[test]
fn cursors_are_walked_to_the_end_with_their_filters_and_limit() {
    let sandbox = Sandbox::new();
    for n in 0..7 {
        sandbox.invite(ACCOUNT, &format!("stranger-{n}"), None);
        sandbox.message(ACCOUNT, &format!("person-{:03}", n + 1), "Hi");
        sandbox.pass(1_000);
    }
    for (path, id) in [
        ("accounts?", "id"),
        ("chats?account_id=acc_linkedin_1&", "id"),
        ("messages?", "id"),
        ("chat_attendees?", "id"),
        ("users/relations?account_id=acc_linkedin_1&", "member_id"),
        ("users/invite/sent?account_id=acc_linkedin_1&", "id"),
    ] {
        let whole = crate::sandbox::list(&sandbox.get(&format!("{path}limit=100")), id);
        assert_eq!(walk(&sandbox, path, 3, id, || ()), whole, "{path}");
        assert!(whole.len() >= 6, "{path}");
    }
    assert_eq!(refusal(sandbox.ask("GET", "chats?limit=251", None)), "400 limit_too_high");
    assert_eq!(refusal(sandbox.ask("GET", "chats?limit=0", None)), "400 invalid_parameters");
    assert_eq!(refusal(sandbox.ask("GET", "chats?cursor=abc", None)), "400 invalid_parameters");
    assert_eq!(refusal(sandbox.ask("GET", "messages?after=2026-09-14T08:00:00Z", None)), "400 invalid_parameters");
    assert_eq!(
        crate::sandbox::list(&sandbox.get("messages?after=2026-09-14T08:00:05.000Z"), "id").len(),
        1,
        "the bound is excluded"
    );
}

#[test]
fn a_new_message_between_two_pages_shifts_nothing() {
    let sandbox = Sandbox::new();
    for n in 0..6 {
        sandbox.message(ACCOUNT, "person-001", &format!("{n}"));
        sandbox.pass(10);
    }
    let texts = walk(&sandbox, "messages?", 2, "text", || {
        sandbox.message(ACCOUNT, "person-002", "new");
    });
    assert_eq!(texts, ["5", "4", "3", "2", "1", "0"]);
}
