//! One of each thing a campaign and its progress may hold.

use campaign_engine::model::account::{Budget, Channel, InmailApi};
use campaign_engine::model::calendar::Calendar;
use campaign_engine::model::campaign::{
    Action, Bound, Campaign, Class, ContactRules, Destination, Engagement, Field, GroupMember, Handlers, Late, LateElse, Limits,
    Message, Migration, Outcome, OutcomeKind, Recipient, Report, SetValue, Share, Step, Transition, Trigger, Variant,
};
use campaign_engine::model::cron::Cron;
use campaign_engine::model::effect::{Call, Look};
use campaign_engine::model::enrollment::{Awaits, Frame, HandlerFrame, Hold, Pause, Status};
use campaign_engine::model::event::Reply;
use campaign_engine::model::expr::{Expr, Op, Operand};
use campaign_engine::model::id::{
    AccountId, ContactId, EffectKey, EnrollmentId, Fingerprint, MessageId, OutcomeId, StepId, Visit,
};
use campaign_engine::model::intent::{Intent, IntentState, Request};
use campaign_engine::model::pattern::Pattern;
use campaign_engine::model::time::{Delay, Timestamp, Unit, Until};
use campaign_engine::model::value::{FieldType, Value};
use std::collections::{BTreeMap, BTreeSet};

const NEXT: StepId = StepId(1);
const MESSAGE: MessageId = MessageId(0);
const WAIT: Delay = Delay { min: 2, max: 20, unit: Unit::WorkingDays };
const AT: Timestamp = Timestamp(1_789_000_000_123);

fn text(text: &str) -> String {
    text.to_owned()
}

fn pattern() -> Pattern {
    Pattern::new(r"(?:stop|abmelden)\b", true).unwrap()
}

fn operand(name: &str, ty: FieldType) -> Operand {
    Operand::Field { name: text(name), ty }
}

/// Every condition.
pub fn conditions() -> Vec<Expr> {
    let values = [Value::Text(text("ü")), Value::Number(0.1), Value::Number(-1e300), Value::Date(text("2027-01-04"))];
    let operands =
        [operand("a", FieldType::Number), Operand::ReplyText, Operand::Sender(text("first_name")), Operand::CampaignName];
    let compare = |op| Expr::Compare { left: operand("a", FieldType::Date), op, right: Value::Date(text("2027-01-04")) };
    let mut all: Vec<Expr> =
        [Op::Is, Op::IsNot, Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual].into_iter().map(compare).collect();
    all.extend(operands.into_iter().map(Expr::IsMissing));
    all.extend([
        Expr::CompareFields { left: Operand::ReplyText, op: Op::Is, right: operand("b", FieldType::Text) },
        Expr::Contains { operand: Operand::ReplyText, text: text("yes") },
        Expr::Matches { operand: Operand::ReplyText, pattern: pattern() },
        Expr::In { operand: operand("a", FieldType::Text), values: values.to_vec() },
        Expr::Connected,
        Expr::Replied,
        Expr::OpenProfile,
        Expr::InmailCredit,
        Expr::Tagged(text("vip")),
        Expr::InList(text("friends.csv")),
        Expr::ContactedWithin(WAIT),
        Expr::ReplyIs(text("opt_out")),
    ]);
    all.push(Expr::And(all.clone()));
    all.push(Expr::Or(vec![Expr::Not(Box::new(Expr::Connected)), Expr::And(Vec::new())]));
    all
}

