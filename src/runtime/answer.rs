//! What each answer of the far side means: done, not done, or nobody knows (RUNTIME.md §4).

use crate::connector::contract::{Performed, Refusal, Verdict as Answered};
use crate::model::account::{Budget, Health};
use crate::model::enrollment::{Awaits, Enrollment, Hold};
use crate::model::event::{Event, Settlement, Unneeded};
use crate::model::id::{AccountId, EffectKey, RemoteId};
use crate::model::intent::{Intent, IntentState, Request};
use crate::model::journal::{Cause, EntryKind, Record};
use crate::model::past::remote_print;
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};
use crate::runtime::draft::Draft;
use crate::runtime::intend::line;
use crate::runtime::limits::Use;
use crate::runtime::outbox::awaited_call;
use crate::runtime::partition::Partition;
use crate::runtime::prepare::after_s;
use crate::runtime::routes::{chat_route, person_route};
use crate::store::contract::StoreFault;

/// How long an unknown call is left alone before the lists are read: longer than any lag of theirs.
pub const SETTLE_MS: i64 = 15 * MINUTE_MS;
/// First pause after a refusal for now; doubled at each further one.
const RETRY_MS: i64 = 5 * MINUTE_MS;
/// Longest pause between two attempts.
const RETRY_MS_MAX: i64 = 6 * HOUR_MS;
/// Rest of a budget after a 429 that does not say how long (POSTPRESS.md §4: 30 minutes or more).
const COOL_MS: i64 = 30 * MINUTE_MS;
/// After a key was refused, before it is tried again.
const KEY_AGAIN_MS: i64 = 10 * MINUTE_MS;

impl Partition {
    /// The far side answered.
    pub(super) fn answered(
        &mut self,
        key: EffectKey,
        at: Timestamp,
        result: Result<Performed, Refusal>,
    ) -> Result<(), StoreFault> {
        self.calling.remove(&key);
        let Some(intent) = self.intents.get(&key).cloned() else {
            // An echo settled it before the answer came.
            self.busy.retain(|_, enrollment| *enrollment != key.enrollment);
            self.try_at.clear();
            return Ok(());
        };
        self.busy.remove(&intent.account);
        self.try_at.remove(&intent.account);
        let draft = Draft::new(Cause::Outbox { key }, at);
        match result {
            Ok(performed) => self.settle_sent(draft, &intent, performed.remote, performed.chat, "answer"),
            Err(refusal) => self.refused_call(draft, &intent, &refusal),
        }
    }

    /// It was performed: claimed, counted at the latest time it can have happened, and the path goes on.
    pub(super) fn settle_sent(
        &mut self,
        mut draft: Draft,
        intent: &Intent,
        remote: Option<RemoteId>,
        chat: Option<crate::model::id::ChatId>,
        by: &str,
    ) -> Result<(), StoreFault> {
        let (at, key) = (draft.at, intent.key);
        let remote = intent.request.subject_id(&intent.person).or(remote);
        draft.stage_intent(key, None);
        if let Some(budget) = intent.budget {
            draft.free_budget(intent.account, budget, intent.at, key);
            let campaign = self.enrollment(&draft, key.enrollment)?.map(|enrollment| enrollment.campaign).unwrap_or_default();
            let at = self.far(at);
            draft.use_budget(intent.account, budget, Use { at, key, campaign });
        }
        if let Some(remote) = remote.as_ref().filter(|_| intent.request.makes_something()) {
            draft.put(Record::Claim { account: intent.account, remote: remote_print(remote), key });
        }
        self.route(&mut draft, person_route(intent.account, &intent.person), key.enrollment)?;
        if let Some(chat) = &chat {
            self.route(&mut draft, chat_route(intent.account, chat), key.enrollment)?;
            self.read_whole(intent, chat);
        }
        if by != "answer"
            && let Some(enrollment) = self.enrollment(&draft, key.enrollment)?
        {
            let (label, version) = self.label_of(&enrollment, key);
            draft.entry(enrollment.id, line(at, EntryKind::Reconciled, &label, version, vec![("by".to_owned(), by.to_owned())]));
            draft.stage(enrollment);
        }
        self.happen(
            &mut draft,
            key.enrollment,
            &Event::Settled { visit: key.visit, settlement: Settlement::Sent { remote, chat } },
        )?;
        if let Some(mut account) = self.account(&draft, intent.account) {
            // The gap counts from the answer too: what the far side saw is what must be apart.
            let gap_ms = account.free_at.map_or(0, |free_at| free_at.since_ms(intent.at)).max(0);
            account.free_at = Some(at.plus_ms(gap_ms));
            draft.stage_account(account);
        }
        self.close_promptly(draft)?;
        Ok(())
    }

