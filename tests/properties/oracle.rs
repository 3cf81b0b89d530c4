//! A walk of all states of a small program: every decision and every event tried, the times exact. It knows the rules and
//! nothing of the compiler's own way.

use crate::properties::small::{looked, mentions_reply};
use campaign_engine::model::campaign::{Action, Campaign, Transition, Trigger};
use campaign_engine::model::expr::Expr;
use campaign_engine::model::id::StepId;
use campaign_engine::model::time::{DAY_MS, Delay, HOUR_MS, Until};
use std::collections::{BTreeSet, HashSet};

/// States of one program; a program with more is left out.
const STATES_MAX: usize = 60_000;

/// Faults by code and line.
pub type Faults = BTreeSet<(&'static str, u32)>;

/// What the walk finds; none: too many states.
pub fn walked(campaign: &Campaign) -> Option<Faults> {
    let mut oracle = Oracle {
        campaign,
        seen: HashSet::new(),
        open: Vec::new(),
        found: BTreeSet::new(),
        callable: BTreeSet::new(),
        accepted: BTreeSet::new(),
    };
    for relation in [Relation::None, Relation::Yes] {
        let person = Person {
            relation,
            invited: false,
            wrote: false,
            inmails: 0,
            sent: false,
            looked: false,
            unread: false,
            since_withdrawal: None,
            since_send: None,
            just_accepted: false,
        };
        let path = Frame { step: campaign.entry, loops: Vec::new() };
        oracle.push(State { path, handler: None, has_ended: false, person });
    }
    oracle.run().then_some(oracle.found)
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Relation {
    None,
    Pending,
    Yes,
}

/// What has happened to a person. Times are milliseconds since, none: never, or too long ago to matter.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Person {
    relation: Relation,
    invited: bool,
    wrote: bool,
    inmails: u32,
    sent: bool,
    looked: bool,
    unread: bool,
    since_withdrawal: Option<i64>,
    since_send: Option<i64>,
    just_accepted: bool,
}

/// Where somebody stands, in the path or in a handler.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Frame {
    step: StepId,
    /// Loops around: the repeat, rounds run, whether what it waits for was seen.
    loops: Vec<(StepId, u32, bool)>,
}

/// A handler, with the path's time since a withdrawal and since a send, and whether it was just accepted; last, whether the
/// handler took an invitation back.
type Running = (Frame, Option<i64>, Option<i64>, bool, bool);

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    path: Frame,
    /// The handler that runs, and the path's own times to come back to.
    handler: Option<Running>,
    has_ended: bool,
    person: Person,
}

struct Oracle<'c> {
    campaign: &'c Campaign,
    seen: HashSet<State>,
    open: Vec<State>,
    found: Faults,
    callable: BTreeSet<u32>,
    accepted: BTreeSet<u32>,
}

