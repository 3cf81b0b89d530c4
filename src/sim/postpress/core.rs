//! What the world's lock guards.

use crate::model::time::{HOUR_MS, MINUTE_MS, Timestamp};
use crate::runtime::clock::Clock;
use crate::sim::faults::{Faults, Kind, Rule};
use crate::sim::postpress::call::Call;
use crate::sim::postpress::ledger::Ledger;
use crate::sim::postpress::outbox::Twist;
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
    /// Lets time pass until now. What people did meanwhile is told as faults let it be told.
    pub fn pass(&mut self, clock: &dyn Clock) -> Timestamp {
        self.latest = self.latest.max(clock.now());
        self.state.advance(self.latest);
        let faults = &mut self.faults;
        self.state.outbox.weather(|event| twist_of(&faults.meet_webhook(&event.what.event())));
        self.latest
    }

    /// Prepares for the faults that let the call through: how webhooks are twisted, how far lists lag, who is signed out.
    pub fn brace(&mut self, met: &[Rule], call: &Call, now: Timestamp) -> i64 {
        let mut lag_ms = 0;
        self.state.outbox.twist = twist_of(met);
        for rule in met {
            match rule.kind {
                Kind::WebhookTwice | Kind::WebhookLost | Kind::WebhookLate => {}
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
                | Kind::WrongBody
                | Kind::SmallPages
                | Kind::PagesShift
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

/// What the rules do to webhooks.
fn twist_of(met: &[Rule]) -> Twist {
    let mut twist = Twist::default();
    for rule in met {
        match rule.kind {
            Kind::WebhookTwice => twist.copies = 2,
            Kind::WebhookLost => twist.copies = 0,
            Kind::WebhookLate => twist.late_ms = rule.lasts_ms(HOUR_MS),
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
            | Kind::WrongBody
            | Kind::ListLag
            | Kind::SmallPages
            | Kind::PagesShift
            | Kind::Disconnect
            | Kind::Refuse => {}
        }
    }
    twist
}
