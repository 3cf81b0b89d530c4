//! Which account of ours a provider's account id is: shared with the threads that take webhooks in.

use crate::model::account::{Account, Channel};
use crate::model::id::{AccountId, ProviderAccount, ProviderId};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// What routing must know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: AccountId,
    pub channel: Channel,
    /// The account's own id at the provider: who an own send is from.
    pub own_id: Option<ProviderId>,
}

/// Every account the store knows.
#[derive(Debug, Default)]
pub struct Directory(RwLock<HashMap<ProviderAccount, Listed>>);

impl Directory {
    /// Takes over what is known of an account.
    pub fn note(&self, account: &Account) {
        let listed = Listed { id: account.id, channel: account.spec.channel, own_id: account.sender.provider_id.clone() };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(account.spec.provider_account.clone(), listed);
    }

    /// The account of that provider's id.
    pub fn find(&self, account: &ProviderAccount) -> Option<Listed> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(account).cloned()
    }
}
