//! People of earlier versions go on where a newer version's `migrate` says, and nobody else is moved (promise P7).
//!
//! Who goes where is decided once, when the version is installed: whoever can be moved is, in one commit each; whoever has
//! a call in flight or a handler at work gets a durable row, and moves in the commit that deletes it, once that is over.
//! Until everybody was looked at, `Meta::Deciding` says so, and the next start goes on: it comes before any turn.

use crate::machine::Person;
use crate::machine::migrate::{moved, rebound};
use crate::model::campaign::Campaign;
use crate::model::contact::Contact;
use crate::model::enrollment::{Enrollment, Status};
use crate::model::id::{AccountId, CampaignId, EnrollmentId};
use crate::model::journal::{Cause, Installed, Key, Meta, Record, Table};
use crate::model::passage::{Landing, Passage};
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::entry::{lines_for, speakers};
use crate::runtime::moving::Moved;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Moves of one turn before others get their share.
const MOVES_MAX: usize = 1_024;

impl Partition {
    /// Looks at everybody who is on an earlier version of what was just installed. Goes on where a crash left it.
    pub(super) fn decide_moves(&mut self, now: Timestamp) -> Result<BTreeMap<CampaignId, Moved>, StoreFault> {
        let mut all = BTreeMap::new();
        for to in self.moves.deciding.clone() {
            let Some(newest) = self.campaigns.get(&to).cloned().filter(|newest| newest.is_current) else { continue };
            for (from, people) in self.people_behind(&newest)? {
                let Some(older) = self.campaigns.get(&from).cloned() else { continue };
                let passage = Passage::new(&older.campaign, &newest.campaign);
                let counts: &mut Moved = all.entry(to).or_default();
                for id in people {
                    self.decide_one(id, &passage, to, now, counts)?;
                }
            }
        }
        if !self.moves.deciding.is_empty() {
            let mut draft = Draft::new(Cause::Install, now);
            draft.put(Record::Meta(Meta::Deciding { versions: Vec::new() }));
            self.close_quietly(draft)?;
            self.moves.deciding.clear();
        }
        Ok(all)
    }

