//! `engine inbox reply`: a person of ours answers through the engine. It goes the way of every send: intent, last look, call,
//! claim; the account's limits hold for it, the campaign's sending hours do not.

use crate::lang::check::text_length::MESSAGE_UNITS_MAX;
use crate::lang::text::longest::units;
use crate::model::account::{Channel, Health};
use crate::model::enrollment::{Enrollment, Pause};
use crate::model::event::Event;
use crate::model::id::{AccountId, EffectKey, EnrollmentId, RemoteId, Visit};
use crate::model::journal::Cause;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use serde_json::{Value, json};

impl Partition {
    /// Queues the text for the chat in which the person wrote last, and takes them over in every campaign that speaks
    /// through the same account. The inner error is a sentence.
    pub(super) fn write_by_hand(
        &mut self,
        enrollments: &[EnrollmentId],
        text: &str,
        now: Timestamp,
    ) -> Result<Result<Value, String>, StoreFault> {
        let mut draft = Draft::new(Cause::Command { word: "reply".to_owned() }, now);
        let mut people = Vec::new();
        for id in enrollments {
            people.extend(self.enrollment(&draft, *id)?);
        }
        let Some((id, channel, account)) = talk(&people) else {
            return Ok(Err("there is no chat with this person yet; the first word is the campaign's".to_owned()));
        };
        let Some(enrollment) = people.iter().find(|one| one.id == id) else { return Ok(Err("nobody is meant".to_owned())) };
        if let Some(why) = refused(text).or(self.holds_back(&draft, enrollment, channel)?) {
            return Ok(Err(why));
        }
        let name = match self.accounts.get(&account) {
            Some(account) if matches!(account.health, Health::Deleted { .. }) => {
                return Ok(Err(format!("account `{}`, to which they wrote, was removed at postpress", account.spec.name)));
            }
            Some(account) => account.spec.name.clone(),
            None => return Ok(Err("the account to which they wrote is in no workspace any more".to_owned())),
        };
        if !self.happen(&mut draft, id, &Event::ByHand { channel, text: text.to_owned() })? {
            return Ok(Err("nothing can be sent to them from here any more: their campaign is gone".to_owned()));
        }
        let visit = self.enrollment(&draft, id)?.map(|answered| answered.visits).unwrap_or_default();
        // It has no id at the provider yet; which answer it is, is known.
        let message = RemoteId(EffectKey { enrollment: id, visit: Visit(visit) }.to_string());
        for other in self.others(&draft, enrollment)?.iter().filter(|other| speaks(other, account)) {
            let event = Event::Takeover { message: message.clone(), text: String::new(), at: now };
            self.happen(&mut draft, other.id, &event)?;
        }
        self.close_quietly(draft)?;
        Ok(Ok(json!({ "queued": id.0, "account": name, "channel": channel.word() })))
    }

    /// The person in every other campaign.
    fn others(&self, draft: &Draft, enrollment: &Enrollment) -> Result<Vec<Enrollment>, StoreFault> {
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(Vec::new()) };
        let ids = self.enrollments_of(&contact)?.into_iter().filter(|id| *id != enrollment.id);
        let others = ids.map(|id| self.enrollment(draft, id)).collect::<Result<Vec<_>, _>>()?;
        Ok(others.into_iter().flatten().collect())
    }

    /// What of theirs must be done first.
    fn holds_back(&self, draft: &Draft, enrollment: &Enrollment, channel: Channel) -> Result<Option<String>, StoreFault> {
        let Some(contact) = self.contact(draft, enrollment.contact)? else { return Ok(Some("nobody is meant".to_owned())) };
        let name = self.campaigns.get(&enrollment.campaign).map_or("", |installed| installed.campaign.name.as_str());
        let key = &contact.key;
        Ok(if contact.is_suppressed_on(channel) {
            Some(format!("`{key}` may not be written to any more: they asked so, or one of you did"))
        } else if enrollment.by_hand().is_some() {
            Some(format!("an answer to `{key}` is on its way already; `engine why {key}` says what it waits for"))
        } else if self.paused.is_some() {
            Some("everything is paused; `engine resume --all` first".to_owned())
        } else if self.campaigns.get(&enrollment.campaign).is_some_and(|installed| installed.is_paused) {
            Some(format!("campaign `{name}` is paused; `engine resume {name}` first"))
        } else if matches!(enrollment.pause(), Some(Pause::Operator { .. } | Pause::Broken { .. })) {
            Some(format!("`{key}` is paused; `engine resume {key}` first"))
        } else {
            None
        })
    }
}

/// Where they wrote last: the enrollment, and the line it speaks over there.
fn talk(people: &[Enrollment]) -> Option<(EnrollmentId, Channel, AccountId)> {
    let newest = people.iter().filter(|one| one.chat_channel().is_some()).max_by_key(|one| (one.facts.replied_at, one.id))?;
    let channel = newest.chat_channel()?;
    newest.lines.get(&channel).map(|line| (newest.id, channel, line.account))
}

fn speaks(enrollment: &Enrollment, account: AccountId) -> bool {
    enrollment.lines.values().any(|line| line.account == account)
}

/// A text nobody would receive.
fn refused(text: &str) -> Option<String> {
    let long = units(text);
    if text.trim().is_empty() {
        Some("there is nothing in it: write the text after the name, or pipe it in".to_owned())
    } else if long > MESSAGE_UNITS_MAX {
        Some(format!("a message has {MESSAGE_UNITS_MAX} characters at most, this one has {long}"))
    } else {
        None
    }
}
