//! Tests as YAML: `tests`, their given and their lines.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Item, Layout, Value};
use crate::lang::format::yaml::shared::gathered_list;
use crate::lang::format::yaml::steps::literal;
use crate::lang::syntax::{Act, Expectation, Given, Line, Name, Notes, Test, TestLine, TestTime, TestWhat};

/// `tests`, if there are any. A test of the file's own campaign does not name it.
pub fn tests<'t>(tests: impl IntoIterator<Item = &'t Test>, own: Option<&Name>) -> Option<Entry> {
    let item = |test: &Test| Item { value: self::test(test, own), notes: test.notes.clone(), end: Notes::default() };
    gathered_list("tests", tests.into_iter().map(item).collect())
}

fn test(test: &Test, own: Option<&Name>) -> Value {
    let mut entries = vec![Entry::new("test", doc::quoted_text(&test.title.value))];
    if own.is_none_or(|own| *own != test.campaign) {
        entries.push(Entry::new("of", doc::word(&test.campaign.value)));
    }
    if !test.given.is_empty() {
        entries.push(Entry::new("given", lines(&test.given, given, Layout::Fits)));
    }
    entries.push(Entry::new("then", lines(&test.lines, line, Layout::Lines)).ending(&test.end_notes));
    Value::Map(entries, Layout::Lines)
}

fn lines<T>(lines: &[Line<T>], value: fn(&T) -> Value, layout: Layout) -> Value {
    let item = |line: &Line<T>| Item { value: value(&line.value), notes: line.notes.clone(), end: Notes::default() };
    Value::List(lines.iter().map(item).collect(), layout)
}

fn given(given: &Given) -> Value {
    match given {
        Given::Contact(fields) => {
            let field = |(name, value): &(Name, crate::lang::source::Spanned<crate::lang::syntax::Literal>)| {
                Entry::new(&doc::key(&name.value), literal(&value.value))
            };
            doc::single("contact", doc::map(fields.iter().map(field).collect()))
        }
        Given::InmailCredits(count) => doc::single("inmail_credits", doc::bare(count.value)),
        Given::Relation => doc::word("relation"),
    }
}

fn line(line: &TestLine) -> Value {
    let mut entries = Vec::new();
    if let TestTime::Day { day, minute } = line.at {
        entries.push(Entry::new("day", doc::bare(day)));
        entries.extend(minute.map(|minute| Entry::new("at", doc::quoted_text(&phrase::time(minute)))));
    }
    match &line.what {
        TestWhat::Expect { what, within } => {
            entries.push(Entry::new("expect", expectation(what)));
            entries.extend(within.map(|within| Entry::new("within", doc::word(&within.value.to_string()))));
        }
        TestWhat::Act(act) => entries.push(self::act(act)),
    }
    doc::map(entries)
}

fn expectation(what: &Expectation) -> Value {
    let named = |key: &str, name: &Option<Name>| match name {
        Some(name) => doc::single(key, doc::word(&name.value)),
        None => doc::word(key),
    };
    match what {
        Expectation::Invite { with } => named("invite", with),
        Expectation::Withdraw => doc::word("withdraw_invite"),
        Expectation::Send { message, containing: None } => named("send", message),
        Expectation::Send { message, containing: Some(part) } => {
            let message = message.as_ref().map_or_else(|| doc::bare("~"), |name| doc::word(&name.value));
            doc::map(vec![Entry::new("send", message), Entry::new("containing", doc::quoted_text(&part.value))])
        }
        Expectation::SendInmail { message } => named("send_inmail", message),
        Expectation::Stop { outcome } => doc::single("stop", doc::word(&outcome.value)),
        Expectation::NoMoreSends => doc::word("no_more_sends"),
        Expectation::Task { text } => doc::single("task", doc::quoted_text(&text.value)),
    }
}

fn act(act: &Act) -> Entry {
    let said = |key: &str, verb: &str, text: &str| Entry::new(key, doc::single(verb, doc::quoted_text(text)));
    match act {
        Act::Accepts => Entry::new("contact", doc::word("accepts")),
        Act::Replies(text) => said("contact", "replies", &text.value),
        Act::Reads => Entry::new("contact", doc::word("reads")),
        Act::Reacts(emoji) => said("contact", "reacts", &emoji.value),
        Act::OwnerWrites(text) => said("owner", "writes", &text.value),
        Act::OwnerApproves => Entry::new("owner", doc::word("approves")),
        Act::OwnerRejects => Entry::new("owner", doc::word("rejects")),
        Act::Disconnects => Entry::new("account", doc::word("disconnects")),
        Act::Reconnects => Entry::new("account", doc::word("reconnects")),
        Act::Named(name) => Entry::new("event", doc::quoted_text(&name.value)),
    }
}
