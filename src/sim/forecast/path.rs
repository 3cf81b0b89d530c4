//! One person's way through a forecast, in full: every line of their timeline, with the texts that reach them.

use crate::lang::text::{Scope, fields_with_defaults, render};
use crate::model::account::SenderProfile;
use crate::model::effect::Call;
use crate::model::event::Settlement;
use crate::model::journal::{Entry, EntryKind};
use crate::model::time::Timestamp;
use crate::sim::forecast::sink::{Happening, Sink, Who};

/// A line of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathLine {
    pub at: Timestamp,
    pub campaign: String,
    pub kind: EntryKind,
    pub step: String,
    pub detail: Vec<(String, String)>,
}

/// The ways of those contacts, as they come.
#[derive(Debug, Default)]
pub struct Path {
    /// Places in `Opening::contacts`, by seat.
    seats: Vec<u32>,
    pub lines: Vec<PathLine>,
    text: Option<(Option<String>, String)>,
}

impl Path {
    /// Of whoever sits there.
    pub fn of(seats: Vec<u32>) -> Self {
        Self { seats, lines: Vec::new(), text: None }
    }

    fn line(&mut self, who: &Who<'_>, entry: &Entry) {
        let mut detail = entry.detail.clone();
        if entry.kind == EntryKind::Sent
            && let Some((subject, text)) = self.text.take()
        {
            detail.retain(|(name, _)| name != "provider_id");
            detail.extend(subject.map(|subject| ("subject".to_owned(), subject)));
            detail.push(("text".to_owned(), text));
        }
        let (campaign, step) = (who.campaign.name.clone(), entry.step.clone());
        self.lines.push(PathLine { at: entry.at, campaign, kind: entry.kind, step, detail });
    }
}

impl Sink for Path {
    fn take(&mut self, _: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        if !self.seats.contains(&who.seat) {
            return;
        }
        match happening {
            Happening::Told { entries } => entries.iter().for_each(|entry| self.line(who, entry)),
            Happening::Called { call, settlement: Settlement::Sent { .. }, .. } => self.text = text_of(who, call),
            Happening::Called { .. }
            | Happening::Started
            | Happening::Accepted
            | Happening::Replied
            | Happening::Ended { .. } => {}
        }
    }
}

/// Subject and text of a call, as the person gets them.
fn text_of(who: &Who<'_>, call: &Call) -> Option<(Option<String>, String)> {
    let message = who.campaign.message(call.message()?);
    let fields = fields_with_defaults(who.campaign, &who.contact.fields);
    let sender = SenderProfile::default();
    let scope = Scope {
        campaign: &who.campaign.name,
        contact_key: &who.contact.key,
        fields: &fields,
        sender: &sender,
        reply_text: who.enrollment.reply().map(|reply| reply.text.as_str()),
    };
    let rendered = render(message, &scope).ok()?;
    Some((rendered.subject, rendered.text))
}
