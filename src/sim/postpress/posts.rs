//! `/users/{id}/posts`, `/posts…`: what people publish, reactions, comments; and their skills.

use crate::model::account::Channel;
use crate::model::id::draw;
use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::people::identity;
use crate::sim::people::person::Person;
use crate::sim::postpress::call::{Content, Refusal, Reply};
use crate::sim::postpress::ledger::Kind;
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::State;
use serde_json::{Value, json};

/// Longest comment.
const COMMENT_CHARACTERS_MAX: usize = 1_250;
/// How many posts somebody who has posts has.
const POSTS: u64 = 3;
/// What everybody with a profile can do.
const SKILLS: [&str; 4] = ["Logistics", "Negotiation", "Data Analysis", "Team Leadership"];

impl Desk<'_> {
    /// `GET /users/{provider_id}/posts`
    pub fn posts_of(&self, identifier: &str) -> Result<Reply, Refusal> {
        let account = self.state().linkedin_account(&self.query_account()?)?.clone();
        let key = self.state().person_key(Channel::Linkedin, identifier)?;
        let ask = Ask::read(self.call, Mark::Number, 100, 100, &["account_id", "is_company"])?;
        let person = self.state().directory.person(&key);
        let count = if person.has_posts { POSTS } else { 0 };
        let rows = (0..count).map(|n| Row { id: social_id(&key, n), at: Timestamp::default(), item: n }).collect();
        let mut reply = ask.page("PostList", rows, |n| post_view(self.state(), &account.seed.id, &person, *n, self.now));
        if let Content::Json(Value::Object(object)) = &mut reply.content {
            object.insert("paging".to_owned(), json!({"page_count": count.min(1)}));
        }
        Ok(reply)
    }

    /// Every post route.
    pub fn posts(&mut self, path: &[&str]) -> Result<Reply, Refusal> {
        match (self.call.method.as_str(), path) {
            ("POST", ["posts", "reaction"]) => self.react_to_post(),
            ("POST", ["posts", id, "comments"]) => self.comment(id),
            ("GET", ["posts", id]) => {
                let account = self.state().linkedin_account(self.call.needed_query("account_id")?)?;
                let author = self.state().directory.person(&social(id)?);
                let n = (0..POSTS).find(|n| social_id(&author.key, *n) == *id).filter(|_| author.has_posts);
                let n = n.ok_or_else(|| Refusal::not_found("post"))?;
                Ok(Reply::json(200, post_view(self.state(), &account.seed.id, &author, n, self.now)))
            }
            ("GET", ["posts", id, "comments" | "reactions"]) => {
                social(id)?;
                self.nothing_of(if path.last() == Some(&"comments") { "CommentList" } else { "PostReactionList" })
            }
            ("POST", ["posts"]) => Err(Refusal::new(501, "feature_not_implemented", "the sandbox publishes nothing")),
            _ => Err(Refusal::not_found("route")),
        }
    }

    /// A list that is always empty here.
    pub fn nothing_of(&self, object: &str) -> Result<Reply, Refusal> {
        Ok(Reply::json(200, json!({"object": object, "items": [], "cursor": null, "total_items": 0})))
    }

    fn react_to_post(&mut self) -> Result<Reply, Refusal> {
        let (account, post) = (self.call.needed("account_id")?, self.call.needed("post_id")?);
        let how = self.call.field("reaction_type").unwrap_or_else(|| "like".to_owned());
        self.state().linkedin_account(&account)?.usable()?;
        if !["like", "celebrate", "support", "love", "insightful", "funny"].contains(&how.as_str()) {
            return Err(Refusal::new(400, "invalid_parameters", "this reaction is unknown"));
        }
        let author = social(&post)?;
        if self.state().reacted.contains_key(&(post.clone(), account.clone())) {
            return Err(Refusal::new(422, "action_already_performed", "this account has reacted to this post"));
        }
        let mut line = self.line(Kind::Reaction, &account, &author, post);
        line.detail = Some(how);
        self.perform(line)?;
        Ok(Reply::json(201, json!({"object": "ReactionAdded"})))
    }

    fn comment(&mut self, post: &str) -> Result<Reply, Refusal> {
        let (account, text) = (self.call.needed("account_id")?, self.call.needed("text")?);
        self.state().linkedin_account(&account)?.usable()?;
        if text.encode_utf16().count() > COMMENT_CHARACTERS_MAX {
            return Err(Refusal::new(
                400,
                "too_many_characters",
                format!("the comment is longer than {COMMENT_CHARACTERS_MAX} characters"),
            ));
        }
        let author = social(post)?;
        let mut line = self.line(Kind::Comment, &account, &author, post.to_owned());
        line.text = Some(text);
        self.perform(line)?;
        let count = self.state().comments.get(post).copied().unwrap_or_default();
        Ok(Reply::json(
            201,
            json!({"object": "CommentSent", "comment_id": draw(&[post.as_bytes(), &count.to_le_bytes()]).to_string()}),
        ))
    }
}

