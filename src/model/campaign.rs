//! The intermediate representation: a checked state machine, names bound, units parsed, texts still templates.
//!
//! Made by `lang/lower`, moved along by `machine::advance`, stored by content hash so that people in flight finish on
//! the version they began with. Indices (`StepId`, `MessageId`, `OutcomeId`) are valid in the campaign that holds them.

use crate::model::account::Channel;
pub use crate::model::action::{
    Action, Engagement, GroupMember, Late, LateElse, Recipient, SetValue, Share, Transition, Trigger,
};
use crate::model::calendar::Calendar;
use crate::model::cron::Cron;
use crate::model::expr::Expr;
use crate::model::id::{Fingerprint, MessageId, OutcomeId, StepId};
pub use crate::model::limits::{Caps, Limits, Ramp};
pub use crate::model::migration::{Destination, Migration};
use crate::model::pattern::Pattern;
use crate::model::time::Delay;
use crate::model::value::{FieldType, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The outcomes every campaign has (LANGUAGE.md §5), and the one an operator's `engine stop` gives.
pub const BUILT_IN_OUTCOMES: [&str; 5] = ["replied", "taken_over", "opted_out", "send_failed", "stopped"];

/// A compiled campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    pub name: String,
    pub version: u32,
    /// Of the meaning, texts included: layout, comments, notation and list rows do not change it.
    pub hash: Fingerprint,
    pub goal: Option<String>,
    /// The channel of its accounts, or the first account's; what identifies a contact without an `id` column.
    pub channel: Channel,
    /// Names of the accounts it may speak through, in the pool's order.
    pub accounts: Vec<String>,
    pub outcomes: Vec<Outcome>,
    pub fields: Vec<Field>,
    pub contacts: ContactRules,
    pub messages: Vec<Message>,
    /// The author's reply classes, workspace's first.
    pub classes: Vec<Class>,
    pub steps: Vec<Step>,
    pub entry: StepId,
    pub handlers: Handlers,
    pub calendar: Calendar,
    /// What the campaign tightens; empty where it says nothing.
    pub limits: Limits,
    /// Identifiers of each list named by an `in list` condition.
    pub lists: BTreeMap<String, BTreeSet<String>>,
    pub bound: Bound,
    /// Where people of earlier versions go.
    pub migrations: Vec<Migration>,
    /// When its figures are sent, and to whom.
    pub reports: Vec<Report>,
    /// Whom this holds for has reached the goal; counted once a person, changes no path.
    pub goal_reached: Option<Expr>,
}

/// `report "0 8 * * mon" to owner`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// In the schedule's zone.
    pub cron: Cron,
    pub who: Recipient,
}

/// How a path can end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub name: String,
    pub kind: OutcomeKind,
}

/// What an outcome means in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeKind {
    Won,
    Lost,
    Neutral,
}

/// A column the campaign reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub ty: FieldType,
    pub is_required: bool,
    pub default: Option<Value>,
}

/// Who enters, and how fast.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ContactRules {
    /// Lists, relative to the folder.
    pub lists: Vec<String>,
    /// Whoever matches one of these does not enter.
    pub skip_when: Vec<Expr>,
    /// `enter once`: none. `enter again after D`: the pause between two runs.
    pub enter_again_after: Option<Delay>,
    pub start_per_day: Option<u32>,
    /// By the `company` field, in this campaign.
    pub at_most_per_company: Option<u32>,
    /// Nobody enters who is on their way in another campaign, and no other takes them meanwhile.
    pub one_campaign_at_a_time: bool,
    /// When the lists are read again, in the schedule's zone.
    pub refresh: Option<Cron>,
}

/// A text with its variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The author's name, or the label of the step it is written in.
    pub name: String,
    /// The first is the fallback.
    pub variants: Vec<Variant>,
    /// Paths relative to the folder.
    pub attachments: Vec<String>,
    /// A voice note, as a path relative to the folder.
    pub voice: Option<String>,
}

/// One language of a message: templates with spintax, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub language: Option<String>,
    pub subject: Option<String>,
    pub text: String,
}

/// `class NAME when reply matches /re/`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    pub name: String,
    pub pattern: Pattern,
}

/// A state of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The author's label, or one derived from the place (`accept.timeout.2`). Unique in the campaign.
    pub label: String,
    pub is_named: bool,
    pub action: Action,
    /// Line in the file it came from, from 1; for messages only, no part of the hash.
    pub line: u32,
    /// Of a send: when it is too late. None: the default of one working day, then it is skipped.
    pub late: Option<Late>,
}

/// Where the campaign's handlers begin; all have defaults.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Handlers {
    pub on_reply: Option<StepId>,
    pub on_opt_out: Option<StepId>,
    pub on_takeover: Option<StepId>,
    /// None: wait until the account is back.
    pub on_account_lost: Option<StepId>,
    /// `on reply` itself has a `reply is opt_out` branch, which then replaces `on opt out`.
    pub reply_takes_opt_out: bool,
    /// None: the path ends as `send_failed`.
    pub on_send_failed: Option<StepId>,
    /// `on event "name" if COND`, in the order written.
    pub on_events: Vec<(String, Option<Expr>, StepId)>,
    /// `on reply ignore`: replies are written down and move nothing but a waiting arm.
    pub reply_ignored: bool,
}

impl Handlers {
    /// Where each handler that is there begins, in a fixed order.
    pub fn entries(&self) -> impl Iterator<Item = StepId> {
        let single = [self.on_reply, self.on_opt_out, self.on_takeover, self.on_account_lost, self.on_send_failed];
        single.into_iter().flatten().chain(self.on_events.iter().map(|(_, _, step)| *step))
    }

    /// The same, to be changed.
    pub fn entries_mut(&mut self) -> impl Iterator<Item = &mut StepId> {
        let single = [
            &mut self.on_reply,
            &mut self.on_opt_out,
            &mut self.on_takeover,
            &mut self.on_account_lost,
            &mut self.on_send_failed,
        ];
        single.into_iter().flatten().chain(self.on_events.iter_mut().map(|(_, _, step)| step))
    }
}

/// What the compiler can promise of every path (LANGUAGE.md §5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bound {
    /// The sentence that is printed.
    pub sentence: String,
    pub invites_max: u32,
    pub messages_max: u32,
    pub inmails_max: u32,
    /// Longest open time in milliseconds, closed hours not counted.
    pub open_ms_max: i64,
}

impl Campaign {
    /// The step of that id. A bad id is our bug: ids are made with the steps.
    pub fn step(&self, id: StepId) -> &Step {
        #[expect(clippy::indexing_slicing, reason = "step ids are made together with the steps they index")]
        &self.steps[id.0 as usize]
    }

    /// The message of that id.
    pub fn message(&self, id: MessageId) -> &Message {
        #[expect(clippy::indexing_slicing, reason = "message ids are made together with the messages they index")]
        &self.messages[id.0 as usize]
    }

    /// The outcome of that id.
    pub fn outcome(&self, id: OutcomeId) -> &Outcome {
        #[expect(clippy::indexing_slicing, reason = "outcome ids are made together with the outcomes they index")]
        &self.outcomes[id.0 as usize]
    }

    /// The id of an outcome by name; the built-in ones always exist.
    pub fn outcome_named(&self, name: &str) -> Option<OutcomeId> {
        self.outcomes.iter().position(|outcome| outcome.name == name).map(|at| OutcomeId(at as u32))
    }

    /// The step with that label.
    pub fn step_labelled(&self, label: &str) -> Option<StepId> {
        self.steps.iter().position(|step| step.label == label).map(|at| StepId(at as u32))
    }
}
