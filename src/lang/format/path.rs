//! Statements in the `.camp` notation.

use crate::lang::format::page::Page;
use crate::lang::format::phrase;
use crate::lang::syntax::{Block, Event, GroupMember, Late, LateElse, Line, Notes, SetValue, Statement, StatementKind, TextRef};

/// The statements of a block, a level deeper than its opener.
pub fn print_block(page: &mut Page, block: &Block) {
    block.statements.iter().for_each(|statement| print_statement(page, statement));
}

fn print_statement(page: &mut Page, statement: &Statement) {
    let label = statement.label.as_ref().map(|label| format!("{}: ", label.value)).unwrap_or_default();
    let notes = &statement.notes;
    match &statement.kind {
        StatementKind::Invite { note: None } => page.line(notes, &format!("{label}invite")),
        StatementKind::Invite { note: Some(note) } => print_text(page, notes, &format!("{label}invite with "), note),
        StatementKind::Send { channel: None, text } => print_text(page, notes, &format!("{label}send "), text),
        StatementKind::Send { channel: Some(channel), text } => {
            print_text(page, notes, &format!("{label}send {} ", channel.value), text);
        }
        StatementKind::SendInmail { text, via } => {
            let via = via.map(|via| format!(" via {}", via.value.word())).unwrap_or_default();
            let line = format!("{label}send inmail {}{via}", text_ref(page, text));
            page.line(notes, &line);
        }
        StatementKind::StartGroup { subject, members, saying } => {
            let with = members.iter().map(member).collect::<Vec<_>>().join(", ");
            let (subject, saying) = (page.quoted(subject), text_ref(page, saying));
            page.line(notes, &format!("{label}start group {subject} with {with} saying {saying}"));
        }
        StatementKind::CommentLatestPost(text) => print_text(page, notes, &format!("{label}comment latest post "), text),
        StatementKind::Ask { who, text } => print_text(page, notes, &format!("{label}ask {} to ", who.value), text),
        StatementKind::Notify { who, text } => print_text(page, notes, &format!("{label}notify {} ", who.value), text),
        StatementKind::WaitUpTo { .. }
        | StatementKind::If { .. }
        | StatementKind::Repeat { .. }
        | StatementKind::Split { .. } => {
            print_nested(page, statement, &label);
        }
        StatementKind::WithdrawInvite
        | StatementKind::VisitProfile
        | StatementKind::Follow
        | StatementKind::LikeLatestPost
        | StatementKind::Endorse(_)
        | StatementKind::React(_)
        | StatementKind::CallWebhook(_)
        | StatementKind::Do(_)
        | StatementKind::Tag(_)
        | StatementKind::Untag(_)
        | StatementKind::Set { .. }
        | StatementKind::SuppressContact { .. }
        | StatementKind::PauseUntil(_)
        | StatementKind::Wait(_)
        | StatementKind::WaitUntil(_)
        | StatementKind::WaitFor { .. }
        | StatementKind::Stop { .. } => page.line(notes, &format!("{label}{}", short(&statement.kind))),
    }
    statement.late.iter().for_each(|late| print_late(page, late));
}

fn print_text(page: &mut Page, notes: &Notes, before: &str, text: &TextRef) {
    let text = text_ref(page, text);
    page.line(notes, &format!("{before}{text}"));
}

fn text_ref(page: &Page, text: &TextRef) -> String {
    match text {
        TextRef::Named(name) => name.value.clone(),
        TextRef::Inline(text) => page.quoted(text),
    }
}

fn member(member: &GroupMember) -> String {
    match member {
        GroupMember::Field(name) => name.value.clone(),
        GroupMember::Id(id) => phrase::text(&id.value),
    }
}

fn print_late(page: &mut Page, line: &Line<Late>) {
    let otherwise = match line.value.otherwise.value {
        LateElse::Skip => "skip",
        LateElse::Stop => "stop",
        LateElse::Send => "send",
    };
    page.line(&line.notes, &format!("late: within {} else {otherwise}", line.value.within.value));
}

