//! A whole engine and its far side in virtual time: turns, errands and webhooks, one after another on one thread.

use crate::runtime::wish::{Wish, program};
use campaign_engine::model::account::{Channel, Tier};
use campaign_engine::model::id::{EnrollmentId, draw};
use campaign_engine::model::journal::{Entry, EntryKind, Record, Table};
use campaign_engine::model::program::Program;
use campaign_engine::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use campaign_engine::runtime::clock::{Clock, SetClock};
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::directory::Directory;
use campaign_engine::runtime::errand::{Errands, Message, Spawn};
use campaign_engine::runtime::gate::Gate;
use campaign_engine::runtime::inlet::{Accepted, Inlet};
use campaign_engine::runtime::partition::{Partition, Parts};
use campaign_engine::runtime::pulse::Pulse;
use campaign_engine::runtime::receive::{Door, Receiver};
use campaign_engine::sim::direct::Direct;
use campaign_engine::sim::faults::{Faults, Rule};
use campaign_engine::sim::people;
use campaign_engine::sim::postpress::account::AccountSeed;
use campaign_engine::sim::postpress::call::Call;
use campaign_engine::sim::postpress::ledger::{Kind, Line};
use campaign_engine::sim::postpress::{Settings, World};
use campaign_engine::store::contract::Store;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::mpsc::{Receiver as Inbox, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// 2027-01-04T07:00Z, a Monday.
pub const BEGIN: Timestamp = Timestamp(1_799_046_000_000);
const KEY: &str = "sandbox";

type Going = Arc<Mutex<VecDeque<Pin<Box<dyn Future<Output = ()> + Send>>>>>;

/// The engine, its far side, and the time.
pub struct Town {
    pub world: Arc<World>,
    pub clock: Arc<SetClock>,
    pub store: Arc<dyn Store>,
    program: Program,
    hears: bool,
    /// One in so many errands never comes back; 0: all do.
    pub loses: u64,
    sent_off: usize,
    ledger: PathBuf,
    _dir: tempfile::TempDir,
    pub house: Option<House>,
}

/// What a crash ends.
pub struct House {
    pub partition: Partition,
    inbox: Inbox<Message>,
    door: Door,
    going: Going,
}

impl Town {
    pub fn new(wish: Wish) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (file, ledger) = (dir.path().join("people.csv"), dir.path().join("ledger.jsonl"));
        let rows = wish.people.join("\n");
        std::fs::write(&file, format!("identifier,accepts_after,replies_after,reply,relation,open_profile\n{rows}\n")).unwrap();
        let clock = Arc::new(SetClock::at(BEGIN));
        let rules: Vec<Rule> = serde_json::from_value(wish.faults).unwrap();
        let settings = Settings {
            people: people::file::read(&file, 7).unwrap(),
            accounts: vec![AccountSeed::new("acc_lina", Channel::Linkedin, Tier::SalesNavigator, "Lina Berg")],
            key: KEY.to_owned(),
            clock: clock.clone(),
            ledger: Some(ledger.clone()),
            faults: Faults::new(7, rules),
        };
        let world = Arc::new(World::open(settings).unwrap());
        let program = program(&wish.people, wish.body, wish.limits, wish.rules);
        let store = wish.store;
        let mut town =
            Self { world, clock, store, program, hears: wish.hears, loses: 0, sent_off: 0, ledger, _dir: dir, house: None };
        if town.hears {
            town.register();
        }
        town.open();
        town
    }

    fn register(&self) {
        let sources = [
            ("messaging", json!(["message_received", "message_read", "message_reaction", "message_delivered"])),
            ("users", json!(["new_relation"])),
            ("account_status", json!(["credentials", "reconnected", "ok", "deleted"])),
        ];
        for (source, events) in sources {
            let body = json!({"source": source, "request_url": "http://127.0.0.1:9/", "name": "test", "events": events});
            // Faults may fall on these, too.
            assert!((0..50).any(|_| self.ask("POST", "webhooks", Some(body.clone())).0 == 201));
        }
    }

    /// Asks the world by hand.
    pub fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let answer = self.world.answer(&Call::json(method, path, KEY, body));
        (answer.reply.status, answer.reply.value().clone())
    }

    /// Starts the engine on its store, as `engine run` does.
    pub fn open(&mut self) {
        let (post, inbox) = channel();
        let (gate, directory) = (Arc::new(Gate::default()), Arc::new(Directory::default()));
        let clock: Arc<dyn Clock> = self.clock.clone();
        let going: Going = Arc::default();
        let queue = going.clone();
        let spawn: Spawn = Arc::new(move |errand| queue.lock().unwrap().push_back(errand));
        let door = Receiver::new(self.store.clone(), clock.clone(), gate.clone(), directory.clone(), post.clone());
        let parts = Parts {
            store: self.store.clone(),
            clock,
            connector: Arc::new(Direct::new(self.world.clone(), SecretString::from(KEY))),
            errands: Errands::new(post, spawn),
            gate,
            directory,
            pulse: Arc::new(Pulse::default()),
            root: PathBuf::new(),
            workspace: self.program.workspace.clone(),
            lead_ms: 10_000,
        };
        let mut partition = Partition::open(parts).unwrap();
        partition.install(&self.program).unwrap();
        partition.wake_up().unwrap();
        self.house = Some(House { partition, inbox, door: Door(door), going });
    }

    /// Ends without any order: what is in memory and on its way is gone.
    pub fn crash(&mut self) {
        // Errands under way never come back; nobody hears what they leave behind.
        self.house = None;
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn command(&mut self, command: &Command) {
        let now = self.now();
        self.house.as_mut().unwrap().partition.command(command, now).unwrap().unwrap();
    }

    /// Takes turns until something must wait; says until when. Panics when the turns go round without end.
    pub fn settle_down(&mut self) -> Timestamp {
        let mut still = 0;
        for _ in 0..100_000 {
            let (moved, next) = self.round();
            still = if moved { 0 } else { still + 1 };
            if !moved && next > self.now() {
                return next;
            }
            assert!(still < 200, "turns without end at {}", self.now());
        }
        panic!("never at rest at {}", self.now());
    }

    /// One round: webhooks in, messages in, a turn, errands out.
    pub fn round(&mut self) -> (bool, Timestamp) {
        let mut moved = self.deliver();
        let now = self.now();
        let house = self.house.as_mut().unwrap();
        while let Some(message) = house.next_message() {
            house.partition.take(message).unwrap();
            moved = true;
        }
        let next = match house.partition.turn(now) {
            Err(fault) if fault.is_transient() => now.plus_ms(MINUTE_MS),
            turned => turned.unwrap(),
        };
        let errands: Vec<_> = house.going.lock().unwrap().drain(..).collect();
        for mut errand in errands {
            moved = true;
            self.sent_off += 1;
            if self.loses > 0 && draw(&[b"lost", &self.sent_off.to_le_bytes()]).is_multiple_of(self.loses) {
                continue;
            }
            let done = errand.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(done, Poll::Ready(())), "the world answers at once");
        }
        (moved, next)
    }

    fn deliver(&mut self) -> bool {
        let deliveries = self.world.deliveries();
        let house = self.house.as_mut().unwrap();
        for delivery in &deliveries {
            let (tell, told) = channel();
            house.door.accept(&delivery.body, Box::new(move |accepted| drop(tell.send(accepted))));
            let accepted = told.recv_timeout(Duration::from_secs(20)).unwrap();
            assert!(matches!(accepted, Accepted::Durable | Accepted::Duplicate), "{accepted:?}");
        }
        !deliveries.is_empty()
    }

    /// Lets so many days pass, or less when everybody has ended.
    pub fn live(&mut self, days: i64) {
        let end = self.now().plus_ms(days * DAY_MS);
        while self.now() < end {
            let next = self.settle_down();
            if self.is_idle() {
                return;
            }
            let next = self.world.next_at().map_or(next, |at| at.min(next)).min(end);
            self.clock.set(next.max(self.now().plus_ms(1)));
        }
        self.settle_down();
    }

    pub fn is_idle(&self) -> bool {
        self.house.as_ref().unwrap().partition.is_idle()
    }

    /// What the far side performed.
    pub fn ledger(&self) -> Vec<Line> {
        let text = std::fs::read_to_string(&self.ledger).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Effects that reach a person, as `kind recipient`.
    pub fn reached(&self) -> Vec<String> {
        let lines = self.ledger().into_iter().filter(|line| reaches(line.kind));
        lines.map(|line| format!("{} {}", word(line.kind), line.recipient)).collect()
    }

    /// Every line of every timeline of that kind.
    pub fn lines(&self, kind: EntryKind) -> Vec<(EnrollmentId, Entry)> {
        let mut people = Vec::new();
        self.store
            .scan(Table::Enrollment, None, &mut |record| {
                if let Record::Enrollment(enrollment) = record {
                    people.push(enrollment.id);
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        let lines = people.into_iter().flat_map(|id| {
            let lines = self.store.timeline(id).unwrap();
            lines.into_iter().map(move |(_, entry)| (id, entry))
        });
        lines.filter(|(_, entry)| entry.kind == kind).collect()
    }

    /// How everybody ended, counted by `outcome`; `open` for those who have not.
    pub fn outcomes(&self) -> BTreeMap<String, usize> {
        let mut outcomes = BTreeMap::new();
        for (_, entry) in self.lines(EntryKind::Ended) {
            *outcomes.entry(detail(&entry, "outcome").to_owned()).or_insert(0) += 1;
        }
        outcomes
    }

    /// The oracle: each claimed send stands in the ledger once, and nothing else does.
    #[track_caller]
    pub fn judge(&self) {
        let mut performed: Vec<(String, String)> = Vec::new();
        for line in self.ledger().into_iter().filter(|line| reaches(line.kind)) {
            performed.push((line.provider_id, line.recipient_id));
        }
        let mut claimed = Vec::new();
        for (_, entry) in self.lines(EntryKind::Sent) {
            if detail(&entry, "kind") != "withdraw" {
                let id = detail(&entry, "provider_id");
                let by_person = id
                    .strip_prefix("relation:")
                    .and_then(|person| performed.iter().find(|(_, recipient)| recipient == person).map(|(id, _)| id.clone()));
                claimed.push(by_person.unwrap_or_else(|| id.to_owned()));
            }
        }
        let mut ids: Vec<String> = performed.into_iter().map(|(id, _)| id).collect();
        ids.sort();
        claimed.sort();
        assert_eq!(claimed, ids, "claimed on the left, performed on the right");
    }

    /// Nobody got the same twice.
    #[track_caller]
    pub fn judge_texts(&self, most: usize) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for line in self.ledger().into_iter().filter(|line| reaches(line.kind)) {
            *seen.entry(format!("{} {} {:?}", word(line.kind), line.recipient, line.text)).or_default() += 1;
        }
        let twice: Vec<_> = seen.into_iter().filter(|(_, count)| *count > most).collect();
        assert!(twice.is_empty(), "{twice:#?}");
    }
}

impl House {
    /// The next message; waits for one while a commit that somebody waits for is being made durable.
    fn next_message(&mut self) -> Option<Message> {
        if let Ok(message) = self.inbox.try_recv() {
            return Some(message);
        }
        let is_awaited = !self.partition.is_at_rest() && self.going.lock().unwrap().is_empty();
        is_awaited.then(|| self.inbox.recv_timeout(Duration::from_secs(20)).expect("an answer or a durable intent"))
    }
}

pub fn detail<'a>(entry: &'a Entry, name: &str) -> &'a str {
    entry.detail.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

fn reaches(kind: Kind) -> bool {
    matches!(kind, Kind::Invite | Kind::Message | Kind::Inmail)
}

pub fn word(kind: Kind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap_or_default().to_owned()
}
