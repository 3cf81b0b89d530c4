//! Tasks, groups, engagement, webhooks, late sends, failed sends, events of the user's own, ignored replies, goals.

use crate::machine::walk::{Make, Walk, arm, campaign, check, check_in, days, send, stop};
use campaign_engine::model::campaign::*;
use campaign_engine::model::cron::Cron;
use campaign_engine::model::enrollment::Status;
use campaign_engine::model::expr::{Expr, Op, Operand};
use campaign_engine::model::id::{MessageId, OutcomeId};
use campaign_engine::model::time::{Delay, Unit, Until};
use campaign_engine::model::value::{FieldType, Value};

/// Asks, then waits for the verdict.
const ASK: &[(&str, Make)] = &[
    ("ask", |to| Action::Ask { who: Recipient::Owner, message: MessageId(0), next: to("verdict") }),
    ("verdict", |to| Action::Race {
        up_to: days(2),
        arms: vec![arm(Trigger::Approved, to("yes")), arm(Trigger::Rejected, to("again"))],
        on_timeout: to("none"),
    }),
    ("again", |to| Action::Ask { who: Recipient::Owner, message: MessageId(0), next: to("rest") }),
    ("rest", |to| Action::Wait { delay: days(1), next: to("second") }),
    ("second", |to| Action::Race { up_to: days(2), arms: vec![arm(Trigger::Done, to("yes"))], on_timeout: to("none") }),
    ("yes", |_| stop("interested")),
    ("none", |_| stop("no_answer")),
];

#[test]
fn a_task_goes_on_and_its_verdict_is_an_event() {
    check(
        ASK,
        "start
         approved",
        "start:
           started ask:
           notified ask: who owner, task 1.1
           timer verdict: until 2027-01-06T09:00Z
           -> ask Owner, task 1.1
         approved:
           event verdict: event approved, task 1.1
           decision verdict: arm approved
           ended yes: outcome interested",
    );
}

#[test]
fn a_verdict_before_the_race_counts_and_one_of_an_earlier_task_does_not() {
    check(
        ASK,
        "start
         rejected
         done 1
         done
         due",
        "start:
           started ask:
           notified ask: who owner, task 1.1
           timer verdict: until 2027-01-06T09:00Z
           -> ask Owner, task 1.1
         rejected:
           event verdict: event rejected, task 1.1
           decision verdict: arm rejected
           notified again: who owner, task 1.3
           timer rest: until 2027-01-05T09:00Z
           -> ask Owner, task 1.3
         done 1:
           event rest: event done, task 1.1
         done:
           event rest: event done, task 1.3
         due:
           decision second: arm done
           ended yes: outcome interested",
    );
}

#[test]
fn a_verdict_given_twice_or_for_somebody_else_means_nothing() {
    check(
        ASK,
        "start
         rejected
         rejected 1
         rejected 77",
        "start:
           started ask:
           notified ask: who owner, task 1.1
           timer verdict: until 2027-01-06T09:00Z
           -> ask Owner, task 1.1
         rejected:
           event verdict: event rejected, task 1.1
           decision verdict: arm rejected
           notified again: who owner, task 1.3
           timer rest: until 2027-01-05T09:00Z
           -> ask Owner, task 1.3
         rejected 1:
           event rest: event rejected, task 1.1
         rejected 77:
           event rest: event rejected, task 1.77",
    );
}

/// Everything that asks the world for something besides a plain message.
const WARM: &[(&str, Make)] = &[
    ("visit", |to| Action::Engage { engagement: Engagement::VisitProfile, next: to("like") }),
    ("like", |to| Action::Engage { engagement: Engagement::LikePost, next: to("hook") }),
    ("hook", |to| Action::Webhook { url: "https://acme.example/h".to_owned(), next: to("group") }),
    ("group", |to| Action::Group {
        subject: MessageId(0),
        members: vec![GroupMember::Field("colleague".to_owned()), GroupMember::Id("acc".to_owned())],
        message: MessageId(0),
        next: to("wait"),
    }),
    ("wait", |to| Action::Race { up_to: days(5), arms: vec![arm(Trigger::Replied, to("yes"))], on_timeout: to("none") }),
    ("yes", |_| stop("interested")),
    ("none", |_| stop("no_answer")),
];

