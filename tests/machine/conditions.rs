//! Conditions, one a row, about Ada.

use crate::machine::walk::{BEGIN, ada, campaign, days, stop};
use campaign_engine::machine::eval::{Scope, asks_profile, holds};
use campaign_engine::model::account::{Channel, SenderProfile};
use campaign_engine::model::campaign::Field;
use campaign_engine::model::enrollment::{Facts, Relation};
use campaign_engine::model::event::Reply;
use campaign_engine::model::expr::{Expr, Op, Operand};
use campaign_engine::model::pattern::Pattern;
use campaign_engine::model::time::HOUR_MS;
use campaign_engine::model::value::{FieldType, Value};
use std::collections::BTreeSet;

fn field(name: &str, ty: FieldType) -> Operand {
    Operand::Field { name: name.to_owned(), ty }
}

fn text(name: &str) -> Operand {
    field(name, FieldType::Text)
}

fn compare(left: Operand, op: Op, right: Value) -> Expr {
    Expr::Compare { left, op, right }
}

fn word(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// Each row: what it says in words, the condition, whether it holds.
fn check(rows: Vec<(&str, Expr, bool)>) {
    let mut campaign = campaign(&[("end", |_| stop("no_answer"))]);
    campaign.lists.insert("vip".to_owned(), BTreeSet::from(["ada".to_owned()]));
    campaign.lists.insert("mails".to_owned(), BTreeSet::from(["ada@acme.example".to_owned()]));
    campaign.fields.push(Field {
        name: "language".to_owned(),
        ty: FieldType::Text,
        is_required: false,
        default: Some(word("fr")),
    });
    campaign.fields.push(Field {
        name: "seats".to_owned(),
        ty: FieldType::Number,
        is_required: false,
        default: Some(Value::Number(5.0)),
    });
    let mut contact = ada();
    contact.fields.remove("language");
    for (name, value) in [
        ("company", " Acme SA "),
        ("age", "9"),
        ("due", "2027-01-10"),
        ("blank", "  "),
        ("other", "acme sa"),
        ("email", "Ada@Lovelace.example"),
    ] {
        contact.fields.insert(name.to_owned(), value.to_owned());
    }
    contact.tags.insert("met".to_owned());
    contact.contacted_at = Some(BEGIN.plus_ms(-25 * HOUR_MS));
    let sender =
        SenderProfile { first_name: Some("Lina".to_owned()), last_name: Some("Roy".to_owned()), ..SenderProfile::default() };
    let facts = Facts {
        relation: Relation::Pending,
        open_profile: Some(true),
        reply_classes: vec!["interested".to_owned()],
        ..Facts::default()
    };
    let reply = Reply {
        message: "m".into(),
        chat: None,
        channel: Channel::Linkedin,
        text: "Call me on Friday".to_owned(),
        at: BEGIN,
        classes: vec!["keen".to_owned()],
        return_date: None,
    };
    let tz = campaign.calendar.zone_for(None);
    let scope = Scope {
        campaign: &campaign,
        contact: &contact,
        sender: &sender,
        facts: &facts,
        reply: Some(&reply),
        now: BEGIN,
        tz: &tz,
    };
    for (words, condition, expected) in rows {
        assert_eq!(holds(&condition, &scope), expected, "{words}");
        assert_eq!(holds(&Expr::Not(Box::new(condition)), &scope), !expected, "not {words}");
    }
}

#[test]
fn fields_are_compared_by_their_type() {
    let number = |name| field(name, FieldType::Number);
    let date = |name| field(name, FieldType::Date);
    let on = |day: &str| Value::Date(day.to_owned());
    check(vec![
        ("text without case and space", compare(text("company"), Op::Is, word("ACME sa")), true),
        ("another text", compare(text("company"), Op::Is, word("acme")), false),
        ("is not", compare(text("company"), Op::IsNot, word("acme")), true),
        ("missing is nothing", compare(text("nick"), Op::Is, word("")), false),
        ("missing is not anything", compare(text("nick"), Op::IsNot, word("x")), true),
        ("numbers are no texts", compare(number("age"), Op::Less, Value::Number(10.0)), true),
        ("number equal", compare(number("age"), Op::GreaterOrEqual, Value::Number(9.0)), true),
        ("number greater", compare(number("age"), Op::Greater, Value::Number(9.0)), false),
        ("no number", compare(number("company"), Op::LessOrEqual, Value::Number(9.0)), false),
        ("a default number", compare(number("seats"), Op::Is, Value::Number(5.0)), true),
        ("a date before", compare(date("due"), Op::Less, on("2027-02-01")), true),
        ("a date after", compare(date("due"), Op::Greater, on("2026-12-31")), true),
        ("the date", compare(date("due"), Op::Is, on("2027-01-10")), true),
        ("missing date", compare(date("born"), Op::Less, on("2027-01-10")), false),
        ("two fields", Expr::CompareFields { left: text("company"), op: Op::Is, right: text("other") }, true),
        ("a field and nothing", Expr::CompareFields { left: text("company"), op: Op::Is, right: text("nick") }, false),
        ("default of a field", compare(text("language"), Op::Is, word("fr")), true),
        ("blank is missing", Expr::IsMissing(text("blank")), true),
        ("a default is present", Expr::IsMissing(text("language")), false),
        ("contains", Expr::Contains { operand: text("company"), text: "ME s".to_owned() }, true),
        ("contains not", Expr::Contains { operand: text("nick"), text: "a".to_owned() }, false),
        ("matches", Expr::Matches { operand: text("company"), pattern: Pattern::new("^ ?acme", true).unwrap() }, true),
        ("matches nothing missing", Expr::Matches { operand: text("nick"), pattern: Pattern::new("", true).unwrap() }, false),
        ("in", Expr::In { operand: text("first_name"), values: vec![word("Bob"), word("ada")] }, true),
        ("in none", Expr::In { operand: text("first_name"), values: Vec::new() }, false),
        ("reply.text", Expr::Contains { operand: Operand::ReplyText, text: "friday".to_owned() }, true),
        ("sender.name", compare(Operand::Sender("name".to_owned()), Op::Is, word("Lina Roy")), true),
        ("sender.headline", Expr::IsMissing(Operand::Sender("headline".to_owned())), true),
        ("campaign.name", compare(Operand::CampaignName, Op::Is, word("hello")), true),
    ]);
}

#[test]
fn atoms_read_what_is_known() {
    let yes = || Expr::Tagged("met".to_owned());
    let no = || Expr::Tagged("cold".to_owned());
    check(vec![
        ("tagged", yes(), true),
        ("pending is not connected", Expr::Connected, false),
        ("not replied", Expr::Replied, false),
        ("open profile", Expr::OpenProfile, true),
        ("unknown credit", Expr::InmailCredit, false),
        ("in a list", Expr::InList("vip".to_owned()), true),
        ("not in another", Expr::InList("mails".to_owned()), false),
        ("no such list", Expr::InList("none".to_owned()), false),
        ("contacted in the last day", Expr::ContactedWithin(days(1)), false),
        ("contacted in the last two", Expr::ContactedWithin(days(2)), true),
        ("the reply at hand goes first", Expr::ReplyIs("keen".to_owned()), true),
        ("not the one before", Expr::ReplyIs("interested".to_owned()), false),
        ("and", Expr::And(vec![yes(), no()]), false),
        ("or", Expr::Or(vec![no(), yes()]), true),
        ("no conditions", Expr::And(Vec::new()), true),
    ]);
}

#[test]
fn the_profile_is_read_only_where_it_matters() {
    let connected = Expr::Or(vec![Expr::Not(Box::new(Expr::Connected)), Expr::Replied]);
    assert!(asks_profile(&connected, false));
    assert!(!asks_profile(&connected, true));
    assert!(asks_profile(&Expr::OpenProfile, true));
}
