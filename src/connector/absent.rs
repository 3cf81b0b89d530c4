//! No far side: for commands on a store that no engine runs on. Every call is definitely not done.

use crate::connector::contract::{
    AccountRow, Answer, ChatRow, Connector, InvitationRow, MessageRow, Order, Page, Performed, PostRow, Profile, Refusal,
    RelationRow, SkillRow, Verdict, WebhookOrder, WebhookRow,
};
use crate::model::account::{InmailApi, SenderProfile};
use crate::model::id::{ChatId, ProviderAccount, ProviderId};
use crate::model::time::Timestamp;

/// Refuses everything.
#[derive(Debug, Clone, Copy)]
pub struct Absent;

fn no<T: Send + 'static>() -> Answer<T> {
    let refusal =
        Refusal { verdict: Verdict::Later { after_s: None }, status: None, code: "not_connected".to_owned(), detail: None };
    Box::pin(std::future::ready(Err(refusal)))
}

impl Connector for Absent {
    fn perform(&self, _: Order) -> Answer<Performed> {
        no()
    }
    fn profile(&self, _: ProviderAccount, _: String) -> Answer<Profile> {
        no()
    }
    fn posts(&self, _: ProviderAccount, _: ProviderId) -> Answer<Vec<PostRow>> {
        no()
    }
    fn skills(&self, _: ProviderAccount, _: ProviderId) -> Answer<Vec<SkillRow>> {
        no()
    }
    fn relations(&self, _: ProviderAccount, _: Option<String>) -> Answer<Page<RelationRow>> {
        no()
    }
    fn invitations(&self, _: ProviderAccount, _: Option<String>) -> Answer<Page<InvitationRow>> {
        no()
    }
    fn messages(&self, _: ProviderAccount, _: ChatId, _: Option<String>) -> Answer<Page<MessageRow>> {
        no()
    }
    fn chats_with(&self, _: ProviderAccount, _: ProviderId, _: Option<String>) -> Answer<Page<ChatRow>> {
        no()
    }
    fn chats_since(&self, _: ProviderAccount, _: Timestamp, _: Option<String>) -> Answer<Page<ChatRow>> {
        no()
    }
    fn accounts(&self, _: Option<String>) -> Answer<Page<AccountRow>> {
        no()
    }
    fn account(&self, _: ProviderAccount) -> Answer<AccountRow> {
        no()
    }
    fn own_profile(&self, _: ProviderAccount) -> Answer<SenderProfile> {
        no()
    }
    fn inmail_balance(&self, _: ProviderAccount, _: InmailApi) -> Answer<Option<u32>> {
        no()
    }
    fn webhooks(&self, _: Option<String>) -> Answer<Page<WebhookRow>> {
        no()
    }
    fn create_webhook(&self, _: WebhookOrder) -> Answer<String> {
        no()
    }
    fn delete_webhook(&self, _: String) -> Answer<()> {
        no()
    }
    fn clock_ahead_ms(&self) -> Option<i64> {
        None
    }
}
