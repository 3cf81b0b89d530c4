//! What a test's lines mean: where they look, what they say when they fail.

use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::sim::script::play;

const FOLDER: &str = r#"
workspace acme
  account lina
    id "acc_lina"
    channel linkedin
    tier sales_navigator
  end
  account tess
    id "acc_tess"
    channel telegram
  end
  pool us lina, tess
  schedule
    send monday to friday 09:00-17:00
    timezone of contact or "Europe/Paris"
    holidays "holidays.csv"
    gap 1 to 1 minutes
  end
end
campaign intro
  accounts from pool us
  outcomes won met; neutral no_answer, later
  contacts from "a.csv"
    need first_name
    may have linkedin, telegram, timezone, age: number
    skip when age < 18
  end
  message hello
    "Hi {{ first_name }}"
  end
  message hi
    "Good to meet you, {{ first_name }}."
  end
  message again
    "Is this better in a month?"
  end
  steps
    connect: invite with hello
    accept: wait up to 10 days
      when accepted
        first: send hi
        seen: wait up to 2 days
          when seen
            set timezone = "Europe/Paris"
          on timeout
            stop as later
        end
        wait 3 days
        second: send again
        wait 2 days
        stop as no_answer
      on timeout
        stop as later
    end
  end
  on reply
    if reply.text matches /yes/i
      ask owner to "Call {{ first_name }}"
      verdict: wait up to 5 days
        when approved
          stop as met
        when rejected
          stop as no_answer
        on timeout
          stop as later
      end
    else
      stop as replied
    end
  end
end
"#;

/// Plays one test of the folder's campaign: what it says when it fails, else `ok`.
fn played(lines: &str) -> String {
    let given = if lines.contains("given contact") { "" } else { "given contact first_name = \"Ada\", linkedin = \"ada\"\n" };
    let text = format!("{FOLDER}test \"t\" of intro\n{given}{lines}\nend\n");
    let source = Source { path: "f.camp".into(), notation: Notation::Camp, text: text.into() };
    let files = MemoryFiles::new("").with("a.csv", "first_name,linkedin\nada,ada\n").with("holidays.csv", "2027-01-08\n");
    let compiled = compile(&[source], &files);
    let faults: Vec<String> = compiled.diagnostics.iter().map(|fault| fault.message.clone()).collect();
    assert_eq!(compiled.scripts.len(), 1, "{faults:#?}");
    let told = play(&compiled.program, &compiled.scripts[0]).unwrap();
    assert_eq!(play(&compiled.program, &compiled.scripts[0]).unwrap(), told, "the same twice");
    told.failure.map_or("ok".to_owned(), |failure| format!("{} | {}", failure.expected, failure.instead.join(" | ")))
}

#[track_caller]
fn check(lines: &str, expected: &str) {
    assert_eq!(played(lines), expected, "{lines}");
}

#[test]
fn days_are_calendar_days_and_then_is_a_day_on() {
    check("day 0 expect invite", "ok");
    check("day 0 expect invite with hello", "ok");
    check("day 0 expect invite with connect", "ok");
    check("then expect invite", "ok");
    check("day 0 10:00 expect invite within 2 hours", INVITED_BEFORE);
    check("day 2 contact accepts\nthen expect send hi", "ok");
    check("day 2 10:30 contact accepts\nday 2 expect send hi", "ok");
    check("day 2 18:00 contact accepts\nthen expect send hi", "ok");
    check("day 2 18:00 contact accepts\nday 3 expect send first", "ok");
    // Day 4 is a holiday, 5 and 6 are a weekend.
    check("day 4 contact accepts\nday 7 expect send hi", "ok");
    check("day 5 contact accepts\nthen expect send hi within 2 days", "ok");
    check("day 4 contact accepts\nday 4 expect send hi within 2 working days", "ok");
    check("day 10 expect stop as later", "ok");
    check("day 9 expect stop as later within 1 day", "ok");
}

