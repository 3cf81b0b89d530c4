//! What the world's lock guards.

use crate::model::time::{HOUR_MS, MINUTE_MS, Timestamp};
use crate::runtime::clock::Clock;
use crate::sim::faults::{Faults, Kind, Rule};
use crate::sim::postpress::call::Call;
use crate::sim::postpress::ledger::Ledger;
use crate::sim::postpress::state::{Due, State};

/// What the lock guards.
pub(super) struct Core {
    pub state: State,
    pub ledger: Ledger,
    pub faults: Faults,
    /// The latest time anything was asked: a clock a little behind the ledger's last line never turns time back.
    pub latest: Timestamp,
}

impl Core {
    /// Lets time pass until now.
    pub fn pass(&mut self, clock: &dyn Clock) -> Timestamp {
        self.latest = self.latest.max(clock.now());
        self.state.advance(self.latest);
        self.latest
    }

    /// Prepares for the faults that let the call through: how webhooks are twisted, how far lists lag, who is signed out.
    pub fn brace(&mut self, met: &[Rule], call: &Call, now: Timestamp) -> i64 {
        let mut lag_ms = 0;
        for rule in met {
            match rule.kind {
                Kind::WebhookTwice => self.state.outbox.twist.copies = 2,
                Kind::WebhookLost => self.state.outbox.twist.copies = 0,
                Kind::WebhookLate => self.state.outbox.twist.late_ms = rule.lasts_ms(HOUR_MS),
                Kind::ListLag => lag_ms = rule.lasts_ms(5 * MINUTE_MS),
                Kind::Disconnect => {
                    let Some(account) = self.account_of(call) else { continue };
                    let word = rule.word.as_deref().unwrap_or("CREDENTIALS");
                    self.state.set_status(&account, word, word, now);
                    self.state.plan(now.plus_ms(rule.lasts_ms(2 * HOUR_MS)), Due::Reconnect { account });
                }
                Kind::TooMany
                | Kind::TooManyRetryAfter
                | Kind::ErrorBefore
                | Kind::ErrorAfter
                | Kind::ProxyBefore
                | Kind::ProxyAfter
                | Kind::NoSession
                | Kind::GatewayBefore
                | Kind::GatewayAfter
                | Kind::SilenceBefore
                | Kind::SilenceAfter
                | Kind::ResetBefore
                | Kind::ResetAfter
                | Kind::Truncated
                | Kind::WithoutId
                | Kind::Refuse => {}
            }
        }
        lag_ms
    }

    /// The account a call is about: of its query, its body, or the chat or account in its path.
    fn account_of(&self, call: &Call) -> Option<String> {
        let named = call.query.get("account_id").cloned().or_else(|| call.field("account_id"));
        let in_path = || match call.path.as_slice() {
            [room, id, ..] if room == "chats" => self.state.chats.get(id).map(|chat| chat.account.clone()),
            [room, id, ..] if room == "accounts" => Some(id.clone()),
            _ => None,
        };
        named.or_else(in_path)
    }
}
