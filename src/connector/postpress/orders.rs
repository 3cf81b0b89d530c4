//! What each effect asks of postpress, and what of the answer proves that it was done (POSTPRESS.md §1).
//!
//! Carries nothing itself: `client` sends it over HTTP, the pretend world takes it as it is.

use crate::connector::contract::{Act, Attachment, Order, Performed};
use crate::connector::postpress::lenient;
use crate::model::id::{ChatId, ProviderId, RemoteId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Where LinkedIn keeps who follows whom: there is no route of postpress's own for it (POSTPRESS.md §1.7).
const FOLLOWING: &str =
    "https://www.linkedin.com/voyager/api/feed/dash/followingStates/urn:li:fsd_followingState:urn:li:fsd_profile:";
/// What ids hold besides letters and digits and needs no escape in a URL.
const IN_IDS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// A request, free of HTTP's own matters.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// `GET`, `POST`, `DELETE`
    pub method: &'static str,
    /// Unencoded segments below the base URL.
    pub path: Vec<String>,
    pub query: Vec<(&'static str, String)>,
    pub content: Content,
    pub proof: Proof,
}

/// What is sent along.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Nothing,
    Json(Value),
    /// Multipart; fields in their order, without empty ones.
    Form {
        fields: Vec<(&'static str, String)>,
        files: Vec<Attachment>,
    },
}

/// What of a 2xx proves that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The id under that key.
    Id(&'static str),
    /// The status alone.
    Status,
    /// An object, of whatever keys; one that says `"success": false` is a no.
    Object,
    /// A profile.
    Profile,
    /// `"endorsed": true`; `false` is a no.
    Endorsed,
    /// What LinkedIn itself answered, handed through; a status of its own from 400 on is a no.
    Raw,
}

/// Why a 2xx is no definite yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoProof {
    /// Nobody knows whether it was done.
    Doubtful { code: &'static str },
    /// It says itself that it was not.
    Refused { code: &'static str },
}

/// What an effect asks for.
pub fn wanted(order: &Order) -> Wanted {
    let account = order.account.as_str();
    match &order.act {
        Act::Invite { person, note } => {
            let mut body = json!({"account_id": account, "provider_id": person.as_str()});
            if let (Some(note), Some(fields)) = (note, body.as_object_mut()) {
                fields.insert("message".to_owned(), Value::String(note.clone()));
            }
            post(&["users", "invite"], Content::Json(body), Proof::Id("invitation_id"))
        }
        Act::Withdraw { invitation } => Wanted {
            method: "DELETE",
            path: path(&["users", "invite", "sent", invitation.as_str()]),
            query: vec![("account_id", account.to_owned())],
            content: Content::Nothing,
            proof: Proof::Status,
        },
        Act::Message { .. } | Act::StartChat { .. } | Act::Inmail { .. } | Act::Group { .. } => said(account, &order.act),
        Act::Visit { person } => Wanted {
            method: "GET",
            path: path(&["users", person.as_str()]),
            query: vec![("account_id", account.to_owned()), ("notify", "true".to_owned())],
            content: Content::Nothing,
            proof: Proof::Profile,
        },
        Act::Follow { person } => post(&["linkedin"], Content::Json(follow(account, person)), Proof::Raw),
        Act::LikePost { post: id } => {
            let body = json!({"account_id": account, "post_id": id.as_str(), "reaction_type": "like"});
            post(&["posts", "reaction"], Content::Json(body), Proof::Object)
        }
        Act::CommentPost { post: id, text } => {
            let body = json!({"account_id": account, "text": text});
            post(&["posts", id.as_str(), "comments"], Content::Json(body), Proof::Object)
        }
        Act::Endorse { person, skill } => {
            let body = json!({"account_id": account, "profile_id": person.as_str(), "skill_endorsement_id": skill});
            post(&["linkedin", "profile", "endorse"], Content::Json(body), Proof::Endorsed)
        }
        Act::React { message, emoji } => {
            post(&["messages", message.as_str(), "reaction"], Content::Json(json!({"reaction": emoji})), Proof::Object)
        }
    }
}

/// Whatever is said in chats: forms, for they may carry files.
fn said(account: &str, act: &Act) -> Wanted {
    let proof = Proof::Id("message_id");
    let form = |fields: Vec<(&'static str, &str)>, files: &[Attachment]| {
        let fields = [("account_id", account)].into_iter().chain(fields).filter(|(_, value)| !value.is_empty());
        let fields = fields.map(|(name, value)| (name, value.to_owned())).collect();
        Content::Form { fields, files: files.to_vec() }
    };
    match act {
        Act::Message { chat, text, attachments } => {
            post(&["chats", chat.as_str(), "messages"], form(vec![("text", text)], attachments), proof)
        }
        Act::StartChat { person, text, attachments } => {
            post(&["chats"], form(vec![("attendees_ids", person.as_str()), ("text", text)], attachments), proof)
        }
        Act::Inmail { person, subject, text, api, attachments } => {
            let fields = vec![
                ("attendees_ids", person.as_str()),
                ("subject", subject.as_deref().unwrap_or_default()),
                ("text", text),
                ("linkedin[api]", api.word()),
                ("linkedin[inmail]", "true"),
            ];
            post(&["chats"], form(fields, attachments), proof)
        }
        Act::Group { people, subject, text, attachments } => {
            let people = people.iter().map(|person| ("attendees_ids", person.as_str()));
            let fields = people.chain([("subject", subject.as_str()), ("text", text.as_str())]).collect();
            post(&["chats"], form(fields, attachments), proof)
        }
        Act::Invite { .. }
        | Act::Withdraw { .. }
        | Act::Visit { .. }
        | Act::Follow { .. }
        | Act::LikePost { .. }
        | Act::CommentPost { .. }
        | Act::Endorse { .. }
        | Act::React { .. } => post(&[], Content::Nothing, Proof::Status),
    }
}

fn follow(account: &str, person: &ProviderId) -> Value {
    let url = format!("{FOLLOWING}{}", utf8_percent_encode(person.as_str(), IN_IDS));
    let body = json!({"patch": {"$set": {"following": true}}});
    json!({"account_id": account, "request_url": url, "method": "POST", "body": body, "encoding": false})
}

fn path(segments: &[&str]) -> Vec<String> {
    segments.iter().map(|segment| (*segment).to_owned()).collect()
}

fn post(segments: &[&str], content: Content, proof: Proof) -> Wanted {
    Wanted { method: "POST", path: path(segments), query: Vec::new(), content, proof }
}

/// Whether a 2xx with that body is a yes.
pub fn performed(proof: Proof, body: &Value) -> Result<Performed, NoProof> {
    let chat = lenient::id(body, "chat_id").map(ChatId);
    let done = Ok(Performed { remote: None, chat: chat.clone() });
    let unreadable = Err(NoProof::Doubtful { code: "unreadable_answer" });
    match proof {
        Proof::Status => done,
        Proof::Id(key) => match lenient::id(body, key) {
            Some(id) => Ok(Performed { remote: Some(RemoteId(id)), chat }),
            None => Err(NoProof::Doubtful { code: "no_id" }),
        },
        Proof::Profile if lenient::first_id(body, &["provider_id", "id"]).is_some() => done,
        Proof::Object if lenient::flag(body, "success") == Some(false) => Err(NoProof::Refused { code: "not_done" }),
        Proof::Object if body.is_object() => Ok(Performed { remote: lenient::id(body, "comment_id").map(RemoteId), chat: None }),
        Proof::Endorsed => match lenient::flag(body, "endorsed") {
            Some(true) => done,
            Some(false) => Err(NoProof::Refused { code: "not_endorsed" }),
            None => unreadable,
        },
        Proof::Raw if body.is_object() => match lenient::object(body, "data").and_then(|data| lenient::count(data, "status")) {
            Some(400..) => Err(NoProof::Refused { code: "refused_by_linkedin" }),
            Some(_) | None => done,
        },
        Proof::Profile | Proof::Object | Proof::Raw => unreadable,
    }
}
