//! `/accounts`, `/hosted/accounts/link`.

use crate::model::time::Timestamp;
use crate::sim::postpress::account::Account;
use crate::sim::postpress::call::{Refusal, Reply};
use crate::sim::postpress::outbox::What;
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::opaque;
use serde_json::json;

impl Desk<'_> {
    /// Every account route.
    pub fn accounts(&mut self, path: &[&str]) -> Result<Reply, Refusal> {
        match (self.call.method.as_str(), path) {
            ("GET", ["accounts"]) => self.account_list(),
            ("GET", ["accounts", id]) => Ok(Reply::json(200, self.state().account(id)?.view())),
            ("DELETE", ["accounts", id]) => self.delete_account(id),
            ("POST", ["accounts", id, "restart"]) => self.restart(id),
            ("GET", ["accounts", id, "sync"]) => {
                self.state().account(id)?;
                Ok(Reply::json(200, json!({"object": "AccountResync", "status": "SYNC_DONE"})))
            }
            ("POST", ["accounts"] | ["accounts", "checkpoint"]) => {
                Err(Refusal::new(501, "feature_not_implemented", "accounts of the sandbox are given at its start"))
            }
            ("POST", ["accounts", id]) => self.reconnect(id),
            ("POST", ["hosted", "accounts", "link"]) => self.hosted_link(),
            _ => Err(Refusal::not_found("route")),
        }
    }

    fn account_list(&self) -> Result<Reply, Refusal> {
        let ask = Ask::read(self.call, Mark::Id, 250, 100, &[])?;
        let row = |account: &Account| Row { id: account.seed.id.clone(), at: Timestamp::default(), item: account.clone() };
        Ok(ask.page("AccountList", self.state().accounts.iter().map(row).collect(), Account::view))
    }

    fn delete_account(&mut self, id: &str) -> Result<Reply, Refusal> {
        self.state().account(id)?;
        self.core.state.tell(self.now, id, What::Status { word: "DELETED".to_owned() });
        self.core.state.accounts.retain(|account| account.seed.id != id);
        Ok(Reply::json(200, json!({"object": "AccountDeleted"})))
    }

    /// Heals what a restart can heal; a signed-out account needs its owner.
    fn restart(&mut self, id: &str) -> Result<Reply, Refusal> {
        let status = self.state().account(id)?.status.clone();
        let heals = !matches!(status.as_str(), "CREDENTIALS" | "PERMISSIONS");
        if heals {
            self.core.state.set_status(id, "OK", "OK", self.now);
        }
        Ok(Reply::json(200, json!({"object": if heals { "AccountRestarted" } else { "AccountFailedToRestart" }})))
    }

    fn reconnect(&mut self, id: &str) -> Result<Reply, Refusal> {
        self.state().account(id)?;
        self.core.state.set_status(id, "OK", "RECONNECTED", self.now);
        Ok(Reply::json(201, json!({"object": "AccountReconnected", "account_id": id})))
    }

    fn hosted_link(&self) -> Result<Reply, Refusal> {
        let (kind, until) = (self.call.needed("type")?, self.call.needed("expiresOn")?);
        self.call.needed("api_url")?;
        match kind.as_str() {
            "create" => {}
            "reconnect" => {
                self.state().account(&self.call.needed("reconnect_account")?)?;
            }
            _ => return Err(Refusal::new(400, "invalid_parameters", "type is create or reconnect")),
        }
        let url = format!("https://account.example.invalid/{}", opaque(&["hosted", &kind, &until]));
        Ok(Reply::json(200, json!({"object": "HostedAuthUrl", "url": url})))
    }
}
