//! A contact walks through a campaign: events in, lines out.

use campaign_engine::machine::classify::classify;
use campaign_engine::machine::{Person, advance};
use campaign_engine::model::account::{Channel, SenderProfile};
use campaign_engine::model::calendar::Calendar;
use campaign_engine::model::campaign::*;
use campaign_engine::model::contact::Contact;
use campaign_engine::model::effect::{Call, Effect, Look};
use campaign_engine::model::enrollment::*;
use campaign_engine::model::event::{Event, Looked, Reply, Settlement, Unneeded, Verdict};
use campaign_engine::model::id::*;
use campaign_engine::model::journal::Entry;
use campaign_engine::model::pattern::Pattern;
use campaign_engine::model::time::*;
use std::collections::{BTreeMap, BTreeSet};

/// 2027-01-04T09:00Z, a Monday: 10:00 in Paris.
pub const BEGIN: Timestamp = Timestamp(1_799_053_200_000);

/// An action whose targets are labels.
pub type Make = fn(&dyn Fn(&str) -> StepId) -> Action;

/// Working days nine to five in Paris, or where the contact lives.
pub fn office() -> Calendar {
    let day = vec![(540, 1_020)];
    Calendar {
        windows: [day.clone(), day.clone(), day.clone(), day.clone(), day, Vec::new(), Vec::new()],
        of_contact: true,
        zone: "Europe/Paris".to_owned(),
        holidays: BTreeSet::new(),
        gap: Delay { min: 4, max: 11, unit: Unit::Minutes },
    }
}

/// A campaign of labelled steps; it begins at the first. `on_reply`, `on_opt_out`, `on_takeover`, `on_account_lost` are
/// where its handlers begin.
pub fn campaign(steps: &[(&str, Make)]) -> Campaign {
    let at = |label: &str| {
        let at = steps.iter().position(|(name, _)| *name == label);
        StepId(at.unwrap_or_else(|| panic!("no step `{label}`")) as u32)
    };
    let find = |label: &str| steps.iter().position(|(name, _)| *name == label).map(|at| StepId(at as u32));
    let outcome = |name: &str, kind| Outcome { name: name.to_owned(), kind };
    let outcomes = BUILT_IN_OUTCOMES.iter().map(|name| outcome(name, OutcomeKind::Neutral));
    Campaign {
        name: "hello".to_owned(),
        version: 1,
        hash: Fingerprint::default(),
        goal: None,
        channel: Channel::Linkedin,
        accounts: vec!["lina".to_owned()],
        outcomes: outcomes.chain([outcome("interested", OutcomeKind::Won), outcome("no_answer", OutcomeKind::Neutral)]).collect(),
        fields: Vec::new(),
        contacts: ContactRules::default(),
        messages: Vec::new(),
        classes: vec![Class { name: "interested".to_owned(), pattern: Pattern::new(r"\b(yes|sure)\b", true).unwrap() }],
        steps: steps
            .iter()
            .map(|(label, make)| Step { label: (*label).to_owned(), is_named: true, action: make(&at), line: 1, late: None })
            .collect(),
        entry: StepId(0),
        handlers: Handlers {
            on_reply: find("on_reply"),
            on_opt_out: find("on_opt_out"),
            on_takeover: find("on_takeover"),
            on_account_lost: find("on_account_lost"),
            on_send_failed: find("on_send_failed"),
            on_events: find("on_event").map(|step| ("signed_up".to_owned(), None, step)).into_iter().collect(),
            ..Handlers::default()
        },
        calendar: office(),
        limits: Limits::default(),
        lists: BTreeMap::new(),
        bound: Bound::default(),
        migrations: Vec::new(),
        reports: Vec::new(),
        goal_reached: None,
    }
}

/// Outcomes by name, as `campaign` numbers them.
pub fn stop(outcome: &str) -> Action {
    let names: Vec<&str> = BUILT_IN_OUTCOMES.into_iter().chain(["interested", "no_answer"]).collect();
    let at = names.iter().position(|name| *name == outcome).unwrap_or_else(|| panic!("no outcome `{outcome}`"));
    Action::Stop { outcome: OutcomeId(at as u32), reason: None }
}

/// A plain message on LinkedIn.
pub fn send(next: StepId) -> Action {
    Action::Send { channel: Channel::Linkedin, message: MessageId(0), next }
}

/// Days, exactly.
pub fn days(count: u32) -> Delay {
    Delay::exactly(count, Unit::Days)
}

/// An arm without a guard.
pub fn arm(trigger: Trigger, target: StepId) -> Transition {
    Transition { trigger, guard: None, target }
}

