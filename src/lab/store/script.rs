//! What the store's checks write: commits out of a seed, and what a store must hold after each of them.

use crate::lab::LabFault;
use crate::model::contact::Contact;
use crate::model::enrollment::{Enrollment, Facts, Sends, Status, Tasks, Trail};
use crate::model::id::{CampaignId, ContactId, EnrollmentId, Lsn, draw, fingerprint};
use crate::model::journal::{Cause, Change, Commit, Entry, EntryKind, InboxRow, Key, Record};
use crate::model::time::Timestamp;
use crate::store::contract::{Store, StoreFault, commit};
use crate::store::memory::MemoryStore;
use crate::store::upkeep::state_hash;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Enrollments, contacts and inbox rows that the commits are about: few, so that they meet often.
const PEOPLE: u64 = 7;
/// Commits of one submit at most.
const TOGETHER_MAX: u64 = 4;

/// Random numbers of a seed, one after another.
#[derive(Debug, Clone)]
pub struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    /// All chance of it comes of the seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, thrown: 0 }
    }

    /// From 0 to just below `sides`.
    pub fn throw(&mut self, sides: u64) -> u64 {
        self.thrown += 1;
        draw(&[b"store", &self.seed.to_le_bytes(), &self.thrown.to_le_bytes()]) % sides.max(1)
    }
}

/// Commits, in the portions in which they are submitted, and what they add up to.
#[derive(Debug)]
pub struct Script {
    pub portions: Vec<Vec<Commit>>,
    /// The state after so many commits, as `state_hash` says it.
    hashes: Vec<String>,
    whole: MemoryStore,
}

impl Script {
    /// So many portions out of a seed.
    pub fn new(seed: u64, portions: u64) -> Result<Self, LabFault> {
        let mut dice = Dice::new(seed);
        let whole = MemoryStore::new();
        let mut hashes = vec![state_hash(&whole).map_err(told)?];
        let mut nth = 0;
        let mut all = Vec::new();
        for _ in 0..portions {
            let together = 1 + dice.throw(TOGETHER_MAX);
            let mut portion = Vec::new();
            for _ in 0..together {
                nth += 1;
                let one = one(&mut dice, nth);
                commit(&whole, vec![one.clone()]).map_err(told)?;
                hashes.push(state_hash(&whole).map_err(told)?);
                portion.push(one);
            }
            all.push(portion);
        }
        Ok(Self { portions: all, hashes, whole })
    }

    /// Commits in all.
    pub fn len(&self) -> u64 {
        self.hashes.len() as u64 - 1
    }

    /// No commit at all?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The portions that come after so many commits, which must end a portion or be cut from one.
    pub fn after(&self, commits: u64) -> Vec<Vec<Commit>> {
        let mut left = usize::try_from(commits).unwrap_or(usize::MAX);
        let mut rest = Vec::new();
        for portion in &self.portions {
            let skipped = left.min(portion.len());
            left -= skipped;
            let kept = portion.get(skipped..).unwrap_or_default();
            rest.extend((!kept.is_empty()).then(|| kept.to_vec()));
        }
        rest
    }

    /// The end of the portion after so many commits: what may have been written without being acknowledged.
    pub fn next_end(&self, commits: u64) -> u64 {
        let mut end = 0;
        for portion in &self.portions {
            end += portion.len() as u64;
            if end > commits {
                return end;
            }
        }
        end
    }

    /// Submits what a store does not have yet; `acknowledged` hears of each portion that is durable.
    pub fn run(&self, store: &dyn Store, acknowledged: &mut dyn FnMut(Lsn)) -> Result<(), StoreFault> {
        for portion in self.after(store.figures().last.0) {
            acknowledged(commit(store, portion)?);
        }
        Ok(())
    }

