//! A message for one contact: the variant of their language, its choices drawn, its variables filled, once.

use crate::lang::text::filters::ENVIRONMENT;
use crate::lang::text::jinja;
use crate::lang::text::spintax::Draw;
use crate::lang::text::template::parse;
use crate::lang::text::uses::fields_used;
use crate::model::account::SenderProfile;
use crate::model::campaign::{Campaign, Message, Variant};
use crate::model::value::Fields;
use minijinja::{ErrorKind, Value};
use std::collections::BTreeMap;

/// What a text may speak of (LANGUAGE.md §3), and what its choices are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub campaign: &'a str,
    /// The contact's key, for the draw.
    pub contact_key: &'a str,
    /// The contact's fields, defaults applied: [`fields_with_defaults`].
    pub fields: &'a Fields,
    /// The account's own profile.
    pub sender: &'a SenderProfile,
    /// Inside a reply arm.
    pub reply_text: Option<&'a str>,
}

/// A message, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: Option<String>,
    pub text: String,
    /// Of the variant taken.
    pub language: Option<String>,
}

/// Why a text has no rendering. None is passing: the same scope gives the same fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderFault {
    /// The text uses something the scope does not have: a field taken away or never given.
    #[error("`{message}` needs `{name}`, and there is none")]
    Missing { message: String, name: String },
    /// The text cannot be read. `engine check` finds this before anything runs.
    #[error("`{message}` cannot be rendered: {why}")]
    Broken { message: String, why: String },
}

/// Renders a message: picks the variant by the contact's `language`, draws its choices, fills its variables.
pub fn render(message: &Message, scope: &Scope) -> Result<Rendered, RenderFault> {
    let language = scope.fields.get("language").map(String::as_str);
    let Some(variant) = pick_variant(&message.variants, language) else {
        let why = "it has no text".to_owned();
        return Err(RenderFault::Broken { message: message.name.clone(), why });
    };
    let context = context(scope);
    let part = |part, text: &str| {
        let draw = Draw { campaign: scope.campaign, contact_key: scope.contact_key, message: &message.name, part };
        render_part(text, draw, &context, scope)
    };
    let subject = variant.subject.as_deref().map(|subject| part("subject", subject)).transpose()?;
    let text = part("text", &variant.text)?;
    Ok(Rendered { subject, text, language: variant.language.clone() })
}

/// A contact's fields with the campaign's defaults under them.
pub fn fields_with_defaults(campaign: &Campaign, contact: &Fields) -> Fields {
    let mut fields = contact.clone();
    for field in &campaign.fields {
        let is_missing = fields.get(&field.name).is_none_or(String::is_empty);
        if let Some(default) = field.default.as_ref().filter(|_| is_missing) {
            fields.insert(field.name.clone(), default.to_string());
        }
    }
    fields
}

/// The variant of a language: the same tag, else the same tongue (`fr-CA` takes `fr`), else the first.
pub fn pick_variant<'a>(variants: &'a [Variant], language: Option<&str>) -> Option<&'a Variant> {
    let wanted = language.map(tag).unwrap_or_default();
    let find =
        |is: &dyn Fn(&str) -> bool| variants.iter().find(|variant| variant.language.as_deref().is_some_and(|own| is(&tag(own))));
    if wanted.is_empty() {
        return variants.first();
    }
    find(&|own| own == wanted).or_else(|| find(&|own| tongue(own) == tongue(&wanted))).or(variants.first())
}

/// Do the two tags name one tongue (`en`, `en_US`)?
pub fn same_tongue(one: &str, other: &str) -> bool {
    tongue(&tag(one)) == tongue(&tag(other))
}

fn tag(language: &str) -> String {
    language.trim().to_lowercase().replace('_', "-")
}

fn tongue(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// The scope as minijinja sees it. Missing and empty values are not in it.
pub(in crate::lang) fn context(scope: &Scope) -> Value {
    let present = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let full = [present(&scope.sender.first_name), present(&scope.sender.last_name)];
    let name = full.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let sender = [
        ("first_name", present(&scope.sender.first_name)),
        ("last_name", present(&scope.sender.last_name)),
        ("name", Some(name).filter(|name| !name.is_empty())),
        ("headline", present(&scope.sender.headline)),
    ];
    let sender: BTreeMap<&str, String> = sender.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    let reply: BTreeMap<&str, &str> =
        scope.reply_text.filter(|text| !text.is_empty()).map(|text| ("text", text)).into_iter().collect();
    let mut all: BTreeMap<&str, Value> = scope
        .fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.as_str(), Value::from(value.as_str())))
        .collect();
    all.insert("sender", Value::from_pairs(sender));
    all.insert("campaign", Value::from_pairs([("name", scope.campaign)]));
    all.insert("reply", Value::from_pairs(reply));
    Value::from_pairs(all)
}

fn render_part(text: &str, draw: Draw, context: &Value, scope: &Scope) -> Result<String, RenderFault> {
    // Most texts of some campaigns are plain; they need no machinery.
    if !text.contains(['{', '\\']) {
        return Ok(text.to_owned());
    }
    let broken = |why: String| RenderFault::Broken { message: draw.message.to_owned(), why };
    let template =
        parse(text).map_err(|faults| broken(faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; ")))?;
    let source = jinja::write(&template.nodes, &mut |slot, alternatives| draw.choose(slot, alternatives.len()));
    ENVIRONMENT.render_str(&source, context).map_err(|fault| {
        let missing = fields_used(&template).into_iter().find(|field| !field.is_guarded && !has(scope, &field.path));
        match (fault.kind(), missing) {
            (ErrorKind::UndefinedError, Some(field)) => {
                RenderFault::Missing { message: draw.message.to_owned(), name: field.path }
            }
            _ => broken(fault.to_string()),
        }
    })
}

fn has(scope: &Scope, path: &str) -> bool {
    let is_present = |value: Option<&str>| value.is_some_and(|value| !value.is_empty());
    match path {
        "sender.first_name" => is_present(scope.sender.first_name.as_deref()),
        "sender.last_name" => is_present(scope.sender.last_name.as_deref()),
        "sender.name" => is_present(scope.sender.first_name.as_deref()) || is_present(scope.sender.last_name.as_deref()),
        "sender.headline" => is_present(scope.sender.headline.as_deref()),
        "campaign.name" => true,
        "reply.text" => is_present(scope.reply_text),
        field => is_present(scope.fields.get(field).map(String::as_str)),
    }
}
