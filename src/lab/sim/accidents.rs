//! What befalls our own side: crashes, clocks, edits, operators.

use crate::lab::LabFault;
use crate::lab::oracle::{BY_HAND, Breach, Invariant};
use crate::lab::sim::life::{Life, Still};
use crate::lab::sim::text::Allowed;
use crate::lab::sim::trouble::{Act, FULL_MS};
use crate::model::account::Channel;
use crate::model::event::Verdict;
use crate::model::id::EnrollmentId;
use crate::model::intent::IntentState;
use crate::model::journal::{Record, Table};
use crate::model::time::{HOUR_MS, MINUTE_MS};
use crate::runtime::command::{Command, Resolution};
use crate::runtime::inlet::Accepted;
use crate::sim::people::identity;
use crate::sim::postpress::deed::Deed;
use crate::sim::world::TownFault;
use crate::store::contract::Store;
use std::ops::ControlFlow;

const STRAYS: [&str; 6] = [
    r#"{"event":"message_received","account_id":"acc_nobody","chat_id":"c","message_id":"m","message":"hi","sender":{"attendee_provider_id":"x"}}"#,
    r#"{"event":"message_received","account_id":"acc_lina","account_type":"LINKEDIN","chat_id":"chat-of-nobody","message_id":"stray-1","message":"Hello there","timestamp":"2027-01-05T08:00:00.000Z","sender":{"attendee_provider_id":"ACoAAnobody"}}"#,
    r#"{"event":"something_new","account_id":"acc_lina","whatever":{"a":[1,2,3]}}"#,
    r#"{"AccountStatus":{"account_id":"acc_lina","account_type":"LINKEDIN","message":"SYNC_SUCCESS"}}"#,
    r#"{"event":"new_relation","account_id":"acc_lina","account_type":"LINKEDIN","user_provider_id":"ACoAAstranger"}"#,
    "{}",
];

impl Life {
    pub(super) fn plan(&mut self, after_ms: i64, act: Act) {
        self.count += 1;
        self.acts.insert((self.town.now().plus_ms(after_ms), self.count, act));
    }

    /// Lets it happen.
    pub(super) fn perform(&mut self, act: Act) -> Result<(), LabFault> {
        let name = format!("{act:?}");
        self.log.push(format!("act {} {name}", self.town.now()));
        self.tally.note(format!("act {}", name.split('(').next().unwrap_or_default()));
        match act {
            Act::Crash => self.start_again(0),
            Act::CrashTwice => self.start_again(1),
            Act::Trip(commits, how) => {
                self.tally.note(format!("trip {how:?}"));
                self.store.trip(commits, how);
                Ok(())
            }
            Act::Down(minutes) => {
                self.town.crash();
                self.town.clock.set(self.town.now().plus_ms(minutes * MINUTE_MS));
                self.start_again(0)
            }
            Act::Full(is_full) => {
                self.store.fill(is_full);
                if is_full {
                    self.plan(FULL_MS, Act::Full(false));
                }
                Ok(())
            }
            Act::Sleep(hours) => {
                self.town.clock.set(self.town.now().plus_ms(hours * HOUR_MS));
                Ok(())
            }
            Act::Edit => self.edit(true, false, false),
            Act::Reimport => self.edit(false, true, false),
            Act::Lower => self.edit(false, false, true),
            Act::SignOut(hours) => {
                let deed = if hours == 0 { Deed::SignIn } else { Deed::SignOut };
                self.town.world.happen("acc_lina", "person-b", &deed).map_err(|fault| LabFault(fault.to_string()))?;
                if hours > 0 {
                    self.plan(hours * HOUR_MS, Act::SignOut(0));
                }
                Ok(())
            }
            Act::Stray => {
                STRAYS.iter().try_for_each(|body| self.stray(body.as_bytes()))?;
                self.elsewhere()
            }
            Act::Again => self.again(),
            Act::ClockForward(minutes) => {
                self.was_skewed = true;
                self.town.own_clock.set_ahead(minutes * MINUTE_MS);
                Ok(())
            }
            Act::ClockBack(minutes) => {
                self.was_skewed = true;
                self.town.own_clock.set_ahead(-minutes * MINUTE_MS);
                Ok(())
            }
            Act::Answer => self.answer(),
            Act::Pause(_) | Act::PauseAll(_) | Act::PauseCampaign(_) | Act::Resume | Act::Stop | Act::Named | Act::Suppress => {
                self.operate(act)
            }
        }
    }

    fn stray(&mut self, body: &[u8]) -> Result<(), LabFault> {
        match self.town.tell(body) {
            Ok(Accepted::Durable | Accepted::Duplicate | Accepted::Failed(_) | Accepted::Unreadable(_))
            | Err(TownFault::Closed) => Ok(()),
            Ok(Accepted::Full) => Err(LabFault("there is no room for one webhook".to_owned())),
            Err(fault) => Err(LabFault(fault.to_string())),
        }
    }

