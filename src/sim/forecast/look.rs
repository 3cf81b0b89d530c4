//! What conditions wait for: who the person is, and whether the account has credit.

use crate::model::account::{Budget, Channel};
use crate::model::effect::Look;
use crate::model::enrollment::{Awaits, Relation};
use crate::model::event::{Event, Looked};
use crate::model::id::{AccountId, Visit};
use crate::model::time::Timestamp;
use crate::sim::forecast::sink::Sink;
use crate::sim::forecast::state::State;
use crate::sim::postpress::state::Ending;

impl<S: Sink> State<'_, S> {
    /// Reads what conditions wait for. Says when to look again, if a budget holds a reading.
    pub fn look(&mut self, account: u32) -> Option<Timestamp> {
        let mut again: Option<Timestamp> = None;
        let mut done = None;
        while let Some((is_visit, seat)) = self.next_look(account, done) {
            done = Some((is_visit, seat));
            let Some(enrollment) = self.take_enrollment(seat) else { continue };
            let frame = enrollment.frame().map(|frame| (frame.visit, frame.awaits.clone()));
            self.put_enrollment(seat, enrollment);
            let Some((visit, Awaits::Look { look, .. })) = frame else { continue };
            let free = if look.profile { self.free_at(account, Budget::Visits) } else { self.now };
            if free > self.now {
                again = Some(again.map_or(free, |again: Timestamp| again.min(free)));
                // Every reading behind this one costs a visit too.
                break;
            }
            let looked = self.read(account, seat, visit, look);
            self.happen(seat, &Event::Looked { visit, looked });
        }
        again
    }

    /// The reading behind that one.
    fn next_look(&self, account: u32, done: Option<(bool, u32)>) -> Option<(bool, u32)> {
        let looks = self.looks.get(&account)?;
        match done {
            Some(done) => looks.range((std::ops::Bound::Excluded(done), std::ops::Bound::Unbounded)).next().copied(),
            None => looks.first().copied(),
        }
    }

    fn read(&mut self, account: u32, seat: u32, visit: Visit, look: Look) -> Looked {
        let mut looked = Looked::default();
        let contact = self.cast.opening.seats.get(seat as usize).map(|seat| seat.contact);
        let person = contact.and_then(|contact| self.cast.person(contact, Channel::Linkedin));
        if let Some(person) = person.filter(|_| look.profile) {
            self.visit(account, seat, visit, person);
            let is_tied = self.is_tied(person, account);
            let tie = *self.far.tie(person, account, || is_tied);
            looked.open_profile = Some(self.cast.people.is_open(person, self.seed));
            looked.relation = Some(match tie.invitation {
                _ if tie.is_relation => Relation::Yes,
                Some(Ending::Pending) => Relation::Pending,
                Some(Ending::Accepted(_) | Ending::Withdrawn(_)) | None => Relation::None,
            });
        }
        if let Some(known) = self.accounts.get(&AccountId(account)).filter(|_| look.credit) {
            looked.inmail_credit = Some(self.far.credits(known, known.spec.tier.inmail_api()).unwrap_or(0) > 0);
        }
        looked
    }
}
