//! Whether a call happened, found out by reading the list that must show it (RUNTIME.md §4). Reads only.

use crate::connector::contract::{ChatRow, Connector, Refusal, Verdict};
use crate::model::enrollment::Relation;
use crate::model::id::{ChatId, ProviderAccount, ProviderId, RemoteId};
use crate::model::intent::Request;
use crate::model::time::Timestamp;
use crate::runtime::pages::{Walk, normalised};
use std::sync::Arc;

/// Begins what names a relation, in place of an invitation's id.
const RELATION: &str = "relation:";

/// A candidate that shows an unknown call was performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Every id that fits, oldest first; the first unclaimed one is ours.
    pub candidates: Vec<(RemoteId, Option<ChatId>, Option<Timestamp>)>,
}

/// What to look for when nobody knows whether a call happened.
#[derive(Debug, Clone)]
pub struct Search {
    pub account: ProviderAccount,
    pub person: ProviderId,
    pub public_identifier: Option<String>,
    pub chat: Option<ChatId>,
    pub request: Request,
    /// Nothing older counts.
    pub not_before: Timestamp,
}

/// Reads the list that must show the call. `None`: it is absent from a list that was read to its end.
pub async fn search(connector: Arc<dyn Connector>, search: Search) -> Result<Option<Finding>, Refusal> {
    match &search.request {
        Request::Invite { .. } => search_invitation(&*connector, &search).await,
        Request::Withdraw { invitation } => {
            let (gone, id) = (find_invitation(&*connector, &search).await?.is_none(), invitation.clone());
            Ok(gone.then(|| Finding { candidates: vec![(id, None, None)] }))
        }
        Request::Message { text, .. } | Request::Inmail { text, .. } => search_message(&*connector, &search, text, true).await,
        Request::Group { text, .. } => search_message(&*connector, &search, text, false).await,
        Request::LikePost { post } => search_like(&*connector, &search, post).await,
        Request::Endorse { skill, .. } => search_endorsement(&*connector, &search, *skill).await,
        Request::React { message, emoji } => search_reaction(&*connector, &search, message, emoji).await,
        // Nothing shows them (`Request::is_listed`): nobody sends them here.
        Request::Visit | Request::Follow | Request::CommentPost { .. } => Err(unlisted("no list shows it")),
    }
}

/// What a list that should hold it does not even name: says nothing of whether it happened.
fn unlisted(what: &str) -> Refusal {
    let verdict = Verdict::Later { after_s: None };
    Refusal { verdict, status: None, code: "not_listed".to_owned(), detail: Some(what.to_owned()) }
}

/// A list that must be there and is not found has not been read: the far side may not have it yet.
fn unread(refusal: Refusal) -> Refusal {
    if refusal.verdict == Verdict::Never { unlisted(&refusal.to_string()) } else { refusal }
}

/// What an accepted invitation is known by: it stands in no list of pending ones any more.
fn relation_id(person: &ProviderId) -> RemoteId {
    RemoteId(format!("{RELATION}{person}"))
}

/// Is it known only by the relation that came of it? Then it may be anybody's of that account.
pub(super) fn is_relation(remote: &RemoteId) -> bool {
    remote.as_str().starts_with(RELATION)
}

fn shown(is_there: bool, id: &RemoteId) -> Option<Finding> {
    is_there.then(|| Finding { candidates: vec![(id.clone(), None, None)] })
}

async fn search_like(connector: &dyn Connector, search: &Search, post: &RemoteId) -> Result<Option<Finding>, Refusal> {
    let posts = connector.posts(search.account.clone(), search.person.clone()).await?;
    let row = posts.iter().find(|row| row.id == *post).ok_or_else(|| unlisted("the post is not among the newest"))?;
    Ok(shown(row.is_reacted, post))
}

async fn search_endorsement(connector: &dyn Connector, search: &Search, skill: u64) -> Result<Option<Finding>, Refusal> {
    let skills = connector.skills(search.account.clone(), search.person.clone()).await?;
    let row = skills.iter().find(|row| row.id == Some(skill)).ok_or_else(|| unlisted("the skill is not on the profile"))?;
    Ok(shown(row.is_endorsed, &RemoteId(skill.to_string())))
}

