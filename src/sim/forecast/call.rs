//! A call of a forecast: what is read before it, what the far side says to it, what the person does about it.

use crate::model::account::{Budget, Channel};
use crate::model::effect::Call;
use crate::model::enrollment::Relation;
use crate::model::event::{Event, Settlement, Unneeded};
use crate::model::id::{AccountId, EffectKey, ProviderId, StepId, Visit};
use crate::model::time::DAY_MS;
use crate::runtime::limits::Use;
use crate::runtime::pace;
use crate::sim::forecast::far::sent;
use crate::sim::forecast::news::News;
use crate::sim::forecast::serve::Verdict;
use crate::sim::forecast::sink::{Happening, Sink, Who};
use crate::sim::forecast::state::{Due, State, contact_of};
use crate::sim::people::behaviour::{self, Reaction};
use crate::sim::postpress::state::Ending;

impl<S: Sink> State<'_, S> {
    /// Reads the person's profile: who they are to this account. Costs a visit.
    pub fn visit(&mut self, account: u32, seat: u32, visit: Visit, person: u32) {
        let is_tied = self.is_tied(person, account);
        let is_open = self.cast.people.is_open(person, self.seed);
        let tie = *self.far.tie(person, account, || is_tied);
        let id = AccountId(account);
        let is_linkedin = self.accounts.get(&id).is_some_and(|account| account.spec.channel == Channel::Linkedin);
        let Some(mut enrollment) = self.take_enrollment(seat) else { return };
        for line in enrollment.lines.values_mut().filter(|line| line.account == id) {
            line.person = Some(ProviderId(String::new()));
        }
        if is_linkedin {
            enrollment.facts.open_profile = Some(is_open);
        }
        if tie.invitation == Some(Ending::Pending) {
            enrollment.facts.relation = enrollment.facts.relation.max(Relation::Pending);
        }
        let key = EffectKey { enrollment: enrollment.id, visit };
        self.usage.add(id, Budget::Visits, Use { at: self.now, key, campaign: enrollment.campaign });
        self.note(seat, &enrollment);
        self.put_enrollment(seat, enrollment);
        if tie.is_relation && is_linkedin {
            self.happen(seat, &Event::Accepted { at: self.now });
        }
    }

    /// The call goes out.
    pub fn call(&mut self, account: u32, seat: u32, step: StepId, visit: Visit, call: Call, person: u32) -> Verdict {
        let Some(found) = self.cast.opening.seats.get(seat as usize) else { return Verdict::Called };
        let Some(opened) = self.cast.opening.campaigns.get(found.campaign as usize) else { return Verdict::Called };
        let Some(enrollment) = self.take_enrollment(seat) else { return Verdict::Called };
        let has_invitation = enrollment.facts.invitation.is_some();
        if matches!(call, Call::Withdraw) && !has_invitation {
            self.put_enrollment(seat, enrollment);
            return self.settle(seat, visit, Settlement::Unneeded { why: Unneeded::NothingPending });
        }
        if matches!(call, Call::Invite { .. }) && enrollment.facts.relation == Relation::Yes {
            self.put_enrollment(seat, enrollment);
            return self.settle(seat, visit, Settlement::Unneeded { why: Unneeded::AlreadyConnected });
        }
        let key = EffectKey { enrollment: found.id, visit };
        let id = AccountId(account);
        let Some(settlement) = self.ask(account, person, &call) else {
            self.put_enrollment(seat, enrollment);
            let until = self.now.plus_ms(DAY_MS);
            if let (Some(account), Some(budget)) = (self.accounts.get_mut(&id), call.budget()) {
                account.cooldowns.retain(|(cooling, _)| *cooling != budget);
                account.cooldowns.push((budget, until));
            }
            return Verdict::Again;
        };
        let gap_ms = pace::gap_ms(&opened.campaign.calendar, key);
        if let Some(known) = self.accounts.get_mut(&id) {
            known.free_at = Some(self.now.plus_ms(gap_ms));
            known.first_used.get_or_insert(self.now);
        }
        if settlement == sent() {
            if let Some(budget) = call.budget() {
                self.usage.expire(id, budget, self.now);
                self.usage.add(id, budget, Use { at: self.now, key, campaign: opened.id });
            }
            self.react(account, found.contact, person, &call);
        }
        if let Some(contact) = contact_of(&self.contacts, self.cast.opening, found.contact) {
            let who = Who { seat, place: found.campaign, campaign: &opened.campaign, contact, enrollment: &enrollment };
            self.sink.take(self.now, &who, &Happening::Called { account: id, step, call: &call, settlement: &settlement });
        }
        self.put_enrollment(seat, enrollment);
        self.happen(seat, &Event::Settled { visit, settlement });
        Verdict::Called
    }

    /// What the far side says. None: not now, the budget rests.
    fn ask(&mut self, account: u32, person: u32, call: &Call) -> Option<Settlement> {
        let is_tied = self.is_tied(person, account);
        let is_open = self.cast.people.is_open(person, self.seed);
        let now = self.now;
        match call {
            Call::Invite { .. } => Some(self.far.tie(person, account, || is_tied).invite(now)),
            Call::Withdraw => Some(self.far.tie(person, account, || is_tied).withdraw(now)),
            Call::Message { channel, .. } | Call::ByHand { channel, .. } => {
                Some(self.far.tie(person, account, || is_tied).message(*channel))
            }
            Call::Group { channel, .. } => Some(self.far.tie(person, account, || is_tied).group(*channel)),
            Call::Engage(_) => Some(sent()),
            Call::Inmail { api, .. } => {
                let known = self.accounts.get(&AccountId(account))?;
                let api = api.unwrap_or(known.spec.tier.inmail_api());
                let is_free = is_open || self.far.tie(person, account, || is_tied).is_relation;
                match self.far.credits(known, api) {
                    None if is_free && api == crate::model::account::InmailApi::Classic => {}
                    None => return Some(Settlement::Failed { code: "feature_not_subscribed".to_owned() }),
                    Some(left) if left <= 0 && !is_free => return None,
                    Some(_) => {}
                }
                if !is_free {
                    self.far.charge(account, api);
                }
                self.far.tie(person, account, || is_tied).written += 1;
                Some(sent())
            }
        }
    }

    /// What the person does about it.
    fn react(&mut self, account: u32, contact: u32, person: u32, call: &Call) {
        if self.cast.people.is_silent {
            return;
        }
        let is_tied = self.is_tied(person, account);
        let (Some(known), Some(row)) = (self.cast.people.person(person), self.accounts.get(&AccountId(account))) else { return };
        let (speaks, channel) = (row.spec.provider_account.0.clone(), call.channel());
        let written = self.far.tie(person, account, || is_tied).written as usize;
        let (reactions, inmail) = match call {
            Call::Invite { note } => {
                let again = self.far.tie(person, account, || is_tied).invited > 1;
                if let Some(after) = behaviour::accepts(self.seed, &speaks, known, if again { "again" } else { "first" }) {
                    let news = News::Accepts { contact, person, account, has_note: note.is_some() };
                    let at = self.now.plus_ms(after);
                    self.plan(at, Due::News { at, news });
                }
                return;
            }
            Call::Withdraw | Call::Group { .. } | Call::Engage(_) => return,
            Call::Message { .. } | Call::ByHand { .. } => (behaviour::to_message(self.seed, &speaks, known, written), None),
            Call::Inmail { api, .. } => {
                let api = api.unwrap_or(row.spec.tier.inmail_api());
                (behaviour::to_inmail(self.seed, &speaks, known, written), Some(api.word()))
            }
        };
        let hears = self.cast.hears(contact);
        for (after, reaction) in reactions {
            let news = match reaction {
                Reaction::Delivered if hears.delivered => News::Delivered { contact, account },
                Reaction::Read if hears.seen => News::Seen { contact, account },
                Reaction::Emoji { emoji } if hears.reacted => News::Reacted { contact, account, emoji },
                Reaction::Delivered | Reaction::Read | Reaction::Emoji { .. } => continue,
                Reaction::Takeover { text } => News::Takeover { contact, account, text },
                Reaction::Reply { text } | Reaction::Decline { text } => {
                    News::Replied { contact, person, account, channel, text, inmail }
                }
            };
            let at = self.now.plus_ms(after);
            self.plan(at, Due::News { at, news });
        }
    }
}
