//! Conditions: names bound, both sides of a comparison of one type.

use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lists;
use crate::lang::lower::builder::Builder;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{self, Comparand, ExprKind, Literal, Name};
use crate::lang::words::nearest;
use crate::model::expr::{Expr, Op, Operand};
use crate::model::pattern::Pattern;
use crate::model::value::{FieldType, Value};

/// What stands after `sender.` (LANGUAGE.md §11).
pub const SENDER_FIELDS: [&str; 4] = ["first_name", "last_name", "name", "headline"];

/// A condition with its names bound. A faulty part becomes one that may be either way.
pub fn condition(builder: &mut Builder, expr: &syntax::Expr) -> Expr {
    let all = |builder: &mut Builder, inner: &[syntax::Expr]| inner.iter().map(|expr| condition(builder, expr)).collect();
    match &expr.kind {
        ExprKind::And(inner) => Expr::And(all(builder, inner)),
        ExprKind::Or(inner) => Expr::Or(all(builder, inner)),
        ExprKind::Not(inner) => Expr::Not(Box::new(condition(builder, inner))),
        ExprKind::Compare { left, op, right } => compare(builder, left, *op, right, expr.span),
        ExprKind::IsMissing(name) => operand(builder, name).map_or_else(open, Expr::IsMissing),
        ExprKind::IsPresent(name) => {
            operand(builder, name).map_or_else(open, |operand| Expr::Not(Box::new(Expr::IsMissing(operand))))
        }
        ExprKind::Contains { left, text } => text_operand(builder, left, "contains")
            .map_or_else(open, |operand| Expr::Contains { operand, text: text.value.clone() }),
        ExprKind::Matches { left, pattern } => {
            let pattern = self::pattern(builder, pattern);
            let operand = text_operand(builder, left, "matches");
            operand.zip(pattern).map_or_else(open, |(operand, pattern)| Expr::Matches { operand, pattern })
        }
        ExprKind::In { left, values } => {
            let Some(operand) = operand(builder, left) else { return open() };
            let ty = type_of(&operand);
            let values = values.iter().filter_map(|literal| typed(builder, left, ty, literal)).collect();
            Expr::In { operand, values }
        }
        ExprKind::Connected => Expr::Connected,
        ExprKind::Replied => Expr::Replied,
        ExprKind::OpenProfile => Expr::OpenProfile,
        ExprKind::InmailCredit => Expr::InmailCredit,
        ExprKind::Tagged(tag) => Expr::Tagged(tag.value.clone()),
        ExprKind::InList(list) => {
            builder.lists.push(list.clone());
            Expr::InList(list.value.clone())
        }
        ExprKind::ContactedWithin(delay) => Expr::ContactedWithin(delay.value),
        ExprKind::ReplyIs { class, negated } => {
            let is = Expr::ReplyIs(builder.class(class));
            if *negated { Expr::Not(Box::new(is)) } else { is }
        }
    }
}

/// Stands for a faulty condition: holds or not.
fn open() -> Expr {
    Expr::Tagged(String::new())
}

fn compare(builder: &mut Builder, left: &Name, op: Op, right: &Comparand, span: Span) -> Expr {
    let known = operand(builder, left);
    match right {
        Comparand::Literal(literal) => {
            let Some(left_operand) = known else { return open() };
            let ty = type_of(&left_operand);
            if is_order(op) && ty == FieldType::Text {
                let message = format!("`{}` is text, and text is not larger or smaller", left.value);
                builder.tell(Diagnostic::new(Code::TypeMismatch, span, message, type_help(left, literal)));
                return open();
            }
            typed(builder, left, ty, literal).map_or_else(open, |right| Expr::Compare { left: left_operand, op, right })
        }
        Comparand::Field(name) => {
            let other = operand(builder, name);
            let Some((left_operand, right_operand)) = known.zip(other) else { return open() };
            let (one, two) = (type_of(&left_operand), type_of(&right_operand));
            if one != two || (is_order(op) && one == FieldType::Text) {
                let (one, two) = (type_word(one), type_word(two));
                let message =
                    format!("`{}` is {one} and `{}` is {two}; they cannot be compared like this", left.value, name.value);
                let help = "give both fields one type in `contacts`, such as `need age: number`";
                builder.tell(Diagnostic::new(Code::TypeMismatch, span, message, help));
                return open();
            }
            Expr::CompareFields { left: left_operand, op, right: right_operand }
        }
    }
}

fn is_order(op: Op) -> bool {
    match op {
        Op::Is | Op::IsNot => false,
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => true,
    }
}

