//! Tests of a campaign: what is given, what is expected, what happens (LANGUAGE.md §10).

use crate::lang::code::Code;
use crate::lang::source::Spanned;
use crate::lang::syntax::{Act, Expectation, Given, Line, Name, Test, TestLine, TestTime, TestWhat};
use crate::lang::yaml::block::find;
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Node};

const TEST: Keys = Keys { what: "a test", known: &["test", "of", "given", "then"] };
const GIVEN: Keys = Keys { what: "a line of `given`", known: &["contact", "inmail_credits"] };
const LINE: Keys =
    Keys { what: "a line of a test", known: &["day", "at", "expect", "within", "contact", "owner", "account", "event"] };
/// The keys of a line of which it has one.
const SAID: &[&str] = &["expect", "contact", "owner", "account", "event"];

/// Reads `tests`. `own` is the campaign of the file: a test without `of` is a test of it.
pub fn tests(reader: &mut Reader, entry: &Entry, own: Option<&Name>) -> Vec<Test> {
    let nodes = reader.list(&entry.value, "tests", "tests").unwrap_or_default();
    nodes.iter().filter_map(|node| test(reader, entry, node, own)).collect()
}

fn test(reader: &mut Reader, tests: &Entry, node: &Node, own: Option<&Name>) -> Option<Test> {
    reader.keys(node, "tests", TEST)?;
    let notes = reader.notes_in(tests, node);
    let head = find(node, "test");
    let span = head.map_or(node.place(), |head| head.span.to(head.value.span));
    let title = reader.needed(node, "a test", "test", span).and_then(|title| reader.string(title, "test"));
    let campaign = match (node.get("of"), own) {
        (Some(of), _) => reader.name(of, "of"),
        (None, Some(own)) => Some(own.clone()),
        (None, None) => {
            reader.missing(span, "a test outside its campaign's file", "of");
            None
        }
    };
    let given = match find(node, "given") {
        Some(entry) => listed(reader, entry, "lines such as `relation`", given),
        None => Vec::new(),
    };
    let (mut lines, mut end_notes) = (Vec::new(), Default::default());
    match find(node, "then") {
        Some(entry) => {
            lines = listed(reader, entry, "lines such as `expect: invite`", line);
            end_notes = reader.end_notes(&entry.value);
        }
        None => reader.missing(span, "a test", "then"),
    }
    Some(Test { title: title?, campaign: campaign?, given, lines, span, notes, end_notes })
}

/// The entries of a list, each on a line of its own.
fn listed<T>(reader: &mut Reader, entry: &Entry, of: &str, read: fn(&mut Reader, &Node) -> Option<T>) -> Vec<Line<T>> {
    let nodes = reader.list(&entry.value, &entry.key, of).unwrap_or_default();
    let mut lines = Vec::new();
    for node in nodes {
        let notes = reader.notes_in(entry, node);
        lines.extend(read(reader, node).map(|value| Line { value, span: node.span, notes }));
    }
    lines
}

/// `relation`, `{contact: {first_name: "Ada"}}`, `{inmail_credits: 0}`
fn given(reader: &mut Reader, node: &Node) -> Option<Given> {
    if node.entries().is_none() {
        reader.word(node, "given", &[("relation", ())])?;
        return Some(Given::Relation);
    }
    reader.keys(node, "given", GIVEN)?;
    match (find(node, "contact"), find(node, "inmail_credits")) {
        (Some(contact), None) => {
            let fields = reader.map(&contact.value, "contact", "fields and values")?;
            let field = |entry: &Entry| {
                let name = reader.name_of(entry)?;
                Some((name, reader.literal(&entry.value, &entry.key)?))
            };
            Some(Given::Contact(fields.iter().filter_map(field).collect()))
        }
        (None, Some(credits)) => reader.number(&credits.value, "inmail_credits").map(Given::InmailCredits),
        (Some(contact), Some(credits)) => {
            let second = if contact.span.start < credits.span.start { credits } else { contact };
            crowded(reader, second, "a line of `given`");
            None
        }
        (None, None) => {
            reader.missing(node.place(), "a line of `given`", "contact");
            None
        }
    }
}

fn crowded(reader: &mut Reader, second: &Entry, what: &str) {
    let message = format!("{what} says one thing, and `{}` is a second", second.key);
    reader.fault(Code::Unexpected, second.span, message, "begin a new entry of the list, with `- `, for it");
}

/// `{day: 2, contact: accepts}`, `{expect: {send: intro}, within: 2 days}`
fn line(reader: &mut Reader, node: &Node) -> Option<TestLine> {
    reader.keys(node, "then", LINE)?;
    let said: Vec<&Entry> = node.entries()?.iter().filter(|entry| SAID.contains(&entry.key.as_str())).collect();
    let at = time(reader, node);
    let Some(head) = said.first() else {
        reader.missing(node.place(), "a line of a test", "expect");
        return None;
    };
    if let Some(second) = said.get(1) {
        crowded(reader, second, "a line of a test");
    }
    let within = match find(node, "within") {
        Some(entry) if head.key != "expect" => {
            let help = "take it away: what somebody does happens at once; `within` belongs to `expect`";
            reader.fault(Code::Unexpected, entry.span, format!("`within` stands beside `{}`", head.key), help);
            None
        }
        Some(entry) => reader.delay(&entry.value, "within"),
        None => None,
    };
    let value = &head.value;
    let what = match head.key.as_str() {
        "expect" => TestWhat::Expect { what: expectation(reader, value)?, within },
        "contact" => TestWhat::Act(of_contact(reader, value)?),
        "owner" => TestWhat::Act(of_owner(reader, value)?),
        "account" => {
            let words = [("disconnects", false), ("reconnects", true)];
            let is_back = reader.word(value, "account", &words)?.value;
            TestWhat::Act(if is_back { Act::Reconnects } else { Act::Disconnects })
        }
        _ => TestWhat::Act(Act::Named(reader.string(value, "event")?)),
    };
    Some(TestLine { at: at?, what })
}

