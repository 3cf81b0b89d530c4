//! `text-too-long`: every text as long as it can come out, for every contact, against what its use allows.

use crate::lang::check::text::{MessageText, TextData, TextKind, TextUse};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::Text;
use crate::lang::text::longest::{Width, bound, longest, units};
use crate::lang::text::render::{Scope, context, fields_with_defaults};
use crate::lang::text::template::{Template, parse};
use crate::model::account::{Channel, SenderProfile};
use crate::model::program::RosterRow;
use crate::model::value::Fields;
use std::collections::BTreeMap;

/// Most units of an InMail's subject (LANGUAGE.md §9).
pub const INMAIL_SUBJECT_UNITS_MAX: usize = 200;
/// Most units of an InMail's text.
pub const INMAIL_UNITS_MAX: usize = 1_900;
/// Most units of a message.
pub const MESSAGE_UNITS_MAX: usize = 8_000;
/// Most units of a comment.
pub const COMMENT_UNITS_MAX: usize = 1_250;
/// Most units of a group's name.
pub const GROUP_NAME_UNITS_MAX: usize = 200;
/// Rows that are worth a second thread.
const ROWS_A_THREAD: usize = 8_192;
/// Threads at most: a check shares the machine.
const THREADS_MAX: usize = 4;
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
pub fn check(message: &MessageText, data: TextData, columns: &Columns, out: &mut Diagnostics) {
    let text_allowance = strictest(message.uses.iter().filter_map(|place| text_allowance(*place, data)));
    let subject_allowance = strictest(message.uses.iter().filter_map(|place| subject_allowance(*place)));
    for variant in &message.variants {
        for (text, allowance) in [(variant.subject, &subject_allowance), (Some(variant.text), &text_allowance)] {
            let (Some(text), Some(allowance)) = (text, allowance) else { continue };
            let Ok(template) = parse(&text.value) else { continue };
            let worst = worst(&template, data, columns, allowance.units_max);
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
        TextKind::Subject => {
            (GROUP_NAME_UNITS_MAX, "the name of a group".to_owned(), "shorten the name, or bound a field with `truncate(n)`")
        }
        TextKind::Notice => return None,
    };
    Some(Allowance { units_max, what, help, used: place.span })
}

fn subject_allowance(place: TextUse) -> Option<Allowance> {
    let what = "the subject of an InMail".to_owned();
    let help = "shorten the subject, or bound a field with `truncate(n)`";
    let allowance = Allowance { units_max: INMAIL_SUBJECT_UNITS_MAX, what, help, used: place.span };
    (place.kind == TextKind::Inmail).then_some(allowance)
}

/// The widest value of each column, and the widths of what no row decides.
pub struct Columns<'a> {
    widest: BTreeMap<&'a str, Width>,
    defaults: Fields,
    campaign: &'a str,
}

impl<'a> Columns<'a> {
    /// Of a campaign's lists. One look at every value serves all texts.
    pub fn of(data: TextData<'a>) -> Self {
        let mut widest: BTreeMap<&str, Width> = BTreeMap::new();
        for (name, value) in data.roster.rows.iter().flat_map(RosterRow::cells) {
            let known = widest.entry(name).or_default();
            *known = known.max(Width::of(value));
        }
        let defaults = fields_with_defaults(data.campaign, &Fields::new());
        Self { widest, defaults, campaign: &data.campaign.name }
    }

    /// Of a value; `own` says what is known of a field.
    fn width(&self, path: &str, own: impl Fn(&str) -> Width) -> Width {
        match path {
            "sender.first_name" | "sender.last_name" => Width::of(SENDER_NAME_PART),
            "sender.name" => Width { plain: 2 * SENDER_NAME_PART.len() + 1, cased: 2 * SENDER_NAME_PART.len() + 1 },
            "sender.headline" => Width::of(SENDER_HEADLINE),
            "campaign.name" => Width::of(self.campaign),
            field => own(field).max(self.defaults.get(field).map_or(Width::default(), |value| Width::of(value))),
        }
    }
}

/// The contact the text is longest for; nobody where it surely fits, which one look at the columns says of nearly all
/// texts. Rows are looked at by several threads, each row whose bound is too long is rendered.
fn worst<'a>(template: &Template, data: TextData<'a>, columns: &Columns, units_max: usize) -> Worst<'a> {
    let all = |path: &str| columns.width(path, |field| columns.widest.get(field).copied().unwrap_or_default());
    let bound = bound(&template.nodes, &all);
    if let Some(bound) = bound.filter(|bound| *bound <= units_max || data.roster.rows.is_empty()) {
        return Worst { units: bound, contact: None };
    }
    let rows = &data.roster.rows;
    let threads = rows.len().div_ceil(ROWS_A_THREAD).clamp(1, THREADS_MAX);
    let chunk = rows.len().div_ceil(threads).max(1);
    if threads == 1 {
        return worst_of(template, rows, data, columns, units_max);
    }
    let found: Vec<Worst<'a>> = std::thread::scope(|scope| {
        let look = |rows: &'a [RosterRow]| scope.spawn(move || worst_of(template, rows, data, columns, units_max));
        let running: Vec<_> = rows.chunks(chunk).map(look).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    // The first of equals, as with one thread.
    let longest = found.into_iter().reduce(|best, other| if other.units > best.units { other } else { best });
    longest.unwrap_or(Worst { units: 0, contact: None })
}

fn worst_of<'a>(
    template: &Template,
    rows: &'a [RosterRow],
    data: TextData<'a>,
    columns: &Columns,
    units_max: usize,
) -> Worst<'a> {
    let sender = stand_in();
    let mut worst = Worst { units: 0, contact: None };
    for row in rows {
        let value = |path: &str| columns.width(path, |field| row.get(field).map_or(Width::default(), Width::of));
        if bound(&template.nodes, &value).is_some_and(|most| most <= worst.units.max(units_max)) {
            continue;
        }
        let fields = fields_with_defaults(data.campaign, &row.fields());
        let scope =
            Scope { campaign: &data.campaign.name, contact_key: row.key(), fields: &fields, sender: &sender, reply_text: None };
        let Some(text) = longest(template, &context(&scope)) else { continue };
        if units(&text) > worst.units {
            let name = ["first_name", "last_name"].iter().filter_map(|part| row.get(part));
            let name = name.collect::<Vec<_>>().join(" ");
            let name = if name.is_empty() { row.key().to_owned() } else { name };
            worst = Worst { units: units(&text), contact: Some(Contact { file: row.file(), row: row.number(), name }) };
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
