//! postpress as a `Connector`: what each method asks, and what of the answer it needs. One call, at most one request.

use crate::connector::contract::{
    AccountRow, Answer, Attachment, ChatRow, Connector, InvitationRow, MessageRow, Order, Page, Performed, PostRow, Profile,
    Refusal, RelationRow, SkillRow, Verdict, WebhookOrder, WebhookRow,
};
use crate::connector::identity;
use crate::connector::postpress::errors::Kind;
use crate::connector::postpress::files::{self, Loaded};
use crate::connector::postpress::orders::{self, Content, NoProof, Proof, Wanted};
use crate::connector::postpress::transport::{Ask, Body, Transport};
use crate::connector::postpress::{lenient, wire};
use crate::model::account::{InmailApi, SenderProfile};
use crate::model::id::{ChatId, ProviderAccount, ProviderId};
use crate::model::time::Timestamp;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Asked of every list: within all ranges the witnesses name (POSTPRESS.md §0).
const PAGE_ROWS: u32 = 100;
/// The newest posts of somebody: enough to find one of their own among shared ones.
const POSTS_READ: u32 = 10;

/// How to reach postpress.
pub struct Settings {
    /// With the prefix: `https://api.postpress.ai/v1`.
    pub base_url: String,
    /// The API key; from the environment, never from a file of the workspace.
    pub key: SecretString,
    /// Until a connection stands.
    pub connect: Duration,
    /// A whole request.
    pub whole: Duration,
    /// A whole request that carries files.
    pub whole_with_files: Duration,
    /// Our time (the campaigns' clock, so that a sandbox of the same speed agrees), for `clock_ahead_ms` and `Retry-After`
    /// dates. Time limits are always real time.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Settings {
    /// The usual time limits: 10 s to connect, 30 s a request, 120 s one with files.
    pub fn new(base_url: &str, key: SecretString, wall: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        let (connect, whole, whole_with_files) = (Duration::from_secs(10), Duration::from_secs(30), Duration::from_secs(120));
        Self { base_url: base_url.to_owned(), key, connect, whole, whole_with_files, wall }
    }
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    #[error("`POSTPRESS_URL` is `{url}`: {because}")]
    Url { url: String, because: String },
    #[error("`POSTPRESS_URL` is `{url}`: plain `http://` would show the key to everybody on the way; use `https://`")]
    Plain { url: String },
    #[error("`POSTPRESS_API_KEY` is empty or holds characters no key has (blanks, line ends, letters beyond ASCII)")]
    Key,
    #[error("no secure connections can be made here: {because}")]
    Client { because: String },
}

/// The far side over HTTP. Cheap to clone; needs a tokio runtime to be awaited.
#[derive(Clone)]
pub struct Postpress {
    transport: Arc<Transport>,
}

impl Postpress {
    /// A client; sends nothing yet.
    pub fn new(settings: Settings) -> Result<Self, BadSettings> {
        Ok(Self { transport: Arc::new(Transport::new(settings)?) })
    }

    /// One request, its answer read by `read`; an answer that cannot be read settles nothing.
    fn ask<T: Send + 'static>(&self, ask: Ask, read: impl FnOnce(&Value) -> Option<T> + Send + 'static) -> Answer<T> {
        let transport = Arc::clone(&self.transport);
        Box::pin(async move {
            let kind = ask.kind;
            let body = transport.send(ask).await?;
            read(&body).ok_or_else(|| transport.doubtful(kind, "unreadable_answer", "the answer lacks what was asked for"))
        })
    }

    fn list<T: Send + 'static>(
        &self,
        ask: Ask,
        cursor: Option<String>,
        read: impl FnOnce(&Value) -> Option<Page<T>> + Send + 'static,
    ) -> Answer<Page<T>> {
        let mut ask = ask;
        // A cursor carries the first call's limit and filters; others beside it contradict.
        ask.query.push(match cursor {
            Some(cursor) => ("cursor", cursor),
            None => ("limit", PAGE_ROWS.to_string()),
        });
        self.ask(ask, read)
    }
}

fn get(kind: Kind, path: Vec<String>, account: Option<&ProviderAccount>) -> Ask {
    let query = account.map(|account| ("account_id", account.to_string())).into_iter().collect();
    Ask { kind, method: Method::GET, path, query, body: Body::Nothing, idempotency_key: None }
}

