//! Whole paths: every action, and the ends of calls.

use crate::machine::walk::{Make, Walk, arm, campaign, check, check_in, days, send, stop};
use campaign_engine::model::account::Channel;
use campaign_engine::model::campaign::*;
use campaign_engine::model::expr::{Expr, Op, Operand};
use campaign_engine::model::id::MessageId;
use campaign_engine::model::time::{Delay, Unit, Until};
use campaign_engine::model::value::{FieldType, Value};

/// Invite; a message and two nudges once accepted; else withdraw, and an InMail to whom one can be sent.
pub const INTRO: &[(&str, Make)] = &[
    ("connect", |to| Action::Invite { note: Some(MessageId(0)), next: to("accept") }),
    ("accept", |to| Action::Race { up_to: days(14), arms: vec![arm(Trigger::Accepted, to("rest"))], on_timeout: to("back") }),
    ("rest", |to| Action::Wait { delay: Delay { min: 2, max: 20, unit: Unit::Hours }, next: to("first") }),
    ("first", |to| send(to("begin"))),
    ("begin", |to| Action::RepeatStart { repeat: to("nudges") }),
    ("nudges", |to| Action::Repeat { times: 2, apart: days(3), until: Some(Trigger::Seen), body: to("nudge"), next: to("last") }),
    ("nudge", |to| send(to("nudges"))),
    ("last", |to| Action::Wait { delay: Delay::exactly(5, Unit::WorkingDays), next: to("none") }),
    ("none", |_| stop("no_answer")),
    ("back", |to| Action::Withdraw { next: to("can") }),
    ("can", |to| Action::Branch {
        arms: vec![(Expr::Or(vec![Expr::OpenProfile, Expr::InmailCredit]), to("mail"))],
        otherwise: to("none"),
    }),
    ("mail", |to| Action::Inmail { message: MessageId(0), api: None, next: to("none") }),
];

#[test]
fn somebody_who_accepts_gets_the_message_and_the_nudges() {
    check(
        INTRO,
        "start
         sent inv_1
         wait 2d
         accepted
         due
         sent msg_1
         due
         sent msg_2
         due
         sent msg_3
         due",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         sent inv_1:
           sent connect: kind invite, provider_id inv_1
           timer accept: until 2027-01-18T09:00Z
         accepted:
           event accept: event accepted
           decision accept: arm accepted
           timer rest: until 2027-01-06T16:38:06.622Z
         due:
           -> message on linkedin, ready 2027-01-06T16:38:06.622Z
         sent msg_1:
           sent first: kind message, provider_id msg_1
           timer nudges: until 2027-01-09T16:38:06.622Z
         due:
           decision nudges: repeat round 1 of 2
           -> message on linkedin, ready 2027-01-09T16:38:06.622Z
         sent msg_2:
           sent nudge: kind message, provider_id msg_2
           timer nudges: until 2027-01-12T16:38:06.622Z
         due:
           decision nudges: repeat round 2 of 2
           -> message on linkedin, ready 2027-01-12T16:38:06.622Z
         sent msg_3:
           sent nudge: kind message, provider_id msg_3
           decision nudges: repeat all rounds are done
           timer last: until 2027-01-19T16:38:06.622Z
         due:
           ended none: outcome no_answer",
    );
}

#[test]
fn somebody_who_does_not_gets_an_inmail_if_one_can_be_sent() {
    check(
        INTRO,
        "start
         sent inv_1
         due
         sent
         looked credit
         sent mail_1",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         sent inv_1:
           sent connect: kind invite, provider_id inv_1
           timer accept: until 2027-01-18T09:00Z
         due:
           decision accept: arm on timeout
           -> withdraw, ready 2027-01-18T09:00Z
         sent:
           sent back: kind withdraw
           -> look profile true, credit true
         looked credit:
           decision can: if the condition holds
           -> inmail, ready 2027-01-18T09:00Z
         sent mail_1:
           sent mail: kind inmail, provider_id mail_1
           ended none: outcome no_answer",
    );
    check(
        INTRO,
        "start
         sent inv_1
         due
         unpending
         looked",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         sent inv_1:
           sent connect: kind invite, provider_id inv_1
           timer accept: until 2027-01-18T09:00Z
         due:
           decision accept: arm on timeout
           -> withdraw, ready 2027-01-18T09:00Z
         unpending:
           skipped back: kind withdraw, why nothing is pending
           -> look profile true, credit true
         looked:
           decision can: if no condition holds
           ended none: outcome no_answer",
    );
}

