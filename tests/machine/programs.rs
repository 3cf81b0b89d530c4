//! Random legal programs that use every construct, run by random events: `advance` never panics, nobody stands still, and
//! every path ends in an outcome of the campaign within the printed bound.
//!
//! `PROPTEST_CASES=10000` for the long run.

use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::machine::{Person, advance};
use campaign_engine::model::account::{Channel, SenderProfile};
use campaign_engine::model::campaign::{Action, Campaign};
use campaign_engine::model::effect::{Call, Effect};
use campaign_engine::model::enrollment::{Awaits, Enrollment, Line, Pause, Relation, Status};
use campaign_engine::model::event::{Event, Looked, Reply, Settlement, Unneeded, Verdict};
use campaign_engine::model::id::{AccountId, TaskId};
use campaign_engine::model::time::{HOUR_MS, Timestamp, Unit, Until};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::machine::legal::{Tape, program};
use crate::machine::walk::{BEGIN, ada, queued};

fn compiled(text: &str) -> Result<Campaign, String> {
    let source = Source { path: "c.camp".into(), notation: Notation::Camp, text: text.into() };
    let people = "first_name,linkedin,company,age,due\nAda,ada,Acme,40,2027-01-20\n";
    let compiled = compile(&[source], &MemoryFiles::new("").with("people.csv", people));
    let faults: Vec<String> =
        compiled.diagnostics.iter().map(|fault| format!("{} {}", fault.code.word(), fault.message)).collect();
    compiled.program.campaigns.into_iter().next().ok_or(faults.join("\n"))
}

/// Somebody on their way through a program.
struct Life<'c> {
    campaign: &'c Campaign,
    enrollment: Enrollment,
    contact: campaign_engine::model::contact::Contact,
    now: Timestamp,
    tape: Tape,
    /// Events from outside still to come.
    left: u32,
    tasks: Vec<TaskId>,
    /// Time that the path's own waits took, as the bound counts it.
    open_ms: i64,
    waits: i64,
    has_left_the_path: bool,
    /// The timer that runs, and since when.
    timer: (Timestamp, Timestamp),
}

impl<'c> Life<'c> {
    fn new(campaign: &'c Campaign, seed: u64) -> Self {
        let mut enrollment = queued();
        let line = Line { account: AccountId(2), person: None, chat: None };
        enrollment.lines.insert(Channel::Whatsapp, line);
        let mut contact = ada();
        contact.fields.insert("company".to_owned(), "Acme".to_owned());
        contact.fields.insert("due".to_owned(), "2027-01-20".to_owned());
        let mut tape = Tape { seed, at: 0 };
        let left = tape.below(7) as u32;
        let tasks = Vec::new();
        Self {
            campaign,
            enrollment,
            contact,
            now: BEGIN,
            tape,
            left,
            tasks,
            open_ms: 0,
            waits: 0,
            has_left_the_path: false,
            timer: (BEGIN, BEGIN),
        }
    }

    fn happen(&mut self, event: &Event) {
        let sender = SenderProfile::default();
        let person = Person { enrollment: &self.enrollment, contact: &self.contact, sender: &sender };
        let Some(advance) = advance(self.campaign, &person, event, self.now) else { return };
        self.enrollment = advance.enrollment;
        self.contact = advance.contact.unwrap_or_else(|| self.contact.clone());
        for entry in &advance.entries {
            self.has_left_the_path |= entry.detail.iter().any(|(name, _)| name == "handler");
        }
        if let Some(Awaits::Timer { due }) = self.enrollment.frame().map(|frame| &frame.awaits)
            && self.timer.0 != *due
        {
            self.timer = (*due, self.now);
        }
        for effect in advance.effects {
            if let Effect::Ask { key, .. } = effect {
                self.tasks.push(TaskId(key));
            }
        }
    }

    /// Something the person, a colleague or the account's owner does.
    fn outside(&mut self) -> Event {
        let at = self.now;
        match self.tape.below(12) {
            0 | 1 => Event::Accepted { at },
            2..=4 => {
                let text = self.tape.one(&["yes", "no", "unsubscribe me", "I am out of office until 2027-02-01", ""]);
                let verdict = campaign_engine::machine::classify::classify(text, &self.campaign.classes, at);
                let (classes, return_date) = (verdict.classes, verdict.return_date);
                let (message, text) = ("m".into(), text.to_owned());
                Event::Replied(Reply { message, chat: None, channel: Channel::Linkedin, text, at, classes, return_date })
            }
            5 => Event::Seen { at },
            6 => Event::Reacted { emoji: "👍".to_owned(), at },
            7 | 8 => Event::Named { name: self.tape.one(&["booked", "signed up", "other"]).to_owned(), data: None },
            9 => Event::AccountLost { word: "CREDENTIALS".to_owned() },
            11 if self.tape.below(4) == 0 => Event::ByHand { channel: Channel::Linkedin, text: "hi".to_owned() },
            10 if self.tape.below(4) == 0 => Event::Takeover { message: "own".into(), text: "hi".to_owned(), at },
            _ => {
                let verdict = [Verdict::Approved, Verdict::Rejected, Verdict::Done][self.tape.below(3) as usize];
                let at = self.tape.below(self.tasks.len().max(1) as u64) as usize;
                self.tasks.get(at).map_or(Event::AccountBack, |task| Event::Task { task: *task, verdict })
            }
        }
    }

