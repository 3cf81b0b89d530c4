//! `message NAME … end`: texts by language, subjects, attachments.

use crate::lang::camp::blocks::Block as Paired;
use crate::lang::camp::grammar::{Pair, Phrase, Rule, child, children};
use crate::lang::camp::reader::{Reader, merge};
use crate::lang::camp::vocabulary;
use crate::lang::code::Code;
use crate::lang::syntax::{Line as Clause, Message, Name, Notes, Text, Variant};
use crate::lang::words;
use crate::lang::words::shown;

/// A subject waiting for the texts it belongs to.
struct Subject {
    language: Option<Name>,
    text: Text,
    notes: Notes,
}

impl<'f> Reader<'f> {
    /// A message. An untagged subject belongs to the untagged text behind it, or to all tagged texts up to the next
    /// subject; a tagged one to its language.
    pub fn message(&mut self, block: &Paired) -> Message {
        let name = self.read(block.header, Rule::message_line, |phrase, pair| phrase.name_in(&pair));
        let mut message = Message {
            name: name.unwrap_or_else(|| self.nameless(block.header)),
            variants: Vec::new(),
            attachments: Vec::new(),
            voice: None,
            span: self.span(block.header),
            notes: self.notes(block.header),
            end_notes: self.end_notes(block),
        };
        let mut subjects: Vec<Subject> = Vec::new();
        let mut has_bare_text = false;
        for index in self.lines_of(block) {
            if self.is_bare_text(index) {
                // A text of many lines without its quotes is one fault.
                if !has_bare_text {
                    self.bare_text(index);
                }
                has_bare_text = true;
            } else {
                self.message_line(index, &mut message, &mut subjects);
            }
        }
        self.close_subjects(&mut message, subjects);
        let is_broken = block.children.iter().any(|_| !self.diagnostics.is_empty());
        if message.variants.is_empty() && !is_broken {
            let help = "write its text: `\"Hi {{ first_name }}\"`, or one a language: `[en] \"…\"`";
            self.fault(Code::Unexpected, message.span, format!("the message `{}` has no text", message.name.value), help);
        }
        message
    }

    /// Words that begin no clause of a message, and are no slip of one.
    fn is_bare_text(&self, index: usize) -> bool {
        let Some(line) = self.lines.get(index).filter(|line| !line.is_broken) else { return false };
        let head = self.head(index);
        let word = head.word(0);
        let begins_text = line.mask.starts_with(|first: char| first.is_alphabetic() || "'`{".contains(first));
        let is_clause = vocabulary::is_known(word) || words::nearest(word, vocabulary::MESSAGE.iter().copied()).is_some();
        begins_text && head.label.is_none() && !is_clause
    }

    fn bare_text(&mut self, index: usize) {
        let Some(line) = self.lines.get(index) else { return };
        let text = self.text.get(line.start..line.end).unwrap_or_default().trim_matches(['\'', '`', '"']);
        let help = format!("write it in double quotes: `\"{}\"`; many lines stand between `\"\"\"`", shown(text));
        self.fault(Code::Unexpected, self.span(index), "this text has no double quotes", help);
    }

    fn message_line(&mut self, index: usize, message: &mut Message, subjects: &mut Vec<Subject>) {
        let mask = self.lines.get(index).map(|line| line.mask.as_str()).unwrap_or_default();
        let head = self.head(index);
        let behind = mask.find(']').map(|end| mask.get(end + 1..).unwrap_or_default().trim_start()).unwrap_or_default();
        let is_tagged = mask.starts_with('[');
        if head.word(0) == "subject" || (is_tagged && behind.starts_with("subject")) {
            let read = self.read(index, Rule::subject_line, tagged);
            let notes = self.notes(index);
            if let Some((language, Some(text))) = read {
                subjects.retain(|subject| subject.language.is_some() || language.is_some());
                subjects.push(Subject { language, text, notes });
            }
        } else if is_tagged || mask.starts_with('"') {
            let read = self.read(index, Rule::variant_line, tagged);
            let mut notes = self.notes(index);
            if let Some((language, Some(text))) = read {
                let subject = take_subject(subjects, language.as_ref(), &mut notes);
                if language.is_none() {
                    subjects.retain(|subject| subject.language.is_some());
                }
                message.variants.push(Variant { language, subject, text, notes });
            }
        } else if head.word(0) == "attach" {
            let texts = self.read(index, Rule::attach_line, |phrase, pair| {
                let texts = child(&pair, Rule::texts).map(|texts| children(&texts, Rule::text)).unwrap_or_default();
                texts.iter().map(|text| phrase.plain(text)).collect::<Vec<_>>()
            });
            let (span, mut notes) = (self.span(index), self.notes(index));
            for value in texts.unwrap_or_default() {
                message.attachments.push(Clause { value, span, notes: std::mem::take(&mut notes) });
            }
        } else if head.word(0) == "voice" {
            let voice = self.clause(index, Rule::voice_line, |phrase, pair| phrase.plain_or_empty(&pair));
            self.once(&mut message.voice, voice, index, "message");
        } else {
            self.stray(index, "a message", vocabulary::MESSAGE);
        }
    }

    /// A subject behind the texts belongs to those that have none; one that belongs to nothing is a fault.
    fn close_subjects(&mut self, message: &mut Message, subjects: Vec<Subject>) {
        for subject in subjects {
            let mut is_used = false;
            for variant in &mut message.variants {
                let fits = subject.language.is_none() || subject.language == variant.language;
                is_used |= fits && variant.subject.as_ref() == Some(&subject.text);
                if fits && variant.subject.is_none() {
                    variant.subject = Some(subject.text.clone());
                    merge(&mut variant.notes, subject.notes.clone());
                    is_used = true;
                }
            }
            if !is_used && !message.variants.is_empty() {
                let help = "write the subject before the text it belongs to, with the same language";
                self.fault(Code::Unexpected, subject.text.span, "this subject belongs to no text", help);
            }
        }
    }
}

/// The subject of a text in that language; its comments move to the text.
fn take_subject(subjects: &mut Vec<Subject>, language: Option<&Name>, notes: &mut Notes) -> Option<Text> {
    let own = subjects.iter().position(|subject| subject.language.is_some() && subject.language.as_ref() == language);
    let position = own.or_else(|| subjects.iter().position(|subject| subject.language.is_none()))?;
    let subject = subjects.get_mut(position)?;
    let text = subject.text.clone();
    let mut own_notes = std::mem::take(&mut subject.notes);
    own_notes.above.extend(own_notes.beside.take());
    own_notes.above.append(&mut notes.above);
    notes.above = own_notes.above;
    notes.blank_above |= own_notes.blank_above;
    if own.is_some() {
        subjects.remove(position);
    }
    Some(text)
}

/// A language and a text.
fn tagged(phrase: &mut Phrase<'_>, pair: Pair<'_>) -> (Option<Name>, Option<Text>) {
    let language = child(&pair, Rule::language).and_then(|language| child(&language, Rule::name)).map(|name| {
        let span = phrase.span(&name);
        let is_tag =
            name.as_str().len() >= 2 && name.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
        if !is_tag {
            let message = format!("`{}` is no language", name.as_str());
            phrase.fault(
                Code::BadName,
                span,
                message,
                "write a language as the contacts' column `language` does, in lower case: `[en]`",
            );
        }
        Name::new(name.as_str().to_owned(), span)
    });
    (language, child(&pair, Rule::text).map(|text| phrase.text(&text)))
}
