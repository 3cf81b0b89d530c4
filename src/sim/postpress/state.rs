//! What there is in the pretend postpress: a fold over ledger lines and the people's reactions to them.

use crate::model::account::Channel;
use crate::model::id::{Fingerprint, draw, fingerprint};
use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::people::behaviour::Reaction;
use crate::sim::people::directory::Directory;
use crate::sim::people::{behaviour, identity};
use crate::sim::postpress::account::{Account, AccountSeed};
use crate::sim::postpress::call::Refusal;
use crate::sim::postpress::ledger::{Line, Sent};
use crate::sim::postpress::outbox::Outbox;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Everything but the clock and the files.
#[derive(Debug)]
pub struct State {
    pub directory: Directory,
    pub accounts: Vec<Account>,
    /// Lines folded so far: part of every new id.
    pub effects: usize,
    pub invitations: Vec<Invitation>,
    /// The newest invitation of a pair of account and person.
    pub invited: HashMap<(String, String), usize>,
    /// Ids of received invitations that were answered; not kept across restarts.
    pub answered: BTreeSet<String>,
    /// By account, oldest first.
    pub relations: BTreeMap<String, Vec<Relation>>,
    pub chats: BTreeMap<String, Chat>,
    /// The 1-to-1 chat of a pair of account and person.
    pub single_chats: HashMap<(String, String), String>,
    pub messages: HashMap<String, Message>,
    /// InMails performed that cost a credit, by account and api: used, and given back by replies.
    pub credits_used: BTreeMap<(String, String), i64>,
    /// Post and account, skill and account.
    pub reacted: BTreeMap<(String, String), String>,
    pub endorsed: BTreeSet<(String, String, u64)>,
    pub comments: BTreeMap<String, usize>,
    /// Content of attachments, by hash; not kept across restarts.
    pub files: HashMap<String, Arc<Vec<u8>>>,
    pub due: BTreeMap<(Timestamp, u64), Due>,
    pub due_count: u64,
    pub outbox: Outbox,
}

/// An invitation of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Invitation {
    pub id: String,
    pub account: String,
    pub person: String,
    pub note: Option<String>,
    pub at: Timestamp,
    pub end: Ending,
}

/// How an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Pending,
    Accepted(Timestamp),
    Withdrawn(Timestamp),
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub person: String,
    pub since: Timestamp,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    pub id: String,
    pub account: String,
    pub channel: Channel,
    /// Keys of the others; one unless it is a group.
    pub people: Vec<String>,
    pub is_group: bool,
    /// The api of the InMail it began with.
    pub inmail: Option<String>,
    pub subject: Option<String>,
    pub created_at: Timestamp,
    /// Oldest first.
    pub messages: Vec<String>,
    pub unread: u32,
    pub is_archived: bool,
    pub is_pinned: bool,
    pub is_muted: bool,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: String,
    pub chat: String,
    /// Key of the writer; none: the account itself.
    pub sender: Option<String>,
    pub text: Option<String>,
    pub subject: Option<String>,
    pub at: Timestamp,
    /// `MESSAGE`, `INVITATION`, `INMAIL`, `INMAIL_REPLY`, `INMAIL_DECLINE`.
    pub kind: &'static str,
    pub is_seen: bool,
    pub is_delivered: bool,
    /// Emoji and key of whoever left it; none: the account itself.
    pub reactions: Vec<(String, Option<String>)>,
    pub attachments: Vec<Sent>,
}

/// Something that will happen at a time known now.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// The person says yes, if the invitation is still there.
    Accept { invitation: String },
    /// The person does something about an own message.
    React { message: String, reaction: Reaction },
    /// The account's owner signs in again.
    Reconnect { account: String },
}

impl Chat {
    /// A chat nothing was said in.
    pub fn new(id: String, account: &str, channel: Channel, people: Vec<String>, at: Timestamp) -> Self {
        Self {
            id,
            account: account.to_owned(),
            channel,
            is_group: people.len() > 1,
            people,
            inmail: None,
            subject: None,
            created_at: at,
            messages: Vec::new(),
            unread: 0,
            is_archived: false,
            is_pinned: false,
            is_muted: false,
        }
    }
}

impl Message {
    /// A plain message of the account itself; its chat is filled in when it is stored.
    pub fn own(id: String, text: Option<String>, at: Timestamp) -> Self {
        Self {
            id,
            chat: String::new(),
            sender: None,
            text,
            subject: None,
            at,
            kind: "MESSAGE",
            is_seen: false,
            is_delivered: false,
            reactions: Vec::new(),
            attachments: Vec::new(),
        }
    }
}

impl State {
    /// The world before anything happened.
    pub fn new(directory: Directory, accounts: Vec<AccountSeed>, now: Timestamp) -> Self {
        let accounts: Vec<Account> = accounts.into_iter().map(|seed| Account::new(seed, now)).collect();
        let relations = accounts.iter().filter(|account| account.seed.channel == Channel::Linkedin);
        let relations =
            relations.map(|account| (account.seed.id.clone(), first_relations(&directory, &account.seed.id))).collect();
        Self {
            directory,
            accounts,
            effects: 0,
            invitations: Vec::new(),
            invited: HashMap::new(),
            answered: BTreeSet::new(),
            relations,
            chats: BTreeMap::new(),
            single_chats: HashMap::new(),
            messages: HashMap::new(),
            credits_used: BTreeMap::new(),
            reacted: BTreeMap::new(),
            endorsed: BTreeSet::new(),
            comments: BTreeMap::new(),
            files: HashMap::new(),
            due: BTreeMap::new(),
            due_count: 0,
            outbox: Outbox::default(),
        }
    }

