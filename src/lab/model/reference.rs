//! The real `advance` beside a machine so small that it can be read at a glance: the same events, the same standing.
//!
//! The small one knows nothing of steps, frames or visits: it interprets the campaign as it was drawn, stage by stage.

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::sim::Chance;
use crate::lab::verdict::Verdict;
use crate::lang::compile;
use crate::lang::folder::MemoryFiles;
use crate::lang::source::{Notation, Source};
use crate::machine::{Person, advance};
use crate::model::account::{Channel, SenderProfile};
use crate::model::campaign::Campaign;
use crate::model::contact::Contact;
use crate::model::enrollment::{Awaits, Enrollment, Status};
use crate::model::event::{Event, Reply, Settlement};
use crate::model::id::{CampaignId, ContactId, EnrollmentId, RemoteId, Visit};
use crate::model::time::{HOUR_MS, MINUTE_MS, Timestamp};
use crate::runtime::entry::{new_contact, new_enrollment};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Events of one case.
const EVENTS: u64 = 40;
/// How long somebody who has ended is listened to.
const LISTENS_MS: i64 = crate::machine::LISTEN_MS;

/// A part of a campaign, as small as it can be said.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Wait {
        hours: i64,
    },
    Send,
    /// `wait up to`; a reply or the event `go` ends it early: by stopping, or by going on.
    Race {
        hours: i64,
        reply_stops: bool,
        event_stops: bool,
    },
    Repeat {
        times: u32,
        hours: i64,
    },
}

/// Where the small machine stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    Queued,
    Timer {
        label: String,
        due: Timestamp,
    },
    Call {
        label: String,
    },
    /// Moved there in a pause, and not run yet.
    Held {
        label: String,
    },
    Ended {
        outcome: &'static str,
    },
}

struct Small {
    stages: Vec<Stage>,
    stage: usize,
    ran: u32,
    at: At,
    is_paused: bool,
    ended_at: Timestamp,
    late_done: bool,
}

impl Small {
    fn enter(&mut self, stage: usize, now: Timestamp) {
        (self.stage, self.ran) = (stage, 0);
        self.run(now);
    }

    /// Stands at the stage, and runs it unless paused.
    fn run(&mut self, now: Timestamp) {
        let label = format!("s{}", self.stage);
        let Some(stage) = self.stages.get(self.stage).copied() else {
            return if self.is_paused { self.at = At::Held { label: "last".to_owned() } } else { self.end("no_answer", now) };
        };
        self.at = match stage {
            _ if self.is_paused => At::Held { label: self.held_label(stage) },
            Stage::Wait { hours } | Stage::Race { hours, .. } => At::Timer { label, due: now.plus_ms(hours * HOUR_MS) },
            Stage::Send => At::Call { label },
            Stage::Repeat { times, .. } if self.ran == times => return self.enter(self.stage + 1, now),
            Stage::Repeat { hours, .. } => At::Timer { label, due: now.plus_ms(hours * HOUR_MS) },
        };
    }

    fn held_label(&self, stage: Stage) -> String {
        match stage {
            // Entering a loop sets its counter first: a step of its own, before the one that waits.
            Stage::Repeat { .. } if self.ran == 0 => "start".to_owned(),
            Stage::Repeat { .. } | Stage::Wait { .. } | Stage::Race { .. } | Stage::Send => format!("s{}", self.stage),
        }
    }

    fn end(&mut self, outcome: &'static str, now: Timestamp) {
        self.at = At::Ended { outcome };
        (self.ended_at, self.is_paused) = (now, false);
    }

    fn due(&mut self, now: Timestamp) {
        match self.stages.get(self.stage).copied() {
            Some(Stage::Repeat { .. }) => self.at = At::Call { label: format!("b{}", self.stage) },
            Some(Stage::Wait { .. } | Stage::Race { .. } | Stage::Send) | None => self.enter(self.stage + 1, now),
        }
    }