/// Every action, with every trigger and every end of a wait.
pub fn actions() -> Vec<Action> {
    let triggers = [
        Trigger::Accepted,
        Trigger::Replied,
        Trigger::ReplyIs(text("out_of_office")),
        Trigger::ReplyMatches(pattern()),
        Trigger::Seen,
        Trigger::Delivered,
        Trigger::Reacted,
        Trigger::Named(text("booked")),
        Trigger::Approved,
        Trigger::Rejected,
        Trigger::Done,
    ];
    let arm = |trigger| Transition { trigger, guard: Some(Expr::Connected), target: NEXT };
    let untils = [
        Until::Weekday { weekday: 0, minute: 540 },
        Until::Delay(WAIT),
        Until::Field { field: text("event_on"), or: Some(WAIT) },
        Until::ReturnDate { or: None },
        Until::Cron(cron()),
    ];
    let mut all: Vec<Action> = untils.iter().map(|until| Action::Pause { until: until.clone(), next: NEXT }).collect();
    all.extend(untils.into_iter().map(|until| Action::WaitUntil { until, next: NEXT }));
    all.extend([
        Action::Invite { note: Some(MESSAGE), next: NEXT },
        Action::Withdraw { next: NEXT },
        Action::Send { channel: Channel::Whatsapp, message: MESSAGE, next: NEXT },
        Action::Inmail { message: MESSAGE, api: Some(InmailApi::Recruiter), next: NEXT },
        Action::Wait { delay: WAIT, next: NEXT },
        Action::Race { up_to: WAIT, arms: triggers.map(arm).to_vec(), on_timeout: NEXT },
        Action::Branch { arms: conditions().into_iter().map(|condition| (condition, NEXT)).collect(), otherwise: NEXT },
        Action::RepeatStart { repeat: NEXT },
        Action::Repeat { times: 3, apart: WAIT, until: Some(Trigger::Seen), body: NEXT, next: NEXT },
        Action::Split { arms: vec![Share { name: text("a"), percent: 100, target: NEXT }] },
        Action::Tag { tag: text("t"), next: NEXT },
        Action::Untag { tag: text("t"), next: NEXT },
        Action::Set { field: text("f"), value: SetValue::Literal(Value::Number(1.5)), next: NEXT },
        Action::Set { field: text("f"), value: SetValue::Field(text("g")), next: NEXT },
        Action::Suppress { channel: None, next: NEXT },
        Action::Notify { who: Recipient::Owner, message: MESSAGE, next: NEXT },
        Action::Notify { who: Recipient::Named { name: text("eve"), address: None }, message: MESSAGE, next: NEXT },
        Action::Group {
            subject: MESSAGE,
            members: vec![GroupMember::Field(text("f")), GroupMember::Id(text("i"))],
            message: MESSAGE,
            next: NEXT,
        },
        Action::Ask { who: Recipient::Owner, message: MESSAGE, next: NEXT },
        Action::Webhook { url: text("https://acme.example"), next: NEXT },
        Action::Stop { outcome: OutcomeId(0), reason: Some(text("done")) },
        Action::Return,
    ]);
    let engaged = engagements().into_iter().map(|engagement| Action::Engage { engagement, next: NEXT });
    all.extend(engaged);
    all
}

fn cron() -> Cron {
    Cron::new("0 9 * * tue").unwrap()
}

/// Every engagement.
fn engagements() -> [Engagement; 6] {
    [
        Engagement::VisitProfile,
        Engagement::Follow,
        Engagement::LikePost,
        Engagement::CommentPost(MESSAGE),
        Engagement::Endorse(text("Rust")),
        Engagement::React(text("👍")),
    ]
}

/// A schedule with everything in it.
pub fn calendar() -> Calendar {
    let day = vec![(540, 720), (780, 1_440)];
    let holidays = BTreeSet::from(["2026-12-25".parse().unwrap(), "-009999-01-01".parse().unwrap()]);
    let windows = [day.clone(), day.clone(), day.clone(), day.clone(), day, Vec::new(), Vec::new()];
    Calendar {
        windows,
        of_contact: true,
        zone: text("Asia/Kathmandu"),
        holidays,
        gap: Delay { min: 4, max: 11, unit: Unit::Minutes },
    }
}

/// A campaign with everything in it.
pub fn campaign() -> Campaign {
    let late = |at: usize| (at == 3).then_some(Late { within: WAIT, otherwise: LateElse::Stop });
    let step = |(at, action): (usize, Action)| Step {
        label: format!("s{at}"),
        is_named: at % 2 == 0,
        action,
        line: at as u32,
        late: late(at),
    };
    let variant = Variant { language: Some(text("de")), subject: None, text: text("Grüße {{ first_name }} {a|b}\n") };
    Campaign {
        name: text("everything"),
        version: 7,
        hash: Fingerprint([3; 16]),
        goal: Some(text("a talk")),
        channel: Channel::Linkedin,
        accounts: vec![text("anna")],
        outcomes: vec![Outcome { name: text("talk"), kind: OutcomeKind::Won }],
        fields: vec![Field { name: text("n"), ty: FieldType::Number, is_required: true, default: Some(Value::Number(2.0)) }],
        contacts: ContactRules {
            lists: vec![text("people.csv")],
            skip_when: conditions(),
            enter_again_after: Some(WAIT),
            start_per_day: Some(30),
            at_most_per_company: Some(2),
            one_campaign_at_a_time: true,
            refresh: Some(cron()),
        },
        messages: vec![Message {
            name: text("m"),
            variants: vec![variant],
            attachments: vec![text("a.pdf")],
            voice: Some(text("v.m4a")),
        }],
        classes: vec![Class { name: text("yes"), pattern: pattern() }],
        steps: actions().into_iter().enumerate().map(step).collect(),
        entry: StepId(0),
        handlers: Handlers {
            on_reply: Some(NEXT),
            reply_takes_opt_out: true,
            on_send_failed: Some(NEXT),
            on_events: vec![(text("e"), Some(Expr::Connected), NEXT)],
            ..Handlers::default()
        },
        calendar: calendar(),
        limits: Limits { invites_pending_max: Some(9), ..Limits::defaults() },
        lists: BTreeMap::from([(text("friends.csv"), BTreeSet::from([text("ada"), text("bob")]))]),
        migrations: vec![Migration {
            from: 3,
            in_place: false,
            rules: BTreeMap::from([(text("a"), Destination::Stay), (text("b"), Destination::GoTo(NEXT))]),
            otherwise: Some(Destination::Finish),
        }],
        reports: vec![Report { cron: cron(), who: Recipient::Owner }],
        goal_reached: Some(Expr::Replied),
        bound: Bound { sentence: text("at most"), open_ms_max: i64::MAX, ..Bound::default() },
    }
}

