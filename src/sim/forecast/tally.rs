//! What happened in one seed, counted: by day and account, and by campaign.

use crate::model::account::Channel;
use crate::model::effect::Call;
use crate::model::enrollment::Enrollment;
use crate::model::event::Settlement;
use crate::model::id::{AccountId, OutcomeId};
use crate::model::time::Timestamp;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::sink::{Happening, Sink, Who};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What an account does and hears on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub invites: u32,
    pub messages: u32,
    pub inmails: u32,
    pub accepted: u32,
    pub replied: u32,
}

/// How far the people of a campaign come. Each counts once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Funnel {
    pub people: u32,
    pub started: u32,
    pub invited: u32,
    /// An invitation of this campaign.
    pub accepted: u32,
    /// By message or InMail.
    pub messaged: u32,
    pub replied: u32,
    pub outcomes: BTreeMap<OutcomeId, u32>,
}

/// The figures of one seed.
#[derive(Debug, Clone)]
pub struct Tally {
    zone: TimeZone,
    /// The day that was counted last: it, and when it begins and ends.
    day: (Date, Timestamp, Timestamp),
    /// In the schedule's zone.
    pub days: BTreeMap<(Date, AccountId), Counts>,
    /// By place in `Opening::campaigns`.
    pub funnels: Vec<Funnel>,
    /// How many ended on each day.
    pub ended: BTreeMap<Date, u32>,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.invites += other.invites;
        self.messages += other.messages;
        self.inmails += other.inmails;
        self.accepted += other.accepted;
        self.replied += other.replied;
    }
}

impl Funnel {
    /// How many have ended.
    pub fn ended(&self) -> u32 {
        self.outcomes.values().sum()
    }
}

impl Tally {
    /// Nothing yet.
    pub fn new(opening: &Opening) -> Self {
        let mut funnels: Vec<Funnel> = opening.campaigns.iter().map(|_| Funnel::default()).collect();
        for seat in &opening.seats {
            if let Some(funnel) = funnels.get_mut(seat.campaign as usize) {
                funnel.people += 1;
            }
        }
        let zone = opening.workspace.calendar.zone_for(None);
        let never = (Date::MIN, Timestamp(i64::MAX), Timestamp(i64::MIN));
        Self { zone, day: never, days: BTreeMap::new(), funnels, ended: BTreeMap::new() }
    }

    /// The civil day of that moment.
    fn date(&mut self, at: Timestamp) -> Date {
        let (known, from, to) = self.day;
        if (from..to).contains(&at) {
            return known;
        }
        let date = at.in_zone(&self.zone).date();
        let begin = |date: Date| date.to_zoned(self.zone.clone()).map_or(at, |begin| Timestamp::from(&begin));
        self.day = (date, begin(date), date.tomorrow().map_or(at, begin));
        date
    }

    fn add(&mut self, at: Timestamp, account: AccountId, counts: Counts) {
        let date = self.date(at);
        *self.days.entry((date, account)).or_default() += counts;
    }
}

impl Sink for Tally {
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        let date = self.date(at);
        let Some(funnel) = self.funnels.get_mut(who.place as usize) else { return };
        let one = Counts::default();
        match happening {
            Happening::Started => funnel.started += 1,
            Happening::Called { account, call, settlement: Settlement::Sent { .. }, .. } => {
                let sends = who.enrollment.sends;
                let counts = match call {
                    Call::Invite { .. } => {
                        funnel.invited += u32::from(sends.invites == 0);
                        Counts { invites: 1, ..one }
                    }
                    Call::Message { .. } | Call::ByHand { .. } | Call::Group { .. } | Call::Inmail { .. } => {
                        funnel.messaged += u32::from(sends.messages + sends.inmails == 0);
                        let is_inmail = matches!(call, Call::Inmail { .. });
                        Counts { messages: u32::from(!is_inmail), inmails: u32::from(is_inmail), ..one }
                    }
                    Call::Withdraw | Call::Engage(_) => one,
                };
                if counts != one {
                    self.add(at, *account, counts);
                }
            }
            Happening::Called { .. } | Happening::Told { .. } => {}
            Happening::Accepted => {
                funnel.accepted += 1;
                self.add(at, account_of(who.enrollment), Counts { accepted: 1, ..one });
            }
            Happening::Replied => {
                funnel.replied += 1;
                self.add(at, account_of(who.enrollment), Counts { replied: 1, ..one });
            }
            Happening::Ended { outcome, before } => {
                *funnel.outcomes.entry(*outcome).or_default() += 1;
                match before {
                    Some(before) => {
                        funnel.outcomes.entry(*before).and_modify(|held| *held = held.saturating_sub(1));
                    }
                    None => *self.ended.entry(date).or_default() += 1,
                }
            }
        }
    }
}

fn account_of(enrollment: &Enrollment) -> AccountId {
    let line = enrollment.lines.get(&Channel::Linkedin).or_else(|| enrollment.lines.values().next());
    line.map(|line| line.account).unwrap_or_default()
}
