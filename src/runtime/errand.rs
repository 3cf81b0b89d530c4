//! What is asked of the far side, as futures without memory: each ends in a `Message` to the turn's thread.

use crate::connector::contract::{ChatRow, Connector, MessageRow, Order, Performed, Profile, Refusal, RelationRow, Verdict};
use crate::connector::outlet::contract::{Receipt, Undelivered};
use crate::model::account::{InmailApi, SenderProfile};
use crate::model::id::{AccountId, ChatId, EffectKey, EnrollmentId, ProviderAccount, ProviderId, Visit};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::beside::Heard;
use crate::runtime::command::Asked;
use crate::runtime::enroll::Enrolled;
use crate::runtime::history::Outgone;
use crate::runtime::pages::Walk;
use crate::runtime::search::Finding;
use crate::runtime::target::{self, Target, Want};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// What reaches the turn's thread.
pub enum Message {
    /// An inbox row is durable.
    Arrived { row: u64 },
    /// An intent is durable: its call may start.
    IntentDurable { key: EffectKey },
    /// A call was answered.
    Answered { key: EffectKey, at: Timestamp, result: Result<Performed, Refusal> },
    /// What a call needs first is known.
    Prepared { account: AccountId, enrollment: EnrollmentId, visit: Visit, result: Result<Preparation, Refusal> },
    /// What a condition needs is known.
    Looked { account: AccountId, enrollment: EnrollmentId, visit: Visit, result: Result<Sight, Refusal> },
    /// What became of an unknown call.
    Found { key: EffectKey, result: Result<Option<Finding>, Refusal> },
    /// New relations of an account.
    Polled { account: AccountId, result: Result<News, Refusal> },
    /// What went out through an account since the backup that this data was restored from.
    History { account: AccountId, result: Result<Vec<Outgone>, Refusal> },
    /// How an account is.
    Checked { account: AccountId, result: Result<Checked, Refusal> },
    /// What became of a letter.
    Posted { row: u64, result: Result<Receipt, Undelivered> },
    /// What the classifier said of a reply.
    Classified { row: u64, heard: Heard },
    /// Lists were read again for these campaigns.
    Reread { campaigns: BTreeSet<String>, result: Result<Arc<Program>, String> },
    /// A person asks.
    Asked(Asked),
    /// The campaigns were read anew.
    Install { program: Arc<Program>, answer: Sender<Result<Vec<Enrolled>, String>> },
    /// Runs between two turns: for whoever reads rows that must fit together.
    Between(Box<dyn FnOnce() + Send>),
    /// The store could not make something durable.
    StoreFailed { because: String },
    /// Look at the agenda again.
    Wake,
    /// Start no new call, settle, end.
    Stop,
}

/// What is not known yet and must be before an intent.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Of the person, if they were never resolved.
    pub identifier: Option<String>,
    /// Whose newest messages are read.
    pub chat: Option<ChatId>,
    /// A message goes to that person, and their chat is not known: perhaps they wrote first.
    pub writes_to: Option<ProviderId>,
    /// The person, if known.
    pub person: Option<ProviderId>,
    pub want: Option<Want>,
}

/// What a call needs before its intent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preparation {
    pub profile: Option<Profile>,
    /// Messages of the chat that came from the person, newest first.
    pub inbound: Vec<MessageRow>,
    pub target: Option<Target>,
}

/// What a condition asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    pub profile: Option<Profile>,
    pub credits: Option<Option<u32>>,
}

/// What a poll found: new relations, newest first, and what our people wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    pub relations: Vec<RelationRow>,
    pub inbound: Vec<MessageRow>,
    /// Every chat of ours that was listed could be read.
    pub is_whole: bool,
    /// Chats that were read from further back, as they had not been known to be ours.
    pub new_chats: BTreeSet<ChatId>,
}

/// How an account is, and who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The word for what is wrong.
    pub status: Result<(), String>,
    pub sender: Option<SenderProfile>,
    pub created_at: Option<Timestamp>,
}

