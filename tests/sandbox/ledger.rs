//! The ledger: its lines, and that the world is rebuilt from it.

use crate::sandbox::{Sandbox, Wish, refusal};
use campaign_engine::model::time::{HOUR_MS, MINUTE_MS};
use campaign_engine::runtime::clock::Clock;
use campaign_engine::sim::postpress::ledger::anchor;
use proptest::prelude::{Strategy, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Value, json};
use std::path::Path;

const ACCOUNT: &str = "acc_linkedin_1";

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A month of a small campaign, on every route that leaves a trace.
fn play(sandbox: &Sandbox) {
    for n in 0..60 {
        assert_eq!(sandbox.invite(ACCOUNT, &format!("stranger-{n}-x"), (n % 2 == 0).then_some("Hello")).0, 200);
        sandbox.pass(97 * MINUTE_MS);
    }
    sandbox.pass_days(5);
    for n in 0..60 {
        sandbox.message(ACCOUNT, &format!("stranger-{n}-x"), &format!("Hello {n}"));
        sandbox.pass(11 * MINUTE_MS);
    }
    let id = sandbox.id_of(ACCOUNT, "person-012");
    sandbox.post(
        "chats",
        json!({"account_id": ACCOUNT, "attendees_ids": [id], "text": "Hi", "linkedin[inmail]": "true", "subject": "S"}),
    );
    sandbox
        .post("chats", json!({"account_id": "acc_whatsapp_1", "attendees_ids": ["447700900123@s.whatsapp.net"], "text": "Hi"}));
    let ids: Vec<String> = ["person-001", "person-002"].iter().map(|who| sandbox.id_of(ACCOUNT, who)).collect();
    sandbox.post("chats", json!({"account_id": ACCOUNT, "attendees_ids": ids, "text": "Hi both"}));
    sandbox.get(&format!("users/person-001?account_id={ACCOUNT}&notify=true"));
    let posts = sandbox.get(&format!("users/{}/posts?account_id={ACCOUNT}", ids[0]));
    let post = posts["items"][0]["social_id"].as_str().unwrap();
    assert_eq!(sandbox.post("posts/reaction", json!({"account_id": ACCOUNT, "post_id": post})).0, 201);
    assert_eq!(
        refusal(sandbox.post("posts/reaction", json!({"account_id": ACCOUNT, "post_id": post}))),
        "422 action_already_performed"
    );
    assert_eq!(sandbox.post(&format!("posts/{post}/comments"), json!({"account_id": ACCOUNT, "text": "Nice"})).0, 201);
    let skills = sandbox.get(&format!("users/person-001?account_id={ACCOUNT}&linkedin_sections=skills"));
    let skill = &skills["skills"][0]["endorsement_id"];
    let (status, _) = sandbox
        .post("linkedin/profile/endorse", json!({"account_id": ACCOUNT, "profile_id": ids[0], "skill_endorsement_id": skill}));
    assert_eq!(status, 200);
    let url = format!(
        "https://www.linkedin.com/voyager/api/feed/dash/followingStates/urn:li:fsd_followingState:urn:li:fsd_profile:{}",
        ids[0]
    );
    let body = json!({"patch": {"$set": {"following": true}}});
    sandbox
        .post("linkedin", json!({"account_id": ACCOUNT, "request_url": url, "method": "POST", "body": body, "encoding": false}));
    let pending = sandbox.get(&format!("users/invite/sent?account_id={ACCOUNT}"));
    let id = pending["items"][0]["id"].as_str().unwrap();
    assert_eq!(sandbox.ask("DELETE", &format!("users/invite/sent/{id}?account_id={ACCOUNT}"), None).0, 200);
}

const VIEWS: &[&str] = &[
    "users/invite/sent?account_id=acc_linkedin_1",
    "users/relations?account_id=acc_linkedin_1&limit=1000",
    "chats",
    "messages?limit=250",
    "chat_attendees?limit=250",
    "linkedin/inmail_balance?account_id=acc_linkedin_1",
    "users/stranger-1-x?account_id=acc_linkedin_1",
    "users/person-001?account_id=acc_linkedin_1&linkedin_sections=*",
];

#[test]
fn the_world_rebuilt_from_its_ledger_answers_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.jsonl");
    let first = Sandbox::with(Wish { ledger: Some(path.clone()), ..Wish::default() });
    play(&first);
    for days in [0, 1, 20] {
        first.pass_days(days);
        let second = Sandbox::with(Wish { ledger: Some(path.clone()), now: Some(first.clock.now()), ..Wish::default() });
        for view in VIEWS {
            assert_eq!(first.get(view), second.get(view), "{view} after {days} days");
        }
    }
}

