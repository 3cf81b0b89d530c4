//! What a person of ours writes through the engine: it goes above the path, and the person is theirs afterwards.

use crate::machine::replies::TALK;
use crate::machine::walk::check;

#[test]
fn an_answer_by_hand_goes_out_and_takes_the_person_over() {
    check(
        TALK,
        "start\n sent m1\n wait 1d\n by-hand On my way.\n sent m2",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         by-hand On my way.:
           event rest: event by hand, text On my way.
           -> by hand on linkedin: On my way., ready 2027-01-05T09:00Z
         sent m2:
           sent -: kind message, provider_id m2, by hand
           ended rest: outcome taken_over",
    );
}

#[test]
fn whoever_has_ended_is_answered_and_stays_as_they_ended() {
    check(
        TALK,
        "start\n sent m1\n reply no\n by-hand Pity. Why?\n sent m2\n reply yes",
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
           ended replied: outcome replied
         by-hand Pity. Why?:
           event -: event by hand, text Pity. Why?
           -> by hand on linkedin: Pity. Why?, ready 2027-01-04T09:00Z
         sent m2:
           sent -: kind message, provider_id m2, by hand
         reply yes:
           event -: event replied, text yes, classes interested",
    );
}

#[test]
fn one_that_has_not_gone_out_is_given_up_when_they_write_again() {
    check(
        TALK,
        "start\n sent m1\n by-hand On my way.\n reply no",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         by-hand On my way.:
           event rest: event by hand, text On my way.
           -> by hand on linkedin: On my way., ready 2027-01-04T09:00Z
         reply no:
           event -: event replied, text no
           cancelled -: kind message, by hand, why something else came first: read the chat, and write again
           ended rest: outcome taken_over",
    );
}

#[test]
fn one_that_was_under_way_when_they_opted_out_still_counts() {
    check(
        TALK,
        "start\n sent m1\n by-hand One moment.\n reply unsubscribe\n sent m2",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         by-hand One moment.:
           event rest: event by hand, text One moment.
           -> by hand on linkedin: One moment., ready 2027-01-04T09:00Z
         reply unsubscribe:
           event -: event replied, text unsubscribe, classes opt_out
           cancelled -: kind message, by hand, why something else came first: read the chat, and write again
           ended rest: outcome taken_over
           changed -: suppressed everywhere
           ended -: outcome opted_out, before taken_over
           -> suppress None
         sent m2:
           sent -: kind message, provider_id m2, by hand",
    );
}

#[test]
fn one_that_failed_takes_them_over_all_the_same() {
    check(
        TALK,
        "start\n sent m1\n by-hand On my way.\n failed no_access",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         by-hand On my way.:
           event rest: event by hand, text On my way.
           -> by hand on linkedin: On my way., ready 2027-01-04T09:00Z
         failed no_access:
           failed -: kind message, code no_access
           ended rest: outcome taken_over",
    );
}

#[test]
fn one_at_a_time_and_only_into_a_chat() {
    check(
        TALK,
        "start\n by-hand nobody knows a chat yet\n sent m1\n by-hand one\n by-hand two\n sent m2",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         by-hand nobody knows a chat yet:
           nothing
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         by-hand one:
           event rest: event by hand, text one
           -> by hand on linkedin: one, ready 2027-01-04T09:00Z
         by-hand two:
           nothing
         sent m2:
           sent -: kind message, provider_id m2, by hand
           ended rest: outcome taken_over",
    );
}

#[test]
fn an_operators_pause_holds_it_back() {
    check(
        TALK,
        "start\n sent m1\n pause\n by-hand held\n resume\n stop done\n by-hand after all",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         pause:
           paused rest: by operator
         by-hand held:
           nothing
         resume:
           resumed rest: by operator
         stop done:
           ended rest: outcome stopped, reason done
         by-hand after all:
           event -: event by hand, text after all
           -> by hand on linkedin: after all, ready 2027-01-04T09:00Z",
    );
}

#[test]
fn the_campaigns_own_pause_was_for_an_answer() {
    check(
        TALK,
        "start\n sent m1\n reply I am out of office until 2027-02-01\n by-hand Until February.\n sent m2",
        "start:
           started first:
           -> message on linkedin, ready 2027-01-04T09:00Z
         sent m1:
           sent first: kind message, provider_id m1
           timer rest: until 2027-01-07T09:00Z
         reply I am out of office until 2027-02-01:
           event rest: event replied, text I am out of office until 2027-02-01, classes out_of_office, return_date 2027-02-01
           decision on_reply: handler on reply
           decision on_reply: if the condition holds
           paused away: until 2027-02-01T08:00Z
         by-hand Until February.:
           event back: event by hand, text Until February.
           -> by hand on linkedin: Until February., ready 2027-01-04T09:00Z
         sent m2:
           sent -: kind message, provider_id m2, by hand
           ended rest: outcome taken_over",
    );
}
