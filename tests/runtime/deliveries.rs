//! Every payload as it arrives from postpress, through the door and the turns: what it does to the person it concerns.

use crate::store::behind::{Behind, Rule};
use campaign_engine::connector::absent::Absent;
use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::model::enrollment::{Enrollment, Relation, Status};
use campaign_engine::model::id::{AccountId, EnrollmentId, Lsn};
use campaign_engine::model::journal::{Commit, Key, Record, Table};
use campaign_engine::model::time::{DAY_MS, Timestamp};
use campaign_engine::runtime::clock::{Clock, SetClock};
use campaign_engine::runtime::directory::Directory;
use campaign_engine::runtime::errand::Errands;
use campaign_engine::runtime::gate::Gate;
use campaign_engine::runtime::inlet::{Accepted, Inlet};
use campaign_engine::runtime::partition::{Partition, Parts};
use campaign_engine::runtime::pulse::Pulse;
use campaign_engine::runtime::receive::{Door, Receiver};
use campaign_engine::store::contract::{Done, Store, StoreFault};
use campaign_engine::store::memory::MemoryStore;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver as Inbox, channel};
use std::sync::{Arc, Mutex};

/// Before the earliest payload.
const BEGIN: Timestamp = Timestamp(1_788_772_800_000);

const FOLDER: &str = r#"
workspace w
  account lina
    id "Qm3vT8xLRa2pYd0sWk9uZg"
    channel linkedin
  end
  account wa
    id "h7KpW2cNS5qVbE1rTx4oMA"
    channel whatsapp
  end
  pool all lina, wa
  schedule
    send monday to sunday 00:00-24:00
    timezone "UTC"
  end
end
campaign c
  accounts from pool all
  outcomes neutral over
  contacts from "l.csv"
    need id
    may have linkedin, whatsapp
  end
  steps
    hold: wait 90 days
    stop as over
  end
end
"#;

const LIST: &str = "id,linkedin,whatsapp\ntobias,ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo,\nines,,+44 7700 900123\n";

struct Hall {
    store: Arc<dyn Store>,
    clock: Arc<SetClock>,
    partition: Partition,
    inbox: Inbox<campaign_engine::runtime::errand::Message>,
    door: Door,
}

/// A store that says only when it is told to what was durable before.
struct Slow {
    waiting: Mutex<Vec<Done>>,
}

impl Rule for Arc<Slow> {
    fn submit(&self, inner: &dyn Store, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        if commits.is_empty() {
            self.waiting.lock().unwrap().push(done);
            return Ok(inner.figures().last);
        }
        inner.submit(commits, done)
    }
}

impl Hall {
    /// Tobias on LinkedIn and Ines on WhatsApp, both waiting at `hold`.
    fn new() -> Self {
        Self::over(Arc::new(MemoryStore::new()))
    }

    fn over(store: Arc<dyn Store>) -> Self {
        let source = Source { path: "c.camp".into(), notation: Notation::Camp, text: FOLDER.into() };
        let compiled = compile(&[source], &MemoryFiles::new(".").with("l.csv", LIST));
        assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
        let clock = Arc::new(SetClock::at(BEGIN));
        let (post, inbox) = channel();
        let (gate, directory) = (Arc::new(Gate::default()), Arc::new(Directory::default()));
        let hands = || clock.clone() as Arc<dyn Clock>;
        let door = Door(Receiver::new(Arc::clone(&store), hands(), Arc::clone(&gate), Arc::clone(&directory), post.clone()));
        let parts = Parts {
            store: Arc::clone(&store),
            clock: hands(),
            connector: Arc::new(Absent),
            errands: Errands::new(post, Arc::new(|_| {})),
            gate,
            directory,
            pulse: Arc::new(Pulse::default()),
            root: Path::new(".").to_path_buf(),
            workspace: compiled.program.workspace.clone(),
            lead_ms: 0,
        };
        let mut partition = Partition::open(parts).unwrap();
        partition.install(&compiled.program).unwrap();
        let mut hall = Self { store, clock, partition, inbox, door };
        hall.turn();
        // The payloads were written in September 2026.
        hall.clock.set(BEGIN.plus_ms(20 * DAY_MS));
        hall
    }

    fn turn(&mut self) {
        for _ in 0..4 {
            while let Ok(message) = self.inbox.try_recv() {
                self.partition.take(message).unwrap();
            }
            self.partition.turn(self.clock.now()).unwrap();
        }
    }

    fn deliver(&mut self, body: &[u8]) -> Accepted {
        let told = self.hand_over(body);
        let told = told.lock().unwrap().take();
        told.expect("the door answers at once over a store in memory")
    }

    /// What the door answers, once it does.
    fn hand_over(&mut self, body: &[u8]) -> Arc<Mutex<Option<Accepted>>> {
        let told = Arc::new(Mutex::new(None));
        let tell = Arc::clone(&told);
        self.door.accept(body, Box::new(move |accepted| *tell.lock().unwrap() = Some(accepted)));
        self.turn();
        told
    }

    fn person(&self, id: u64) -> Enrollment {
        match self.store.get(&Key::Enrollment(EnrollmentId(id))).unwrap() {
            Some(Record::Enrollment(enrollment)) => *enrollment,
            other => panic!("{other:?}"),
        }
    }

