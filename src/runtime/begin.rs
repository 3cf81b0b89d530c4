//! Who begins, and when: so many a day and campaign, while its schedule is open. Whoever may begin as they enter does so in
//! the commit that lets them in; everybody else waits, in the order in which they entered.

use crate::model::event::Event;
use crate::model::id::{CampaignId, EnrollmentId};
use crate::model::journal::Cause;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::pace;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;

impl Partition {
    /// Lets queued people begin who may by now.
    pub(super) fn start_queued(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        if self.is_stopping {
            return Ok(());
        }
        for campaign in self.agenda.starting() {
            let room = self.start_room(campaign, now);
            for id in self.agenda.to_start(campaign, room) {
                if let Err(why) = self.attempt(|partition| partition.start_one(id, now))? {
                    self.break_off(Draft::new(Cause::Enrolment, now), &[id], &why)?;
                }
            }
        }
        Ok(())
    }

    fn start_one(&mut self, id: EnrollmentId, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Enrolment, now);
        self.start_in(&mut draft, id)?;
        self.close_quietly(draft)?;
        Ok(())
    }

    /// Lets somebody queued begin, in this draft.
    pub(super) fn start_in(&self, draft: &mut Draft, id: EnrollmentId) -> Result<(), StoreFault> {
        if let Some(mut enrollment) = self.enrollment(draft, id)? {
            enrollment.started_at = Some(draft.at);
            draft.stage(enrollment);
        }
        self.happen(draft, id, &Event::Started)?;
        Ok(())
    }

    /// How many of those who enter a campaign now may begin at once: nobody while nothing runs, or while others of the
    /// campaign, in whatever version, wait to begin.
    pub(super) fn room_at_entry(&mut self, campaign: CampaignId, now: Timestamp) -> usize {
        let Some(installed) = self.campaigns.get(&campaign) else { return 0 };
        let is_same = |id| self.campaigns.get(&id).is_some_and(|other| other.campaign.name == installed.campaign.name);
        if !self.begins_people || self.is_stopping || self.agenda.starting().into_iter().any(is_same) {
            return 0;
        }
        self.start_room(campaign, now)
    }

    fn start_room(&mut self, campaign: CampaignId, now: Timestamp) -> usize {
        let Some(installed) = self.campaigns.get(&campaign).cloned() else { return 0 };
        if !self.is_running(campaign) {
            return 0;
        }
        let begun = self.starts.entry(installed.campaign.name.clone()).or_default();
        pace::start_room(&installed.campaign.calendar, installed.campaign.contacts.start_per_day, begun, now)
    }

    /// When the next people of each campaign may begin that has some who wait.
    pub(super) fn next_starts(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        self.agenda.starting().into_iter().filter_map(move |campaign| self.next_start(campaign, now))
    }

    fn next_start(&self, campaign: CampaignId, now: Timestamp) -> Option<Timestamp> {
        let installed = self.campaigns.get(&campaign)?;
        if !self.is_running(campaign) {
            return None;
        }
        let begun = self.starts.get(&installed.campaign.name);
        pace::next_start(&installed.campaign.calendar, installed.campaign.contacts.start_per_day, begun, now)
    }
}
