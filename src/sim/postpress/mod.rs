//! One pretend postpress: accounts, people, chats, invitations, the ledger and the refusals (POSTPRESS.md §1, §7).
//!
//! Synchronous, behind one lock, free of HTTP: `World::answer` takes a `Call` and gives an `Answer`. It never asks the
//! time of day itself and never reaches out. Start at `World`; `route` is the table of contents, `effect` the fold.

pub mod account;
pub mod call;
pub mod ledger;
pub mod outbox;
pub mod state;

mod accounts;
mod bend;
mod chats;
mod core;
pub mod deed;
mod effect;
mod invitations;
mod linkedin;
mod messages;
mod page;
mod payload;
mod posts;
mod profiles;
mod reaction;
mod route;
mod sending;
mod view;
mod webhooks;

use crate::model::time::Timestamp;
use crate::runtime::clock::Clock;
use crate::sim::faults::{Faults, Kind, Rule};
use crate::sim::people::directory::Directory;
use crate::sim::postpress::account::AccountSeed;
use crate::sim::postpress::call::{Body, Call, Content, Refusal, Reply};
use crate::sim::postpress::core::Core;
use crate::sim::postpress::deed::{Deed, Undone};
use crate::sim::postpress::ledger::{Ledger, LedgerFault, Line};
use crate::sim::postpress::outbox::{Delivery, Twist};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::State;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What a world is made of.
pub struct Settings {
    pub people: Directory,
    pub accounts: Vec<AccountSeed>,
    /// The key every request must carry.
    pub key: String,
    /// The sandbox's (virtual) time.
    pub clock: Arc<dyn Clock>,
    /// None: nothing is written, and nothing survives.
    pub ledger: Option<PathBuf>,
    pub faults: Faults,
}

/// The pretend postpress. Shared by all connections; every method may be called from any thread.
pub struct World {
    core: Mutex<Core>,
    key: String,
    clock: Arc<dyn Clock>,
    wake: Notify,
}

/// A message between an account and a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    pub account: String,
    /// The person's key in the directory.
    pub person: String,
    /// Of the account's.
    pub is_own: bool,
    /// The note of an invitation, shown once it was accepted.
    pub is_note: bool,
    pub message: String,
    pub at: Timestamp,
}

/// An answer, and how it travels.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub reply: Reply,
    pub wire: Wire,
}

/// What the wire does to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    Plain,
    /// Never answered.
    Silence,
    /// The connection breaks before the first byte.
    Reset,
    /// It breaks in the middle of the body.
    Truncated,
}

impl World {
    /// Opens the ledger and lets everything in it happen again, up to now.
    pub fn open(settings: Settings) -> Result<Self, LedgerFault> {
        let (ledger, lines) = Ledger::open(settings.ledger.as_deref())?;
        let last = lines.last().map_or(Timestamp::default(), ledger::Line::time);
        let now = settings.clock.now().max(last);
        let begin = lines.first().map_or(now, ledger::Line::time);
        let mut state = State::new(settings.people, settings.accounts, begin);
        for line in &lines {
            state.advance(line.time());
            state.fold(line);
        }
        if !lines.is_empty() {
            state.advance(now);
            state.outbox.rebuilt_at = Some(now);
            state.outbox.take(now, |_| false);
        }
        let core = Mutex::new(Core { state, ledger, faults: settings.faults, latest: now });
        Ok(Self { core, key: settings.key, clock: settings.clock, wake: Notify::new() })
    }

    /// Answers one request: the key first, then the faults, then the route.
    pub fn answer(&self, call: &Call) -> Answer {
        let mut core = self.lock();
        let now = core.pass(self.clock.as_ref());
        let refused =
            |refusal: Refusal| Answer { reply: refusal.reply(&format!("/v1/{}", call.path.join("/"))), wire: Wire::Plain };
        if call.key.as_deref() != Some(self.key.as_str()) {
            return refused(Refusal::new(401, "missing_credentials", "no valid API key came with the request"));
        }
        if let Body::Unreadable(why) = &call.body {
            return refused(Refusal::new(400, "malformed_request", why.clone()));
        }
        let met = core.faults.meet(&call.route());
        if let Some(before) = before(&met, refused) {
            return before;
        }
        let lag_ms = core.brace(&met, call, now);
        let bent = bend::bent(&met, call);
        let mut desk = Desk { core: &mut core, call: bent.as_ref().unwrap_or(call), now, lag_ms };
        let answer = desk.answer().map_or_else(refused, |reply| Answer { reply, wire: Wire::Plain });
        core.state.outbox.twist = Twist::default();
        // What the call itself caused has met its faults.
        core.state.outbox.weather(|_| Twist::default());
        let answer = after(&met, answer, refused);
        drop(core);
        self.wake.notify_one();
        answer
    }

