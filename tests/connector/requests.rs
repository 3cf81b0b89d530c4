//! The form of every request, and what is read of its answer.

use crate::connector::loopback::{KEY, Loopback, Reply, json, reply};
use campaign_engine::connector::contract::{Act, Attachment, Connector, Order, Verdict, WebhookOrder};
use campaign_engine::connector::postpress::client::Postpress;
use campaign_engine::model::account::InmailApi;
use serde_json::json as js;
use std::fmt::Debug;
use std::future::Future;

/// Asks once: the request's line and body, and what was understood.
#[track_caller]
pub fn check<T: Debug, E: Debug, F: Future<Output = Result<T, E>>>(
    answer: Reply,
    ask: impl FnOnce(Postpress) -> F,
    expected: [&str; 3],
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (seen, understood) = runtime.block_on(async {
        let far = Loopback::answering(vec![answer]).await;
        let understood = ask(far.client()).await;
        (far.seen(), understood)
    });
    assert_eq!(seen.len(), 1, "one call, one request: {understood:?}");
    let header = |name: &str| seen[0].headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!((header("x-api-key"), header("accept")), (Some(KEY), Some("application/json")));
    let understood = match understood {
        Ok(value) => format!("{value:?}"),
        Err(refusal) => format!("refused {refusal:?}"),
    };
    assert_eq!([seen[0].line.as_str(), seen[0].body.as_str(), understood.as_str()], expected);
}

pub fn order(act: Act) -> Order {
    Order { account: "acc".into(), act, idempotency_key: "7.3".to_owned() }
}

