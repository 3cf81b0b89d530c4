//! What a call or a condition needs to know first: who the person is to this account, and what they wrote meanwhile.
//!
//! Readings, repeatable; nothing here reaches a person.

use crate::connector::contract::{MessageRow, Profile, Refusal, Verdict as Answered};
use crate::model::account::{Account, Budget, Channel};
use crate::model::contact::Contact;
use crate::model::effect::Call;
use crate::model::enrollment::{Enrollment, Relation};
use crate::model::event::{Event, Looked, Settlement};
use crate::model::id::{AccountId, EffectKey, EnrollmentId, RemoteId, Visit};
use crate::model::journal::{Cause, Key, RouteKey};
use crate::model::past::remote_print;
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{HOUR_MS, Timestamp};
use crate::runtime::agenda::{LookOut, Waiting};
use crate::runtime::draft::Draft;
use crate::runtime::errand::{self, Message, Needs, Preparation, Sight};
use crate::runtime::limits::Use;
use crate::runtime::outbox::{Verdict, key_of};
use crate::runtime::partition::Partition;
use crate::runtime::reach;
use crate::runtime::receive;
use crate::runtime::request::want_of;
use crate::runtime::routes::{person_route, public_route};
use crate::runtime::target::{Target, Want};
use crate::store::contract::StoreFault;
use std::sync::Arc;

/// A chat read this recently is not read again before a send: at most one request more a call.
const FRESH_MS: i64 = HOUR_MS;

impl Partition {
    /// Takes a call one step on: first what it needs, then its intent.
    pub(super) fn begin(
        &mut self,
        account: &Account,
        waiting: &Waiting,
        enrollment: Enrollment,
        contact: Contact,
        now: Timestamp,
    ) -> Result<Verdict, StoreFault> {
        let Some(line) = enrollment.lines.get(&enrollment.channel_of(&waiting.call)).cloned() else {
            let draft = Draft::new(Cause::Outbox { key: key_of(waiting) }, now);
            return self.fail_now(draft, waiting, "no_account_on_channel");
        };
        let Some(identifier) = reach::address(&contact.fields, enrollment.channel_of(&waiting.call)) else {
            let draft = Draft::new(Cause::Outbox { key: key_of(waiting) }, now);
            return self.fail_now(draft, waiting, "no_identifier");
        };
        let known = line.person.is_some() || enrollment.channel_of(&waiting.call) == Channel::Whatsapp;
        let chat = line.chat.clone().filter(|_| matches!(waiting.call, Call::Message { .. } | Call::ByHand { .. }));
        let is_fresh = self
            .prepared
            .get(&waiting.enrollment)
            .is_some_and(|(visit, at)| *visit == waiting.visit && now.since_ms(*at) < FRESH_MS);
        let writes_to = line.person.clone().filter(|_| matches!(waiting.call, Call::Message { .. }) && chat.is_none());
        let want = want_of(&waiting.call, &contact);
        let is_aimed = want.is_none() || self.targets.get(&waiting.enrollment).is_some_and(|(visit, _)| *visit == waiting.visit);
        if (is_fresh && is_aimed) || (known && chat.is_none() && writes_to.is_none() && want.is_none()) {
            return self.intend(account, waiting, enrollment, &contact, now);
        }
        let reads_profiles = matches!(want, Some(Want::Skill { .. } | Want::Members { .. }));
        if !known || reads_profiles {
            let free_at = self.budget_free_at(account, Budget::Visits, now);
            if free_at > now {
                return Ok(Verdict::NotBefore(free_at));
            }
        }
        let (connector, provider) = (Arc::clone(&self.parts.connector), account.spec.provider_account.clone());
        let (id, enrollment, visit) = (account.id, waiting.enrollment, waiting.visit);
        self.busy.insert(id, enrollment);
        let needs = Needs { identifier: (!known).then_some(identifier), chat, writes_to, person: line.person, want };
        let nothing = Err(errand::never_back(Answered::Later { after_s: None }));
        let lost = Message::Prepared { account: id, enrollment, visit, result: nothing };
        self.parts.errands.start(
            lost,
            Box::pin(async move {
                let result = errand::prepare(connector, provider, needs).await;
                Message::Prepared { account: id, enrollment, visit, result }
            }),
        );
        Ok(Verdict::Begun)
    }

