//! Texts against data: what a text speaks of, whether it may be missing, whether every language is there, whether it
//! fits for everybody. Texts that cannot be read are told of once, by [`check_template`].

use crate::lang::check::text_length::{self, Columns};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::{Name, Text};
use crate::lang::text::render::same_tongue;
use crate::lang::text::template::parse;
use crate::lang::text::uses::{FieldUse, fields_used};
use crate::lang::words::nearest;
use crate::model::account::AccountSpec;
use crate::model::campaign::{Campaign, Field};
use crate::model::program::Roster;

/// What a text may speak of beside the contact's fields (LANGUAGE.md §11).
const SCOPE_NAMES: [&str; 6] =
    ["sender.first_name", "sender.last_name", "sender.name", "sender.headline", "campaign.name", "reply.text"];

/// A message as one campaign uses it.
#[derive(Debug, Clone)]
pub struct MessageText<'a> {
    /// For diagnostics: the author's name, or the label of the step it is written in.
    pub name: &'a str,
    /// Of the name; of a text written in place, the text.
    pub span: Span,
    pub variants: Vec<VariantText<'a>>,
    /// Where the campaign uses it; a message it does not use is not checked against its data.
    pub uses: Vec<TextUse>,
}

/// One language of it.
#[derive(Debug, Clone, Copy)]
pub struct VariantText<'a> {
    pub language: Option<&'a Name>,
    pub subject: Option<&'a Text>,
    pub text: &'a Text,
}

/// A step that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextUse {
    pub kind: TextKind,
    /// The statement.
    pub span: Span,
    /// In a reply arm or handler: `reply.text` is known.
    pub has_reply: bool,
}

/// What it is sent as: decides how long it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Of an invitation.
    Note,
    Inmail,
    Message,
    /// To a person of ours (`notify`, `ask`).
    Notice,
    /// Under a post.
    Comment,
    /// The name of a group.
    Subject,
}

/// The data texts are checked against.
#[derive(Debug, Clone, Copy)]
pub struct TextData<'a> {
    /// Names, fields and defaults; its messages are not looked at.
    pub campaign: &'a Campaign,
    pub roster: &'a Roster,
    /// The accounts the campaign may speak through.
    pub accounts: &'a [AccountSpec],
}

/// `bad-template` and `unbalanced-spintax`: for every text of the folder, once, used or not.
pub fn check_template(text: &Text, out: &mut Diagnostics) {
    for fault in parse(&text.value).err().into_iter().flatten() {
        out.push(Diagnostic::new(fault.code, text.place(fault.at.start, fault.at.end), fault.message, fault.help));
    }
}

/// `unknown-field`, `unguarded-field`, `language-missing` and `text-too-long`, for the messages of one campaign.
pub fn check(messages: &[MessageText], data: TextData, out: &mut Diagnostics) {
    let columns = Columns::of(data);
    for message in messages.iter().filter(|message| !message.uses.is_empty()) {
        for variant in &message.variants {
            for text in variant.subject.into_iter().chain([variant.text]) {
                check_fields(text, message, data, out);
            }
        }
        text_length::check(message, data, &columns, out);
    }
    check_languages(messages, data, out);
}

fn check_fields(text: &Text, message: &MessageText, data: TextData, out: &mut Diagnostics) {
    let Ok(template) = parse(&text.value) else { return };
    let mut told: Vec<String> = Vec::new();
    for field in fields_used(&template) {
        let fault = field_fault(&field, text, message, data);
        // The second mention of an unknown field teaches nothing new.
        if fault.is_some() && told.contains(&field.path) {
            continue;
        }
        if let Some(fault) = fault {
            told.push(field.path);
            out.push(fault);
        }
    }
}