    /// Everybody on an earlier version who has not ended, or still has a row, by version.
    fn people_behind(&self, newest: &Installed) -> Result<BTreeMap<CampaignId, Vec<EnrollmentId>>, StoreFault> {
        let is_earlier = |id: CampaignId| {
            let same = |other: &Installed| other.campaign.name == newest.campaign.name;
            id != newest.id && self.campaigns.get(&id).is_some_and(|other| same(other))
        };
        let mut behind: BTreeMap<CampaignId, Vec<EnrollmentId>> = BTreeMap::new();
        self.parts.store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record
                && (!enrollment.has_ended() || self.moves.awaits(enrollment.id))
                && is_earlier(enrollment.campaign)
            {
                behind.entry(enrollment.campaign).or_default().push(enrollment.id);
            }
            ControlFlow::Continue(())
        })?;
        Ok(behind)
    }

    fn decide_one(
        &mut self,
        id: EnrollmentId,
        passage: &Passage<'_>,
        to: CampaignId,
        now: Timestamp,
        counts: &mut Moved,
    ) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Move { enrollment: id }, now);
        let Some(enrollment) = self.enrollment(&draft, id)? else { return Ok(()) };
        if self.begins_there(&mut draft, &enrollment, passage, to)? {
            counts.begin += 1;
            return self.close_move(draft, id);
        }
        let landing = landing(passage, &enrollment);
        if landing == Landing::Finish {
            counts.finish += usize::from(!enrollment.has_ended());
            return self.close_move(draft, id);
        }
        if self.may_move(&enrollment) {
            self.stage_move(&mut draft, &enrollment, passage, to, landing)?;
            counts.moved += 1;
            return self.close_move(draft, id);
        }
        counts.later += 1;
        draft.put(Record::Move { enrollment: id, to });
        self.close_quietly(draft)?;
        self.moves.read(id, to);
        Ok(())
    }

    /// Moves those of whom nothing is in flight any more, by the rule of the place where that left them.
    pub(super) fn move_those_at_rest(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let ready: Vec<EnrollmentId> = self.moves.ready.iter().take(MOVES_MAX).copied().collect();
        for id in ready {
            self.move_one(id, now)?;
        }
        Ok(())
    }

    fn move_one(&mut self, id: EnrollmentId, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Move { enrollment: id }, now);
        let enrollment = self.enrollment(&draft, id)?;
        let to = self.moves.waiting.get(&id).and_then(|to| self.campaigns.get(to)).cloned();
        let (Some(enrollment), Some(newest)) = (enrollment, to) else { return self.close_move(draft, id) };
        if !enrollment.has_ended() && !self.may_move(&enrollment) {
            self.moves.ready.remove(&id);
            return Ok(());
        }
        let from = self.campaigns.get(&enrollment.campaign).filter(|from| from.id != newest.id).cloned();
        if let Some(older) = from {
            let passage = Passage::new(&older.campaign, &newest.campaign);
            let landing = landing(&passage, &enrollment);
            if !self.begins_there(&mut draft, &enrollment, &passage, newest.id)? && landing != Landing::Finish {
                self.stage_move(&mut draft, &enrollment, &passage, newest.id, landing)?;
            }
        }
        self.close_move(draft, id)
    }

    /// Somebody who has not begun begins in the new version, whatever `migrate` says.
    fn begins_there(
        &self,
        draft: &mut Draft,
        enrollment: &Enrollment,
        passage: &Passage<'_>,
        to: CampaignId,
    ) -> Result<bool, StoreFault> {
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(false) };
        let sender = self.sender(enrollment);
        let person = Person { enrollment, contact: &contact, sender: &sender };
        let Some(mut advanced) = rebound(passage, to, &person, draft.at) else { return Ok(false) };
        let speaks = |account: &AccountId| {
            self.accounts.get(account).is_some_and(|account| passage.to.accounts.contains(&account.spec.name))
        };
        // Nothing was said yet: an account that the new version does not speak through need not be kept.
        advanced.enrollment.lines.retain(|_, line| speaks(&line.account));
        self.add_lines(draft, &mut advanced.enrollment, &contact, passage.to)?;
        self.follow(draft, contact, None, advanced)?;
        Ok(true)
    }

    fn stage_move(
        &self,
        draft: &mut Draft,
        enrollment: &Enrollment,
        passage: &Passage<'_>,
        to: CampaignId,
        landing: Landing,
    ) -> Result<(), StoreFault> {
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(()) };
        let sender = self.sender(enrollment);
        let person = Person { enrollment, contact: &contact, sender: &sender };
        let mut advanced = moved(passage, to, landing, &person, draft.at);
        self.add_lines(draft, &mut advanced.enrollment, &contact, passage.to)?;
        self.follow(draft, contact, None, advanced)
    }

    /// Accounts for channels that nobody of ours spoke on yet; those that speak to the person stay.
    fn add_lines(
        &self,
        draft: &mut Draft,
        enrollment: &mut Enrollment,
        contact: &Contact,
        campaign: &Campaign,
    ) -> Result<(), StoreFault> {
        let speakers = speakers(self.accounts.values(), campaign);
        for (channel, line) in lines_for(&speakers, contact, enrollment.id.0) {
            enrollment.lines.entry(channel).or_insert(line);
        }
        self.route_person(draft, enrollment, contact)
    }

    /// Commits, and forgets that somebody was to be moved.
    fn close_move(&mut self, mut draft: Draft, id: EnrollmentId) -> Result<(), StoreFault> {
        if self.moves.awaits(id) {
            draft.delete(Key::Move { enrollment: id });
        }
        self.close_quietly(draft)?;
        self.moves.done(id);
        Ok(())
    }

    /// Is no call of theirs in flight, and no handler at work?
    pub(super) fn may_move(&self, enrollment: &Enrollment) -> bool {
        matches!(enrollment.status, Status::Active { handler: None, .. } | Status::Queued)
            && self.intents_of(enrollment.id).next().is_none()
    }
}

/// Where somebody's path goes on, whatever runs above it. Somebody who has not begun begins anew.
fn landing(passage: &Passage<'_>, enrollment: &Enrollment) -> Landing {
    match &enrollment.status {
        Status::Active { path, .. } if path.visit.0 == 0 => Landing::Enter(passage.to.entry),
        Status::Active { path, .. } => passage.landing(path.step).unwrap_or(Landing::Finish),
        Status::Queued | Status::Ended { .. } => Landing::Finish,
    }
}
