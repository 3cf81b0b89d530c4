//! What the engine heard against what was said: nothing is missed, and nothing of ours is taken for somebody else's.

use crate::lab::oracle::books::detail;
use crate::lab::oracle::sends::reaches;
use crate::lab::oracle::{Breach, Invariant, Story};
use crate::model::journal::{Entry, EntryKind};
use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::postpress::Saying;
use crate::sim::postpress::ledger::Line;
use std::collections::BTreeSet;

/// Whoever has ended is listened to for thirty days; what is told days late must still fall into them.
const LISTENS_MS: i64 = 20 * DAY_MS;

/// One person in one campaign, by whom the world knows them.
pub struct Known<'s> {
    pub story: &'s Story,
    /// Accounts of ours that speak to them, and their key on that account's channel.
    pub lines: Vec<(String, String)>,
}

/// Judges I2 and I3 of what came in. `until`: what was said later may not be known yet.
pub fn judge(said: &[Saying], performed: &[Line], people: &[Known<'_>], until: Timestamp) -> Vec<Breach> {
    let ours: BTreeSet<&str> = performed
        .iter()
        .filter(|line| line.idempotency_key.is_some() && reaches(line.kind))
        .map(|line| line.provider_id.as_str())
        .collect();
    let mut breaches: Vec<Breach> = people.iter().flat_map(|known| mistaken(known.story, &ours)).collect();
    for saying in said.iter().filter(|saying| saying.at <= until && !saying.is_note && !ours.contains(saying.message.as_str())) {
        let place = (saying.account.clone(), saying.person.clone());
        let meant = people.iter().filter(|known| known.lines.contains(&place) && listens(known.story, saying.at));
        breaches.extend(meant.filter(|known| !has_heard(known.story, saying)).map(|known| {
            let who = if saying.is_own { "the owner" } else { "they" };
            let what = format!("{}: {who} wrote `{}` at {}, and nobody heard it", known.story.name(), saying.message, saying.at);
            Breach::new(Invariant::NoneLost, what)
        }));
    }
    breaches
}

/// Our own sends, taken for replies or for the owner's hand.
fn mistaken(story: &Story, ours: &BTreeSet<&str>) -> Vec<Breach> {
    let events = story.entries.iter().filter(|entry| entry.kind == EntryKind::Event);
    let wrong = events.filter(|entry| detail(entry, "message").is_some_and(|message| ours.contains(message)));
    wrong
        .map(|entry| {
            let (event, message) = (detail(entry, "event").unwrap_or("?"), detail(entry, "message").unwrap_or("?"));
            let what = format!("{}: our own `{message}` was taken for `{event}` at {}", story.name(), entry.at);
            Breach::new(Invariant::Truthful, what)
        })
        .collect()
}

fn at_of(entries: &[Entry], kind: EntryKind) -> Option<Timestamp> {
    entries.iter().find(|entry| entry.kind == kind).map(|entry| entry.at)
}

fn listens(story: &Story, at: Timestamp) -> bool {
    let began = at_of(&story.entries, EntryKind::Enrolled).is_some_and(|enrolled| at > enrolled);
    began && at_of(&story.entries, EntryKind::Ended).is_none_or(|ended| at.since_ms(ended) < LISTENS_MS)
}

fn has_heard(story: &Story, saying: &Saying) -> bool {
    story.entries.iter().any(|entry| detail(entry, "message") == Some(saying.message.as_str()))
}

/// P7: nobody's version changes without a line that says so.
pub fn versions(story: &Story) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut held: Option<u32> = None;
    for entry in story.entries.iter().filter(|entry| entry.version > 0) {
        if held.is_some_and(|held| held != entry.version) && entry.kind != EntryKind::Moved {
            let what = format!("{} is on version {} at {} without having been moved", story.name(), entry.version, entry.at);
            breaches.push(Breach::new(Invariant::Order, what));
        }
        held = Some(entry.version);
    }
    breaches
}

/// I10: the same reply is acted on once, however often it is told.
pub fn repeated(story: &Story) -> Vec<Breach> {
    let mut seen = BTreeSet::new();
    let events = story.entries.iter().filter(|entry| entry.kind == EntryKind::Event);
    let again = events.filter_map(|entry| Some((entry, detail(entry, "event")?, detail(entry, "message")?)));
    let again = again.filter(|(_, event, message)| !seen.insert((event.to_string(), message.to_string())));
    again
        .map(|(entry, event, message)| {
            let what = format!("{}: {event} `{message}` was acted on once more at {}", story.name(), entry.at);
            Breach::new(Invariant::Convergence, what)
        })
        .collect()
}