    fn settlement(&mut self, call: &Call) -> Settlement {
        let why = String::new;
        match self.tape.below(12) {
            0 => Settlement::Failed { code: "gone".to_owned() },
            1 if call.may_be_late() => Settlement::Overdue { why: why() },
            2 => Settlement::Skipped { why: why() },
            3 if matches!(call, Call::Invite { .. }) => Settlement::Unneeded { why: Unneeded::AlreadyConnected },
            4 if matches!(call, Call::Invite { .. }) => Settlement::Unneeded { why: Unneeded::AlreadyInvited },
            3 if *call == Call::Withdraw => Settlement::Unneeded { why: Unneeded::NothingPending },
            _ => Settlement::Sent { remote: Some("r".into()), chat: Some("c".into()) },
        }
    }

    /// What the scheduler would do next.
    fn own(&mut self) -> Event {
        if let Some(Pause::Until { until }) = self.enrollment.pause().cloned() {
            self.now = self.now.max(until);
            return Event::PauseOver { due: until };
        }
        let Some(frame) = self.enrollment.frame().cloned() else { return Event::Started };
        let visit = frame.visit;
        match frame.awaits {
            Awaits::Timer { due } => {
                self.count(due);
                self.now = self.now.max(due);
                Event::Due { visit, due }
            }
            Awaits::Call { call, .. } => {
                let settlement = self.settlement(&call);
                Event::Settled { visit, settlement }
            }
            Awaits::Look { .. } => {
                let relation = [None, Some(Relation::None), Some(Relation::Yes)][self.tape.below(3) as usize];
                let (open_profile, inmail_credit) = (Some(self.tape.below(2) == 0), Some(self.tape.below(2) == 0));
                Event::Looked { visit, looked: Looked { relation, open_profile, inmail_credit } }
            }
            Awaits::Nothing => panic!("nothing will ever move {frame:?}"),
        }
    }

    /// Closed days are not counted; what a contact's date says cannot be known.
    fn count(&mut self, due: Timestamp) {
        let Status::Active { path, handler: None, .. } = &self.enrollment.status else { return };
        let took = due.since_ms(self.timer.1);
        self.waits += 1;
        self.open_ms += match &self.campaign.step(path.step).action {
            Action::Wait { delay, .. } | Action::Race { up_to: delay, .. } | Action::Repeat { apart: delay, .. }
                if delay.unit == Unit::WorkingDays =>
            {
                delay.longest_ms()
            }
            Action::WaitUntil { until: Until::Field { .. }, .. } => 0,
            _ => took,
        };
    }

    fn run(mut self, text: &str) {
        for _ in 0..2_000 {
            if self.enrollment.has_ended() && self.enrollment.frame().is_none() {
                return self.judge(text);
            }
            let event = if self.left > 0 && self.tape.below(4) == 0 {
                self.left -= 1;
                self.outside()
            } else {
                self.own()
            };
            self.happen(&event);
        }
        panic!("no end of it:\n{text}\n{:?}", self.enrollment);
    }

    fn judge(self, text: &str) {
        let Status::Ended { outcome, reason, .. } = &self.enrollment.status else { return };
        let outcome = self.campaign.outcomes.get(outcome.0 as usize).expect("a declared outcome");
        assert_ne!(outcome.name, "stopped", "{reason:?}\n{text}");
        let (sends, bound) = (self.enrollment.sends, &self.campaign.bound);
        if self.has_left_the_path {
            return;
        }
        assert!(sends.invites <= bound.invites_max && sends.inmails <= bound.inmails_max, "{sends:?} {}\n{text}", bound.sentence);
        assert!(sends.messages <= bound.messages_max, "{sends:?} {}\n{text}", bound.sentence);
        let most = bound.open_ms_max + self.waits * HOUR_MS;
        assert!(self.open_ms <= most, "{} ms of {most}: {}\n{text}", self.open_ms, bound.sentence);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.min(if std::env::var_os("PROPTEST_CASES").is_some() { u32::MAX } else { 96 }), ..ProptestConfig::default() })]

    #[test]
    fn every_path_of_every_program_ends_within_its_bound(seed in any::<u64>()) {
        let text = program(&mut Tape { seed, at: 0 });
        if let Ok(campaign) = compiled(&text) {
            for walk in 0..8 {
                Life::new(&campaign, seed ^ (walk + 1)).run(&text);
            }
        }
    }
}

#[test]
fn most_random_programs_are_legal() {
    let texts = (0..60u64).map(|seed| program(&mut Tape { seed, at: 0 }));
    let faults: Vec<String> = texts.filter_map(|text| compiled(&text).err()).collect();
    assert!(faults.len() <= 30, "{} of 60 are faulty:\n{}", faults.len(), faults.join("\n--\n"));
}
