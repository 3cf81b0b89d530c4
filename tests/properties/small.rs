//! Small programs made of what the flow rules speak of, a statement a line, and what their conditions say.

use campaign_engine::model::expr::Expr;
use std::fmt::Write;

/// Decisions, one after another; zeros once they are used up.
pub struct Tape<'t>(pub std::slice::Iter<'t, u8>);

impl Tape<'_> {
    /// The next decision, one of so many.
    pub fn below(&mut self, count: u8) -> u8 {
        self.0.next().copied().unwrap_or_default() % count
    }
}

const HEAD: &str = "workspace acme\n  account lina\n    id \"a\"\n  end\nend\ncampaign c\n";

/// A program made of what the flow rules speak of.
pub fn program_text(tape: &mut Tape) -> String {
    let mut out = HEAD.to_owned() + "steps\n";
    block(tape, 3, &mut out);
    out.push_str("stop as replied\nend\n");
    match tape.below(5) {
        4 => out.push_str("on reply\nnotify lina \"hello\"\nsend inmail \"hello\"\nend\n"),
        0 => out.push_str("on reply\npause until 2 days\nend\n"),
        1 => out.push_str("on reply\nsend \"thanks\"\nend\n"),
        2 => out.push_str("on reply\nif reply is out_of_office\nwait 1 day\nelse\nstop as replied\nend\nend\n"),
        _ => {}
    }
    out + "end\n"
}

fn block(tape: &mut Tape, depth: u8, out: &mut String) {
    for _ in 0..=tape.below(3) {
        statement(tape, depth, out);
    }
}

fn statement(tape: &mut Tape, depth: u8, out: &mut String) {
    let kind = tape.below(if depth == 0 { 5 } else { 11 });
    let text = match kind {
        0 => ["wait 1 day", "wait 2 hours", "wait 2 to 20 hours", "wait 2 weeks", "wait until monday 09:00"]
            [tape.below(5) as usize],
        1 => "invite",
        2 => "withdraw invite",
        3 => "if connected\nsend \"hello\"\nend",
        4 => "send \"hello\"",
        5 if tape.below(2) == 0 => "send inmail \"hello\"",
        5 => "if open profile or account has inmail credit\nsend inmail \"hello\"\nend",
        _ => "",
    };
    if !text.is_empty() {
        return writeln!(out, "{text}").unwrap();
    }
    match kind {
        6 => {
            let condition = [
                "connected",
                "not connected",
                "replied",
                "tagged \"x\"",
                "connected or replied",
                "reply is opt_out",
                "not (open profile and tagged \"x\")",
            ];
            writeln!(out, "if {}", condition[tape.below(7) as usize]).unwrap();
            block(tape, depth - 1, out);
            if tape.below(2) == 0 {
                out.push_str("else\n");
                block(tape, depth - 1, out);
            }
        }
        7 | 8 => {
            out.push_str("wait up to 2 days\n");
            for event in ["seen", "accepted", "reply is out_of_office", "replied", "event \"e\""] {
                if tape.below(2) == 0 {
                    writeln!(out, "when {event}").unwrap();
                    block(tape, depth - 1, out);
                }
            }
            out.push_str("on timeout\n");
            block(tape, depth - 1, out);
        }
        9 => {
            let until = ["", ", until accepted", ", until replied"][tape.below(3) as usize];
            writeln!(out, "repeat up to {} times, 1 day apart{until}", tape.below(3) + 1).unwrap();
            block(tape, depth - 1, out);
        }
        _ => {
            out.push_str("if tagged \"y\"\n");
            block(tape, depth - 1, out);
            out.push_str("stop as replied\n");
        }
    }
    out.push_str("end\n");
}

/// Is it known from the answer that an InMail can go? Tried over all that the questions may have been.
pub fn looked(condition: &Expr, answer: bool) -> bool {
    match condition {
        Expr::OpenProfile | Expr::InmailCredit => answer,
        Expr::Not(inner) => looked(inner, !answer),
        Expr::Or(inner) if answer => inner.iter().all(|inner| looked(inner, true)),
        Expr::Or(inner) => inner.iter().any(|inner| looked(inner, false)),
        Expr::And(inner) if answer => inner.iter().any(|inner| looked(inner, true)),
        Expr::And(inner) => inner.iter().all(|inner| looked(inner, false)),
        _ => false,
    }
}

/// Does the condition ask what they wrote?
pub fn mentions_reply(condition: &Expr) -> bool {
    let mut found = false;
    condition.walk(&mut |inner| found |= matches!(inner, Expr::ReplyIs(_)));
    found
}
