//! The far side without a wire: the connector's calls become the world's, its answers are read by the connector's own
//! code. For runs in virtual time, where every answer is there at once.

use crate::connector::contract::{
    AccountRow, Answer, Attachment, ChatRow, Connector, InvitationRow, MessageRow, Order, Page, Performed, PostRow, Profile,
    Refusal, RelationRow, SkillRow, Verdict, WebhookOrder, WebhookRow,
};
use crate::connector::postpress::errors::{Answered, Kind, not_sent, refused, undecided};
use crate::connector::postpress::orders::{self, Content, NoProof, Wanted};
use crate::connector::postpress::{lenient, wire};
use crate::model::account::{InmailApi, SenderProfile};
use crate::model::id::{ChatId, ProviderAccount, ProviderId};
use crate::model::time::Timestamp;
use crate::runtime::clock::{Clock, SkewedClock};
use crate::sim::postpress::call::{Body, Call, Upload};
use crate::sim::postpress::{Wire, World};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;

/// Calls a world in the same process. What the wire does to an answer is told as the HTTP client would tell it.
#[derive(Clone)]
pub struct Direct {
    world: Arc<World>,
    key: SecretString,
    /// Of whoever calls; none: the world's.
    own: Option<Arc<SkewedClock>>,
}

impl Direct {
    /// To that world, with that key.
    pub fn new(world: Arc<World>, key: SecretString) -> Self {
        Self { world, key, own: None }
    }

    /// The same, for a caller with a clock of its own.
    pub fn with_clock(self, own: Arc<SkewedClock>) -> Self {
        Self { own: Some(own), ..self }
    }

    fn send(&self, kind: Kind, call: &Call) -> Result<Value, Refusal> {
        let answer = self.world.answer(call);
        let lost = |code: &str| undecided(kind, None, code, "", &self.key);
        match answer.wire {
            Wire::Silence => return Err(lost("timeout")),
            Wire::Reset | Wire::Truncated => return Err(lost("connection_reset")),
            Wire::Plain => {}
        }
        if answer.reply.status >= 300 {
            let body = answer.reply.value().to_string();
            let retry_after = answer.reply.headers.iter().find(|(name, _)| *name == "retry-after");
            let retry_after = retry_after.map(|(_, value)| value.as_str());
            let at = self.world.clock().now();
            let answered = Answered { status: answer.reply.status, body: body.as_bytes(), retry_after, at };
            return Err(refused(kind, answered, &self.key));
        }
        Ok(answer.reply.value().clone())
    }

    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Call {
        Call::json(method, path, self.key.expose_secret(), body)
    }

    fn ask<T: Send + 'static>(&self, kind: Kind, method: &str, path: &str, read: impl FnOnce(&Value) -> Option<T>) -> Answer<T> {
        let answer = self.send(kind, &self.call(method, path, None)).and_then(|body| self.read(kind, &body, read));
        Box::pin(std::future::ready(answer))
    }

    fn read<T>(&self, kind: Kind, body: &Value, read: impl FnOnce(&Value) -> Option<T>) -> Result<T, Refusal> {
        read(body).ok_or_else(|| undecided(kind, Some(200), "unreadable_answer", "", &self.key))
    }

    fn list<T: Send + 'static>(
        &self,
        kind: Kind,
        path: &str,
        query: &[(&str, &str)],
        cursor: Option<String>,
        read: impl FnOnce(&Value) -> Option<Page<T>>,
    ) -> Answer<Page<T>> {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(query);
        match &cursor {
            Some(cursor) => pairs.append_pair("cursor", cursor),
            None => pairs.append_pair("limit", "100"),
        };
        self.ask(kind, "GET", &format!("{path}?{}", pairs.finish()), read)
    }
}

/// The request as the world takes it; of files only that they were there.
fn call_of(direct: &Direct, wanted: &Wanted, idempotency_key: &str) -> Call {
    let segments: Vec<String> = wanted.path.clone();
    let mut call = direct.call(wanted.method, "", None);
    call.path = segments;
    call.query = wanted.query.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    call.body = match &wanted.content {
        Content::Nothing => Body::None,
        Content::Json(value) => Body::Json(value.clone()),
        Content::Form { fields, files } => Body::Form {
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            files: files.iter().map(upload).collect(),
        },
    };
    call.idempotency_key = Some(idempotency_key.to_owned());
    call
}

fn upload(file: &Attachment) -> Upload {
    let field = if file.is_voice { "voice_message" } else { "attachments" };
    let mimetype = mime_guess::from_path(&file.name).first_or_octet_stream().to_string();
    Upload { field: field.to_owned(), name: file.name.clone(), mimetype, bytes: file.name.clone().into_bytes() }
}

impl Connector for Direct {
    fn perform(&self, order: Order) -> Answer<Performed> {
        let wanted = orders::wanted(&order);
        let call = call_of(self, &wanted, &order.idempotency_key);
        let answer = self.send(Kind::Write, &call).and_then(|body| {
            orders::performed(wanted.proof, &body).map_err(|because| match because {
                NoProof::Doubtful { code } => undecided(Kind::Write, Some(200), code, "", &self.key),
                NoProof::Refused { code } => not_sent(Verdict::Never, code, "", &self.key),
            })
        });
        Box::pin(std::future::ready(answer))
    }

