//! `text-too-long`: every text as long as it can come out, for every contact, against what its use allows.

use crate::lang::check::text::{MessageText, TextData, TextKind, TextUse};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::Text;
use crate::lang::text::longest::{bound, longest, units};
use crate::lang::text::render::{Scope, context, fields_with_defaults};
use crate::lang::text::template::{Template, parse};
use crate::model::account::{Channel, SenderProfile};
use crate::model::value::Fields;

/// Most units of an InMail's subject (LANGUAGE.md §9).
pub const INMAIL_SUBJECT_UNITS_MAX: usize = 200;
/// Most units of an InMail's text.
pub const INMAIL_UNITS_MAX: usize = 1_900;
/// Most units of a message.
pub const MESSAGE_UNITS_MAX: usize = 8_000;
/// Most units of a comment.
pub const COMMENT_UNITS_MAX: usize = 1_250;
/// Taken for each part of a sender's name: profiles are read when the engine runs, not when it checks.
const SENDER_NAME_PART: &str = "Alexandrine";
/// Taken for a sender's headline.
const SENDER_HEADLINE: &str = "Account Executive at a company of some renown";

/// What a text may have, and by whose word.
struct Allowance {
    units_max: usize,
    /// `an invitation note of `marc` (classic)`
    what: String,
    help: &'static str,
    used: Span,
}

/// The longest found so far.
struct Worst<'a> {
    units: usize,
    contact: Option<Contact<'a>>,
}

/// Whom it is too long for.
struct Contact<'a> {
    file: &'a str,
    row: u32,
    name: String,
}

/// Checks subject and text of every language of a message.
pub fn check(message: &MessageText, data: TextData, out: &mut Diagnostics) {
    let text_allowance = strictest(message.uses.iter().filter_map(|place| text_allowance(*place, data)));
    let subject_allowance = strictest(message.uses.iter().filter_map(|place| subject_allowance(*place)));
    for variant in &message.variants {
        for (text, allowance) in [(variant.subject, &subject_allowance), (Some(variant.text), &text_allowance)] {
            let (Some(text), Some(allowance)) = (text, allowance) else { continue };
            let Ok(template) = parse(&text.value) else { continue };
            let worst = worst(&template, data, allowance.units_max);
            if worst.units > allowance.units_max {
                out.push(told(text, allowance, &worst));
            }
        }
    }
}

fn strictest(allowances: impl Iterator<Item = Allowance>) -> Option<Allowance> {
    allowances.min_by_key(|allowance| allowance.units_max)
}

fn text_allowance(place: TextUse, data: TextData) -> Option<Allowance> {
    let (units_max, what, help) = match place.kind {
        TextKind::Note => {
            let accounts = data.accounts.iter().filter(|account| account.channel == Channel::Linkedin);
            let account = accounts.min_by_key(|account| account.tier.note_units_max())?;
            let what = format!("a note of `{}` ({})", account.name, account.tier.word());
            let help = "shorten the text, bound a field with `truncate(n)`, or invite from accounts with a longer note";
            (account.tier.note_units_max(), what, help)
        }
        TextKind::Inmail => (INMAIL_UNITS_MAX, "an InMail".to_owned(), "shorten the text, or bound a field with `truncate(n)`"),
        TextKind::Message => (MESSAGE_UNITS_MAX, "a message".to_owned(), "shorten the text, or bound a field with `truncate(n)`"),
        TextKind::Comment => (COMMENT_UNITS_MAX, "a comment".to_owned(), "shorten the text, or bound a field with `truncate(n)`"),
        TextKind::Notice | TextKind::Subject => return None,
    };
    Some(Allowance { units_max, what, help, used: place.span })
}

fn subject_allowance(place: TextUse) -> Option<Allowance> {
    let what = "the subject of an InMail".to_owned();
    let help = "shorten the subject, or bound a field with `truncate(n)`";
    let allowance = Allowance { units_max: INMAIL_SUBJECT_UNITS_MAX, what, help, used: place.span };
    (place.kind == TextKind::Inmail).then_some(allowance)
}

/// The contact the text is longest for. Contacts it surely fits are not rendered for: that is nearly all of them.
fn worst<'a>(template: &Template, data: TextData<'a>, units_max: usize) -> Worst<'a> {
    let sender = stand_in();
    let defaults = fields_with_defaults(data.campaign, &Fields::new());
    let width = |fields: &Fields, path: &str| match path {
        "sender.first_name" | "sender.last_name" => units(SENDER_NAME_PART),
        "sender.name" => 2 * units(SENDER_NAME_PART) + 1,
        "sender.headline" => units(SENDER_HEADLINE),
        "campaign.name" => units(&data.campaign.name),
        field => fields.get(field).map_or(0, |value| units(value)),
    };
    let bare = bound(&template.nodes, &|path| width(&defaults, path));
    let mut worst = Worst { units: if data.roster.rows.is_empty() { bare.unwrap_or(0) } else { 0 }, contact: None };
    for row in &data.roster.rows {
        let value = |path: &str| width(&row.fields, path).max(width(&defaults, path));
        if bound(&template.nodes, &value).is_some_and(|most| most <= worst.units.max(units_max)) {
            continue;
        }
        let fields = fields_with_defaults(data.campaign, &row.fields);
        let scope =
            Scope { campaign: &data.campaign.name, contact_key: &row.key, fields: &fields, sender: &sender, reply_text: None };
        let Some(text) = longest(template, &context(&scope)) else { continue };
        if units(&text) > worst.units {
            let name = ["first_name", "last_name"].iter().filter_map(|part| row.fields.get(*part).map(String::as_str));
            let name = name.collect::<Vec<_>>().join(" ");
            let name = if name.is_empty() { row.key.clone() } else { name };
            worst = Worst { units: units(&text), contact: Some(Contact { file: &row.file, row: row.row, name }) };
        }
    }
    worst
}

fn stand_in() -> SenderProfile {
    let name = Some(SENDER_NAME_PART.to_owned());
    SenderProfile { provider_id: None, first_name: name.clone(), last_name: name, headline: Some(SENDER_HEADLINE.to_owned()) }
}

fn told(text: &Text, allowance: &Allowance, worst: &Worst) -> Diagnostic {
    let Allowance { units_max, what, help, used } = allowance;
    let whom = worst.contact.as_ref().map_or_else(String::new, |contact| format!(" for {}", contact.name));
    let message = format!("the text comes to {} characters{whom}; {what} has at most {units_max}", worst.units);
    let diagnostic = Diagnostic::new(Code::TextTooLong, text.span, message, *help).label(*used, "sent here");
    let over = worst.units - units_max;
    match &worst.contact {
        Some(contact) => diagnostic.label_row(contact.file, contact.row, format!("{over} too many for {}", contact.name)),
        None => diagnostic,
    }
}
