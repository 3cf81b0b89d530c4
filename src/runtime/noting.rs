//! What an enrollment needs, put on the agenda: looked at anew whenever a commit put it.

use crate::model::enrollment::{Awaits, Enrollment};
use crate::model::journal::{Key, Record};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;

impl Partition {
    /// Puts an enrollment's needs on the agenda.
    pub(super) fn note(&mut self, enrollment: &Enrollment) -> Result<(), StoreFault> {
        if let Some(started) = enrollment.started_at.filter(|started| self.now().since_ms(*started) < DAY_MS)
            && let Some(installed) = self.campaigns.get(&enrollment.campaign)
        {
            let starts = self.starts.entry(installed.campaign.name.clone()).or_default();
            starts.insert((started, enrollment.id));
        }
        let wants_call = matches!(enrollment.frame().map(|frame| &frame.awaits), Some(Awaits::Call { .. }));
        let zone = if wants_call { self.zone_of(enrollment)? } else { jiff::tz::TimeZone::UTC };
        let campaigns = &self.campaigns;
        let opens_at = |enrollment: &Enrollment, earliest: Timestamp| {
            let calendar = campaigns.get(&enrollment.campaign).map(|installed| &installed.campaign.calendar);
            calendar.and_then(|calendar| calendar.next_open(earliest, &zone)).unwrap_or(earliest)
        };
        for line in enrollment.lines.values() {
            self.try_at.remove(&line.account);
        }
        self.moves.wake(enrollment.id);
        let is_running = self.is_running(enrollment.campaign);
        self.agenda.note(enrollment, is_running, &opens_at);
        Ok(())
    }

    /// The zone a contact's sends keep to.
    pub fn zone_of(&self, enrollment: &Enrollment) -> Result<jiff::tz::TimeZone, StoreFault> {
        let installed = self.campaigns.get(&enrollment.campaign);
        let Some(calendar) = installed.map(|installed| &installed.campaign.calendar) else { return Ok(jiff::tz::TimeZone::UTC) };
        if !calendar.of_contact {
            return Ok(calendar.zone_for(None));
        }
        let contact = match self.parts.store.get(&Key::Contact(enrollment.contact))? {
            Some(Record::Contact(contact)) => Some(contact),
            _ => None,
        };
        let zone = contact.as_ref().and_then(|contact| contact.fields.get("timezone")).map(String::as_str);
        Ok(calendar.zone_for(zone))
    }
}
