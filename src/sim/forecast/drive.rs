//! The driver: from one thing that is due to the next, in virtual time.

use crate::machine::classify::{Verdict, classify};
use crate::model::account::{Channel, InmailApi};
use crate::model::enrollment::{Awaits, Enrollment, Pause};
use crate::model::event::{Event, Reply};
use crate::model::id::{AccountId, RemoteId};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::pace;
use crate::sim::forecast::cast::Cast;
use crate::sim::forecast::folk::Folk;
use crate::sim::forecast::hold::{Hold, Holds};
use crate::sim::forecast::news::News;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::sink::Sink;
use crate::sim::forecast::state::{Due, State};
use crate::sim::people::behaviour;
use crate::sim::postpress::state::Ending;
use std::collections::HashMap;

/// How a forecast ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// People who have not ended by then, those who never began among them.
    pub open: usize,
    /// When the last one ended; none: somebody is still open.
    pub at: Option<Timestamp>,
    pub holds: Holds,
}

/// A folder's program from now on, with nothing begun: what `engine simulate` plays once a seed.
pub fn run_program(program: &Program, folk: &Folk, now: Timestamp, until: Timestamp, seed: u64, sink: &mut dyn Sink) -> Finish {
    let opening = Opening::fresh(program, now, None);
    run(&Cast::new(&opening, folk), until, seed, sink)
}

/// Plays what is on the agenda until then, or until nothing is left to happen. The same from the same seed.
pub fn run<S: Sink>(cast: &Cast<'_>, until: Timestamp, seed: u64, sink: S) -> Finish {
    let mut state = State::new(cast, seed, sink);
    state.begin();
    let mut ended_at = None;
    let mut left: Verdicts = HashMap::new();
    while let Some(due) = state.next(until) {
        let was_open = state.open > 0;
        match due {
            Due::News { at, news } => state.hear(at, news, &mut left),
            Due::Timer { seat } => state.fire(seat),
            Due::Starts { campaign } => state.start(campaign),
            Due::Serve { account } => state.serve_due(account),
        }
        if was_open && state.open == 0 {
            ended_at = Some(state.now);
        }
    }
    state.now = state.now.max(until);
    state.count_all();
    Finish { open: state.open, at: ended_at.filter(|_| state.open == 0), holds: state.holds }
}

/// What texts were taken for, by campaign, day and text: people of a simulation say little that is new.
type Verdicts = HashMap<(u32, i64, String), Verdict>;

