//! Replies: what goes above the path, and what the path itself waits for.

use crate::machine::walk::{Make, arm, campaign, check, check_in, days, send, stop};
use campaign_engine::model::campaign::*;
use campaign_engine::model::expr::Expr;
use campaign_engine::model::id::MessageId;
use campaign_engine::model::pattern::Pattern;
use campaign_engine::model::time::Until;

/// A message, three days, another; replies by class.
pub const TALK: &[(&str, Make)] = &[
    ("first", |to| send(to("rest"))),
    ("rest", |to| Action::Wait { delay: days(3), next: to("second") }),
    ("second", |to| send(to("listen"))),
    ("listen", |to| Action::Race {
        up_to: days(7),
        arms: vec![
            arm(Trigger::ReplyMatches(Pattern::new("price", true).unwrap()), to("prices")),
            Transition { trigger: Trigger::Named("booked".to_owned()), guard: Some(Expr::Replied), target: to("won") },
            arm(Trigger::Reacted, to("won")),
        ],
        on_timeout: to("end"),
    }),
    ("prices", |to| send(to("end"))),
    ("won", |_| stop("interested")),
    ("end", |_| stop("no_answer")),
    ("on_reply", |to| Action::Branch {
        arms: vec![
            (Expr::ReplyIs("out_of_office".to_owned()), to("away")),
            (Expr::ReplyIs("interested".to_owned()), to("tell")),
            (
                Expr::Matches {
                    operand: campaign_engine::model::expr::Operand::ReplyText,
                    pattern: Pattern::new("later", true).unwrap(),
                },
                to("answer"),
            ),
            (
                Expr::Matches {
                    operand: campaign_engine::model::expr::Operand::ReplyText,
                    pattern: Pattern::new("who", true).unwrap(),
                },
                to("back"),
            ),
        ],
        otherwise: to("replied"),
    }),
    ("away", |to| Action::Pause { until: Until::ReturnDate { or: Some(days(7)) }, next: to("back") }),
    ("tell", |to| Action::Notify { who: Recipient::Owner, message: MessageId(0), next: to("won") }),
    ("answer", |to| send(to("breathe"))),
    ("breathe", |to| Action::Wait { delay: days(1), next: to("back") }),
    ("replied", |_| stop("replied")),
    ("back", |_| Action::Return),
];

#[test]
fn a_reply_is_handled_by_its_class() {
    check(
        TALK,
        "start\n sent m1\n wait 1d\n reply Yes, call me",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply Yes, call me:
           event rest: event replied, text Yes, call me, classes interested
           decision on_reply: handler on reply
           decision on_reply: if condition 2 of 4 holds
           notified tell: who owner
           ended won: outcome interested
           -> notify Owner",
    );
    check(
        TALK,
        "start\n sent m1\n wait 1d\n reply no",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply no:
           event rest: event replied, text no
           decision on_reply: handler on reply
           decision on_reply: if no condition holds
           ended replied: outcome replied",
    );
}

#[test]
fn a_reply_stops_a_call_that_waits_and_counts_one_that_was_under_way() {
    check(
        TALK,
        "start\n reply no\n sent m1",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         reply no:
           event first: event replied, text no
           decision on_reply: handler on reply
           decision on_reply: if no condition holds
           ended replied: outcome replied
         sent m1:
           sent first: kind message, provider_id m1",
    );
}

#[test]
fn a_handler_that_falls_off_gives_back_to_where_the_path_was() {
    check(
        TALK,
        "start\n reply who are you?\n sent m1\n reply who?\n due",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         reply who are you?:
           event first: event replied, text who are you?
           decision on_reply: handler on reply
           decision on_reply: if condition 4 of 4 holds
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply who?:
           event rest: event replied, text who?
           decision on_reply: handler on reply
           decision on_reply: if condition 4 of 4 holds
         due:
           -> message on linkedin, ready 2027-01-07T09:00Z",
    );
}

#[test]
fn a_path_waits_below_its_handler() {
    check(
        TALK,
        "start\n sent m1\n wait 2d\n reply later\n sent m2\n due\n due",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply later:
           event rest: event replied, text later
           decision on_reply: handler on reply
           decision on_reply: if condition 3 of 4 holds
           -> message on linkedin, ready 2027-01-06T09:00Z
         sent m2:
           sent answer: kind message, provider_id m2
           timer breathe: until 2027-01-07T09:00Z
         due:
         due:
           -> message on linkedin, ready 2027-01-07T09:00Z",
    );
}