#[test]
fn somebody_connected_takes_the_accepted_arm_at_once() {
    check(
        INTRO,
        "start\n connected",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         connected:
           skipped connect: kind invite, why already connected
           decision accept: arm accepted
           timer rest: until 2027-01-04T16:38:06.622Z",
    );
    check(
        INTRO,
        "accepted\n start",
        "accepted:
           event -: event accepted
         start:
           started connect:
           decision connect: invite not needed, already connected
           decision accept: arm accepted
           timer rest: until 2027-01-04T16:38:06.622Z",
    );
}

#[test]
fn an_invitation_that_is_there_already_counts_as_pending() {
    let mut walk = Walk::new(campaign(INTRO));
    ["start", "invited", "due"].into_iter().for_each(|line| walk.step(line));
    assert_eq!(walk.lines.last().map(String::as_str), Some("  -> withdraw, ready 2027-01-18T09:00Z"));
}

#[test]
fn an_invitation_that_cannot_be_taken_back_stops_nobody() {
    let mut walk = Walk::new(campaign(INTRO));
    ["start", "sent inv_1", "due", "failed forbidden", "looked open"].into_iter().for_each(|line| walk.step(line));
    assert_eq!(walk.lines.last().map(String::as_str), Some("  -> inmail, ready 2027-01-18T09:00Z"));
}

#[test]
fn a_loop_ends_early_once_it_saw_what_it_waits_for() {
    check(
        INTRO,
        "accepted\n start\n due\n sent msg_1\n wait 1d\n seen\n due",
        "accepted:
           event -: event accepted
         start:
           started connect:
           decision connect: invite not needed, already connected
           decision accept: arm accepted
           timer rest: until 2027-01-04T16:38:06.622Z
         due:
           -> message on linkedin, ready 2027-01-04T16:38:06.622Z
         sent msg_1:
           sent first: kind message, provider_id msg_1
           timer nudges: until 2027-01-07T16:38:06.622Z
         seen:
           event nudges: event seen
         due:
           decision nudges: repeat what it waited for has happened
           timer last: until 2027-01-14T16:38:06.622Z",
    );
}

#[test]
fn calls_that_fail_or_are_skipped() {
    check(
        INTRO,
        "start\n failed invalid_recipient",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         failed invalid_recipient:
           failed connect: kind invite, code invalid_recipient
           ended connect: outcome send_failed, reason invalid_recipient",
    );
    check(
        INTRO,
        "start\n skipped overdue by 2 days\n accepted",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         skipped overdue by 2 days:
           skipped connect: kind invite, why overdue by 2 days
           timer accept: until 2027-01-18T09:00Z
         accepted:
           event accept: event accepted
           decision accept: arm accepted
           timer rest: until 2027-01-04T16:38:06.622Z",
    );
    check(
        INTRO,
        "start\n refused",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         refused:
           cancelled connect: kind invite, why the contact may not be written to any more
           ended connect: outcome opted_out, reason the contact may not be written to any more",
    );
    check(
        INTRO,
        "suppress\n start",
        "suppress:
           ended -: outcome opted_out, reason suppressed
         start:
           nothing",
    );
    check(
        INTRO,
        "start\n suppress whatsapp\n suppress linkedin\n sent inv_1\n sent inv_1",
        "start:
           started connect:
           -> invite, ready 2027-01-04T09:00Z
         suppress whatsapp:
         suppress linkedin:
           ended connect: outcome opted_out, reason suppressed
         sent inv_1:
           sent connect: kind invite, provider_id inv_1
         sent inv_1:
           nothing",
    );
}

#[test]
fn a_timer_of_before_means_nothing() {
    let mut walk = Walk::new(campaign(INTRO));
    ["start", "sent inv_1", "accepted"].into_iter().for_each(|line| walk.step(line));
    let old = campaign_engine::model::event::Event::Due {
        visit: campaign_engine::model::id::Visit(2),
        due: walk.now.plus_ms(14 * campaign_engine::model::time::DAY_MS),
    };
    walk.now = walk.now.plus_ms(15 * campaign_engine::model::time::DAY_MS);
    walk.lines.clear();
    walk.happen(&old);
    assert_eq!(walk.lines, ["  nothing"]);
}

