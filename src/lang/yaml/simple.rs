//! Statements that hold no others and take more than a word: sends, groups, fields, moments, ends.

use crate::lang::code::Code;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{Late, LateElse, Line, SetValue, StatementKind, Until};
use crate::lang::yaml::block::find;
use crate::lang::yaml::message;
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Node};
use crate::model::account::InmailApi;

/// Is nothing written behind the word? Tells the fault if something is.
pub fn is_empty(reader: &mut Reader, node: &Node, key: &str) -> bool {
    if !node.is_null() {
        reader.wrong(node, key, "no value", &format!("write the bare word: `- {key}`"));
    }
    node.is_null()
}

/// `{send: intro, channel: whatsapp}`
pub fn send(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    let text = message::text_ref(reader, head);
    let channel = match find(node, "channel") {
        Some(entry) => Some(reader.channel(&entry.value, "channel")?),
        None => None,
    };
    Some(StatementKind::Send { channel, text: text? })
}

/// `{send_inmail: m, via: recruiter}`
pub fn send_inmail(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    const APIS: [InmailApi; 3] = [InmailApi::Classic, InmailApi::SalesNavigator, InmailApi::Recruiter];
    let text = message::text_ref(reader, head);
    let via = match find(node, "via") {
        Some(entry) => Some(reader.word(&entry.value, "via", &APIS.map(|api| (api.word(), api)))?),
        None => None,
    };
    Some(StatementKind::SendInmail { text: text?, via })
}

/// `{start_group: "s", with: [a, '"id"'], saying: m}`
pub fn start_group(reader: &mut Reader, node: &Node, head: &Entry) -> Option<StatementKind> {
    let subject = reader.text(&head.value, "start_group");
    let with = reader.needed(node, "`start_group`", "with", head.span);
    let members = with.map(|with| {
        let nodes = reader.one_or_more(with, "with", "fields and ids");
        nodes.iter().filter_map(|node| reader.member(node, "with")).collect::<Vec<_>>()
    });
    let Some(saying) = find(node, "saying") else {
        reader.missing(head.span, "`start_group`", "saying");
        return None;
    };
    let saying = message::text_ref(reader, saying);
    let members = members.filter(|members| !members.is_empty())?;
    Some(StatementKind::StartGroup { subject: subject?, members, saying: saying? })
}

/// `late: {within: 2 days, else: skip}`, beside a send.
pub fn late(reader: &mut Reader, entry: &Entry) -> Option<Line<Late>> {
    const LATE: Keys = Keys { what: "`late`", known: &["within", "else"] };
    const ELSE: [(&str, LateElse); 3] = [("skip", LateElse::Skip), ("stop", LateElse::Stop), ("send", LateElse::Send)];
    let node = &entry.value;
    reader.keys(node, "late", LATE)?;
    let within = reader.needed(node, "`late`", "within", entry.span).and_then(|within| reader.delay(within, "within"));
    let otherwise = reader.needed(node, "`late`", "else", entry.span).and_then(|word| reader.word(word, "else", &ELSE));
    Some(reader.line(entry, Late { within: within?, otherwise: otherwise? }))
}

/// `{f: v}`; `{f: {field: g}}` takes another field's value.
pub fn set(reader: &mut Reader, node: &Node) -> Option<StatementKind> {
    const FIELD: Keys = Keys { what: "a value", known: &["field"] };
    let entries = reader.map(node, "set", "a field and its value")?;
    let [entry] = entries else {
        let place = entries.get(1).map_or(node.place(), |second| second.span);
        reader.fault(Code::Unexpected, place, "`set` takes one field", "write a `set` for each field");
        return None;
    };
    let field = reader.name_of(entry)?;
    if entry.value.entries().is_none() {
        let value = reader.literal(&entry.value, &entry.key)?;
        return Some(StatementKind::Set { field, value: SetValue::Literal(value) });
    }
    reader.keys(&entry.value, &entry.key, FIELD)?;
    let other = reader.needed(&entry.value, "a value", "field", entry.value.place())?;
    Some(StatementKind::Set { field, value: SetValue::Field(reader.field(other, "field")?) })
}

/// `monday 09:00`, `due`, `{cron: "0 9 * * tue"}`
pub fn until(reader: &mut Reader, node: &Node, key: &str) -> Option<Spanned<Until>> {
    const CRON: Keys = Keys { what: "a moment", known: &["cron"] };
    if node.entries().is_none() {
        let until = reader.until(node, key)?;
        if let Until::Cron(_) = until.value {
            let message = "a cron expression stands under a key of its own";
            reader.fault(Code::WrongType, until.span, message, format!("write `{key}: {{cron: \"0 9 * * tue\"}}`"));
            return None;
        }
        return Some(until);
    }
    reader.keys(node, key, CRON)?;
    let cron = reader.needed(node, "a moment", "cron", node.place())?;
    Some(Spanned::new(Until::Cron(reader.cron(cron, "cron")?), node.span))
}

/// `wait until` takes a moment or a field; a length of time is `wait`.
pub fn wait_until(reader: &mut Reader, node: &Node) -> Option<StatementKind> {
    let until = until(reader, node, "wait_until")?;
    let refused = |reader: &mut Reader, span: Span, message: &str, help: &str| {
        reader.fault(Code::Unexpected, span, message, help);
        None
    };
    match &until.value {
        Until::Weekday { .. } | Until::Cron(_) | Until::Field { or: None, .. } => Some(StatementKind::WaitUntil(until)),
        Until::Delay(delay) => {
            refused(reader, until.span, "`wait_until` takes a moment, not a length of time", &format!("write `wait: {delay}`"))
        }
        Until::Field { or: Some(_), .. } => {
            refused(reader, until.span, "`wait_until` takes no second choice", "leave `or …` out; `pause_until` takes it")
        }
    }
}

/// `{stop: o}`, `{stop: {as: o, because: "why"}}`
pub fn stop(reader: &mut Reader, node: &Node) -> Option<StatementKind> {
    const STOP: Keys = Keys { what: "`stop`", known: &["as", "because"] };
    if node.entries().is_none() {
        return reader.name(node, "stop").map(|outcome| StatementKind::Stop { outcome, reason: None });
    }
    reader.keys(node, "stop", STOP)?;
    let outcome = reader.needed(node, "`stop`", "as", node.place()).and_then(|outcome| reader.name(outcome, "as"));
    let reason = node.get("because").and_then(|node| reader.string(node, "because"));
    Some(StatementKind::Stop { outcome: outcome?, reason })
}
