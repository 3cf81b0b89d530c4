//! What was under way at each kill, read off the journal, the ledger and the wire once the world is done.

use crate::lab::rig::wire::Call;
use crate::model::id::EffectKey;
use crate::model::intent::{Intent, IntentState};
use crate::model::journal::{Cause, Change, Commit, Key, Meta, Record};
use crate::model::time::Timestamp;
use crate::runtime::clock::Anchor;
use crate::sim::postpress::ledger::Line;
use std::collections::BTreeMap;

/// A process's clock starts at a whole millisecond of the wall: so much later a commit of a dead process may seem to be.
const SLACK_MS: i64 = 2;

/// How many kills hit each phase of a send. One kill may hit several: accounts work side by side.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Phases {
    before_intent: u64,
    after_intent: u64,
    in_call: u64,
    after_effect: u64,
    after_outcome: u64,
}

impl Phases {
    /// Each with its name.
    pub fn counts(&self) -> [(&'static str, u64); 5] {
        [
            ("before_intent", self.before_intent),
            ("after_intent", self.after_intent),
            ("in_call", self.in_call),
            ("after_effect", self.after_effect),
            ("after_outcome", self.after_outcome),
        ]
    }

    /// Adds another world's.
    pub fn add(&mut self, other: &Self) {
        self.before_intent += other.before_intent;
        self.after_intent += other.after_intent;
        self.in_call += other.in_call;
        self.after_effect += other.after_effect;
        self.after_outcome += other.after_outcome;
    }
}

/// What was under way at one moment.
#[derive(Default)]
struct Moment {
    open: BTreeMap<EffectKey, Intent>,
    /// The last step of the outbox in this life was an outcome, or an intent; none: it made no step yet.
    last_was_outcome: Option<bool>,
}

/// Tells the kills at these wall times apart.
pub fn hit(commits: &[Commit], ledger: &[Line], calls: &[Call], deaths: &[Timestamp]) -> Phases {
    let mut phases = Phases::default();
    let Some(anchor) = commits.iter().find_map(anchor) else { return phases };
    let mut rest = commits.iter().filter(|commit| commit.cause != Cause::Command { word: "anchor".to_owned() }).peekable();
    let mut moment = Moment::default();
    for death in deaths {
        moment.last_was_outcome = None;
        let last = anchor.at(death.plus_ms(SLACK_MS));
        while let Some(commit) = rest.next_if(|commit| commit.at <= last) {
            moment.take(commit);
        }
        moment.count(*death, ledger, calls, &mut phases);
    }
    phases
}

fn anchor(commit: &Commit) -> Option<Anchor> {
    commit.changes.iter().find_map(|change| match change {
        Change::Put(Record::Meta(Meta::Anchor { wall, virtual_at, speed })) => {
            Some(Anchor { wall: *wall, virtual_at: *virtual_at, speed: *speed })
        }
        Change::Put(_) | Change::Delete(_) => None,
    })
}

impl Moment {
    fn take(&mut self, commit: &Commit) {
        for change in &commit.changes {
            match change {
                Change::Put(Record::Intent(intent)) if intent.state == IntentState::Open => {
                    self.open.insert(intent.key, (**intent).clone());
                    self.last_was_outcome = Some(false);
                }
                Change::Put(Record::Intent(intent)) => {
                    self.open.remove(&intent.key);
                }
                Change::Delete(Key::Intent(key)) => {
                    self.open.remove(key);
                    self.last_was_outcome = Some(true);
                }
                Change::Put(_) | Change::Delete(_) => {}
            }
        }
    }

    fn count(&self, death: Timestamp, ledger: &[Line], calls: &[Call], phases: &mut Phases) {
        let mut hit = Phases::default();
        for intent in self.open.values() {
            let name = name(intent);
            let is_effect = |line: &&Line| line.idempotency_key.as_deref() == Some(name.as_str()) && wall(line) <= death;
            if !calls.iter().rev().any(|call| call.begun_at <= death && is_about(call, &name)) {
                hit.after_intent = 1;
            } else if ledger.iter().rev().any(|line| is_effect(&line)) {
                hit.after_effect = 1;
            } else {
                hit.in_call = 1;
            }
        }
        if self.open.is_empty() {
            match self.last_was_outcome {
                Some(true) => hit.after_outcome = 1,
                Some(false) | None => hit.before_intent = 1,
            }
        }
        phases.add(&hit);
    }
}

/// The name of the attempt, as the call carries it and the ledger keeps it.
fn name(intent: &Intent) -> String {
    format!("{}.{}", intent.key, intent.attempt)
}

fn is_about(call: &Call, name: &str) -> bool {
    // A header, so it ends with its line.
    call.sent.contains(&format!(": {name}\r\n"))
}

fn wall(line: &Line) -> Timestamp {
    line.at.parse::<jiff::Timestamp>().map(Timestamp::from).unwrap_or_default()
}
