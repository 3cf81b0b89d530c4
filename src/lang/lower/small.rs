//! The small parts of statements: whom to tell, where a pause ends, what is set, over which channel.

use crate::lang::check::names::{self, Shared};
use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lower::builder::Builder;
use crate::lang::lower::expr;
use crate::lang::lower::times;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{self, Name};
use crate::model::account::Channel;
use crate::model::campaign::{Action, Recipient, SetValue};
use crate::model::id::StepId;
use crate::model::time::Until;
use crate::model::value::FieldType;

/// `owner`, an account's name, or a person of the workspace.
pub fn recipient(builder: &mut Builder, who: &Name) -> Recipient {
    recipient_of(builder.shared, who).unwrap_or_else(|fault| {
        builder.tell_unknown("person", *fault);
        Recipient::Owner
    })
}

/// The same, with what the folder shares alone.
pub fn recipient_of(shared: &Shared, who: &Name) -> Result<Recipient, Box<Diagnostic>> {
    if who.value == "owner" {
        return Ok(Recipient::Owner);
    }
    if let Some(person) = shared.people.iter().find(|person| person.name == *who) {
        let address = Some(person.address.value.clone());
        return Ok(Recipient::Named { name: who.value.clone(), address });
    }
    if let Some(account) = shared.accounts.iter().find(|account| account.name == *who) {
        let address = account.owner.as_ref().map(|owner| owner.value.clone());
        return Ok(Recipient::Named { name: who.value.clone(), address });
    }
    let people = shared.people.iter().map(|person| person.name.value.as_str());
    let accounts = shared.accounts.iter().map(|account| account.name.value.as_str());
    Err(Box::new(names::unknown("person or account", who, people.chain(accounts).chain(["owner"]))))
}

/// Where a wait or pause ends. A field must be a date.
pub fn until(builder: &mut Builder, until: &Spanned<syntax::Until>) -> Until {
    match &until.value {
        syntax::Until::Weekday { weekday, minute } => Until::Weekday { weekday: *weekday, minute: *minute },
        syntax::Until::Delay(delay) => Until::Delay(*delay),
        syntax::Until::Cron(cron) => {
            let cron = times::cron(cron);
            cron.map_or_else(|| Until::Delay(times::a_day()), Until::Cron)
        }
        syntax::Until::Field { name, or } if name.value == "reply.return_date" => {
            if !builder.is_in_reply {
                let message = "`reply.return_date` means nothing where nobody replied";
                let help = "use it inside `on reply` or a `when replied` arm";
                builder.tell(Diagnostic::new(Code::UnknownField, name.span, message, help));
            }
            Until::ReturnDate { or: *or }
        }
        syntax::Until::Field { name, or } => {
            if let Some(ty) = expr::field(builder, name)
                && ty != FieldType::Date
            {
                let message = format!("`{}` is {}, not a date", name.value, expr::type_word(ty));
                let help = format!("say so in `contacts`: `need {}: date`", name.value);
                builder.tell(Diagnostic::new(Code::TypeMismatch, name.span, message, help));
            }
            Until::Field { field: name.value.clone(), or: *or }
        }
    }
}

/// `set field = value`
pub fn set(builder: &mut Builder, field: &Name, value: &syntax::SetValue, next: StepId) -> Action {
    let ty = expr::field(builder, field);
    let value = match value {
        syntax::SetValue::Literal(literal) => {
            let value = ty.and_then(|ty| expr::typed(builder, field, ty, literal));
            value.map_or(SetValue::Field(field.value.clone()), SetValue::Literal)
        }
        syntax::SetValue::Field(other) => {
            let other_ty = expr::field(builder, other);
            if let Some((ty, other_ty)) = ty.zip(other_ty)
                && ty != other_ty
            {
                let (is, other_is) = (expr::type_word(ty), expr::type_word(other_ty));
                let message = format!("`{}` is {is} and `{}` is {other_is}", field.value, other.value);
                let help = "give both fields one type in `contacts`";
                builder.tell(Diagnostic::new(Code::TypeMismatch, other.span, message, help));
            }
            SetValue::Field(other.value.clone())
        }
    };
    Action::Set { field: field.value.clone(), value, next }
}

/// Tells when none of the campaign's accounts speaks on the channel.
pub fn need_channel(builder: &mut Builder, channel: Channel, span: Span, word: &str) {
    let Some(accounts) = builder.accounts.as_ref().filter(|_| builder.knows_accounts) else { return };
    if accounts.iter().any(|(_, speaks)| *speaks == channel) || builder.channels_missed.contains(&channel) {
        return;
    }
    let names: Vec<String> = accounts.iter().map(|(name, speaks)| format!("`{name}` ({speaks})")).collect();
    let message = format!("`{word}` needs an account on {channel}, and the campaign has none");
    let help = format!("add one to its pool; it has {}", names.join(", "));
    builder.channels_missed.insert(channel);
    builder.tell(Diagnostic::new(Code::UnknownName, span, message, help));
}
