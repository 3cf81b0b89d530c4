//! What webhooks say, shaped as captured deliveries are (POSTPRESS.md §2). Flags are booleans here, unlike in REST.

use crate::model::account::Channel;
use crate::model::time::Timestamp;
use crate::sim::people::identity;
use crate::sim::postpress::account::Account;
use crate::sim::postpress::ledger::Sent;
use crate::sim::postpress::outbox::{Delivery, Event, Webhook, What};
use crate::sim::postpress::state::{Chat, Message, State, provider_own};
use crate::sim::postpress::view::{
    attachment_id, attachment_kind, attendee_id, chat_provider_id, folders, member_number, sender,
};
use serde_json::{Value, json};

impl State {
    /// What is to be delivered now, to whom.
    pub fn deliveries(&mut self, now: Timestamp) -> Vec<Delivery> {
        let silent: Vec<String> =
            self.accounts.iter().filter(|account| account.status != "OK").map(|account| account.seed.id.clone()).collect();
        let events = self.outbox.take(now, |account| silent.iter().any(|id| id == account));
        let mut out = Vec::new();
        for event in &events {
            for webhook in self.outbox.webhooks.iter().filter(|webhook| webhook.wants(event)) {
                let Some(payload) = self.payload(event, webhook) else { continue };
                let delivery =
                    Delivery { url: webhook.request_url.clone(), headers: webhook.headers.clone(), body: webhook.body(&payload) };
                out.extend(std::iter::repeat_n(delivery, usize::from(event.copies)));
            }
        }
        out
    }

    fn payload(&self, event: &Event, webhook: &Webhook) -> Option<Value> {
        match &event.what {
            What::Message { event: name, message, reaction } => {
                let message = self.messages.get(message)?;
                let mut payload = self.message_payload(name, message, event, webhook)?;
                let chat = self.chats.get(&message.chat)?;
                let object = payload.as_object_mut()?;
                if let Some((emoji, by)) = reaction {
                    object.insert("reaction".to_owned(), json!(emoji));
                    object.insert("reaction_sender".to_owned(), self.attendee(chat, by));
                }
                if *name == "message_read" {
                    object
                        .insert("read_by".to_owned(), chat.people.first().map(|by| self.attendee(chat, by)).unwrap_or_default());
                }
                Some(payload)
            }
            What::Relation { person } => Some(self.relation_payload(&event.account, person, webhook)),
            What::Status { word } => {
                let kind = self.channel(&event.account).word().to_uppercase();
                Some(json!({"AccountStatus": {"account_id": event.account, "account_type": kind, "message": word}}))
            }
        }
    }

    fn relation_payload(&self, account: &str, person: &str, webhook: &Webhook) -> Value {
        let public = identity::public_identifier(Channel::Linkedin, person);
        json!({
            "event": "new_relation", "account_id": account, "account_type": "LINKEDIN", "webhook_name": webhook.name,
            "user_full_name": self.directory.person(person).name(), "user_provider_id": identity::provider_id(Channel::Linkedin, person),
            "user_public_identifier": public, "user_profile_url": format!("https://www.linkedin.com/in/{public}/"),
            "user_picture_url": format!("https://media.example.invalid/p/{public}.jpg"),
        })
    }

    fn message_payload(&self, name: &str, message: &Message, event: &Event, webhook: &Webhook) -> Option<Value> {
        let chat = self.chats.get(&message.chat)?;
        let account = self.account(&chat.account).ok()?;
        let (sender, _) = sender(self, chat, message);
        let mut attendees: Vec<Value> = chat.people.iter().map(|person| self.attendee(chat, person)).collect();
        if chat.channel == Channel::Whatsapp {
            attendees.push(self.attendee(chat, &account.key));
        }
        let attachments: Vec<Value> =
            message.attachments.iter().enumerate().map(|(n, sent)| attachment(message, n, sent)).collect();
        let at = if name == "message_received" { message.at } else { event.at };
        let is_forwarded = if chat.channel == Channel::Whatsapp { json!(false) } else { Value::Null };
        Some(json!({
            "event": name, "account_id": chat.account, "account_type": account.kind(), "account_info": mailbox(account, chat),
            "webhook_name": webhook.name, "chat_id": chat.id, "attendees": attendees, "sender": self.attendee(chat, &sender),
            "subject": message.subject, "message": message.text, "message_id": message.id, "timestamp": at.iso_ms(),
            "attachments": attachments, "is_sender": message.sender.is_none(), "provider_chat_id": chat_provider_id(chat),
            "provider_message_id": provider_own(chat.channel, &message.id), "is_event": 0, "chat_pinned": u8::from(chat.is_pinned),
            "quoted": null, "reply_to": null, "is_forwarded": is_forwarded,
            "chat_content_type": chat.inmail.as_ref().map(|_| "inmail"), "message_type": message.kind, "is_group": chat.is_group,
            "folder": folders(chat), "event_type": null,
        }))
    }

    fn attendee(&self, chat: &Chat, key: &str) -> Value {
        let own = self.account(&chat.account).ok().filter(|account| account.key == key);
        let person = self.directory.person(key);
        let id = identity::provider_id(chat.channel, key);
        let name = own.map_or_else(|| person.name(), |own| own.seed.name.clone());
        let (url, specifics, public) = match chat.channel {
            Channel::Linkedin => {
                let distance = match own {
                    Some(_) => "SELF",
                    None if self.is_relation(&chat.account, key) => "DISTANCE_1",
                    None => "DISTANCE_2",
                };
                let specifics = json!({
                    "provider": "LINKEDIN", "member_urn": format!("urn:li:member:{}", member_number(key)), "occupation": person.headline,
                    "is_company": false, "network_distance": distance,
                });
                (json!(format!("https://www.linkedin.com/in/{id}")), specifics, Value::Null)
            }
            Channel::Whatsapp => {
                let specifics = json!({"provider": "WHATSAPP", "phone_number": format!("+{key}"), "lid": id});
                (Value::Null, specifics, json!(identity::public_identifier(chat.channel, key)))
            }
            Channel::Instagram | Channel::Messenger | Channel::Telegram => (
                Value::Null,
                json!({"provider": chat.channel.word().to_uppercase()}),
                json!(identity::public_identifier(chat.channel, key)),
            ),
        };
        json!({
            "attendee_id": attendee_id(&chat.account, key), "attendee_provider_id": id, "attendee_name": name,
            "attendee_profile_url": url, "attendee_specifics": specifics, "attendee_public_identifier": public,
        })
    }
}

fn mailbox(account: &Account, chat: &Chat) -> Value {
    match chat.channel {
        Channel::Linkedin => {
            json!({"type": "LINKEDIN", "feature": chat.inmail.as_deref().unwrap_or("classic"), "user_id": account.own_id()})
        }
        Channel::Whatsapp => json!({"type": "WHATSAPP", "phone_number": account.key}),
        Channel::Instagram | Channel::Messenger | Channel::Telegram => {
            json!({"type": account.kind(), "user_id": account.own_id()})
        }
    }
}

fn attachment(message: &Message, n: usize, sent: &Sent) -> Value {
    json!({
        "attachment_id": attachment_id(message, n, sent), "attachment_type": attachment_kind(sent), "attachment_url": null,
        "attachment_size": sent.bytes, "attachment_name": sent.name, "mimetype": sent.mimetype, "voice_note": sent.voice, "unavailable": false,
    })
}