    /// The account, or a 404.
    pub fn account(&self, id: &str) -> Result<&Account, Refusal> {
        self.accounts.iter().find(|account| account.seed.id == id).ok_or_else(|| Refusal::not_found("account"))
    }

    /// The account if it is LinkedIn's, else a 422.
    pub fn linkedin_account(&self, id: &str) -> Result<&Account, Refusal> {
        let account = self.account(id)?;
        if account.seed.channel == Channel::Linkedin {
            return Ok(account);
        }
        Err(Refusal::new(422, "invalid_account", "this route needs a LinkedIn account"))
    }

    /// The account's channel; LinkedIn when it is gone (its old messages still have to be shown).
    pub fn channel(&self, account: &str) -> Channel {
        self.account(account).map_or(Channel::Linkedin, |account| account.seed.channel)
    }

    /// Key of the person an id means, if there is such a person.
    pub fn person_key(&self, channel: Channel, id: &str) -> Result<String, Refusal> {
        let key = identity::key(channel, id).ok_or_else(|| Refusal::new(422, "invalid_recipient", "this id means nobody"))?;
        if self.directory.exists(&key) { Ok(key) } else { Err(Refusal::not_found("person")) }
    }

    /// Connected?
    pub fn is_relation(&self, account: &str, person: &str) -> bool {
        let listed = |relations: &Vec<Relation>| relations.iter().any(|relation| relation.person == person);
        self.directory.person(person).relation.has(account) || self.relations.get(account).is_some_and(listed)
    }

    /// The newest invitation to that person.
    pub fn invitation(&self, account: &str, person: &str) -> Option<&Invitation> {
        let at = self.invited.get(&(account.to_owned(), person.to_owned()))?;
        self.invitations.get(*at)
    }

    /// InMail credits left of that api; none: not subscribed.
    pub fn credits(&self, account: &Account, api: &str) -> Option<i64> {
        let used = self.credits_used.get(&(account.seed.id.clone(), api.to_owned())).copied().unwrap_or(0);
        account.credits(api).map(|all| all - used)
    }

    /// How many messages the account has sent to that person in 1-to-1 chats, notes not counted.
    pub fn sent_to(&self, account: &str, person: &str) -> usize {
        let chat = self.single_chats.get(&(account.to_owned(), person.to_owned())).and_then(|id| self.chats.get(id));
        let messages = chat.map(|chat| chat.messages.as_slice()).unwrap_or_default();
        let own = messages.iter().filter_map(|id| self.messages.get(id));
        own.filter(|message| message.sender.is_none() && message.kind != "INVITATION").count()
    }

    /// Has the person written in that chat?
    pub fn has_answered(&self, chat: &Chat) -> bool {
        chat.messages.iter().filter_map(|id| self.messages.get(id)).any(|message| message.sender.is_some())
    }

    /// The id of the 1-to-1 chat of a pair, the same for ever.
    pub fn chat_id(account: &str, person: &str) -> String {
        opaque(&["chat", account, person])
    }

    /// The recipient as ledger lines name them.
    pub fn recipient(&self, channel: Channel, person: &str) -> String {
        identity::public_identifier(channel, person)
    }

    /// The key of a line's recipient: by their id, which can always be read back.
    pub fn line_person(&self, line: &Line) -> String {
        let channel = self.channel(&line.account);
        let id = if line.recipient_id.is_empty() { &line.recipient } else { &line.recipient_id };
        identity::key(channel, id).unwrap_or_else(|| id.clone())
    }
}

fn first_relations(directory: &Directory, account: &str) -> Vec<Relation> {
    let mut relations: Vec<Relation> = directory
        .named()
        .filter(|person| person.relation.has(account))
        .map(|person| {
            let age = behaviour::number(directory.seed(), &["relation age", account, &person.key]) % (700 * DAY_MS as u64);
            Relation { person: person.key.clone(), since: RELATIONS_UNTIL.plus_ms(-(age as i64)) }
        })
        .collect();
    relations.sort_by(|a, b| (a.since, &a.person).cmp(&(b.since, &b.person)));
    relations
}

/// Relations from the start are older than this (2025-12-31): before anything a sandbox does.
const RELATIONS_UNTIL: Timestamp = Timestamp(1_767_139_200_000);

/// 22 letters, as postpress's own ids.
pub fn opaque(parts: &[&str]) -> String {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let Fingerprint(bytes) = fingerprint(&parts);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// 19 digits, beyond 2^53, as text: an invitation's id.
pub fn numeric(parts: &[&str]) -> String {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    (7_000_000_000_000_000_000 + draw(&parts) % 1_000_000_000_000_000_000).to_string()
}

/// The provider's own id of a chat or message.
pub fn provider_own(channel: Channel, id: &str) -> String {
    match channel {
        Channel::Linkedin => format!("2-{}", STANDARD.encode(format!("{id}_100"))),
        Channel::Whatsapp => {
            let Fingerprint(bytes) = fingerprint(&[b"wa", id.as_bytes()]);
            let hex: String = bytes.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
            format!("3EB0{hex}")
        }
        Channel::Instagram | Channel::Messenger | Channel::Telegram => opaque(&["own", id]),
    }
}
