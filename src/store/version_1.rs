//! Records as version 1 wrote them, read into those of today. Nothing here is ever written.
//!
//! Only what changed its layout stands here; variants added at the end of an enum need no new version.

use crate::model::account::Channel;
use crate::model::calendar::Calendar;
use crate::model::campaign::{
    Action, Bound, Campaign, Class, ContactRules, Field, Handlers, Limits, Message, Outcome, Step, Variant,
};
use crate::model::contact::Contact;
use crate::model::enrollment::{Enrollment, Facts, LeftCall, Line, Loop, Relation, Sends, Status, Tasks, Trail};
use crate::model::expr::Expr;
use crate::model::id::{
    AccountId, CampaignId, ChatId, ContactId, EffectKey, EnrollmentId, Fingerprint, ProviderId, RemoteId, StepId,
};
use crate::model::intent::{Intent, IntentState, Request};
use crate::model::journal::{Cause, Change, Commit, Entry, InboxRow, Installed, Key, Meta, Record, RouteKey};
use crate::model::time::{Delay, Timestamp};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A commit of version 1.
#[derive(Debug, Deserialize)]
pub struct CommitV1 {
    at: Timestamp,
    cause: Cause,
    changes: Vec<ChangeV1>,
    entries: Vec<(EnrollmentId, Entry)>,
}

#[derive(Debug, Deserialize)]
enum ChangeV1 {
    Put(RecordV1),
    Delete(Key),
}

/// A row of version 1.
#[derive(Debug, Deserialize)]
pub enum RecordV1 {
    Enrollment(Box<EnrollmentV1>),
    Contact(Box<Contact>),
    Account(Box<crate::model::account::Account>),
    Campaign(Box<InstalledV1>),
    Intent(Box<IntentV1>),
    Route { key: RouteKey, enrollments: Vec<EnrollmentId> },
    Claim { account: AccountId, remote: Fingerprint, key: EffectKey },
    Usage { account: AccountId, budget: crate::model::account::Budget, at: Timestamp, key: EffectKey, campaign: CampaignId },
    Inbox(Box<InboxRow>),
    Seen { key: Fingerprint, at: Timestamp },
    Unrouted { row: u64, at: Timestamp, body: String },
    Meta(Meta),
    Move { enrollment: EnrollmentId, to: CampaignId },
}

/// An attempt; messages without a voice note.
#[derive(Debug, Deserialize)]
pub struct IntentV1 {
    key: EffectKey,
    attempt: u16,
    account: AccountId,
    contact: ContactId,
    person: ProviderId,
    chat: Option<ChatId>,
    request: RequestV1,
    budget: Option<crate::model::account::Budget>,
    at: Timestamp,
    state: IntentState,
}

#[derive(Debug, Deserialize)]
enum RequestV1 {
    Invite { note: Option<String> },
    Withdraw { invitation: RemoteId },
    Message { text: String, attachments: Vec<String> },
    Inmail { subject: Option<String>, text: String, api: crate::model::account::InmailApi, attachments: Vec<String> },
}

/// Without tasks and groups.
#[derive(Debug, Deserialize)]
pub struct EnrollmentV1 {
    id: EnrollmentId,
    campaign: CampaignId,
    contact: ContactId,
    lines: BTreeMap<Channel, Line>,
    enrolled_at: Timestamp,
    started_at: Option<Timestamp>,
    updated_at: Timestamp,
    status: Status,
    visits: u32,
    loops: Vec<Loop>,
    facts: FactsV1,
    sends: Sends,
    left: Vec<LeftCall>,
    trail: Trail,
}

/// Without the last reply's message and the goal.
#[derive(Debug, Deserialize)]
struct FactsV1 {
    relation: Relation,
    invited_at: Option<Timestamp>,
    invitation: Option<RemoteId>,
    accepted_at: Option<Timestamp>,
    replied_at: Option<Timestamp>,
    seen_at: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
    reacted_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    open_profile: Option<bool>,
    inmail_credit: Option<bool>,
    reply_classes: Vec<String>,
}

/// A campaign as it was installed.
#[derive(Debug, Deserialize)]
pub struct InstalledV1 {
    id: CampaignId,
    campaign: CampaignV1,
    at: Timestamp,
    is_paused: bool,
    is_current: bool,
}

/// Without migrations, reports and the goal's condition.
#[derive(Debug, Deserialize)]
struct CampaignV1 {
    name: String,
    version: u32,
    hash: Fingerprint,
    goal: Option<String>,
    channel: Channel,
    accounts: Vec<String>,
    outcomes: Vec<Outcome>,
    fields: Vec<Field>,
    contacts: ContactRulesV1,
    messages: Vec<MessageV1>,
    classes: Vec<Class>,
    steps: Vec<StepV1>,
    entry: StepId,
    handlers: HandlersV1,
    calendar: Calendar,
    limits: Limits,
    lists: BTreeMap<String, BTreeSet<String>>,
    bound: Bound,
}

