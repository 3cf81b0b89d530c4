//! A town in which everything is judged by the far side's ledger.

use crate::runtime::wish::{Wish, pooled};
use campaign_engine::model::account::{Channel, Tier};
use campaign_engine::model::id::EnrollmentId;
use campaign_engine::model::journal::{Entry, EntryKind};
use campaign_engine::model::program::Program;
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::enroll::Enrolled;
use campaign_engine::sim::faults::{Faults, Rule};
use campaign_engine::sim::people;
use campaign_engine::sim::postpress::account::AccountSeed;
use campaign_engine::sim::postpress::ledger::{Kind, Line};
use campaign_engine::sim::world::{Setting, Town as World};
use campaign_engine::store::memory::MemoryStore;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 2027-01-04T07:00Z, a Monday.
pub const BEGIN: Timestamp = Timestamp(1_799_046_000_000);

/// A world of those people in which nothing goes wrong, for a store in memory.
pub fn quiet(program: Program, people: &Path) -> Setting {
    Setting {
        program,
        store: Arc::new(MemoryStore::new()),
        people: people::file::read(people, 7).unwrap(),
        accounts: vec![AccountSeed::new("acc_lina", Channel::Linkedin, Tier::SalesNavigator, "Lina Berg")],
        faults: Faults::new(7, Vec::new()),
        ledger: None,
        begin: BEGIN,
        hears: true,
    }
}

/// The engine, its far side, and the time.
pub struct Town {
    town: World,
    ledger: PathBuf,
    _dir: tempfile::TempDir,
}

impl Deref for Town {
    type Target = World;

    fn deref(&self) -> &World {
        &self.town
    }
}

impl DerefMut for Town {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.town
    }
}

impl Town {
    pub fn new(wish: Wish) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (file, ledger) = (dir.path().join("people.csv"), dir.path().join("ledger.jsonl"));
        let rows = wish.people.join("\n");
        std::fs::write(&file, format!("identifier,accepts_after,replies_after,reply,relation,open_profile\n{rows}\n")).unwrap();
        let rules: Vec<Rule> = serde_json::from_value(wish.faults).unwrap();
        let program = pooled(&wish.others, &wish.people, wish.body, wish.limits, wish.rules);
        let mut setting = Setting {
            store: wish.store,
            faults: Faults::new(7, rules),
            ledger: Some(ledger.clone()),
            hears: wish.hears,
            ..quiet(program, &file)
        };
        setting.accounts.extend(
            wish.others
                .iter()
                .map(|name| AccountSeed::new(&format!("acc_{name}"), Channel::Linkedin, Tier::SalesNavigator, name)),
        );
        Self { town: World::new(setting).unwrap(), ledger, _dir: dir }
    }

    /// Starts the engine again.
    pub fn open(&mut self) {
        self.town.open().unwrap();
    }

    /// Installs other campaigns while the engine runs; the refusal's sentence, if it is refused.
    pub fn edit(&mut self, program: Program) -> Result<Vec<Enrolled>, String> {
        self.town.install(program).map_err(|fault| fault.to_string())?;
        Ok(self.town.enrolled.clone())
    }

    pub fn command(&mut self, command: &Command) {
        self.town.command(command).unwrap().unwrap();
    }

    /// What the engine says to a command.
    pub fn town_command(&mut self, command: &Command) -> Result<serde_json::Value, String> {
        self.town.command(command).unwrap()
    }

    pub fn settle_down(&mut self) -> Timestamp {
        self.town.settle_down().unwrap()
    }

    pub fn round(&mut self) -> (bool, Timestamp) {
        self.town.round().unwrap()
    }

    /// So many signs of life.
    pub fn beat(&mut self, times: usize) {
        let now = self.now();
        let house = self.town.house.as_mut().unwrap();
        (0..times).for_each(|_| house.partition.heartbeat(now).unwrap());
    }

    /// Lets so many days pass, or less when everybody has ended.
    pub fn live(&mut self, days: i64) {
        self.town.live(days).unwrap();
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
        let people = self.enrollments().unwrap();
        let lines = people.iter().flat_map(|one| {
            let id = one.id;
            self.timeline(id).unwrap().into_iter().map(move |entry| (id, entry))
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
            if ["invite", "message", "inmail", "group"].contains(&detail(&entry, "kind")) {
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

pub fn detail<'a>(entry: &'a Entry, name: &str) -> &'a str {
    entry.detail.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

fn reaches(kind: Kind) -> bool {
    matches!(kind, Kind::Invite | Kind::Message | Kind::Inmail | Kind::Group)
}

pub fn word(kind: Kind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap_or_default().to_owned()
}