async fn search_reaction(
    connector: &dyn Connector,
    search: &Search,
    message: &RemoteId,
    emoji: &str,
) -> Result<Option<Finding>, Refusal> {
    // Some providers add or drop the mark that makes a sign an emoji.
    let bare = |emoji: &str| emoji.replace('\u{fe0f}', "");
    let Some(chat) = search.chat.clone() else { return Err(unlisted("the chat is not known")) };
    let mut walk = Walk::default();
    loop {
        let page = connector.messages(search.account.clone(), chat.clone(), walk.cursor.clone()).await.map_err(unread)?;
        if let Some(row) = page.items.iter().find(|row| row.id == *message) {
            return Ok(shown(row.own_reactions.iter().any(|left| bare(left) == bare(emoji)), message));
        }
        if !walk.goes_on(page.cursor)? {
            return Err(unlisted("the message is not in its chat"));
        }
    }
}

async fn search_invitation(connector: &dyn Connector, search: &Search) -> Result<Option<Finding>, Refusal> {
    if let Some((id, at)) = find_invitation(connector, search).await? {
        return Ok(Some(Finding { candidates: vec![(id, None, at)] }));
    }
    // Accepted already? Then it is in no list of pending ones.
    let profile = connector.profile(search.account.clone(), search.person.0.clone()).await?;
    let is_related = profile.relation == Some(Relation::Yes);
    Ok(is_related.then(|| Finding { candidates: vec![(relation_id(&search.person), None, None)] }))
}

async fn find_invitation(connector: &dyn Connector, search: &Search) -> Result<Option<(RemoteId, Option<Timestamp>)>, Refusal> {
    let mut walk = Walk::default();
    loop {
        let page = connector.invitations(search.account.clone(), walk.cursor.clone()).await.map_err(unread)?;
        let found = page.items.iter().find(|row| {
            row.person.as_ref() == Some(&search.person)
                || (row.person.is_none() && row.public_identifier.is_some() && row.public_identifier == search.public_identifier)
        });
        if let Some(row) = found {
            return Ok(Some((row.id.clone(), row.at)));
        }
        if !walk.goes_on(page.cursor)? {
            return Ok(None);
        }
    }
}

/// In the chat of the two, or in the groups the person is in.
async fn search_message(
    connector: &dyn Connector,
    search: &Search,
    text: &str,
    is_single: bool,
) -> Result<Option<Finding>, Refusal> {
    let chats = match &search.chat {
        Some(chat) => vec![chat.clone()],
        None => {
            let all = chats_with(connector, search).await?;
            all.into_iter().filter(|chat| chat.is_single == is_single).map(|chat| chat.id).collect()
        }
    };
    let mut candidates = Vec::new();
    for chat in chats {
        let mut walk = Walk::default();
        loop {
            let page = connector.messages(search.account.clone(), chat.clone(), walk.cursor.clone()).await.map_err(unread)?;
            let is_past = page.items.last().is_some_and(|row| row.at < search.not_before);
            for row in page.items {
                let fits = row.is_own && !row.is_event && row.at >= search.not_before;
                if fits && normalised(row.text.as_deref().unwrap_or_default()) == normalised(text) {
                    candidates.push((row.id, Some(chat.clone()), Some(row.at)));
                }
            }
            if is_past || !walk.goes_on(page.cursor)? {
                break;
            }
        }
    }
    candidates.sort_by_key(|(_, _, at)| *at);
    Ok((!candidates.is_empty()).then_some(Finding { candidates }))
}

async fn chats_with(connector: &dyn Connector, search: &Search) -> Result<Vec<ChatRow>, Refusal> {
    let (mut walk, mut chats) = (Walk::default(), Vec::new());
    loop {
        let page = connector.chats_with(search.account.clone(), search.person.clone(), walk.cursor.clone()).await?;
        chats.extend(page.items);
        if !walk.goes_on(page.cursor)? {
            return Ok(chats);
        }
    }
}