/// `urn:li:activity:<digits>`; the digits hold the author's id so that the author can be read back.
fn social_id(key: &str, n: u64) -> String {
    let id = identity::provider_id(Channel::Linkedin, key);
    format!("urn:li:activity:7{n}-{id}")
}

/// Key of the author of a post.
fn social(id: &str) -> Result<String, Refusal> {
    let rest = id.strip_prefix("urn:li:activity:7").and_then(|rest| rest.split_once('-'));
    let (_, author) = rest.ok_or_else(|| Refusal::not_found("post"))?;
    identity::key(Channel::Linkedin, author).ok_or_else(|| Refusal::not_found("post"))
}

fn post_view(state: &State, account: &str, person: &Person, n: u64, now: Timestamp) -> Value {
    let social = social_id(&person.key, n);
    let at = now.plus_ms(-((n as i64) * 6 + 1) * DAY_MS);
    let reacted = state.reacted.get(&(social.clone(), account.to_owned()));
    let mut view = json!({
        "object": "Post", "provider": "LINKEDIN", "id": social, "social_id": social, "share_url": format!("https://www.linkedin.com/feed/update/{social}"),
        "date": format!("{}d", n * 6 + 1), "parsed_datetime": at.iso_ms(),
        "text": format!("What {} learned this month, part {}.", person.company, n + 1), "attachments": [],
        "reaction_counter": 12 + n, "comment_counter": state.comments.get(&social).copied().unwrap_or_default(), "repost_counter": 0,
        "impressions_counter": 0, "is_repost": false, "mentions": [], "written_by": null,
        "permissions": {"can_react": true, "can_share": true, "can_post_comments": true},
        "author": {
            "id": identity::provider_id(Channel::Linkedin, &person.key), "name": person.name(), "is_company": false,
            "headline": person.headline, "public_identifier": identity::public_identifier(Channel::Linkedin, &person.key),
        },
    });
    if let (Some(reacted), Some(object)) = (reacted, view.as_object_mut()) {
        object.insert("user_reacted".to_owned(), json!(reacted.to_uppercase()));
    }
    view
}

/// The `skills` section; ids to endorse by only for relations.
pub(super) fn skills(state: &State, account: &str, person: &Person, is_relation: bool) -> Value {
    let one = |(n, name): (usize, &&str)| {
        let id = skill_number(&person.key, n);
        let endorsed = state.endorsed.contains(&(account.to_owned(), person.key.clone(), id));
        json!({
            "name": name, "endorsement_count": 5 + n + usize::from(endorsed), "endorsement_id": is_relation.then_some(id), "insights": [],
            "endorsed": endorsed,
        })
    };
    SKILLS.iter().enumerate().map(one).collect()
}

/// The number a skill is endorsed by.
pub(super) fn skill_number(key: &str, n: usize) -> u64 {
    1_000 + draw(&[b"skill", key.as_bytes(), &n.to_le_bytes()]) % 1_000_000_000
}

/// Is that a skill of that person?
pub(super) fn has_skill(key: &str, number: u64) -> bool {
    (0..SKILLS.len()).any(|n| skill_number(key, n) == number)
}
