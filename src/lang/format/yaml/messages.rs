//! Messages as YAML: a text, a map of languages, or a map with a subject and files.

use crate::lang::format::yaml::doc::{self, Entry, Layout, Value};
use crate::lang::format::yaml::shared::{gathered, lines, path};
use crate::lang::syntax::{Message, Name, Variant};
use crate::lang::yaml::keys;

/// `messages`, if there are any.
pub fn messages<'m>(messages: impl IntoIterator<Item = &'m Message>) -> Option<Entry> {
    let message = |message: &Message| {
        let entry = Entry::new(&doc::key(&message.name.value), message_value(message));
        entry.with(&message.notes).ending(&message.end_notes)
    };
    gathered("messages", messages.into_iter().map(message).collect(), Layout::Lines)
}

/// Names of languages that are no code have a key around them, for a message has other keys too.
fn message_value(message: &Message) -> Value {
    if let ([Variant { language: None, subject: None, text, notes }], [], None) =
        (message.variants.as_slice(), message.attachments.as_slice(), &message.voice)
        && notes.above.is_empty()
        && notes.beside.is_none()
    {
        return doc::template(text);
    }
    let mut entries = Vec::new();
    let mut odd = Vec::new();
    let is_odd = |name: &Name| !keys::is_language(&name.value);
    let are_odd = message.variants.iter().filter_map(|variant| variant.language.as_ref()).any(is_odd);
    for variant in &message.variants {
        let Some(language) = &variant.language else {
            entries.extend(variant.subject.iter().map(|subject| Entry::new("subject", doc::template(subject))));
            entries.push(Entry::new("text", doc::template(&variant.text)).with(&variant.notes));
            continue;
        };
        let into = if are_odd { &mut odd } else { &mut entries };
        into.push(Entry::new(&doc::key(&language.value), variant_value(variant)).with(&variant.notes));
    }
    if are_odd {
        entries.push(Entry::new("languages", doc::map(odd)));
    }
    entries.extend(lines("attach", &message.attachments, path).map(listed));
    entries.extend(message.voice.iter().map(|voice| Entry::new("voice", path(&voice.value)).with(&voice.notes)));
    doc::map(entries)
}

/// A single file stands in brackets too.
fn listed(entry: Entry) -> Entry {
    let value = match entry.value {
        Value::List(..) => entry.value,
        one => doc::list([one]),
    };
    Entry { value, ..entry }
}

fn variant_value(variant: &Variant) -> Value {
    match &variant.subject {
        None => doc::template(&variant.text),
        Some(subject) => {
            let subject = Entry::new("subject", doc::template(subject));
            doc::map(vec![subject, Entry::new("text", doc::template(&variant.text))])
        }
    }
}