#[test]
fn a_new_reply_replaces_a_running_handler() {
    check(
        TALK,
        "start\n sent m1\n reply later\n reply yes\n sent m2",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply later:
           event rest: event replied, text later
           decision on_reply: handler on reply
           decision on_reply: if condition 3 of 4 holds
           -> message on linkedin, ready 2027-01-04T09:00Z
         reply yes:
           event answer: event replied, text yes, classes interested
           decision on_reply: handler on reply
           decision on_reply: if condition 2 of 4 holds
           notified tell: who owner
           ended won: outcome interested
           -> notify Owner
         sent m2:
           sent answer: kind message, provider_id m2",
    );
}

#[test]
fn an_absence_pauses_until_the_day_of_return() {
    check(
        TALK,
        "start\n sent m1\n wait 1d\n reply I am out of office until 2027-01-14\n due\n due",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply I am out of office until 2027-01-14:
           event rest: event replied, text I am out of office until 2027-01-14, classes out_of_office, return_date 2027-01-14
           decision on_reply: handler on reply
           decision on_reply: if the condition holds
           paused away: until 2027-01-14T08:00Z
         due:
           resumed back: because the pause is over
         due:
           -> message on linkedin, ready 2027-01-14T08:00Z",
    );
    check(
        TALK,
        "start\n sent m1\n wait 1d\n reply I am out of office\n wait 1d\n reply no",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply I am out of office:
           event rest: event replied, text I am out of office, classes out_of_office
           decision on_reply: handler on reply
           decision on_reply: if the condition holds
           paused away: until 2027-01-12T09:00Z
         reply no:
           event back: event replied, text no
           decision on_reply: handler on reply
           decision on_reply: if no condition holds
           ended replied: outcome replied",
    );
}

#[test]
fn a_waiting_arm_goes_before_the_handler_and_opting_out_before_both() {
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n wait 1d\n reply what is the price?\n sent m3",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         due:
           -> message on linkedin, ready 2027-01-07T09:00Z
         sent m2:
           sent second: kind message, provider_id m2
           timer listen: until 2027-01-14T09:00Z
         reply what is the price?:
           event listen: event replied, text what is the price?
           decision listen: arm reply matches /price/i
           -> message on linkedin, ready 2027-01-08T09:00Z
         sent m3:
           sent prices: kind message, provider_id m3
           ended end: outcome no_answer",
    );
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n wait 1d\n reply what price? Stop messaging me.",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         due:
           -> message on linkedin, ready 2027-01-07T09:00Z
         sent m2:
           sent second: kind message, provider_id m2
           timer listen: until 2027-01-14T09:00Z
         reply what price? Stop messaging me.:
           event listen: event replied, text what price? Stop messaging me., classes opt_out
           changed listen: suppressed everywhere
           ended listen: outcome opted_out
           -> suppress None",
    );
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n late-reply what is the price?",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         due:
           -> message on linkedin, ready 2027-01-07T09:00Z
         sent m2:
           sent second: kind message, provider_id m2
           timer listen: until 2027-01-14T09:00Z
         late-reply what is the price?:
           event listen: event replied, text what is the price?
           decision on_reply: handler on reply
           decision on_reply: if no condition holds
           ended replied: outcome replied",
    );
}

#[test]
fn arms_of_events_with_guards() {
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n event booked\n event other\n reply who?\n event booked",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         due:
           -> message on linkedin, ready 2027-01-07T09:00Z
         sent m2:
           sent second: kind message, provider_id m2
           timer listen: until 2027-01-14T09:00Z
         event booked:
           event listen: event booked
         event other:
           event listen: event other
         reply who?:
           event listen: event replied, text who?
           decision on_reply: handler on reply
           decision on_reply: if condition 4 of 4 holds
         event booked:
           event listen: event booked
           decision listen: arm event \"booked\"
           ended won: outcome interested",
    );
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n wait 1h\n reacted 👍",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         due:
           -> message on linkedin, ready 2027-01-07T09:00Z
         sent m2:
           sent second: kind message, provider_id m2
           timer listen: until 2027-01-14T09:00Z
         reacted 👍:
           event listen: event reacted, emoji 👍
           decision listen: arm reacted
           ended won: outcome interested",
    );
}

#[test]
fn an_authors_branch_for_opting_out_replaces_the_default() {
    let steps: &[(&str, Make)] = &[
        ("first", |to| send(to("end"))),
        ("end", |_| stop("no_answer")),
        ("on_reply", |to| Action::Branch { arms: vec![(Expr::ReplyIs("opt_out".to_owned()), to("end"))], otherwise: to("back") }),
        ("back", |_| Action::Return),
    ];
    let mut campaign = campaign(steps);
    campaign.handlers.reply_takes_opt_out = true;
    check_in(
        campaign,
        "start\n reply stop",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         reply stop:
           event first: event replied, text stop, classes opt_out
           decision on_reply: handler on reply
           decision on_reply: if the condition holds
           ended end: outcome no_answer",
    );
}
