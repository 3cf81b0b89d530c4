//! Conditions: whether one holds for this person, here and now. Unknown is false; missing equals nothing.

use crate::model::account::SenderProfile;
use crate::model::calendar::civil_moment;
use crate::model::campaign::Campaign;
use crate::model::contact::Contact;
use crate::model::enrollment::{Facts, Relation};
use crate::model::event::Reply;
use crate::model::expr::{Expr, Op, Operand};
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::time::{Delay, Timestamp};
use crate::model::value::{FieldType, Value};
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::cmp::Ordering;

/// All that a condition may read.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub campaign: &'a Campaign,
    pub contact: &'a Contact,
    pub sender: &'a SenderProfile,
    pub facts: &'a Facts,
    /// The reply being handled.
    pub reply: Option<&'a Reply>,
    pub now: Timestamp,
    /// The person's zone, for dates.
    pub tz: &'a TimeZone,
}

impl<'a> Scope<'a> {
    /// A field's text: the contact's own, else the campaign's default. None: missing or blank.
    pub fn field(&self, name: &str) -> Option<&'a str> {
        let own = self.contact.fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        own.or_else(|| {
            let declared = self.campaign.fields.iter().find(|field| field.name == name)?;
            match declared.default.as_ref()? {
                Value::Text(text) | Value::Date(text) => Some(text.as_str()),
                Value::Number(_) => None,
            }
        })
    }

    fn text(&self, operand: &Operand) -> Option<Cow<'a, str>> {
        let found = match operand {
            Operand::Field { name, .. } => return self.field(name).map(Cow::Borrowed).or_else(|| self.number_default(name)),
            Operand::ReplyText => self.reply.map(|reply| Cow::Borrowed(reply.text.as_str())),
            Operand::Sender(part) => self.sender_part(part),
            Operand::CampaignName => Some(Cow::Borrowed(self.campaign.name.as_str())),
        };
        found.filter(|text| !text.trim().is_empty())
    }

    fn number_default(&self, name: &str) -> Option<Cow<'a, str>> {
        let declared = self.campaign.fields.iter().find(|field| field.name == name)?;
        declared.default.as_ref().map(|value| Cow::Owned(value.to_string()))
    }

    fn sender_part(&self, part: &str) -> Option<Cow<'a, str>> {
        let borrowed = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        match part {
            "first_name" => borrowed(&self.sender.first_name),
            "last_name" => borrowed(&self.sender.last_name),
            "headline" => borrowed(&self.sender.headline),
            "name" => {
                let names: Vec<&str> =
                    [&self.sender.first_name, &self.sender.last_name].into_iter().flatten().map(String::as_str).collect();
                (!names.is_empty()).then(|| Cow::Owned(names.join(" ")))
            }
            _ => None,
        }
    }
}

/// Does the condition hold?
pub fn holds(condition: &Expr, scope: &Scope<'_>) -> bool {
    match condition {
        Expr::And(all) => all.iter().all(|inner| holds(inner, scope)),
        Expr::Or(any) => any.iter().any(|inner| holds(inner, scope)),
        Expr::Not(inner) => !holds(inner, scope),
        Expr::Compare { left, op, right } => {
            let right = right.to_string();
            compare(scope, left, *op, Some(&right))
        }
        Expr::CompareFields { left, op, right } => compare(scope, left, *op, scope.text(right).as_deref()),
        Expr::IsMissing(operand) => scope.text(operand).is_none(),
        Expr::Contains { operand, text } => {
            scope.text(operand).is_some_and(|held| held.to_lowercase().contains(&text.to_lowercase()))
        }
        Expr::Matches { operand, pattern } => scope.text(operand).is_some_and(|held| pattern.is_match(&held)),
        Expr::In { operand, values } => values.iter().any(|value| compare(scope, operand, Op::Is, Some(&value.to_string()))),
        Expr::Connected => scope.facts.relation == Relation::Yes,
        Expr::Replied => scope.facts.replied_at.is_some(),
        Expr::OpenProfile => scope.facts.open_profile == Some(true),
        Expr::InmailCredit => scope.facts.inmail_credit == Some(true),
        Expr::Tagged(tag) => scope.contact.tags.contains(tag),
        Expr::InList(name) => is_in_list(scope, name),
        Expr::ContactedWithin(delay) => was_contacted_within(scope, *delay),
        Expr::ReplyIs(class) => {
            let classes = scope.reply.map_or(&scope.facts.reply_classes, |reply| &reply.classes);
            classes.contains(class)
        }
    }
}

/// Must the person's profile be read before this can be decided? Whoever is known to be connected needs no reading for it.
pub fn asks_profile(condition: &Expr, is_connected: bool) -> bool {
    let mut asks = false;
    condition.walk(&mut |inner| asks |= *inner == Expr::OpenProfile || (*inner == Expr::Connected && !is_connected));
    asks
}

fn compare(scope: &Scope<'_>, left: &Operand, op: Op, right: Option<&str>) -> bool {
    let held = scope.text(left);
    let order = match (held.as_deref(), right) {
        (Some(left_text), Some(right)) => order(scope, type_of(left), left_text, right),
        // What is missing is nothing's equal, and neither less nor greater.
        (None, _) | (_, None) => return op == Op::IsNot,
    };
    match op {
        Op::Is => order == Some(Ordering::Equal),
        Op::IsNot => order != Some(Ordering::Equal),
        Op::Less => order == Some(Ordering::Less),
        Op::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Op::Greater => order == Some(Ordering::Greater),
        Op::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn type_of(operand: &Operand) -> FieldType {
    match operand {
        Operand::Field { ty, .. } => *ty,
        Operand::ReplyText | Operand::Sender(_) | Operand::CampaignName => FieldType::Text,
    }
}

fn order(scope: &Scope<'_>, ty: FieldType, left: &str, right: &str) -> Option<Ordering> {
    match ty {
        FieldType::Text => Some(plain(left).cmp(&plain(right))),
        FieldType::Number => number(left)?.partial_cmp(&number(right)?),
        FieldType::Date => Some(civil_moment(left, scope.tz)?.cmp(&civil_moment(right, scope.tz)?)),
    }
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// Is one of the person's identifiers in the list, however it is spelled?
fn is_in_list(scope: &Scope<'_>, name: &str) -> bool {
    let Some(list) = scope.campaign.lists.get(name) else { return false };
    let columns = IDENTIFYING_COLUMNS.iter().filter_map(|column| scope.contact.fields.get(*column));
    columns.chain([&scope.contact.key]).any(|identifier| list.contains(&identity(identifier)))
}

fn was_contacted_within(scope: &Scope<'_>, delay: Delay) -> bool {
    scope.contact.contacted_at.is_some_and(|at| scope.campaign.calendar.after(delay, 0, at, scope.tz) > scope.now)
}