/// Ada, in Paris.
pub fn ada() -> Contact {
    let fields = [("first_name", "Ada"), ("linkedin", "ada"), ("timezone", "Europe/Paris"), ("language", "en")];
    Contact {
        id: ContactId(1),
        key: "ada".to_owned(),
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        tags: BTreeSet::new(),
        suppressed: None,
        contacted_at: None,
    }
}

/// Ada, enrolled and not begun.
pub fn queued() -> Enrollment {
    let line = Line { account: AccountId(1), person: None, chat: None };
    Enrollment {
        id: EnrollmentId(1),
        campaign: CampaignId(1),
        contact: ContactId(1),
        lines: BTreeMap::from([(Channel::Linkedin, line)]),
        enrolled_at: BEGIN,
        started_at: None,
        updated_at: BEGIN,
        status: Status::Queued,
        visits: 0,
        loops: Vec::new(),
        facts: Facts::default(),
        sends: Sends::default(),
        left: Vec::new(),
        trail: Trail::default(),
        tasks: Tasks::default(),
        groups: Vec::new(),
    }
}

/// Somebody under way, and all that was said of it.
pub struct Walk {
    pub campaign: Campaign,
    pub contact: Contact,
    pub enrollment: Enrollment,
    pub sender: SenderProfile,
    pub now: Timestamp,
    pub lines: Vec<String>,
    /// The visit of the last call or reading asked for.
    asked: Visit,
    /// The visit of the last task.
    task: Visit,
}

impl Walk {
    pub fn new(campaign: Campaign) -> Self {
        let sender = SenderProfile { first_name: Some("Lina".to_owned()), ..SenderProfile::default() };
        Self {
            campaign,
            contact: ada(),
            enrollment: queued(),
            sender,
            now: BEGIN,
            lines: Vec::new(),
            asked: Visit(0),
            task: Visit(0),
        }
    }

    /// One line of a script: a word of what happens, and what goes with it.
    pub fn step(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let Some(event) = self.event(word, rest) else { return };
        self.lines.push(format!("{line}:"));
        self.happen(&event);
    }

    /// An event, and its lines.
    pub fn happen(&mut self, event: &Event) {
        let person = Person { enrollment: &self.enrollment, contact: &self.contact, sender: &self.sender };
        let Some(advance) = advance(&self.campaign, &person, event, self.now) else {
            return self.lines.push("  nothing".to_owned());
        };
        self.enrollment = advance.enrollment;
        self.contact = advance.contact.unwrap_or_else(|| self.contact.clone());
        self.lines.extend(advance.entries.iter().map(told));
        for effect in &advance.effects {
            if let Effect::Call { key, .. } | Effect::Look { key, .. } = effect {
                self.asked = key.visit;
            }
            if let Effect::Ask { key, .. } = effect {
                self.task = key.visit;
            }
            self.lines.push(asked(effect));
        }
    }

    fn event(&mut self, word: &str, rest: &str) -> Option<Event> {
        let visit = self.asked;
        let settled = |settlement| Event::Settled { visit, settlement };
        let at = self.now;
        Some(match word {
            "start" => Event::Started,
            "wait" => {
                let (count, unit) = rest.split_at(rest.len() - 1);
                let unit_ms =
                    [("d", DAY_MS), ("h", HOUR_MS), ("m", MINUTE_MS)].into_iter().find(|(name, _)| *name == unit).unwrap().1;
                self.now = self.now.plus_ms(count.parse::<i64>().unwrap() * unit_ms);
                return None;
            }
            "due" => {
                let wake = self.enrollment.next_wake().expect("a timer");
                self.now = self.now.max(wake);
                match (self.enrollment.pause(), self.enrollment.frame()) {
                    (Some(_), _) => Event::PauseOver { due: wake },
                    (None, Some(frame)) => Event::Due { visit: frame.visit, due: wake },
                    (None, None) => panic!("nothing is due"),
                }
            }
            "sent" => settled(Settlement::Sent { remote: Some(rest.into()), chat: Some("chat_1".into()) }),
            "connected" => settled(Settlement::Unneeded { why: Unneeded::AlreadyConnected }),
            "invited" => settled(Settlement::Unneeded { why: Unneeded::AlreadyInvited }),
            "unpending" => settled(Settlement::Unneeded { why: Unneeded::NothingPending }),
            "failed" => settled(Settlement::Failed { code: rest.to_owned() }),
            "overdue" => settled(Settlement::Overdue { why: rest.to_owned() }),
            "approved" => self.verdict(Verdict::Approved, rest),
            "rejected" => self.verdict(Verdict::Rejected, rest),
            "done" => self.verdict(Verdict::Done, rest),
            "group-reply" => Event::Replied(Reply { chat: Some("chat_1".into()), ..self.reply(rest, at) }),
            "skipped" => settled(Settlement::Skipped { why: rest.to_owned() }),
            "refused" => settled(Settlement::Suppressed),
            "looked" => Event::Looked { visit, looked: looked(rest) },
            "accepted" => Event::Accepted { at },
            "reply" => Event::Replied(self.reply(rest, at)),
            "late-reply" => Event::Replied(self.reply(rest, at.plus_ms(-2 * DAY_MS))),
            "takeover" => Event::Takeover { message: "own_1".into(), text: rest.to_owned(), at },
            "by-hand" => Event::ByHand { channel: Channel::Linkedin, text: rest.to_owned() },
            "seen" => Event::Seen { at },
            "delivered" => Event::Delivered { at },
            "reacted" => Event::Reacted { emoji: rest.to_owned(), at },
            "event" => Event::Named { name: rest.to_owned(), data: None },
            "lost" => Event::AccountLost { word: "CREDENTIALS".to_owned() },
            "back" => Event::AccountBack,
            "pause" => Event::Paused,
            "resume" => Event::Resumed,
            "stop" => Event::Stopped { reason: Some(rest.to_owned()).filter(|rest| !rest.is_empty()) },
            "suppress" => Event::Suppressed { channel: Channel::from_word(rest) },
            _ => panic!("no event `{word}`"),
        })
    }