    fn refused_call(&mut self, mut draft: Draft, intent: &Intent, refusal: &Refusal) -> Result<(), StoreFault> {
        let at = draft.at;
        let is_error = is_planted(Bug::ErrorMeansNo) && refusal.status.is_some_and(|status| status >= 500);
        if refusal.verdict == Answered::Unknown && (is_planted(Bug::RetryAfterTimeout) || is_error) {
            return self.withdraw_intent(draft, intent, EntryKind::Failed, refusal_detail(refusal, Some(at)), at);
        }
        match refusal.verdict {
            Answered::Already if intent.request.is_engagement() => {
                self.settle_refused(draft, intent, Settlement::Skipped { why: "done already".to_owned() })
            }
            Answered::Already => {
                let why = if refusal.code.contains("connected") { Unneeded::AlreadyConnected } else { Unneeded::AlreadyInvited };
                let why = if matches!(intent.request, Request::Withdraw { .. }) { Unneeded::NothingPending } else { why };
                self.settle_refused(draft, intent, Settlement::Unneeded { why })
            }
            Answered::Never if matches!(intent.request, Request::Withdraw { .. }) => {
                self.settle_refused(draft, intent, Settlement::Unneeded { why: Unneeded::NothingPending })
            }
            Answered::Never => self.settle_refused(draft, intent, Settlement::Failed { code: refusal.code.clone() }),
            // Witnesses disagree on what it means; the list of pending invitations decides (POSTPRESS.md §4).
            // Until it has, the account asks nobody else: it may be at the provider's limit.
            Answered::CoolDown { after_s } if refusal.code.starts_with("cannot_resend") && !intent.request.is_engagement() => {
                let budget = intent.budget.unwrap_or(Budget::Messages);
                self.cool_down(&mut draft, intent.account, budget, refusal, after_s);
                self.leave_unknown(draft, intent, refusal)
            }
            Answered::Unknown => self.leave_unknown(draft, intent, refusal),
            Answered::Later { after_s } => {
                let attempts = intent.attempt;
                let pause =
                    after_s.map_or(RETRY_MS.saturating_mul(1 << attempts.min(10)).min(RETRY_MS_MAX), |s| i64::from(s) * 1_000);
                let until = at.plus_ms(pause.max(1));
                self.withdraw_intent(draft, intent, EntryKind::Failed, refusal_detail(refusal, Some(until)), until)
            }
            Answered::CoolDown { after_s } => {
                let budget = intent.budget.unwrap_or(Budget::Messages);
                let until = self.cool_down(&mut draft, intent.account, budget, refusal, after_s);
                self.withdraw_intent(draft, intent, EntryKind::Failed, refusal_detail(refusal, Some(until)), until)
            }
            Answered::AccountLost => {
                self.lose_account(&mut draft, intent.account, &refusal.code)?;
                self.withdraw_intent(draft, intent, EntryKind::Failed, refusal_detail(refusal, None), at)
            }
            Answered::KeyWrong => {
                self.refuse_key(refusal, at);
                self.withdraw_intent(draft, intent, EntryKind::Failed, refusal_detail(refusal, None), at)
            }
        }
    }

    pub(super) fn settle_refused(&mut self, mut draft: Draft, intent: &Intent, settlement: Settlement) -> Result<(), StoreFault> {
        draft.stage_intent(intent.key, None);
        if let Some(budget) = intent.budget.filter(|_| !may_be_ours(intent, &settlement)) {
            draft.free_budget(intent.account, budget, intent.at, intent.key);
        }
        self.happen(&mut draft, intent.key.enrollment, &Event::Settled { visit: intent.key.visit, settlement })?;
        self.close_quietly(draft)?;
        Ok(())
    }