fn field_fault(field: &FieldUse, text: &Text, message: &MessageText, data: TextData) -> Option<Diagnostic> {
    let path = field.path.as_str();
    let place = text.place(field.at.start, field.at.end);
    if path == "reply.text" {
        let outside = message.uses.iter().find(|place| !place.has_reply)?;
        let help = "use the text in a reply arm or in `on reply` only";
        let fault = Diagnostic::new(Code::UnknownField, place, "`reply.text` is known after a reply only", help);
        return Some(fault.label(outside.span, "here nobody has replied"));
    }
    if SCOPE_NAMES.contains(&path) {
        return None;
    }
    match data.campaign.fields.iter().find(|declared| declared.name == path) {
        None => Some(Diagnostic::new(
            Code::UnknownField,
            place,
            format!("the contacts declare no `{path}`"),
            unknown_help(path, data),
        )),
        Some(declared) if field.is_guarded || declared.is_required || declared.default.is_some() => None,
        Some(_) => {
            let help =
                format!("write `{{{{ {path} or \"…\" }}}}`, put `{{% if {path} %}}` around it, or move `{path}` to `need`");
            Some(Diagnostic::new(Code::UnguardedField, place, format!("`{path}` may be missing here"), help))
        }
    }
}

fn unknown_help(path: &str, data: TextData) -> String {
    let declared = data.campaign.fields.iter().map(|field: &Field| field.name.as_str());
    match nearest(path, declared.chain(SCOPE_NAMES)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if path.starts_with("sender.") => {
            "of the sender there are `first_name`, `last_name`, `name` and `headline`".to_owned()
        }
        None if path.contains('.') => format!("a field has no parts; known are columns and {}", SCOPE_NAMES.join(", ")),
        None => format!("declare it in `contacts`: `need {path}` or `may have {path}`"),
    }
}

/// A language somebody should get and will not: one that another message has, or that a contact asks for.
fn check_languages(messages: &[MessageText], data: TextData, out: &mut Diagnostics) {
    let used = || messages.iter().filter(|message| !message.uses.is_empty());
    let mut wanted: Vec<(&str, Wish)> = Vec::new();
    let languages =
        used().flat_map(|message| message.variants.iter().filter_map(move |variant| Some((message, variant.language?))));
    for (message, language) in languages {
        if !wanted.iter().any(|(known, _)| same_tongue(known, &language.value)) {
            wanted.push((&language.value, Wish::Message(message.name, language.span)));
        }
    }
    for row in &data.roster.rows {
        let Some(language) = row.get("language") else { continue };
        if !wanted.iter().any(|(known, _)| same_tongue(known, language)) {
            wanted.push((language, Wish::Contact(row.file(), row.number(), row.key())));
        }
    }
    for message in used() {
        // A text without a tag serves all.
        if message.variants.iter().any(|variant| variant.language.is_none()) {
            continue;
        }
        let has =
            |language: &str| message.variants.iter().any(|own| own.language.is_some_and(|own| same_tongue(&own.value, language)));
        let missing: Vec<_> = wanted.iter().filter(|(language, _)| !has(language)).collect();
        if let Some((_, first)) = missing.first() {
            let tags: Vec<String> = missing.iter().map(|(language, _)| format!("[{language}]")).collect();
            out.push(language_missing(message, &tags.join(", "), first));
        }
    }
}

/// Who wants a language.
enum Wish<'a> {
    /// A message that has it, and where.
    Message(&'a str, Span),
    /// File, row and key.
    Contact(&'a str, u32, &'a str),
}

fn language_missing(message: &MessageText, tags: &str, first: &Wish) -> Diagnostic {
    let fallback = message.variants.first().and_then(|variant| variant.language).map_or("", |language| language.value.as_str());
    let text = format!("`{}` has no text for {tags}", message.name);
    let help = format!("add it; until then those contacts get `[{fallback}]`");
    let diagnostic = Diagnostic::new(Code::LanguageMissing, message.span, text, help);
    match first {
        Wish::Message(name, span) => diagnostic.label(*span, format!("`{name}` has it")),
        Wish::Contact(file, row, key) => diagnostic.label_row(file, *row, format!("`{key}` asks for it")),
    }
}
