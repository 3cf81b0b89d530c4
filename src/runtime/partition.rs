//! What one sequence of turns owns: the rows' working copies, the agenda, the budgets. Rebuilt from the store by one scan.
//!
//! The one law is kept here: a `Draft` consumes one durable cause, gathers every consequence, and is submitted whole. Memory
//! changes only after the store took the commit.

use crate::connector::contract::Connector;
use crate::model::account::{Account, Health, SenderProfile};
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{AccountId, CampaignId, ContactId, EffectKey, EnrollmentId, Lsn, Visit};
use crate::model::intent::{Intent, IntentState};
use crate::model::journal::{Installed, Key, Meta, MetaKey, Record, RouteKey};
use crate::model::program::Workspace;
use crate::model::time::Timestamp;
use crate::runtime::agenda::Agenda;
use crate::runtime::beside::{Hearing, Letters, Rounds};
use crate::runtime::clock::Clock;
use crate::runtime::directory::Directory;
use crate::runtime::draft::Draft;
use crate::runtime::errand::Errands;
use crate::runtime::gate::Gate;
use crate::runtime::isolation::Isolation;
use crate::runtime::limits::Usage;
use crate::runtime::moving::Moves;
use crate::runtime::pages::Unread;
use crate::runtime::pulse::Pulse;
pub use crate::runtime::routes::contact_route;
use crate::runtime::sweeping::Sweeping;
use crate::runtime::target::Target;
use crate::store::contract::{Done, Store, StoreFault};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// What a partition is made of.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub connector: Arc<dyn Connector>,
    pub errands: Errands,
    pub gate: Arc<Gate>,
    pub directory: Arc<Directory>,
    pub pulse: Arc<Pulse>,
    /// Where attachments are.
    pub root: PathBuf,
    pub workspace: Workspace,
    /// No call starts that could end after the window has closed: its length in campaign time, in milliseconds.
    pub lead_ms: i64,
}

/// The next ids to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    pub contact: u64,
    pub enrollment: u64,
    pub account: u32,
    pub campaign: u32,
}

/// One sequence of turns. Owned by one thread.
pub struct Partition {
    pub(crate) parts: Parts,
    pub(crate) campaigns: BTreeMap<CampaignId, Arc<Installed>>,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) agenda: Agenda,
    pub(crate) usage: Usage,
    pub(crate) intents: BTreeMap<EffectKey, Intent>,
    /// Accounts with a request of theirs under way, and whose it is.
    pub(crate) busy: BTreeMap<AccountId, EnrollmentId>,
    /// Calls handed to the far side by this process and not answered yet.
    pub(crate) calling: BTreeSet<EffectKey>,
    /// Reads under way, so that none is started twice.
    pub(crate) reading: BTreeSet<EffectKey>,
    pub(crate) polling: BTreeSet<AccountId>,
    /// Calls whose person and chat were read lately: visit and when.
    pub(crate) prepared: BTreeMap<EnrollmentId, (Visit, Timestamp)>,
    /// What those calls are aimed at, where that had to be read.
    pub(crate) targets: BTreeMap<EnrollmentId, (Visit, Target)>,
    /// Readings for conditions that were refused: not before then.
    pub(crate) looks_held: BTreeMap<EnrollmentId, Timestamp>,
    /// Whose time for an acceptance is up, by account; held until then at most, while its relations are read once more.
    pub(crate) last_looks: BTreeMap<AccountId, BTreeMap<EnrollmentId, Timestamp>>,
    /// What polls have still to read.
    pub(crate) unread: BTreeMap<AccountId, Unread>,
    /// When each account may be tried again; absent: now.
    pub(crate) try_at: BTreeMap<AccountId, Timestamp>,
    /// Own sends that nobody claims yet: inbox rows looked at again later.
    pub(crate) deferred: BTreeMap<u64, Timestamp>,
    /// Inbox rows to be acted on.
    pub(crate) inbox: BTreeSet<u64>,
    /// Starts of the last 24 hours by campaign name.
    pub(crate) starts: BTreeMap<String, BTreeSet<(Timestamp, EnrollmentId)>>,
    pub(crate) counters: Counters,
    /// Paused by the operator since then.
    pub(crate) paused: Option<Timestamp>,
    /// What goes out to people and systems of the user's own.
    pub(crate) letters: Letters,
    /// What comes round by the clock.
    pub(crate) rounds: Rounds,
    /// Replies that are with the classifier.
    pub(crate) hearing: Hearing,
    /// When the engine was away: what overdue sends are measured by.
    pub(crate) outages: Vec<(Timestamp, Timestamp)>,
    /// What has done its time.
    pub(crate) sweeping: Sweeping,
    /// Who goes on in another version.
    pub(crate) moves: Moves,
    /// What went out while this data did not see it.
    pub(crate) isolation: Isolation,
    /// Turns are taken, or are about to be: who enters may begin.
    pub(crate) begins_people: bool,
    /// Told to stop: no new call starts.
    pub(crate) is_stopping: bool,
    /// postpress refused the key: no call starts until then.
    pub(crate) key_refused_until: Option<Timestamp>,
}

