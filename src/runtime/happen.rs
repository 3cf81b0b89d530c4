//! What an event means for a person, staged: the machine decides, and what it asks of the house follows in the same commit.

use crate::machine::{Advance, Person, advance};
use crate::model::account::Channel;
use crate::model::contact::Contact;
use crate::model::effect::Effect;
use crate::model::enrollment::Enrollment;
use crate::model::event::{Event, Reply};
use crate::model::id::EnrollmentId;
use crate::model::journal::{Entry, EntryKind};
use crate::runtime::draft::Draft;
use crate::runtime::notify::Notice;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;

impl Partition {
    /// Lets an event happen to an enrollment, and stages what follows from it, also for the person's other
    /// enrollments. Says whether it meant anything.
    pub fn happen(&self, draft: &mut Draft, id: EnrollmentId, event: &Event) -> Result<bool, StoreFault> {
        match self.enrollment(draft, id)? {
            Some(enrollment) => self.happen_to(draft, &enrollment, event),
            None => Ok(false),
        }
    }

    /// The same, for an enrollment that was read already.
    pub(super) fn happen_to(&self, draft: &mut Draft, enrollment: &Enrollment, event: &Event) -> Result<bool, StoreFault> {
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(false) };
        let Some(installed) = self.campaigns.get(&enrollment.campaign) else { return Ok(false) };
        let sender = self.sender(enrollment);
        let person = Person { enrollment, contact: &contact, sender: &sender };
        let Some(advanced) = advance(&installed.campaign, &person, event, draft.at) else { return Ok(false) };
        let reply = match event {
            Event::Replied(reply) => Some(reply),
            _ => enrollment.reply(),
        };
        self.follow(draft, contact, reply, advanced)?;
        Ok(true)
    }

    /// Stages what the machine decided, and what follows from it. `contact`: as they were; `reply`: what is being handled.
    pub(super) fn follow(
        &self,
        draft: &mut Draft,
        contact: Contact,
        reply: Option<&Reply>,
        advanced: Advance,
    ) -> Result<(), StoreFault> {
        let id = advanced.enrollment.id;
        draft.stage(advanced.enrollment);
        let contact = match advanced.contact {
            Some(changed) => {
                draft.stage_contact(changed.clone());
                changed
            }
            None => contact,
        };
        let mut told = Vec::new();
        for entry in advanced.entries {
            // Whom a person of ours is told about is written with what they are told, below.
            if is_told(&entry) {
                told.push(entry.step);
            } else {
                draft.entry(id, entry);
            }
        }
        let mut told = told.into_iter();
        for effect in advanced.effects {
            match effect {
                Effect::Suppress { channel } => self.suppress(draft, id, &contact, channel)?,
                Effect::Notify { key, who, message } => {
                    let notice = Notice { key, who: &who, message, step: told.next().unwrap_or_default() };
                    self.notify(draft, notice, reply)?;
                }
                Effect::Ask { key, who, message } => {
                    let notice = Notice { key, who: &who, message, step: told.next().unwrap_or_default() };
                    self.ask_person(draft, notice, reply)?;
                }
                Effect::Webhook { key, url } => self.call_webhook(draft, key, &url, reply)?,
                // What they ask for stands in the enrollment's frame; the agenda reads it there.
                Effect::Call { .. } | Effect::Look { .. } => {}
            }
        }
        Ok(())
    }

    fn suppress(
        &self,
        draft: &mut Draft,
        by: EnrollmentId,
        contact: &Contact,
        channel: Option<Channel>,
    ) -> Result<(), StoreFault> {
        let mut contact = contact.clone();
        contact.suppress(channel);
        let others = self.enrollments_of(&contact)?;
        draft.stage_contact(contact);
        for other in others.into_iter().filter(|other| *other != by) {
            self.happen(draft, other, &Event::Suppressed { channel })?;
        }
        Ok(())
    }
}

/// A line that says that somebody of ours is told, without what.
fn is_told(entry: &Entry) -> bool {
    entry.kind == EntryKind::Notified && entry.detail.iter().any(|(name, _)| name == "who")
}
