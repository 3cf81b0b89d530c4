//! Random programs, most of them legal, that use every construct.

use campaign_engine::model::id::draw;
use std::fmt::Write;

/// Decisions, one after another, without end.
pub struct Tape {
    pub seed: u64,
    pub at: u64,
}

impl Tape {
    /// A number below that.
    pub fn below(&mut self, count: u64) -> u64 {
        self.at += 1;
        draw(&[&self.seed.to_le_bytes(), &self.at.to_le_bytes()]) % count
    }

    /// One of the words.
    pub fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }
}

const HEAD: &str = r#"workspace acme
  account lina
    id "a"
    channel linkedin
    tier recruiter
    owner "lina@acme.example"
  end
  account wanda
    id "w"
    channel whatsapp
  end
  pool us lina, wanda
  person eva "eva@acme.example"
  class interested when reply matches /yes/i
  refresh "0 6 * * *"
  report "0 8 * * mon" to owner
end
part bumps
  pause until 1 day
  again: if connected
    note: send hello
    late: within 2 days else skip
  end
end
campaign c version 4
  goal "A call" reached when replied and not reply is opt_out
  accounts from pool us
  outcomes won met; lost gone; neutral over
  report "0 9 1 * *" to eva
  contacts from "people.csv"
    need first_name, linkedin, company
    may have age: number, due: date, colleague
    skip when tagged "customer" or contacted in the last 90 days or in list "people.csv"
    at most 2 per company
    one campaign at a time
    enter again after 30 days
    start 5 a day
    refresh "0 7 * * mon-fri"
  end
  message hello
    [en] "{Hi|Hello} {{ first_name }}"
    [fr] "Bonjour {{ first_name }}"
  end
  message mail
    subject "One question"
    "Hi {{ first_name }}"
  end
  migrate from 3
    at old -> go to last
    anyone else -> finish on version 3
  end
  steps
"#;

/// A program most of which is legal.
pub fn program(tape: &mut Tape) -> String {
    let mut out = HEAD.to_owned();
    let invites = tape.below(3) > 0;
    if invites {
        out.push_str("invite with hello\nwait up to 9 days\nwhen accepted\n");
        block(tape, 1, &mut out);
        out.push_str("when replied\n");
        block(tape, 1, &mut out);
        out.push_str("on timeout\nwithdraw invite\nend\n");
    }
    if tape.below(3) == 0 {
        out.push_str("if open profile or account has inmail credit\nsend inmail mail via recruiter\nwait 3 days\nend\n");
    }
    block(tape, 3, &mut out);
    out.push_str("wait 1 day\nlast: stop as over \"the end\"\nend\n");
    handlers(tape, &mut out);
    out + "end\n"
}

fn handlers(tape: &mut Tape, out: &mut String) {
    match tape.below(5) {
        0 => out.push_str("on reply ignore\n"),
        1 => out.push_str("on reply\nif reply is out_of_office\npause until reply.return_date or 7 days\nelse if reply is interested\nnotify owner \"yes\"\nstop as met\nend\nend\n"),
        2 => {
            out.push_str("on reply\n");
            block(tape, 1, out);
            out.push_str("end\n");
        }
        3 => out.push_str("on reply\nask owner to \"answer\"\nwait up to 2 days\nwhen done\nwhen approved\nstop as met\non timeout\nstop as gone\nend\nend\n"),
        _ => {}
    }
    for (head, is_first) in [
        ("on send failed", true),
        ("on event \"signed up\" if company is present", true),
        ("on takeover", false),
        ("on account lost", false),
        ("on opt out", false),
    ] {
        if tape.below(3) == 0 && (is_first || tape.below(2) == 0) {
            writeln!(out, "{head}").unwrap();
            block(tape, 1, out);
            out.push_str("end\n");
        }
    }
}

fn block(tape: &mut Tape, depth: u8, out: &mut String) {
    for _ in 0..=tape.below(3) {
        statement(tape, depth, out);
    }
}

const PLAIN: [&str; 27] = [
    "wait 2 to 20 hours",
    "wait 2 working days",
    "wait until tuesday 09:00",
    "wait until cron \"30 2 * * mon-fri\"",
    "wait until due",
    "pause until 2 days",
    "pause until due or 3 days",
    "wait 1 day\nif connected\nsend hello\nlate: within 2 days else stop\nend",
    "wait 1 day\nif connected\nsend \"Hi\"\nlate: within 5 hours else send\nend",
    "send whatsapp \"Hi {{ first_name }}\"",
    "visit profile",
    "follow",
    "like latest post",
    "comment latest post \"Nice, {{ first_name }}\"",
    "endorse \"Rust\"",
    "react \"👍\"",
    "if connected\nstart group \"{{ company }}\" with colleague, \"acc\" saying hello\nend",
    "tag \"warm\"",
    "untag \"warm\"",
    "set age = 40",
    "set colleague = company",
    "notify eva \"look at {{ first_name }}\"",
    "call webhook \"https://hooks.acme.example/x\"",
    "ask owner to \"look\"",
    "wait up to 2 days for event \"booked\" or stop as over",
    "do bumps",
    "wait 36 hours",
];

fn statement(tape: &mut Tape, depth: u8, out: &mut String) {
    if depth == 0 || tape.below(3) > 0 {
        return writeln!(out, "{}", tape.one(&PLAIN)).unwrap();
    }
    match tape.below(6) {
        0 | 1 => {
            let condition = tape.one(&[
                "connected",
                "not replied",
                "age > 30 and age <= 50",
                "due < \"2027-02-01\"",
                "company is \"Acme\" or colleague is missing",
                "company matches /^a/i",
                "company in [\"Acme\", \"Bolt\"]",
                "tagged \"warm\"",
                "in list \"people.csv\"",
                "contacted in the last 2 days",
                "reply is interested",
            ]);
            writeln!(out, "if {condition}").unwrap();
            block(tape, depth - 1, out);
            if tape.below(2) == 0 {
                out.push_str("else\n");
                block(tape, depth - 1, out);
                if tape.below(3) == 0 {
                    out.push_str("stop as gone\n");
                }
            }
        }
        2 | 3 => {
            out.push_str("ask eva to \"decide\"\nwait up to 3 days\n");
            for event in
                ["approved", "rejected", "done", "event \"booked\" if tagged \"warm\"", "reply is interested", "seen", "reacted"]
            {
                let is_late = matches!(event, "seen" | "reacted");
                if tape.below(2) == 0 && !is_late {
                    writeln!(out, "when {event}").unwrap();
                    block(tape, depth - 1, out);
                }
            }
            out.push_str("on timeout\n");
            block(tape, depth - 1, out);
        }
        4 => {
            let until = tape.one(&["", ", until event \"booked\"", ", until approved"]);
            writeln!(out, "repeat up to {} times, 1 to 3 days apart{until}", tape.below(3) + 1).unwrap();
            block(tape, depth - 1, out);
        }
        _ => {
            let name = format!("split_{}", tape.at);
            writeln!(out, "split {name}\n50% as a").unwrap();
            block(tape, depth - 1, out);
            out.push_str("50% as b\n");
            block(tape, depth - 1, out);
        }
    }
    out.push_str("end\n");
}
