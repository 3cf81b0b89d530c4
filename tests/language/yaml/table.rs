//! Each statement and clause beside its `.camp` form, in both directions (LANGUAGE.md §11).

use crate::language::yaml::{read_yaml, told};
use campaign_engine::lang::camp;
use campaign_engine::lang::format::yaml::{can_print, print};
use campaign_engine::lang::source::SourceId;

/// Two texts, one tree; and the tree printed is the YAML given.
fn same(camp_text: &str, yaml_text: &str) {
    let (from_camp, faults) = camp::parse(SourceId(0), camp_text);
    assert_eq!(faults, vec![], "{camp_text}");
    let (from_yaml, faults) = read_yaml(yaml_text);
    assert_eq!(told(yaml_text, &faults), Vec::<String>::new(), "{yaml_text}");
    assert_eq!(from_yaml, from_camp, "\n{camp_text}\n{yaml_text}");
    assert_eq!(can_print(&from_camp), Ok(()));
    assert_eq!(print(&from_camp), yaml_text);
}

/// A statement in both notations; the YAML as the entry of a list.
fn statement(camp_text: &str, yaml_text: &str) {
    let indented = |text: &str, by: &str| text.trim_end().lines().map(|line| format!("{by}{line}\n")).collect::<String>();
    same(
        &format!("campaign c\n  steps\n{}  end\nend\n", indented(camp_text, "    ")),
        &format!("campaign: c\nsteps:\n{}", indented(yaml_text, "  ")),
    );
}

#[test]
fn statements_of_one_line() {
    statement("invite", "- invite");
    statement("invite with hello", "- invite: hello");
    statement("connect: invite with hello", "- connect: {invite: hello}");
    statement("invite with \"Hi {{ first_name }}\"", "- invite: {text: \"Hi {{ first_name }}\"}");
    statement("withdraw invite", "- withdraw_invite");
    statement("back: withdraw invite", "- back: withdraw_invite");
    statement("send intro", "- send: intro");
    statement("send whatsapp ping", "- {send: ping, channel: whatsapp}");
    statement("send \"Thanks: yes\"", "- send: {text: \"Thanks: yes\"}");
    statement("send inmail m", "- send_inmail: m");
    statement("tag \"x\"", "- tag: \"x\"");
    statement("untag \"2027\"", "- untag: \"2027\"");
    statement("set stage = \"warm\"", "- set: {stage: \"warm\"}");
    statement("set age = 3.5", "- set: {age: 3.5}");
    statement("set nick = first_name", "- set: {nick: {field: first_name}}");
    statement("notify owner \"Call her\"", "- notify: {who: owner, text: \"Call her\"}");
    statement("notify owner ping", "- notify: {who: owner, message: ping}");
    statement("suppress contact", "- suppress_contact");
    statement("suppress contact on whatsapp", "- suppress_contact: whatsapp");
    statement("pause until reply.return_date or 7 days", "- pause_until: reply.return_date or 7 days");
    statement("pause until monday 09:00", "- pause_until: monday 09:00");
    statement("wait 3 days", "- wait: 3 days");
    statement("wait 2 to 20 hours", "- wait: 2 to 20 hours");
    statement("wait until monday 09:00", "- wait_until: monday 09:00");
    statement("wait until due_on", "- wait_until: due_on");
    statement("wait up to 5 days for replied or stop as quiet", "- {wait_up_to: 5 days, for: replied, or_stop: quiet}");
    statement("visit profile", "- visit_profile");
    statement("look: follow", "- look: follow");
    statement("like latest post", "- like_latest_post");
    statement("comment latest post praise", "- comment_latest_post: praise");
    statement("comment latest post \"Well said\"", "- comment_latest_post: {text: \"Well said\"}");
    statement("endorse \"Rust\"", "- endorse: \"Rust\"");
    statement("react \"👍\"", "- react: \"👍\"");
    statement("start group \"Us\" with a, \"id\" saying m", "- {start_group: \"Us\", with: [a, \"\\\"id\\\"\"], saying: m}");
    statement("send inmail m via recruiter", "- {send_inmail: m, via: recruiter}");
    statement("send m\nlate: within 2 days else skip", "- {send: m, late: {within: 2 days, else: skip}}");
    statement("ask owner to \"Look\"", "- ask: {who: owner, text: \"Look\"}");
    statement("ask owner to look_at_them", "- ask: {who: owner, message: look_at_them}");
    statement("call webhook \"https://crm.acme.example\"", "- call_webhook: \"https://crm.acme.example\"");
    statement("wait until cron \"0 9 * * tue\"", "- wait_until: {cron: \"0 9 * * tue\"}");
    statement("pause until cron \"0 9 * * tue\"", "- pause_until: {cron: \"0 9 * * tue\"}");
    statement("do bumps", "- do_part: bumps");
    statement("stop as won", "- stop: won");
    statement("stop as won \"she said: yes\"", "- stop: {as: won, because: \"she said: yes\"}");
}

