//! The table of routes: which path is answered where.

use crate::model::time::Timestamp;
use crate::runtime::clock::wall_now;
use crate::sim::postpress::call::{Call, Refusal, Reply};
use crate::sim::postpress::core::Core;
use crate::sim::postpress::ledger::{Kind, Line};
use crate::sim::postpress::state::State;

/// Where one call is answered. The rooms beside this file add its methods, a family of routes each.
pub(super) struct Desk<'a> {
    pub core: &'a mut Core,
    pub call: &'a Call,
    pub now: Timestamp,
    /// Lists do not show what is younger than this.
    pub lag_ms: i64,
}

impl Desk<'_> {
    /// Answers the call by its method and path.
    pub fn answer(&mut self) -> Result<Reply, Refusal> {
        let call = self.call;
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match (call.method.as_str(), path.as_slice()) {
            (_, ["accounts" | "hosted", ..]) => self.accounts(&path),
            (_, ["users", "invite", ..]) => self.invitations(&path),
            ("GET", ["users", "me"]) => self.own_profile(),
            ("GET", ["users", "relations"]) => self.relations(),
            ("GET", ["users", identifier]) => self.profile(identifier),
            ("GET", ["users", identifier, "posts"]) => self.posts_of(identifier),
            (_, ["posts", ..]) => self.posts(&path),
            (_, ["linkedin", ..]) => self.linkedin(&path),
            ("POST", ["chats"]) => self.start_chat(),
            ("POST", ["chats", chat, "messages"]) => self.send_message(chat),
            (_, ["chats", ..]) => self.chats(&path),
            ("POST", ["messages", id, "reaction"]) => self.react_to_message(id),
            ("GET", ["messages" | "chat_attendees", ..]) => self.messages_and_attendees(&path),
            (_, ["webhooks", ..]) => self.webhooks(&path),
            _ => Err(Refusal::not_found("route")),
        }
    }

    /// Writes the effect down and lets it happen. Nothing happens when it cannot be written down.
    pub fn perform(&mut self, line: Line) -> Result<(), Refusal> {
        let written = self.core.ledger.append(&line);
        written.map_err(|fault| Refusal::new(500, "unexpected_error", format!("the ledger cannot be written: {fault}")))?;
        self.core.state.fold(&line);
        Ok(())
    }

    /// A ledger line of now, by that account, to the person of that key.
    pub fn line(&self, kind: Kind, account: &str, person: &str, provider_id: String) -> Line {
        let channel = self.core.state.channel(account);
        Line {
            at: wall_now().iso_ms(),
            virtual_at: self.now.iso_ms(),
            account: account.to_owned(),
            kind,
            recipient: self.core.state.recipient(channel, person),
            text: None,
            provider_id,
            chat_id: None,
            recipient_id: crate::sim::people::identity::provider_id(channel, person),
            idempotency_key: self.call.idempotency_key.clone(),
            subject: None,
            detail: None,
            attachments: Vec::new(),
        }
    }

    /// The world.
    pub fn state(&self) -> &State {
        &self.core.state
    }

    /// What is younger than this is not in lists yet.
    pub fn seen_until(&self) -> Timestamp {
        self.now.plus_ms(-self.lag_ms)
    }

    /// `account_id` of the query.
    pub fn query_account(&self) -> Result<String, Refusal> {
        self.call.needed_query("account_id").map(str::to_owned)
    }
}
