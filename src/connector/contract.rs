//! What the far side is to the runtime: calls that reach a person, readings, and what its webhooks say.
//!
//! No retries here, no limits, no memory: one method call is at most one HTTP request. Whether an answer means "done",
//! "not done" or "nobody knows" is decided here (POSTPRESS.md §4); what follows from it is the runtime's.

pub use crate::connector::order::{Act, Attachment, Order, Performed};
use crate::model::account::{Channel, InmailApi, SenderProfile};
use crate::model::enrollment::Relation;
use crate::model::id::{ChatId, Fingerprint, ProviderAccount, ProviderId, RemoteId};
use crate::model::time::Timestamp;
use std::future::Future;
use std::pin::Pin;

/// The answer of one request, later.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send>>;

/// The far side. Implemented by `connector/postpress` and by the simulated world.
pub trait Connector: Send + Sync {
    /// Performs one effect. The only method that reaches a person.
    fn perform(&self, order: Order) -> Answer<Performed>;
    /// `GET /users/{identifier}`: by profile URL, slug or provider id.
    fn profile(&self, account: ProviderAccount, identifier: String) -> Answer<Profile>;
    /// `GET /users/{provider id}/posts`: the newest ones.
    fn posts(&self, account: ProviderAccount, person: ProviderId) -> Answer<Vec<PostRow>>;
    /// The skills of `GET /users/{provider id}`, which is a reading of the profile.
    fn skills(&self, account: ProviderAccount, person: ProviderId) -> Answer<Vec<SkillRow>>;
    /// `GET /users/relations`, newest first.
    fn relations(&self, account: ProviderAccount, cursor: Option<String>) -> Answer<Page<RelationRow>>;
    /// `GET /users/invite/sent`: pending ones.
    fn invitations(&self, account: ProviderAccount, cursor: Option<String>) -> Answer<Page<InvitationRow>>;
    /// `GET /chats/{id}/messages`, newest first.
    fn messages(&self, account: ProviderAccount, chat: ChatId, cursor: Option<String>) -> Answer<Page<MessageRow>>;
    /// `GET /chat_attendees/{provider id}/chats`; a person never synced is an empty page.
    fn chats_with(&self, account: ProviderAccount, person: ProviderId, cursor: Option<String>) -> Answer<Page<ChatRow>>;
    /// `GET /chats`: those with something in them after that moment, in no promised order.
    fn chats_since(&self, account: ProviderAccount, after: Timestamp, cursor: Option<String>) -> Answer<Page<ChatRow>>;
    /// `GET /accounts`
    fn accounts(&self, cursor: Option<String>) -> Answer<Page<AccountRow>>;
    /// `GET /accounts/{id}`
    fn account(&self, account: ProviderAccount) -> Answer<AccountRow>;
    /// `GET /users/me`
    fn own_profile(&self, account: ProviderAccount) -> Answer<SenderProfile>;
    /// `GET /linkedin/inmail_balance`: credits of that api; none: not subscribed.
    fn inmail_balance(&self, account: ProviderAccount, api: InmailApi) -> Answer<Option<u32>>;
    /// `GET /webhooks`
    fn webhooks(&self, cursor: Option<String>) -> Answer<Page<WebhookRow>>;
    /// `POST /webhooks`: its id.
    fn create_webhook(&self, webhook: WebhookOrder) -> Answer<String>;
    /// `DELETE /webhooks/{id}`
    fn delete_webhook(&self, id: String) -> Answer<()>;
    /// How far the provider's clock is ahead of ours, by the `Date` header of the last answer; none before the first.
    fn clock_ahead_ms(&self) -> Option<i64>;
}

/// Why a request did not end in a definite yes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}", detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default())]
pub struct Refusal {
    pub verdict: Verdict,
    /// HTTP status; none when there was no answer.
    pub status: Option<u16>,
    /// The error type without `errors/`; `timeout`, `connection_reset`, `unreachable` … when there was none.
    pub code: String,
    /// For people; scrubbed of secrets, at most 200 characters.
    pub detail: Option<String>,
}

/// What a refusal means (POSTPRESS.md §4). On readings `Unknown` never occurs: it is `Later`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to do: already connected, already invited. Counts as success.
    Already,
    /// Definitely not done; the same again later, after so many seconds if the provider says so.
    Later { after_s: Option<u32> },
    /// Definitely not done; this budget of this account needs a rest.
    CoolDown { after_s: Option<u32> },
    /// Definitely not done, and never for this person or step.
    Never,
    /// Definitely not done; the account is not usable now.
    AccountLost,
    /// Definitely not done; the key is wrong: everything stops.
    KeyWrong,
    /// Nobody knows whether it happened: never repeated, reconciled.
    Unknown,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub cursor: Option<String>,
}

