//! Never twice, second half (RUNTIME.md §4): an unknown call is found out by reading, never by repeating.
//!
//! The first reading comes `SETTLE_MS` after the call, so that no list can lag behind it; absent in two complete readings
//! `APART_MS` apart means not performed. Whatever is found must not be claimed by another effect.

use crate::connector::contract::{Refusal, Verdict as Answered};
use crate::model::enrollment::{Awaits, Hold};
use crate::model::event::{Settlement, Unneeded};
use crate::model::id::{EffectKey, EnrollmentId};
use crate::model::intent::{Intent, IntentState};
use crate::model::journal::{Cause, EntryKind};
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use crate::runtime::draft::Draft;
use crate::runtime::errand::{self, Message};
use crate::runtime::intend::line;
use crate::runtime::outbox::awaited_call;
use crate::runtime::partition::Partition;
use crate::runtime::routes::person_route;
use crate::runtime::search::{self, Finding, Search, is_relation};
use crate::store::contract::StoreFault;
use std::sync::Arc;

/// Between the two readings that prove absence.
pub const APART_MS: i64 = 5 * MINUTE_MS;
/// A list that cannot be read for so long parks the call.
pub const UNREADABLE_MS_MAX: i64 = DAY_MS;
/// What the provider's clock may be behind ours.
pub(super) const SKEW_MS: i64 = 2 * MINUTE_MS;
/// Readings started in one turn.
const READS_MAX: usize = 8;

impl Partition {
    /// At the start: every intent that was open when the process ended is unknown.
    pub(super) fn doubt_open_intents(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let open: Vec<Intent> = self.intents.values().filter(|intent| intent.state == IntentState::Open).cloned().collect();
        for intent in open {
            let mut draft = Draft::new(Cause::Outbox { key: intent.key }, now);
            if is_planted(Bug::ForgetsOpenIntents) {
                self.withdraw_intent(draft, &intent, EntryKind::Cancelled, Vec::new(), now)?;
                continue;
            }
            self.stage_unknown(
                &mut draft,
                &intent,
                vec![("why".to_owned(), "the engine ended while the call was open".to_owned())],
            )?;
            self.close_quietly(draft)?;
        }
        Ok(())
    }

    /// Starts the readings that are due.
    pub(super) fn reconcile(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let due: Vec<Intent> =
            self.intents.values().filter(|intent| self.is_due_reading(intent, now)).take(READS_MAX).cloned().collect();
        for intent in due {
            let Some(account) = self.accounts.get(&intent.account) else { continue };
            let skew_ms = self.parts.connector.clock_ahead_ms().unwrap_or(0).min(0);
            let wanted = Search {
                account: account.spec.provider_account.clone(),
                person: intent.person.clone(),
                public_identifier: None,
                chat: intent.chat.clone(),
                request: intent.request.clone(),
                not_before: intent.at.plus_ms(skew_ms - SKEW_MS),
            };
            let (connector, key) = (Arc::clone(&self.parts.connector), intent.key);
            self.reading.insert(key);
            let lost = Message::Found { key, result: Err(errand::never_back(Answered::Later { after_s: None })) };
            self.parts
                .errands
                .start(lost, Box::pin(async move { Message::Found { key, result: search::search(connector, wanted).await } }));
        }
        Ok(())
    }

    fn is_due_reading(&self, intent: &Intent, now: Timestamp) -> bool {
        let is_due = matches!(intent.state, IntentState::Unknown { next_read, .. } if next_read <= self.far(now));
        is_due && !self.reading.contains(&intent.key)
    }

    /// When the next reading is due.
    pub(super) fn next_reading(&self) -> Option<Timestamp> {
        let unread = self.intents.values().filter(|intent| !self.reading.contains(&intent.key));
        let next = unread.filter_map(|intent| match intent.state {
            IntentState::Unknown { next_read, .. } => Some(self.own(next_read)),
            IntentState::Open | IntentState::Parked { .. } => None,
        });
        next.min()
    }

    /// A reading came back.
    pub(super) fn found(
        &mut self,
        key: EffectKey,
        result: Result<Option<Finding>, Refusal>,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        self.reading.remove(&key);
        let Some(intent) = self.intents.get(&key).cloned() else { return Ok(()) };
        let IntentState::Unknown { since, next_read, absent_at, unreadable_since } = intent.state else { return Ok(()) };
        if !matches!(result, Ok(Some(_))) && self.far(now) < next_read {
            // Our clock had been set forward when it was begun: what it does not show, it may show later.
            return Ok(());
        }
        match result {
            Ok(Some(finding)) => {
                if let Some((remote, chat)) = self.unclaimed(&intent, finding)? {
                    let mut draft = Draft::new(Cause::Outbox { key }, now);
                    if is_relation(&remote) && self.is_invited_elsewhere(&draft, &intent)? {
                        return self.settle_refused(draft, &intent, Settlement::Unneeded { why: Unneeded::AlreadyConnected });
                    }
                    self.warm_up(&mut draft, &intent);
                    return self.settle_sent(draft, &intent, Some(remote), chat, "reading");
                }
                self.absent(intent, since, absent_at, now)
            }
            Ok(None) => self.absent(intent, since, absent_at, now),
            // The person does not exist: nothing reached them. Any other refusal says nothing of the list.
            Err(refusal) if refusal.verdict == Answered::Never && refusal.status == Some(404) => {
                self.absent(intent, since, absent_at, now)
            }
            Err(_) if is_planted(Bug::ErrorMeansAbsent) => self.absent(intent, since, absent_at, now),
            Err(refusal) => self.unreadable(intent, since, absent_at, unreadable_since.unwrap_or(self.far(now)), &refusal, now),
        }
    }

