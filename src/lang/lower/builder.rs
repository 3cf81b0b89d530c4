//! The campaign being made: steps and messages so far, the names in sight, and where in the text each step stands.

use crate::lang::check::names::{self, Shared, Uses};
use crate::lang::check::text::{TextKind, TextUse};
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::lower::lines::Lines;
use crate::lang::lower::parts::Parts;
use crate::lang::lower::texts::{SentText, Written};
use crate::lang::lower::whole::Whole;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{self, HandlerKind, Name, Text, TextRef};
use crate::model::account::Channel;
use crate::model::campaign::{Action, Field, Message, Outcome, Step, Variant};
use crate::model::id::{MessageId, OutcomeId, StepId};
use std::collections::{BTreeMap, BTreeSet};

/// Where in the text the parts of a lowered campaign stand.
#[derive(Debug, Default)]
pub struct Places {
    /// One a step.
    pub steps: Vec<Span>,
    /// The step that stands before it in its block, or holds the block; none for the first of `steps` or of a handler.
    pub before: Vec<Option<StepId>>,
    /// Of the arms of races and branches (by place), and of what follows them: `on timeout`, `else`.
    pub arms: BTreeMap<(StepId, usize), Span>,
    /// The `until` of a repeat.
    pub untils: BTreeMap<StepId, Span>,
    /// Where paths end that fall off `steps`.
    pub sink: Option<StepId>,
    /// Races whose `on timeout` is missing: what falls there is told of already.
    pub without_timeout: BTreeSet<StepId>,
    /// The author's handlers, each with its opener.
    pub handlers: Vec<(HandlerKind, Span)>,
    /// The campaign's header.
    pub header: Span,
}

/// A campaign in the making.
pub struct Builder<'a, 'w> {
    pub shared: &'a Shared<'a>,
    pub campaign: &'a syntax::Campaign,
    pub uses: &'w mut Uses,
    pub diagnostics: &'w mut Diagnostics,
    pub lines: &'w Lines,
    pub whole: Whole,
    pub fields: Vec<Field>,
    pub outcomes: Vec<Outcome>,
    /// Name and channel of its accounts; none where they could not be found, which was told of.
    pub accounts: Option<Vec<(String, Channel)>>,
    /// All that was named was found. Where not, a channel may be missing only because an account is.
    pub knows_accounts: bool,
    /// Channels that a statement needs and no account has: each is told of once.
    pub channels_missed: BTreeSet<Channel>,
    pub channel: Channel,
    pub messages: Vec<Message>,
    /// One a message.
    pub texts: Vec<SentText<'a>>,
    pub steps: Vec<Step>,
    pub places: Places,
    /// What `do` can name.
    pub parts: Parts<'a>,
    /// In a part: the label of the `do` that stands for it, before the labels inside.
    pub site: Option<String>,
    pub parts_used: BTreeSet<String>,
    /// Lists named by conditions.
    pub lists: Vec<Spanned<String>>,
    /// Lowering the body of a reply arm or of `on reply`: `reply.text` and `reply.return_date` mean something.
    pub is_in_reply: bool,
    pub outcomes_used: BTreeSet<String>,
    pub classes_used: BTreeSet<String>,
    /// Kinds of names of which one is unknown.
    pub unknown: BTreeSet<&'static str>,
    own_messages: BTreeMap<&'a str, &'a syntax::Message>,
    message_ids: BTreeMap<String, MessageId>,
    labels: BTreeMap<String, Span>,
}