impl Oracle<'_> {
    fn push(&mut self, state: State) {
        if self.seen.insert(state.clone()) {
            self.open.push(state);
        }
    }

    fn fault(&mut self, code: &'static str, step: StepId) {
        self.found.insert((code, self.campaign.step(step).line));
    }

    fn run(&mut self) -> bool {
        while let Some(state) = self.open.pop() {
            if self.seen.len() > STATES_MAX {
                return false;
            }
            self.next(&state);
        }
        for line in self.accepted.difference(&self.callable) {
            self.found.insert(("already-invited", *line));
        }
        true
    }

    fn next(&mut self, state: &State) {
        let frame = state.handler.as_ref().map_or(&state.path, |(frame, ..)| frame);
        let action = &self.campaign.step(frame.step).action;
        self.events(state, frame, action);
        self.act(state, frame, action);
    }

    /// What may happen from outside while somebody stands there.
    fn events(&mut self, state: &State, frame: &Frame, action: &Action) {
        let arms: &[Transition] = if let Action::Race { arms, .. } = action { arms } else { &[] };
        let takes = |trigger: &Trigger| arms.iter().any(|arm| arm.trigger == *trigger && arm.guard.is_none());
        let stays = match action {
            Action::Wait { .. } | Action::WaitUntil { .. } | Action::Pause { .. } => true,
            Action::Race { .. } => !(state.person.relation == Relation::Yes && takes(&Trigger::Accepted)),
            Action::Repeat { times, .. } => frame.loops.last().is_none_or(|(_, ran, _)| ran < times),
            _ => false,
        };
        if stays && state.person.relation == Relation::Pending && !takes(&Trigger::Accepted) {
            let mut after = state.clone();
            after.person.relation = Relation::Yes;
            after.person.unread = false;
            observe(self.campaign, frame_of(&mut after), &Trigger::Accepted);
            self.push(after);
        }
        let calls =
            matches!(action, Action::Invite { .. } | Action::Withdraw { .. } | Action::Send { .. } | Action::Inmail { .. });
        let is_over = matches!(action, Action::Stop { .. });
        if state.handler.is_some() || state.has_ended || !(stays || calls || is_over) || takes(&Trigger::Replied) {
            return;
        }
        let mut after = state.clone();
        observe(self.campaign, &mut after.path, &Trigger::Replied);
        let entry = Frame { step: self.campaign.handlers.on_reply.unwrap(), loops: Vec::new() };
        let person = &state.person;
        after.handler = Some((entry, person.since_withdrawal, None, false, false));
        after.person = Person { wrote: true, unread: true, since_send: None, just_accepted: false, ..person.clone() };
        after.has_ended = is_over;
        self.push(after);
    }

    fn act(&mut self, state: &State, frame: &Frame, action: &Action) {
        let step = frame.step;
        let to = |next: StepId| {
            let mut after = state.clone();
            frame_of(&mut after).step = next;
            after
        };
        match action {
            Action::Stop { .. } => {}
            Action::Return => self.give_back(state),
            Action::Wait { delay, next } => {
                let mut after = to(*next);
                pass(&mut after.person, *delay);
                self.push(after);
            }
            Action::Pause { until, next } | Action::WaitUntil { until, next } => {
                let mut after = to(*next);
                match until {
                    Until::Delay(delay) => pass(&mut after.person, *delay),
                    _ => (after.person.since_send, after.person.just_accepted) = (None, false),
                }
                self.push(after);
            }
            Action::RepeatStart { repeat } => {
                let mut after = to(*repeat);
                let is_seen = state.person.relation == Relation::Yes && until(self.campaign, *repeat) == Some(&Trigger::Accepted);
                frame_of(&mut after).loops.push((*repeat, 0, is_seen));
                self.push(after);
            }
            Action::Repeat { times, apart, body, next, .. } => {
                let (_, ran, is_seen) = *frame.loops.last().unwrap();
                let leaves = ran >= *times || is_seen;
                let mut after = to(if leaves { *next } else { *body });
                if ran < *times {
                    pass(&mut after.person, *apart);
                }
                let loops = &mut frame_of(&mut after).loops;
                if leaves {
                    loops.pop();
                } else {
                    loops.last_mut().unwrap().1 += 1;
                }
                self.push(after);
            }
            Action::Race { up_to, arms, on_timeout } => self.race(state, (*up_to, arms, *on_timeout)),
            Action::Branch { arms, otherwise } => self.branch(state, arms, *otherwise),
            Action::Invite { .. } | Action::Withdraw { .. } | Action::Send { .. } | Action::Inmail { .. } => {
                let mut after = to(action.targets()[0]);
                self.call(step, action, &mut after.person);
                let takes_back = matches!(action, Action::Withdraw { .. }) && state.person.relation == Relation::Pending;
                if let Some((.., took_back)) = &mut after.handler {
                    *took_back |= takes_back;
                }
                self.push(after);
            }
            other => other.targets().into_iter().for_each(|next| self.push(to(next))),
        }
    }

    fn give_back(&mut self, state: &State) {
        let Some((_, withdrawal, send, accepted, took_back)) = state.handler else { return };
        if state.has_ended {
            return;
        }
        let mut after = state.clone();
        after.handler = None;
        (after.person.since_send, after.person.just_accepted) = (send, accepted);
        if !took_back {
            after.person.since_withdrawal = withdrawal;
        }
        self.push(after);
    }

    fn branch(&mut self, state: &State, arms: &[(Expr, StepId)], otherwise: StepId) {
        // Each answer of what nobody knows is tried, the same for the same question.
        let questions = arms.len() as u32 * 4;
        for answers in 0..(1u32 << questions.min(8)) {
            let mut after = state.clone();
            let mut asked = 0;
            let mut target = otherwise;
            for (condition, to) in arms {
                let mut open = |_: &Expr| {
                    asked += 1;
                    answers >> (asked - 1) & 1 == 1
                };
                let holds = holds(condition, &state.person, &mut open);
                after.person.looked |= looked(condition, holds);
                after.person.unread &= !mentions_reply(condition);
                if holds {
                    target = *to;
                    break;
                }
            }
            frame_of(&mut after).step = target;
            self.push(after);
        }
    }

    fn race(&mut self, state: &State, (up_to, arms, on_timeout): (Delay, &[Transition], StepId)) {
        let person = &state.person;
        let at_once = person.relation == Relation::Yes && arms.iter().any(|arm| arm.trigger == Trigger::Accepted);
        for arm in arms {
            let mut after = state.clone();
            frame_of(&mut after).step = arm.target;
            match &arm.trigger {
                Trigger::Accepted if person.relation == Relation::Pending => {
                    after.person.relation = Relation::Yes;
                    (after.person.unread, after.person.just_accepted) = (false, true);
                    observe(self.campaign, frame_of(&mut after), &Trigger::Accepted);
                }
                Trigger::Accepted if person.relation == Relation::Yes => {
                    self.push(after);
                    break;
                }
                Trigger::Seen if person.sent => after.person.unread = false,
                Trigger::Replied | Trigger::ReplyIs(_) if !at_once => {
                    let unread = arm.trigger == Trigger::Replied;
                    let person = &mut after.person;
                    (person.wrote, person.unread, person.since_send, person.just_accepted) = (true, unread, None, false);
                    observe(self.campaign, frame_of(&mut after), &Trigger::Replied);
                }
                Trigger::Named(_) if !at_once => {
                    let person = &mut after.person;
                    (person.unread, person.since_send, person.just_accepted) = (false, None, false);
                }
                _ => continue,
            }
            self.push(after);
        }
        if !at_once {
            let mut after = state.clone();
            frame_of(&mut after).step = on_timeout;
            pass(&mut after.person, up_to);
            self.push(after);
        }
    }

    fn call(&mut self, step: StepId, action: &Action, person: &mut Person) {
        let line = self.campaign.step(step).line;
        if let Action::Send { .. } | Action::Inmail { .. } = action {
            if person.just_accepted || person.since_send.is_some() {
                self.fault("too-hasty", step);
            }
            if person.unread {
                self.fault("send-after-reply", step);
            }
        }
        match action {
            Action::Invite { .. } => {
                match person.relation {
                    Relation::Pending => self.fault("already-invited", step),
                    Relation::Yes if person.invited => drop(self.accepted.insert(line)),
                    Relation::Yes => {}
                    Relation::None => {
                        self.callable.insert(line);
                        if person.since_withdrawal.is_some() {
                            self.fault("reinvite-too-soon", step);
                        }
                        person.relation = Relation::Pending;
                    }
                }
                person.invited = true;
            }
            Action::Withdraw { .. } if person.relation == Relation::Pending => {
                (person.relation, person.since_withdrawal) = (Relation::None, Some(0));
            }
            Action::Send { .. } => {
                if person.relation != Relation::Yes && !person.wrote {
                    self.fault("not-a-relation", step);
                    person.relation = Relation::Yes;
                }
                sent(person);
            }
            Action::Inmail { .. } => {
                match (person.inmails, person.looked) {
                    (0, true) => {}
                    (0, false) => self.fault("inmail-unchecked", step),
                    _ => self.fault("second-inmail", step),
                }
                (person.inmails, person.looked) = (1, false);
                sent(person);
            }
            _ => {}
        }
    }
}