    fn unclaimed(
        &self,
        intent: &Intent,
        finding: Finding,
    ) -> Result<Option<(crate::model::id::RemoteId, Option<crate::model::id::ChatId>)>, StoreFault> {
        for (remote, chat, _) in finding.candidates {
            if !intent.request.makes_something() || !self.is_claimed(intent.account, &remote.0)? {
                return Ok(Some((remote, chat)));
            }
        }
        Ok(None)
    }

    /// Did another campaign invite the person through that account? Then the relation may have come of that invitation.
    fn is_invited_elsewhere(&self, draft: &Draft, intent: &Intent) -> Result<bool, StoreFault> {
        for id in self.routed(person_route(intent.account, &intent.person))? {
            let other = if id == intent.key.enrollment { None } else { self.enrollment(draft, id)? };
            if other.is_some_and(|other| other.facts.invited_at.is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn absent(
        &mut self,
        intent: Intent,
        since: Timestamp,
        absent_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        let (draft, far) = (Draft::new(Cause::Outbox { key: intent.key }, now), self.far(now));
        if is_planted(Bug::ReadsOnce) || absent_at.is_some_and(|first| far.since_ms(first) >= APART_MS) {
            let detail = vec![("found".to_owned(), "absent in two readings: it was not performed and is tried again".to_owned())];
            return self.withdraw_intent(draft, &intent, EntryKind::Reconciled, detail, now);
        }
        let first = absent_at.unwrap_or(far);
        self.read_again(draft, intent, since, Some(first), None, first.plus_ms(APART_MS))
    }

    fn unreadable(
        &mut self,
        intent: Intent,
        since: Timestamp,
        absent_at: Option<Timestamp>,
        unreadable_since: Timestamp,
        refusal: &Refusal,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        let (draft, far) = (Draft::new(Cause::Outbox { key: intent.key }, now), self.far(now));
        if far.since_ms(unreadable_since) >= UNREADABLE_MS_MAX {
            let why = format!("whether it was sent could not be read for a day ({})", refusal.code);
            return if intent.request.is_engagement() {
                self.give_up(draft, &intent, why)
            } else {
                self.park(draft, intent, why)
            };
        }
        self.read_again(draft, intent, since, absent_at, Some(unreadable_since), far.plus_ms(APART_MS))
    }

    /// A courtesy is not worth a person's time: it stays unknown.
    fn give_up(&mut self, mut draft: Draft, intent: &Intent, why: String) -> Result<(), StoreFault> {
        self.stage_given_up(&mut draft, intent, vec![("why".to_owned(), why)])?;
        self.close_quietly(draft)?;
        Ok(())
    }

    fn read_again(
        &mut self,
        mut draft: Draft,
        intent: Intent,
        since: Timestamp,
        absent_at: Option<Timestamp>,
        unreadable_since: Option<Timestamp>,
        next_read: Timestamp,
    ) -> Result<(), StoreFault> {
        let key = intent.key;
        let state = IntentState::Unknown { since, next_read, absent_at, unreadable_since };
        draft.stage_intent(key, Some(Intent { state, ..intent }));
        self.hold(&mut draft, key, Hold::Unknown { since, next_read, absent_at })?;
        self.close_quietly(draft)?;
        Ok(())
    }

    /// Puts a call into a person's hands.
    pub(super) fn park(&mut self, mut draft: Draft, intent: Intent, why: String) -> Result<(), StoreFault> {
        let (key, since) = (intent.key, draft.at);
        let state = IntentState::Parked { since, why: why.clone() };
        draft.stage_intent(key, Some(Intent { state, ..intent }));
        self.hold(&mut draft, key, Hold::Parked { since, why: why.clone() })?;
        if let Some(enrollment) = self.enrollment(&draft, key.enrollment)? {
            let (label, version) = self.label_of(&enrollment, key);
            draft.entry(enrollment.id, line(since, EntryKind::Parked, &label, version, vec![("why".to_owned(), why)]));
            draft.stage(enrollment);
        }
        self.close_quietly(draft)?;
        Ok(())
    }

    fn hold(&self, draft: &mut Draft, key: EffectKey, as_held: Hold) -> Result<(), StoreFault> {
        if let Some(mut enrollment) = self.enrollment(draft, key.enrollment)? {
            if let Some(Awaits::Call { hold, .. }) = awaited_call(&mut enrollment, key) {
                *hold = Some(as_held);
            }
            draft.stage(enrollment);
        }
        Ok(())
    }

    /// The intents of an enrollment that are not settled, oldest first: an answer may be on its way while it is still
    /// being found out what became of the call before it.
    pub(super) fn intents_of(&self, enrollment: EnrollmentId) -> impl Iterator<Item = &Intent> {
        let first = EffectKey { enrollment, visit: crate::model::id::Visit(0) };
        let from = self.intents.range(first..).map(|(_, intent)| intent);
        from.take_while(move |intent| intent.key.enrollment == enrollment)
    }
}