#[test]
fn statements_that_hold_others() {
    statement(
        "accept: wait up to 14 days\n  when accepted\n    send intro\n    wait 2 days\n  when reply is interested\n    stop as won\n  when reply matches /re|RE/i\n  when event \"demo: booked\" if seats > 3\n  on timeout\n    withdraw invite\nend",
        "- accept:\n    wait_up_to: 14 days\n    when_accepted: [{send: intro}, {wait: 2 days}]\n    when:\n      - {reply_is: interested, then: [{stop: won}]}\n      - {reply_matches: /re|RE/i, then: []}\n      - {event: \"demo: booked\", if: seats > 3, then: []}\n    on_timeout: [withdraw_invite]",
    );
    statement(
        "wait up to 3 days\n  when reply is interested\n    stop as won\n  when replied\n    stop as replied\n  when reply is x\n    stop as lost\n  on timeout\nend",
        "- wait_up_to: 3 days\n  when:\n    - {reply_is: interested, then: [{stop: won}]}\n    - {when: replied, then: [{stop: replied}]}\n    - {reply_is: x, then: [{stop: lost}]}\n  on_timeout: []",
    );
    statement(
        "if open profile or account has inmail credit\n  stop as a\nelse if tagged \"vip\" and not (replied or pain is missing)\n  stop as b\nelse\n  stop as c\nend",
        "- if: open profile or account has inmail credit\n  then: [{stop: a}]\n  else_if:\n    - if: tagged \"vip\" and not (replied or pain is missing)\n      then: [{stop: b}]\n  else: [{stop: c}]",
    );
    statement(
        "nudges: repeat up to 2 times, 3 days apart, until replied\n  send nudge\nend",
        "- nudges: {repeat: {times: 2, apart: 3 days, until: replied}, do: [{send: nudge}]}",
    );
    statement(
        "split tone\n50% as warm\n  send a\n50% as dry\n  send b\nend",
        "- split: tone\n  arms:\n    warm: {share: 50%, do: [{send: a}]}\n    dry: {share: 50%, do: [{send: b}]}",
    );
}

/// A YAML text that is read without a fault, printed as it stands, and the same by way of the other notation.
fn stays(yaml_text: &str) {
    let (file, faults) = read_yaml(yaml_text);
    assert_eq!(told(yaml_text, &faults), Vec::<String>::new(), "{yaml_text}");
    assert_eq!(can_print(&file), Ok(()));
    assert_eq!(print(&file), yaml_text);
    let camp_text = campaign_engine::lang::format::camp::print(&file);
    assert_eq!(camp::parse(SourceId(0), &camp_text), (file, vec![]), "{camp_text}");
}

#[test]
fn a_label_that_is_a_word_of_the_notation_has_a_key_of_its_own() {
    statement("follow_up: send intro", "- follow_up: {send: intro}");
    statement("wait_until: send intro", "- {label: wait_until, send: intro}");
    statement("send_inmail: withdraw invite", "- {label: send_inmail, withdraw_invite: ~}");
    statement("label: wait 3 days", "- label: {wait: 3 days}");
}

const CLAUSES_CAMP: &str = r#"campaign c version 3
  goal "A call"
  accounts from pool p
  outcomes won a, b; lost d
  contacts from "lists/a.csv", "lists/b.csv"
    need first_name, age: number
    may have pain, language = "en", seats: number = 3
    skip when tagged "x" or contacted in the last 90 days
    skip when country in ["DE", "no"]
    enter again after 90 days
    start 40 a day
  end
  limits per account
    invites 20 a day, 100 a week
    pending invites at most 400
    ramp up over 21 days from 20%
  end
  schedule
    send monday to friday 09:00-12:00, 14:00-17:30
    send saturday 10:00-24:00
    timezone of contact or "Europe/Paris"
    holidays "lists/holidays.csv"
    gap 4 to 11 minutes
  end
  class interested when reply matches /\b(yes|sure)\b/i
  message hello
    [en] "Hi, {{ first_name }}"
    [fr] "Salut"
  end
  message mail
    subject "One: question"
    "Body"
    attach "files/a.pdf", "files/b.pdf"
  end
  message long
    """
      One

      Two
    """
  end
  steps
    stop as a
  end
  on reply
    stop as b
  end
  on account lost
  end
end
"#;

pub const CLAUSES_YAML: &str = r#"campaign: c
version: 3
goal: "A call"
accounts: {pool: p, one_per_contact: true}
outcomes: {won: [a, b], lost: [d]}
contacts:
  from: [lists/a.csv, lists/b.csv]
  need: {first_name: ~, age: number}
  may_have: {pain: ~, language: "en", seats: {type: number, default: 3}}
  skip_when: [tagged "x" or contacted in the last 90 days, "country in [\"DE\", \"no\"]"]
  enter: {again_after: 90 days}
  start_per_day: 40
limits:
  invites: 20 a day, 100 a week
  pending_invites: 400
  ramp_up: {over: 21 days, from: 20%}
schedule:
  send: ["monday to friday 09:00-12:00, 14:00-17:30", "saturday 10:00-24:00"]
  timezone: {of: contact, or: Europe/Paris}
  holidays: lists/holidays.csv
  gap: 4 to 11 minutes