fn path(segments: &[&str]) -> Vec<String> {
    segments.iter().map(|segment| (*segment).to_owned()).collect()
}

/// What an effect asks for, as a request. Its files are read first.
async fn ask_of(transport: &Transport, wanted: Wanted, idempotency_key: String) -> Result<Ask, Refusal> {
    let Wanted { method, path, query, content, .. } = wanted;
    let method = match method {
        "GET" => Method::GET,
        "DELETE" => Method::DELETE,
        _ => Method::POST,
    };
    let body = match content {
        Content::Nothing => Body::Nothing,
        Content::Json(value) => Body::Json(value),
        Content::Form { fields, files } => form(transport, fields, load(transport, files).await?)?,
    };
    Ok(Ask { kind: Kind::Write, method, path, query, body, idempotency_key: Some(idempotency_key) })
}

/// Reads the files beside the async threads.
async fn load(transport: &Transport, attachments: Vec<Attachment>) -> Result<Vec<Loaded>, Refusal> {
    if attachments.is_empty() {
        return Ok(Vec::new());
    }
    let loaded = tokio::task::spawn_blocking(move || files::load(&attachments)).await;
    let loaded = loaded.map_err(|fault| transport.never("attachment_unreadable", &fault.to_string()))?;
    loaded.map_err(|why| transport.never("attachment_unreadable", &why))
}

