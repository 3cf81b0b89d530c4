//! Answers, read: JSON to the rows of `contract`.
//!
//! Lists that decide whether something happened (messages, chats, invitations) are read whole or not at all: a row left
//! out could be the one that was looked for. Elsewhere a row without its id is left out.

use crate::connector::contract::{
    AccountRow, ChatRow, InvitationRow, MessageRow, Page, PostRow, Profile, RelationRow, SkillRow, WebhookRow,
};
use crate::connector::postpress::lenient;
use crate::model::account::{Channel, InmailApi, SenderProfile, Tier};
use crate::model::enrollment::Relation;
use crate::model::id::{ChatId, ProviderAccount, ProviderId, RemoteId};
use serde_json::Value;

/// How the sources that carry messages end.
const MESSAGING_SOURCE: &str = "_MESSAGING";

/// The rows under `items`, else `data`, and the cursor under `cursor`, else `next_cursor`; none when it is no list, or a
/// row cannot be read.
pub fn whole_page<T>(body: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Page<T>> {
    let rows = rows(body)?;
    let items = rows.iter().map(read).collect::<Option<Vec<T>>>()?;
    Some(Page { items, cursor: cursor(body) })
}

/// The same; rows that cannot be read are left out.
pub fn page<T>(body: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Page<T>> {
    Some(Page { items: rows(body)?.iter().filter_map(read).collect(), cursor: cursor(body) })
}

fn rows(body: &Value) -> Option<&Vec<Value>> {
    ["items", "data"].iter().find_map(|key| body.get(*key)?.as_array())
}

fn cursor(body: &Value) -> Option<String> {
    lenient::first_id(body, &["cursor", "next_cursor"])
}

fn channel(value: &Value, key: &str) -> Option<Channel> {
    Channel::from_word(&lenient::id(value, key)?.to_ascii_lowercase())
}

/// `Account`
pub fn account(value: &Value) -> Option<AccountRow> {
    let im = lenient::object(value, "connection_params").and_then(|params| lenient::object(params, "im"));
    let id = ProviderAccount(lenient::id(value, "id")?);
    let channel = channel(value, "type");
    let name = lenient::text(value, "name").unwrap_or_else(|| id.to_string());
    let own_id = im.and_then(|im| lenient::first_id(im, &["id", "user_id"])).map(ProviderId);
    let tiers = if channel == Some(Channel::Linkedin) { tiers(im) } else { Vec::new() };
    let created_at = lenient::time(value, "created_at");
    Some(AccountRow { id, name, channel, own_id, tiers, created_at, status: status(value) })
}

/// Classic always, and what `premiumFeatures` lists.
fn tiers(im: Option<&Value>) -> Vec<Tier> {
    let features = im.map(|im| lenient::list(im, "premiumFeatures")).unwrap_or_default();
    let listed = features.iter().filter_map(|feature| Tier::from_word(feature.as_str()?));
    let mut tiers: Vec<Tier> = std::iter::once(Tier::Classic).chain(listed).collect();
    tiers.sort_unstable();
    tiers.dedup();
    tiers
}

/// Usable when every messaging source is `OK`; where no source is marked so, when every source is.
fn status(value: &Value) -> Result<(), String> {
    let sources = lenient::list(value, "sources");
    let is_messaging = |source: &&&Value| lenient::id(source, "id").is_some_and(|id| id.ends_with(MESSAGING_SOURCE));
    let messaging: Vec<&&Value> = sources.iter().filter(is_messaging).collect();
    let judged = if messaging.is_empty() { sources.iter().collect() } else { messaging };
    let word = |source: &Value| lenient::id(source, "status").unwrap_or_else(|| "UNKNOWN".to_owned()).to_ascii_uppercase();
    judged.into_iter().map(|source| word(source)).find(|word| word != "OK").map_or(Ok(()), Err)
}

/// `AccountOwnerProfile`
pub fn own_profile(value: &Value) -> SenderProfile {
    SenderProfile {
        provider_id: lenient::first_id(value, &["provider_id", "id"]).map(ProviderId),
        first_name: lenient::text(value, "first_name"),
        last_name: lenient::text(value, "last_name"),
        headline: lenient::text(value, "headline"),
    }
}

/// `UserProfile`
pub fn profile(value: &Value) -> Option<Profile> {
    Some(Profile {
        person: ProviderId(lenient::first_id(value, &["provider_id", "id"])?),
        messaging_id: lenient::id(value, "provider_messaging_id").map(ProviderId),
        public_identifier: lenient::id(value, "public_identifier"),
        first_name: lenient::text(value, "first_name"),
        last_name: lenient::text(value, "last_name"),
        relation: relation_of(value),
        is_open: lenient::flag(value, "is_open_profile"),
    })
}

/// LinkedIn says it by `is_relationship`, `network_distance` and `invitation`; Instagram by `relationship_status`.
/// None: says nothing of it.
fn relation_of(value: &Value) -> Option<Relation> {
    let distance = lenient::id(value, "network_distance");
    let is_near = distance.as_deref().map(|distance| matches!(distance, "FIRST_DEGREE" | "DISTANCE_1"));
    let status = lenient::object(value, "relationship_status");
    let follows = status.and_then(|status| lenient::flag(status, "following"));
    let signs = [lenient::flag(value, "is_relationship"), is_near, follows];
    if signs.contains(&Some(true)) {
        return Some(Relation::Yes);
    }
    let is = |invitation: &Value, key, word| lenient::id(invitation, key).as_deref() == Some(word);
    let invited = lenient::object(value, "invitation").map(|found| is(found, "type", "SENT") && is(found, "status", "PENDING"));
    let requested = status.and_then(|status| lenient::flag(status, "has_sent_invitation"));
    if [invited, requested].contains(&Some(true)) {
        return Some(Relation::Pending);
    }
    signs.iter().any(Option::is_some).then_some(Relation::None)
}

/// `UserRelation`
pub fn relation(value: &Value) -> Option<RelationRow> {
    Some(RelationRow {
        person: ProviderId(lenient::first_id(value, &["member_id", "provider_id"])?),
        public_identifier: lenient::id(value, "public_identifier"),
        since: lenient::time(value, "created_at"),
    })
}

/// `InvitationSent`
pub fn invitation(value: &Value) -> Option<InvitationRow> {
    Some(InvitationRow {
        id: RemoteId(lenient::first_id(value, &["id", "invitation_id"])?),
        person: lenient::id(value, "invited_user_id").map(ProviderId),
        public_identifier: lenient::id(value, "invited_user_public_id"),
        at: lenient::time(value, "parsed_datetime"),
    })
}

/// `Message`; `asked` is the chat whose list it is from.
pub fn message(value: &Value, asked: &ChatId) -> Option<MessageRow> {
    Some(MessageRow {
        id: RemoteId(lenient::first_id(value, &["id", "message_id"])?),
        chat: lenient::id(value, "chat_id").map_or_else(|| asked.clone(), ChatId),
        is_own: lenient::flag(value, "is_sender")?,
        sender: lenient::id(value, "sender_id").map(ProviderId),
        text: lenient::text(value, "text"),
        at: lenient::time(value, "timestamp")?,
        is_event: lenient::flag(value, "is_event").unwrap_or(false),
        own_reactions: own_reactions(value),
    })
}

fn own_reactions(message: &Value) -> Vec<String> {
    let reactions = lenient::list(message, "reactions").into_iter();
    let own = reactions.filter(|reaction| lenient::flag(reaction, "is_sender") == Some(true));
    own.filter_map(|reaction| lenient::text(reaction, "value")).collect()
}

/// `Post`; what it says nothing of is allowed: the call itself will tell.
pub fn post(value: &Value) -> Option<PostRow> {
    let may = |what| lenient::object(value, "permissions").and_then(|all| lenient::flag(all, what)).unwrap_or(true);
    Some(PostRow {
        id: RemoteId(lenient::first_id(value, &["social_id", "id"])?),
        at: lenient::time(value, "parsed_datetime"),
        is_repost: lenient::flag(value, "is_repost").unwrap_or(false),
        may_react: may("can_react"),
        may_comment: may("can_post_comments"),
        is_reacted: lenient::text(value, "user_reacted").is_some(),
    })
}

/// The `skills` section of a `UserProfile`; none when the answer is no profile, or the section was starved.
pub fn skills(value: &Value) -> Option<Vec<SkillRow>> {
    lenient::first_id(value, &["provider_id", "id"])?;
    if lenient::list(value, "throttled_sections").iter().any(|section| section.as_str() == Some("skills")) {
        return None;
    }
    Some(lenient::list(value, "skills").into_iter().filter_map(skill).collect())
}

fn skill(value: &Value) -> Option<SkillRow> {
    Some(SkillRow {
        name: lenient::text(value, "name")?,
        id: lenient::id(value, "endorsement_id").and_then(|id| id.parse().ok()),
        is_endorsed: lenient::flag(value, "endorsed").unwrap_or(false),
    })
}

/// `Chat`; a missing `type` is a conversation of two when it names the other.
pub fn chat(value: &Value) -> Option<ChatRow> {
    let person = lenient::id(value, "attendee_provider_id").map(ProviderId);
    let is_single = lenient::count(value, "type").map_or(person.is_some(), |kind| kind == 0);
    Some(ChatRow { id: ChatId(lenient::first_id(value, &["id", "chat_id"])?), person, is_single })
}

/// `Webhook`
pub fn webhook(value: &Value) -> Option<WebhookRow> {
    Some(WebhookRow {
        id: lenient::first_id(value, &["id", "webhook_id"])?,
        name: lenient::text(value, "name"),
        url: lenient::first_id(value, &["request_url", "url"])?,
        events: lenient::list(value, "events").iter().filter_map(|event| event.as_str().map(str::to_owned)).collect(),
        is_enabled: lenient::flag(value, "enabled").unwrap_or(true),
    })
}

/// `LinkedinInmailBalance`: credits of that api; none: not subscribed.
pub fn inmail_balance(value: &Value, api: InmailApi) -> Option<u32> {
    let key = match api {
        InmailApi::Classic => "premium",
        InmailApi::SalesNavigator => "sales_navigator",
        InmailApi::Recruiter => "recruiter",
    };
    lenient::count(value, key)
}
