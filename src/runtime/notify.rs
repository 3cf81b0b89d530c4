//! Telling a person of ours, and asking one: written into the timeline, shown live, and posted where the settings say. It
//! never blocks the contact's path.

use crate::lang::text::{Scope, fields_with_defaults, render};
use crate::model::campaign::Recipient;
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::event::Reply;
use crate::model::id::{EffectKey, MessageId, TaskId};
use crate::model::journal::{EntryKind, Installed, Record};
use crate::model::outgoing::{LetterKind, Task};
use crate::runtime::draft::Draft;
use crate::runtime::intend::line;
use crate::runtime::letters::{Draught, address_of};
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use serde_json::{Value, json};
use std::sync::Arc;

/// Somebody of ours is to be told.
pub(super) struct Notice<'a> {
    pub key: EffectKey,
    pub who: &'a Recipient,
    pub message: MessageId,
    /// Label of the step that tells.
    pub step: String,
}

/// Whom it is about.
struct About {
    installed: Arc<Installed>,
    enrollment: Enrollment,
    contact: Contact,
}

impl Partition {
    /// Writes a notification down, rendered, with its address; posts it where one is configured.
    pub(super) fn notify(&self, draft: &mut Draft, notice: Notice<'_>, reply: Option<&Reply>) -> Result<(), StoreFault> {
        let Some(about) = self.about(draft, notice.key)? else { return Ok(()) };
        let (name, address, text) = self.told(&about, &notice, reply);
        let detail = detail(&name, address.as_deref(), &text);
        draft.entry(
            notice.key.enrollment,
            line(draft.at, EntryKind::Notified, &notice.step, about.installed.campaign.version, detail),
        );
        let data = json!({ "who": name, "address": address, "text": text, "step": notice.step, "contact": contact_data(&about) });
        if let Some(url) = &self.letters.outside.notify_url {
            let (kind, word) = (LetterKind::Notice, LetterKind::Notice.word());
            let draught = Draught { kind, word, url, key: Some(notice.key), data, text: Some(&text), moment: None };
            self.write_letter(draft, draught);
        }
        draft.stage(about.enrollment);
        Ok(())
    }

    /// Gives a person of ours something to do: a task that stays until somebody says what became of it.
    pub(super) fn ask_person(&self, draft: &mut Draft, notice: Notice<'_>, reply: Option<&Reply>) -> Result<(), StoreFault> {
        let Some(about) = self.about(draft, notice.key)? else { return Ok(()) };
        let (who, address, text) = self.told(&about, &notice, reply);
        let id = TaskId(notice.key);
        let mut detail = detail(&who, address.as_deref(), &text);
        detail.push(("task".to_owned(), id.to_string()));
        draft.entry(
            notice.key.enrollment,
            line(draft.at, EntryKind::Notified, &notice.step, about.installed.campaign.version, detail),
        );
        let data = json!({
            "task": id.to_string(), "who": who, "address": address, "text": text, "step": notice.step, "contact": contact_data(&about),
        });
        if let Some(url) = &self.letters.outside.notify_url {
            let (kind, word) = (LetterKind::Task, LetterKind::Task.word());
            let draught = Draught { kind, word, url, key: Some(notice.key), data, text: Some(&text), moment: None };
            self.write_letter(draft, draught);
        }
        let task = Task { id, contact: about.contact.id, who, address, text, at: draft.at, settled: None };
        draft.put(Record::Task(Box::new(task)));
        draft.stage(about.enrollment);
        Ok(())
    }

    /// Tells a system of the user's, by the campaign's own URL.
    pub(super) fn call_webhook(
        &self,
        draft: &mut Draft,
        key: EffectKey,
        url: &str,
        reply: Option<&Reply>,
    ) -> Result<(), StoreFault> {
        let Some(about) = self.about(draft, key)? else { return Ok(()) };
        let reply = reply.map(|reply| json!({ "text": reply.text, "at": reply.at.iso_ms(), "classes": reply.classes }));
        let data = json!({ "effect": key.to_string(), "contact": contact_data(&about), "reply": reply });
        let (kind, word) = (LetterKind::Webhook, LetterKind::Webhook.word());
        self.write_letter(draft, Draught { kind, word, url, key: Some(key), data, text: None, moment: None });
        Ok(())
    }

    /// What a receiver learns of the person an effect is about; none: they are gone.
    pub(super) fn contact_data(&self, draft: &Draft, key: EffectKey) -> Result<Option<Value>, StoreFault> {
        Ok(self.about(draft, key)?.map(|about| contact_data(&about)))
    }

    fn about(&self, draft: &Draft, key: EffectKey) -> Result<Option<About>, StoreFault> {
        let Some(enrollment) = self.enrollment(draft, key.enrollment)? else { return Ok(None) };
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(None) };
        let installed = self.campaigns.get(&enrollment.campaign).cloned();
        Ok(installed.map(|installed| About { installed, enrollment, contact }))
    }

    /// Name, address and text, rendered for that contact.
    fn told(&self, about: &About, notice: &Notice<'_>, reply: Option<&Reply>) -> (String, Option<String>, String) {
        let campaign = &about.installed.campaign;
        let (fields, sender) = (fields_with_defaults(campaign, &about.contact.fields), self.sender(&about.enrollment));
        let scope = Scope {
            campaign: &campaign.name,
            contact_key: &about.contact.key,
            fields: &fields,
            sender: &sender,
            reply_text: reply.map(|reply| reply.text.as_str()),
        };
        let text = match render(campaign.message(notice.message), &scope) {
            Ok(rendered) => rendered.text,
            Err(fault) => fault.to_string(),
        };
        let account = about.enrollment.lines.values().next().and_then(|line| self.accounts.get(&line.account));
        let (name, address) = address_of(notice.who, account);
        (name, address, text)
    }
}

fn detail(who: &str, address: Option<&str>, text: &str) -> Vec<(String, String)> {
    let mut detail = vec![("who".to_owned(), who.to_owned()), ("text".to_owned(), text.to_owned())];
    detail.extend(address.map(|address| ("address".to_owned(), address.to_owned())));
    detail
}

/// What a receiver learns of the person.
fn contact_data(about: &About) -> Value {
    let About { installed, enrollment, contact } = about;
    json!({
        "key": contact.key, "name": contact.name(), "fields": contact.fields, "tags": contact.tags,
        "campaign": installed.campaign.name, "version": installed.campaign.version, "enrollment": enrollment.id.to_string(),
    })
}
