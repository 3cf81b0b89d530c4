//! Where one contact stands in one campaign: the progress that is persisted.

use crate::model::account::Channel;
use crate::model::action::Engagement;
use crate::model::effect::{Call, Look};
use crate::model::event::{Reply, Verdict};
use crate::model::id::{AccountId, CampaignId, ChatId, ContactId, EnrollmentId, OutcomeId, ProviderId, RemoteId, StepId, Visit};
pub use crate::model::relation::Relation;
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One contact in one campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enrollment {
    pub id: EnrollmentId,
    pub campaign: CampaignId,
    pub contact: ContactId,
    /// One account a channel, kept for the whole campaign.
    pub lines: BTreeMap<Channel, Line>,
    pub enrolled_at: Timestamp,
    /// When its first step was entered; counts for `start N a day`.
    pub started_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub status: Status,
    /// Grows at each entry of a step.
    pub visits: u32,
    pub loops: Vec<Loop>,
    pub facts: Facts,
    pub sends: Sends,
    /// Calls whose step was left before they were settled, so that a late settlement still counts. At most `LEFT_MAX`.
    pub left: Vec<LeftCall>,
    /// Which steps it has behind it, for `engine status`.
    pub trail: Trail,
    /// The last task of the path, and the last of a handler.
    pub tasks: Tasks,
    /// Chats of the groups it started; what the person writes there is a reply. At most `GROUPS_MAX`, newest last.
    pub groups: Vec<GroupChat>,
}

/// How many groups of one enrollment are listened to.
pub const GROUPS_MAX: usize = 8;

/// The chat of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChat {
    pub channel: Channel,
    pub chat: ChatId,
}

/// What was asked of people of ours last: what `approved`, `rejected` and `done` speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tasks {
    pub path: Option<Asked>,
    pub handler: Option<Asked>,
}

/// A task, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub visit: Visit,
    pub at: Timestamp,
    pub verdict: Option<Verdict>,
}

/// Steps gone through, and steps whose call failed for good: a bit a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Trail {
    passed: Vec<u8>,
    failed: Vec<u8>,
}

impl Trail {
    /// The step is behind.
    pub fn pass(&mut self, step: StepId) {
        set_bit(&mut self.passed, step);
    }

    /// The step's call failed for good.
    pub fn fail(&mut self, step: StepId) {
        set_bit(&mut self.failed, step);
    }

    /// Was the step gone through, be it once?
    pub fn has_passed(&self, step: StepId) -> bool {
        has_bit(&self.passed, step)
    }

    /// Did the step's call fail for good?
    pub fn has_failed(&self, step: StepId) -> bool {
        has_bit(&self.failed, step)
    }

    /// Did any step's call fail for good?
    pub fn has_failures(&self) -> bool {
        self.failed.iter().any(|byte| *byte != 0)
    }
}

/// The language allows 10,000 statements; a larger number is damage and not worth memory.
const TRAIL_STEPS_MAX: u32 = 1 << 16;

fn set_bit(bits: &mut Vec<u8>, step: StepId) {
    if step.0 >= TRAIL_STEPS_MAX {
        return;
    }
    let (byte, bit) = (step.0 as usize / 8, step.0 % 8);
    if bits.len() <= byte {
        bits.resize(byte + 1, 0);
    }
    if let Some(held) = bits.get_mut(byte) {
        *held |= 1 << bit;
    }
}

fn has_bit(bits: &[u8], step: StepId) -> bool {
    bits.get(step.0 as usize / 8).is_some_and(|byte| byte & (1 << (step.0 % 8)) != 0)
}

/// How many unsettled calls of steps already left are remembered.
pub const LEFT_MAX: usize = 8;

/// A call that may still be in flight though its step was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftCall {
    pub visit: Visit,
    pub step: StepId,
}

/// The account that speaks to the contact on a channel, and whom it speaks to there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub account: AccountId,
    /// The person's id for this account's calls, once resolved.
    pub person: Option<ProviderId>,
    pub chat: Option<ChatId>,
}

