//! Messages: a text, a map of languages, or a map with a subject and files.

use crate::lang::code::Code;
use crate::lang::syntax::{Line, Message, Name, Notes, Spanned, Text, TextRef, Variant};
use crate::lang::yaml::keys;
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Kind};
use crate::lang::yaml::words::span_of;

/// Reads `messages`.
pub fn messages(reader: &mut Reader, entry: &Entry) -> Vec<Message> {
    let entries = reader.map(&entry.value, "messages", "names and texts").unwrap_or_default();
    entries.iter().filter_map(|message| self::message(reader, entry, message)).collect()
}

fn message(reader: &mut Reader, messages: &Entry, entry: &Entry) -> Option<Message> {
    let name = reader.name_of(entry)?;
    let notes = reader.notes_under(messages, entry);
    let end_notes = reader.end_notes(&entry.value);
    let mut message =
        Message { name, variants: Vec::new(), attachments: Vec::new(), voice: None, span: entry.span, notes, end_notes };
    match &entry.value.kind {
        Kind::Map(entries) => parts(reader, &mut message, entries, entry),
        Kind::Scalar(_) | Kind::List(_) | Kind::Broken => {
            if let Some(text) = reader.text(&entry.value, &entry.key) {
                message.variants.push(Variant { language: None, subject: None, text, notes: Notes::default() });
            }
        }
    }
    Some(message)
}

/// `subject`, `text` and `attach` are the message's own; every other key is a language.
fn parts(reader: &mut Reader, message: &mut Message, entries: &[Entry], head: &Entry) {
    let subject = head.value.get("subject").and_then(|node| reader.text(node, "subject"));
    let told = reader.faults.len();
    for entry in entries {
        match entry.key.as_str() {
            "subject" => {}
            "attach" => message.attachments = attachments(reader, entry),
            "voice" => message.voice = reader.string(&entry.value, "voice").map(|path| reader.line(entry, path)),
            "languages" => {
                let entries = reader.map(&entry.value, "languages", "languages and texts").unwrap_or_default();
                for language in entries {
                    let name = reader.name_of(language);
                    message.variants.extend(name.and_then(|name| variant(reader, language, name, subject.as_ref())));
                }
            }
            "text" => {
                if let Some(text) = reader.text(&entry.value, "text") {
                    let notes = reader.notes(entry.item);
                    message.variants.push(Variant { language: None, subject: subject.clone(), text, notes });
                }
            }
            _ => {
                let name = language(reader, entry);
                message.variants.extend(name.and_then(|name| variant(reader, entry, name, subject.as_ref())));
            }
        }
    }
    if message.variants.is_empty() && reader.faults.len() == told {
        reader.missing(head.span, &format!("the message `{}`", head.key), "text");
    }
}

fn variant(reader: &mut Reader, entry: &Entry, language: Name, shared: Option<&Text>) -> Option<Variant> {
    const VARIANT: Keys = Keys { what: "a language of a message", known: &["subject", "text"] };
    let language = Some(language);
    let notes = reader.notes(entry.item);
    let node = &entry.value;
    if node.entries().is_none() {
        let text = reader.text(node, &entry.key)?;
        return Some(Variant { language, subject: shared.cloned(), text, notes });
    }
    if let Some(file) = node.entries()?.iter().find(|entry| matches!(entry.key.as_str(), "attach" | "voice")) {
        let help = "set it beside the languages: files belong to the whole message";
        reader.fault(Code::UnknownKey, file.span, format!("a language of a message has no key `{}`", file.key), help);
        return None;
    }
    reader.keys(node, &entry.key, VARIANT)?;
    let own = node.get("subject").and_then(|node| reader.text(node, "subject"));
    let Some(text) = node.get("text") else {
        reader.missing(entry.span, &format!("the language `{}`", entry.key), "text");
        return None;
    };
    let text = reader.text(text, "text")?;
    Some(Variant { language, subject: own.or(shared.cloned()), text, notes })
}

/// A language; anything else was meant as another key.
fn language(reader: &mut Reader, entry: &Entry) -> Option<Name> {
    if keys::is_language(&entry.key) {
        return Some(Spanned::new(entry.key.clone(), entry.span));
    }
    reader.unknown_key(entry, "a message", keys::MESSAGE.iter().copied());
    None
}

fn attachments(reader: &mut Reader, entry: &Entry) -> Vec<Line<Spanned<String>>> {
    let mut notes = reader.notes(entry.item);
    let mut lines = Vec::new();
    for node in reader.one_or_more(&entry.value, "attach", "paths") {
        if node.item != entry.item {
            let own = reader.notes(node.item);
            notes.above.extend(own.above);
            notes.beside = notes.beside.or(own.beside);
        }
        if let Some(path) = reader.string(node, "attach") {
            let span = path.span;
            lines.push(Line { value: path, span, notes: std::mem::take(&mut notes) });
        }
    }
    lines
}

/// A message by name, or `{text: …}` for one written in place.
pub fn text_ref(reader: &mut Reader, entry: &Entry) -> Option<TextRef> {
    const IN_PLACE: Keys = Keys { what: "a message written in place", known: &["text"] };
    let node = &entry.value;
    if node.entries().is_none() {
        if node.scalar().is_some_and(|scalar| scalar.value.contains([' ', '{'])) {
            let message = "a message written in place stands under `text`";
            let help = format!("write `{}: {{text: \"…\"}}`; a bare word names a message", entry.key);
            reader.fault(Code::WrongType, node.place(), message, help);
            return None;
        }
        return reader.name(node, &entry.key).map(TextRef::Named);
    }
    reader.keys(node, &entry.key, IN_PLACE)?;
    let Some(text) = node.get("text") else {
        if node.entries().is_some_and(<[Entry]>::is_empty) {
            reader.missing(span_of(entry), "a message written in place", "text");
        }
        return None;
    };
    reader.text(text, "text").map(TextRef::Inline)
}

/// `{who: owner, text: "…"}`, or `message: NAME` instead of the text; what `notify` and `ask` hold.
pub fn addressed(reader: &mut Reader, head: &Entry) -> Option<(Name, TextRef)> {
    const KNOWN: &[&str] = &["who", "text", "message"];
    let (node, key) = (&head.value, head.key.as_str());
    let what = if key == "ask" { "`ask`" } else { "`notify`" };
    reader.keys(node, key, Keys { what, known: KNOWN })?;
    let who = reader.needed(node, what, "who", node.place()).and_then(|who| reader.name(who, "who"));
    let text = match (node.get("text"), node.get("message")) {
        (Some(text), None) => reader.text(text, "text").map(TextRef::Inline),
        (None, Some(message)) => reader.name(message, "message").map(TextRef::Named),
        (Some(_), Some(message)) => {
            let fault = format!("{what} has a text and a message");
            reader.fault(Code::Unexpected, message.place(), fault, "keep one of the two");
            None
        }
        (None, None) => {
            reader.missing(node.place(), what, "text");
            None
        }
    };
    Some((who?, text?))
}