    /// All of them have accepted another account, of which this workspace knows nothing: that is no acceptance of ours, and
    /// must not be taken for the one that is still to come.
    fn elsewhere(&mut self) -> Result<(), LabFault> {
        for slug in self.scene.slugs() {
            let body = serde_json::json!({
                "event": "new_relation", "account_id": "acc_elsewhere", "account_type": "LINKEDIN",
                "user_provider_id": identity::provider_id(Channel::Linkedin, &slug), "user_public_identifier": slug,
            });
            self.stray(body.to_string().as_bytes())?;
        }
        Ok(())
    }

    /// The last webhooks come again, newest first.
    fn again(&mut self) -> Result<(), LabFault> {
        let heard = self.town.hearing.as_deref().unwrap_or_default();
        let known = |one: &&crate::sim::world::Heard| matches!(one.accepted, Accepted::Durable | Accepted::Duplicate);
        let last: Vec<Vec<u8>> = heard.iter().filter(known).rev().take(8).map(|one| one.body.clone()).collect();
        for body in last {
            let accepted = self.town.tell(&body).map_err(|fault| LabFault(fault.to_string()))?;
            // A webhook without anything to know it by is written down again, and means nothing the second time.
            let has_key = crate::connector::postpress::webhook::read(&body).is_ok_and(|read| read.dedup.is_some());
            if has_key && accepted == Accepted::Durable {
                let text: String = String::from_utf8_lossy(&body).chars().take(300).collect();
                self.breaches.push(Breach::new(Invariant::DurableAck, format!("taken as new a second time: {text}")));
            }
        }
        Ok(())
    }

    /// Other campaigns, lists or limits, taken over while people are on their way.
    fn edit(&mut self, newer: bool, more: bool, lower: bool) -> Result<(), LabFault> {
        let (version, with_last) = (self.version + u32::from(newer), self.with_last || more);
        let allowed = if lower { self.allowed.lowered() } else { self.allowed.clone() };
        let program = self.scene.program(version, with_last, &allowed)?;
        let limits = program.workspace.limits.clone();
        let before = (self.version, self.with_last, self.allowed.clone());
        match self.town.install(program) {
            Ok(()) => {
                self.undo.push(before);
                (self.version, self.with_last, self.allowed) = (version, with_last, allowed);
                let now = self.town.now();
                self.limits.push((now, limits));
                Ok(())
            }
            Err(TownFault::Install(crate::runtime::install::InstallFault::Refused(_))) => {
                self.tally.note("edit refused");
                Ok(())
            }
            // The disk is full, or the process ends here: what was begun is gone on with at the next start.
            Err(TownFault::Install(crate::runtime::install::InstallFault::Store(_)) | TownFault::Store(_)) => {
                self.undo.push(before);
                self.edited(version, with_last, allowed)?;
                self.start_again(0)
            }
            Err(fault) => Err(LabFault(fault.to_string())),
        }
    }

    /// The files are now these.
    pub(super) fn edited(&mut self, version: u32, with_last: bool, allowed: Allowed) -> Result<(), LabFault> {
        let program = self.scene.program(version, with_last, &allowed)?;
        self.limits.push((self.town.now(), program.workspace.limits.clone()));
        self.town.program = program;
        (self.version, self.with_last, self.allowed) = (version, with_last, allowed);
        Ok(())
    }

    fn operate(&mut self, act: Act) -> Result<(), LabFault> {
        let people: Vec<EnrollmentId> =
            self.town.enrollments().map_err(|fault| LabFault(fault.to_string()))?.iter().map(|one| one.id).collect();
        let Some(one) = people.get(self.chance.below(people.len() as u64) as usize).copied() else { return Ok(()) };
        let (open, performed) = (self.open_calls(), self.town.world.performed());
        let campaign = || "intro".to_owned();
        let (command, halted, back) = match act {
            Act::Pause(hours) => (Command::Pause { enrollments: vec![one] }, vec![one], hours),
            Act::PauseAll(hours) => (Command::PauseAll, people.clone(), hours),
            Act::PauseCampaign(hours) => (Command::PauseCampaign { name: campaign() }, Vec::new(), hours),
            Act::Stop => (Command::Stop { enrollments: vec![one], reason: None }, vec![one], 0),
            Act::Suppress => (Command::Suppress { enrollments: vec![one] }, vec![one], 0),
            Act::Named => (Command::Event { enrollments: people.clone(), name: "booked".to_owned(), data: None }, Vec::new(), 0),
            _ => return self.resume(people),
        };
        if !self.command(&command)? {
            return Ok(());
        }
        self.halt(performed, &open, &halted, "a command");
        match act {
            Act::PauseAll(_) => self.still = Some((performed, Still::Everything)),
            Act::PauseCampaign(_) => self.still = Some((performed, Still::Campaign)),
            _ => {}
        }
        if self.still.is_some() && self.chance.percent(40) {
            // Survives a restart.
            self.store.settle().map_err(|fault| LabFault(fault.to_string()))?;
            self.plan(HOUR_MS, Act::Crash);
        }
        if back > 0 {
            self.plan(back * HOUR_MS, Act::Resume);
        }
        if act == Act::Named {
            self.settle_tasks()?;
        }
        Ok(())
    }