impl<S: Sink> State<'_, S> {
    fn begin(&mut self) {
        for (opened, campaign) in self.cast.opening.campaigns.iter().zip(0u32..) {
            if !opened.campaign.steps.is_empty() {
                self.plan(self.now, Due::Starts { campaign });
            }
        }
        for (seat, at) in self.cast.opening.seats.iter().zip(0u32..) {
            if let Some(standing) = &seat.standing {
                self.remember(seat.contact, standing);
                self.note(at, standing);
            }
        }
    }

    /// A timer fell due; one of an older stay means nothing.
    fn fire(&mut self, seat: u32) {
        let now = self.now;
        let Some(slot) = self.slots.get_mut(seat as usize).filter(|slot| slot.timer.is_some_and(|due| due <= now)) else {
            return;
        };
        let due = slot.timer.take().unwrap_or(now);
        let Some(enrollment) = self.take_enrollment(seat) else { return };
        let event = timer_event(&enrollment, due);
        self.put_enrollment(seat, enrollment);
        if let Some(event) = event {
            self.happen(seat, &event);
        }
    }

    /// Lets queued people of a campaign begin, as `Partition::start_queued` does.
    fn start(&mut self, campaign: u32) {
        let place = campaign as usize;
        let Some(opened) = self.cast.opening.campaigns.get(place) else { return };
        let (calendar, per_day) = (&opened.campaign.calendar, opened.campaign.contacts.start_per_day);
        let Some(begun) = self.begun.get_mut(place) else { return };
        let room = pace::start_room(calendar, per_day, begun, self.now);
        let queue = self.queues.get(place).into_iter().flatten();
        for seat in queue.take(room).copied().collect::<Vec<_>>() {
            let Some(mut enrollment) = self.take_enrollment(seat) else { continue };
            enrollment.started_at = Some(self.now);
            if let Some(begun) = self.begun.get_mut(place) {
                begun.insert((self.now, enrollment.id));
            }
            self.put_enrollment(seat, enrollment);
            self.happen(seat, &Event::Started);
        }
        let waiting = self.queues.get(place).map_or(0, std::collections::BTreeSet::len);
        if waiting == 0 {
            return;
        }
        let begun = self.begun.get(place);
        let Some(next) = pace::next_start(calendar, per_day, begun, self.now) else { return };
        let is_full = per_day.is_some_and(|per_day| begun.is_some_and(|begun| begun.len() >= per_day as usize));
        self.holds.add(if is_full { Hold::Starts { campaign } } else { Hold::Hours }, waiting, self.now, next);
        self.plan(next, Due::Starts { campaign });
    }

    /// Something of the outside.
    fn hear(&mut self, at: Timestamp, news: News, verdicts: &mut Verdicts) {
        match news {
            News::Accepts { contact, person, account, has_note } => self.accept(contact, person, account, has_note),
            News::Accepted { contact, account } => self.tell_all(contact, account, &Event::Accepted { at }),
            News::Seen { contact, account } => self.tell_all(contact, account, &Event::Seen { at }),
            News::Delivered { contact, account } => self.tell_all(contact, account, &Event::Delivered { at }),
            News::Reacted { contact, account, emoji } => {
                self.tell_all(contact, account, &Event::Reacted { emoji, at });
            }
            News::Takeover { contact, account, text } => {
                self.tell_all(contact, account, &Event::Takeover { message: RemoteId(String::new()), text, at });
            }
            News::Replied { contact, person, account, channel, text, inmail } => {
                let is_tied = self.is_tied(person, account);
                self.far.tie(person, account, || is_tied).has_answered = true;
                let api = [InmailApi::Classic, InmailApi::SalesNavigator, InmailApi::Recruiter].into_iter();
                if let Some(api) = api.into_iter().find(|api| Some(api.word()) == inmail) {
                    self.far.refund(account, api);
                }
                self.reply(contact, channel, &text, at, verdicts);
            }
        }
    }

    /// The person says yes, if the invitation is still there; the engine hears of it by the note's chat at once, else by a
    /// webhook up to hours later, or by the poll that comes before it.
    fn accept(&mut self, contact: u32, person: u32, account: u32, has_note: bool) {
        let is_tied = self.is_tied(person, account);
        let now = self.now;
        let tie = self.far.tie(person, account, || is_tied);
        if tie.invitation != Some(Ending::Pending) {
            return;
        }
        tie.invitation = Some(Ending::Accepted(now));
        tie.is_relation = true;
        let known_at = if has_note { now } else { self.learned_at(person, account) };
        self.plan(known_at, Due::News { at: now, news: News::Accepted { contact, account } });
    }

    fn learned_at(&mut self, person: u32, account: u32) -> Timestamp {
        let (Some(known), Some(spec)) = (self.cast.people.person(person), self.accounts.get(&AccountId(account))) else {
            return self.now;
        };
        let lag = behaviour::relation_lag_ms(self.seed, &spec.spec.provider_account.0, &known.key);
        let poll = self.polls.entry(account).or_insert(self.cast.opening.now);
        while *poll < self.now {
            *poll = pace::next_poll(AccountId(account), *poll);
        }
        self.now.plus_ms(lag).min(*poll)
    }

    /// Is the person a relation of the account from the start?
    pub(super) fn is_tied(&self, person: u32, account: u32) -> bool {
        let account = self.accounts.get(&AccountId(account));
        account.is_some_and(|account| {
            let is_linkedin = account.spec.channel == Channel::Linkedin;
            is_linkedin && self.cast.people.is_tied(person, self.seed, &account.spec.provider_account.0)
        })
    }

    /// Lets an event happen to those of the contact's seats that speak through the account.
    fn tell_all(&mut self, contact: u32, account: u32, event: &Event) {
        for seat in self.cast.opening.seats_of.get(contact as usize).into_iter().flatten() {
            let Some(found) = self.cast.opening.seats.get(*seat as usize) else { continue };
            if found.lines.iter().any(|(_, speaks)| speaks.0 == account) {
                self.happen(*seat, event);
            }
        }
    }

    /// Every campaign that holds the person hears what they wrote.
    fn reply(&mut self, contact: u32, channel: Channel, text: &str, at: Timestamp, verdicts: &mut Verdicts) {
        for seat in self.cast.opening.seats_of.get(contact as usize).into_iter().flatten() {
            let Some(found) = self.cast.opening.seats.get(*seat as usize) else { continue };
            let Some(opened) = self.cast.opening.campaigns.get(found.campaign as usize) else { continue };
            let day = at.0.div_euclid(crate::model::time::DAY_MS);
            let verdict = verdicts
                .entry((found.campaign, day, text.to_owned()))
                .or_insert_with(|| classify(text, &opened.campaign.classes, at));
            let reply = Reply {
                message: RemoteId(String::new()),
                chat: None,
                channel,
                text: text.to_owned(),
                at,
                classes: verdict.classes.clone(),
                return_date: verdict.return_date.clone(),
            };
            self.happen(*seat, &Event::Replied(reply));
        }
    }
}

/// What a timer that fell due means now.
fn timer_event(enrollment: &Enrollment, due: Timestamp) -> Option<Event> {
    match enrollment.pause() {
        Some(Pause::Until { until }) => return Some(Event::PauseOver { due: *until }),
        Some(Pause::Operator { .. } | Pause::Broken { .. }) => return None,
        None => {}
    }
    let frame = enrollment.frame()?;
    matches!(frame.awaits, Awaits::Timer { .. }).then_some(Event::Due { visit: frame.visit, due })
}