    fn settled(&mut self, is_failed: bool, now: Timestamp) {
        if is_failed {
            return self.end("send_failed", now);
        }
        match self.stages.get(self.stage).copied() {
            Some(Stage::Repeat { .. }) => {
                self.ran += 1;
                self.run(now);
            }
            Some(Stage::Wait { .. } | Stage::Race { .. } | Stage::Send) | None => self.enter(self.stage + 1, now),
        }
    }

    /// The race that waits now, if one does.
    fn race(&self) -> Option<(bool, bool)> {
        match (&self.at, self.stages.get(self.stage)) {
            (At::Timer { .. }, Some(Stage::Race { reply_stops, event_stops, .. })) => Some((*reply_stops, *event_stops)),
            _ => None,
        }
    }

    fn replied(&mut self, now: Timestamp) {
        if let At::Ended { outcome } = self.at {
            let is_open =
                !self.late_done && !matches!(outcome, "taken_over" | "stopped") && now.since_ms(self.ended_at) <= LISTENS_MS;
            if is_open {
                self.late_done = true;
                self.at = At::Ended { outcome: "replied" };
            }
            return;
        }
        match self.race() {
            Some((true, _)) => self.arm_stops(now),
            Some((false, _)) => self.enter(self.stage + 1, now),
            None => self.end("replied", now),
        }
    }

    fn named(&mut self, now: Timestamp) {
        match self.race() {
            Some((_, true)) => self.arm_stops(now),
            Some((_, false)) => self.enter(self.stage + 1, now),
            None => {}
        }
    }

    fn arm_stops(&mut self, now: Timestamp) {
        if self.is_paused {
            self.at = At::Held { label: "stop".to_owned() };
            self.stage = self.stages.len() + 1;
        } else {
            self.end("answered", now);
        }
    }

    fn resumed(&mut self, now: Timestamp) {
        self.is_paused = false;
        if let At::Timer { due, .. } = &mut self.at {
            // What fell due in the pause falls due at its end.
            *due = (*due).max(now);
        }
        if let At::Held { label } = &self.at {
            if label == "stop" { self.end("answered", now) } else { self.run(now) }
        }
    }
}

/// Plays so many cases.
pub fn play(order: &Order, verdict: &mut Verdict) -> Result<(), LabFault> {
    let cases = order.runs(10_000, 1_000_000);
    let (mut events, mut wrong) = (0, 0);
    let mut reached: BTreeMap<&'static str, u64> = BTreeMap::new();
    for case in 0..cases {
        let seed = order.seed.wrapping_add(case);
        match one(seed, &mut reached) {
            Ok(count) => events += count,
            Err(why) => {
                wrong += 1;
                if wrong <= 5 {
                    verdict.fault(format!("case {seed} (`cargo lab model --seed {seed} --runs 1`): {why}"));
                }
            }
        }
    }
    verdict.at_least("cases", cases, order.runs.unwrap_or(10_000));
    verdict.none("other_standings", wrong);
    verdict.at_least("events", events, cases);
    if order.runs.is_none() {
        for outcome in ["no_answer", "replied", "answered", "taken_over", "stopped", "send_failed", "pause"] {
            if reached.get(outcome).copied().unwrap_or(0) < 100 {
                verdict.fault(format!("`{outcome}` was hardly reached: {reached:?}"));
            }
        }
    }
    Ok(())
}

