//! Never twice, first half (RUNTIME.md §4): intent, durable; check again; call; and what each answer means.

use crate::connector::contract::Verdict as Answered;
use crate::model::account::{Account, Channel};
use crate::model::contact::Contact;
use crate::model::enrollment::{Awaits, Enrollment, Hold, Relation};
use crate::model::event::{Event, Settlement};
use crate::model::id::{AccountId, ChatId, EffectKey};
use crate::model::intent::{Intent, IntentState, Request};
use crate::model::journal::{Cause, Entry, EntryKind};
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{HOUR_MS, Timestamp};
use crate::runtime::agenda::Waiting;
use crate::runtime::draft::Draft;
use crate::runtime::errand::{self, Message};
use crate::runtime::limits::Use;
use crate::runtime::outbox::{Verdict, awaited_call, key_of};
use crate::runtime::pace;
use crate::runtime::pages::normalised;
use crate::runtime::partition::Partition;
use crate::runtime::request::{Sheet, order_of, person_of, request, told};
use crate::store::contract::StoreFault;
use std::sync::Arc;

/// How long after the other's reading a call is looked at again that waits for its twin.
const TWIN_AGAIN_MS: i64 = 1_000;

impl Partition {
    /// Writes the intent down; the call starts once that is durable.
    pub(super) fn intend(
        &mut self,
        account: &Account,
        waiting: &Waiting,
        mut enrollment: Enrollment,
        contact: &Contact,
        now: Timestamp,
    ) -> Result<Verdict, StoreFault> {
        let (key, far) = (key_of(waiting), self.far(now));
        let mut draft = Draft::new(Cause::Outbox { key }, now);
        let Some(installed) = self.campaigns.get(&waiting.campaign).cloned() else {
            return Ok(Verdict::NotBefore(now.plus_ms(HOUR_MS)));
        };
        // Taken out once the intent is written: a disk without room must not have it looked for again and again.
        let target = self.targets.get(&waiting.enrollment).filter(|(visit, _)| *visit == waiting.visit).cloned();
        let sheet = Sheet { campaign: &installed.campaign, account, enrollment: &enrollment, contact };
        let request = match request(sheet, &waiting.call, target.as_ref().map(|(_, target)| target)) {
            Ok(request) => request,
            Err(settlement) => return self.settle_unsent(draft, key, settlement),
        };
        let Some(person) = person_of(&enrollment, contact, enrollment.channel_of(&waiting.call)) else {
            return Ok(Verdict::NotBefore(now.plus_ms(HOUR_MS)));
        };
        let attempt = attempts_of(&mut enrollment, key).saturating_add(1);
        let intent = Intent {
            key,
            attempt,
            account: account.id,
            contact: contact.id,
            person,
            chat: chat_of(&request, &enrollment, enrollment.channel_of(&waiting.call)),
            budget: waiting.call.budget(),
            at: far,
            state: IntentState::Open,
            request,
        };
        if let Some(until) = self.twin_in_doubt(&intent, now) {
            return Ok(Verdict::NotBefore(until));
        }
        if let Some(known) = self.recall(&intent, &enrollment, contact, now)? {
            return Ok(known);
        }
        if let Some(budget) = intent.budget.filter(|_| !is_planted(Bug::LimitAtOutcome)) {
            draft.use_budget(account.id, budget, Use { at: far, key, campaign: waiting.campaign });
        }
        let (label, version) = self.label_of(&enrollment, key);
        draft.entry(key.enrollment, line(now, EntryKind::Intent, &label, version, told(&intent, account)));
        if let Some(Awaits::Call { hold, .. }) = awaited_call(&mut enrollment, key) {
            *hold = Some(Hold::Open { since: now });
        }
        draft.stage(enrollment);
        let mut account = account.clone();
        let is_overdue = is_planted(Bug::BacklogAtOnce) && now.since_ms(waiting.ready_at) > HOUR_MS;
        let gap_ms = if is_overdue { 0 } else { pace::gap_ms(&installed.campaign.calendar, key) };
        account.free_at = Some(now.plus_ms(gap_ms));
        account.first_used.get_or_insert(now);
        let account_id = account.id;
        draft.stage_account(account);
        draft.stage_intent(key, Some(intent));
        self.submit_intent(draft, key, account_id)?;
        self.targets.remove(&waiting.enrollment);
        Ok(Verdict::Begun)
    }