/// One after the other, all that needs nobody.
const SMALL: &[(&str, Make)] = &[
    ("tagged", |to| Action::Tag { tag: "met".to_owned(), next: to("untagged") }),
    ("untagged", |to| Action::Untag { tag: "cold".to_owned(), next: to("set") }),
    ("set", |to| Action::Set { field: "stage".to_owned(), value: SetValue::Literal(Value::Number(2.0)), next: to("copy") }),
    ("copy", |to| Action::Set { field: "nick".to_owned(), value: SetValue::Field("first_name".to_owned()), next: to("if") }),
    ("if", |to| Action::Branch {
        arms: vec![
            (Expr::Tagged("cold".to_owned()), to("end")),
            (
                Expr::Compare {
                    left: Operand::Field { name: "nick".to_owned(), ty: FieldType::Text },
                    op: Op::Is,
                    right: Value::Text(" ADA ".to_owned()),
                },
                to("tell"),
            ),
        ],
        otherwise: to("end"),
    }),
    ("tell", |to| Action::Notify { who: Recipient::Owner, message: MessageId(0), next: to("split") }),
    ("split", |to| Action::Split {
        arms: vec![
            Share { name: "a".to_owned(), percent: 50, target: to("monday") },
            Share { name: "b".to_owned(), percent: 50, target: to("monday") },
        ],
    }),
    ("monday", |to| Action::WaitUntil { until: Until::Weekday { weekday: 0, minute: 600 }, next: to("pause") }),
    ("pause", |to| Action::Pause { until: Until::Delay(days(2)), next: to("never") }),
    ("never", |to| Action::Suppress { channel: Some(Channel::Whatsapp), next: to("whats") }),
    ("whats", |to| Action::Send { channel: Channel::Whatsapp, message: MessageId(0), next: to("end") }),
    ("end", |_| stop("no_answer")),
];

#[test]
fn what_needs_nobody_is_done_at_once() {
    check(
        SMALL,
        "start\n due\n due",
        "start:
           started tagged:
           changed tagged: tag met
           changed set: set stage, value 2
           changed copy: set nick, value Ada
           decision if: if condition 2 of 2 holds
           notified tell: who owner
           decision split: arm a
           timer monday: until 2027-01-11T09:00Z
           -> notify Owner
         due:
           paused pause: until 2027-01-13T09:00Z
         due:
           resumed never: because the pause is over
           changed never: suppressed whatsapp
           ended whats: outcome opted_out, reason the contact may not be written to any more
           -> suppress Some(Whatsapp)",
    );
}

#[test]
fn a_date_of_the_contact_ends_a_wait_at_the_first_open_minute() {
    const STEPS: &[(&str, Make)] = &[
        ("until", |to| Action::WaitUntil { until: Until::Field { field: "due".to_owned(), or: None }, next: to("end") }),
        ("end", |_| stop("no_answer")),
    ];
    for (due, ends) in [
        ("2027-01-07", "2027-01-07T08:00Z"),
        ("2027-01-09", "2027-01-11T08:00Z"),
        ("2026-12-01", "2027-01-04T09:00Z"),
        ("2027-01-04", "2027-01-04T09:00Z"),
        ("2027-01-07T23:30:00Z", "2027-01-08T08:00Z"),
        ("soon", "2027-01-04T09:00Z"),
    ] {
        let mut walk = Walk::new(campaign(STEPS));
        walk.contact.fields.insert("due".to_owned(), due.to_owned());
        walk.step("start");
        assert_eq!(walk.lines.last().unwrap(), &format!("  timer until: until {ends}"), "{due}");
    }
}

#[test]
fn a_broken_machine_stops_instead_of_going_round() {
    const ROUND: &[(&str, Make)] = &[
        ("one", |to| Action::Tag { tag: "x".to_owned(), next: to("two") }),
        ("two", |to| Action::Untag { tag: "x".to_owned(), next: to("one") }),
    ];
    let mut walk = Walk::new(campaign(ROUND));
    walk.step("start");
    assert_eq!(walk.lines.last().unwrap(), "  ended one: outcome stopped, reason the campaign goes round without waiting");
    let mut bare = campaign(&[("back", |_| Action::Return)]);
    bare.version = 3;
    check_in(bare, "start", "start:\n started back:\n ended back: outcome stopped, reason the path fell off its end");
}
