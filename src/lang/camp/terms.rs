//! The small things lines are made of: names, texts, patterns, numbers, lengths and moments of time.
//!
//! Faults found here: `bad-name`, `bad-regex`, `bad-duration`, `bad-cron`.

use crate::lang::camp::grammar::{Pair, Phrase, Rule, child, children, only};
use crate::lang::camp::text;
use crate::lang::code::Code;
use crate::lang::source::Spanned;
use crate::lang::syntax::{Cap, CapWindow, Literal, Name, Regex, SendWindow, Text, TextRef, Until};
use crate::lang::words;
use crate::model::account::Channel;
use crate::model::pattern::Pattern;
use crate::model::time::{Delay, Unit};

/// Longest length of time, in units of each kind: ten years of days.
const YEARS_MAX: u32 = 10;
const DAYS_OF_WEEK: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Phrase<'_> {
    /// A name; a bad one is reported and kept.
    pub fn name(&mut self, pair: &Pair<'_>) -> Name {
        let span = self.span(pair);
        self.faults.extend(words::bad_name(pair.as_str(), span));
        Name::new(pair.as_str().to_owned(), span)
    }

    /// A field, perhaps with a point in it; each part is a name.
    pub fn field(&mut self, pair: &Pair<'_>) -> Name {
        let span = self.span(pair);
        let is_known = pair.as_str().contains('.') && pair.as_str().split('.').next() == Some("campaign");
        let fault = pair.as_str().split('.').filter(|_| !is_known).find_map(|part| words::bad_name(part, span));
        self.faults.extend(fault);
        Name::new(pair.as_str().to_owned(), span)
    }

    /// The first child that is a name.
    pub fn name_in(&mut self, pair: &Pair<'_>) -> Name {
        let inner = child(pair, Rule::name).unwrap_or_else(|| pair.clone());
        self.name(&inner)
    }

    /// All names of a list.
    pub fn names_in(&mut self, pair: &Pair<'_>) -> Vec<Name> {
        children(pair, Rule::name).iter().map(|name| self.name(name)).collect()
    }

    /// A text.
    pub fn text(&self, pair: &Pair<'_>) -> Text {
        let mut text = text::read(self.written(pair), crate::lang::source::Span { start: 0, end: 0, ..self.span(pair) });
        let offset = pair.as_span().start();
        for (_, at) in &mut text.map {
            *at = self.place(offset + *at as usize, offset + *at as usize + 1).start;
        }
        text.span = self.span(pair);
        text
    }

    /// A text that is no template: a path, a tag, an address.
    pub fn plain(&mut self, pair: &Pair<'_>) -> Spanned<String> {
        let text = self.text(pair);
        if text.value.contains(['\n', '\r']) {
            self.fault(Code::WrongType, text.span, "this text has to stand on one line".to_owned(), words::ONE_LINE);
        }
        Spanned::new(text.value, text.span)
    }

    /// The plain text among the children, if there is one.
    pub fn plain_in(&mut self, pair: &Pair<'_>) -> Option<Spanned<String>> {
        child(pair, Rule::text).map(|text| self.plain(&text))
    }

    /// A message by name, or in place.
    pub fn text_ref(&mut self, pair: &Pair<'_>) -> TextRef {
        let inner = only(pair.clone());
        match inner.as_rule() {
            Rule::text => TextRef::Inline(self.text(&inner)),
            _ => TextRef::Named(self.name(&inner)),
        }
    }

    /// A pattern, compiled once to see whether it can be.
    pub fn regex(&mut self, pair: &Pair<'_>) -> Spanned<Regex> {
        let (written, span) = (self.written(pair), self.span(pair));
        let close = written.rfind('/').unwrap_or(0);
        let source = written.get(1..close).unwrap_or_default();
        let flags = written.get(close + 1..).unwrap_or_default();
        let help = "a pattern is `/…/`, or `/…/i` for any case, in the dialect of Rust's `regex` crate";
        if !matches!(flags, "" | "i") {
            self.fault(Code::BadRegex, span, format!("`{flags}` is no flag of a pattern"), "the only flag is `i`: any case");
        } else if let Err(why) = Pattern::new(source, flags == "i") {
            let reason = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            self.fault(Code::BadRegex, span, format!("this pattern cannot be read: {reason}"), help);
        }
        Spanned::new(Regex { source: source.to_owned(), ignore_case: flags == "i" }, span)
    }

    /// A whole number; one that is too large is reported and held.
    pub fn number(&mut self, pair: &Pair<'_>) -> Spanned<u32> {
        let span = self.span(pair);
        let value = pair.as_str().parse().unwrap_or_else(|_| {
            let message = format!("`{}` is too large a number", crate::lang::words::shown(pair.as_str()));
            self.fault(Code::Unexpected, span, message, "the largest is 4294967295");
            u32::MAX
        });
        Spanned::new(value, span)
    }

    /// The first child that is a number.
    pub fn number_in(&mut self, pair: &Pair<'_>) -> Spanned<u32> {
        let inner = child(pair, Rule::number).unwrap_or_else(|| pair.clone());
        self.number(&inner)
    }

    /// A text or number written out.
    pub fn literal(&self, pair: &Pair<'_>) -> Spanned<Literal> {
        let inner = only(pair.clone());
        let value = match inner.as_rule() {
            Rule::text => Literal::Text(self.text(&inner).value),
            _ => Literal::Number(inner.as_str().parse().unwrap_or(f64::MAX)),
        };
        Spanned::new(value, self.span(&inner))
    }

    /// A length of time.
    pub fn delay(&mut self, pair: &Pair<'_>) -> Spanned<Delay> {
        let span = self.span(pair);
        let counts: Vec<u32> =
            children(pair, Rule::number).iter().map(|count| count.as_str().parse().unwrap_or(u32::MAX)).collect();
        let unit = child(pair, Rule::unit).map_or(Unit::Days, |unit| unit_of(unit.as_str()));
        let min = counts.first().copied().unwrap_or_default();
        let max = counts.last().copied().unwrap_or_default();
        let written = self.written(pair);
        if min > max {
            let help = format!("write the smaller number first: `{max} to {min} {}`", unit.word(min));
            self.fault(Code::BadDuration, span, format!("`{written}` runs backwards"), help);
        } else if max > longest(unit) {
            let help = format!("the longest is {YEARS_MAX} years: `{} {}`", longest(unit), unit.word(2));
            self.fault(Code::BadDuration, span, format!("`{written}` is too long"), help);
        }
        Spanned::new(Delay { min, max: max.min(longest(unit)), unit }, span)
    }

    /// The first child that is a length of time.
    pub fn delay_in(&mut self, pair: &Pair<'_>) -> Spanned<Delay> {
        let inner = child(pair, Rule::duration).unwrap_or_else(|| pair.clone());
        self.delay(&inner)
    }

    /// One length, where a range has no place (`wait up to`).
    pub fn exact_delay_in(&mut self, pair: &Pair<'_>) -> Spanned<Delay> {
        let delay = self.delay_in(pair);
        if delay.value.min != delay.value.max {
            let help = format!("write one length: `{} {}`", delay.value.max, delay.value.unit.word(delay.value.max));
            self.fault(Code::BadDuration, delay.span, "a range has no place behind `wait up to`", help);
        }
        delay
    }

    /// Where a wait or pause ends.
    pub fn until(&mut self, pair: &Pair<'_>) -> Option<Spanned<Until>> {
        let span = self.span(pair);
        let first = only(pair.clone());
        let value = match first.as_rule() {
            Rule::cron => Until::Cron(self.cron(&first)),
            Rule::moment => {
                let weekday = child(&first, Rule::weekday).map_or(0, |day| weekday_of(day.as_str()));
                let minute = child(&first, Rule::time).map_or(0, |time| self.minute(&time, false));
                Until::Weekday { weekday, minute }
            }
            Rule::duration => Until::Delay(self.delay(&first).value),
            _ => {
                let or = child(pair, Rule::duration).map(|delay| self.delay(&delay).value);
                Until::Field { name: self.field(&first), or }
            }
        };
        Some(Spanned::new(value, span))
    }

    /// The cron expression among the children, read once to see whether it can be.
    pub fn cron(&mut self, pair: &Pair<'_>) -> Spanned<String> {
        let cron = self.plain_in(pair).unwrap_or_default();
        self.faults.extend(words::bad_cron(&cron.value, cron.span));
        cron
    }

    /// A time of day as a minute of it. `24:00` ends a day and begins none.
    pub fn minute(&mut self, pair: &Pair<'_>, may_be_midnight: bool) -> u16 {
        let (hours, minutes) = pair.as_str().split_once(':').unwrap_or_default();
        let (hours, minutes) = (hours.parse::<u16>().unwrap_or(99), minutes.parse::<u16>().unwrap_or(99));
        let minute = hours.saturating_mul(60).saturating_add(minutes);
        if minutes > 59 || minute > 1440 || (minute == 1440 && !may_be_midnight) {
            let message = format!("`{}` is no time of day", pair.as_str());
            self.fault(Code::Unexpected, self.span(pair), message, "a day runs from `00:00` to `24:00`, and begins at `00:00`");
            return 0;
        }
        minute
    }

    /// The days and times of a `send` line of a schedule.
    pub fn send_window(&mut self, pair: &Pair<'_>) -> SendWindow {
        let days = children(pair, Rule::days).iter().map(|range| self.day_range(range)).collect();
        let times = children(pair, Rule::times).iter().map(|range| self.time_range(range)).collect();
        SendWindow { days, times }
    }

    fn day_range(&mut self, pair: &Pair<'_>) -> Spanned<(u8, u8)> {
        let span = self.span(pair);
        let days: Vec<u8> = children(pair, Rule::weekday).iter().map(|day| weekday_of(day.as_str())).collect();
        let (first, last) = (days.first().copied().unwrap_or(0), days.last().copied().unwrap_or(0));
        if first > last {
            let help = "a week begins on monday: write two ranges, such as `friday to sunday, monday`";
            self.fault(Code::Unexpected, span, format!("`{}` runs backwards", self.written(pair)), help);
        }
        Spanned::new((first, last), span)
    }

    fn time_range(&mut self, pair: &Pair<'_>) -> Spanned<(u16, u16)> {
        let span = self.span(pair);
        let times = children(pair, Rule::time);
        let first = times.first().map_or(0, |time| self.minute(time, false));
        let last = times.last().map_or(0, |time| self.minute(time, true));
        Spanned::new((first, last), span)
    }

    /// `20 a day`
    pub fn cap(&mut self, pair: &Pair<'_>) -> Spanned<Cap> {
        let count = self.number_in(pair).value;
        let window = match child(pair, Rule::window).as_ref().map(Pair::as_str) {
            Some("week") => CapWindow::Week,
            Some("month") => CapWindow::Month,
            Some(_) | None => CapWindow::Day,
        };
        Spanned::new(Cap { count, window }, self.span(pair))
    }

    /// A channel, if one is among the children.
    pub fn channel_in(&self, pair: &Pair<'_>) -> Option<Spanned<Channel>> {
        let inner = child(pair, Rule::channel)?;
        Some(Spanned::new(Channel::from_word(inner.as_str())?, self.span(&inner)))
    }
}

fn unit_of(word: &str) -> Unit {
    match word.get(..3) {
        Some("min") => Unit::Minutes,
        Some("hou") => Unit::Hours,
        Some("wee") => Unit::Weeks,
        Some("wor") => Unit::WorkingDays,
        Some(_) | None => Unit::Days,
    }
}

fn longest(unit: Unit) -> u32 {
    let days = YEARS_MAX * 365;
    match unit {
        Unit::Minutes => days * 24 * 60,
        Unit::Hours => days * 24,
        Unit::Days | Unit::WorkingDays => days,
        Unit::Weeks => days / 7,
    }
}

/// 0 is Monday.
pub fn weekday_of(word: &str) -> u8 {
    DAYS_OF_WEEK.iter().position(|day| *day == word).unwrap_or(0) as u8
}

/// The word of a weekday, 0 is Monday.
pub fn weekday_word(weekday: u8) -> &'static str {
    DAYS_OF_WEEK.get(weekday as usize).copied().unwrap_or("monday")
}