fn one(seed: u64, reached: &mut BTreeMap<&'static str, u64>) -> Result<u64, String> {
    let mut chance = Chance::new(seed, "reference");
    // Somebody who was never written to has nothing to reply to: the language refuses to wait for it.
    let stages: Vec<Stage> = std::iter::once(Stage::Send).chain((0..chance.below(5)).map(|_| stage(&mut chance))).collect();
    let campaign = campaign(&stages)?;
    let mut now = Timestamp(1_799_046_000_000);
    let (mut enrollment, mut contact) = person(now);
    let at = At::Queued;
    let mut small = Small { stages, stage: 0, ran: 0, at, is_paused: false, ended_at: now, late_done: false };
    for nth in 0..EVENTS {
        now = now.plus_ms(chance.between(1, 5 * HOUR_MS));
        let Some(event) = next(&mut chance, &mut small, &enrollment, &mut now, nth) else { continue };
        *reached.entry("pause").or_default() += u64::from(event == Event::Paused && small.is_paused);
        let told = Person { enrollment: &enrollment, contact: &contact, sender: &SenderProfile::default() };
        if let Some(moved) = advance(&campaign, &told, &event, now) {
            enrollment = moved.enrollment;
            contact = moved.contact.unwrap_or(contact);
        }
        compare(&campaign, &enrollment, &small)
            .map_err(|why| format!("after {event:?} at {now}: {why}\nstages {:?}", small.stages))?;
    }
    match &small.at {
        At::Ended { outcome } => *reached.entry(outcome).or_default() += 1,
        At::Queued | At::Timer { .. } | At::Call { .. } | At::Held { .. } => *reached.entry("under way").or_default() += 1,
    }
    Ok(EVENTS)
}

fn stage(chance: &mut Chance) -> Stage {
    let hours = chance.between(1, 30);
    match chance.below(4) {
        0 => Stage::Wait { hours },
        1 => Stage::Send,
        2 => Stage::Race { hours, reply_stops: chance.percent(50), event_stops: chance.percent(50) },
        _ => Stage::Repeat { times: 1 + chance.below(3) as u32, hours },
    }
}

fn campaign(stages: &[Stage]) -> Result<Campaign, String> {
    let mut steps = String::new();
    for (n, stage) in stages.iter().enumerate() {
        steps.push_str(&match stage {
            Stage::Wait { hours } => format!("s{n}: wait {hours} hours\n"),
            Stage::Send => format!("s{n}: send \"Text {n}\"\n"),
            Stage::Race { hours, reply_stops, event_stops } => {
                let then = |stops: &bool| if *stops { "stop as answered\n" } else { "" };
                format!(
                    "s{n}: wait up to {hours} hours\nwhen replied\n{}when event \"go\"\n{}on timeout\nend\n",
                    then(reply_stops),
                    then(event_stops)
                )
            }
            Stage::Repeat { times, hours } => {
                format!("s{n}: repeat up to {times} times, {hours} hours apart\nb{n}: send \"Again {n}\"\nend\n")
            }
        });
    }
    let workspace = "workspace acme\n account wanda\n  id \"acc_wanda\"\n  channel whatsapp\n end\n pool all wanda\n schedule\n  send monday to sunday 00:00-24:00\n  timezone \"UTC\"\n end\nend\n";
    let text = format!(
        "campaign small\n accounts from pool all\n outcomes neutral no_answer, answered\n contacts from \"a.csv\"\n  need first_name, whatsapp\n end\n steps\n{steps}last: stop as no_answer\n end\nend\n"
    );
    let source = |path: &str, text: &str| Source { path: PathBuf::from(path), notation: Notation::Camp, text: text.into() };
    let files = MemoryFiles::new("").with("a.csv", "first_name,whatsapp\nAda,+33612345678\n");
    let compiled = compile(&[source("workspace.camp", workspace), source("small.camp", &text)], &files);
    compiled.program.campaigns.into_iter().next().ok_or_else(|| format!("{:?}\n{text}", compiled.diagnostics))
}

fn person(now: Timestamp) -> (Enrollment, Contact) {
    let fields = BTreeMap::from([("first_name".to_owned(), "Ada".to_owned())]);
    let row = crate::model::program::RosterRow::alone("a.csv", 2, "+33612345678", &fields);
    let contact = new_contact(ContactId(1), &row);
    (new_enrollment(EnrollmentId(1), CampaignId(1), ContactId(1), BTreeMap::new(), now), contact)
}

