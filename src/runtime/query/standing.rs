//! Where one enrollment stands: why nothing happens to it now, and when something will (promise P5).

use crate::model::campaign::{Action, Campaign, Step};
use crate::model::contact::Contact;
use crate::model::effect::Call;
use crate::model::enrollment::{Awaits, Enrollment, Frame, Hold, Pause, Relation, Status};
use crate::model::id::StepId;
use crate::model::journal::Installed;
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::query::slots::{Asked, closed, health, slot};
use crate::runtime::query::view::View;
use crate::store::contract::{Store, StoreFault};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why nothing happens to somebody now: the words scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Next to begin.
    Queued,
    /// As many began today as `start N a day` allows.
    StartQuota,
    /// A wait.
    Timer,
    /// A wait that an event may end earlier.
    Event,
    /// Nothing stands in the way: it goes in this moment.
    Ready,
    /// Outside the sending hours.
    Window,
    /// A rolling window of the account is full.
    Limit,
    /// A rolling window of the campaign's own limit is full.
    CampaignLimit,
    PendingCeiling,
    Gap,
    CoolDown,
    /// Refused for now, tried again.
    Retry,
    InFlight,
    /// Whether it happened is being found out.
    Unknown,
    /// A person must say.
    Parked,
    /// A condition reads the world.
    Reading,
    /// By the operator.
    Paused,
    /// By the campaign.
    PauseUntil,
    CampaignPaused,
    AllPaused,
    AccountLost,
    AccountDeleted,
    AccountUnchecked,
    AccountPaused,
    AccountMissing,
    /// Restored from a backup: what went out since is read first.
    Quarantine,
    Ended,
}

/// Something in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    pub reason: Reason,
    /// One sentence, without times.
    pub sentence: String,
    /// When it is gone by itself; none: only somebody's doing takes it away.
    pub until: Option<Timestamp>,
    /// It only follows from the others: when they are gone, this is next.
    pub is_after: bool,
}

impl Obstacle {
    /// One of these.
    pub fn new(reason: Reason, sentence: String, until: Option<Timestamp>) -> Self {
        Self { reason, sentence, until, is_after: false }
    }

    /// The sending hours, over once everything else is gone.
    pub fn after(sentence: String, until: Option<Timestamp>) -> Self {
        Self { reason: Reason::Window, sentence, until, is_after: true }
    }
}

/// Where somebody stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub step: Option<StepId>,
    /// All that is in the way, the one that lasts longest first. Never empty.
    pub obstacles: Vec<Obstacle>,
    /// When the wait ends.
    pub wait_ends_at: Option<Timestamp>,
    /// The call that follows, and the first moment it may go; none where that depends on what happens.
    pub sends: Option<(StepId, Call)>,
    pub sends_at: Option<Timestamp>,
    /// When something happens by itself.
    pub next_at: Option<Timestamp>,
}

/// Works out where an enrollment stands.
pub(super) fn standing(
    store: &dyn Store,
    view: &View,
    installed: &Installed,
    enrollment: &Enrollment,
    contact: &Contact,
) -> Result<Standing, StoreFault> {
    let frame = enrollment.frame();
    let mut found = Standing {
        step: frame.map(|frame| frame.step),
        obstacles: Vec::new(),
        wait_ends_at: None,
        sends: None,
        sends_at: None,
        next_at: None,
    };
    match (&enrollment.status, frame) {
        (Status::Queued, _) => queued(store, view, installed, enrollment, &mut found)?,
        (Status::Ended { outcome, .. }, None) => {
            let outcome = installed.campaign.outcomes.get(outcome.0 as usize).map_or("stopped", |outcome| outcome.name.as_str());
            found.obstacles.push(Obstacle::new(Reason::Ended, format!("ended as `{outcome}`"), None));
            return Ok(found);
        }
        (_, Some(frame)) => stay(store, view, installed, (enrollment, contact, frame), &mut found)?,
        (_, None) => {}
    }
    halted(view, installed, enrollment, &mut found);
    // What never ends by itself goes first, then what lasts longest.
    found
        .obstacles
        .sort_by_key(|obstacle| (obstacle.is_after, std::cmp::Reverse(obstacle.until.map_or(i64::MAX, |until| until.0))));
    if found.obstacles.is_empty() {
        found.obstacles.push(Obstacle::new(Reason::Ready, "nothing stands in the way".to_owned(), Some(view.now)));
    }
    if found.obstacles.iter().any(|obstacle| obstacle.until.is_none()) {
        found.sends_at = None;
        let is_lost =
            found.obstacles.iter().any(|obstacle| matches!(obstacle.reason, Reason::AccountLost | Reason::AccountUnchecked));
        let is_only_lost = found.obstacles.iter().all(|obstacle| {
            obstacle.until.is_some() || matches!(obstacle.reason, Reason::AccountLost | Reason::AccountUnchecked)
        });
        found.next_at = view.account_of(enrollment).filter(|_| is_lost && is_only_lost).and_then(|account| account.poll_due);
    }
    Ok(found)
}