/// A statement that never goes over its line; nothing for the others.
fn short(kind: &StatementKind) -> String {
    match kind {
        StatementKind::WithdrawInvite => "withdraw invite".to_owned(),
        StatementKind::VisitProfile => "visit profile".to_owned(),
        StatementKind::Follow => "follow".to_owned(),
        StatementKind::LikeLatestPost => "like latest post".to_owned(),
        StatementKind::Endorse(skill) => format!("endorse {}", phrase::text(&skill.value)),
        StatementKind::React(emoji) => format!("react {}", phrase::text(&emoji.value)),
        StatementKind::CallWebhook(address) => format!("call webhook {}", phrase::text(&address.value)),
        StatementKind::Do(part) => format!("do {}", part.value),
        StatementKind::Tag(tag) => format!("tag {}", phrase::text(&tag.value)),
        StatementKind::Untag(tag) => format!("untag {}", phrase::text(&tag.value)),
        StatementKind::Set { field, value } => {
            let value = match value {
                SetValue::Literal(literal) => phrase::literal(&literal.value),
                SetValue::Field(source) => source.value.clone(),
            };
            format!("set {} = {value}", field.value)
        }
        StatementKind::SuppressContact { channel: None } => "suppress contact".to_owned(),
        StatementKind::SuppressContact { channel: Some(channel) } => format!("suppress contact on {}", channel.value),
        StatementKind::PauseUntil(until) => format!("pause until {}", phrase::until(&until.value)),
        StatementKind::Wait(delay) => format!("wait {}", delay.value),
        StatementKind::WaitUntil(until) => format!("wait until {}", phrase::until(&until.value)),
        StatementKind::WaitFor { up_to, event, outcome } => {
            format!("wait up to {} for {} or stop as {}", up_to.value, phrase::event(event), outcome.value)
        }
        StatementKind::Stop { outcome, reason: None } => format!("stop as {}", outcome.value),
        StatementKind::Stop { outcome, reason: Some(reason) } => {
            format!("stop as {} {}", outcome.value, phrase::text(&reason.value))
        }
        StatementKind::Invite { .. }
        | StatementKind::Send { .. }
        | StatementKind::SendInmail { .. }
        | StatementKind::StartGroup { .. }
        | StatementKind::CommentLatestPost(_)
        | StatementKind::Ask { .. }
        | StatementKind::Notify { .. }
        | StatementKind::WaitUpTo { .. }
        | StatementKind::If { .. }
        | StatementKind::Repeat { .. }
        | StatementKind::Split { .. } => String::new(),
    }
}

fn print_nested(page: &mut Page, statement: &Statement, label: &str) {
    let notes = &statement.notes;
    match &statement.kind {
        StatementKind::WaitUpTo { up_to, arms, timeout } => {
            page.open(notes, &format!("{label}wait up to {}", up_to.value));
            for arm in arms {
                let header = format!("when {}", phrase::event(&arm.event));
                print_clause(page, &arm.body, &header);
            }
            if let Some(timeout) = timeout {
                print_clause(page, timeout, "on timeout");
            }
        }
        StatementKind::If { branches, otherwise } => {
            for (position, branch) in branches.iter().enumerate() {
                let condition = phrase::expr(&branch.condition);
                if position == 0 {
                    page.open(notes, &format!("{label}if {condition}"));
                } else {
                    page.divide(&branch.body.notes, &format!("else if {condition}"));
                }
                print_block(page, &branch.body);
            }
            if let Some(otherwise) = otherwise {
                page.divide(&otherwise.notes, "else");
                print_block(page, otherwise);
            }
        }
        StatementKind::Repeat { times, apart, until, body } => {
            let times = times.map(|times| format!(" up to {} {}", times.value, if times.value == 1 { "time" } else { "times" }));
            let until = until.as_ref().map(|until: &Event| format!(", until {}", phrase::event(until))).unwrap_or_default();
            page.open(notes, &format!("{label}repeat{}, {} apart{until}", times.unwrap_or_default(), apart.value));
            print_block(page, body);
        }
        StatementKind::Split { name, arms } => {
            page.open(notes, &format!("{label}split {}", name.value));
            for arm in arms {
                let header = format!("{}% as {}", arm.share.value, arm.name.value);
                print_clause(page, &arm.body, &header);
            }
        }
        // One line each, printed by `print_statement`.
        _ => return,
    }
    let end = statement.end_name.0.as_ref().map(|name| format!("end {name}"));
    page.close(&statement.end_notes, end.as_deref().unwrap_or("end"));
}

/// `when …`, `on timeout`, `50% as …`: a level inside their block, with a body of their own.
fn print_clause(page: &mut Page, body: &Block, header: &str) {
    page.open(&body.notes, header);
    print_block(page, body);
    page.leave();
}