/// `UserProfile`, as far as campaigns care.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    pub person: ProviderId,
    /// Where messages go when that is another id (Instagram).
    pub messaging_id: Option<ProviderId>,
    pub public_identifier: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub relation: Option<Relation>,
    pub is_open: Option<bool>,
}

/// `Post`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRow {
    /// Its `social_id`: what reactions and comments name.
    pub id: RemoteId,
    pub at: Option<Timestamp>,
    pub is_repost: bool,
    pub may_react: bool,
    pub may_comment: bool,
    /// The account has reacted to it already.
    pub is_reacted: bool,
}

/// A skill of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillRow {
    pub name: String,
    /// None: this account may not endorse it.
    pub id: Option<u64>,
    /// By this account.
    pub is_endorsed: bool,
}

/// `UserRelation`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationRow {
    pub person: ProviderId,
    pub public_identifier: Option<String>,
    pub since: Option<Timestamp>,
}

/// `InvitationSent`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    pub id: RemoteId,
    pub person: Option<ProviderId>,
    pub public_identifier: Option<String>,
    pub at: Option<Timestamp>,
}

/// `Message`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub id: RemoteId,
    pub chat: ChatId,
    pub is_own: bool,
    pub sender: Option<ProviderId>,
    pub text: Option<String>,
    pub at: Timestamp,
    /// A call or a group change, no message.
    pub is_event: bool,
    /// What the account itself left on it.
    pub own_reactions: Vec<String>,
}

/// `Chat`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRow {
    pub id: ChatId,
    pub person: Option<ProviderId>,
    pub is_single: bool,
}

/// `Account`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub id: ProviderAccount,
    pub name: String,
    pub channel: Option<Channel>,
    /// `connection_params.im.id`
    pub own_id: Option<ProviderId>,
    pub tiers: Vec<crate::model::account::Tier>,
    /// When it was connected: an account's age.
    pub created_at: Option<Timestamp>,
    /// All messaging sources are `OK`; else the first other word.
    pub status: Result<(), String>,
}

/// `Webhook`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    pub id: String,
    pub name: Option<String>,
    pub url: String,
    pub events: Vec<String>,
    pub is_enabled: bool,
}

/// A webhook to register. The header carries the secret.
#[derive(Debug, Clone)]
pub struct WebhookOrder {
    /// `messaging`, `users`, `account_status`
    pub source: &'static str,
    pub url: String,
    pub name: String,
    pub events: Vec<&'static str>,
    pub header: (String, secrecy::SecretString),
}

/// What a webhook says.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    pub incoming: Incoming,
    /// Equal for deliveries of the same event (POSTPRESS.md §2); none: dedup on state change.
    pub dedup: Option<Fingerprint>,
}

/// What a webhook says, in the house's words.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    Message(Box<IncomingMessage>),
    Read {
        message: RemoteId,
        talk: Talk,
    },
    Delivered {
        message: RemoteId,
        talk: Talk,
    },
    Reaction {
        message: RemoteId,
        emoji: String,
        by: Option<ProviderId>,
        is_own: bool,
        talk: Talk,
    },
    Edited {
        message: RemoteId,
        text: Option<String>,
        talk: Talk,
    },
    Deleted {
        message: RemoteId,
        talk: Talk,
    },
    Relation {
        account: ProviderAccount,
        person: ProviderId,
        public_identifier: Option<String>,
        at: Option<Timestamp>,
    },
    /// `word` as the provider writes it: `OK`, `CREDENTIALS`, `RECONNECTED` …
    AccountStatus {
        account: ProviderAccount,
        word: String,
    },
    HostedAuth {
        account: ProviderAccount,
        word: String,
        name: Option<String>,
    },
    /// Kept, shown, answered 200.
    Unknown {
        event: String,
    },
}

/// `message_received`
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingMessage {
    pub id: RemoteId,
    pub talk: Talk,
    pub text: Option<String>,
    /// By the order of tests in POSTPRESS.md §2.2; none: the account's own id must decide.
    pub is_own: Option<bool>,
    pub kind: MessageKind,
    /// A call or a group change: no reply.
    pub is_event: bool,
    pub is_group: bool,
    /// Sponsored or an offer: no reply.
    pub is_sponsored: bool,
}

/// Where something was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    pub account: ProviderAccount,
    pub channel: Option<Channel>,
    pub chat: ChatId,
    pub at: Option<Timestamp>,
    pub sender: Option<Party>,
    /// The others: everybody who is not the account itself.
    pub counterparts: Vec<Party>,
}

/// Somebody in a chat, by all their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub id: ProviderId,
    pub public_identifier: Option<String>,
    /// Digits of a phone number, where one is shown.
    pub digits: Option<String>,
    pub name: Option<String>,
}

/// `message_type`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    Message,
    /// An invitation's note: an own one is a sign of acceptance, no takeover.
    Invitation,
    Inmail,
    InmailReply,
    InmailAccept,
    InmailDecline,
}
