//! The thread that takes the turns: messages in, turns, sleep until the next is due, an orderly end.

use crate::connector::contract::Connector;
use crate::model::program::{Program, Workspace};
use crate::model::time::Timestamp;
use crate::runtime::clock::Clock;
use crate::runtime::command::{Asked, Command};
use crate::runtime::directory::Directory;
use crate::runtime::enroll::Enrolled;
use crate::runtime::errand::{Errands, Message, Spawn};
use crate::runtime::gate::Gate;
use crate::runtime::install::InstallFault;
use crate::runtime::outside::Outside;
use crate::runtime::partition::{Partition, Parts};
use crate::runtime::pulse::Pulse;
use crate::runtime::receive::Receiver;
use crate::store::contract::{Store, StoreFault};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Inbox, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// The longest the thread sleeps without looking at its agenda again.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// After a write that failed for now (a full disk), before the next try.
const STORE_AGAIN: Duration = Duration::from_secs(2);
/// However fast time runs, a window is not given up for more than half an hour of it.
const LEAD_MS_MAX: i64 = 30 * 60_000;
/// A stop waits so long for calls in flight (INTERFACE.md §2).
const STOP_MAX: Duration = Duration::from_secs(25);
/// Between two looks at calls in flight while stopping.
const STOP_LOOK: Duration = Duration::from_millis(20);
/// Virtual time between two signs of life, where time runs at its own pace.
const ALIVE_MS: i64 = 60_000;
/// Real milliseconds between two, where it runs faster: what lies between the last one and a crash counts as an outage.
const ALIVE_REAL_MS: i64 = 250;

/// What a runtime is made of.
pub struct Setting {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub connector: Arc<dyn Connector>,
    /// Drives the errands' futures.
    pub spawn: Spawn,
    pub root: PathBuf,
    pub workspace: Workspace,
    /// Virtual seconds a second.
    pub speed: u32,
    /// End once every contact has ended or is parked.
    pub until_idle: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Told to.
    Stopped,
    /// Every contact has ended.
    Idle { parked: usize },
}

/// The running engine's door for commands, webhooks and looks.
pub struct Runtime {
    post: Sender<Message>,
    pub receiver: Arc<Receiver>,
    pub pulse: Arc<Pulse>,
    partition: Option<(Partition, Inbox<Message>)>,
    until_idle: bool,
    speed: u32,
}

impl Runtime {
    /// Opens a partition over the store. Nothing moves before [`Runtime::run`].
    pub fn open(setting: Setting) -> Result<Self, StoreFault> {
        let (post, inbox) = channel();
        let (gate, directory, pulse) = (Arc::new(Gate::default()), Arc::new(Directory::default()), Arc::new(Pulse::default()));
        let receiver = Receiver::new(
            Arc::clone(&setting.store),
            Arc::clone(&setting.clock),
            Arc::clone(&gate),
            Arc::clone(&directory),
            post.clone(),
        );
        let parts = Parts {
            store: setting.store,
            clock: setting.clock,
            connector: setting.connector,
            errands: Errands::new(post.clone(), setting.spawn),
            gate,
            directory,
            pulse: Arc::clone(&pulse),
            root: setting.root,
            workspace: setting.workspace,
            // Ten seconds of campaign time for a call, and 50 ms of real time where time runs faster.
            lead_ms: (10_000 + 50 * i64::from(setting.speed.max(1) - 1)).min(LEAD_MS_MAX),
        };
        let partition = Partition::open(parts)?;
        Ok(Self {
            post,
            receiver,
            pulse,
            partition: Some((partition, inbox)),
            until_idle: setting.until_idle,
            speed: setting.speed,
        })
    }

    /// Takes a program over before the run. See [`Partition::install`].
    pub fn install(&mut self, program: &Program) -> Result<Vec<Enrolled>, InstallFault> {
        match &mut self.partition {
            Some((partition, _)) => partition.install(program),
            None => Ok(Vec::new()),
        }
    }

    /// Opens the way out to people and systems of the user's own. Before the run.
    pub fn reach_out(&mut self, outside: Outside) {
        if let Some((partition, _)) = &mut self.partition {
            partition.reach_out(outside);
        }
    }

    /// Carries out a command while nothing runs (the store was opened by the command itself).
    pub fn command(&mut self, command: &Command) -> Result<Result<Value, String>, StoreFault> {
        match &mut self.partition {
            Some((partition, _)) => {
                let now = partition.now();
                partition.command(command, now)
            }
            None => Ok(Err("the engine is running; ask it".to_owned())),
        }
    }

    /// How others post to the turns.
    pub fn post(&self) -> Sender<Message> {
        self.post.clone()
    }

    /// Asks a running engine and waits for its answer. For threads other than the turns'.
    pub fn ask(post: &Sender<Message>, command: Command) -> Result<Value, String> {
        let (answer, answered) = channel();
        post.send(Message::Asked(Asked { command, answer })).map_err(|_| "the engine has ended".to_owned())?;
        answered.recv().map_err(|_| "the engine ended before it answered".to_owned())?
    }

    /// Takes turns on this thread until told to stop, or until idle. Everything is durable when it returns.
    pub fn run(&mut self) -> Result<Ended, StoreFault> {
        let Some((mut partition, inbox)) = self.partition.take() else { return Ok(Ended::Stopped) };
        partition.wake_up()?;
        let ended = self.take_turns(&mut partition, &inbox)?;
        partition.heartbeat(partition.now())?;
        partition.parts.store.settle()?;
        Ok(ended)
    }

    fn take_turns(&self, partition: &mut Partition, inbox: &Inbox<Message>) -> Result<Ended, StoreFault> {
        let mut alive_at = Timestamp(i64::MIN);
        let mut stop_waits = STOP_MAX;
        loop {
            let now = partition.now();
            if now.since_ms(alive_at) >= ALIVE_MS.max(ALIVE_REAL_MS.saturating_mul(i64::from(self.speed))) {
                self.again_later(partition.heartbeat(now))?;
                alive_at = now;
            }
            let next = match partition.turn(now) {
                Ok(next) => partition.parts.clock.until(next).min(SLEEP_MAX),
                Err(fault) => self.again_later(Err(fault)).map(|()| STORE_AGAIN)?,
            };
            if partition.is_stopping() && (partition.is_at_rest() || stop_waits.is_zero()) {
                return Ok(Ended::Stopped);
            }
            if self.until_idle && partition.is_idle() {
                return Ok(Ended::Idle { parked: partition.agenda.parked_count() });
            }
            let next = if partition.is_stopping() { STOP_LOOK } else { next };
            match inbox.recv_timeout(next) {
                Ok(message) => {
                    self.again_later(partition.take(message))?;
                    while let Ok(message) = inbox.try_recv() {
                        self.again_later(partition.take(message))?;
                    }
                }
                Err(RecvTimeoutError::Timeout) if partition.is_stopping() => stop_waits = stop_waits.saturating_sub(STOP_LOOK),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Ended::Stopped),
            }
        }
    }

    /// A full disk passes; any other fault of the store ends the run.
    fn again_later(&self, result: Result<(), StoreFault>) -> Result<(), StoreFault> {
        match result {
            Err(fault) if fault.is_transient() => {
                self.pulse.trouble(Some(fault.to_string()));
                Ok(())
            }
            other => other,
        }
    }
}