fn frame_of(state: &mut State) -> &mut Frame {
    match &mut state.handler {
        Some((frame, ..)) => frame,
        None => &mut state.path,
    }
}

fn sent(person: &mut Person) {
    (person.sent, person.unread, person.since_send, person.just_accepted) = (true, false, Some(0), false);
}

fn pass(person: &mut Person, delay: Delay) {
    let ms = Delay::exactly(delay.min, delay.unit).longest_ms();
    let later = |since: Option<i64>, enough: i64| since.map(|since| since + ms).filter(|since| *since < enough);
    person.since_withdrawal = later(person.since_withdrawal, 21 * DAY_MS);
    person.since_send = later(person.since_send, 12 * HOUR_MS);
    person.just_accepted = false;
}

fn until(campaign: &Campaign, repeat: StepId) -> Option<&Trigger> {
    match &campaign.step(repeat).action {
        Action::Repeat { until, .. } => until.as_ref(),
        _ => None,
    }
}

fn observe(campaign: &Campaign, frame: &mut Frame, happened: &Trigger) {
    for (repeat, _, is_seen) in &mut frame.loops {
        *is_seen |= until(campaign, *repeat) == Some(happened);
    }
}

fn holds(condition: &Expr, person: &Person, open: &mut dyn FnMut(&Expr) -> bool) -> bool {
    match condition {
        Expr::Connected => person.relation == Relation::Yes,
        Expr::Replied => person.wrote,
        Expr::ReplyIs(_) if !person.wrote => false,
        Expr::Not(inner) => !holds(inner, person, open),
        Expr::Or(inner) => inner.iter().any(|inner| holds(inner, person, open)),
        Expr::And(inner) => inner.iter().all(|inner| holds(inner, person, open)),
        other => open(other),
    }
}
