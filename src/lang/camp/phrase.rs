//! The small language of strings in the YAML notation: lengths of time, conditions, events, moments, windows, caps.
//!
//! Each takes the phrase as a `Text`, whose map gives the places, and returns what it could read with the faults.

use crate::lang::camp::grammar::{Origin, Pair, Phrase, Rule, child, children};
use crate::lang::camp::scan::scan;
use crate::lang::camp::statement::group_member;
use crate::lang::diagnostic::Diagnostics;
use crate::lang::source::{SourceId, Spanned};
use crate::lang::syntax::{Cap, Event, Expr, GroupMember, Regex, SendWindow, Text, Until};
use crate::model::time::Delay;

/// `3 working days`, `2 to 20 hours`
pub fn delay(text: &Text) -> (Option<Spanned<Delay>>, Diagnostics) {
    read(text, Rule::duration_phrase, |phrase, pair| Some(phrase.delay_in(&pair)))
}

/// `14 days`, and no range
pub fn exact_delay(text: &Text) -> (Option<Spanned<Delay>>, Diagnostics) {
    read(text, Rule::duration_phrase, |phrase, pair| Some(phrase.exact_delay_in(&pair)))
}

/// `open profile or account has inmail credit`
pub fn condition(text: &Text) -> (Option<Expr>, Diagnostics) {
    read(text, Rule::condition_phrase, |phrase, pair| phrase.condition_in(&pair))
}

/// `replied`, `reply is interested`, `event "demo" if seats > 3`
pub fn event(text: &Text) -> (Option<Event>, Diagnostics) {
    read(text, Rule::event_phrase, |phrase, pair| phrase.event_in(&pair))
}

/// `monday 09:00`, `due_on`, `7 days`, `reply.return_date or 7 days`
pub fn until(text: &Text) -> (Option<Spanned<Until>>, Diagnostics) {
    read(text, Rule::until_phrase, |phrase, pair| phrase.until(&child(&pair, Rule::pause_until)?))
}

/// `monday to friday 09:00-12:00, 14:00-17:30`
pub fn send_window(text: &Text) -> (Option<SendWindow>, Diagnostics) {
    read(text, Rule::sends_phrase, |phrase, pair| Some(phrase.send_window(&pair)))
}

/// `20 a day, 100 a week`
pub fn caps(text: &Text) -> (Option<Vec<Spanned<Cap>>>, Diagnostics) {
    read(text, Rule::cap_phrase, |phrase, pair| Some(children(&pair, Rule::cap).iter().map(|cap| phrase.cap(cap)).collect()))
}

/// `/\b(yes|sure)\b/i`
pub fn regex(text: &Text) -> (Option<Spanned<Regex>>, Diagnostics) {
    read(text, Rule::regex_phrase, |phrase, pair| child(&pair, Rule::regex).map(|regex| phrase.regex(&regex)))
}

/// `10:30`, as a minute of the day
pub fn time(text: &Text) -> (Option<u16>, Diagnostics) {
    read(text, Rule::time_phrase, |phrase, pair| child(&pair, Rule::time).map(|time| phrase.minute(&time, false)))
}

/// `colleague`, or an id: `"acc_boss"`
pub fn member(text: &Text) -> (Option<GroupMember>, Diagnostics) {
    read(text, Rule::member_phrase, |phrase, pair| Some(group_member(phrase, &child(&pair, Rule::member)?)))
}

fn read<T>(
    text: &Text,
    rule: Rule,
    build: impl for<'p> FnOnce(&mut Phrase<'p>, Pair<'p>) -> Option<T>,
) -> (Option<T>, Diagnostics) {
    // One line, whatever the YAML around it: newlines are spaces of the same length.
    let one_line = text.value.replace('\n', " ");
    let scanned = scan(SourceId::default(), &one_line);
    let mut faults: Diagnostics = scanned.diagnostics;
    for fault in &mut faults {
        fault.span = text.place(fault.span.start as usize, fault.span.end as usize);
    }
    if !faults.is_empty() {
        return (None, faults);
    }
    let (start, mask) = scanned.lines.first().map_or((0, ""), |line| (line.start, line.mask.as_str()));
    let spaced = format!("{}{mask}", " ".repeat(start));
    let mut phrase = Phrase::new(&one_line, &spaced, Origin::Inside(text));
    let value = phrase.parse(rule).and_then(|pair| build(&mut phrase, pair));
    (value, phrase.faults)
}