impl Partition {
    /// Rebuilds the working copies by one scan of the store: see `recall`.
    pub fn open(parts: Parts) -> Result<Self, StoreFault> {
        let mut partition = Self {
            parts,
            campaigns: BTreeMap::new(),
            accounts: BTreeMap::new(),
            agenda: Agenda::default(),
            usage: Usage::default(),
            intents: BTreeMap::new(),
            busy: BTreeMap::new(),
            calling: BTreeSet::new(),
            reading: BTreeSet::new(),
            polling: BTreeSet::new(),
            prepared: BTreeMap::new(),
            targets: BTreeMap::new(),
            looks_held: BTreeMap::new(),
            last_looks: BTreeMap::new(),
            unread: BTreeMap::new(),
            try_at: BTreeMap::new(),
            deferred: BTreeMap::new(),
            inbox: BTreeSet::new(),
            starts: BTreeMap::new(),
            counters: Counters::default(),
            paused: None,
            letters: Letters::default(),
            rounds: Rounds::default(),
            hearing: Hearing::default(),
            outages: Vec::new(),
            sweeping: Sweeping::default(),
            moves: Moves::default(),
            isolation: Isolation::default(),
            begins_people: false,
            is_stopping: false,
            key_refused_until: None,
        };
        partition.read_rows()?;
        Ok(partition)
    }