    /// Nobody knows whether it happened: left alone for `SETTLE_MS`, then looked for, never repeated.
    fn leave_unknown(&mut self, mut draft: Draft, intent: &Intent, refusal: &Refusal) -> Result<(), StoreFault> {
        let detail = refusal_detail(refusal, None);
        self.stage_unknown(&mut draft, intent, detail)?;
        self.close_quietly(draft)?;
        Ok(())
    }

    /// Makes an intent unknown in the draft; what no list can show is given up at once.
    pub(super) fn stage_unknown(
        &self,
        draft: &mut Draft,
        intent: &Intent,
        detail: Vec<(String, String)>,
    ) -> Result<(), StoreFault> {
        if !intent.request.is_listed() {
            return self.stage_given_up(draft, intent, detail);
        }
        let settle_ms = if is_planted(Bug::NoSettle) { 0 } else { SETTLE_MS };
        let since = self.far(draft.at);
        let next_read = since.plus_ms(settle_ms);
        let state = IntentState::Unknown { since, next_read, absent_at: None, unreadable_since: None };
        draft.stage_intent(intent.key, Some(Intent { state, ..intent.clone() }));
        if let Some(mut enrollment) = self.enrollment(draft, intent.key.enrollment)? {
            if let Some(Awaits::Call { hold, .. }) = awaited_call(&mut enrollment, intent.key) {
                *hold = Some(Hold::Unknown { since, next_read, absent_at: None });
            }
            let (label, version) = self.label_of(&enrollment, intent.key);
            draft.entry(enrollment.id, line(draft.at, EntryKind::Unknown, &label, version, detail));
            draft.stage(enrollment);
        }
        Ok(())
    }

    /// Whether it happened stays unknown: it is not repeated, its place in the budget stays taken, the path goes on.
    pub(super) fn stage_given_up(
        &self,
        draft: &mut Draft,
        intent: &Intent,
        detail: Vec<(String, String)>,
    ) -> Result<(), StoreFault> {
        let key = intent.key;
        draft.stage_intent(key, None);
        if let Some(enrollment) = self.enrollment(draft, key.enrollment)? {
            let (label, version) = self.label_of(&enrollment, key);
            draft.entry(enrollment.id, line(draft.at, EntryKind::Unknown, &label, version, detail));
            draft.stage(enrollment);
        }
        let why = "nobody knows whether it happened, and it is never repeated".to_owned();
        let settlement = Settlement::Skipped { why };
        self.happen(draft, key.enrollment, &Event::Settled { visit: key.visit, settlement })?;
        Ok(())
    }

    /// A reading was refused: what that means for the call it was made for.
    pub(super) fn refused(
        &mut self,
        mut draft: Draft,
        key: EffectKey,
        account: AccountId,
        refusal: &Refusal,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        if refusal.verdict == Answered::Never {
            let settlement = Settlement::Failed { code: refusal.code.clone() };
            self.happen(&mut draft, key.enrollment, &Event::Settled { visit: key.visit, settlement })?;
            self.close_quietly(draft)?;
            return Ok(());
        }
        if let Some(mut enrollment) = self.enrollment(&draft, key.enrollment)? {
            let attempts = match awaited_call(&mut enrollment, key) {
                Some(Awaits::Call { hold: Some(Hold::Retry { attempts, .. }), .. }) => *attempts + 1,
                Some(_) | None => 1,
            };
            let pause = after_s(refusal)
                .map_or(RETRY_MS.saturating_mul(1 << attempts.min(10)).min(RETRY_MS_MAX), |s| i64::from(s) * 1_000);
            if let Some(Awaits::Call { hold, .. }) = awaited_call(&mut enrollment, key) {
                *hold = Some(Hold::Retry { until: now.plus_ms(pause.max(1)), attempts, code: refusal.code.clone() });
            }
            draft.stage(enrollment);
        }
        self.refused_account(draft, account, refusal, now)
    }

    /// What a refused reading means for the account.
    pub(super) fn refused_account(
        &mut self,
        mut draft: Draft,
        account: AccountId,
        refusal: &Refusal,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        match refusal.verdict {
            Answered::AccountLost => self.lose_account(&mut draft, account, &refusal.code)?,
            Answered::KeyWrong => self.refuse_key(refusal, now),
            Answered::CoolDown { after_s } => {
                self.cool_down(&mut draft, account, Budget::Visits, refusal, after_s);
            }
            Answered::Already | Answered::Later { .. } | Answered::Never | Answered::Unknown => {}
        }
        self.close_quietly(draft)?;
        Ok(())
    }