    fn profile(&self, account: ProviderAccount, identifier: String) -> Answer<Profile> {
        self.ask(Kind::Read, "GET", &format!("users/{identifier}?account_id={account}"), wire::profile)
    }

    fn posts(&self, account: ProviderAccount, person: ProviderId) -> Answer<Vec<PostRow>> {
        let path = format!("users/{person}/posts?account_id={account}&limit=10");
        self.ask(Kind::Read, "GET", &path, |body| wire::page(body, wire::post).map(|page| page.items))
    }

    fn skills(&self, account: ProviderAccount, person: ProviderId) -> Answer<Vec<SkillRow>> {
        let path = format!("users/{person}?account_id={account}&linkedin_sections=skills");
        self.ask(Kind::Read, "GET", &path, wire::skills)
    }

    fn relations(&self, account: ProviderAccount, cursor: Option<String>) -> Answer<Page<RelationRow>> {
        let query = [("account_id", account.as_str())];
        self.list(Kind::Read, "users/relations", &query, cursor, |body| wire::page(body, wire::relation))
    }

    fn invitations(&self, account: ProviderAccount, cursor: Option<String>) -> Answer<Page<InvitationRow>> {
        let query = [("account_id", account.as_str())];
        self.list(Kind::Read, "users/invite/sent", &query, cursor, |body| wire::whole_page(body, wire::invitation))
    }

    fn messages(&self, _account: ProviderAccount, chat: ChatId, cursor: Option<String>) -> Answer<Page<MessageRow>> {
        let path = format!("chats/{chat}/messages");
        self.list(Kind::Read, &path, &[], cursor, |body| wire::whole_page(body, |row| wire::message(row, &chat)))
    }

    fn chats_with(&self, account: ProviderAccount, person: ProviderId, cursor: Option<String>) -> Answer<Page<ChatRow>> {
        let query = [("account_id", account.as_str())];
        let path = format!("chat_attendees/{person}/chats");
        let answer = self.list(Kind::Read, &path, &query, cursor, |body| wire::whole_page(body, wire::chat));
        Box::pin(async move {
            match answer.await {
                Err(refusal) if refusal.status == Some(404) => Ok(Page { items: Vec::new(), cursor: None }),
                other => other,
            }
        })
    }

    fn chats_since(&self, account: ProviderAccount, after: Timestamp, cursor: Option<String>) -> Answer<Page<ChatRow>> {
        let after = after.iso_ms();
        let query = [("account_id", account.as_str()), ("after", after.as_str())];
        let query = if cursor.is_none() { &query[..] } else { &query[..1] };
        self.list(Kind::Read, "chats", query, cursor, |body| wire::page(body, wire::chat))
    }

    fn accounts(&self, cursor: Option<String>) -> Answer<Page<AccountRow>> {
        self.list(Kind::Key, "accounts", &[], cursor, |body| wire::page(body, wire::account))
    }

    fn account(&self, account: ProviderAccount) -> Answer<AccountRow> {
        self.ask(Kind::Read, "GET", &format!("accounts/{account}"), wire::account)
    }

    fn own_profile(&self, account: ProviderAccount) -> Answer<SenderProfile> {
        self.ask(Kind::Read, "GET", &format!("users/me?account_id={account}"), |body| Some(wire::own_profile(body)))
    }

    fn inmail_balance(&self, account: ProviderAccount, api: InmailApi) -> Answer<Option<u32>> {
        let path = format!("linkedin/inmail_balance?account_id={account}");
        self.ask(Kind::Read, "GET", &path, |body| Some(wire::inmail_balance(body, api)))
    }

    fn webhooks(&self, cursor: Option<String>) -> Answer<Page<WebhookRow>> {
        self.list(Kind::Key, "webhooks", &[], cursor, |body| wire::page(body, wire::webhook))
    }

    fn create_webhook(&self, webhook: WebhookOrder) -> Answer<String> {
        let (key, value) = &webhook.header;
        let headers = json!([{"key": key, "value": value.expose_secret()}]);
        let body = json!({
            "source": webhook.source, "request_url": webhook.url, "name": webhook.name, "enabled": true,
            "events": webhook.events, "headers": headers,
        });
        let call = self.call("POST", "webhooks", Some(body));
        let read = |body: &Value| lenient::first_id(body, &["webhook_id", "id"]);
        let answer = self.send(Kind::Key, &call).and_then(|body| self.read(Kind::Key, &body, read));
        Box::pin(std::future::ready(answer))
    }

    fn delete_webhook(&self, id: String) -> Answer<()> {
        self.ask(Kind::Key, "DELETE", &format!("webhooks/{id}"), |_| Some(()))
    }

    fn clock_ahead_ms(&self) -> Option<i64> {
        // As the HTTP client finds it out: the world's `Date` against our own clock.
        Some(self.own.as_ref().map_or(0, |own| own.others().since_ms(own.now())))
    }
}