    /// Is it being found out whether the person got this very thing from another campaign? Then whatever a list shows could be
    /// either's: the second waits until the first is settled. One in a person's hands is read for no more, and holds nobody.
    fn twin_in_doubt(&self, intent: &Intent, now: Timestamp) -> Option<Timestamp> {
        let is_twin = |other: &&Intent| {
            (other.contact, other.account) == (intent.contact, intent.account)
                && other.key != intent.key
                && look_alike(&intent.request, &other.request)
        };
        let doubts = self.intents.values().filter(is_twin).filter_map(|other| match other.state {
            IntentState::Unknown { next_read, .. } => Some(self.own(next_read)),
            IntentState::Open | IntentState::Parked { .. } => None,
        });
        doubts.max().map(|at| at.max(now).plus_ms(TWIN_AGAIN_MS))
    }

    /// Ends a call for which there is nothing to send, or nothing that can be sent.
    fn settle_unsent(&mut self, mut draft: Draft, key: EffectKey, settlement: Settlement) -> Result<Verdict, StoreFault> {
        self.happen(&mut draft, key.enrollment, &Event::Settled { visit: key.visit, settlement })?;
        self.close_quietly(draft)?;
        self.targets.remove(&key.enrollment);
        Ok(Verdict::Settled)
    }

    /// Submits it; the call starts once it is durable.
    fn submit_intent(&mut self, draft: Draft, key: EffectKey, account: AccountId) -> Result<(), StoreFault> {
        self.busy.insert(account, key.enrollment);
        self.calling.insert(key);
        let post = self.parts.errands.post();
        let tell = move |durable: Result<_, StoreFault>| {
            let message = match durable {
                Ok(_) => Message::IntentDurable { key },
                Err(fault) => Message::StoreFailed { because: fault.to_string() },
            };
            // Nobody listens any more only when the engine ends; the intent is then found at the next start.
            drop(post.send(message));
        };
        if let Err(fault) = self.close(draft, Box::new(tell)) {
            // No room for now: nothing was begun, and nothing may look as if it were.
            self.calling.remove(&key);
            self.busy.remove(&account);
            return Err(fault);
        }
        Ok(())
    }

    /// The intent is durable: the last look, then the call.
    pub(super) fn intent_durable(&mut self, key: EffectKey, now: Timestamp) -> Result<(), StoreFault> {
        let Some(intent) = self.intents.get(&key).cloned() else {
            // An echo settled it before its call began: there is nothing left to call.
            self.calling.remove(&key);
            self.busy.retain(|_, enrollment| *enrollment != key.enrollment);
            self.try_at.clear();
            return Ok(());
        };
        let draft = Draft::new(Cause::Outbox { key }, now);
        let may_go = self.may_go(&draft, &intent)?;
        let Some(account) = self.accounts.get(&intent.account).cloned() else { return Ok(()) };
        let order = order_of(&intent, &account, &self.parts.root);
        let (connector, clock, errands) =
            (Arc::clone(&self.parts.connector), Arc::clone(&self.parts.clock), self.parts.errands.clone());
        let lost = Message::Answered { key, at: now, result: Err(errand::never_back(Answered::Unknown)) };
        let start = || errands.start(lost, Box::pin(errand::perform(connector, key, order, clock)));
        if is_planted(Bug::NoRecheck) {
            start();
            return Ok(());
        }
        if may_go && self.parts.gate.pass(key.enrollment, start) {
            return Ok(());
        }
        self.calling.remove(&key);
        self.busy.remove(&intent.account);
        let draft_at = draft.at;
        self.withdraw_intent(
            draft,
            &intent,
            EntryKind::Cancelled,
            vec![("why".to_owned(), "something else came first".to_owned())],
            draft_at,
        )
    }