classes:
  interested: /\b(yes|sure)\b/i
messages:
  hello: {en: "Hi, {{ first_name }}", fr: "Salut"}
  mail: {subject: "One: question", text: "Body", attach: [files/a.pdf, files/b.pdf]}
  long: |
    One

    Two
steps:
  - stop: a
when_reply:
  - stop: b
when_account_lost: []
"#;

#[test]
fn clauses_of_a_campaign() {
    same(CLAUSES_CAMP, CLAUSES_YAML);
}

#[test]
fn a_workspace() {
    same(
        r#"workspace acme
  account lina
    id "acc_lina"
    channel linkedin
    tier sales_navigator
    timezone "Europe/Paris"
    owner "lina@acme.example"
  end
  account w
    id "1234"
    channel whatsapp
  end
  pool all lina, w
  person boss "boss@acme.example"
  never contact "lists/no.csv"
  class yes_please when reply matches /yes/
  schedule
    send monday 09:00-17:00
    timezone of contact
  end
end
"#,
        r#"workspace:
  name: acme
  accounts:
    lina: {id: acc_lina, channel: linkedin, tier: sales_navigator, timezone: Europe/Paris, owner: lina@acme.example}
    w: {id: "1234", channel: whatsapp}
  pools:
    all: [lina, w]
  people:
    boss: boss@acme.example
  never_contact: lists/no.csv
  classes:
    yes_please: /yes/
  schedule:
    send: monday 09:00-17:00
    timezone: contact
"#,
    );
}

pub const TESTS_YAML: &str = r#"campaign: c
steps:
  - stop: a
tests:
  # of the whole path
  - test: "answers: \"yes\""
    given: [{contact: {first_name: "Ada", age: 40}}, {inmail_credits: 0}, relation]
    then:
      - {day: 0, expect: invite}
      - {day: 0, at: "10:30", expect: {invite: hello}}
      - {day: 2, contact: accepts}  # at last
      - {expect: {send: intro}, within: 2 days}
      - expect: {send: intro, containing: "call"}
      - expect: {send: ~, containing: "call"}
      - expect: send
      - expect: send_inmail
      - expect: {send_inmail: mail}
      - expect: withdraw_invite
      - contact: {replies: "Yes, on Friday"}
      - contact: reads
      - contact: {reacts: "👍"}
      - owner: {writes: "Hello"}
      - owner: approves
      - owner: rejects
      - account: disconnects
      - account: reconnects
      - event: "calendly.booked"
      - expect: {task: "Answer"}
      - expect: {stop: a}
      - expect: no_more_sends
      # the end

  - test: "another"
    of: d
    then: []
"#;

#[test]
fn tests_of_a_campaign() {
    stays(TESTS_YAML);
}

#[test]
fn what_campaigns_share() {
    stays(
        r#"messages:
  hello: "Hi"
  bonjour: {languages: {english: "Hello", fr: "Salut"}, voice: files/hello.m4a}
classes:
  curious: /price/i
parts:
  bumps: [{wait: 3 days}, {send: hello}]
tests:
  - test: "a"
    of: c
    then:
      - expect: send
"#,
    );
}

#[test]
fn handlers_and_migrations() {
    stays(
        r#"campaign: c
goal: {text: "A call", reached_when: tagged "call"}
contacts:
  from: lists/a.csv
  at_most_per_company: 2
  one_campaign_at_a_time: true
  enter: once
  start_per_day: 40
  refresh: "0 7 * * mon-fri"
parts:
  # twice at most
  bumps:
    - {repeat: {times: 2, apart: 3 days}, do: [{send: nudge}]}
steps:
  - visit_profile
  - look: follow
  - like_latest_post
  - comment_latest_post: praise
  - endorse: "Rust"
  - react: "👍"
  - {start_group: "Us", with: [colleague, "\"acc_boss\""], saying: {text: "Hello"}}
  - {send: intro, late: {within: 2 days, else: skip}}
  - mail: {send_inmail: mail, via: recruiter, late: {within: 1 working day, else: send}}
  - call_webhook: "https://crm.acme.example/hook"
  - ask: {who: owner, text: "Look"}
  - do_part: bumps
  - wait_until: {cron: "0 9 * * tue"}
  - pause_until: {cron: "0 9 * * tue"}
  - wait_up_to: 2 days
    when_approved: []
    when_rejected: []
    when_done: []
    on_timeout: []
when_reply: ignore
when_send_failed:
  - stop: a
when_event:
  - {event: "calendly.booked", if: replied, then: [{stop: a}]}
  - {event: "calendly.booked", then: []}
report: [{cron: "0 8 * * mon", to: owner}, {cron: "0 8 1 * *", to: noor}]
migrate:
  - from: 2
    at: {hi: stay, old: {go_to: hi}}
    # the rest
    anyone_else: {finish_on: 2}
  - {from: 3, in_place: true}
"#,
    );
    stays(
        "campaign: c\nwhen_event:\n  # booked\n  calendly.booked: [{stop: a}]\n  \"a b: c\": []\nmigrate: {from: 3, in_place: true}\n",
    );
}