    /// Half of those with a chat are answered by hand: they are taken over in all that speaks through the same account.
    fn answer(&mut self) -> Result<(), LabFault> {
        for one in self.town.enrollments().map_err(|fault| LabFault(fault.to_string()))? {
            self.count += 1;
            let nth = self.count;
            if !(u64::from(nth) + one.id.0).is_multiple_of(2) {
                continue;
            }
            let (open, performed) = (self.open_calls(), self.town.world.performed());
            let was_open = !one.has_ended();
            let command = Command::Reply { enrollments: vec![one.id], text: format!("{BY_HAND}{nth}") };
            match self.town.command(&command) {
                Ok(Ok(_)) if was_open => {
                    self.tally.note("answered on their way");
                    self.halt(performed, &open, &[one.id], "an answer by hand");
                }
                Ok(Ok(_)) => self.tally.note("answered after the end"),
                Ok(Err(_)) => self.tally.note("answer refused"),
                Err(TownFault::Store(_)) => return self.start_again(0),
                Err(fault) => return Err(LabFault(fault.to_string())),
            }
        }
        Ok(())
    }

    /// Carries it out; says whether the engine still runs as it did.
    fn command(&mut self, command: &Command) -> Result<bool, LabFault> {
        match self.town.command(command) {
            Ok(_) => Ok(true),
            Err(TownFault::Store(_)) => {
                self.start_again(0)?;
                Ok(false)
            }
            Err(fault) => Err(LabFault(fault.to_string())),
        }
    }

    /// Somebody is paused right now, and resumed some hours later.
    pub(super) fn pause_one(&mut self, one: EnrollmentId) -> Result<(), LabFault> {
        let (open, performed) = (self.open_calls(), self.town.world.performed());
        if self.command(&Command::Pause { enrollments: vec![one] })? {
            self.halt(performed, &open, &[one], "a command");
        }
        self.plan(5 * HOUR_MS, Act::Resume);
        Ok(())
    }

    /// Nothing was sent while it was paused.
    fn was_still(&mut self) -> Result<(), LabFault> {
        let Some((performed, still)) = self.still.take() else { return Ok(()) };
        for line in self.town.world.effects(performed) {
            let whose = line.idempotency_key.as_deref().and_then(|key| key.split('.').next()?.parse().ok()).map(EnrollmentId);
            let enrollment = whose.map(|id| self.town.enrollment(id)).transpose();
            let enrollment = enrollment.map_err(|fault| LabFault(fault.to_string()))?.flatten();
            let campaign = enrollment.and_then(|enrollment| {
                let house = self.town.house.as_ref()?;
                house.partition.campaigns.get(&enrollment.campaign).map(|installed| installed.campaign.name.clone())
            });
            if campaign.is_some_and(|name| still == Still::Everything || name == "intro") {
                let what = format!("{:?} to {} at {} while {still:?} was paused", line.kind, line.recipient, line.virtual_at);
                self.breaches.push(Breach::new(Invariant::StopMeansStop, what));
            }
        }
        Ok(())
    }

    fn resume(&mut self, people: Vec<EnrollmentId>) -> Result<(), LabFault> {
        self.was_still()?;
        let all =
            [Command::ResumeAll, Command::ResumeCampaign { name: "intro".to_owned() }, Command::Resume { enrollments: people }];
        for command in &all {
            // What a crash took away is asked for again.
            while !self.command(command)? {}
        }
        Ok(())
    }

    /// People of ours say what became of what they were asked.
    fn settle_tasks(&mut self) -> Result<(), LabFault> {
        let mut tasks = Vec::new();
        let scanned = self.store.scan(Table::Task, None, &mut |record| {
            if let Record::Task(task) = record {
                tasks.push(task.id);
            }
            ControlFlow::Continue(())
        });
        scanned.map_err(|fault| LabFault(fault.to_string()))?;
        for task in tasks {
            let verdict = match self.chance.below(3) {
                0 => Verdict::Approved,
                1 => Verdict::Rejected,
                _ => Verdict::Done,
            };
            self.command(&Command::Settle { task, verdict })?;
        }
        Ok(())
    }

    /// Somebody looks what became of the parked calls, and says so. Were there any?
    pub(super) fn resolve_parked(&mut self) -> Result<bool, LabFault> {
        let Some(house) = &self.town.house else { return Ok(false) };
        let parked = house.partition.intents.values().filter(|intent| matches!(intent.state, IntentState::Parked { .. }));
        let parked: Vec<_> = parked.map(|intent| (intent.key, format!("{}.{}", intent.key, intent.attempt))).collect();
        if parked.is_empty() {
            return Ok(false);
        }
        let lines = self.town.world.effects(0);
        for (key, call) in parked {
            let was_sent = lines.iter().any(|line| line.idempotency_key.as_ref() == Some(&call));
            let how = match (was_sent, self.chance.percent(50)) {
                (true, _) => Resolution::Sent,
                (false, true) => Resolution::Again,
                (false, false) => Resolution::Skip,
            };
            self.tally.note(format!("resolved {how:?}"));
            self.command(&Command::Resolve { enrollment: key.enrollment, how })?;
        }
        Ok(true)
    }
}