/// A multipart body; the files come last.
fn form(transport: &Transport, fields: Vec<(&'static str, String)>, files: Vec<Loaded>) -> Result<Body, Refusal> {
    let has_files = !files.is_empty();
    let mut form = Form::new();
    for (name, value) in fields {
        form = form.text(name, value);
    }
    for file in files {
        let field = if file.is_voice { "voice_message" } else { "attachments" };
        let part = Part::bytes(file.bytes).file_name(file.name).mime_str(&file.mime);
        form = form.part(field, part.map_err(|fault| transport.never("attachment_unreadable", &fault.to_string()))?);
    }
    Ok(Body::Form { form, has_files })
}

impl Connector for Postpress {
    fn perform(&self, order: Order) -> Answer<Performed> {
        let transport = Arc::clone(&self.transport);
        Box::pin(async move {
            let wanted = orders::wanted(&order);
            let proof = wanted.proof;
            let ask = ask_of(&transport, wanted, order.idempotency_key).await?;
            let withdraws = proof == Proof::Status;
            let body = transport.send(ask).await.map_err(|refusal| if withdraws { gone_is_done(refusal) } else { refusal })?;
            orders::performed(proof, &body).map_err(|because| match because {
                NoProof::Doubtful { code } => transport.doubtful(Kind::Write, code, "done, says the answer, and proves it not"),
                NoProof::Refused { code } => transport.never(code, "the answer says that it was not done"),
            })
        })
    }

    fn profile(&self, account: ProviderAccount, identifier: String) -> Answer<Profile> {
        let is_link = identifier.contains("://") || identifier.to_ascii_lowercase().contains("linkedin.com/");
        // A link with another host goes as it is: refused there, and shown.
        let identifier = if is_link { identity::linkedin(&identifier).unwrap_or(identifier) } else { identifier };
        self.ask(get(Kind::Read, path(&["users", &identifier]), Some(&account)), wire::profile)
    }

    fn posts(&self, account: ProviderAccount, person: ProviderId) -> Answer<Vec<PostRow>> {
        let mut ask = get(Kind::Read, path(&["users", person.as_str(), "posts"]), Some(&account));
        ask.query.push(("limit", POSTS_READ.to_string()));
        self.ask(ask, |body| wire::page(body, wire::post).map(|page| page.items))
    }

    fn skills(&self, account: ProviderAccount, person: ProviderId) -> Answer<Vec<SkillRow>> {
        let mut ask = get(Kind::Read, path(&["users", person.as_str()]), Some(&account));
        ask.query.push(("linkedin_sections", "skills".to_owned()));
        self.ask(ask, wire::skills)
    }

    fn relations(&self, account: ProviderAccount, cursor: Option<String>) -> Answer<Page<RelationRow>> {
        let ask = get(Kind::Read, path(&["users", "relations"]), Some(&account));
        self.list(ask, cursor, |body| wire::page(body, wire::relation))
    }

    fn invitations(&self, account: ProviderAccount, cursor: Option<String>) -> Answer<Page<InvitationRow>> {
        let ask = get(Kind::Read, path(&["users", "invite", "sent"]), Some(&account));
        self.list(ask, cursor, |body| wire::whole_page(body, wire::invitation))
    }

    fn messages(&self, _account: ProviderAccount, chat: ChatId, cursor: Option<String>) -> Answer<Page<MessageRow>> {
        // The route knows the account by the chat and takes no `account_id`.
        let ask = get(Kind::Read, path(&["chats", chat.as_str(), "messages"]), None);
        self.list(ask, cursor, move |body| wire::whole_page(body, |row| wire::message(row, &chat)))
    }

    fn chats_with(&self, account: ProviderAccount, person: ProviderId, cursor: Option<String>) -> Answer<Page<ChatRow>> {
        let ask = get(Kind::Read, path(&["chat_attendees", person.as_str(), "chats"]), Some(&account));
        let answer = self.list(ask, cursor, |body| wire::whole_page(body, wire::chat));
        Box::pin(async move {
            match answer.await {
                Err(refusal) if is_missing(&refusal) => Ok(Page { items: Vec::new(), cursor: None }),
                other => other,
            }
        })
    }

    fn chats_since(&self, account: ProviderAccount, after: Timestamp, cursor: Option<String>) -> Answer<Page<ChatRow>> {
        let mut ask = get(Kind::Read, path(&["chats"]), Some(&account));
        if cursor.is_none() {
            // A cursor carries the filters of the first call (POSTPRESS.md §0).
            ask.query.push(("after", after.iso_ms()));
        }
        self.list(ask, cursor, |body| wire::page(body, wire::chat))
    }

    fn accounts(&self, cursor: Option<String>) -> Answer<Page<AccountRow>> {
        self.list(get(Kind::Key, path(&["accounts"]), None), cursor, |body| wire::page(body, wire::account))
    }

    fn account(&self, account: ProviderAccount) -> Answer<AccountRow> {
        self.ask(get(Kind::Read, path(&["accounts", account.as_str()]), None), wire::account)
    }

    fn own_profile(&self, account: ProviderAccount) -> Answer<SenderProfile> {
        let ask = get(Kind::Read, path(&["users", "me"]), Some(&account));
        self.ask(ask, |body| body.is_object().then(|| wire::own_profile(body)))
    }

    fn inmail_balance(&self, account: ProviderAccount, api: InmailApi) -> Answer<Option<u32>> {
        let ask = get(Kind::Read, path(&["linkedin", "inmail_balance"]), Some(&account));
        self.ask(ask, move |body| body.is_object().then(|| wire::inmail_balance(body, api)))
    }

    fn webhooks(&self, cursor: Option<String>) -> Answer<Page<WebhookRow>> {
        self.list(get(Kind::Key, path(&["webhooks"]), None), cursor, |body| wire::page(body, wire::webhook))
    }

    fn create_webhook(&self, webhook: WebhookOrder) -> Answer<String> {
        let (key, value) = &webhook.header;
        // Without the second header postpress sends no content type at all (POSTPRESS.md §2).
        let headers = json!([{"key": key, "value": value.expose_secret()}, {"key": "Content-Type", "value": "application/json"}]);
        let body = json!({
            "source": webhook.source, "request_url": webhook.url, "name": webhook.name, "format": "json",
            "enabled": true, "events": webhook.events, "headers": headers,
        });
        let ask = Ask { method: Method::POST, body: Body::Json(body), ..get(Kind::Key, path(&["webhooks"]), None) };
        self.ask(ask, |body| lenient::first_id(body, &["webhook_id", "id"]))
    }

    fn delete_webhook(&self, id: String) -> Answer<()> {
        let ask = Ask { method: Method::DELETE, ..get(Kind::Key, path(&["webhooks", &id]), None) };
        let answer = self.ask(ask, |_| Some(()));
        Box::pin(async move {
            match answer.await {
                Err(refusal) if is_missing(&refusal) => Ok(()),
                other => other,
            }
        })
    }

    fn clock_ahead_ms(&self) -> Option<i64> {
        self.transport.clock_ahead_ms()
    }
}

fn is_missing(refusal: &Refusal) -> bool {
    refusal.status == Some(404) && refusal.code == "resource_not_found"
}

/// An invitation that is not there needs no withdrawing.
fn gone_is_done(refusal: Refusal) -> Refusal {
    if is_missing(&refusal) { Refusal { verdict: Verdict::Already, ..refusal } } else { refusal }
}
