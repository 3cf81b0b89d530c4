//! The engine of a town: what a crash ends.

use crate::model::program::Program;
use crate::runtime::clock::{Clock, SkewedClock};
use crate::runtime::directory::Directory;
use crate::runtime::enroll::Enrolled;
use crate::runtime::errand::{Errands, Message, Spawn};
use crate::runtime::gate::Gate;
use crate::runtime::inlet::{Accepted, Inlet};
use crate::runtime::partition::{Partition, Parts};
use crate::runtime::pulse::Pulse;
use crate::runtime::receive::{Door, Receiver};
use crate::sim::direct::Direct;
use crate::sim::postpress::World;
use crate::sim::world::fault::TownFault;
use crate::store::contract::Store;
use secrecy::SecretString;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Receiver as Inbox, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The key of the pretend postpress.
pub(super) const KEY: &str = "sandbox";
/// A store with threads of its own has so long, in real time, to make something durable.
const DURABLE_MAX: Duration = Duration::from_secs(20);
/// No call starts in the last ten seconds of a window, as in a run at the wall's own pace.
const LEAD_MS: i64 = 10_000;

/// An errand on its way.
pub(super) type Going = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A running engine.
pub struct House {
    pub partition: Partition,
    inbox: Inbox<Message>,
    door: Door,
    going: Arc<Mutex<VecDeque<Going>>>,
}

impl House {
    /// Starts an engine on a store, in a world, as `engine run` does.
    pub(super) fn open(
        store: &Arc<dyn Store>,
        clock: &Arc<SkewedClock>,
        world: &Arc<World>,
        program: &Program,
    ) -> Result<(Self, Vec<Enrolled>), TownFault> {
        let (post, inbox) = channel();
        let (gate, directory) = (Arc::new(Gate::default()), Arc::new(Directory::default()));
        let own = Arc::clone(clock);
        let clock = Arc::clone(clock) as Arc<dyn Clock>;
        let going: Arc<Mutex<VecDeque<Going>>> = Arc::default();
        let queue = Arc::clone(&going);
        let spawn: Spawn = Arc::new(move |errand| queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(errand));
        let receiver =
            Receiver::new(Arc::clone(store), Arc::clone(&clock), Arc::clone(&gate), Arc::clone(&directory), post.clone());
        let parts = Parts {
            store: Arc::clone(store),
            clock,
            connector: Arc::new(Direct::new(Arc::clone(world), SecretString::from(KEY)).with_clock(own)),
            errands: Errands::new(post, spawn),
            gate,
            directory,
            pulse: Arc::new(Pulse::default()),
            root: program.root.clone(),
            workspace: program.workspace.clone(),
            lead_ms: LEAD_MS,
        };
        let mut partition = Partition::open(parts)?;
        let enrolled = partition.install(program)?;
        partition.wake_up()?;
        Ok((Self { partition, inbox, door: Door(receiver), going }, enrolled))
    }

    /// Hands a webhook over and waits for what becomes of it: durable, known, or not taken.
    pub(super) fn hear(&self, body: &[u8]) -> Result<Accepted, TownFault> {
        self.knock(body).recv_timeout(DURABLE_MAX).map_err(|_| TownFault::Stuck)
    }

    /// Hands many over before it waits for the first.
    pub(super) fn hear_all(&self, bodies: &[Vec<u8>]) -> Result<Vec<Accepted>, TownFault> {
        let told: Vec<Inbox<Accepted>> = bodies.iter().map(|body| self.knock(body)).collect();
        told.into_iter().map(|told| told.recv_timeout(DURABLE_MAX).map_err(|_| TownFault::Stuck)).collect()
    }

    fn knock(&self, body: &[u8]) -> Inbox<Accepted> {
        let (tell, told) = channel();
        self.door.accept(body, Box::new(move |accepted| drop(tell.send(accepted))));
        told
    }

    /// The next message; waits for one while a commit that somebody waits for is being made durable.
    pub(super) fn next_message(&self) -> Result<Option<Message>, TownFault> {
        if let Ok(message) = self.inbox.try_recv() {
            return Ok(Some(message));
        }
        let is_awaited = !self.partition.is_at_rest() && self.lock().is_empty();
        if !is_awaited {
            return Ok(None);
        }
        self.inbox.recv_timeout(DURABLE_MAX).map(Some).map_err(|_| TownFault::Stuck)
    }

    /// The errands that set out since the last time.
    pub(super) fn take_errands(&self) -> VecDeque<Going> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Going>> {
        self.going.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