    fn fail_now(&mut self, mut draft: Draft, waiting: &Waiting, code: &str) -> Result<Verdict, StoreFault> {
        let settlement = Settlement::Failed { code: code.to_owned() };
        self.happen(&mut draft, waiting.enrollment, &Event::Settled { visit: waiting.visit, settlement })?;
        self.close_quietly(draft)?;
        Ok(Verdict::Settled)
    }

    /// What a call needed is known.
    pub(super) fn prepared(
        &mut self,
        account: AccountId,
        id: EnrollmentId,
        visit: Visit,
        result: Result<Preparation, Refusal>,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        self.busy.remove(&account);
        self.try_at.remove(&account);
        let key = EffectKey { enrollment: id, visit };
        let mut draft = Draft::new(Cause::Outbox { key }, now);
        match result {
            Ok(preparation) => {
                if let Some(profile) = &preparation.profile {
                    self.learn(&mut draft, account, id, key, profile, now)?;
                }
                self.count_readings(&mut draft, account, key, preparation.target.as_ref())?;
                self.close_quietly(draft)?;
                if !self.take_in_replies(account, &preparation.inbound)? {
                    self.prepared.insert(id, (visit, now));
                    self.targets.remove(&id);
                    self.targets.extend(preparation.target.map(|target| (id, (visit, target))));
                }
                Ok(())
            }
            Err(refusal) => self.refused(draft, key, account, &refusal, now),
        }
    }

    /// Profiles that were read to find the target count as visits, a millisecond apart.
    fn count_readings(
        &self,
        draft: &mut Draft,
        account: AccountId,
        key: EffectKey,
        target: Option<&Target>,
    ) -> Result<(), StoreFault> {
        let read = match target {
            Some(Target::Members(people)) => people.len(),
            Some(Target::Skill(_)) => 1,
            Some(Target::Post(_) | Target::Nothing { .. }) | None => 0,
        };
        let Some(enrollment) = self.enrollment(draft, key.enrollment)? else { return Ok(()) };
        for n in 1..=read {
            let at = self.far(draft.at).plus_ms(n as i64);
            draft.use_budget(account, Budget::Visits, Use { at, key, campaign: enrollment.campaign });
        }
        Ok(())
    }

    /// Keeps what a profile says: the person's id for this account, how they stand to it, how to route to them.
    fn learn(
        &self,
        draft: &mut Draft,
        account: AccountId,
        id: EnrollmentId,
        key: EffectKey,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        let Some(mut enrollment) = self.enrollment(draft, id)? else { return Ok(()) };
        let campaign = enrollment.campaign;
        let person = profile.messaging_id.clone().unwrap_or_else(|| profile.person.clone());
        for line in enrollment.lines.values_mut().filter(|line| line.account == account) {
            line.person = Some(person.clone());
        }
        enrollment.facts.open_profile = profile.is_open.or(enrollment.facts.open_profile);
        if profile.relation == Some(Relation::Pending) {
            enrollment.facts.relation = enrollment.facts.relation.max(Relation::Pending);
        }
        draft.stage(enrollment);
        self.route(draft, person_route(account, &profile.person), id)?;
        self.route(draft, person_route(account, &person), id)?;
        if let Some(public) = &profile.public_identifier {
            self.route(draft, public_route(account, public), id)?;
        }
        let far = self.far(now);
        draft.use_budget(account, Budget::Visits, Use { at: far, key, campaign });
        if profile.relation == Some(Relation::Yes) {
            self.happen(draft, id, &Event::Accepted { at: now })?;
        }
        Ok(())
    }

    /// Makes replies that a reading found durable, like any webhook. Says whether there was a new one.
    pub(super) fn take_in_replies(&mut self, account: AccountId, inbound: &[MessageRow]) -> Result<bool, StoreFault> {
        let Some(account) = self.accounts.get(&account).cloned() else { return Ok(false) };
        let mut is_new = false;
        for row in inbound.iter().rev() {
            is_new |= self.take_in(&receive::message_body(&account, row))?;
        }
        Ok(is_new)
    }

