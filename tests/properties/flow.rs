//! What the compiler promises of a program holds on every walk through it: no message to a stranger, no second invitation
//! or InMail, an outcome at every end, never more than the bound. The walker here knows nothing of the compiler's own.

use crate::properties::program;
use crate::properties::small::{Tape, program_text};
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::lang::{compile, compile_files};
use campaign_engine::model::campaign::{Action, Campaign, Trigger};
use campaign_engine::model::expr::Expr;
use campaign_engine::model::id::{StepId, draw};
use proptest::prelude::{ProptestConfig, any, proptest};
use std::collections::HashMap;

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
        Expr::ReplyIs(_) => person.has_replied && tape.below(2) == 0,
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