/// What the operator paused as a whole.
fn halted(view: &View, installed: &Installed, enrollment: &Enrollment, found: &mut Standing) {
    if enrollment.has_ended() && enrollment.frame().is_none() {
        return;
    }
    if view.paused.is_some() {
        found.obstacles.push(Obstacle::new(Reason::AllPaused, "everything is paused by the operator".to_owned(), None));
    }
    if installed.is_paused {
        let sentence = format!("campaign `{}` is paused by the operator", installed.campaign.name);
        found.obstacles.push(Obstacle::new(Reason::CampaignPaused, sentence, None));
    }
}

/// Somebody who has not begun.
fn queued(
    store: &dyn Store,
    view: &View,
    installed: &Installed,
    enrollment: &Enrollment,
    found: &mut Standing,
) -> Result<(), StoreFault> {
    let calendar = &installed.campaign.calendar;
    let tz = calendar.zone_for(None);
    let mut from = view.now;
    if let Some(per_day) = installed.campaign.contacts.start_per_day {
        let starts = view.people(store)?.starts.get(&installed.campaign.name).map_or(&[][..], Vec::as_slice);
        if starts.len() >= per_day as usize {
            let leaves = starts.len().checked_sub(per_day as usize).and_then(|at| starts.get(at));
            from = leaves.map_or(from, |at| at.plus_ms(DAY_MS));
            let sentence = format!("`start {per_day} a day` is used up: {} began in the last 24 hours", starts.len());
            found.obstacles.push(Obstacle::new(Reason::StartQuota, sentence, Some(from)));
        }
    }
    let opens = calendar.next_open(from, &tz);
    found.obstacles.extend(closed(calendar.next_open(view.now, &tz), view.now));
    if opens != Some(from) && from > view.now {
        found.obstacles.push(Obstacle::after("by then the sending hours are over".to_owned(), opens));
    }
    if let Some(lost) = view.account_of(enrollment).and_then(health) {
        // People begin all the same; what they begin with waits.
        found.obstacles.push(Obstacle { until: opens, ..lost });
    }
    if found.obstacles.is_empty() {
        found.obstacles.push(Obstacle::new(Reason::Queued, "it is about to begin".to_owned(), opens));
    }
    found.next_at = opens;
    found.wait_ends_at = opens;
    Ok(())
}

/// Somebody under way, at a step.
fn stay(
    store: &dyn Store,
    view: &View,
    installed: &Installed,
    (enrollment, contact, frame): (&Enrollment, &Contact, &Frame),
    found: &mut Standing,
) -> Result<(), StoreFault> {
    let tz = view.zone_of(enrollment, contact);
    let paused_until = pause(enrollment, found);
    let asked =
        |call, from: Timestamp| Asked { enrollment, installed, call, from: from.max(paused_until.unwrap_or(from)), tz: &tz };
    match &frame.awaits {
        Awaits::Timer { due } => {
            found.obstacles.push(timer(&installed.campaign, enrollment, frame, *due));
            let ends = (*due).max(paused_until.unwrap_or(*due));
            found.wait_ends_at = Some(ends);
            found.next_at = Some(ends);
            found.sends = following(&installed.campaign, enrollment, frame.step);
            if let Some((_, call)) = found.sends.clone() {
                found.sends_at = slot(store, view, &asked(call, ends))?.1;
            }
        }
        Awaits::Call { call, ready_at, hold } => {
            found.sends = Some((frame.step, call.clone()));
            match hold.as_ref().and_then(held) {
                Some(mut obstacle) => {
                    obstacle.until = obstacle.until.map(|until| until.max(view.now));
                    found.next_at = obstacle.until;
                    found.obstacles.push(obstacle);
                }
                None => {
                    let tried = match hold {
                        Some(Hold::Retry { until, attempts, code }) if *until > view.now => {
                            let sentence = format!("refused {attempts} times for now (`{code}`), tried again");
                            found.obstacles.push(Obstacle::new(Reason::Retry, sentence, Some(*until)));
                            *until
                        }
                        Some(_) | None => *ready_at,
                    };
                    let (obstacles, earliest) = slot(store, view, &asked(call.clone(), tried))?;
                    found.obstacles.extend(obstacles);
                    found.sends_at = earliest;
                    found.next_at = found.next_at.max(earliest);
                }
            }
        }
        Awaits::Look { .. } => {
            let sentence = "a condition asks postpress for the profile or the InMail balance".to_owned();
            let lost = view.account_of(enrollment).and_then(health);
            found.obstacles.push(Obstacle::new(Reason::Reading, sentence, Some(view.now)));
            found.obstacles.extend(lost);
            found.next_at = Some(view.now);
        }
        Awaits::Nothing => found.next_at = found.next_at.or(Some(view.now)),
    }
    Ok(())
}