#[test]
fn every_effect_is_one_line_written_before_the_answer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.jsonl");
    let sandbox = Sandbox::with(Wish { ledger: Some(path.clone()), ..Wish::default() });
    play(&sandbox);
    let lines = lines(&path);
    let keys: Vec<&str> = lines[0].as_object().unwrap().keys().take(8).map(String::as_str).collect();
    assert_eq!(keys, ["at", "virtual_at", "account", "kind", "recipient", "text", "provider_id", "chat_id"]);
    assert_eq!(lines[0]["recipient"], "stranger-0-x");
    let kinds: std::collections::BTreeSet<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        ["comment", "endorse", "follow", "group", "inmail", "invite", "message", "reaction", "view", "withdraw"]
    );
    let whatsapp = lines.iter().find(|line| line["account"] == "acc_whatsapp_1").unwrap();
    assert_eq!(whatsapp["recipient"], "447700900123@s.whatsapp.net");
    let before = lines.len();
    assert_eq!(refusal(sandbox.invite(ACCOUNT, "person-001", None)), "422 already_connected");
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), before, "a refusal leaves no line");
}

#[test]
fn a_line_cut_by_a_crash_is_cut_off_and_a_damaged_one_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.jsonl");
    let sandbox = Sandbox::with(Wish { ledger: Some(path.clone()), ..Wish::default() });
    sandbox.invite(ACCOUNT, "person-020", None);
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}{{\"at\":\"2026")).unwrap();
    let again = Sandbox::with(Wish { ledger: Some(path.clone()), ..Wish::default() });
    assert_eq!(refusal(again.invite(ACCOUNT, "person-020", None)), "422 already_invited_recently");
    assert_eq!(again.invite(ACCOUNT, "person-021", None).0, 200);
    assert_eq!(lines(&path).len(), 2);
    assert_eq!(anchor(&path).map(|(_, virtual_at)| virtual_at), Some(crate::sandbox::START));
    std::fs::write(&path, format!("{{}}\n{whole}")).unwrap();
    let fault = campaign_engine::sim::postpress::ledger::Ledger::open(Some(&path)).unwrap_err().to_string();
    assert!(fault.starts_with("line 1 of the ledger"), "{fault}");
}

#[test]
fn webhooks_of_the_last_two_days_are_told_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.jsonl");
    let first = Sandbox::scripted(Wish { ledger: Some(path.clone()), ..Wish::default() });
    first.invite(ACCOUNT, "ada", None);
    let until = first.clock.now().plus_ms(24 * HOUR_MS);
    let second = Sandbox::scripted(Wish { ledger: Some(path), now: Some(until), ..Wish::default() });
    assert!(second.told().is_empty());
    second.listen();
    let told: Vec<String> = second.told().iter().map(|event| event["event"].as_str().unwrap_or("?").to_owned()).collect();
    assert_eq!(told, ["new_relation"]);
    second.listen();
    assert!(second.told().is_empty(), "once a webhook");
}

/// Something a caller does, to one of a few people.
#[derive(Debug, Clone)]
enum Deed {
    Invite(u8),
    Withdraw,
    Message(u8),
    Inmail(u8),
    Wait(i64),
    /// Only one of the two worlds is started anew.
    Restart,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        (0..12u8).prop_map(Deed::Invite),
        proptest::strategy::Just(Deed::Withdraw),
        (0..12u8).prop_map(Deed::Message),
        (0..12u8).prop_map(Deed::Inmail),
        (0..60 * HOUR_MS).prop_map(Deed::Wait),
        proptest::strategy::Just(Deed::Restart),
    ];
    proptest::collection::vec(deed, 1..60)
}

fn act(sandbox: &Sandbox, deed: &Deed) {
    let person = |n: &u8| format!("stranger-{n}-x");
    match deed {
        Deed::Invite(n) => drop(sandbox.invite(ACCOUNT, &person(n), (n % 2 == 0).then_some("Hello"))),
        Deed::Withdraw => {
            let pending = sandbox.get(&format!("users/invite/sent?account_id={ACCOUNT}"));
            if let Some(id) = pending["items"][0]["id"].as_str() {
                sandbox.ask("DELETE", &format!("users/invite/sent/{id}?account_id={ACCOUNT}"), None);
            }
        }
        Deed::Message(n) => drop(sandbox.message(ACCOUNT, &person(n), "Hi")),
        Deed::Inmail(n) => {
            let id = sandbox.id_of(ACCOUNT, &person(n));
            sandbox
                .post("chats", json!({"account_id": ACCOUNT, "attendees_ids": [id], "text": "Hi", "linkedin[inmail]": "true"}));
        }
        Deed::Wait(ms) => sandbox.pass(*ms),
        Deed::Restart => {}
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    #[test]
    fn restarts_change_nothing(deeds in deeds(), seed in 0..1_000u64) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.jsonl");
        let steady = Sandbox::with(Wish { seed, ..Wish::default() });
        let open = |now| Sandbox::with(Wish { seed, ledger: Some(path.clone()), now: Some(now), ..Wish::default() });
        let mut fragile = open(steady.clock.now());
        for deed in deeds.iter().chain(&[Deed::Restart, Deed::Wait(50 * HOUR_MS), Deed::Restart]) {
            if matches!(deed, Deed::Restart) {
                fragile = open(fragile.clock.now());
            }
            act(&steady, deed);
            act(&fragile, deed);
        }
        for view in VIEWS {
            prop_assert_eq!(steady.get(view), fragile.get(view), "{}", view);
        }
    }
}