/// Every place in a life, with everything it may wait for.
pub fn statuses() -> Vec<Status> {
    let until = AT;
    let holds = [
        None,
        Some(Hold::Retry { until, attempts: 2, code: text("rate") }),
        Some(Hold::Open { since: AT }),
        Some(Hold::Unknown { since: AT, next_read: AT, absent_at: Some(AT) }),
        Some(Hold::Parked { since: AT, why: text("unreadable") }),
    ];
    let calls = [
        Call::Invite { note: None },
        Call::Withdraw,
        Call::Message { channel: Channel::Telegram, message: MESSAGE },
        Call::Inmail { message: MESSAGE, api: None },
        Call::Invite { note: Some(MESSAGE) },
    ];
    let mut awaits: Vec<Awaits> =
        calls.into_iter().zip(holds).map(|(call, hold)| Awaits::Call { call, ready_at: AT, hold }).collect();
    awaits.extend([
        Awaits::Timer { due: AT },
        Awaits::Look { look: Look { profile: true, credit: false }, ready_at: AT },
        Awaits::Nothing,
    ]);
    let frame = |awaits| Frame { step: NEXT, visit: Visit(4), entered_at: AT, awaits };
    let reply = Reply {
        message: "m".into(),
        chat: Some("c".into()),
        channel: Channel::Linkedin,
        text: text("danke 🙏"),
        at: AT,
        classes: vec![text("yes")],
        return_date: Some(text("2027-01-04")),
    };
    let handler = |reply| Some(Box::new(HandlerFrame { frame: frame(Awaits::Nothing), reply }));
    let pauses = [None, Some(Pause::Until { until }), Some(Pause::Operator { since: AT, then: Some(AT) })];
    let active = |(awaits, pause)| Status::Active { path: frame(awaits), handler: handler(Some(reply.clone())), pause };
    let mut all: Vec<Status> = awaits.into_iter().zip(pauses.into_iter().cycle()).map(active).collect();
    all.push(Status::Queued);
    all.push(Status::Ended {
        outcome: OutcomeId(0),
        reason: None,
        at: AT,
        listens_until: AT,
        handler: handler(None),
        late_reply_done: true,
    });
    all
}

/// Every request, in every state.
pub fn intents() -> Vec<Intent> {
    let attachments = vec![text("a.pdf")];
    let requests = [
        Request::Invite { note: None },
        Request::Withdraw { invitation: "i".into() },
        Request::Message { text: text("hi"), attachments: attachments.clone(), voice: Some(text("v.m4a")) },
        Request::Group { people: vec!["p".into()], subject: text("s"), text: text("hi"), attachments: Vec::new(), voice: None },
        Request::Visit,
        Request::Follow,
        Request::LikePost { post: "urn:1".into() },
        Request::CommentPost { post: "urn:1".into(), text: text("hi") },
        Request::Endorse { skill: u64::MAX, name: text("Logistics") },
        Request::React { message: "m".into(), emoji: text("👍") },
        Request::Inmail { subject: Some(text("s")), text: text("hi"), api: InmailApi::SalesNavigator, attachments },
    ];
    let states = [
        IntentState::Open,
        IntentState::Unknown { since: AT, next_read: AT, absent_at: None, unreadable_since: Some(AT) },
        IntentState::Parked { since: AT, why: text("w") },
    ];
    let intent = |(request, state)| Intent {
        key: EffectKey { enrollment: EnrollmentId(1), visit: Visit(2) },
        attempt: 1,
        account: AccountId(1),
        contact: ContactId(1),
        person: "ACoAA".into(),
        chat: None,
        request,
        budget: Some(Budget::Inmails),
        at: AT,
        state,
    };
    requests.into_iter().zip(states.into_iter().cycle()).map(intent).collect()
}
