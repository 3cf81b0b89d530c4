//! An engine and its far side in virtual time, in one process: real turns, real errands and webhooks, one after another
//! on the caller's thread.
//!
//! Never asks the time of day, never sleeps, opens no socket; what chance there is comes of seeds, so that two worlds of
//! one setting are the same, line by line. Start at [`Town`].

mod fault;
mod house;
mod people;
mod turns;

pub use fault::TownFault;
pub use house::House;
use house::KEY;
pub use people::{account_seed, silent};

use crate::model::account::Account;
use crate::model::enrollment::Enrollment;
use crate::model::event::Event;
use crate::model::id::{AccountId, EnrollmentId};
use crate::model::journal::{Cause, Entry, Key, Record, Table};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::clock::{Clock, SetClock, SkewedClock};
use crate::runtime::command::Command;
use crate::runtime::draft::Draft;
use crate::runtime::enroll::Enrolled;
use crate::runtime::inlet::Accepted;
use crate::sim::faults::Faults;
use crate::sim::people::directory::Directory;
use crate::sim::postpress::account::AccountSeed;
use crate::sim::postpress::call::Call;
use crate::sim::postpress::{Settings, World};
use crate::store::contract::Store;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// Tries to register a webhook in a world with faults.
const REGISTER_TRIES: usize = 50;

/// What a town is made of.
pub struct Setting {
    pub program: Program,
    /// Where the engine keeps its rows: `MemoryStore`, unless the store itself is looked at.
    pub store: Arc<dyn Store>,
    pub people: Directory,
    pub accounts: Vec<AccountSeed>,
    pub faults: Faults,
    /// Where effects are written down; none: they can be asked for (`World::effects`).
    pub ledger: Option<PathBuf>,
    /// What time it is when it begins.
    pub begin: Timestamp,
    /// Webhooks are registered and arrive.
    pub hears: bool,
}

/// The engine, its far side, and the time.
pub struct Town {
    pub world: Arc<World>,
    /// The far side's, which is the true one.
    pub clock: Arc<SetClock>,
    /// The engine's own.
    pub own_clock: Arc<SkewedClock>,
    pub store: Arc<dyn Store>,
    /// One in so many errands never comes back; 0: all do.
    pub loses: u64,
    /// The engine while it runs; none after a crash.
    pub house: Option<House>,
    /// What became of each campaign's list at the last start.
    pub enrolled: Vec<Enrolled>,
    /// What the next start installs.
    pub program: Program,
    /// What became of each webhook, in order, for whoever wants to know: none is kept unless there is a list.
    pub hearing: Option<Vec<Heard>>,
    /// Webhooks that were not taken, and when they come again.
    unheard: VecDeque<(Timestamp, Vec<u8>)>,
    sent_off: usize,
}

/// What became of a webhook.
#[derive(Debug, Clone)]
pub struct Heard {
    pub body: Vec<u8>,
    pub accepted: Accepted,
    /// Effects that had been performed by then.
    pub performed: usize,
}

