//! What the compiler promises of a program holds on every walk through it: no message to a stranger, no second invitation
//! or InMail, an outcome at every end, never more than the bound. The walker here knows nothing of the compiler's own.

use crate::properties::program;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::lang::{compile, compile_files};
use campaign_engine::model::campaign::{Action, Campaign, Trigger};
use campaign_engine::model::expr::Expr;
use campaign_engine::model::id::{StepId, draw};
use proptest::prelude::{ProptestConfig, any, proptest};
use std::collections::HashMap;
use std::fmt::Write;

/// Decisions, one after another; zeros once they are used up.
struct Tape<'t>(std::slice::Iter<'t, u8>);

impl Tape<'_> {
    fn below(&mut self, count: u8) -> u8 {
        self.0.next().copied().unwrap_or_default() % count
    }
}

const HEAD: &str = "workspace acme\n  account lina\n    id \"a\"\n  end\nend\ncampaign c\n";

/// A program made of what the flow rules speak of.
fn program_text(tape: &mut Tape) -> String {
    let mut out = HEAD.to_owned() + "steps\n";
    block(tape, 3, &mut out);
    out.push_str("stop as replied\nend\n");
    match tape.below(4) {
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
        0 => "wait 1 day",
        1 => "invite",
        2 => "withdraw invite",
        3 => "if connected\nsend \"hello\"\nend",
        4 => "send \"hello\"",
        5 => "send inmail \"hello\"",
        _ => "",
    };
    if !text.is_empty() {
        return writeln!(out, "{text}").unwrap();
    }
    match kind {
        6 => {
            let condition = ["connected", "not connected", "replied", "tagged \"x\"", "connected or replied"];
            writeln!(out, "if {}", condition[tape.below(5) as usize]).unwrap();
            block(tape, depth - 1, out);
            if tape.below(2) == 0 {
                out.push_str("else\n");
                block(tape, depth - 1, out);
            }
        }
        7 | 8 => {
            out.push_str("wait up to 2 days\n");
            for event in ["accepted", "replied", "event \"e\""] {
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

#[derive(Default)]
struct Person {
    is_relation: bool,
    is_pending: bool,
    is_invited: bool,
    has_replied: bool,
    invites: u32,
    messages: u32,
    inmails: u32,
    open_ms: i64,
}

struct Walker<'c, 't> {
    campaign: &'c Campaign,
    tape: Tape<'t>,
    person: Person,
    loops: HashMap<StepId, (u32, bool)>,
}

impl Walker<'_, '_> {
    /// From there to a stop (true) or a return (false).
    fn walk(&mut self, entry: StepId, in_handler: bool) -> bool {
        let mut at = entry;
        loop {
            at = match &self.campaign.step(at).action {
                Action::Stop { .. } => return true,
                Action::Return => {
                    assert!(in_handler, "the path ends without an outcome");
                    return false;
                }
                Action::Wait { delay, next } => {
                    if self.wait(delay.longest_ms(), in_handler).is_none() {
                        return true;
                    }
                    *next
                }
                Action::Race { up_to, arms, on_timeout } => {
                    let arm = |is: &Trigger| arms.iter().find(|arm| arm.trigger == *is).map(|arm| arm.target);
                    if let Some(target) = arm(&Trigger::Accepted).filter(|_| self.person.is_relation) {
                        at = target;
                        continue;
                    }
                    self.person.open_ms += if in_handler { 0 } else { up_to.longest_ms() };
                    match self.tape.below(4) {
                        1 if self.person.is_pending => {
                            self.accept();
                            arm(&Trigger::Accepted).unwrap_or(*on_timeout)
                        }
                        2 if arm(&Trigger::Replied).is_some() => {
                            self.person.has_replied = true;
                            arm(&Trigger::Replied).unwrap()
                        }
                        3 => arm(&Trigger::Named("e".to_owned())).unwrap_or(*on_timeout),
                        _ => *on_timeout,
                    }
                }
                Action::RepeatStart { repeat } => {
                    self.loops.insert(*repeat, (0, false));
                    *repeat
                }
                Action::Repeat { times, apart, until, body, next } => {
                    let (ran, _) = self.loops[&at];
                    if ran == *times {
                        at = *next;
                        continue;
                    }
                    let Some(events) = self.wait(apart.longest_ms(), in_handler) else { return true };
                    let is_met = match until {
                        Some(Trigger::Accepted) => self.person.is_relation,
                        Some(Trigger::Replied) => events,
                        Some(_) | None => false,
                    };
                    self.loops.insert(at, (ran + 1, is_met));
                    if is_met { *next } else { *body }
                }
                Action::Branch { arms, otherwise } => {
                    let taken = arms.iter().find(|(condition, _)| holds(condition, &self.person, &mut self.tape));
                    taken.map_or(*otherwise, |(_, target)| *target)
                }
                action => {
                    self.call(action, in_handler);
                    action.targets()[0]
                }
            };
        }
    }

    fn call(&mut self, action: &Action, in_handler: bool) {
        let person = &mut self.person;
        let on_path = u32::from(!in_handler);
        match action {
            Action::Invite { .. } => {
                // To somebody connected an invitation makes no call.
                assert!(!(person.is_invited && person.is_pending), "a second invitation");
                person.is_pending = !person.is_relation;
                person.is_invited = true;
                person.invites += on_path;
            }
            Action::Withdraw { .. } => person.is_pending = false,
            Action::Send { .. } => {
                assert!(person.is_relation || person.has_replied, "a message to a stranger");
                person.messages += on_path;
            }
            Action::Inmail { .. } => {
                assert!(person.inmails == 0, "a second InMail");
                person.inmails += on_path;
            }
            _ => {}
        }
    }

    fn accept(&mut self) {
        self.person.is_relation = true;
        self.person.is_pending = false;
    }

    /// Time passes. None: a handler ended the path; else whether the person replied.
    fn wait(&mut self, ms: i64, in_handler: bool) -> Option<bool> {
        self.person.open_ms += if in_handler { 0 } else { ms };
        if self.tape.below(3) == 1 && self.person.is_pending {
            self.accept();
        }
        if in_handler || self.tape.below(3) != 1 {
            return Some(false);
        }
        self.person.has_replied = true;
        let entry = self.campaign.handlers.on_reply.unwrap();
        if self.walk(entry, true) { None } else { Some(true) }
    }
}

fn holds(condition: &Expr, person: &Person, tape: &mut Tape) -> bool {
    match condition {
        Expr::Connected => person.is_relation,
        Expr::Replied => person.has_replied,
        Expr::Not(inner) => !holds(inner, person, tape),
        Expr::Or(inner) => inner.iter().any(|inner| holds(inner, person, tape)),
        _ => tape.below(2) == 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn promises_hold_on_every_walk(program in any::<[u8; 24]>(), walks in any::<[[u8; 32]; 16]>()) {
        let text = program_text(&mut Tape(program.iter()));
        let source = Source { path: "c.camp".into(), notation: Notation::Camp, text: text.as_str().into() };
        let compiled = compile(&[source], &MemoryFiles::new(""));
        for campaign in &compiled.program.campaigns {
            for tape in &walks {
                let mut tape = Tape(tape.iter());
                let person = Person { is_relation: tape.below(2) == 0, ..Person::default() };
                let mut walker = Walker { campaign, tape, person, loops: HashMap::new() };
                walker.walk(campaign.entry, false);
                let (person, bound) = (walker.person, &campaign.bound);
                assert!(person.invites <= bound.invites_max && person.messages <= bound.messages_max, "{text}");
                assert!(person.inmails <= bound.inmails_max && person.open_ms <= bound.open_ms_max, "{text}");
            }
        }
    }

    #[test]
    fn no_program_makes_the_compiler_panic(file in program::file()) {
        compile_files(&[], vec![file], Vec::new(), &MemoryFiles::new(""));
    }
}

#[test]
fn enough_random_programs_are_good_for_the_promises_to_be_tried() {
    let is_good = |seed: &u32| {
        let bytes: Vec<u8> = (0u8..24).map(|at| draw(&[&seed.to_le_bytes(), &[at]]) as u8).collect();
        let text = program_text(&mut Tape(bytes.iter()));
        let source = Source { path: "c.camp".into(), notation: Notation::Camp, text: text.as_str().into() };
        let compiled = compile(&[source], &MemoryFiles::new(""));
        compiled.program.campaigns.iter().any(|campaign| campaign.steps.len() > 6)
    };
    let good = (0..200).filter(is_good).count();
    assert!(good >= 15, "{good} of 200");
}
