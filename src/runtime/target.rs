//! What a call is aimed at, where that must be read first: the latest post, a skill's number, the others of a group.
//!
//! Readings, repeatable. What is not there is no fault: engagement is then skipped and the path goes on.

use crate::connector::contract::{Connector, PostRow, Refusal, Verdict};
use crate::model::id::{ProviderAccount, ProviderId, RemoteId};

/// What must be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The newest post of the person's own, to be liked or commented.
    Post { to_comment: bool },
    /// The number of a skill of that name.
    Skill { name: String },
    /// Who these people are; as `GET /users/{identifier}` takes them.
    Members { identifiers: Vec<String> },
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Post(RemoteId),
    Skill(u64),
    Members(Vec<ProviderId>),
    /// There is nothing to do it to, or it is done; `why` is for the timeline.
    Nothing {
        why: String,
    },
}

/// Reads it. A definite no of the provider's means that there is nothing.
pub async fn find(
    connector: &dyn Connector,
    account: &ProviderAccount,
    person: &ProviderId,
    want: &Want,
) -> Result<Target, Refusal> {
    let found = match want {
        Want::Post { to_comment } => {
            let posts = connector.posts(account.clone(), person.clone()).await;
            posts.map(|posts| latest(posts, *to_comment))
        }
        Want::Skill { name } => {
            let skills = connector.skills(account.clone(), person.clone()).await;
            skills.map(|skills| match skills.into_iter().find(|skill| is_same(&skill.name, name)) {
                None => nothing(&format!("the profile shows no skill `{name}`")),
                Some(skill) if skill.is_endorsed => nothing("endorsed already"),
                Some(skill) => skill.id.map_or_else(|| nothing("only relations can be endorsed"), Target::Skill),
            })
        }
        Want::Members { identifiers } => {
            let mut people = Vec::new();
            for identifier in identifiers {
                let profile = connector.profile(account.clone(), identifier.clone()).await?;
                people.push(profile.messaging_id.unwrap_or(profile.person));
            }
            return Ok(Target::Members(people));
        }
    };
    match found {
        Err(refusal) if refusal.verdict == Verdict::Never => Ok(nothing(&format!("not to be read ({})", refusal.code))),
        found => found,
    }
}

fn latest(posts: Vec<PostRow>, to_comment: bool) -> Target {
    // Newest first, says the reference; where times are shown, they decide.
    let own = posts.into_iter().filter(|post| !post.is_repost).enumerate();
    let Some((_, post)) = own.max_by_key(|(place, post)| (post.at, std::cmp::Reverse(*place))) else {
        return nothing("no post of their own");
    };
    match to_comment {
        true if !post.may_comment => nothing("the latest post takes no comments"),
        false if post.is_reacted => nothing("liked already"),
        false if !post.may_react => nothing("the latest post takes no reactions"),
        true | false => Target::Post(post.id),
    }
}

fn is_same(shown: &str, wanted: &str) -> bool {
    shown.trim().to_lowercase() == wanted.trim().to_lowercase()
}

fn nothing(why: &str) -> Target {
    Target::Nothing { why: why.to_owned() }
}