    /// What is wrong with a store that was opened again: it holds the first so many commits, at least what was
    /// acknowledged, at most what was submitted, and nothing else.
    pub fn judge(&self, store: &dyn Store, acknowledged: u64, submitted: u64) -> Result<(), String> {
        let last = store.figures().last.0;
        if last < acknowledged {
            return Err(format!("lost: {acknowledged} commits were acknowledged, {last} are there"));
        }
        if last > submitted {
            return Err(format!("phantom: {submitted} commits were submitted, {last} are there"));
        }
        let found = state_hash(store).map_err(|fault| format!("unreadable: {fault}"))?;
        let wanted = usize::try_from(last).ok().and_then(|at| self.hashes.get(at));
        if wanted != Some(&found) {
            return Err(format!("differs: the state after {last} commits is another"));
        }
        let commits: Vec<&Commit> = self.portions.iter().flatten().take(usize::try_from(last).unwrap_or(usize::MAX)).collect();
        let mut nth = 0;
        let mut wrong = None;
        let mut see = |lsn: Lsn, commit: Commit| {
            nth += 1;
            if lsn.0 != nth || commits.get(nth as usize - 1) != Some(&&commit) {
                wrong = Some(lsn);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        store.replay(Lsn(1), &mut see).map_err(|fault| format!("unreadable: {fault}"))?;
        if nth != last || wrong.is_some() {
            return Err(format!("differs: the journal's commit {} is another", wrong.map_or(nth + 1, |lsn| lsn.0)));
        }
        self.judge_lines(store, last)
    }

    /// The state at the end, as `state_hash` says it.
    pub fn last_hash(&self) -> Option<&str> {
        self.hashes.last().map(String::as_str)
    }

    /// What is wrong with the timelines of a store that holds everything, wherever in the order their lines stand now.
    pub fn judge_entries(&self, store: &dyn Store) -> Result<(), String> {
        for id in (0..PEOPLE).map(EnrollmentId) {
            let entries = |store: &dyn Store| -> Result<Vec<Entry>, String> {
                let lines = store.timeline(id).map_err(|fault| format!("unreadable: {fault}"))?;
                Ok(lines.into_iter().map(|(_, entry)| entry).collect())
            };
            if entries(store)? != entries(&self.whole)? {
                return Err(format!("differs: the timeline of {id} is another"));
            }
        }
        Ok(())
    }

    /// Timelines, as far as they can be: those of people that the script deletes depend on when.
    fn judge_lines(&self, store: &dyn Store, last: u64) -> Result<(), String> {
        for id in (0..PEOPLE).map(EnrollmentId) {
            let found = store.timeline(id).map_err(|fault| format!("unreadable: {fault}"))?;
            let whole = self.whole.timeline(id).map_err(|fault| fault.to_string())?;
            let wanted: Vec<_> = whole.into_iter().take_while(|(lsn, _)| lsn.0 <= last).collect();
            if found != wanted {
                return Err(format!("differs: the timeline of {id} has {} lines, {} are right", found.len(), wanted.len()));
            }
        }
        Ok(())
    }
}

/// A fault of the lab's own.
pub fn told(fault: impl std::fmt::Display) -> LabFault {
    LabFault(fault.to_string())
}

fn one(dice: &mut Dice, nth: u64) -> Commit {
    let id = dice.throw(PEOPLE);
    let at = Timestamp(1_800_000_000_000 + nth as i64);
    let text = |dice: &mut Dice, most: u64| "offerten ".repeat(1 + dice.throw(most) as usize);
    let (cause, changes, entries) = match dice.throw(6) {
        0 => {
            let (row, body) = (nth, format!("{{\"n\":{nth},\"text\":\"{}\"}}", text(dice, 300)));
            let inbox = InboxRow { row, at, dedup: fingerprint(&[&row.to_be_bytes()]), enrollments: vec![], account: None, body };
            (Cause::Arrival, vec![Change::Put(Record::Inbox(Box::new(inbox)))], vec![])
        }
        1 => (Cause::Inbox { row: id }, vec![Change::Delete(Key::Inbox { row: dice.throw(nth) })], vec![]),
        2 => {
            let fields = BTreeMap::from([("first_name".to_owned(), text(dice, 20))]);
            let (id, key, tags) = (ContactId(id), format!("contact-{id}"), BTreeSet::new());
            let contact = Contact { id, key, fields, tags, suppressed: None, contacted_at: None };
            (Cause::Enrolment, vec![Change::Put(Record::Contact(Box::new(contact)))], vec![])
        }
        _ => {
            let detail = vec![("text".to_owned(), text(dice, 40))];
            let entry = Entry { at, kind: EntryKind::Event, step: format!("s{nth}"), version: 1, detail };
            let put = Change::Put(Record::Enrollment(Box::new(enrollment(id, nth, at))));
            (Cause::Timer { enrollment: EnrollmentId(id) }, vec![put], vec![(EnrollmentId(id), entry)])
        }
    };
    Commit { at, cause, changes, entries }
}

fn enrollment(id: u64, nth: u64, at: Timestamp) -> Enrollment {
    Enrollment {
        id: EnrollmentId(id),
        campaign: CampaignId(1),
        contact: ContactId(id),
        lines: BTreeMap::new(),
        enrolled_at: Timestamp(1),
        started_at: None,
        updated_at: at,
        status: Status::Queued,
        visits: nth as u32,
        loops: Vec::new(),
        left: Vec::new(),
        trail: Trail::default(),
        tasks: Tasks::default(),
        groups: Vec::new(),
        facts: Facts::default(),
        sends: Sends::default(),
    }
}
