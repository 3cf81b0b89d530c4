//! Invitations: two-step acceptance, withdrawing, refusals.

use crate::sandbox::{Sandbox, Wish, list, refusal};
use campaign_engine::model::time::{HOUR_MS, MINUTE_MS};
use serde_json::json;

const ACCOUNT: &str = "acc_linkedin_1";

#[test]
fn an_acceptance_takes_two_steps() {
    let sandbox = Sandbox::scripted(Wish::default());
    sandbox.listen();
    let (status, sent) = sandbox.invite(ACCOUNT, "ada", Some("Hello Ada"));
    assert_eq!((status, sent["object"].as_str()), (200, Some("UserInvitationSent")));
    let path = format!("users/invite/sent?account_id={ACCOUNT}");
    assert_eq!(list(&sandbox.get(&path), "id"), [sent["invitation_id"].as_str().unwrap()]);
    assert_eq!(refusal(sandbox.invite(ACCOUNT, "ada", None)), "422 already_invited_recently");
    assert_eq!(refusal(sandbox.message(ACCOUNT, "ada", "too early")), "422 no_connection_with_recipient");
    sandbox.pass(2 * HOUR_MS + 1);
    assert!(list(&sandbox.get(&path), "id").is_empty());
    let relations = sandbox.get(&format!("users/relations?account_id={ACCOUNT}"));
    assert_eq!(list(&relations, "public_identifier"), ["ada", "cy"], "newest first");
    assert_eq!(refusal(sandbox.invite(ACCOUNT, "ada", None)), "422 already_connected");
    let note = sandbox.told();
    assert_eq!(note.len(), 1, "the note comes before the relation is told");
    assert_eq!((note[0]["message_type"].as_str(), note[0]["is_sender"].as_bool()), (Some("INVITATION"), Some(true)));
    sandbox.pass(8 * HOUR_MS);
    let told = sandbox.told();
    assert_eq!(told.iter().filter(|event| event["event"] == "new_relation").count(), 1);
    let id = sandbox.id_of(ACCOUNT, "ada");
    assert_eq!(told[0]["user_provider_id"].as_str(), Some(id.as_str()));
    let chats = sandbox.get(&format!("chat_attendees/{id}/chats?account_id={ACCOUNT}"));
    let messages = sandbox.get(&format!("chats/{}/messages", chats["items"][0]["id"].as_str().unwrap()));
    assert_eq!(list(&messages, "text"), ["Hello Ada"]);
}

#[test]
fn a_withdrawn_invitation_is_not_accepted_and_blocks_for_three_weeks() {
    let sandbox = Sandbox::scripted(Wish::default());
    let (_, sent) = sandbox.invite(ACCOUNT, "ada", None);
    let path = format!("users/invite/sent/{}?account_id={ACCOUNT}", sent["invitation_id"].as_str().unwrap());
    assert_eq!(sandbox.ask("DELETE", &path, None).1, json!({"object": "InvitationCanceled"}));
    assert_eq!(refusal(sandbox.ask("DELETE", &path, None)), "404 resource_not_found");
    sandbox.pass_days(3);
    assert_eq!(sandbox.get("users/ada?account_id=acc_linkedin_1")["invitation"]["status"], "WITHDRAWN");
    assert_eq!(refusal(sandbox.invite(ACCOUNT, "ada", None)), "422 already_invited_recently");
    sandbox.pass_days(19);
    assert_eq!(sandbox.invite(ACCOUNT, "ada", None).0, 200);
}