/// Where an enrollment is in its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// Enrolled, not begun.
    Queued,
    /// On its way. `handler` runs above the path and goes first.
    Active { path: Frame, handler: Option<Box<HandlerFrame>>, pause: Option<Pause> },
    /// Over. It listens until `listens_until`; a late reply runs the handler once, in `handler`.
    Ended {
        outcome: OutcomeId,
        reason: Option<String>,
        at: Timestamp,
        listens_until: Timestamp,
        handler: Option<Box<HandlerFrame>>,
        late_reply_done: bool,
    },
}

/// One stay in a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    pub step: StepId,
    pub visit: Visit,
    pub entered_at: Timestamp,
    pub awaits: Awaits,
}

/// What ends the stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Awaits {
    /// Its time, and in a race or loop perhaps an event before that.
    Timer { due: Timestamp },
    /// The outbox. `ready_at`: since when it may be performed.
    Call { call: Call, ready_at: Timestamp, hold: Option<Hold> },
    /// A reading.
    Look { look: Look, ready_at: Timestamp },
    /// A handler above it is not done, or it is just being entered.
    Nothing,
}

/// Why a call is not simply queued. Written by the outbox, never by the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    /// Refused for now; not before `until`.
    Retry { until: Timestamp, attempts: u16, code: String },
    /// An intent is open: the call is in flight, or was when the process ended.
    Open { since: Timestamp },
    /// Whether it happened is being found out.
    Unknown { since: Timestamp, next_read: Timestamp, absent_at: Option<Timestamp> },
    /// A person must say (`engine resolve`).
    Parked { since: Timestamp, why: String },
}

impl Hold {
    /// May the call have happened, or be happening?
    pub fn is_in_doubt(&self) -> bool {
        match self {
            Self::Open { .. } | Self::Unknown { .. } | Self::Parked { .. } => true,
            Self::Retry { .. } => false,
        }
    }
}

/// A handler at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandlerFrame {
    pub frame: Frame,
    /// For `reply is`, `reply.text` and `reply.return_date`.
    pub reply: Option<Reply>,
}

/// Nothing happens to this contact until then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pause {
    /// By the campaign (`pause until`).
    Until { until: Timestamp },
    /// By a person, until resumed; `then` is the campaign's own pause that goes on after that.
    Operator { since: Timestamp, then: Option<Timestamp> },
    /// Parked: the engine itself failed at this contact, in those words. Until a person resumes or stops them.
    Broken { since: Timestamp, why: String, then: Option<Timestamp> },
}

/// A loop's counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loop {
    pub step: StepId,
    pub ran: u32,
    /// The `until` event was seen since the loop began.
    pub observed: bool,
}

/// What is known of the person. Facts never move backwards.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    pub relation: Relation,
    pub invited_at: Option<Timestamp>,
    /// The pending invitation's id, to withdraw it.
    pub invitation: Option<RemoteId>,
    pub accepted_at: Option<Timestamp>,
    pub replied_at: Option<Timestamp>,
    pub seen_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub reacted_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    pub open_profile: Option<bool>,
    pub inmail_credit: Option<bool>,
    /// The classes of the last reply, for conditions outside a handler.
    pub reply_classes: Vec<String>,
    /// The last message the person wrote, and the chat it stands in: what `react` answers.
    pub reply_message: Option<RemoteId>,
    pub reply_chat: Option<ChatId>,
    /// When the campaign's goal was reached (`goal … reached when`).
    pub goal_at: Option<Timestamp>,
}

/// What was performed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Sends {
    pub invites: u32,
    pub messages: u32,
    pub inmails: u32,
}

impl Enrollment {
    /// Listens to the chat of a group from now on.
    pub fn join_group(&mut self, channel: Channel, chat: &ChatId) {
        if self.groups.iter().any(|group| group.chat == *chat) {
            return;
        }
        if self.groups.len() >= GROUPS_MAX {
            self.groups.remove(0);
        }
        self.groups.push(GroupChat { channel, chat: chat.clone() });
    }

