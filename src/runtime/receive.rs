//! Where a webhook enters: read, whose is it, durable, 200. Acting on it is another turn's work (`inbox`).
//!
//! Replies and relations that a poll finds are written as the webhook that should have told of them and enter here too:
//! one way in, one deduplication.

use crate::connector::contract::{Incoming, IncomingMessage, MessageRow, Party, RelationRow, Talk, Webhook};
use crate::connector::postpress::webhook;
use crate::model::account::Account;
use crate::model::id::{AccountId, EnrollmentId, Fingerprint, ProviderAccount, fingerprint};
use crate::model::journal::{Cause, Change, Commit, InboxRow, Key, Record, RouteKey};
use crate::model::planted::{Bug, is_planted};
use crate::runtime::clock::Clock;
use crate::runtime::directory::{Directory, Listed};
use crate::runtime::errand::Message;
use crate::runtime::gate::Gate;
use crate::runtime::inlet::{Accepted, Inlet};
use crate::runtime::marks::is_of_erased;
use crate::runtime::routes::contact_route;
use crate::runtime::routes::{chat_route, digits_route, person_route, public_route};
use crate::store::contract::{Store, StoreFault};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// Webhooks being made durable at a time; more are told to come again, before anything is promised. Half of what the store
/// lets wait (`SUBMITTED_MAX`), so that the turns' own commits find room beside them.
pub const ARRIVALS_MAX: i64 = 4_096;

type Told = Box<dyn FnOnce(Accepted) + Send>;

/// The door for webhooks. Shared by the server's threads.
pub struct Receiver {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub gate: Arc<Gate>,
    pub directory: Arc<Directory>,
    post: Mutex<Sender<Message>>,
    rows: AtomicU64,
    arriving: AtomicI64,
    /// Events being made durable now, and who else asks about them.
    open: Arc<Mutex<HashMap<Fingerprint, Vec<Told>>>>,
}