impl<'a, 'w> Builder<'a, 'w> {
    /// Nothing lowered yet.
    pub fn new(
        campaign: &'a syntax::Campaign,
        shared: &'a Shared<'a>,
        uses: &'w mut Uses,
        lines: &'w Lines,
        diagnostics: &'w mut Diagnostics,
    ) -> Self {
        let parts = Parts::new(campaign.parts.iter().chain(shared.parts.iter().copied()), diagnostics);
        let own = campaign.messages.iter().rev().map(|message| (message.name.value.as_str(), message)).collect();
        Self {
            shared,
            campaign,
            uses,
            diagnostics,
            lines,
            whole: Whole { all: true, steps: true, fields: true, outcomes: true, texts: true, shared: true },
            fields: Vec::new(),
            outcomes: Vec::new(),
            accounts: None,
            knows_accounts: false,
            channels_missed: BTreeSet::new(),
            channel: Channel::Linkedin,
            messages: Vec::new(),
            texts: Vec::new(),
            steps: Vec::new(),
            places: Places { header: campaign.span, ..Places::default() },
            parts,
            site: None,
            parts_used: BTreeSet::new(),
            lists: Vec::new(),
            is_in_reply: false,
            outcomes_used: BTreeSet::new(),
            classes_used: BTreeSet::new(),
            unknown: BTreeSet::new(),
            own_messages: own,
            message_ids: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    }

    /// Tells of a fault; of one in a part once, however often it is done.
    pub fn tell(&mut self, fault: Diagnostic) {
        let is_same = |known: &Diagnostic| known.code == fault.code && known.span == fault.span && known.message == fault.message;
        if self.site.is_some() && self.diagnostics.iter().any(is_same) {
            return;
        }
        self.diagnostics.push(fault);
    }

    /// Tells of an unknown name, unless it may stand where the text is broken. What seems unused among its kind is then
    /// perhaps only misspelt, and not told of.
    pub fn tell_unknown(&mut self, kind: &'static str, fault: Diagnostic) {
        let can_be_known = match kind {
            "field" => self.whole.fields,
            "outcome" => self.whole.outcomes,
            _ => self.whole.texts,
        };
        self.unknown.insert(kind);
        self.uses.unknown.insert(kind);
        if can_be_known {
            self.tell(fault);
        }
    }

    /// The id the next step gets.
    pub fn next_id(&self) -> StepId {
        StepId(self.steps.len() as u32)
    }

    /// A step whose action is not known yet; `fill` gives it.
    pub fn reserve(&mut self, label: String, is_named: bool, span: Span, before: Option<StepId>) -> StepId {
        let id = self.next_id();
        self.steps.push(Step { label, is_named, action: Action::Return, line: self.lines.line(span), late: None });
        self.places.steps.push(span);
        self.places.before.push(before);
        id
    }

    /// Gives a reserved step its action.
    pub fn fill(&mut self, id: StepId, action: Action) {
        if let Some(step) = self.steps.get_mut(id.0 as usize) {
            step.action = action;
        }
    }

    /// Takes the author's label, once; a second one gets a number and is told of.
    pub fn take_label(&mut self, label: &Name) -> String {
        let full = self.inside(&label.value);
        if let Some(first) = self.labels.get(&full).copied() {
            self.tell(names::duplicate("label", label, first));
            return self.derive_label(&full, label.span);
        }
        self.labels.insert(full.clone(), label.span);
        full
    }

    /// A name as a label: inside a part behind the label of its `do`.
    pub fn inside(&self, name: &str) -> String {
        self.site.as_ref().map_or_else(|| name.to_owned(), |site| format!("{site}.{name}"))
    }

    /// A label made from the place, unique in the campaign.
    pub fn derive_label(&mut self, wanted: &str, span: Span) -> String {
        let mut label = wanted.to_owned();
        let mut number = 1u32;
        while self.labels.contains_key(&label) {
            number += 1;
            label = format!("{wanted}.{number}");
        }
        self.labels.insert(label.clone(), span);
        label
    }

    /// The message a statement sends; one written in place is called like the step.
    pub fn message(&mut self, text: &'a TextRef, label: &str, kind: TextKind, span: Span) -> MessageId {
        let id = match text {
            TextRef::Inline(text) => {
                let variant = Variant { language: None, subject: None, text: text.value.clone() };
                let message = Message { name: label.to_owned(), variants: vec![variant], attachments: Vec::new(), voice: None };
                self.add(message, Written::Inline(text))
            }
            TextRef::Named(name) => self.named_message(name),
        };
        let has_reply = self.is_in_reply;
        if let Some(text) = self.texts.get_mut(id.0 as usize) {
            text.uses.push(TextUse { kind, span, has_reply });
        }
        id
    }

    /// The subject of a group, as a message of its own.
    pub fn subject(&mut self, text: &'a Text, label: &str, span: Span) -> MessageId {
        let variant = Variant { language: None, subject: None, text: text.value.clone() };
        let name = format!("{label}.subject");
        let message = Message { name, variants: vec![variant], attachments: Vec::new(), voice: None };
        let id = self.add(message, Written::Inline(text));
        let has_reply = self.is_in_reply;
        if let Some(text) = self.texts.get_mut(id.0 as usize) {
            text.uses.push(TextUse { kind: TextKind::Subject, span, has_reply });
        }
        id
    }

    fn named_message(&mut self, name: &'a Name) -> MessageId {
        if let Some(id) = self.message_ids.get(&name.value) {
            return *id;
        }
        let own = self.own_messages.get(name.value.as_str()).copied();
        let shared = self.shared.messages.get(name.value.as_str()).copied();
        if own.is_none() && shared.is_some() {
            self.uses.messages.insert(name.value.clone());
        }
        let id = if let Some(written) = own.or(shared) {
            self.add(lower_message(written), Written::Block(written))
        } else {
            let known = self.own_messages.keys().chain(self.shared.messages.keys()).copied();
            let fault = names::unknown("message", name, known);
            self.tell_unknown("message", fault);
            self.add(
                Message { name: name.value.clone(), variants: Vec::new(), attachments: Vec::new(), voice: None },
                Written::Nowhere,
            )
        };
        self.message_ids.insert(name.value.clone(), id);
        id
    }

    fn add(&mut self, message: Message, written: Written<'a>) -> MessageId {
        let id = MessageId(self.messages.len() as u32);
        self.messages.push(message);
        self.texts.push(SentText { written, uses: Vec::new() });
        id
    }

    /// The outcome of that name.
    pub fn outcome(&mut self, name: &Name) -> OutcomeId {
        self.outcomes_used.insert(name.value.clone());
        if let Some(at) = self.outcomes.iter().position(|outcome| outcome.name == name.value) {
            return OutcomeId(at as u32);
        }
        let known: Vec<String> = self.outcomes.iter().map(|outcome| outcome.name.clone()).collect();
        let fault = names::unknown("outcome", name, known.iter().map(String::as_str));
        self.tell_unknown("outcome", fault);
        OutcomeId(0)
    }

    /// Notes the use of a reply class, built in or the author's.
    pub fn class(&mut self, name: &Name) -> String {
        let built_in = names::BUILT_IN_CLASSES.contains(&name.value.as_str());
        let own = self.campaign.classes.iter().any(|class| class.name == *name);
        let shared = self.shared.classes.iter().any(|class| class.name == *name);
        if !own && shared {
            self.uses.classes.insert(name.value.clone());
        }
        if !(built_in || own || shared) {
            let known = self.shared.classes.iter().copied().chain(&self.campaign.classes);
            let known = known.map(|class| class.name.value.as_str()).chain(names::BUILT_IN_CLASSES);
            let fault = names::unknown("reply class", name, known);
            self.tell_unknown("class", fault);
        }
        self.classes_used.insert(name.value.clone());
        name.value.clone()
    }

    /// The campaign's own messages that no statement used.
    pub fn unused_messages(&self) -> Vec<&'a Name> {
        let used = |message: &&syntax::Message| !self.message_ids.contains_key(&message.name.value);
        self.campaign.messages.iter().filter(used).map(|message| &message.name).collect()
    }
}

/// A message as the machine holds it.
fn lower_message(message: &syntax::Message) -> Message {
    let variant = |variant: &syntax::Variant| Variant {
        language: variant.language.as_ref().map(|name| name.value.clone()),
        subject: variant.subject.as_ref().map(|subject| subject.value.clone()),
        text: variant.text.value.clone(),
    };
    Message {
        name: message.name.value.clone(),
        variants: message.variants.iter().map(variant).collect(),
        attachments: message.attachments.iter().map(|line| line.value.value.clone()).collect(),
        voice: message.voice.as_ref().map(|line| line.value.value.clone()),
    }
}