    fn cool_down(
        &self,
        draft: &mut Draft,
        account: AccountId,
        budget: Budget,
        refusal: &Refusal,
        after_s: Option<u32>,
    ) -> Timestamp {
        let is_quota =
            refusal.code.contains("limit") || refusal.code.contains("cannot_resend") || refusal.code.contains("credits");
        let pause = after_s.map_or(if is_quota { DAY_MS } else { COOL_MS }, |s| i64::from(s) * 1_000);
        // As uses are: by the provider's clock.
        let at = self.far(draft.at);
        let until = at.plus_ms(pause);
        if let Some(mut row) = self.account(draft, account) {
            row.cooldowns.retain(|(cooling, until)| *cooling != budget && *until > at);
            row.cooldowns.push((budget, until));
            draft.stage_account(row);
        }
        self.own(until)
    }

    /// A call that was refused for now was performed after all: it was not the account's limit that refused it, and the
    /// rest it was given ends.
    pub(super) fn warm_up(&self, draft: &mut Draft, intent: &Intent) {
        let (IntentState::Unknown { since, .. }, Some(budget)) = (&intent.state, intent.budget) else { return };
        let given = (budget, since.plus_ms(DAY_MS));
        if let Some(mut account) = self.account(draft, intent.account)
            && account.cooldowns.contains(&given)
        {
            account.cooldowns.retain(|rest| *rest != given);
            draft.stage_account(account);
        }
    }

    /// postpress refuses the key: said, and nothing is asked until it is tried again, by a check of the accounts.
    pub(super) fn refuse_key(&mut self, refusal: &Refusal, now: Timestamp) {
        let until = now.plus_ms(KEY_AGAIN_MS);
        self.key_refused_until = Some(until);
        self.accounts.values_mut().for_each(|account| account.poll_due = Some(until));
        self.parts.pulse.trouble(Some(refusal.to_string()));
    }

    /// The account cannot be used from now on.
    pub(super) fn lose_account(&self, draft: &mut Draft, id: AccountId, word: &str) -> Result<(), StoreFault> {
        let Some(mut account) = self.account(draft, id) else { return Ok(()) };
        if !matches!(account.health, Health::Lost { .. } | Health::Deleted { .. }) {
            account.health = Health::Lost { since: draft.at, word: word.to_owned() };
            account.poll_due = Some(draft.at.plus_ms(COOL_MS));
            draft.stage_account(account);
            self.tell_account_lost(draft, id, word)?;
        }
        Ok(())
    }

    /// Label and version for a line about that effect.
    pub(super) fn label_of(&self, enrollment: &Enrollment, key: EffectKey) -> (String, u32) {
        let Some(installed) = self.campaigns.get(&enrollment.campaign) else { return (String::new(), 0) };
        let mut enrollment = enrollment.clone();
        let left = enrollment.left.iter().find(|left| left.visit == key.visit).map(|left| left.step);
        let step = enrollment.frame_of_mut(key.visit).map(|frame| frame.step).or(left);
        // What is written by hand stands at no step.
        let label = step.and_then(|step| installed.campaign.steps.get(step.0 as usize)).map(|step| step.label.clone());
        (label.unwrap_or_default(), installed.campaign.version)
    }
}

fn refusal_detail(refusal: &Refusal, retry_at: Option<Timestamp>) -> Vec<(String, String)> {
    let mut detail = vec![("code".to_owned(), refusal.code.clone())];
    detail.extend(refusal.status.map(|status| ("status".to_owned(), status.to_string())));
    detail.extend(retry_at.map(|at| ("retry_at".to_owned(), at.iso_ms())));
    detail
}

/// Is there already what was asked for, after an earlier attempt? Then that attempt may have made it, whatever the lists showed,
/// and it counts.
fn may_be_ours(intent: &Intent, settlement: &Settlement) -> bool {
    let is_there = matches!(settlement, Settlement::Unneeded { why: Unneeded::AlreadyInvited | Unneeded::AlreadyConnected });
    intent.attempt > 1 && is_there
}
