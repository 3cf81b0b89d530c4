//! Telling a person of ours: written into the timeline, shown live. It never blocks the contact's path.

use crate::lang::text::{Scope, fields_with_defaults, render};
use crate::model::campaign::Recipient;
use crate::model::event::Reply;
use crate::model::id::{EffectKey, MessageId};
use crate::model::journal::EntryKind;
use crate::runtime::draft::Draft;
use crate::runtime::intend::line;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;

impl Partition {
    /// Writes a notification down, rendered, with its address.
    pub(super) fn notify(
        &self,
        draft: &mut Draft,
        key: EffectKey,
        who: &Recipient,
        message: MessageId,
        reply: Option<&Reply>,
    ) -> Result<(), StoreFault> {
        let Some(enrollment) = self.enrollment(draft, key.enrollment)? else { return Ok(()) };
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(()) };
        let Some(installed) = self.campaigns.get(&enrollment.campaign) else { return Ok(()) };
        let (fields, sender) = (fields_with_defaults(&installed.campaign, &contact.fields), self.sender(&enrollment));
        let scope = Scope {
            campaign: &installed.campaign.name,
            contact_key: &contact.key,
            fields: &fields,
            sender: &sender,
            reply_text: reply.map(|reply| reply.text.as_str()),
        };
        let text = match render(installed.campaign.message(message), &scope) {
            Ok(rendered) => rendered.text,
            Err(fault) => fault.to_string(),
        };
        let account = enrollment.lines.values().next().and_then(|line| self.accounts.get(&line.account));
        let (name, address) = match who {
            Recipient::Owner => ("owner".to_owned(), account.and_then(|account| account.spec.owner.clone())),
            Recipient::Named { name, address } => (name.clone(), address.clone()),
        };
        let mut detail = vec![("who".to_owned(), name), ("text".to_owned(), text)];
        detail.extend(address.map(|address| ("address".to_owned(), address)));
        let (label, version) = self.label_of(&enrollment, key);
        draft.entry(key.enrollment, line(draft.at, EntryKind::Notified, &label, version, detail));
        draft.stage(enrollment);
        Ok(())
    }
}