    fn outcome(&self, id: u64) -> String {
        let enrollment = self.person(id);
        let Some(Record::Campaign(installed)) = self.store.get(&Key::Campaign(enrollment.campaign)).unwrap() else {
            panic!("none")
        };
        match enrollment.status {
            Status::Ended { outcome, .. } => installed.campaign.outcome(outcome).name.clone(),
            Status::Queued => "queued".to_owned(),
            Status::Active { .. } => match enrollment.facts.relation {
                Relation::Yes => "active, connected".to_owned(),
                Relation::None | Relation::Pending => "active".to_owned(),
            },
        }
    }

    fn health(&self) -> String {
        match self.store.get(&Key::Account(AccountId(1))).unwrap() {
            Some(Record::Account(account)) => format!("{:?}", account.health).split([' ', '{']).next().unwrap().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn unrouted(&self) -> usize {
        let mut count = 0;
        self.store
            .scan(Table::Unrouted, None, &mut |_| {
                count += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        count
    }

    fn last(&self) -> u64 {
        self.store.figures().last.0
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connector/fixtures/webhooks").join(format!("{name}.json"));
    std::fs::read(path).unwrap()
}

/// Delivers one payload to a fresh hall: Tobias, Ines, the LinkedIn account, what is nobody's.
fn check(name: &str, expected: [&str; 3], unrouted: usize) {
    let mut hall = Hall::new();
    let body = fixture(name);
    assert_eq!(hall.deliver(&body), Accepted::Durable, "{name}");
    assert_eq!([hall.outcome(1).as_str(), &hall.outcome(2), &hall.health()], expected, "{name}");
    assert_eq!(hall.unrouted(), unrouted, "{name}");
}

#[test]
fn replies_end_the_path_and_own_sends_are_takeovers() {
    for name in ["inbound", "attachments_prefixed", "inmail_reply", "replayed_after_reconnect", "voice_note_no_text"] {
        check(&format!("message_received_{name}"), ["replied", "active", "Unknown"], 0);
    }
    for name in ["own_api_send", "own_other_device", "seed_shape"] {
        check(&format!("message_received_{name}"), ["taken_over", "active", "Unknown"], 0);
    }
    check("message_received_whatsapp_inbound", ["active", "replied", "Unknown"], 0);
    check("message_received_whatsapp_own_send", ["active", "taken_over", "Unknown"], 0);
}

#[test]
fn what_is_no_reply_moves_nobody() {
    for name in ["read", "delivered", "edited", "deleted", "reaction"] {
        let mut hall = Hall::new();
        assert_eq!(hall.deliver(&fixture(&format!("message_{name}"))), Accepted::Durable, "{name}");
        assert_eq!([hall.outcome(1), hall.outcome(2)], ["active", "active"], "{name}");
    }
    for name in ["call_event", "group_event"] {
        check(&format!("message_received_whatsapp_{name}"), ["active", "active", "Unknown"], 0);
    }
}

#[test]
fn acceptances_are_facts_and_strangers_are_kept_and_shown() {
    check("message_received_invitation_note", ["active, connected", "active", "Unknown"], 0);
    check("new_relation", ["active, connected", "active", "Unknown"], 0);
    check("new_relation_not_ours", ["active", "active", "Unknown"], 1);
}

#[test]
fn an_accounts_state_is_taken_over() {
    for (name, health) in [
        ("account_status_ok", "Ok"),
        ("account_status_reconnected", "Ok"),
        ("account_status_creation_success", "Ok"),
        ("account_status_credentials", "Lost"),
        ("account_status_permissions", "Lost"),
        ("account_status_error", "Lost"),
        ("account_status_stopped", "Lost"),
        ("account_status_deleted", "Deleted"),
        ("account_status_connecting", "Unknown"),
        ("account_status_sync_success", "Unknown"),
        ("account_status_creation_fail", "Lost"),
        ("hosted_auth_notify_created", "Ok"),
        ("hosted_auth_notify_reconnected", "Ok"),
    ] {
        check(name, ["active", "active", health], 0);
    }
}

#[test]
fn the_same_event_twice_is_one_event_and_rubbish_is_none() {
    let mut hall = Hall::new();
    let body = fixture("message_received_inbound");
    assert_eq!(hall.deliver(&body), Accepted::Durable);
    let last = hall.last();
    assert_eq!(hall.deliver(&body), Accepted::Duplicate);
    assert!(matches!(hall.deliver(b"not json {"), Accepted::Unreadable(_)));
    assert_eq!(hall.last(), last);
}

/// What a poll read may be known and not yet on the disk: the webhook that tells of it is answered when it is, or else refused.
#[test]
fn what_is_known_is_called_known_once_it_is_durable() {
    for is_kept in [true, false] {
        let slow = Arc::new(Slow { waiting: Mutex::default() });
        let mut hall = Hall::over(Arc::new(Behind { inner: Arc::new(MemoryStore::new()), rule: Arc::clone(&slow) }));
        let body = fixture("message_received_inbound");
        assert_eq!(hall.deliver(&body), Accepted::Durable);
        let told = [hall.hand_over(&body), hall.hand_over(&body)];
        assert!(told.iter().all(|told| told.lock().unwrap().is_none()), "nothing is promised before the disk has it");
        let durable = || if is_kept { Ok(Lsn(1)) } else { Err(StoreFault::Poisoned { because: "the disk is gone".to_owned() }) };
        slow.waiting.lock().unwrap().drain(..).for_each(|done| done(durable()));
        for told in told {
            let told = told.lock().unwrap().take();
            assert!(
                matches!((&told, is_kept), (Some(Accepted::Duplicate), true) | (Some(Accepted::Failed(_)), false)),
                "{told:?}"
            );
        }
    }
}
