//! Restored from a backup: nothing is sent before it is known what went out since (RUNTIME.md §4, last line).
//!
//! Why nothing is sent twice. Let the lost engine have performed a visit's effect after the backup was made, and before the
//! restored one ran. It went out through an account of ours, so a list of that account shows it, at the latest `SETTLE_MS`
//! after it went (the assumption that `reconcile` rests on as well). Every such list is read later than that, from the
//! backup's last commit on, and what it shows becomes a `Past` row in the commit that marks the account as read. No call
//! starts before all accounts that can be read are. A call whose effect a `Past` row shows (same person, same kind, same
//! text) is not made: the row is claimed instead, once, in the commit that settles the call as sent when it really went.
//! Texts come of campaign, contact and account alone, so the same visit has the same text; where it has another, because
//! the campaign was edited, the row is explained by no text of ours, and counts as the owner's own hand: the person's path
//! stops as for any takeover. Invitations are one per pair, so the person alone names them. Comments stand in no list: for
//! people of before the restoration they are left out. What it rests on: of two engines on copies of the same data only one
//! runs.

use crate::connector::contract::{Refusal, Verdict as Answered};
use crate::model::account::{Channel, Health};
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::event::{Event, Settlement};
use crate::model::id::{AccountId, CampaignId, ChatId, EffectKey, EnrollmentId, Fingerprint, ProviderId, Visit};
use crate::model::intent::{Intent, Request};
use crate::model::journal::{Cause, Key, Meta, Record};
use crate::model::past::{Past, PastKind, Quarantine};
use crate::model::time::{MINUTE_MS, Timestamp};
use crate::runtime::answer::SETTLE_MS;
use crate::runtime::draft::Draft;
use crate::runtime::errand::{self, Message};
use crate::runtime::history::{Outgone, history, person_print, public_print, text_print};
use crate::runtime::limits::Use;
use crate::runtime::outbox::Verdict;
use crate::runtime::partition::Partition;
use crate::runtime::reach;
use crate::runtime::reconcile::SKEW_MS;
use crate::runtime::request::texts_for;
use crate::store::contract::StoreFault;
use std::collections::BTreeSet;
use std::sync::Arc;

/// After a history that could not be read.
const AGAIN_MS: i64 = 10 * MINUTE_MS;

impl Partition {
    /// At the start: from now on the histories can be awaited.
    pub(super) fn begin_quarantine(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let Some(standing) = self.isolation.open().filter(|standing| standing.since.is_none()).cloned() else { return Ok(()) };
        let draft = Draft::new(Cause::Command { word: "restored".to_owned() }, now);
        self.close_standing(draft, Quarantine { since: Some(now), ..standing })
    }

    /// May nothing go out through the account yet? Its own history must be read, and that of every account that works: the
    /// lost engine may have spoken to the same person through another one.
    pub(super) fn is_isolated(&self, id: AccountId) -> bool {
        let Some(standing) = self.isolation.open() else { return false };
        let is_unread = |account: &AccountId| !standing.read.contains(account);
        let works = self.accounts.values().filter(|account| matches!(account.health, Health::Ok | Health::Unknown));
        is_unread(&id) || works.map(|account| account.id).any(|account| is_unread(&account))
    }

    /// Starts reading the histories that may be read by now.
    pub(super) fn read_histories(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        if self.next_history(now).is_none_or(|at| at > now) {
            return Ok(());
        }
        let Some(from) = self.isolation.open().map(|standing| standing.from) else { return Ok(()) };
        for id in self.unread(now) {
            let Some(account) = self.accounts.get(&id) else { continue };
            let (connector, provider) = (Arc::clone(&self.parts.connector), account.spec.provider_account.clone());
            let has_invitations = account.spec.channel == Channel::Linkedin;
            let skew_ms = self.parts.connector.clock_ahead_ms().unwrap_or(0).min(0);
            let after = from.plus_ms(skew_ms - SKEW_MS);
            self.isolation.reading.insert(id);
            let lost = Message::History { account: id, result: Err(errand::never_back(Answered::Later { after_s: None })) };
            let read = async move {
                Message::History { account: id, result: history(&*connector, provider, has_invitations, after).await }
            };
            self.parts.errands.start(lost, Box::pin(read));
        }
        Ok(())
    }

    /// Accounts whose history is not read, and can be: they work, and what they heard since was asked for.
    fn unread(&self, now: Timestamp) -> Vec<AccountId> {
        let Some(standing) = self.isolation.open() else { return Vec::new() };
        let can = self.accounts.values().filter(|account| account.health == Health::Ok && account.polled_at.is_some());
        let ids = can.map(|account| account.id).filter(|id| !standing.read.contains(id) && !self.isolation.reading.contains(id));
        ids.filter(|id| self.isolation.due.get(id).is_none_or(|due| *due <= now)).collect()
    }

