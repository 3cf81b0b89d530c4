//! I1, I2, I3 and I8: sends performed against sends claimed.

use crate::lab::oracle::books::{Attempt, End, attempts, detail};
use crate::lab::oracle::{Books, Breach, Invariant, Story, When};
use crate::model::account::Channel;
use crate::model::journal::EntryKind;
use crate::sim::people::identity;
use crate::sim::postpress::ledger::{Kind, Line};
use std::collections::BTreeMap;

/// What the far side's clock and ours may differ by: timelines go by ours, and the lab sets it wrong by days.
const SKEW_MS: i64 = 3 * 24 * 3_600_000;

/// Does the effect reach a person?
pub fn reaches(kind: Kind) -> bool {
    match kind {
        Kind::Invite | Kind::Message | Kind::Inmail | Kind::Group => true,
        Kind::Withdraw | Kind::Reaction | Kind::Comment | Kind::Endorse | Kind::View | Kind::Follow => false,
    }
}

/// The kind as timelines write it.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Invite => "invite",
        Kind::Withdraw => "withdraw",
        Kind::Message => "message",
        Kind::Inmail => "inmail",
        Kind::Group => "group",
        Kind::Reaction => "reaction",
        Kind::Comment => "comment",
        Kind::Endorse => "endorse",
        Kind::View => "view",
        Kind::Follow => "follow",
    }
}

/// The effect an idempotency key names: everything but the number of the attempt.
fn effect_of(line: &Line) -> Option<&str> {
    line.idempotency_key.as_deref().and_then(|key| key.rsplit_once('.')).map(|(effect, _)| effect)
}

/// Judges what reached people.
pub fn judge(books: &Books, when: When) -> Vec<Breach> {
    let performed: Vec<&Line> = books.performed.iter().filter(|line| reaches(line.kind)).collect();
    let mut breaches = at_most_once(&performed);
    let people: Vec<Person> = books.stories.iter().map(|story| Person { story, attempts: attempts(story) }).collect();
    let mut claims: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for person in &people {
        for entry in person.story.entries.iter().filter(|entry| entry.kind == EntryKind::Sent) {
            let kind = detail(entry, "kind").unwrap_or_default();
            if !["invite", "message", "inmail", "group"].contains(&kind) {
                continue;
            }
            let id = detail(entry, "provider_id").unwrap_or_default();
            if id.is_empty() {
                // A person said it was sent, and no id.
                continue;
            }
            let id = id.strip_prefix("relation:").and_then(|whom| invitation_of(person, whom, &performed)).unwrap_or(id);
            claims.entry(id).or_default().push(format!("{} {} at {}", person.story.name(), entry.step, entry.at));
        }
    }
    let known: BTreeMap<&str, &Line> = performed.iter().map(|line| (line.provider_id.as_str(), *line)).collect();
    for (id, by) in &claims {
        if !known.contains_key(id) {
            let what = format!("{} says it sent `{id}`, which nobody performed", by.join(", "));
            breaches.push(Breach::new(Invariant::NoneLost, what));
        }
        if by.len() > 1 {
            breaches.push(Breach::new(Invariant::Truthful, format!("`{id}` is claimed by {}", by.join(" and "))));
        }
    }
    for line in performed {
        if !claims.contains_key(line.provider_id.as_str()) {
            breaches.extend(unclaimed(line, &people, when));
        }
    }
    people.iter().for_each(|person| breaches.extend(one_at_a_time(person)));
    breaches
}

/// An invitation accepted before its answer was found out is known by whom it was to: it is their own, if that was performed, and
/// not another campaign's through another account.
fn invitation_of<'a>(person: &Person, whom: &str, performed: &[&'a Line]) -> Option<&'a str> {
    let mut to_them = performed.iter().filter(|line| line.kind == Kind::Invite && line.recipient_id == whom);
    let own = to_them.clone().find(|line| person.is_reached_by(line));
    own.or_else(|| to_them.next()).map(|line| line.provider_id.as_str())
}

struct Person<'a> {
    story: &'a Story,
    attempts: Vec<Attempt>,
}

impl Person<'_> {
    /// Is the line about this person?
    fn is_reached_by(&self, line: &Line) -> bool {
        let effect = effect_of(line).and_then(|effect| effect.split('.').next());
        if self.story.enrollment != 0 && effect.is_some() {
            return effect == Some(self.story.enrollment.to_string().as_str());
        }
        let keys = Channel::ALL.map(|channel| identity::key(channel, &self.story.row.contact));
        line.recipient.split(',').any(|one| keys.iter().flatten().any(|key| key == one) || self.story.row.contact == one)
    }
}

fn at_most_once(performed: &[&Line]) -> Vec<Breach> {
    let mut effects: BTreeMap<(&str, &str), Vec<&Line>> = BTreeMap::new();
    for line in performed {
        if let Some(effect) = effect_of(line) {
            effects.entry((effect, word(line.kind))).or_default().push(line);
        }
    }
    let twice = effects.into_iter().filter(|(_, lines)| lines.len() > 1);
    let breach = |((effect, kind), lines): ((&str, &str), Vec<&Line>)| {
        let at: Vec<&str> = lines.iter().map(|line| line.virtual_at.as_str()).collect();
        let to = lines.first().map_or("", |line| line.recipient.as_str());
        Breach::new(Invariant::AtMostOnce, format!("{kind} of {effect} to {to} was performed at {}", at.join(" and ")))
    };
    twice.map(breach).collect()
}

/// An effect nobody claims: right only while, or where, nobody can know.
fn unclaimed(line: &Line, people: &[Person<'_>], when: When) -> Option<Breach> {
    let whose: Vec<&Person<'_>> = people.iter().filter(|person| person.is_reached_by(line)).collect();
    let told = |why: &str| {
        let what = format!("{} to {} at {} (`{}`) {why}", word(line.kind), line.recipient, line.virtual_at, line.provider_id);
        Some(Breach::new(Invariant::Truthful, what))
    };
    if whose.is_empty() {
        return told("was performed, and no timeline is about them");
    }
    let fits = |attempt: &&Attempt| {
        let is_in_time = line.time().since_ms(attempt.at) > -SKEW_MS;
        is_in_time && (attempt.text.is_none() || line.text.is_none() || attempt.text == line.text)
    };
    let mut ends = whose.iter().flat_map(|person| person.attempts.iter().filter(fits).map(|attempt| &attempt.end)).peekable();
    if ends.peek().is_none() {
        return told("was performed without an intent");
    }
    let is_left_open = |end: &End| match end {
        End::Open => when == When::Underway,
        // A person says what became of it, or it was there already when it was tried again.
        End::Unknown | End::Passed => true,
        End::Sent { id, .. } => id.is_empty(),
        End::NotSent => false,
    };
    if ends.any(is_left_open) { None } else { told("was performed, and nobody claims it") }
}

/// I8: the same effect is not begun again before it is settled.
fn one_at_a_time(person: &Person<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut open: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for attempt in &person.attempts {
        if matches!(attempt.end, End::Open | End::Unknown) {
            let text = attempt.text.as_deref().unwrap_or_default();
            *open.entry((attempt.step.as_str(), text)).or_default() += 1;
        }
    }
    for ((step, _), count) in open.into_iter().filter(|(_, count)| *count > 1) {
        let what = format!("{} has {count} calls of `{step}` under way", person.story.name());
        breaches.push(Breach::new(Invariant::Order, what));
    }
    breaches
}