/// The pause that is on, and when it is over by itself.
fn pause(enrollment: &Enrollment, found: &mut Standing) -> Option<Timestamp> {
    match enrollment.pause() {
        None => None,
        Some(Pause::Operator { .. }) => {
            found.obstacles.push(Obstacle::new(Reason::Paused, "paused by the operator".to_owned(), None));
            None
        }
        Some(Pause::Broken { why, .. }) => {
            let sentence =
                format!("the engine failed at this contact ({why}); `engine resume` tries again, `engine stop` lets them go");
            found.obstacles.push(Obstacle::new(Reason::Parked, sentence, None));
            None
        }
        Some(Pause::Until { until }) => {
            found.obstacles.push(Obstacle::new(
                Reason::PauseUntil,
                "the campaign pauses for this contact".to_owned(),
                Some(*until),
            ));
            found.wait_ends_at = Some(*until);
            found.next_at = Some(*until);
            Some(*until)
        }
    }
}

/// What holds a call back whatever the limits are.
fn held(hold: &Hold) -> Option<Obstacle> {
    Some(match hold {
        Hold::Retry { .. } => return None,
        Hold::Open { since } => Obstacle::new(Reason::InFlight, "the call is under way".to_owned(), Some(*since)),
        Hold::Unknown { next_read, .. } => {
            let sentence = "nobody knows whether the call arrived; it is not repeated before that is found out".to_owned();
            Obstacle::new(Reason::Unknown, sentence, Some(*next_read))
        }
        Hold::Parked { why, .. } => Obstacle::new(Reason::Parked, format!("a person must say whether it was sent: {why}"), None),
    })
}

/// A wait in words.
fn timer(campaign: &Campaign, enrollment: &Enrollment, frame: &Frame, due: Timestamp) -> Obstacle {
    match step(campaign, frame.step).map(|step| &step.action) {
        Some(Action::Race { up_to, arms, .. }) => {
            let events: Vec<String> = arms.iter().map(|arm| format!("`{}`", arm.trigger)).collect();
            Obstacle::new(Reason::Event, format!("it waits up to {up_to} for {}", events.join(" or ")), Some(due))
        }
        Some(Action::Repeat { times, apart, .. }) => {
            let ran = enrollment.loops.iter().find(|held| held.step == frame.step).map_or(0, |held| held.ran);
            let sentence = format!("it waits {apart} before round {} of {times}", (ran + 1).min(*times));
            Obstacle::new(Reason::Timer, sentence, Some(due))
        }
        Some(Action::Wait { delay, .. }) => Obstacle::new(Reason::Timer, format!("it waits {delay}"), Some(due)),
        Some(_) | None => Obstacle::new(Reason::Timer, "it waits for a moment in time".to_owned(), Some(due)),
    }
}

/// The call that a timer's end leads to, where nothing has to be decided on the way.
fn following(campaign: &Campaign, enrollment: &Enrollment, from: StepId) -> Option<(StepId, Call)> {
    let mut at = match &step(campaign, from)?.action {
        Action::Wait { next, .. } | Action::WaitUntil { next, .. } | Action::Pause { next, .. } => *next,
        Action::Race { on_timeout, .. } => *on_timeout,
        Action::Repeat { times, body, next, .. } => {
            let held = enrollment.loops.iter().find(|held| held.step == from);
            if held.is_some_and(|held| held.observed || held.ran >= *times) { *next } else { *body }
        }
        _ => return None,
    };
    for _ in 0..=campaign.steps.len() {
        at = match &step(campaign, at)?.action {
            Action::Invite { next, .. } if enrollment.facts.relation == Relation::Yes => *next,
            Action::Withdraw { next } if enrollment.facts.relation != Relation::Pending => *next,
            call @ (Action::Invite { .. }
            | Action::Withdraw { .. }
            | Action::Send { .. }
            | Action::Inmail { .. }
            | Action::Engage { .. }
            | Action::Group { .. }) => return Call::of(call, campaign.channel).map(|call| (at, call)),
            Action::Tag { next, .. }
            | Action::Untag { next, .. }
            | Action::Set { next, .. }
            | Action::Suppress { next, .. }
            | Action::Notify { next, .. }
            | Action::Ask { next, .. }
            | Action::Webhook { next, .. } => *next,
            Action::RepeatStart { repeat } => *repeat,
            Action::Wait { .. }
            | Action::WaitUntil { .. }
            | Action::Race { .. }
            | Action::Branch { .. }
            | Action::Repeat { .. }
            | Action::Split { .. }
            | Action::Pause { .. }
            | Action::Stop { .. }
            | Action::Return => return None,
        };
    }
    None
}

/// The step of that id, if this version has it.
pub(super) fn step(campaign: &Campaign, id: StepId) -> Option<&Step> {
    campaign.steps.get(id.0 as usize)
}