#[derive(Debug, Deserialize)]
struct ContactRulesV1 {
    lists: Vec<String>,
    skip_when: Vec<Expr>,
    enter_again_after: Option<Delay>,
    start_per_day: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct MessageV1 {
    name: String,
    variants: Vec<Variant>,
    attachments: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct StepV1 {
    label: String,
    is_named: bool,
    action: Action,
    line: u32,
}

#[derive(Debug, Deserialize)]
struct HandlersV1 {
    on_reply: Option<StepId>,
    on_opt_out: Option<StepId>,
    on_takeover: Option<StepId>,
    on_account_lost: Option<StepId>,
    reply_takes_opt_out: bool,
}

impl From<CommitV1> for Commit {
    fn from(old: CommitV1) -> Self {
        let change = |change| match change {
            ChangeV1::Put(record) => Change::Put(Record::from(record)),
            ChangeV1::Delete(key) => Change::Delete(key),
        };
        Self { at: old.at, cause: old.cause, changes: old.changes.into_iter().map(change).collect(), entries: old.entries }
    }
}

impl From<RecordV1> for Record {
    fn from(old: RecordV1) -> Self {
        match old {
            RecordV1::Enrollment(enrollment) => Self::Enrollment(Box::new((*enrollment).into())),
            RecordV1::Contact(contact) => Self::Contact(contact),
            RecordV1::Account(account) => Self::Account(account),
            RecordV1::Campaign(installed) => Self::Campaign(Box::new((*installed).into())),
            RecordV1::Intent(intent) => Self::Intent(Box::new((*intent).into())),
            RecordV1::Route { key, enrollments } => Self::Route { key, enrollments },
            RecordV1::Claim { account, remote, key } => Self::Claim { account, remote, key },
            RecordV1::Usage { account, budget, at, key, campaign } => Self::Usage { account, budget, at, key, campaign },
            RecordV1::Inbox(row) => Self::Inbox(row),
            RecordV1::Seen { key, at } => Self::Seen { key, at },
            RecordV1::Unrouted { row, at, body } => Self::Unrouted { row, at, body },
            RecordV1::Meta(meta) => Self::Meta(meta),
            RecordV1::Move { enrollment, to } => Self::Move { enrollment, to },
        }
    }
}

impl From<IntentV1> for Intent {
    fn from(old: IntentV1) -> Self {
        let request = match old.request {
            RequestV1::Invite { note } => Request::Invite { note },
            RequestV1::Withdraw { invitation } => Request::Withdraw { invitation },
            RequestV1::Message { text, attachments } => Request::Message { text, attachments, voice: None },
            RequestV1::Inmail { subject, text, api, attachments } => Request::Inmail { subject, text, api, attachments },
        };
        let IntentV1 { key, attempt, account, contact, person, chat, budget, at, state, .. } = old;
        Self { key, attempt, account, contact, person, chat, request, budget, at, state }
    }
}

impl From<EnrollmentV1> for Enrollment {
    fn from(old: EnrollmentV1) -> Self {
        let facts = Facts {
            relation: old.facts.relation,
            invited_at: old.facts.invited_at,
            invitation: old.facts.invitation,
            accepted_at: old.facts.accepted_at,
            replied_at: old.facts.replied_at,
            seen_at: old.facts.seen_at,
            delivered_at: old.facts.delivered_at,
            reacted_at: old.facts.reacted_at,
            sent_at: old.facts.sent_at,
            open_profile: old.facts.open_profile,
            inmail_credit: old.facts.inmail_credit,
            reply_classes: old.facts.reply_classes,
            ..Facts::default()
        };
        Self {
            id: old.id,
            campaign: old.campaign,
            contact: old.contact,
            lines: old.lines,
            enrolled_at: old.enrolled_at,
            started_at: old.started_at,
            updated_at: old.updated_at,
            status: old.status,
            visits: old.visits,
            loops: old.loops,
            facts,
            sends: old.sends,
            left: old.left,
            trail: old.trail,
            tasks: Tasks::default(),
            groups: Vec::new(),
        }
    }
}

impl From<InstalledV1> for Installed {
    fn from(old: InstalledV1) -> Self {
        Self { id: old.id, campaign: old.campaign.into(), at: old.at, is_paused: old.is_paused, is_current: old.is_current }
    }
}

impl From<CampaignV1> for Campaign {
    fn from(old: CampaignV1) -> Self {
        let step =
            |step: StepV1| Step { label: step.label, is_named: step.is_named, action: step.action, line: step.line, late: None };
        let message = |message: MessageV1| Message {
            name: message.name,
            variants: message.variants,
            attachments: message.attachments,
            voice: None,
        };
        Self {
            name: old.name,
            version: old.version,
            hash: old.hash,
            goal: old.goal,
            channel: old.channel,
            accounts: old.accounts,
            outcomes: old.outcomes,
            fields: old.fields,
            contacts: ContactRules {
                lists: old.contacts.lists,
                skip_when: old.contacts.skip_when,
                enter_again_after: old.contacts.enter_again_after,
                start_per_day: old.contacts.start_per_day,
                ..ContactRules::default()
            },
            messages: old.messages.into_iter().map(message).collect(),
            classes: old.classes,
            steps: old.steps.into_iter().map(step).collect(),
            entry: old.entry,
            handlers: Handlers {
                on_reply: old.handlers.on_reply,
                on_opt_out: old.handlers.on_opt_out,
                on_takeover: old.handlers.on_takeover,
                on_account_lost: old.handlers.on_account_lost,
                reply_takes_opt_out: old.handlers.reply_takes_opt_out,
                ..Handlers::default()
            },
            calendar: old.calendar,
            limits: old.limits,
            lists: old.lists,
            bound: old.bound,
            migrations: Vec::new(),
            reports: Vec::new(),
            goal_reached: None,
        }
    }
}