impl Town {
    /// A world, and an engine that was started in it.
    ///
    /// # Errors
    /// The ledger or the store cannot be used, or the program cannot be installed.
    pub fn new(setting: Setting) -> Result<Self, TownFault> {
        let clock = Arc::new(SetClock::at(setting.begin));
        let settings = Settings {
            people: setting.people,
            accounts: setting.accounts,
            key: KEY.to_owned(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ledger: setting.ledger,
            faults: setting.faults,
        };
        let world = Arc::new(World::open(settings)?);
        let mut town = Self {
            world,
            own_clock: Arc::new(SkewedClock::beside(Arc::clone(&clock) as Arc<dyn Clock>)),
            clock,
            store: setting.store,
            loses: 0,
            house: None,
            enrolled: Vec::new(),
            program: setting.program,
            hearing: None,
            unheard: VecDeque::new(),
            sent_off: 0,
        };
        if setting.hears {
            town.register()?;
        }
        town.open()?;
        Ok(town)
    }

    /// Starts the engine on its store, as `engine run` does.
    ///
    /// # Errors
    /// The store cannot be read, or the program cannot be installed.
    pub fn open(&mut self) -> Result<(), TownFault> {
        let (house, enrolled) = House::open(&self.store, &self.own_clock, &self.world, &self.program)?;
        self.house = Some(house);
        self.enrolled = enrolled;
        Ok(())
    }

    /// Ends the engine without any order: what is in its memory and on its way is gone. `open` starts it again.
    pub fn crash(&mut self) {
        // Errands under way never come back; nobody hears what they leave behind.
        self.house = None;
    }

    /// Takes another program over, as a reload does.
    ///
    /// # Errors
    /// It cannot be installed.
    pub fn install(&mut self, program: Program) -> Result<(), TownFault> {
        self.enrolled = self.house_mut()?.partition.install(&program)?;
        self.program = program;
        Ok(())
    }

    /// What time it is, truly.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Carries out what an operator asks; the inner error is a sentence for whoever asked.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn command(&mut self, command: &Command) -> Result<Result<Value, String>, TownFault> {
        let now = self.own_clock.now();
        Ok(self.house_mut()?.partition.command(command, now)?)
    }

    /// Lets an event happen to somebody that no webhook tells of: a verdict on a task. Says whether it meant anything.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn happen(&mut self, id: EnrollmentId, event: &Event) -> Result<bool, TownFault> {
        let mut draft = Draft::new(Cause::Command { word: "test".to_owned() }, self.own_clock.now());
        let house = self.house_mut()?;
        let means = house.partition.happen(&mut draft, id, event)?;
        if means {
            house.partition.close_quietly(draft)?;
        }
        Ok(means)
    }

    /// Asks the world by hand, as any client of its API could: the status and the body of the answer.
    pub fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let answer = self.world.answer(&Call::json(method, path, KEY, body));
        (answer.reply.status, answer.reply.value().clone())
    }

    /// Has everybody ended, with nothing under way?
    pub fn is_idle(&self) -> bool {
        self.house.as_ref().is_some_and(|house| house.partition.is_idle())
    }

    /// The enrollment of that id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn enrollment(&self, id: EnrollmentId) -> Result<Option<Enrollment>, TownFault> {
        Ok(match self.store.get(&Key::Enrollment(id))? {
            Some(Record::Enrollment(enrollment)) => Some(*enrollment),
            _ => None,
        })
    }

    /// The account of that id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn account(&self, id: AccountId) -> Result<Option<Account>, TownFault> {
        Ok(match self.store.get(&Key::Account(id))? {
            Some(Record::Account(account)) => Some(*account),
            _ => None,
        })
    }

    /// Everybody who is in a campaign, in the order they entered.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn enrollments(&self) -> Result<Vec<Enrollment>, TownFault> {
        let mut all = Vec::new();
        self.store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record {
                all.push(*enrollment);
            }
            ControlFlow::Continue(())
        })?;
        Ok(all)
    }

    /// Somebody's timeline, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn timeline(&self, id: EnrollmentId) -> Result<Vec<Entry>, TownFault> {
        Ok(self.store.timeline(id)?.into_iter().map(|(_, entry)| entry).collect())
    }

    pub(super) fn house_mut(&mut self) -> Result<&mut House, TownFault> {
        self.house.as_mut().ok_or(TownFault::Closed)
    }

    fn register(&self) -> Result<(), TownFault> {
        let sources = [
            ("messaging", json!(["message_received", "message_read", "message_reaction", "message_delivered"])),
            ("users", json!(["new_relation"])),
            ("account_status", json!(["credentials", "reconnected", "ok", "deleted"])),
        ];
        for (source, events) in sources {
            let body = json!({"source": source, "request_url": "http://127.0.0.1:9/", "name": "town", "events": events});
            // Faults may fall on these, too.
            let mut tries = 0..REGISTER_TRIES;
            if !tries.any(|_| self.ask("POST", "webhooks", Some(body.clone())).0 == 201) {
                return Err(TownFault::Deaf { of: source });
            }
        }
        Ok(())
    }
}