    /// On the last task, or on that of the visit named.
    fn verdict(&self, verdict: Verdict, visit: &str) -> Event {
        let visit = visit.parse().map_or(self.task, Visit);
        Event::Task { task: TaskId(EffectKey { enrollment: EnrollmentId(1), visit }), verdict }
    }

    fn reply(&self, text: &str, at: Timestamp) -> Reply {
        let verdict = classify(text, &self.campaign.classes, at);
        Reply {
            message: "msg".into(),
            chat: None,
            channel: Channel::Linkedin,
            text: text.to_owned(),
            at,
            classes: verdict.classes,
            return_date: verdict.return_date,
        }
    }
}

fn looked(words: &str) -> Looked {
    let has = |word: &str| words.split(' ').any(|given| given == word).then_some(true);
    Looked { relation: has("relation").map(|_| Relation::Yes), open_profile: has("open"), inmail_credit: has("credit") }
}

fn told(entry: &Entry) -> String {
    let kind = format!("{:?}", entry.kind).to_lowercase();
    // The walk's own times and what the script says already are left out.
    let shown = entry
        .detail
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "at" | "message" | "channel" | "chat_id") && !value.is_empty());
    let shown: Vec<String> = shown.map(|(name, value)| format!("{name} {}", value.replace(":00.000Z", "Z"))).collect();
    let step = if entry.step.is_empty() { "-" } else { &entry.step };
    format!("  {kind} {step}: {}", shown.join(", ")).trim_end().to_owned()
}

fn asked(effect: &Effect) -> String {
    match effect {
        Effect::Call { call, ready_at, .. } => {
            let word = match call {
                Call::Invite { .. } => "invite".to_owned(),
                Call::Withdraw => "withdraw".to_owned(),
                Call::Message { channel, .. } => format!("message on {channel}"),
                Call::Inmail { .. } => "inmail".to_owned(),
                Call::Engage(engagement) => engagement.word().to_owned(),
                Call::Group { channel, members, .. } => format!("group on {channel} with {}", members.len()),
                Call::ByHand { channel, text } => format!("by hand on {channel}: {text}"),
            };
            format!("  -> {word}, ready {}", ready_at.iso_ms().replace(":00.000Z", "Z"))
        }
        Effect::Look { look: Look { profile, credit }, .. } => format!("  -> look profile {profile}, credit {credit}"),
        Effect::Notify { who, .. } => format!("  -> notify {who:?}"),
        Effect::Suppress { channel } => format!("  -> suppress {channel:?}"),
        Effect::Ask { key, who, .. } => format!("  -> ask {who:?}, task {key}"),
        Effect::Webhook { url, .. } => format!("  -> webhook {url}"),
    }
}

/// The script's events one after another, and every line they led to.
pub fn check(steps: &[(&str, Make)], script: &str, expected: &str) {
    check_in(campaign(steps), script, expected);
}

/// The same with a campaign made ready.
pub fn check_in(campaign: Campaign, script: &str, expected: &str) {
    let mut walk = Walk::new(campaign);
    script.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| walk.step(line));
    let found: Vec<&str> = walk.lines.iter().map(String::as_str).map(str::trim).collect();
    let wanted: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert!(found == wanted, "found:\n{}\n", walk.lines.join("\n"));
}
