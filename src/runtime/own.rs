//! Messages of ours that come back: the echo of a call, an invitation's note in its new chat, or the account owner's own hand.
//!
//! An echo settles what nobody knew, the note is an acceptance, and the owner's hand takes the person over. Whose it is is asked
//! of every campaign that holds the person: the one that wrote may not know the chat yet.

use crate::connector::contract::{IncomingMessage, MessageKind};
use crate::lang::text::{Scope, fields_with_defaults, render};
use crate::model::campaign::Action;
use crate::model::enrollment::{Enrollment, Relation};
use crate::model::event::Event;
use crate::model::id::EnrollmentId;
use crate::model::intent::{Intent, Request};
use crate::model::planted::{Bug, is_planted};
use crate::runtime::directory::Listed;
use crate::runtime::draft::Draft;
use crate::runtime::inbox::{Fate, at_of, speaks_through};
use crate::runtime::pages::normalised;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;

impl Partition {
    /// A message of ours: an echo of a call, an invitation's note in its new chat, or the owner's own hand.
    pub(super) fn own_message(
        &mut self,
        draft: &mut Draft,
        message: &IncomingMessage,
        account: &Listed,
        enrollments: &[EnrollmentId],
        was_deferred: bool,
    ) -> Result<Fate, StoreFault> {
        if message.is_event || self.is_claimed(account.id, &message.id.0)? || self.isolation.knows(account.id, &message.id) {
            return Ok(Fate::Done);
        }
        if self.is_isolated(account.id) {
            // Perhaps it went out after the backup was made: the history says so.
            return Ok(Fate::Later);
        }
        let text = normalised(message.text.as_deref().unwrap_or_default());
        let everywhere = self.everywhere(draft, enrollments)?;
        let intents: Vec<Intent> = everywhere
            .iter()
            .flat_map(|id| self.intents_of(*id))
            .filter(|intent| intent.account == account.id)
            .cloned()
            .collect();
        for intent in &intents {
            if text_of(intent, message.is_group).is_some_and(|sent| normalised(sent) == text) {
                let (message, chat) = (message.id.clone(), message.talk.chat.clone());
                return Ok(Fate::Settles { intent: Box::new(intent.clone()), message, chat });
            }
        }
        let is_calling = intents.iter().any(|intent| text_of(intent, message.is_group).is_some());
        if is_calling && !was_deferred {
            return Ok(Fate::Later);
        }
        if message.is_group || is_planted(Bug::IgnoresOwnersHand) {
            // What the owner writes in a group is no answer to this person.
            return Ok(Fate::Done);
        }
        let at = at_of(&message.talk, draft.at);
        for id in &everywhere {
            let Some(enrollment) = self.enrollment(draft, *id)? else { continue };
            if !speaks_through(&enrollment, account) || at < enrollment.enrolled_at {
                continue;
            }
            self.note_chat(draft, &enrollment, account, &message.talk.chat)?;
            let is_open_note = intents.iter().filter_map(note_of).any(|note| normalised(note) == text);
            let is_note =
                message.kind == MessageKind::Invitation || is_open_note || self.is_our_note(draft, &enrollment, &text)?;
            let event = if is_note {
                Event::Accepted { at }
            } else {
                Event::Takeover { message: message.id.clone(), text: message.text.clone().unwrap_or_default(), at }
            };
            self.happen(draft, *id, &event)?;
        }
        Ok(Fate::Done)
    }

    /// The person's enrollments in every campaign, also in one that has not looked for their id yet, and knows no chat of theirs.
    fn everywhere(&self, draft: &Draft, enrollments: &[EnrollmentId]) -> Result<Vec<EnrollmentId>, StoreFault> {
        let mut everywhere = enrollments.to_vec();
        if let Some(first) = enrollments.first()
            && let Some(enrollment) = self.enrollment(draft, *first)?
            && let Some(contact) = self.contact(draft, enrollment.contact)?
        {
            let others = self.enrollments_of(&contact)?;
            everywhere.extend(others.into_iter().filter(|other| !enrollments.contains(other)));
        }
        Ok(everywhere)
    }

    /// Is it the note of the invitation we sent? The text comes out of the same template again.
    fn is_our_note(&self, draft: &Draft, enrollment: &Enrollment, text: &str) -> Result<bool, StoreFault> {
        if enrollment.facts.invited_at.is_none() || enrollment.facts.relation == Relation::None {
            return Ok(false);
        }
        let (Some(installed), Some(contact)) =
            (self.campaigns.get(&enrollment.campaign), self.contact(draft, enrollment.contact)?)
        else {
            return Ok(false);
        };
        let campaign = &installed.campaign;
        let (fields, sender) = (fields_with_defaults(campaign, &contact.fields), self.sender(enrollment));
        let scope =
            Scope { campaign: &campaign.name, contact_key: &contact.key, fields: &fields, sender: &sender, reply_text: None };
        let notes = campaign.steps.iter().filter_map(|step| match &step.action {
            Action::Invite { note: Some(note), .. } => Some(campaign.message(*note)),
            _ => None,
        });
        Ok(notes.filter_map(|note| render(note, &scope).ok()).any(|rendered| normalised(&rendered.text) == text))
    }
}

/// The text of a message of ours in a chat of that kind.
fn text_of(intent: &Intent, is_group: bool) -> Option<&str> {
    let is_there = match &intent.request {
        Request::Message { .. } | Request::Inmail { .. } => !is_group,
        Request::Group { .. } => is_group,
        Request::Invite { .. }
        | Request::Withdraw { .. }
        | Request::Visit
        | Request::Follow
        | Request::LikePost { .. }
        | Request::CommentPost { .. }
        | Request::Endorse { .. }
        | Request::React { .. } => false,
    };
    intent.request.text().filter(|_| is_there)
}

fn note_of(intent: &Intent) -> Option<&str> {
    if matches!(intent.request, Request::Invite { .. }) { intent.request.text() } else { None }
}
