//! Visits, follows, likes, comments, endorsements, reactions, groups and voice: what is asked, and what proves it done.

use crate::connector::loopback::{Reply, json, reply};
use crate::connector::requests::{check, order};
use campaign_engine::connector::contract::{Act, Attachment, Connector};
use serde_json::json as js;

const DONE: &str = "Performed { remote: None, chat: None }";

fn doubt(code: &str) -> String {
    format!(
        r#"refused Refusal {{ verdict: Unknown, status: None, code: "{code}", detail: Some("done, says the answer, and proves it not") }}"#
    )
}

fn no(code: &str) -> String {
    format!(
        r#"refused Refusal {{ verdict: Never, status: None, code: "{code}", detail: Some("the answer says that it was not done") }}"#
    )
}

/// Asks once with each answer: the request is the same, what is understood is not.
#[track_caller]
fn check_each(act: &Act, request: [&str; 2], answers: &[(Reply, &str)]) {
    for (answer, understood) in answers {
        check(answer.clone(), |far| far.perform(order(act.clone())), [request[0], request[1], understood]);
    }
}

#[test]
fn a_visit_is_a_reading_that_tells_the_person() {
    check_each(
        &Act::Visit { person: "ACo/1".into() },
        ["GET /v1/users/ACo%2F1?account_id=acc&notify=true", ""],
        &[
            (json(js!({"object": "UserProfile", "provider_id": "ACo/1"})), DONE),
            (reply(200, "{\"object\": \"UserPro"), &doubt("unreadable_answer")),
            (
                reply(504, r#"{"type": "errors/request_timeout", "status": 504}"#),
                r#"refused Refusal { verdict: Unknown, status: Some(504), code: "request_timeout", detail: None }"#,
            ),
        ],
    );
}

#[test]
fn following_goes_through_linkedin_itself() {
    let body = concat!(
        r#"{"account_id":"acc","request_url":"https://www.linkedin.com/voyager/api/feed/dash/followingStates/"#,
        r#"urn:li:fsd_followingState:urn:li:fsd_profile:ACo1","method":"POST","body":{"patch":{"$set":{"following":true}}},"encoding":false}"#
    );
    check_each(
        &Act::Follow { person: "ACo1".into() },
        ["POST /v1/linkedin", body],
        &[
            (json(js!({"object": "LinkedinRawData", "data": {"status": 200}})), DONE),
            (json(js!({"object": "LinkedinRawData", "data": {}})), DONE),
            (json(js!({"object": "LinkedinRawData", "data": {"status": 403}})), &no("refused_by_linkedin")),
            (reply(200, "<html>"), &doubt("unreadable_answer")),
        ],
    );
}

#[test]
fn posts_are_liked_and_commented() {
    check_each(
        &Act::LikePost { post: "urn:li:activity:7".into() },
        ["POST /v1/posts/reaction", r#"{"account_id":"acc","post_id":"urn:li:activity:7","reaction_type":"like"}"#],
        &[
            (reply(201, r#"{"object": "ReactionAdded"}"#), DONE),
            (reply(201, ""), &doubt("unreadable_answer")),
            (
                reply(422, r#"{"type": "errors/action_already_performed"}"#),
                r#"refused Refusal { verdict: Already, status: Some(422), code: "action_already_performed", detail: None }"#,
            ),
        ],
    );
    check_each(
        &Act::CommentPost { post: "urn:li:activity:7".into(), text: "Well said 👍".to_owned() },
        ["POST /v1/posts/urn:li:activity:7/comments", r#"{"account_id":"acc","text":"Well said 👍"}"#],
        &[
            (reply(201, r#"{"object": "CommentSent"}"#), DONE),
            (
                reply(201, r#"{"object": "CommentSent", "comment_id": 77}"#),
                r#"Performed { remote: Some(RemoteId("77")), chat: None }"#,
            ),
            (
                reply(422, r#"{"type": "errors/comments_disabled"}"#),
                r#"refused Refusal { verdict: Never, status: Some(422), code: "comments_disabled", detail: None }"#,
            ),
        ],
    );
}

#[test]
fn skills_are_endorsed_and_messages_reacted_to() {
    check_each(
        &Act::Endorse { person: "ACo1".into(), skill: 9_007_199_254_740_993 },
        [
            "POST /v1/linkedin/profile/endorse",
            r#"{"account_id":"acc","profile_id":"ACo1","skill_endorsement_id":9007199254740993}"#,
        ],
        &[
            (json(js!({"object": "LinkedinProfileEndorse", "endorsed": true})), DONE),
            (json(js!({"object": "LinkedinProfileEndorse", "endorsed": false})), &no("not_endorsed")),
            (json(js!({"object": "LinkedinProfileEndorse"})), &doubt("unreadable_answer")),
        ],
    );
    check_each(
        &Act::React { message: "m=1".into(), emoji: "👍".to_owned() },
        ["POST /v1/messages/m=1/reaction", r#"{"reaction":"👍"}"#],
        &[
            (json(js!({"object": "MessageReactionAdded", "success": true})), DONE),
            (json(js!({"object": "MessageReactionAdded", "success": false})), &no("not_done")),
        ],
    );
}

#[test]
fn a_group_names_everybody_and_a_voice_note_has_its_own_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("note.m4a");
    std::fs::write(&path, b"voice").unwrap();
    let voice = Attachment { root: path.parent().unwrap().to_path_buf(), path, name: "note.m4a".to_owned(), is_voice: true };
    let group = Act::Group {
        people: vec!["ACo1".into(), "ACo2".into()],
        subject: "Cloud bills".to_owned(),
        text: "Hello both".to_owned(),
        attachments: vec![voice],
    };
    check_each(
        &group,
        [
            "POST /v1/chats",
            "account_id=acc\nattendees_ids=ACo1\nattendees_ids=ACo2\nsubject=Cloud bills\ntext=Hello both\nvoice_message=note.m4a:audio/m4a:5",
        ],
        &[
            (
                reply(201, r#"{"object": "ChatStarted", "chat_id": "c", "message_id": "m"}"#),
                r#"Performed { remote: Some(RemoteId("m")), chat: Some(ChatId("c")) }"#,
            ),
            (reply(201, r#"{"object": "ChatStarted", "chat_id": "c", "message_id": null}"#), &doubt("no_id")),
        ],
    );
}

#[test]
fn posts_and_skills_are_read() {
    let posts = js!({"object": "PostList", "cursor": null, "items": [
        {"social_id": "urn:li:activity:8", "is_repost": 1, "user_reacted": null, "permissions": {"can_react": true, "can_post_comments": false}},
        {"id": "7", "social_id": "urn:li:activity:7", "parsed_datetime": "2026-09-14T08:21:37.412Z", "user_reacted": "LIKE"},
    ]});
    check(
        json(posts),
        |far| far.posts("acc".into(), "ACo1".into()),
        [
            "GET /v1/users/ACo1/posts?account_id=acc&limit=10",
            "",
            r#"[PostRow { id: RemoteId("urn:li:activity:8"), at: None, is_repost: true, may_react: true, may_comment: false, is_reacted: false }, PostRow { id: RemoteId("urn:li:activity:7"), at: Some(Timestamp(1789374097412)), is_repost: false, may_react: true, may_comment: true, is_reacted: true }]"#,
        ],
    );
    let line = "GET /v1/users/ACo1?account_id=acc&linkedin_sections=skills";
    check(
        json(js!({"provider_id": "ACo1", "skills": [
            {"name": "Logistics", "endorsement_count": 3, "endorsement_id": 77, "endorsed": true},
            {"name": "Negotiation", "endorsement_count": 0, "endorsement_id": null},
        ]})),
        |far| far.skills("acc".into(), "ACo1".into()),
        [
            line,
            "",
            r#"[SkillRow { name: "Logistics", id: Some(77), is_endorsed: true }, SkillRow { name: "Negotiation", id: None, is_endorsed: false }]"#,
        ],
    );
    let starved = r#"refused Refusal { verdict: Later { after_s: None }, status: None, code: "unreadable_answer", detail: Some("the answer lacks what was asked for") }"#;
    check(
        json(js!({"provider_id": "ACo1", "throttled_sections": ["skills"]})),
        |far| far.skills("acc".into(), "ACo1".into()),
        [line, "", starved],
    );
}