/// `day: 2`, `{day: 2, at: "10:30"}`; without a day it is after the line before.
fn time(reader: &mut Reader, node: &Node) -> Option<TestTime> {
    let minute = match find(node, "at") {
        Some(at) => Some((at, reader.time(&at.value, "at")?)),
        None => None,
    };
    match (node.get("day"), minute) {
        (Some(day), minute) => {
            let day = reader.number(day, "day")?.value;
            Some(TestTime::Day { day, minute: minute.map(|(_, minute)| minute) })
        }
        (None, None) => Some(TestTime::Then),
        (None, Some((at, _))) => {
            reader.missing(at.span, "a line with `at`", "day");
            None
        }
    }
}

/// `invite`, `{invite: hello}`, `{send: intro, containing: "…"}`, `{stop: won}`, `no_more_sends`
fn expectation(reader: &mut Reader, node: &Node) -> Option<Expectation> {
    const EXPECT: Keys = Keys { what: "`expect`", known: &["invite", "send", "containing", "send_inmail", "stop", "task"] };
    if node.entries().is_none() {
        return bare_expectation(reader, node);
    }
    let known = reader.keys(node, "expect", EXPECT)?;
    let mut heads = known.into_iter().filter(|entry| entry.key != "containing");
    let Some(head) = heads.next() else {
        reader.missing(node.place(), "`expect`", "send");
        return None;
    };
    if let Some(second) = heads.next() {
        crowded(reader, second, "`expect`");
    }
    let (key, value) = (head.key.as_str(), &head.value);
    if let Some(containing) = find(node, "containing").filter(|_| key != "send") {
        let help = "take it away; only a message is looked into";
        reader.fault(Code::Unexpected, containing.span, format!("`containing` stands beside `{key}`"), help);
    }
    Some(match key {
        "invite" => Expectation::Invite { with: Some(reader.name(value, key)?) },
        "send" => {
            let message = if value.is_null() { None } else { Some(reader.name(value, key)?) };
            let containing = node.get("containing").and_then(|part| reader.string(part, "containing"));
            Expectation::Send { message, containing }
        }
        "send_inmail" => Expectation::SendInmail { message: Some(reader.name(value, key)?) },
        "stop" => Expectation::Stop { outcome: reader.name(value, key)? },
        _ => Expectation::Task { text: reader.string(value, key)? },
    })
}

fn bare_expectation(reader: &mut Reader, node: &Node) -> Option<Expectation> {
    type Says = fn() -> Expectation;
    let words: [(&str, Says); 5] = [
        ("invite", || Expectation::Invite { with: None }),
        ("withdraw_invite", || Expectation::Withdraw),
        ("send", || Expectation::Send { message: None, containing: None }),
        ("send_inmail", || Expectation::SendInmail { message: None }),
        ("no_more_sends", || Expectation::NoMoreSends),
    ];
    reader.word(node, "expect", &words).map(|word| (word.value)())
}

/// `accepts`, `reads`, `{replies: "…"}`, `{reacts: "👍"}`
fn of_contact(reader: &mut Reader, node: &Node) -> Option<Act> {
    const CONTACT: Keys = Keys { what: "`contact`", known: &["replies", "reacts"] };
    if node.entries().is_none() {
        let reads = reader.word(node, "contact", &[("accepts", false), ("reads", true)])?.value;
        return Some(if reads { Act::Reads } else { Act::Accepts });
    }
    let (is_reaction, said) = one_of_two(reader, node, "contact", CONTACT)?;
    Some(if is_reaction { Act::Reacts(said) } else { Act::Replies(said) })
}

/// `approves`, `rejects`, `{writes: "…"}`
fn of_owner(reader: &mut Reader, node: &Node) -> Option<Act> {
    const OWNER: Keys = Keys { what: "`owner`", known: &["writes"] };
    if node.entries().is_none() {
        let rejects = reader.word(node, "owner", &[("approves", false), ("rejects", true)])?.value;
        return Some(if rejects { Act::OwnerRejects } else { Act::OwnerApproves });
    }
    one_of_two(reader, node, "owner", OWNER).map(|(_, said)| Act::OwnerWrites(said))
}

/// The one key that is there and its text; true if it is the second that is known.
fn one_of_two(reader: &mut Reader, node: &Node, key: &str, keys: Keys) -> Option<(bool, Spanned<String>)> {
    let entries = reader.keys(node, key, keys)?;
    if let Some(second) = entries.get(1) {
        crowded(reader, second, keys.what);
    }
    let Some(entry) = entries.first() else {
        reader.missing(node.place(), keys.what, keys.known.first()?);
        return None;
    };
    let said = reader.string(&entry.value, &entry.key)?;
    Some((keys.known.first() != Some(&entry.key.as_str()), said))
}