#[test]
fn what_is_wrong_with_an_invitation_is_said() {
    let sandbox = Sandbox::new();
    let post = |body| refusal(sandbox.post("users/invite", body));
    let stranger = sandbox.id_of(ACCOUNT, "person-020");
    let classic = "acc_linkedin_2";
    assert_eq!(post(json!({"account_id": ACCOUNT})), "400 missing_parameters");
    assert_eq!(post(json!({"account_id": ACCOUNT, "provider_id": "person-020"})), "400 invalid_parameters");
    assert_eq!(post(json!({"account_id": ACCOUNT, "provider_id": stranger.replacen("ACo", "ACw", 1)})), "400 invalid_parameters");
    assert_eq!(post(json!({"account_id": "acc_none", "provider_id": stranger})), "404 resource_not_found");
    assert_eq!(post(json!({"account_id": "acc_whatsapp_1", "provider_id": stranger})), "422 invalid_account");
    assert_eq!(
        post(json!({"account_id": ACCOUNT, "provider_id": stranger, "message": "é".repeat(301)})),
        "400 too_many_characters"
    );
    assert_eq!(
        post(json!({"account_id": classic, "provider_id": stranger, "message": "x".repeat(201)})),
        "400 too_many_characters"
    );
    assert_eq!(
        sandbox.post("users/invite", json!({"account_id": classic, "provider_id": stranger, "message": "x".repeat(200)})).0,
        200
    );
    assert_eq!(refusal(sandbox.invite(ACCOUNT, "person-003", None)), "422 already_connected");
    assert_eq!(refusal(sandbox.ask("GET", "users/nobody-here?account_id=acc_linkedin_1", None)), "404 resource_not_found");
}

#[test]
fn the_provider_stops_an_account_that_invites_too_much() {
    let sandbox = Sandbox::new();
    let mut usage = Vec::new();
    for n in 0..100 {
        let (status, sent) = sandbox.invite(ACCOUNT, &format!("stranger-{n}"), None);
        assert_eq!(status, 200);
        usage.extend(sent["usage"].as_u64());
    }
    assert_eq!(usage, [50]);
    assert_eq!(refusal(sandbox.invite(ACCOUNT, "stranger-100", None)), "422 cannot_resend_yet");
    sandbox.pass(24 * HOUR_MS + MINUTE_MS);
    assert_eq!(sandbox.invite(ACCOUNT, "stranger-100", None).0, 200);
}

#[test]
fn about_forty_five_in_a_hundred_accept_within_five_days() {
    let sandbox = Sandbox::new();
    for day in 0..4 {
        for n in 0..50 {
            assert_eq!(sandbox.invite("acc_linkedin_2", &format!("stranger-{day}-{n}"), None).0, 200);
        }
        sandbox.pass_days(2);
    }
    sandbox.pass_days(5);
    let accepted = sandbox.get("users/relations?account_id=acc_linkedin_2&limit=1000")["items"].as_array().unwrap().len();
    assert!((70..=110).contains(&accepted), "{accepted} of 200");
}

#[test]
fn chance_is_the_seeds() {
    let accepted = |seed| {
        let sandbox = Sandbox::with(Wish { seed, ..Wish::default() });
        (0..30).for_each(|n| drop(sandbox.invite(ACCOUNT, &format!("stranger-{n}"), None)));
        sandbox.pass_days(6);
        sandbox.get(&format!("users/relations?account_id={ACCOUNT}&limit=30"))
    };
    assert_eq!(accepted(1), accepted(1));
    assert_ne!(accepted(1), accepted(2));
}

#[test]
fn received_invitations_are_answered_once() {
    let sandbox = Sandbox::new();
    sandbox.listen();
    let path = format!("users/invite/received?account_id={ACCOUNT}");
    let received = sandbox.get(&path)["items"][0].clone();
    let answer = |action: &str, secret: &serde_json::Value| {
        let body = json!({"provider": "LINKEDIN", "account_id": ACCOUNT, "action": action, "shared_secret": secret});
        sandbox.post(&format!("users/invite/received/{}", received["id"].as_str().unwrap()), body)
    };
    assert_eq!(refusal(answer("accept", &json!("guess"))), "400 invalid_parameters");
    assert_eq!(
        answer("accept", &received["specifics"]["shared_secret"]),
        (200, json!({"object": "UserInvitationHandled", "status": "ACCEPTED"}))
    );
    assert_eq!(refusal(answer("accept", &received["specifics"]["shared_secret"])), "404 resource_not_found");
    assert_eq!(sandbox.get(&path)["items"].as_array().unwrap().len(), 1);
    sandbox.pass(8 * HOUR_MS);
    let told = sandbox.told();
    assert_eq!((told.len(), &told[0]["event"]), (1, &json!("new_relation")), "a relation that nobody invited");
}