    /// No reply, no opt-out, no pause, account healthy, still the call the person's path awaits.
    fn may_go(&self, draft: &Draft, intent: &Intent) -> Result<bool, StoreFault> {
        let Some(mut enrollment) = self.enrollment(draft, intent.key.enrollment)? else { return Ok(false) };
        let Some(contact) = self.contact(draft, intent.contact)? else { return Ok(false) };
        let is_awaited = enrollment.frame().is_some_and(|frame| frame.visit == intent.key.visit)
            && enrollment.pause().is_none()
            && awaited_call(&mut enrollment, intent.key).is_some();
        let channel = self.accounts.get(&intent.account).map_or(Channel::Linkedin, |account| account.spec.channel);
        let may_reach = matches!(intent.request, Request::Withdraw { .. }) || !contact.is_suppressed_on(channel);
        let is_needed = !matches!(intent.request, Request::Invite { .. }) || enrollment.facts.relation != Relation::Yes;
        let is_usable = is_needed && self.accounts.get(&intent.account).is_some_and(|account| self.is_usable(account));
        Ok(is_awaited
            && may_reach
            && is_usable
            && !self.is_stopping
            && (is_planted(Bug::PauseDrains) || self.is_running(enrollment.campaign)))
    }

    /// Takes an intent back that was definitely not performed: its reservation is free again, the call waits anew, not
    /// before `until`. The hold keeps how many attempts there were: the next one has another number, also after a restart.
    pub(super) fn withdraw_intent(
        &mut self,
        mut draft: Draft,
        intent: &Intent,
        kind: EntryKind,
        detail: Vec<(String, String)>,
        until: Timestamp,
    ) -> Result<(), StoreFault> {
        draft.stage_intent(intent.key, None);
        if let Some(budget) = intent.budget {
            draft.free_budget(intent.account, budget, intent.at, intent.key);
        }
        if let Some(mut enrollment) = self.enrollment(&draft, intent.key.enrollment)? {
            if let Some(Awaits::Call { hold: held, .. }) = awaited_call(&mut enrollment, intent.key) {
                let code = detail.iter().find(|(name, _)| name == "code").map_or("not_sent", |(_, code)| code).to_owned();
                *held = Some(Hold::Retry { until, attempts: intent.attempt, code });
            }
            let (label, version) = self.label_of(&enrollment, intent.key);
            draft.entry(enrollment.id, line(draft.at, kind, &label, version, detail));
            draft.stage(enrollment);
        }
        self.close_quietly(draft)?;
        Ok(())
    }
}

/// Attempts made so far, of a call that was refused or proven absent: they stand in its hold, so that no restart
/// forgets them.
fn attempts_of(enrollment: &mut Enrollment, key: EffectKey) -> u16 {
    match awaited_call(enrollment, key) {
        Some(Awaits::Call { hold: Some(Hold::Retry { attempts, .. }), .. }) => *attempts,
        Some(_) | None => 0,
    }
}

/// Could a list not tell the two apart? Both invite the same person, or say the same to them.
fn look_alike(one: &Request, other: &Request) -> bool {
    match (one, other) {
        (Request::Invite { .. }, Request::Invite { .. }) => true,
        (Request::Message { .. } | Request::Inmail { .. }, Request::Message { .. } | Request::Inmail { .. })
        | (Request::Group { .. }, Request::Group { .. }) => one.text().map(normalised) == other.text().map(normalised),
        _ => false,
    }
}

/// A line of a timeline.
pub(super) fn line(at: Timestamp, kind: EntryKind, step: &str, version: u32, detail: Vec<(String, String)>) -> Entry {
    Entry { at, kind, step: step.to_owned(), version, detail }
}

/// The chat a request names, if it names one.
fn chat_of(request: &Request, enrollment: &Enrollment, channel: Channel) -> Option<ChatId> {
    match request {
        Request::Message { .. } => enrollment.lines.get(&channel).and_then(|line| line.chat.clone()),
        // Where the message stands that is reacted to.
        Request::React { .. } => enrollment.facts.reply_chat.clone(),
        Request::Invite { .. }
        | Request::Withdraw { .. }
        | Request::Inmail { .. }
        | Request::Group { .. }
        | Request::Visit
        | Request::Follow
        | Request::LikePost { .. }
        | Request::CommentPost { .. }
        | Request::Endorse { .. } => None,
    }
}