const INVITED_BEFORE: &str = "an invitation, on day 0 10:00 or within 2 hours of it | it came before, on day 0 (Mon 09:00) | \
                              the contact waits at `accept` until day 10 (Thu 09:00)";

#[test]
fn a_failure_says_when_it_comes_after_all_and_where_the_contact_stands() {
    check(
        "day 2 contact accepts\nthen expect send again within 2 hours",
        "message `again`, within 2 hours | it is never sent | `first` went on day 2 (Wed 09:00): \"Good to meet you, Ada.\" | \
         the contact waits at `seen` until day 4 (Fri 09:00)",
    );
    check(
        "day 3 expect stop as later",
        "it stops as `later`, on day 3 | it comes on day 10 (Thu 09:00) | the contact waits at `accept` until day 10 (Thu 09:00)",
    );
    check(
        "day 2 contact accepts\nthen expect send hi containing \"Bob\"",
        "message `hi` that says \"Bob\", in the next 24 hours | it came on day 2 (Wed 09:00), but says \"Good to meet you, Ada.\" | \
         `first` went on day 2 (Wed 09:00): \"Good to meet you, Ada.\" | the contact waits at `seen` until day 4 (Fri 09:00)",
    );
    check(
        "day 2 contact accepts\nthen expect no more sends",
        "nothing more is sent, to the end and 30 days on | `first` went on day 2 (Wed 09:00): \"Good to meet you, Ada.\"",
    );
    check("day 1 contact reads", "the contact reads, on day 1 | nothing was sent to them yet");
    check("day 1 contact accepts\nday 1 contact accepts", "the contact accepts, on day 1 | no invitation to them is pending");
    check("day 1 owner approves", "the owner approves, on day 1 | no task waits for the owner");
    check(
        "day 3 expect stop as later within 8 days\nday 5 contact accepts",
        "the contact accepts, on day 5 | day 5 is over: the line before is of day 10 (Thu 09:00)",
    );
}

#[test]
fn nobody_acts_unless_it_is_written() {
    check("day 1 contact accepts\nthen expect send hi\nthen expect stop as later within 3 days", "ok");
    check("day 1 contact accepts\nthen expect send hi\nthen contact reads\nday 7 expect send again", "ok");
}

#[test]
fn tasks_are_judged_and_replies_handled() {
    let asked = "day 1 contact replies \"Yes\"\nthen expect task \"Call Ada\"\n";
    check(&format!("{asked}day 2 owner approves\nthen expect stop as met"), "ok");
    check(&format!("{asked}day 2 owner rejects\nthen expect stop as no_answer"), "ok");
    check(&format!("{asked}day 6 expect stop as later"), "ok");
    check("day 1 contact replies \"no\"\nthen expect stop as replied\nthen expect no more sends", "ok");
    check("day 1 owner writes \"Hello\"\nthen expect stop as taken_over", "ok");
}

#[test]
fn accounts_go_and_come_back() {
    check("day 1 account disconnects\nday 1 contact accepts\nday 3 account reconnects\nthen expect send hi", "ok");
    check("day 1 account disconnects\nday 1 contact accepts\nthen expect no more sends within 2 days", "ok");
}

#[test]
fn who_does_not_enter_gets_nothing() {
    let minor = "given contact first_name = \"Ada\", linkedin = \"ada\", age = 17\n";
    check(&format!("{minor}day 0 expect no more sends"), "ok");
    check(&format!("{minor}day 0 expect invite"), "an invitation, on day 0 | the contact never entered: `skip when` holds");
}

#[test]
fn days_are_those_of_the_contact() {
    let far = "given contact first_name = \"Ada\", linkedin = \"ada\", timezone = \"America/Los_Angeles\"\n";
    // Paris opens when it is midnight there; Ada's own day opens nine hours later.
    check(&format!("{far}day 0 09:00 expect invite within 5 minutes"), "ok");
    check(&format!("{far}day 2 contact accepts\nday 2 09:00 expect send hi within 30 minutes"), "ok");
}