#[test]
fn engagement_that_fails_ends_nothing_and_a_reply_in_the_group_is_a_reply() {
    check(
        WARM,
        "start
         sent
         failed no_post
         sent msg_1
         group-reply hello all",
        "start:
           started visit:
           -> visit profile, ready 2027-01-04T09:00Z
         sent:
           sent visit: kind visit profile
           -> like latest post, ready 2027-01-04T09:00Z
         failed no_post:
           failed like: kind like latest post, code no_post
           notified hook: webhook https://acme.example/h
           -> webhook https://acme.example/h
           -> group on linkedin with 2, ready 2027-01-04T09:00Z
         sent msg_1:
           sent group: kind group, provider_id msg_1
           timer wait: until 2027-01-09T09:00Z
         group-reply hello all:
           event wait: event replied, text hello all
           decision wait: arm replied
           ended yes: outcome interested",
    );
}

#[test]
fn the_talk_with_the_person_stays_where_it_was() {
    let mut walk = Walk::new(campaign(WARM));
    for line in ["start", "sent", "sent", "sent msg_1", "group-reply hello"] {
        walk.step(line);
    }
    let line = walk.enrollment.lines.values().next().unwrap();
    assert!(line.chat.as_ref().is_none_or(|chat| chat.as_str() != "chat_1"), "the group is no chat of the two");
    assert_eq!(walk.enrollment.groups.len(), 1);
    assert_eq!(walk.enrollment.facts.reply_chat.as_ref().map(|chat| chat.as_str()), Some("chat_1"));
    assert_eq!((walk.enrollment.sends.messages, walk.contact.contacted_at.is_some()), (1, true));
}

/// A message, a day, another; what fails is told and waited for.
const FAIL: &[(&str, Make)] = &[
    ("first", |to| send(to("wait"))),
    ("wait", |to| Action::Wait { delay: days(1), next: to("last") }),
    ("last", |to| send(to("none"))),
    ("none", |_| stop("no_answer")),
    ("on_send_failed", |to| Action::Notify { who: Recipient::Owner, message: MessageId(0), next: to("instead") }),
    ("instead", |to| send(to("back"))),
    ("back", |_| Action::Return),
];

#[test]
fn a_send_that_failed_is_handled_and_the_path_goes_on_behind_it() {
    check(
        FAIL,
        "start
         failed gone
         sent msg_2
         due
         failed gone
         failed gone",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         failed gone:
           failed first: kind message, code gone
           decision on_send_failed: handler on send failed
           notified on_send_failed: who owner
           -> notify Owner
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent msg_2:
           sent instead: kind message, provider_id msg_2
           timer wait: until 2027-01-05T09:00Z
         due:
           -> message on linkedin, ready 2027-01-05T09:00Z
         failed gone:
           failed last: kind message, code gone
           decision on_send_failed: handler on send failed
           notified on_send_failed: who owner
           -> notify Owner
           -> message on linkedin, ready 2027-01-05T09:00Z
         failed gone:
           failed instead: kind message, code gone
           ended instead: outcome send_failed, reason gone",
    );
}

#[test]
fn what_is_overdue_does_what_its_step_says() {
    let with = |otherwise: Option<LateElse>| {
        let mut made = campaign(&FAIL[..4]);
        let within = Delay::exactly(2, Unit::Days);
        made.steps[0].late = otherwise.map(|otherwise| Late { within, otherwise });
        made
    };
    let skipped = "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         overdue too late:
           skipped first: kind message, why too late
           timer wait: until 2027-01-05T09:00Z";
    check_in(with(Some(LateElse::Skip)), "start\noverdue too late", skipped);
    check_in(with(None), "start\noverdue too late", skipped);
    check_in(
        with(Some(LateElse::Stop)),
        "start\noverdue too late",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         overdue too late:
           skipped first: kind message, why too late
           ended first: outcome send_failed, reason too late",
    );
}

/// Waits; an event of the user's own is answered beside the path.
const EVENT: &[(&str, Make)] = &[
    ("wait", |to| Action::Race {
        up_to: days(9),
        arms: vec![arm(Trigger::Named("booked".to_owned()), to("yes"))],
        on_timeout: to("none"),
    }),
    ("yes", |_| stop("interested")),
    ("none", |_| stop("no_answer")),
    ("on_event", |to| Action::Tag { tag: "signed".to_owned(), next: to("back") }),
    ("back", |_| Action::Return),
];

#[test]
fn a_waiting_arm_takes_an_event_before_its_handler() {
    check(
        EVENT,
        "start
         event signed_up
         event unknown
         event booked
         event signed_up",
        "start:
           started wait:
           timer wait: until 2027-01-13T09:00Z
         event signed_up:
           event wait: event signed_up
           decision on_event: handler on event \"signed_up\"
           changed on_event: tag signed
         event unknown:
           event wait: event unknown
         event booked:
           event wait: event booked
           decision wait: arm event \"booked\"
           ended yes: outcome interested
         event signed_up:
           event -: event signed_up",
    );
}