/// A future that ends in a message.
pub type Errand = Pin<Box<dyn Future<Output = Message> + Send>>;

/// Runs errands beside the turns and posts what they bring.
#[derive(Clone)]
pub struct Errands {
    run: Spawn,
    post: Sender<Message>,
}

/// Drives a future to its end beside the turns.
pub type Spawn = Arc<dyn Fn(Pin<Box<dyn Future<Output = ()> + Send>>) + Send + Sync>;

impl Errands {
    /// `run` drives a future; `post` is the turn's door.
    pub fn new(post: Sender<Message>, run: Spawn) -> Self {
        Self { run, post }
    }

    /// Sends somebody off. Should they never come back (the future panicked, or was dropped), `lost` is posted instead:
    /// whatever waits for them goes on.
    pub fn start(&self, lost: Message, errand: Errand) {
        let mut word = LastWord { post: self.post.clone(), lost: Some(lost) };
        (self.run)(Box::pin(async move {
            let message = errand.await;
            word.lost = None;
            // When the turns have ended nobody waits for it; an open intent is found at the next start.
            drop(word.post.send(message));
        }));
    }

    /// The turn's door.
    pub fn post(&self) -> Sender<Message> {
        self.post.clone()
    }
}

/// What an errand leaves behind in any case.
struct LastWord {
    post: Sender<Message>,
    lost: Option<Message>,
}

impl Drop for LastWord {
    fn drop(&mut self) {
        if let Some(lost) = self.lost.take() {
            // As above: without turns nobody waits for it.
            drop(self.post.send(lost));
        }
    }
}

/// The refusal of an errand that never came back. Whether a call was performed is then not known.
pub(super) fn never_back(verdict: Verdict) -> Refusal {
    Refusal { verdict, status: None, code: "errand_lost".to_owned(), detail: None }
}

/// Performs an order.
pub async fn perform(
    connector: Arc<dyn Connector>,
    key: EffectKey,
    order: Order,
    clock: Arc<dyn crate::runtime::clock::Clock>,
) -> Message {
    let result = connector.perform(order).await;
    Message::Answered { key, at: clock.now(), result }
}