fn type_help(left: &Name, literal: &Spanned<Literal>) -> String {
    let date = matches!(&literal.value, Literal::Text(text) if lists::fits(text, FieldType::Date));
    let ty = if date { "date" } else { "number" };
    format!("say what it is in `contacts`: `need {}: {ty}`", left.value)
}

/// The operand, if it is text; anything else is a mismatch.
fn text_operand(builder: &mut Builder, name: &Name, word: &str) -> Option<Operand> {
    let operand = operand(builder, name)?;
    let ty = type_of(&operand);
    if ty == FieldType::Text {
        return Some(operand);
    }
    let message = format!("`{}` is {}, and `{word}` reads text", name.value, type_word(ty));
    builder.tell(Diagnostic::new(Code::TypeMismatch, name.span, message, "compare it with `is`, `<`, `>` instead"));
    None
}

/// What a name in a condition reads; an unknown one is told of.
pub fn operand(builder: &mut Builder, name: &Name) -> Option<Operand> {
    match name.value.as_str() {
        "reply.text" => return Some(Operand::ReplyText),
        "campaign.name" => return Some(Operand::CampaignName),
        _ => {}
    }
    if let Some(field) = name.value.strip_prefix("sender.")
        && SENDER_FIELDS.contains(&field)
    {
        return Some(Operand::Sender(field.to_owned()));
    }
    field(builder, name).map(|ty| Operand::Field { name: name.value.clone(), ty })
}

/// The type of a declared field; an unknown one is told of.
pub fn field(builder: &mut Builder, name: &Name) -> Option<FieldType> {
    if let Some(field) = builder.fields.iter().find(|field| field.name == name.value) {
        return Some(field.ty);
    }
    let known: Vec<String> = builder.fields.iter().map(|field| field.name.clone()).collect();
    let help = match nearest(&name.value, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if matches!(name.value.as_str(), "accepted" | "replied" | "seen" | "delivered" | "reacted") => {
            format!("it is an event: wait for it with `wait up to 14 days for {} or stop as …`", name.value)
        }
        None => format!("declare it in `contacts`: `may have {}`", name.value),
    };
    let message = format!("the contacts declare no `{}`", name.value);
    builder.tell_unknown("field", Diagnostic::new(Code::UnknownField, name.span, message, help));
    None
}

/// The type an operand has.
pub fn type_of(operand: &Operand) -> FieldType {
    match operand {
        Operand::Field { ty, .. } => *ty,
        Operand::ReplyText | Operand::Sender(_) | Operand::CampaignName => FieldType::Text,
    }
}

/// A type in words.
pub fn type_word(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Text => "text",
        FieldType::Number => "a number",
        FieldType::Date => "a date",
    }
}

/// The literal as a value of the field's type; another kind is told of.
pub fn typed(builder: &mut Builder, name: &Name, ty: FieldType, literal: &Spanned<Literal>) -> Option<Value> {
    let value = match (ty, &literal.value) {
        (FieldType::Text, Literal::Text(text)) => Some(Value::Text(text.clone())),
        (FieldType::Number, Literal::Number(number)) => Some(Value::Number(*number)),
        (FieldType::Date, Literal::Text(text)) if lists::fits(text, FieldType::Date) => Some(Value::Date(text.trim().to_owned())),
        (FieldType::Text | FieldType::Date, Literal::Number(_)) | (FieldType::Number | FieldType::Date, Literal::Text(_)) => None,
    };
    if value.is_none() {
        let (is, help) = match (ty, &literal.value) {
            (FieldType::Text, _) => {
                ("a number", format!("put quotes around it, or say `need {}: number` in `contacts`", name.value))
            }
            (FieldType::Number, _) => ("text", "write a number without quotes".to_owned()),
            (FieldType::Date, Literal::Number(_)) => ("a number", "write a date: `\"2027-01-04\"`".to_owned()),
            (FieldType::Date, Literal::Text(_)) => ("text that is no date", "write a date: `\"2027-01-04\"`".to_owned()),
        };
        let message = format!("`{}` is {}, and this is {is}", name.value, type_word(ty));
        builder.tell(Diagnostic::new(Code::TypeMismatch, literal.span, message, help));
    }
    value
}

/// The pattern; one that cannot be read is told of.
pub fn pattern(builder: &mut Builder, regex: &Spanned<syntax::Regex>) -> Option<Pattern> {
    match Pattern::new(&regex.value.source, regex.value.ignore_case) {
        Ok(pattern) => Some(pattern),
        Err(why) => {
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let message = format!("the pattern `{}` cannot be read: {why}", regex.value.source);
            let help = "patterns are those of the `regex` crate: no look-around, no back-references";
            builder.tell(Diagnostic::new(Code::BadRegex, regex.span, message, help));
            None
        }
    }
}