    /// When the next history can be read: what went out last must have reached its list.
    pub(super) fn next_history(&self, now: Timestamp) -> Option<Timestamp> {
        let settled = self.isolation.open()?.since?.plus_ms(SETTLE_MS);
        let soonest = if self.unread(now).is_empty() { self.isolation.due.values().min().copied()? } else { now };
        self.may_ask(now).then_some(settled.max(soonest))
    }

    /// A history was read: what it shows is kept and counted, and the account marked as read, in one commit.
    pub(super) fn history_read(
        &mut self,
        id: AccountId,
        result: Result<Vec<Outgone>, Refusal>,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        self.isolation.reading.remove(&id);
        let Some(mut standing) = self.isolation.open().cloned() else { return Ok(()) };
        let found = match result {
            Ok(found) => found,
            Err(refusal) => {
                self.isolation.due.insert(id, now.plus_ms(AGAIN_MS));
                self.parts.pulse.trouble(Some(refusal.to_string()));
                return Ok(());
            }
        };
        self.isolation.due.remove(&id);
        let mut draft = Draft::new(Cause::Poll { account: id }, now);
        let mut unclaimed = Vec::new();
        for (outgone, nth) in found.into_iter().zip(0..) {
            if self.is_claimed(id, &outgone.remote.0)? {
                continue;
            }
            let counted = EffectKey { enrollment: EnrollmentId(0), visit: Visit(nth) };
            let past = as_row(id, outgone, standing.from, counted);
            for budget in past.budgets().iter().filter(|_| past.at > standing.from) {
                draft.use_budget(id, *budget, Use { at: past.at, key: counted, campaign: CampaignId(0) });
            }
            draft.put(Record::Past(Box::new(past.clone())));
            unclaimed.push(past);
        }
        standing.read.push(id);
        let is_read = |id: &AccountId| standing.read.contains(id);
        if self.accounts.values().all(|account| is_read(&account.id) || matches!(account.health, Health::Deleted { .. })) {
            standing.ended = Some(now);
        }
        self.close_standing(draft, standing)?;
        unclaimed.into_iter().for_each(|past| self.isolation.know(past));
        self.try_at.clear();
        Ok(())
    }

    fn close_standing(&mut self, mut draft: Draft, standing: Quarantine) -> Result<(), StoreFault> {
        draft.put(Record::Meta(Meta::Quarantine(Box::new(standing.clone()))));
        self.close_quietly(draft)?;
        self.isolation.standing = Some(standing);
        Ok(())
    }

    /// The last question before an intent: did this go out already, while this data did not see it? Some: it is settled.
    pub(super) fn recall(
        &mut self,
        intent: &Intent,
        enrollment: &Enrollment,
        contact: &Contact,
        now: Timestamp,
    ) -> Result<Option<Verdict>, StoreFault> {
        let Some(standing) = &self.isolation.standing else { return Ok(None) };
        let (key, is_of_before) = (intent.key, standing.since >= Some(enrollment.enrolled_at));
        if let (Request::CommentPost { .. }, true) = (&intent.request, is_of_before) {
            let why = "the data was restored from a backup: nobody knows whether it was made before".to_owned();
            let mut draft = Draft::new(Cause::Outbox { key }, now);
            let settlement = Settlement::Skipped { why };
            self.happen(&mut draft, key.enrollment, &Event::Settled { visit: key.visit, settlement })?;
            self.close_quietly(draft)?;
            return Ok(Some(Verdict::Settled));
        }
        let names = self.names(intent, enrollment, contact);
        let theirs = self.isolation.past.values().filter(|past| is_to(past, &names, &intent.request)).cloned();
        let theirs: Vec<Past> = theirs.collect();
        if let Some(past) = theirs.iter().find(|past| is_it(past, &intent.request)).cloned() {
            return self.claim_past(intent, past, now).map(Some);
        }
        let texts = self.texts_of(enrollment, contact)?;
        let is_strange = |past: &&Past| match &past.kind {
            PastKind::Invite => false,
            PastKind::Message { is_single, text, .. } => *is_single && past.at >= enrollment.enrolled_at && !texts.contains(text),
        };
        match theirs.iter().find(is_strange).cloned() {
            Some(past) => self.hand_over(key, past, now).map(Some),
            None => Ok(None),
        }
    }