/// Reads what a call needs: the person, if they are not known yet; the chat's newest messages, if there is one; what it is
/// aimed at.
pub async fn prepare(connector: Arc<dyn Connector>, account: ProviderAccount, needs: Needs) -> Result<Preparation, Refusal> {
    let Needs { identifier, chat, writes_to, person, want } = needs;
    let mut preparation = Preparation::default();
    if let Some(identifier) = identifier {
        preparation.profile = Some(connector.profile(account.clone(), identifier).await?);
    }
    let person = person.or_else(|| preparation.profile.as_ref().map(|profile| profile.person.clone()));
    if let (Some(want), Some(person)) = (want, person) {
        preparation.target = Some(target::find(&*connector, &account, &person, &want).await?);
    }
    let chat = match (chat, writes_to) {
        (None, Some(person)) => {
            let page = connector.chats_with(account.clone(), person, None).await?;
            page.items.into_iter().find(|chat| chat.is_single).map(|chat| chat.id)
        }
        (chat, _) => chat,
    };
    if let Some(chat) = chat {
        match connector.messages(account, chat, None).await {
            Ok(page) => preparation.inbound = page.items.into_iter().filter(|row| !row.is_own && !row.is_event).collect(),
            // A chat that is not synced yet has nothing to read; the call itself will say what is wrong.
            Err(refusal) if refusal.verdict == Verdict::Never => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(preparation)
}

/// Reads what a condition needs.
pub async fn look(
    connector: Arc<dyn Connector>,
    account: ProviderAccount,
    identifier: Option<String>,
    credit: Option<InmailApi>,
) -> Result<Sight, Refusal> {
    let mut sight = Sight::default();
    if let Some(identifier) = identifier {
        sight.profile = match connector.profile(account.clone(), identifier).await {
            Ok(profile) => Some(profile),
            Err(refusal) if refusal.verdict == Verdict::Never => None,
            Err(refusal) => return Err(refusal),
        };
    }
    if let Some(api) = credit {
        sight.credits = match connector.inmail_balance(account, api).await {
            Ok(credits) => Some(credits),
            Err(refusal) if refusal.verdict == Verdict::Never => Some(None),
            Err(refusal) => return Err(refusal),
        };
    }
    Ok(sight)
}

/// New relations, newest first, up to one that is known or older than `not_before`.
pub async fn relations(
    connector: Arc<dyn Connector>,
    account: ProviderAccount,
    known: Option<ProviderId>,
    not_before: Timestamp,
) -> Result<Vec<RelationRow>, Refusal> {
    let (mut walk, mut found) = (Walk::default(), Vec::new());
    loop {
        let page = connector.relations(account.clone(), walk.cursor.clone()).await?;
        for row in page.items {
            let is_known = known.as_ref() == Some(&row.person) || row.since.is_some_and(|since| since < not_before);
            if is_known {
                return Ok(found);
            }
            found.push(row);
        }
        // Newest first: what lies behind so many pages was there before anybody was invited.
        if !walk.goes_on(page.cursor).unwrap_or(false) {
            return Ok(found);
        }
    }
}

/// From when on messages are read.
pub struct Since {
    pub after: Timestamp,
    /// Chats that were not known to be ours when they were read last, and from when on those are.
    pub new_chats: BTreeSet<ChatId>,
    pub new_after: Timestamp,
}

/// Messages that came in since, in the chats that `is_ours` knows; and whether each of these chats could be read.
pub async fn replies(
    connector: Arc<dyn Connector>,
    account: ProviderAccount,
    since: Since,
    is_ours: impl Fn(&ChatRow) -> bool + Send,
) -> Result<(Vec<MessageRow>, bool), Refusal> {
    let (mut walk, mut chats) = (Walk::default(), since.new_chats.clone());
    loop {
        let page = connector.chats_since(account.clone(), since.after, walk.cursor.clone()).await?;
        chats.extend(page.items.into_iter().filter(|chat| is_ours(chat)).map(|chat| chat.id));
        if !walk.goes_on(page.cursor)? {
            break;
        }
    }
    let (mut inbound, mut is_whole) = (Vec::new(), true);
    for chat in chats {
        let mut walk = Walk::default();
        let after = if since.new_chats.contains(&chat) { since.new_after } else { since.after };
        loop {
            let page = match connector.messages(account.clone(), chat.clone(), walk.cursor.clone()).await {
                Ok(page) => page,
                // A chat that is gone, or not synced yet, has nothing to read now; the others have.
                Err(refusal) if refusal.verdict == Verdict::Never => {
                    is_whole = false;
                    break;
                }
                Err(refusal) => return Err(refusal),
            };
            let is_past = page.items.last().is_some_and(|row| row.at <= after);
            inbound.extend(page.items.into_iter().filter(|row| !row.is_own && !row.is_event && row.at > after));
            if is_past || !walk.goes_on(page.cursor)? {
                break;
            }
        }
    }
    inbound.sort_by_key(|row| std::cmp::Reverse(row.at));
    Ok((inbound, is_whole))
}

/// How an account is, and who it is.
pub async fn check(connector: Arc<dyn Connector>, account: ProviderAccount, wants_profile: bool) -> Result<Checked, Refusal> {
    let row = connector.account(account.clone()).await?;
    let mut profile = None;
    if wants_profile && row.status.is_ok() {
        profile = connector.own_profile(account).await.ok();
    }
    if let (None, Some(own)) = (&profile, &row.own_id) {
        profile = Some(SenderProfile { provider_id: Some(own.clone()), ..SenderProfile::default() });
    }
    Ok(Checked { status: row.status, sender: profile, created_at: row.created_at })
}
