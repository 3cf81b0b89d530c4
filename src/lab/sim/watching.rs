//! The last moment before a call: what came in by then forbids it, and now and then something comes in just then.

use crate::connector::contract::Incoming;
use crate::connector::postpress::webhook;
use crate::lab::LabFault;
use crate::lab::oracle::acks::Halt;
use crate::lab::oracle::{Breach, Invariant};
use crate::lab::sim::life::{Life, told};
use crate::model::enrollment::{Enrollment, Relation};
use crate::model::id::{EffectKey, EnrollmentId};
use crate::model::intent::IntentState;
use crate::runtime::inlet::Accepted;
use crate::runtime::receive;
use crate::sim::postpress::deed::Deed;

impl Life {
    /// Calls whose intents are open: under way, or about to start.
    pub(super) fn open_calls(&self) -> Vec<(EffectKey, String)> {
        let Some(house) = &self.town.house else { return Vec::new() };
        let open = house.partition.intents.values().filter(|intent| intent.state == IntentState::Open);
        open.map(|intent| (intent.key, format!("{}.{}", intent.key, intent.attempt))).collect()
    }

    /// From that many effects on, none of these calls of these people may be performed.
    pub(super) fn halt(&mut self, performed: usize, open: &[(EffectKey, String)], people: &[EnrollmentId], what: &str) {
        // Whoever has ended is past pausing; what still answers them is the reply handler's.
        let is_ended = |id: EnrollmentId| matches!(self.town.enrollment(id), Ok(Some(one)) if one.has_ended());
        let people: Vec<EnrollmentId> = people.iter().copied().filter(|id| what == "a reply" || !is_ended(*id)).collect();
        let forbidden: Vec<String> =
            open.iter().filter(|(key, _)| people.contains(&key.enrollment)).map(|(_, call)| call.clone()).collect();
        self.tally.note(format!("halt {what}"));
        if !forbidden.is_empty() {
            self.tally.note("calls forbidden at the last moment");
            self.halts.push(Halt { performed, forbidden, what: format!("{what} at {}", self.town.now()) });
        }
    }

    pub(super) fn watch(&mut self, open: &[(EffectKey, String)]) -> Result<(), LabFault> {
        let heard = self.town.hearing.as_ref().map_or(&[][..], |heard| heard.get(self.seen..).unwrap_or_default());
        let (mut halts, mut related, mut count) = (Vec::new(), Vec::new(), 0);
        for one in heard {
            count += 1;
            let (Ok(read), Some(house)) = (webhook::read(&one.body), &self.town.house) else { continue };
            let Some((_, listed)) = receive::listed_of(&house.partition.parts.directory, &read.incoming) else { continue };
            let people = || receive::routed(&*self.store, &listed, &read.incoming).map_err(told);
            match &read.incoming {
                Incoming::Message(message)
                    if one.accepted == Accepted::Durable && !receive::is_own(message, &listed) && !message.is_group =>
                {
                    halts.push((one.performed, people()?));
                }
                Incoming::Relation { .. } if matches!(one.accepted, Accepted::Durable | Accepted::Duplicate) => {
                    related.extend(people()?.into_iter().map(|id| (id, listed.id)));
                }
                _ => {}
            }
        }
        self.seen += count;
        for (performed, people) in halts {
            self.halt(performed, open, &people, "a reply");
        }
        for (id, account) in related {
            let listens = |one: &Enrollment| !one.has_ended() && one.lines.values().any(|line| line.account == account);
            if self.town.enrollment(id).map_err(told)?.as_ref().is_some_and(listens) {
                self.related.insert(id);
            }
        }
        Ok(())
    }

    /// I4: an acceptance that was answered 200 is known, whether the event was new or was taken for one that had come before.
    pub(super) fn knows_relations(&mut self) -> Result<(), LabFault> {
        for id in self.related.clone() {
            let relation = self.town.enrollment(id).map_err(told)?.map(|one| one.facts.relation);
            if relation != Some(Relation::Yes) {
                let what = format!("{id} accepted, the webhook was answered 200, and nobody knows of it: {relation:?}");
                self.breaches.push(Breach::new(Invariant::DurableAck, what));
            }
        }
        Ok(())
    }

    /// In the last moment before a call, now and then, the person writes or an operator pauses them.
    pub(super) fn interfere(&mut self) -> Result<(), LabFault> {
        let open = self.open_calls();
        let Some((key, _)) = open.first().filter(|_| self.town.now() < self.trouble.calm_at) else { return Ok(()) };
        let Some(intent) = self.town.house.as_ref().and_then(|house| house.partition.intents.get(key)).cloned() else {
            return Ok(());
        };
        match self.chance.below(60) {
            0 | 1 => {
                let account = self.town.account(intent.account).map_err(told)?;
                let Some(account) = account else { return Ok(()) };
                let deed = Deed::Write("Wait, who are you?".to_owned());
                // Whoever the world does not know writes nothing.
                let _nobody = self.town.world.happen(account.spec.provider_account.as_str(), intent.person.as_str(), &deed);
                self.tally.note("wrote at the last moment");
                Ok(())
            }
            2 => self.pause_one(key.enrollment),
            _ => Ok(()),
        }
    }
}