    /// What webhooks are to be told now.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let mut core = self.lock();
        let now = core.pass(self.clock.as_ref());
        core.state.deliveries(now)
    }

    /// Lets somebody do something of their own accord now. `person`: any id they have on the account's channel.
    ///
    /// # Errors
    /// It cannot be done as things stand.
    pub fn happen(&self, account: &str, person: &str, deed: &Deed) -> Result<(), Undone> {
        let mut core = self.lock();
        let now = core.pass(self.clock.as_ref());
        core.state.happen(account, person, deed, now)?;
        drop(core);
        self.wake.notify_one();
        Ok(())
    }

    /// The effects performed since the world began, but for the first `skip`; of a world whose ledger is no file.
    pub fn effects(&self, skip: usize) -> Vec<Line> {
        self.lock().ledger.kept().iter().skip(skip).cloned().collect()
    }

    /// Everything that was said between two, in the order of its moments.
    pub fn said(&self) -> Vec<Saying> {
        let core = self.lock();
        let mut said: Vec<Saying> = core.state.messages.values().filter_map(|message| saying(&core.state, message)).collect();
        said.sort_by(|one, other| (one.at, &one.message).cmp(&(other.at, &other.message)));
        said
    }

    /// How many effects were performed; of a world whose ledger is no file.
    pub fn performed(&self) -> usize {
        self.lock().ledger.kept().len()
    }

    /// Other faults from now on; says how often each of those before was met.
    pub fn trouble(&self, faults: Faults) -> Vec<(Kind, u64)> {
        let before = std::mem::replace(&mut self.lock().faults, faults);
        before.met().collect()
    }

    /// When to ask for deliveries again; none: not before something is asked of the world.
    pub fn next_at(&self) -> Option<Timestamp> {
        let core = self.lock();
        let now = self.clock.now();
        core.state.next_due().into_iter().chain(core.state.outbox.next_at(now)).min()
    }

    /// Waits until something was asked of the world.
    pub async fn asked(&self) {
        self.wake.notified().await;
    }

    /// The sandbox's clock.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// A panic while the lock was held is a bug of ours, but the world is still whole: every change is one fold.
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn saying(state: &State, message: &state::Message) -> Option<Saying> {
    let chat = state.chats.get(&message.chat).filter(|chat| !chat.is_group)?;
    Some(Saying {
        account: chat.account.clone(),
        person: chat.people.first()?.clone(),
        is_own: message.sender.is_none(),
        is_note: message.kind == "INVITATION",
        message: message.id.clone(),
        at: message.at,
    })
}

fn before(met: &[Rule], refused: impl Fn(Refusal) -> Answer) -> Option<Answer> {
    met.iter().find_map(|rule| match rule.kind {
        Kind::SilenceBefore => Some(Answer { wire: Wire::Silence, ..refused(Refusal::new(504, "request_timeout", "")) }),
        Kind::ResetBefore => Some(Answer { wire: Wire::Reset, ..refused(Refusal::new(502, "proxy_error", "")) }),
        _ => rule.refusal_before().map(&refused),
    })
}

/// Faults after the work was done change the answer; a refusal of the world's own stays what it is.
fn after(met: &[Rule], mut answer: Answer, refused: impl Fn(Refusal) -> Answer) -> Answer {
    if answer.reply.status >= 400 {
        return answer;
    }
    for rule in met {
        match rule.kind {
            Kind::ErrorAfter => answer = refused(Refusal::new(500, "provider_error", "the provider failed to answer properly")),
            Kind::ProxyAfter => answer = refused(Refusal::new(502, "proxy_error", "the proxy failed")),
            Kind::GatewayAfter => {
                answer = refused(Refusal::new(504, "request_timeout", "no answer in time; it may have happened"))
            }
            Kind::SilenceAfter => answer.wire = Wire::Silence,
            Kind::ResetAfter => answer.wire = Wire::Reset,
            Kind::Truncated => answer.wire = Wire::Truncated,
            Kind::WithoutId => without_ids(&mut answer.reply),
            Kind::WrongBody => answer.reply.content = Content::Json(bend::wrong_body()),
            Kind::TooMany
            | Kind::TooManyRetryAfter
            | Kind::ErrorBefore
            | Kind::ProxyBefore
            | Kind::NoSession
            | Kind::GatewayBefore
            | Kind::SilenceBefore
            | Kind::ResetBefore
            | Kind::WebhookTwice
            | Kind::WebhookLate
            | Kind::WebhookLost
            | Kind::ListLag
            | Kind::SmallPages
            | Kind::PagesShift
            | Kind::Disconnect
            | Kind::Refuse => {}
        }
    }
    answer
}

fn without_ids(reply: &mut Reply) {
    let Content::Json(Value::Object(object)) = &mut reply.content else { return };
    for id in ["message_id", "chat_id", "invitation_id"] {
        if let Some(value) = object.get_mut(id) {
            *value = Value::Null;
        }
    }
}