#[test]
fn a_handlers_condition_is_asked_when_the_event_comes() {
    let mut made = campaign(EVENT);
    made.handlers.on_events[0].1 = Some(Expr::Tagged("vip".to_owned()));
    let mut walk = Walk::new(made);
    walk.step("event signed_up");
    assert_eq!(walk.enrollment.status, Status::Queued, "nobody begins because of it");
    walk.contact.tags.insert("vip".to_owned());
    walk.step("event signed_up");
    assert!(walk.contact.tags.contains("signed"));
    assert_eq!(walk.enrollment.status, Status::Queued, "the path still waits for its turn");
}

#[test]
fn replies_that_are_ignored_move_nothing_but_opting_out_counts() {
    let mut made = campaign(EVENT);
    made.handlers.reply_ignored = true;
    let script = "reply hello
         start
         reply hello again
         reply please unsubscribe me";
    check_in(
        made,
        script,
        "reply hello:
           event -: event replied, text hello
         start:
           started wait:
           timer wait: until 2027-01-13T09:00Z
         reply hello again:
           event wait: event replied, text hello again
         reply please unsubscribe me:
           event wait: event replied, text please unsubscribe me, classes opt_out
           changed wait: suppressed everywhere
           ended wait: outcome opted_out
           -> suppress None",
    );
}

#[test]
fn a_goal_is_reached_once_and_moves_nothing() {
    let mut made = campaign(EVENT);
    made.handlers.reply_ignored = true;
    made.goal_reached = Some(Expr::And(vec![Expr::Replied, Expr::Not(Box::new(Expr::ReplyIs("opt_out".to_owned())))]));
    check_in(
        made,
        "start
         reply hello
         reply hello again",
        "start:
           started wait:
           timer wait: until 2027-01-13T09:00Z
         reply hello:
           event wait: event replied, text hello
           decision wait: goal reached
         reply hello again:
           event wait: event replied, text hello again",
    );
}

#[test]
fn a_wait_until_a_cron_time_or_a_field_is_civil_time_of_the_person() {
    const TIMES: &[(&str, Make)] = &[
        ("cron", |to| Action::WaitUntil { until: Until::Cron(Cron::new("0 9 * * tue").unwrap()), next: to("field") }),
        ("field", |to| Action::WaitUntil { until: Until::Field { field: "due".to_owned(), or: None }, next: to("none") }),
        ("none", |_| stop("no_answer")),
    ];
    let mut walk = Walk::new(campaign(TIMES));
    walk.contact.fields.insert("due".to_owned(), "2027-02-01".to_owned());
    for line in ["start", "due", "due"] {
        walk.step(line);
    }
    let lines: Vec<&str> = walk.lines.iter().map(|line| line.trim()).filter(|line| line.starts_with("timer")).collect();
    // Tuesday 09:00 in Paris is 08:00 UTC; the office of that day opens at nine.
    assert_eq!(lines, ["timer cron: until 2027-01-05T08:00Z", "timer field: until 2027-02-01T08:00Z"], "{:?}", walk.lines);
}

#[test]
fn typed_fields_compare_as_what_they_are() {
    let field = |name: &str, ty| Operand::Field { name: name.to_owned(), ty };
    let is = |value: &str, ty, op, right: Value| {
        let steps: &[(&str, Make)] = &[("only", |_| Action::Stop { outcome: OutcomeId(5), reason: None })];
        let mut made = campaign(steps);
        made.goal_reached = Some(Expr::Compare { left: field("f", ty), op, right });
        let mut walk = Walk::new(made);
        walk.contact.fields.insert("f".to_owned(), value.to_owned());
        walk.step("start");
        walk.enrollment.facts.goal_at.is_some()
    };
    assert!(is("9", FieldType::Number, Op::Less, Value::Number(10.0)), "numbers are no texts");
    assert!(is(" 10.50", FieldType::Number, Op::Is, Value::Number(10.5)));
    assert!(!is("ten", FieldType::Number, Op::Is, Value::Number(10.0)));
    let date = |text: &str| Value::Date(text.to_owned());
    assert!(is("2027-01-04", FieldType::Date, Op::Less, date("2027-01-10")));
    assert!(is("2027-01-04T23:00:00+00:00", FieldType::Date, Op::Greater, date("2027-01-04")));
}
