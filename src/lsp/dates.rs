//! What a wait means in dates, for somebody who comes to it now.

use crate::model::calendar::Calendar;
use crate::model::cron::Cron;
use crate::model::time::{Delay, Timestamp};
use jiff::tz::TimeZone;

/// Where and when a wait is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub calendar: &'a Calendar,
    pub now: Timestamp,
}

impl Moment<'_> {
    fn zone(&self) -> TimeZone {
        self.calendar.zone_for(None)
    }

    fn after(&self, count: u32, delay: Delay, from: Timestamp) -> Timestamp {
        self.calendar.after(Delay::exactly(count, delay.unit), 0, from, &self.zone())
    }

    fn say(&self, at: Timestamp) -> String {
        at.in_zone(&self.zone()).strftime("%a %-d %b %Y, %H:%M").to_string()
    }

    /// The sentence about a send that follows: it moves on to the next open minute.
    fn then_sent(&self, at: Timestamp) -> String {
        match self.calendar.next_open(at, &self.zone()) {
            Some(open) if open == at => "a send behind it goes out at once, within the limits".to_owned(),
            Some(open) => format!("a send behind it moves to the next open minute: {}", self.say(open)),
            None => "the schedule is not open behind it".to_owned(),
        }
    }

    fn heading(&self) -> String {
        format!("for somebody who comes here now ({}, {}):", self.say(self.now), self.calendar.zone)
    }
}

/// `wait D`.
pub fn delay(moment: &Moment, delay: Delay) -> String {
    let (first, last) = (moment.after(delay.min, delay, moment.now), moment.after(delay.max, delay, moment.now));
    let ends = if first == last {
        format!("ends {}", moment.say(first))
    } else {
        format!("ends between {} and {}", moment.say(first), moment.say(last))
    };
    format!("{}\n\n{ends}; {}", moment.heading(), moment.then_sent(first))
}

/// `wait up to D`.
pub fn deadline(moment: &Moment, up_to: Delay) -> String {
    let last = moment.after(up_to.max, up_to, moment.now);
    format!("{}\n\nuntil {} at the latest; then `on timeout`", moment.heading(), moment.say(last))
}

/// `repeat up to N times, D apart`.
pub fn repeat(moment: &Moment, times: u32, apart: Delay) -> String {
    const SHOWN: u32 = 5;
    let mut at = moment.now;
    let mut rounds = Vec::new();
    for _ in 0..times.min(SHOWN) {
        at = moment.after(apart.min, apart, at);
        rounds.push(moment.say(at));
    }
    let more = if times > SHOWN { " …" } else { "" };
    format!("{}\n\nrounds at the earliest on {}{more}", moment.heading(), rounds.join("; "))
}

/// `wait until monday 09:00`.
pub fn weekday(moment: &Moment, weekday: u8, minute: u16) -> String {
    let end = moment.calendar.next_weekday(weekday, minute, moment.now, &moment.zone());
    format!("{}\n\nends {}; {}", moment.heading(), moment.say(end), moment.then_sent(end))
}

/// `wait until cron "…"`; none for an expression that cannot be read, which is told of elsewhere.
pub fn cron(moment: &Moment, expression: &str) -> Option<String> {
    let end = Cron::new(expression).ok()?.next(moment.now, &moment.zone())?;
    Some(format!("{}\n\nends {}; {}", moment.heading(), moment.say(end), moment.then_sent(end)))
}
