//! What all seeds of a forecast share: the opening, and who its contacts are to the far side.

use crate::model::account::{Channel, SenderProfile};
use crate::model::campaign::{Action, Campaign, Trigger};
use crate::sim::forecast::folk::{Folk, People};
use crate::sim::forecast::opening::{Opening, Seat};

/// What all seeds of a forecast share.
pub struct Cast<'a> {
    pub(super) opening: &'a Opening,
    pub(super) people: People,
    /// Place of each contact's person, by channel.
    persons: Vec<[Option<u32>; Channel::ALL.len()]>,
    hears: Vec<Hears>,
    nobody: SenderProfile,
}

/// Which of the small signs a campaign turns on; the others are not played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hears {
    pub seen: bool,
    pub delivered: bool,
    pub reacted: bool,
}

impl<'a> Cast<'a> {
    /// The people of the opening's contacts.
    pub fn new(opening: &'a Opening, folk: &Folk) -> Self {
        let mut people = folk.people();
        let mut persons = Vec::with_capacity(opening.contacts.len());
        for contact in &opening.contacts {
            let place = |channel: Channel| contact.fields.get(channel.word()).map(|identifier| (channel, identifier));
            let mut of_contact = [None; Channel::ALL.len()];
            for (held, found) in of_contact.iter_mut().zip(Channel::ALL.map(place)) {
                *held = found.and_then(|(channel, identifier)| folk.place(&mut people, channel, identifier));
            }
            persons.push(of_contact);
        }
        let hears = opening.campaigns.iter().map(|opened| Hears::of(&opened.campaign)).collect();
        Self { opening, people, persons, hears, nobody: SenderProfile::default() }
    }

    /// The person a contact is on a channel.
    pub(super) fn person(&self, contact: u32, channel: Channel) -> Option<u32> {
        let at = Channel::ALL.iter().position(|known| *known == channel)?;
        *self.persons.get(contact as usize)?.get(at)?
    }

    /// Which small signs of a contact anybody turns on.
    pub(super) fn hears(&self, contact: u32) -> Hears {
        let seats = self.opening.seats_of.get(contact as usize).into_iter().flatten();
        let campaigns = seats.filter_map(|seat| Some(self.opening.seats.get(*seat as usize)?.campaign as usize));
        let all = campaigns.filter_map(|campaign| self.hears.get(campaign));
        all.fold(Hears::default(), |sum, one| Hears {
            seen: sum.seen || one.seen,
            delivered: sum.delivered || one.delivered,
            reacted: sum.reacted || one.reacted,
        })
    }

    /// The profile `sender.*` speaks of.
    pub(super) fn sender(&self, seat: &Seat) -> &SenderProfile {
        let line = seat.lines.iter().find(|(channel, _)| *channel == Channel::Linkedin).or_else(|| seat.lines.first());
        line.and_then(|(_, account)| self.opening.accounts.get(account)).map_or(&self.nobody, |account| &account.sender)
    }
}

impl Hears {
    fn of(campaign: &Campaign) -> Self {
        let mut hears = Self::default();
        for step in &campaign.steps {
            let triggers: Vec<&Trigger> = match &step.action {
                Action::Race { arms, .. } => arms.iter().map(|arm| &arm.trigger).collect(),
                Action::Repeat { until: Some(until), .. } => vec![until],
                _ => Vec::new(),
            };
            hears.seen |= triggers.contains(&&Trigger::Seen);
            hears.delivered |= triggers.contains(&&Trigger::Delivered);
            hears.reacted |= triggers.contains(&&Trigger::Reacted);
        }
        hears
    }
}