#[test]
fn invitations_are_sent_and_withdrawn() {
    let invite = |note: Option<&str>| order(Act::Invite { person: "ACo1".into(), note: note.map(str::to_owned) });
    check(
        json(js!({"object": "UserInvitationSent", "invitation_id": "7449262477600571392"})),
        |far| far.perform(invite(Some("Hi Ada\n\"x\""))),
        [
            "POST /v1/users/invite",
            r#"{"account_id":"acc","provider_id":"ACo1","message":"Hi Ada\n\"x\""}"#,
            r#"Performed { remote: Some(RemoteId("7449262477600571392")), chat: None }"#,
        ],
    );
    check(
        reply(200, r#"{"invitation_id": 7449262477600571392}"#),
        |far| far.perform(invite(None)),
        [
            "POST /v1/users/invite",
            r#"{"account_id":"acc","provider_id":"ACo1"}"#,
            r#"Performed { remote: Some(RemoteId("7449262477600571392")), chat: None }"#,
        ],
    );
    let withdraw = || order(Act::Withdraw { invitation: "inv/1".into() });
    let line = "DELETE /v1/users/invite/sent/inv%2F1?account_id=acc";
    check(
        json(js!({"object": "InvitationCanceled"})),
        |far| far.perform(withdraw()),
        [line, "", "Performed { remote: None, chat: None }"],
    );
    check(
        reply(404, r#"{"title":"","type":"errors/resource_not_found","status":404}"#),
        |far| far.perform(withdraw()),
        [line, "", r#"refused Refusal { verdict: Already, status: Some(404), code: "resource_not_found", detail: None }"#],
    );
}

#[test]
fn messages_are_multipart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lanes.pdf");
    std::fs::write(&path, b"pdf").unwrap();
    let attachments = vec![Attachment {
        root: path.parent().unwrap().to_path_buf(),
        path: path.clone(),
        name: "Übersicht lanes.pdf".to_owned(),
        is_voice: false,
    }];
    let text = || "Hi Ada 👋".to_owned();
    check(
        reply(201, r#"{"object":"MessageSent","message_id":"m1"}"#),
        |far| far.perform(order(Act::Message { chat: "c 1/2".into(), text: text(), attachments: attachments.clone() })),
        [
            "POST /v1/chats/c%201%2F2/messages",
            "account_id=acc\ntext=Hi Ada 👋\nattachments=Übersicht lanes.pdf:application/pdf:3",
            r#"Performed { remote: Some(RemoteId("m1")), chat: None }"#,
        ],
    );
    check(
        reply(201, r#"{"object":"ChatStarted","message_id":"m1","chat_id":"c1"}"#),
        |far| {
            far.perform(order(Act::StartChat { person: "447700900123@s.whatsapp.net".into(), text: text(), attachments: vec![] }))
        },
        [
            "POST /v1/chats",
            "account_id=acc\nattendees_ids=447700900123@s.whatsapp.net\ntext=Hi Ada 👋",
            r#"Performed { remote: Some(RemoteId("m1")), chat: Some(ChatId("c1")) }"#,
        ],
    );
    let inmail = Act::Inmail {
        person: "ACo1".into(),
        subject: Some("Lanes".to_owned()),
        text: text(),
        api: InmailApi::SalesNavigator,
        attachments: vec![],
    };
    check(
        reply(201, r#"{"object":"ChatStarted","message_id":"m1","chat_id":null}"#),
        |far| far.perform(order(inmail)),
        [
            "POST /v1/chats",
            "account_id=acc\nattendees_ids=ACo1\nsubject=Lanes\ntext=Hi Ada 👋\nlinkedin[api]=sales_navigator\nlinkedin[inmail]=true",
            r#"Performed { remote: Some(RemoteId("m1")), chat: None }"#,
        ],
    );
}

#[tokio::test]
async fn an_idempotency_key_goes_with_every_effect_and_a_boundary_with_every_form() {
    let far = Loopback::answering(vec![reply(201, r#"{"message_id":"m"}"#)]).await;
    far.client().perform(order(Act::Message { chat: "c".into(), text: "x".to_owned(), attachments: vec![] })).await.unwrap();
    let seen = far.seen().remove(0);
    assert_eq!(seen.headers["idempotency-key"], "7.3");
    assert!(seen.headers["content-type"].to_str().unwrap().starts_with("multipart/form-data; boundary="));
    assert!(!seen.headers.contains_key("referer"));
}

#[tokio::test]
async fn an_attachment_that_cannot_be_sent_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("folder")).unwrap();
    std::fs::write(at("empty.pdf"), b"").unwrap();
    std::fs::write(at("good.pdf"), b"pdf").unwrap();
    std::os::unix::fs::symlink(at("good.pdf"), at("link.pdf")).unwrap();
    std::fs::File::create(at("large.pdf")).unwrap().set_len(15_000_001).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe.pdf"), rustix::fs::Mode::RUSR).unwrap();
    let far = Loopback::answering(vec![]).await;
    let good = |name: &str| Attachment { path: at("good.pdf"), root: at(""), name: name.to_owned(), is_voice: false };
    let file = |name: &str| Attachment { path: at(name), root: at(""), name: name.to_owned(), is_voice: false };
    let attempts = [
        (vec![file("missing.pdf")], "`missing.pdf` cannot be sent: No such file"),
        (vec![file("folder")], "it is no regular file"),
        (vec![file("empty.pdf")], "it is empty"),
        (vec![file("link.pdf")], "`link.pdf` cannot be sent"),
        (vec![file("large.pdf")], "it is larger than 15 MB"),
        (vec![file("pipe.pdf")], "it is no regular file"),
        (vec![good("../x.pdf")], "is no file name"),
        (vec![good("a\nb.pdf")], "is no file name"),
        (vec![good("")], "is no file name"),
        (vec![good("a.pdf"); 11], "11 attachments are more than 10"),
        (vec![good("a.pdf"), file("missing.pdf")], "`missing.pdf`"),
    ];
    for (attachments, expected) in attempts {
        let refusal =
            far.client().perform(order(Act::Message { chat: "c".into(), text: "x".to_owned(), attachments })).await.unwrap_err();
        assert_eq!((&refusal.verdict, refusal.status, refusal.code.as_str()), (&Verdict::Never, None, "attachment_unreadable"));
        assert!(refusal.detail.as_deref().unwrap().contains(expected), "{refusal:?}");
    }
    assert!(far.seen().is_empty());
}

#[test]
fn profiles_by_link_slug_or_id() {
    let person = js!({
        "object": "UserProfile", "provider": "LINKEDIN", "provider_id": "ACo1", "public_identifier": "ada", "first_name": "Ada",
        "last_name": null, "is_open_profile": 1, "network_distance": "SECOND_DEGREE", "invitation": {"type": "SENT", "status": "PENDING"},
    });
    let expected = r#"Profile { person: ProviderId("ACo1"), messaging_id: None, public_identifier: Some("ada"), first_name: Some("Ada"), last_name: None, relation: Some(Pending), is_open: Some(true) }"#;
    for (written, line) in [
        ("ada", "GET /v1/users/ada?account_id=acc"),
        ("https://www.linkedin.com/in/j%C3%BCrgen/?utm=1", "GET /v1/users/j%C3%BCrgen?account_id=acc"),
        ("ACo1", "GET /v1/users/ACo1?account_id=acc"),
        ("447700900123@s.whatsapp.net", "GET /v1/users/447700900123@s.whatsapp.net?account_id=acc"),
        ("a/../b?c#d", "GET /v1/users/a%2F..%2Fb%3Fc%23d?account_id=acc"),
    ] {
        check(json(person.clone()), |far| far.profile("acc".into(), written.to_owned()), [line, "", expected]);
    }
}

#[tokio::test]
async fn an_identifier_that_would_lead_elsewhere_is_not_asked_for() {
    let far = Loopback::answering(vec![]).await;
    for identifier in ["", ".", ".."] {
        let refusal = far.client().profile("acc".into(), identifier.to_owned()).await.unwrap_err();
        assert_eq!((refusal.verdict, refusal.code.as_str()), (Verdict::Never, "invalid_identifier"));
    }
    assert!(far.seen().is_empty());
}

#[test]
fn relations_of_a_profile() {
    for (more, relation) in [
        (js!({"is_relationship": true}), "Some(Yes)"),
        (js!({"network_distance": "FIRST_DEGREE"}), "Some(Yes)"),
        (js!({"network_distance": "DISTANCE_1"}), "Some(Yes)"),
        (js!({"network_distance": "OUT_OF_NETWORK"}), "Some(None)"),
        (js!({"is_relationship": "false"}), "Some(None)"),
        (js!({"invitation": {"type": "SENT", "status": "PENDING"}}), "Some(Pending)"),
        (js!({"network_distance": "THIRD_DEGREE", "invitation": {"type": "SENT", "status": "WITHDRAWN"}}), "Some(None)"),
        (js!({"network_distance": "THIRD_DEGREE", "invitation": {"type": "RECEIVED", "status": "PENDING"}}), "Some(None)"),
        (js!({"relationship_status": {"following": true}}), "Some(Yes)"),
        (js!({"relationship_status": {"following": false, "has_sent_invitation": true}}), "Some(Pending)"),
        (js!({}), "None"),
    ] {
        let mut person = js!({"provider_id": "p", "provider_messaging_id": 12});
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let expected = format!(
            "Profile {{ person: ProviderId(\"p\"), messaging_id: Some(ProviderId(\"12\")), public_identifier: None, first_name: None, last_name: None, relation: {relation}, is_open: None }}"
        );
        check(json(person), |far| far.profile("acc".into(), "p".to_owned()), ["GET /v1/users/p?account_id=acc", "", &expected]);
    }
}

#[test]
fn lists_in_both_envelopes() {
    check(
        json(js!({"object": "UserRelationsList", "cursor": "bmV4dA==", "items": [
            {"member_id": "ACo1", "public_identifier": "ada", "created_at": 1_789_374_097_000_i64}, {"no": "id"}, {"member_id": "ACo2"}]})),
        |far| far.relations("acc".into(), None),
        [
            "GET /v1/users/relations?account_id=acc&limit=100",
            "",
            r#"Page { items: [RelationRow { person: ProviderId("ACo1"), public_identifier: Some("ada"), since: Some(Timestamp(1789374097000)) }, RelationRow { person: ProviderId("ACo2"), public_identifier: None, since: None }], cursor: Some("bmV4dA==") }"#,
        ],
    );
    check(
        json(
            js!({"data": [{"id": 7449262477600571392_i64, "invited_user_id": "ACo1", "parsed_datetime": "2026-09-10T07:58:30.220Z"},
            {"id": "inv_2", "invited_user_public_id": "ada", "parsed_datetime": null}], "next_cursor": "n"}),
        ),
        |far| far.invitations("acc".into(), Some("a+b=".to_owned())),
        [
            "GET /v1/users/invite/sent?account_id=acc&cursor=a%2Bb%3D",
            "",
            r#"Page { items: [InvitationRow { id: RemoteId("7449262477600571392"), person: Some(ProviderId("ACo1")), public_identifier: None, at: Some(Timestamp(1789027110220)) }, InvitationRow { id: RemoteId("inv_2"), person: None, public_identifier: Some("ada"), at: None }], cursor: Some("n") }"#,
        ],
    );
    check(
        json(
            js!({"items": [{"id": "m1", "chat_id": "c1", "is_sender": 1, "sender_id": "ACo9", "text": "hi", "timestamp": "2026-09-10T07:58:30.220Z", "is_event": 0},
            {"id": "m2", "is_sender": false, "text": null, "timestamp": "2026-09-10T07:58:30.220Z", "is_event": "1"}], "cursor": null}),
        ),
        |far| far.messages("acc".into(), "c1".into(), None),
        [
            "GET /v1/chats/c1/messages?limit=100",
            "",
            r#"Page { items: [MessageRow { id: RemoteId("m1"), chat: ChatId("c1"), is_own: true, sender: Some(ProviderId("ACo9")), text: Some("hi"), at: Timestamp(1789027110220), is_event: false, own_reactions: [] }, MessageRow { id: RemoteId("m2"), chat: ChatId("c1"), is_own: false, sender: None, text: None, at: Timestamp(1789027110220), is_event: true, own_reactions: [] }], cursor: None }"#,
        ],
    );
    check(
        json(js!({"items": [{"id": "c1", "type": 0, "attendee_provider_id": "ACo1"}, {"id": "c2", "type": 1}], "cursor": null})),
        |far| far.chats_with("acc".into(), "ACo1".into(), None),
        [
            "GET /v1/chat_attendees/ACo1/chats?account_id=acc&limit=100",
            "",
            r#"Page { items: [ChatRow { id: ChatId("c1"), person: Some(ProviderId("ACo1")), is_single: true }, ChatRow { id: ChatId("c2"), person: None, is_single: false }], cursor: None }"#,
        ],
    );
    check(
        reply(404, r#"{"title":"","type":"errors/resource_not_found","status":404}"#),
        |far| far.chats_with("acc".into(), "ACo1".into(), None),
        ["GET /v1/chat_attendees/ACo1/chats?account_id=acc&limit=100", "", "Page { items: [], cursor: None }"],
    );
}

#[test]
fn a_list_that_decides_is_read_whole_or_not_at_all() {
    let refused = r#"refused Refusal { verdict: Later { after_s: None }, status: None, code: "unreadable_answer", detail: Some("the answer lacks what was asked for") }"#;
    for body in [
        js!({"items": [{"id": "m1", "is_sender": 1, "timestamp": "2026-09-10T07:58:30.220Z"}, {"id": "m2", "timestamp": "2026-09-10T07:58:30.220Z"}]}),
        js!({"items": [{"id": "m1", "is_sender": 1}]}),
        js!({"items": [{"is_sender": 1, "timestamp": "2026-09-10T07:58:30.220Z"}]}),
        js!({"items": null}),
        js!({}),
        js!([]),
    ] {
        check(
            json(body),
            |far| far.messages("acc".into(), "c".into(), None),
            ["GET /v1/chats/c/messages?limit=100", "", refused],
        );
    }
    let line = "GET /v1/users/invite/sent?account_id=acc&limit=100";
    check(json(js!({"items": [{"invited_user_id": "ACo1"}]})), |far| far.invitations("acc".into(), None), [line, "", refused]);
    check(reply(200, "<html>"), |far| far.invitations("acc".into(), None), [line, "", refused]);
}

#[test]
fn accounts_and_their_state() {
    let linkedin = js!({"object": "Account", "id": "acc", "name": "Nadia", "type": "LINKEDIN", "sources": [{"id": "acc_MESSAGING", "status": "OK"}],
        "connection_params": {"im": {"id": "ACo9", "premiumFeatures": ["sales_navigator", "premium", "new_thing"]}}});
    let expected = r#"AccountRow { id: ProviderAccount("acc"), name: "Nadia", channel: Some(Linkedin), own_id: Some(ProviderId("ACo9")), tiers: [Classic, Premium, SalesNavigator], created_at: None, status: Ok(()) }"#;
    check(json(linkedin.clone()), |far| far.account("acc".into()), ["GET /v1/accounts/acc", "", expected]);
    let list = js!({"items": [linkedin, {"id": "w", "type": "WHATSAPP", "sources": [{"id": "w_MESSAGING", "status": "CREDENTIALS"}, {"id": "w_MAILS", "status": "OK"}],
        "connection_params": {"im": {"phone_number": "33611112222"}}}, {"id": "t", "type": "TELEGRAM", "name": "T", "sources": [{"id": "x", "status": "OK"}, {"id": "y", "status": "stopped"}],
        "connection_params": {"im": {"user_id": 77}}}, {"id": "m", "type": "MAIL", "sources": [{"id": "m_MAILS", "status": "OK"}]}, {"name": "no id"}], "cursor": null});
    let others = r#"AccountRow { id: ProviderAccount("w"), name: "w", channel: Some(Whatsapp), own_id: None, tiers: [], created_at: None, status: Err("CREDENTIALS") }, AccountRow { id: ProviderAccount("t"), name: "T", channel: Some(Telegram), own_id: Some(ProviderId("77")), tiers: [], created_at: None, status: Err("STOPPED") }, AccountRow { id: ProviderAccount("m"), name: "m", channel: None, own_id: None, tiers: [], created_at: None, status: Ok(()) }"#;
    let page = format!("Page {{ items: [{expected}, {others}], cursor: None }}");
    check(json(list), |far| far.accounts(None), ["GET /v1/accounts?limit=100", "", &page]);
    check(
        json(
            js!({"object": "AccountOwnerProfile", "provider_id": "ACo9", "first_name": "Nadia", "last_name": "Farrow", "headline": ""}),
        ),
        |far| far.own_profile("acc".into()),
        [
            "GET /v1/users/me?account_id=acc",
            "",
            r#"SenderProfile { provider_id: Some(ProviderId("ACo9")), first_name: Some("Nadia"), last_name: Some("Farrow"), headline: None }"#,
        ],
    );
    for (api, expected) in
        [(InmailApi::Classic, "Some(3)"), (InmailApi::SalesNavigator, "Some(12)"), (InmailApi::Recruiter, "None")]
    {
        check(
            json(js!({"object": "LinkedinInmailBalance", "premium": 3, "sales_navigator": "12", "recruiter": null})),
            |far| far.inmail_balance("acc".into(), api),
            ["GET /v1/linkedin/inmail_balance?account_id=acc", "", expected],
        );
    }
}

#[test]
fn webhooks_are_listed_created_and_deleted() {
    check(
        json(
            js!({"object": "WebhookList", "items": [{"object": "Webhook", "id": "w1", "enabled": true, "request_url": "https://x/", "events": ["new_relation"]}], "cursor": null}),
        ),
        |far| far.webhooks(None),
        [
            "GET /v1/webhooks?limit=100",
            "",
            r#"Page { items: [WebhookRow { id: "w1", name: None, url: "https://x/", events: ["new_relation"], is_enabled: true }], cursor: None }"#,
        ],
    );
    let webhook = WebhookOrder {
        source: "users",
        url: "https://x/".to_owned(),
        name: "n".to_owned(),
        events: vec!["new_relation"],
        header: ("Postpress-Auth".to_owned(), "s3cret".into()),
    };
    check(
        reply(201, r#"{"object":"WebhookCreated","webhook_id":"w1"}"#),
        |far| far.create_webhook(webhook),
        [
            "POST /v1/webhooks",
            r#"{"source":"users","request_url":"https://x/","name":"n","format":"json","enabled":true,"events":["new_relation"],"headers":[{"key":"Postpress-Auth","value":"s3cret"},{"key":"Content-Type","value":"application/json"}]}"#,
            r#""w1""#,
        ],
    );
    check(
        json(js!({"object": "WebhookDeleted"})),
        |far| far.delete_webhook("w1".to_owned()),
        ["DELETE /v1/webhooks/w1", "", "()"],
    );
    check(
        reply(404, r#"{"type":"errors/resource_not_found"}"#),
        |far| far.delete_webhook("w1".to_owned()),
        ["DELETE /v1/webhooks/w1", "", "()"],
    );
}
