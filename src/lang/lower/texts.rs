//! The texts a campaign sends, and as what: for the checks of texts against data.

use crate::lang::check::text::{MessageText, TextUse, VariantText};
use crate::lang::lower::Lowered;
use crate::lang::syntax::{Message, Text};

/// A message of a lowered campaign, as written.
#[derive(Debug, Clone)]
pub struct SentText<'a> {
    pub written: Written<'a>,
    /// The statements that send it, in the order of the text.
    pub uses: Vec<TextUse>,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
pub enum Written<'a> {
    /// `message NAME … end`
    Block(&'a Message),
    /// In the statement itself.
    Inline(&'a Text),
    /// There is no such message, which was told of.
    Nowhere,
}

/// The messages as the checks of texts want them.
pub fn message_texts<'a>(lowered: &'a Lowered<'a>) -> Vec<MessageText<'a>> {
    let named = lowered.campaign.messages.iter().zip(&lowered.texts);
    named.filter_map(|(message, sent)| message_text(&message.name, sent)).collect()
}

fn message_text<'a>(name: &'a str, sent: &'a SentText<'a>) -> Option<MessageText<'a>> {
    let (span, variants) = match sent.written {
        Written::Block(message) => (message.name.span, message.variants.iter().map(variant).collect()),
        Written::Inline(text) => (text.span, vec![VariantText { language: None, subject: None, text }]),
        Written::Nowhere => return None,
    };
    Some(MessageText { name, span, variants, uses: sent.uses.clone() })
}

fn variant(variant: &crate::lang::syntax::Variant) -> VariantText<'_> {
    VariantText { language: variant.language.as_ref(), subject: variant.subject.as_ref(), text: &variant.text }
}