impl Receiver {
    /// A door to that store; `post` wakes the turns.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        gate: Arc<Gate>,
        directory: Arc<Directory>,
        post: Sender<Message>,
    ) -> Arc<Self> {
        let open = Arc::default();
        Arc::new(Self {
            store,
            clock,
            gate,
            directory,
            post: Mutex::new(post),
            rows: AtomicU64::new(0),
            arriving: AtomicI64::new(0),
            open,
        })
    }

    /// A row's number: later ones are larger, also across restarts.
    fn next_row(&self) -> u64 {
        let by_time = u64::try_from(self.clock.now().0).unwrap_or(0) << 16;
        let last = self.rows.fetch_max(by_time, Ordering::Relaxed).max(by_time);
        self.rows.fetch_add(1, Ordering::Relaxed).max(last) + 1
    }

    fn make_durable(self: &Arc<Self>, read: &Webhook, body: &[u8], told: Told) {
        let now = self.clock.now();
        let row = self.next_row();
        let dedup = read.dedup.unwrap_or_else(|| fingerprint(&[b"row", &row.to_le_bytes()]));
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(others) = open.get_mut(&dedup) {
                others.push(told);
                return;
            }
            open.insert(dedup, Vec::new());
        }
        // Asked only now: whoever came first is either still in `open`, or can be read.
        match self.is_known(read.dedup) {
            Ok(false) => {}
            Ok(true) if is_planted(Bug::DedupForgotten) => {}
            Ok(true) => return self.answer_known(dedup, told),
            Err(fault) => return self.answer_all(dedup, told, &Accepted::Failed(fault.to_string())),
        }
        let account = account_of(&read.incoming).and_then(|account| self.directory.find(account));
        let enrollments = match &account {
            Some(listed) => self.concerned(listed, &read.incoming),
            None => Vec::new(),
        };
        let body = String::from_utf8_lossy(body).into_owned();
        let record =
            InboxRow { row, at: now, dedup, enrollments: enrollments.clone(), account: account.map(|listed| listed.id), body };
        // Who was erased is told *received* like everybody, and nothing of it is kept.
        let is_kept = !enrollments.is_empty() || !is_of_erased(&*self.store, &read.incoming);
        let mut changes = if is_kept { vec![Change::Put(Record::Inbox(Box::new(record)))] } else { Vec::new() };
        changes.extend(read.dedup.map(|key| Change::Put(Record::Seen { key, at: now })));
        let commit = Commit { at: now, cause: Cause::Arrival, changes, entries: Vec::new() };
        self.gate.close(&enrollments);
        self.arriving.fetch_add(1, Ordering::Relaxed);
        let door = Arc::clone(self);
        let told = Arc::new(Mutex::new(Some(told)));
        let (tell, held) = (Arc::clone(&told), enrollments.clone());
        let done = Box::new(move |durable: Result<_, StoreFault>| door.finished(row, dedup, &held, &tell, durable.map(|_| ())));
        if is_planted(Bug::AckBeforeDurable) {
            self.finished(row, dedup, &enrollments, &told, Ok(()));
        }
        if let Err(fault) = self.store.submit(vec![commit], done) {
            self.finished(row, dedup, &enrollments, &told, Err(fault));
        }
    }

    /// The same was told before, or read. What is known may be on its way to the disk only: it is called known once it is there.
    fn answer_known(self: &Arc<Self>, dedup: Fingerprint, told: Told) {
        let told = Arc::new(Mutex::new(Some(told)));
        let (door, tell) = (Arc::clone(self), Arc::clone(&told));
        let answer = move |durable: Result<_, StoreFault>| {
            let Some(told) = tell.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
            let accepted = durable.map_or_else(|fault| Accepted::Failed(fault.to_string()), |_| Accepted::Duplicate);
            door.answer_all(dedup, told, &accepted);
        };
        if let Err(fault) = self.store.submit(Vec::new(), Box::new(answer))
            && let Some(told) = told.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            self.answer_all(dedup, told, &Accepted::Failed(fault.to_string()));
        }
    }

    fn answer_all(&self, dedup: Fingerprint, told: Told, accepted: &Accepted) {
        let others = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&dedup).unwrap_or_default();
        others.into_iter().chain([told]).for_each(|told| told(accepted.clone()));
    }

    /// Every enrollment of the people it may concern, in whatever campaign: a reply stops them all. Where the store cannot
    /// be read, those that are known so far; the commit that follows will say what is wrong with it.
    fn concerned(&self, account: &Listed, incoming: &Incoming) -> Vec<EnrollmentId> {
        let mut all = routed(&*self.store, account, incoming).unwrap_or_default();
        for id in all.clone() {
            let Ok(Some(Record::Enrollment(enrollment))) = self.store.get(&Key::Enrollment(id)) else { continue };
            let Ok(Some(Record::Contact(contact))) = self.store.get(&Key::Contact(enrollment.contact)) else { continue };
            let Ok(Some(Record::Route { enrollments, .. })) = self.store.get(&Key::Route(contact_route(&contact.key))) else {
                continue;
            };
            let others: Vec<EnrollmentId> = enrollments.into_iter().filter(|other| !all.contains(other)).collect();
            all.extend(others);
        }
        all
    }

    fn is_known(&self, dedup: Option<Fingerprint>) -> Result<bool, StoreFault> {
        let Some(key) = dedup else { return Ok(false) };
        Ok(self.store.get(&Key::Seen { key })?.is_some())
    }

    fn finished(
        &self,
        row: u64,
        dedup: Fingerprint,
        held: &[EnrollmentId],
        told: &Mutex<Option<Told>>,
        durable: Result<(), StoreFault>,
    ) {
        let Some(told) = told.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        self.arriving.fetch_sub(1, Ordering::Relaxed);
        let others = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&dedup).unwrap_or_default();
        match durable {
            Ok(()) => {
                let post = self.post.lock().unwrap_or_else(PoisonError::into_inner);
                // When the turns have ended, the row waits in the store for the next start.
                let is_dropped = is_planted(Bug::DropAfterAck) && row.is_multiple_of(5);
                if !is_dropped {
                    drop(post.send(Message::Arrived { row }));
                }
                drop(post);
                told(Accepted::Durable);
                others.into_iter().for_each(|other| other(Accepted::Duplicate));
            }
            Err(fault) => {
                self.gate.open(held);
                told(Accepted::Failed(fault.to_string()));
                others.into_iter().for_each(|other| other(Accepted::Failed(fault.to_string())));
            }
        }
    }
}

/// The receiver as the server sees it.
pub struct Door(pub Arc<Receiver>);

impl Inlet for Door {
    fn accept(&self, body: &[u8], done: Told) {
        if self.0.arriving.load(Ordering::Relaxed) >= ARRIVALS_MAX || self.0.gate.is_full() {
            return done(Accepted::Full);
        }
        let read = match webhook::read(body) {
            Ok(read) => read,
            Err(unreadable) => return done(Accepted::Unreadable(unreadable.to_string())),
        };
        self.0.make_durable(&read, body, done);
    }
}

/// The account a webhook speaks of.
pub fn account_of(incoming: &Incoming) -> Option<&ProviderAccount> {
    match incoming {
        Incoming::Message(message) => Some(&message.talk.account),
        Incoming::Read { talk, .. }
        | Incoming::Delivered { talk, .. }
        | Incoming::Reaction { talk, .. }
        | Incoming::Edited { talk, .. }
        | Incoming::Deleted { talk, .. } => Some(&talk.account),
        Incoming::Relation { account, .. } | Incoming::AccountStatus { account, .. } | Incoming::HostedAuth { account, .. } => {
            Some(account)
        }
        Incoming::Unknown { .. } => None,
    }
}

