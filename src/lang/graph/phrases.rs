//! Conditions, triggers and times in the words of the language.

use crate::model::campaign::Trigger;
use crate::model::expr::{Expr, Operand};
use crate::model::time::{Delay, Until};
use crate::model::value::Value;

/// What is waited for.
pub fn trigger_words(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Accepted => "accepted".to_owned(),
        Trigger::Replied => "replied".to_owned(),
        Trigger::ReplyIs(class) => format!("reply is {class}"),
        Trigger::ReplyMatches(pattern) => format!("reply matches {pattern}"),
        Trigger::Seen => "seen".to_owned(),
        Trigger::Delivered => "delivered".to_owned(),
        Trigger::Reacted => "reacted".to_owned(),
        Trigger::Named(name) => format!("event \"{name}\""),
        Trigger::Approved | Trigger::Rejected | Trigger::Done => trigger.to_string(),
    }
}

/// Until when.
pub fn until_words(until: &Until) -> String {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let or = |or: &Option<Delay>| or.map(|delay| format!(" or {delay}")).unwrap_or_default();
    match until {
        Until::Weekday { weekday, minute } => {
            let day = DAYS.get(usize::from(*weekday)).copied().unwrap_or_default();
            format!("{day} {:02}:{:02}", minute / 60, minute % 60)
        }
        Until::Delay(delay) => delay.to_string(),
        Until::Cron(cron) => format!("cron \"{}\"", cron.source),
        Until::Field { field, or: delay } => format!("{field}{}", or(delay)),
        Until::ReturnDate { or: delay } => format!("reply.return_date{}", or(delay)),
    }
}

/// A condition as the language writes it.
pub fn words(expr: &Expr) -> String {
    let joined = |inner: &[Expr], by: &str| inner.iter().map(|expr| format!("({})", words(expr))).collect::<Vec<_>>().join(by);
    let values = |values: &[Value]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::And(inner) => joined(inner, " and "),
        Expr::Or(inner) => joined(inner, " or "),
        Expr::Not(inner) => format!("not {}", words(inner)),
        Expr::Compare { left, op, right } => format!("{} {} {right}", operand(left), op.sign()),
        Expr::CompareFields { left, op, right } => format!("{} {} {}", operand(left), op.sign(), operand(right)),
        Expr::IsMissing(left) => format!("{} is missing", operand(left)),
        Expr::Contains { operand: left, text } => format!("{} contains {text}", operand(left)),
        Expr::Matches { operand: left, pattern } => format!("{} matches {pattern}", operand(left)),
        Expr::In { operand: left, values: all } => format!("{} in [{}]", operand(left), values(all)),
        Expr::Connected => "connected".to_owned(),
        Expr::Replied => "replied".to_owned(),
        Expr::OpenProfile => "open profile".to_owned(),
        Expr::InmailCredit => "account has inmail credit".to_owned(),
        Expr::Tagged(tag) => format!("tagged {tag}"),
        Expr::InList(_) => "in a list".to_owned(),
        Expr::ContactedWithin(delay) => format!("contacted in the last {delay}"),
        Expr::ReplyIs(class) => format!("reply is {class}"),
    }
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Field { name, .. } => name.clone(),
        Operand::ReplyText => "reply.text".to_owned(),
        Operand::Sender(field) => format!("sender.{field}"),
        Operand::CampaignName => "campaign.name".to_owned(),
    }
}