    /// Starts one reading for a condition, if one waits and the account may read; else says when to look again.
    pub(super) fn start_look(&mut self, account: &Account, now: Timestamp) -> Result<Verdict, StoreFault> {
        let mut again = now.plus_ms(6 * HOUR_MS);
        let looks: Vec<LookOut> =
            self.agenda.looks.get(&account.id).into_iter().flat_map(|looks| looks.values().copied()).collect();
        for look in looks {
            let draft = Draft::new(Cause::Outbox { key: EffectKey { enrollment: look.enrollment, visit: look.visit } }, now);
            let Some(enrollment) = self.enrollment(&draft, look.enrollment)? else { continue };
            if !self.is_running(enrollment.campaign) {
                continue;
            }
            let held = self.looks_held.get(&look.enrollment).copied().unwrap_or(now);
            let free = if look.look.profile { self.budget_free_at(account, Budget::Visits, now) } else { now };
            if held.max(free) > now {
                again = again.min(held.max(free));
                continue;
            }
            let Some(contact) = self.contact(&draft, enrollment.contact)? else { continue };
            self.begin_look(account, look, &enrollment, &contact);
            return Ok(Verdict::Begun);
        }
        Ok(Verdict::NotBefore(again))
    }

    fn begin_look(&mut self, account: &Account, look: LookOut, enrollment: &Enrollment, contact: &Contact) {
        let person = enrollment.lines.get(&Channel::Linkedin).and_then(|line| line.person.clone()).map(|person| person.0);
        let identifier = person.or_else(|| reach::address(&contact.fields, Channel::Linkedin));
        let identifier = identifier.filter(|_| look.look.profile);
        let credit = look.look.credit.then(|| account.spec.tier.inmail_api());
        let (connector, provider, id) = (Arc::clone(&self.parts.connector), account.spec.provider_account.clone(), account.id);
        self.busy.insert(id, look.enrollment);
        let nothing = Err(errand::never_back(Answered::Later { after_s: None }));
        let lost = Message::Looked { account: id, enrollment: look.enrollment, visit: look.visit, result: nothing };
        self.parts.errands.start(
            lost,
            Box::pin(async move {
                let result = errand::look(connector, provider, identifier, credit).await;
                Message::Looked { account: id, enrollment: look.enrollment, visit: look.visit, result }
            }),
        );
    }

    /// What a condition needed is known.
    pub(super) fn looked(
        &mut self,
        account: AccountId,
        id: EnrollmentId,
        visit: Visit,
        result: Result<Sight, Refusal>,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        self.busy.remove(&account);
        self.try_at.remove(&account);
        let key = EffectKey { enrollment: id, visit };
        let mut draft = Draft::new(Cause::Outbox { key }, now);
        let sight = match result {
            Ok(sight) => sight,
            Err(refusal) if refusal.verdict == Answered::Never => Sight::default(),
            Err(refusal) => {
                let until = now.plus_ms(i64::from(after_s(&refusal).unwrap_or(300)) * 1_000);
                self.looks_held.insert(id, until);
                return self.refused_account(draft, account, &refusal, now);
            }
        };
        self.looks_held.remove(&id);
        if let Some(profile) = &sight.profile {
            self.learn(&mut draft, account, id, key, profile, now)?;
        }
        let looked = Looked {
            relation: sight.profile.as_ref().and_then(|profile| profile.relation),
            open_profile: sight.profile.as_ref().and_then(|profile| profile.is_open),
            inmail_credit: sight.credits.map(|credits| credits.unwrap_or(0) > 0),
        };
        if let (Some(Some(credits)), Some(mut row)) = (sight.credits, self.account(&draft, account)) {
            row.credits = Some((credits, now));
            draft.stage_account(row);
        }
        self.happen(&mut draft, id, &Event::Looked { visit, looked })?;
        self.close_quietly(draft)?;
        Ok(())
    }

    /// Adds an enrollment to a route, once.
    pub(super) fn route(&self, draft: &mut Draft, key: RouteKey, id: EnrollmentId) -> Result<(), StoreFault> {
        let known = match draft.routes.get(&key) {
            Some(staged) => staged.clone(),
            None => self.routed(key)?,
        };
        if !known.contains(&id) {
            draft.routes.insert(key, known.into_iter().chain([id]).collect());
        }
        Ok(())
    }

    /// Is that provider's id already one of our effects'?
    pub(super) fn is_claimed(&self, account: AccountId, remote: &str) -> Result<bool, StoreFault> {
        if is_planted(Bug::NoClaims) {
            return Ok(false);
        }
        let remote = remote_print(&RemoteId::from(remote));
        Ok(self.parts.store.get(&Key::Claim { account, remote })?.is_some())
    }
}

/// How long the provider asks us to wait, in seconds.
pub(super) fn after_s(refusal: &Refusal) -> Option<u32> {
    match refusal.verdict {
        Answered::Later { after_s } | Answered::CoolDown { after_s } => after_s,
        Answered::Already | Answered::Never | Answered::AccountLost | Answered::KeyWrong | Answered::Unknown => None,
    }
}