/// Whose it is: by person, by chat, by public identifier, by digits; WhatsApp by chat first (RUNTIME.md §5).
pub fn routed(store: &dyn Store, account: &Listed, incoming: &Incoming) -> Result<Vec<EnrollmentId>, StoreFault> {
    let keys = match incoming {
        Incoming::Message(message) => talk_routes(account, &message.talk),
        Incoming::Read { talk, .. } | Incoming::Delivered { talk, .. } | Incoming::Reaction { talk, .. } => {
            talk_routes(account, talk)
        }
        Incoming::Relation { person, public_identifier, .. } => {
            let public = public_identifier.as_deref().map(|public| public_route(account.id, public));
            [Some(person_route(account.id, person)), public].into_iter().flatten().collect()
        }
        Incoming::Edited { .. }
        | Incoming::Deleted { .. }
        | Incoming::AccountStatus { .. }
        | Incoming::HostedAuth { .. }
        | Incoming::Unknown { .. } => Vec::new(),
    };
    for key in keys {
        if let Some(Record::Route { enrollments, .. }) = store.get(&Key::Route(key))?
            && !enrollments.is_empty()
        {
            return Ok(enrollments);
        }
    }
    Ok(Vec::new())
}

fn talk_routes(account: &Listed, talk: &Talk) -> Vec<RouteKey> {
    let is_other = |party: &&Party| account.own_id.as_ref() != Some(&party.id);
    let parties: Vec<&Party> = talk.counterparts.iter().chain(&talk.sender).filter(is_other).collect();
    let people = parties.iter().map(|party| person_route(account.id, &party.id));
    let public =
        parties.iter().filter_map(|party| party.public_identifier.as_deref()).map(|public| public_route(account.id, public));
    let digits = parties.iter().filter_map(|party| party.digits.as_deref()).map(|digits| digits_route(account.id, digits));
    let chat = chat_route(account.id, &talk.chat);
    if account.channel == crate::model::account::Channel::Whatsapp {
        [chat].into_iter().chain(digits).chain(people).chain(public).collect()
    } else {
        people.chain([chat]).chain(public).chain(digits).collect()
    }
}

/// A message that a reading found, as the webhook that should have told of it.
pub fn message_body(account: &Account, row: &MessageRow) -> String {
    let sender = row.sender.as_ref().map(|id| serde_json::json!({ "attendee_provider_id": id.0 }));
    serde_json::json!({
        "event": "message_received", "account_id": account.spec.provider_account.0,
        "account_type": account.spec.channel.word().to_uppercase(), "webhook_name": "engine reading",
        "chat_id": row.chat.0, "message_id": row.id.0, "message": row.text, "timestamp": row.at.iso_ms(),
        "is_sender": row.is_own, "sender": sender, "attendees": sender.iter().collect::<Vec<_>>(),
    })
    .to_string()
}

/// A relation that a poll found, as the webhook that should have told of it.
pub fn relation_body(account: &Account, row: &RelationRow) -> String {
    serde_json::json!({
        "event": "new_relation", "account_id": account.spec.provider_account.0, "account_type": "LINKEDIN",
        "webhook_name": "engine poll", "user_provider_id": row.person.0, "user_public_identifier": row.public_identifier,
        "timestamp": row.since.map(|since| since.iso_ms()),
    })
    .to_string()
}

/// An account that was found in another state than it was known in, as the webhook that should have told of it.
pub fn status_body(account: &Account, word: &str) -> String {
    serde_json::json!({
        "AccountStatus": { "account_id": account.spec.provider_account.0, "account_type": account.spec.channel.word().to_uppercase(), "message": word }
    })
    .to_string()
}

/// The id of the account a row came for.
pub fn listed_of(directory: &Directory, incoming: &Incoming) -> Option<(AccountId, Listed)> {
    account_of(incoming).and_then(|account| directory.find(account)).map(|listed| (listed.id, listed))
}

/// Is it the account's own message? By what the webhook says, else by who sent it (POSTPRESS.md §2.2).
pub fn is_own(message: &IncomingMessage, account: &Listed) -> bool {
    if is_planted(Bug::EchoIsReply) {
        return false;
    }
    message.is_own.unwrap_or_else(|| match (&message.talk.sender, &account.own_id) {
        (Some(sender), Some(own)) => sender.id == *own,
        _ => false,
    })
}
