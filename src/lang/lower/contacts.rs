//! The contacts block: declared fields with types and defaults, and who enters.

use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lower::builder::Builder;
use crate::lang::lower::{expr, times};
use crate::lang::syntax::{Enter, FieldDeclaration, Literal};
use crate::model::campaign::{ContactRules, Field};
use crate::model::value::{FieldType, Value};

/// The declared fields: those needed, then those that may be missing. The first of two equal names counts.
pub fn fields(builder: &mut Builder) -> Vec<Field> {
    let Some(contacts) = &builder.campaign.contacts else { return Vec::new() };
    let mut fields: Vec<Field> = Vec::new();
    let needed = contacts.need.iter().map(|field| (field, true));
    for (declared, is_required) in needed.chain(contacts.may_have.iter().map(|field| (field, false))) {
        let ty = declared.ty.as_ref().map(|ty| ty.value).unwrap_or_default();
        let default = default(declared, ty);
        if !fields.iter().any(|known| known.name == declared.name.value) {
            fields.push(Field { name: declared.name.value.clone(), ty, is_required, default });
        }
    }
    fields
}

/// The default as a value of the field's type; one that does not fit is told of with the lists.
fn default(declared: &FieldDeclaration, ty: FieldType) -> Option<Value> {
    match (ty, &declared.default.as_ref()?.value) {
        (FieldType::Text, Literal::Text(text)) => Some(Value::Text(text.clone())),
        (FieldType::Text, Literal::Number(number)) => Some(Value::Text(number.to_string())),
        (FieldType::Number, Literal::Number(number)) => Some(Value::Number(*number)),
        (FieldType::Number, Literal::Text(text)) => text.trim().parse().ok().map(Value::Number),
        (FieldType::Date, Literal::Text(text)) => Some(Value::Date(text.trim().to_owned())),
        (FieldType::Date, Literal::Number(_)) => None,
    }
}

/// Lists, who is skipped, how often somebody enters, how many begin in a day.
pub fn rules(builder: &mut Builder) -> ContactRules {
    let Some(contacts) = &builder.campaign.contacts else { return ContactRules::default() };
    let skip_when = contacts.skip_when.iter().map(|skip| expr::condition(builder, skip)).collect();
    let enter_again_after = match contacts.enter.as_ref().map(|enter| &enter.value) {
        Some(Enter::AgainAfter(pause)) => Some(*pause),
        Some(Enter::Once) | None => None,
    };
    if let Some(start) = contacts.start_per_day.as_ref().filter(|start| start.value == 0) {
        let help = "write how many begin in a day, or leave the line out";
        builder.tell(Diagnostic::new(Code::Unexpected, start.span, "`start 0 a day` lets nobody in", help));
    }
    ContactRules {
        lists: contacts.from.iter().map(|list| list.value.clone()).collect(),
        skip_when,
        enter_again_after,
        start_per_day: contacts.start_per_day.as_ref().map(|start| start.value),
        at_most_per_company: per_company(builder),
        one_campaign_at_a_time: contacts.one_campaign_at_a_time.is_some(),
        refresh: contacts.refresh.as_ref().and_then(times::cron),
    }
}

/// `at most N per company` counts by the `company` column, which the campaign must know.
fn per_company(builder: &mut Builder) -> Option<u32> {
    let at_most = builder.campaign.contacts.as_ref()?.at_most_per_company.as_ref()?;
    if at_most.value == 0 {
        let help = "write how many people of one company may be on their way, or leave the line out";
        builder.tell(Diagnostic::new(Code::Unexpected, at_most.span, "`at most 0 per company` lets nobody in", help));
    }
    if builder.whole.fields && !builder.fields.iter().any(|field| field.name == COMPANY) {
        let message = "`per company` counts by the field `company`, which the contacts do not declare";
        let help = "add it: `need company`, or `may have company` (whoever has none is not counted)";
        builder.tell(Diagnostic::new(Code::UnknownField, at_most.span, message, help));
    }
    Some(at_most.value)
}

/// The column that names somebody's company (LANGUAGE.md §6).
const COMPANY: &str = "company";