/// Draws what happens, and lets it happen to the small machine.
fn next(chance: &mut Chance, small: &mut Small, real: &Enrollment, now: &mut Timestamp, nth: u64) -> Option<Event> {
    let visit = real.frame().map_or(Visit(0), |frame| frame.visit);
    if small.at == At::Queued {
        small.enter(0, *now);
        return Some(Event::Started);
    }
    match chance.below(20) {
        // A reply ends nearly every path: more of them, and hardly anything else would be reached.
        0 if chance.percent(40) => {
            small.replied(*now);
            Some(Event::Replied(reply(*now, nth)))
        }
        1 => {
            small.named(*now);
            Some(Event::Named { name: "go".to_owned(), data: None })
        }
        2 => Some(Event::Due { visit: Visit(visit.0.saturating_sub(1)), due: *now }),
        3 => Some(Event::Seen { at: *now }),
        4 if chance.percent(15) => {
            if !matches!(small.at, At::Ended { .. }) {
                small.end("taken_over", *now);
            } else if now.since_ms(small.ended_at) <= LISTENS_MS {
                small.late_done = true;
            }
            Some(Event::Takeover { message: RemoteId(format!("m{nth}")), text: "by hand".to_owned(), at: *now })
        }
        5 if chance.percent(15) => {
            if matches!(small.at, At::Ended { .. }) {
                // Somebody who has ended and is stopped is listened to no more.
                small.late_done = true;
            } else {
                small.end("stopped", *now);
            }
            Some(Event::Stopped { reason: None })
        }
        6 | 7 => {
            small.is_paused |= !matches!(small.at, At::Ended { .. });
            Some(Event::Paused)
        }
        8..=11 => {
            if small.is_paused {
                small.resumed(*now);
            }
            Some(Event::Resumed)
        }
        _ => go_on(chance, small, visit, now, nth),
    }
}

/// What is waited for comes.
fn go_on(chance: &mut Chance, small: &mut Small, visit: Visit, now: &mut Timestamp, nth: u64) -> Option<Event> {
    match small.at.clone() {
        At::Timer { due, .. } if !small.is_paused => {
            *now = (*now).max(due.plus_ms(chance.between(0, 30 * MINUTE_MS)));
            small.due(*now);
            Some(Event::Due { visit, due })
        }
        At::Call { .. } => {
            let settlement = match chance.below(8) {
                0 => Settlement::Failed { code: "blocked_recipient".to_owned() },
                1 => Settlement::Skipped { why: "drawn".to_owned() },
                _ => Settlement::Sent { remote: Some(RemoteId(format!("sent-{nth}"))), chat: None },
            };
            small.settled(matches!(settlement, Settlement::Failed { .. }), *now);
            Some(Event::Settled { visit, settlement })
        }
        At::Queued | At::Timer { .. } | At::Held { .. } | At::Ended { .. } => None,
    }
}

fn reply(at: Timestamp, nth: u64) -> Reply {
    let message = RemoteId(format!("reply-{nth}"));
    Reply { message, chat: None, channel: Channel::Whatsapp, text: "Hm".to_owned(), at, classes: Vec::new(), return_date: None }
}

fn compare(campaign: &Campaign, real: &Enrollment, small: &Small) -> Result<(), String> {
    let label = |step: crate::model::id::StepId| campaign.step(step).label.clone();
    let told = match &real.status {
        Status::Queued => "queued".to_owned(),
        Status::Ended { outcome, .. } => {
            format!("ended {}", campaign.outcomes.get(outcome.0 as usize).map_or("", |outcome| outcome.name.as_str()))
        }
        Status::Active { path, .. } => match &path.awaits {
            Awaits::Timer { due } => format!("timer {} {due}", label(path.step)),
            Awaits::Call { .. } => format!("call {}", label(path.step)),
            Awaits::Look { .. } => "look".to_owned(),
            Awaits::Nothing => "held".to_owned(),
        },
    };
    let expected = match &small.at {
        At::Queued => "queued".to_owned(),
        At::Timer { label, due } => format!("timer {label} {due}"),
        At::Call { label } => format!("call {label}"),
        At::Held { .. } => "held".to_owned(),
        At::Ended { outcome } => format!("ended {outcome}"),
    };
    let is_paused = real.pause().is_some();
    if told != expected || is_paused != small.is_paused {
        return Err(format!(
            "the machine stands at `{told}` (paused: {is_paused}), the small one at `{expected}` (paused: {})",
            small.is_paused
        ));
    }
    Ok(())
}
