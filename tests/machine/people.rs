//! Late replies, takeovers, lost accounts, the operator: what happens beside and after the path.

use crate::machine::replies::TALK;
use crate::machine::walk::{Make, Walk, arm, check, days, send, stop};
use campaign_engine::model::campaign::*;
use campaign_engine::model::id::MessageId;
use campaign_engine::model::time::Until;

#[test]
fn a_late_reply_runs_the_handler_once() {
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n due\n wait 3d\n reply Sure, yes\n reply no\n reply stop",
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
         due:
           decision listen: arm on timeout
           ended end: outcome no_answer
         reply Sure, yes:
           event -: event replied, text Sure, yes, classes interested
           decision on_reply: handler on reply
           decision on_reply: if condition 2 of 4 holds
           notified tell: who owner
           ended won: outcome interested, before no_answer
           -> notify Owner
         reply no:
           event -: event replied, text no
         reply stop:
           event -: event replied, text stop, classes opt_out
           changed -: suppressed everywhere
           ended -: outcome opted_out, before interested
           -> suppress None",
    );
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n due\n wait 31d\n reply yes",
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
         due:
           decision listen: arm on timeout
           ended end: outcome no_answer
         reply yes:
           nothing",
    );
    check(
        TALK,
        "start\n sent m1\n due\n sent m2\n due\n reply later\n sent m3\n due\n stop",
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
         due:
           decision listen: arm on timeout
           ended end: outcome no_answer
         reply later:
           event -: event replied, text later
           decision on_reply: handler on reply
           decision on_reply: if condition 3 of 4 holds
           -> message on linkedin, ready 2027-01-14T09:00Z
         sent m3:
           sent answer: kind message, provider_id m3
           timer breathe: until 2027-01-15T09:00Z
         due:
         stop:
           nothing",
    );
}

#[test]
fn what_was_won_stays_won() {
    check(
        TALK,
        "start\n sent m1\n reply yes\n wait 1d\n reply friday suits",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply yes:
           event rest: event replied, text yes, classes interested
           decision on_reply: handler on reply
           decision on_reply: if condition 2 of 4 holds
           notified tell: who owner
           ended won: outcome interested
           -> notify Owner
         reply friday suits:
           event -: event replied, text friday suits
           decision on_reply: handler on reply
           decision on_reply: if no condition holds
           decision replied: outcome replied, kept interested",
    );
}

#[test]
fn a_takeover_ends_unless_the_campaign_says_otherwise() {
    check(
        TALK,
        "start\n sent m1\n takeover Hi Ada, me in person\n reply yes",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         takeover Hi Ada, me in person:
           event rest: event takeover, text Hi Ada, me in person
           ended rest: outcome taken_over
         reply yes:
           event -: event replied, text yes, classes interested",
    );
    let steps: &[(&str, Make)] = &[
        ("first", |to| send(to("end"))),
        ("end", |_| stop("no_answer")),
        ("on_takeover", |to| Action::Pause { until: Until::Delay(days(2)), next: to("back") }),
        ("on_account_lost", |to| Action::Notify { who: Recipient::Owner, message: MessageId(0), next: to("back") }),
        ("back", |_| Action::Return),
    ];
    check(
        steps,
        "start\n takeover Hi\n due\n lost\n back\n sent m1",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         takeover Hi:
           event first: event takeover, text Hi
           decision on_takeover: handler on takeover
           paused on_takeover: until 2027-01-06T09:00Z
         due:
           resumed back: because the pause is over
           -> message on linkedin, ready 2027-01-06T09:00Z
         lost:
           event first: event account lost, word CREDENTIALS
           decision on_account_lost: handler on account lost
           notified on_account_lost: who owner
           -> notify Owner
           -> message on linkedin, ready 2027-01-06T09:00Z
         back:
           nothing
         sent m1:
           sent first: kind message, provider_id m1
           ended end: outcome no_answer",
    );
    check(
        TALK,
        "start\n lost\n back",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         lost:
           nothing
         back:
           nothing",
    );
}

#[test]
fn the_operator_pauses_resumes_and_stops() {
    check(
        TALK,
        "start\n pause\n pause\n reply who?\n resume\n resume\n sent m1\n stop enough\n stop",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         pause:
           paused first: by operator
         pause:
           nothing
         reply who?:
           event first: event replied, text who?
           decision on_reply: handler on reply
           decision on_reply: if condition 4 of 4 holds
         resume:
           resumed first: by operator
           -> message on linkedin, ready 2027-01-04T09:00Z
         resume:
           nothing
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         stop enough:
           ended rest: outcome stopped, reason enough
         stop:
           changed -: listens no more",
    );
    check(
        TALK,
        "pause\n start\n resume\n start",
        "pause:
           paused -: by operator
         start:
           nothing
         resume:
           resumed -: by operator
         start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z",
    );
    check(
        TALK,
        "start\n sent m1\n wait 1d\n reply out of office\n pause\n wait 1d\n resume\n due",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply out of office:
           event rest: event replied, text out of office, classes out_of_office
           decision on_reply: handler on reply
           decision on_reply: if the condition holds
           paused away: until 2027-01-12T09:00Z
         pause:
           paused back: by operator
         resume:
           resumed back: by operator
         due:
           resumed back: because the pause is over",
    );
}

#[test]
fn somebody_queued_who_writes_is_not_written_to() {
    check(
        TALK,
        "reply no\n start",
        "reply no:
           event -: event replied, text no
           decision on_reply: handler on reply
           decision on_reply: if no condition holds
           ended replied: outcome replied
         start:
           nothing",
    );
    check(
        TALK,
        "reply who?\n start",
        "reply who?:
           event -: event replied, text who?
           decision on_reply: handler on reply
           decision on_reply: if condition 4 of 4 holds
         start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z",
    );
    check(
        TALK,
        "takeover hello\n start",
        "takeover hello:
           event -: event takeover, text hello
           ended -: outcome taken_over
         start:
           nothing",
    );
}

#[test]
fn a_paused_call_is_settled_and_the_path_waits() {
    check(
        TALK,
        "start\n pause\n sent m1\n wait 1d\n resume",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         pause:
           paused first: by operator
         sent m1:
           sent first: kind message, provider_id m1
         resume:
           resumed rest: by operator
           timer rest: until 2027-01-08T09:00Z",
    );
}

#[test]
fn seen_says_nothing_of_what_was_sent_after_it() {
    let steps: &[(&str, Make)] = &[
        ("first", |to| send(to("watch"))),
        ("watch", |to| Action::Race {
            up_to: days(2),
            arms: vec![arm(Trigger::Seen, to("won")), arm(Trigger::Delivered, to("end"))],
            on_timeout: to("end"),
        }),
        ("won", |_| stop("interested")),
        ("end", |_| stop("no_answer")),
    ];
    check(
        steps,
        "seen\n seen\n wait 1h\n start\n sent m1\n wait 1h\n seen",
        "seen:
           event -: event seen
         seen:
           nothing
         start:
           started first:
           -> message on linkedin, ready 2027-01-04T10:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer watch: until 2027-01-06T10:00Z
         seen:
           event watch: event seen
           decision watch: arm seen
           ended won: outcome interested",
    );
    let mut walk = Walk::new(crate::machine::walk::campaign(steps));
    ["start", "sent m1", "wait 1h", "delivered"].into_iter().for_each(|line| walk.step(line));
    assert!(walk.enrollment.has_ended());
}
