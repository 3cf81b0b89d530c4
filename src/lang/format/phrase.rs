//! Conditions, events, moments and patterns as the language writes them on a line. Both notations print them alike.

use crate::lang::syntax::{
    Act, Cap, CapWindow, Comparand, Event, EventKind, Expectation, Expr, ExprKind, Literal, Name, Regex, SendWindow, Spanned,
    Until,
};

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A text in double quotes.
pub fn text(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `/source/i`
pub fn regex(regex: &Regex) -> String {
    format!("/{}/{}", regex.source, if regex.ignore_case { "i" } else { "" })
}

/// A text in quotes, or a number.
pub fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(value) => text(value),
        Literal::Number(number) => number.to_string(),
    }
}

/// `monday 09:00`, `7 days`, `reply.return_date or 7 days`
pub fn until(until: &Until) -> String {
    match until {
        Until::Weekday { weekday, minute } => format!("{} {}", day(*weekday), time(*minute)),
        Until::Delay(delay) => delay.to_string(),
        Until::Cron(cron) => format!("cron {}", text(&cron.value)),
        Until::Field { name, or: None } => name.value.clone(),
        Until::Field { name, or: Some(delay) } => format!("{} or {delay}", name.value),
    }
}

/// The event, with the condition behind `if`.
pub fn event(event: &Event) -> String {
    let kind = match &event.kind {
        EventKind::Accepted => "accepted".to_owned(),
        EventKind::Replied => "replied".to_owned(),
        EventKind::Seen => "seen".to_owned(),
        EventKind::Delivered => "delivered".to_owned(),
        EventKind::Reacted => "reacted".to_owned(),
        EventKind::Approved => "approved".to_owned(),
        EventKind::Rejected => "rejected".to_owned(),
        EventKind::Done => "done".to_owned(),
        EventKind::ReplyIs(class) => format!("reply is {}", class.value),
        EventKind::ReplyMatches(pattern) => format!("reply matches {}", regex(&pattern.value)),
        EventKind::Named(name) => format!("event {}", text(&name.value)),
    };
    match &event.guard {
        Some(guard) => format!("{kind} if {}", expr(guard)),
        None => kind,
    }
}

/// `monday to friday 09:00-12:00, 14:00-17:30`
pub fn send_window(window: &SendWindow) -> String {
    let days: Vec<String> = window.days.iter().map(|days| range(days.value)).collect();
    let times: Vec<String> =
        window.times.iter().map(|times| format!("{}-{}", time(times.value.0), time(times.value.1))).collect();
    format!("{} {}", days.join(", "), times.join(", "))
}

/// `20 a day, 100 a week`
pub fn caps<'c>(caps: impl IntoIterator<Item = &'c Cap>) -> String {
    let cap = |cap: &Cap| {
        let window = match cap.window {
            CapWindow::Day => "day",
            CapWindow::Week => "week",
            CapWindow::Month => "month",
        };
        format!("{} a {window}", cap.count)
    };
    caps.into_iter().map(cap).collect::<Vec<_>>().join(", ")
}

fn range((first, last): (u8, u8)) -> String {
    if first == last { day(first).to_owned() } else { format!("{} to {}", day(first), day(last)) }
}

fn day(weekday: u8) -> &'static str {
    DAYS.get(usize::from(weekday)).copied().unwrap_or("sunday")
}

/// A minute of the day: `09:00`.
pub fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// How tightly a condition binds: what binds less than its place is put in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
}

/// A condition.
pub fn expr(condition: &Expr) -> String {
    expr_in(condition, Binding::Or)
}

fn expr_in(condition: &Expr, place: Binding) -> String {
    match &condition.kind {
        ExprKind::Or(parts) => joined(parts, " or ", Binding::And, place > Binding::Or),
        ExprKind::And(parts) => joined(parts, " and ", Binding::Not, place > Binding::And),
        ExprKind::Not(inner) => format!("not {}", expr_in(inner, Binding::Not)),
        _ => atom(&condition.kind),
    }
}

fn joined(parts: &[Expr], word: &str, inner: Binding, needs_brackets: bool) -> String {
    let line = parts.iter().map(|part| expr_in(part, inner)).collect::<Vec<_>>().join(word);
    if needs_brackets { format!("({line})") } else { line }
}

fn atom(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Compare { left, op, right } => {
            let right = match right {
                Comparand::Literal(value) => literal(&value.value),
                Comparand::Field(name) => name.value.clone(),
            };
            format!("{} {} {right}", left.value, op.sign())
        }
        ExprKind::IsMissing(name) => format!("{} is missing", name.value),
        ExprKind::IsPresent(name) => format!("{} is present", name.value),
        ExprKind::Contains { left, text: part } => format!("{} contains {}", left.value, text(&part.value)),
        ExprKind::Matches { left, pattern } => format!("{} matches {}", left.value, regex(&pattern.value)),
        ExprKind::In { left, values } => {
            let values: Vec<String> = values.iter().map(|value| literal(&value.value)).collect();
            format!("{} in [{}]", left.value, values.join(", "))
        }
        ExprKind::Connected => "connected".to_owned(),
        ExprKind::Replied => "replied".to_owned(),
        ExprKind::OpenProfile => "open profile".to_owned(),
        ExprKind::InmailCredit => "account has inmail credit".to_owned(),
        ExprKind::Tagged(tag) => format!("tagged {}", text(&tag.value)),
        ExprKind::InList(list) => format!("in list {}", text(&list.value)),
        ExprKind::ContactedWithin(delay) => format!("contacted in the last {}", delay.value),
        ExprKind::ReplyIs { class, negated: false } => format!("reply is {}", class.value),
        ExprKind::ReplyIs { class, negated: true } => format!("reply is not {}", class.value),
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) => String::new(),
    }
}

/// `send intro containing "…"`: what a test looks for.
pub fn expectation(what: &Expectation) -> String {
    let named = |message: &Option<Name>| message.as_ref().map(|name| format!(" {}", name.value)).unwrap_or_default();
    match what {
        Expectation::Invite { with: None } => "invite".to_owned(),
        Expectation::Invite { with: Some(note) } => format!("invite with {}", note.value),
        Expectation::Withdraw => "withdraw invite".to_owned(),
        Expectation::Send { message, containing } => {
            let part = containing.as_ref().map(|part| format!(" containing {}", text(&part.value))).unwrap_or_default();
            format!("send{}{part}", named(message))
        }
        Expectation::SendInmail { message } => format!("send inmail{}", named(message)),
        Expectation::Stop { outcome } => format!("stop as {}", outcome.value),
        Expectation::NoMoreSends => "no more sends".to_owned(),
        Expectation::Task { text: task } => format!("task {}", text(&task.value)),
    }
}

/// `contact replies "…"`: what happens in a test.
pub fn act(act: &Act) -> String {
    let saying = |words: &str, said: &Spanned<String>| format!("{words} {}", text(&said.value));
    match act {
        Act::Accepts => "contact accepts".to_owned(),
        Act::Replies(said) => saying("contact replies", said),
        Act::Reads => "contact reads".to_owned(),
        Act::Reacts(emoji) => saying("contact reacts", emoji),
        Act::OwnerWrites(said) => saying("owner writes", said),
        Act::OwnerApproves => "owner approves".to_owned(),
        Act::OwnerRejects => "owner rejects".to_owned(),
        Act::Disconnects => "account disconnects".to_owned(),
        Act::Reconnects => "account reconnects".to_owned(),
        Act::Named(name) => saying("event", name),
    }
}