    /// All versions of a campaign share its own limits.
    pub(super) fn relate_versions(&mut self) {
        let versions = self.campaigns.values().map(|installed| (installed.id, installed.campaign.name.as_str()));
        self.usage.relate(versions);
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// The enrollment: as the draft has it, else as the store has it.
    pub fn enrollment(&self, draft: &Draft, id: EnrollmentId) -> Result<Option<Enrollment>, StoreFault> {
        if let Some(staged) = draft.enrollments.get(&id) {
            return Ok(Some(staged.clone()));
        }
        Ok(match self.parts.store.get(&Key::Enrollment(id))? {
            Some(Record::Enrollment(enrollment)) => Some(*enrollment),
            _ => None,
        })
    }

    /// The contact: as the draft has it, else as the store has it.
    pub fn contact(&self, draft: &Draft, id: ContactId) -> Result<Option<Contact>, StoreFault> {
        if let Some(staged) = draft.contacts.get(&id) {
            return Ok(Some(staged.clone()));
        }
        Ok(match self.parts.store.get(&Key::Contact(id))? {
            Some(Record::Contact(contact)) => Some(*contact),
            _ => None,
        })
    }

    /// The account: as the draft has it, else the working copy.
    pub fn account(&self, draft: &Draft, id: AccountId) -> Option<Account> {
        draft.accounts.get(&id).or_else(|| self.accounts.get(&id)).cloned()
    }

    /// The enrollments an id of the outside belongs to.
    pub fn routed(&self, key: RouteKey) -> Result<Vec<EnrollmentId>, StoreFault> {
        Ok(match self.parts.store.get(&Key::Route(key))? {
            Some(Record::Route { enrollments, .. }) => enrollments,
            _ => Vec::new(),
        })
    }

    /// Every enrollment of a contact.
    pub fn enrollments_of(&self, contact: &Contact) -> Result<Vec<EnrollmentId>, StoreFault> {
        self.routed(contact_route(&contact.key))
    }

    /// The profile `sender.*` speaks of: the LinkedIn line's account, else the first line's.
    pub fn sender(&self, enrollment: &Enrollment) -> SenderProfile {
        let line = enrollment.lines.get(&crate::model::account::Channel::Linkedin).or_else(|| enrollment.lines.values().next());
        line.and_then(|line| self.accounts.get(&line.account)).map(|account| account.sender.clone()).unwrap_or_default()
    }

    /// Submits the draft and takes its consequences over. `done` is told when it is durable.
    pub fn close(&mut self, draft: Draft, done: Done) -> Result<Lsn, StoreFault> {
        self.close_for(draft, Some(done))
    }

    /// Closes a draft whose durability nobody waits for: the next commit that somebody waits for comes after it.
    pub fn close_quietly(&mut self, draft: Draft) -> Result<Lsn, StoreFault> {
        self.close_for(draft, None)
    }

    /// Closes a draft that is to be durable as soon as the disk can, though nobody acts on it: that somebody was written to.
    /// Until then a crash leaves the call in doubt.
    pub fn close_promptly(&mut self, draft: Draft) -> Result<Lsn, StoreFault> {
        self.close(draft, Box::new(drop))
    }

    fn close_for(&mut self, mut draft: Draft, done: Option<Done>) -> Result<Lsn, StoreFault> {
        self.post_news(&mut draft)?;
        let (commit, memory) = draft.into_commit();
        if commit.changes.is_empty() && commit.entries.is_empty() {
            done.into_iter().for_each(|done| done(Ok(Lsn(0))));
            return Ok(Lsn(0));
        }
        self.parts.pulse.tell(&commit.entries);
        let lsn = match done {
            Some(done) => self.parts.store.submit(vec![commit], done)?,
            None => self.parts.store.submit_quietly(vec![commit])?,
        };
        for (account, budget, at, key) in memory.unused {
            self.usage.remove(account, budget, at, key);
        }
        for (account, budget, used) in memory.used {
            self.usage.add(account, budget, used);
        }
        for account in memory.accounts {
            self.parts.directory.note(&account);
            self.try_at.remove(&account.id);
            self.accounts.insert(account.id, account);
        }
        for (key, intent) in memory.intents {
            match intent {
                Some(intent) => self.intents.insert(key, intent),
                None => self.intents.remove(&key),
            };
            self.moves.wake(key.enrollment);
        }
        for (row, letter) in memory.letters {
            self.letters.note(row, letter);
        }
        for enrollment in &memory.enrollments {
            self.note(enrollment)?;
        }
        Ok(lsn)
    }

    /// Is it the account's time at all: healthy, nothing paused?
    pub fn is_usable(&self, account: &Account) -> bool {
        self.paused.is_none() && !account.is_paused && account.health == Health::Ok
    }

    /// The counters as a row.
    pub fn counters_row(&self) -> Record {
        let Counters { contact, enrollment, account, campaign } = self.counters;
        Record::Meta(Meta::Counters { contact, enrollment, account, campaign, inbox: 0 })
    }

    /// Neither ended nor parked, with nothing under way: what `--until-idle` waits for.
    pub fn is_idle(&self) -> bool {
        // A call whose end is not known counts though its person has ended: whether it was sent is still found out.
        let is_open = |intent: &Intent| !matches!(intent.state, IntentState::Parked { .. });
        let is_quiet = self.inbox.is_empty()
            && self.deferred.is_empty()
            && self.calling.is_empty()
            && !self.letters.is_posting()
            && !self.hearing.is_asking();
        self.agenda.open_count() == 0 && is_quiet && !self.intents.values().any(is_open)
    }

    /// Campaigns whose contacts may move now.
    pub fn is_running(&self, campaign: CampaignId) -> bool {
        self.paused.is_none() && self.campaigns.get(&campaign).is_some_and(|installed| !installed.is_paused)
    }

    /// The single value of that name.
    pub fn meta(&self, key: MetaKey) -> Result<Option<Meta>, StoreFault> {
        Ok(match self.parts.store.get(&Key::Meta(key))? {
            Some(Record::Meta(meta)) => Some(meta),
            _ => None,
        })
    }
}