    /// The channel a call travels on for this person. A reaction goes where the message stands that it answers: theirs may have
    /// come through another line than LinkedIn's.
    pub fn channel_of(&self, call: &Call) -> Channel {
        match (call, &self.facts.reply_chat) {
            (Call::Engage(Engagement::React(_)), Some(chat)) => self.channel_of_chat(chat).unwrap_or(call.channel()),
            _ => call.channel(),
        }
    }

    /// What a person of ours wrote that is on its way to them.
    pub fn by_hand(&self) -> Option<&str> {
        match &self.frame()?.awaits {
            Awaits::Call { call: Call::ByHand { text, .. }, .. } => Some(text),
            Awaits::Call { .. } | Awaits::Timer { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
        }
    }

    /// Over which line the two talk: the one the person wrote to last, else the first that has a chat.
    pub fn chat_channel(&self) -> Option<Channel> {
        let wrote = |line: &Line| line.chat.is_some() && line.chat == self.facts.reply_chat;
        let last = self.lines.iter().find(|(_, line)| wrote(line));
        last.or_else(|| self.lines.iter().find(|(_, line)| line.chat.is_some())).map(|(channel, _)| *channel)
    }

    fn channel_of_chat(&self, chat: &ChatId) -> Option<Channel> {
        let mut lines = self.lines.iter();
        let own = lines.find(|(_, line)| line.chat.as_ref() == Some(chat)).map(|(channel, _)| *channel);
        own.or_else(|| self.groups.iter().find(|group| group.chat == *chat).map(|group| group.channel))
    }

    /// The reply that is being handled.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.status {
            Status::Active { handler, .. } | Status::Ended { handler, .. } => handler.as_ref()?.reply.as_ref(),
            Status::Queued => None,
        }
    }

    /// The frame whose turn it is: the handler's, else the path's; none when queued or ended without one.
    pub fn frame(&self) -> Option<&Frame> {
        match &self.status {
            Status::Queued => None,
            Status::Active { path, handler, .. } => Some(handler.as_ref().map_or(path, |handler| &handler.frame)),
            Status::Ended { handler, .. } => handler.as_ref().map(|handler| &handler.frame),
        }
    }

    /// The same frame, to change.
    pub fn frame_mut(&mut self) -> Option<&mut Frame> {
        match &mut self.status {
            Status::Queued => None,
            Status::Active { path, handler, .. } => Some(handler.as_mut().map_or(path, |handler| &mut handler.frame)),
            Status::Ended { handler, .. } => handler.as_mut().map(|handler| &mut handler.frame),
        }
    }

    /// The frame of that visit, wherever it stands.
    pub fn frame_of_mut(&mut self, visit: Visit) -> Option<&mut Frame> {
        let (path, handler) = match &mut self.status {
            Status::Queued => return None,
            Status::Active { path, handler, .. } => (Some(path), handler),
            Status::Ended { handler, .. } => (None, handler),
        };
        path.into_iter().chain(handler.iter_mut().map(|handler| &mut handler.frame)).find(|frame| frame.visit == visit)
    }

    /// The pause that is on, if any.
    pub fn pause(&self) -> Option<&Pause> {
        match &self.status {
            Status::Active { pause, .. } => pause.as_ref(),
            Status::Queued | Status::Ended { .. } => None,
        }
    }

    /// Parked because the engine failed at this contact?
    pub fn is_broken(&self) -> bool {
        matches!(self.pause(), Some(Pause::Broken { .. }))
    }

    /// Has it ended?
    pub fn has_ended(&self) -> bool {
        matches!(self.status, Status::Ended { .. })
    }

    /// When the machine wants to be asked next: the running frame's timer, not before a pause ends. None: an event,
    /// the outbox or a person moves it.
    pub fn next_wake(&self) -> Option<Timestamp> {
        match self.pause() {
            Some(Pause::Operator { .. } | Pause::Broken { .. }) => return None,
            Some(Pause::Until { until }) => return Some(*until),
            None => {}
        }
        match self.frame()?.awaits {
            Awaits::Timer { due } => Some(due),
            Awaits::Call { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
        }
    }
}