    /// The call was made before: settled as it was, when it was.
    fn claim_past(&mut self, intent: &Intent, past: Past, now: Timestamp) -> Result<Verdict, StoreFault> {
        let mut draft = Draft::new(Cause::Outbox { key: intent.key }, past.at.min(now));
        self.forget(&mut draft, &past);
        let chat = match past.kind {
            PastKind::Message { ref chat, .. } => Some(chat.clone()),
            PastKind::Invite => None,
        };
        self.settle_sent(draft, intent, Some(past.remote.clone()), chat, "history")?;
        self.isolation.past.remove(&(past.account, past.remote_print()));
        Ok(Verdict::Settled)
    }

    /// The owner wrote by hand, or something we cannot tell from it.
    fn hand_over(&mut self, key: EffectKey, past: Past, now: Timestamp) -> Result<Verdict, StoreFault> {
        let mut draft = Draft::new(Cause::Outbox { key }, now);
        draft.delete(Key::Past { account: past.account, remote: past.remote_print() });
        let event = Event::Takeover { message: past.remote.clone(), text: String::new(), at: past.at };
        self.happen(&mut draft, key.enrollment, &event)?;
        self.close_quietly(draft)?;
        self.isolation.past.remove(&(past.account, past.remote_print()));
        Ok(Verdict::Settled)
    }

    fn forget(&self, draft: &mut Draft, past: &Past) {
        draft.delete(Key::Past { account: past.account, remote: past.remote_print() });
        for budget in past.budgets() {
            draft.free_budget(past.account, *budget, past.at, past.counted);
        }
    }

    /// By which names lists may call the person a call goes to.
    fn names(&self, intent: &Intent, enrollment: &Enrollment, contact: &Contact) -> Names {
        let channel = self.accounts.get(&intent.account).map_or(Channel::Linkedin, |account| account.spec.channel);
        let line = enrollment.lines.get(&channel);
        let address = reach::address(&contact.fields, channel);
        let people = [Some(intent.person.clone()), line.and_then(|line| line.person.clone()), address.clone().map(ProviderId)];
        Names {
            people: people.iter().flatten().map(person_print).collect(),
            public: address.as_deref().map(public_print),
            chats: intent.chat.iter().chain(line.and_then(|line| line.chat.as_ref())).cloned().collect(),
        }
    }

    /// Prints of every text that a campaign of the person's may send them.
    fn texts_of(&self, enrollment: &Enrollment, contact: &Contact) -> Result<BTreeSet<Fingerprint>, StoreFault> {
        let mut names = BTreeSet::new();
        let draft = Draft::new(Cause::Enrolment, enrollment.updated_at);
        for id in self.enrollments_of(contact)? {
            let other = self.enrollment(&draft, id)?.and_then(|other| self.campaigns.get(&other.campaign));
            names.extend(other.map(|installed| installed.campaign.name.clone()));
        }
        let sender = self.sender(enrollment);
        let versions = self.campaigns.values().filter(|installed| names.contains(&installed.campaign.name));
        let texts = versions.flat_map(|installed| texts_for(&installed.campaign, contact, &sender, enrollment));
        Ok(texts.map(|text| text_print(&text)).collect())
    }
}

/// How lists may call a person.
struct Names {
    people: Vec<Fingerprint>,
    public: Option<Fingerprint>,
    chats: Vec<ChatId>,
}

/// Did it go to that person, and is it of the request's kind?
fn is_to(past: &Past, names: &Names, request: &Request) -> bool {
    let is_kind = match (&past.kind, request) {
        (PastKind::Invite, Request::Invite { .. }) => true,
        (PastKind::Message { is_single, .. }, Request::Message { .. } | Request::Inmail { .. }) => *is_single,
        (PastKind::Message { is_single, .. }, Request::Group { .. }) => !*is_single,
        (PastKind::Invite | PastKind::Message { .. }, _) => false,
    };
    let is_person = past.person.is_some_and(|person| names.people.contains(&person));
    let is_public = past.public.is_some() && past.public == names.public;
    let is_chat = matches!(&past.kind, PastKind::Message { chat, .. } if names.chats.contains(chat));
    // A group's row names nobody: its text does.
    is_kind && (is_person || is_public || is_chat || matches!(past.kind, PastKind::Message { is_single: false, .. }))
}

/// Is it that very effect?
fn is_it(past: &Past, request: &Request) -> bool {
    match &past.kind {
        PastKind::Invite => true,
        PastKind::Message { text, .. } => request.text().is_some_and(|sent| text_print(sent) == *text),
    }
}

fn as_row(account: AccountId, outgone: Outgone, from: Timestamp, counted: EffectKey) -> Past {
    Past {
        account,
        remote: outgone.remote,
        at: outgone.at.unwrap_or(from),
        kind: outgone.kind,
        person: outgone.person.as_ref().map(person_print),
        public: outgone.public_identifier.as_deref().map(public_print),
        counted,
    }
}
