//! What one step makes of a world: where it leads, what is true then, and which faults show.

use crate::lang::check::clock::Clock;
use crate::lang::check::walk::{Frontier, State, Walk, Way, takes_all};
use crate::lang::check::worlds::{Standing, World, Wrote, answers};
use crate::lang::code::Code;
use crate::model::account::Channel;
use crate::model::campaign::{Action, Transition, Trigger};
use crate::model::expr::Expr;
use crate::model::id::StepId;
use crate::model::time::Delay;

impl Walk<'_> {
    /// Everything that follows a state at once.
    pub(super) fn step(&mut self, frontier: &mut Frontier, state: State, clock: Clock) {
        let Some(action) = self.campaign.steps.get(state.step.0 as usize).map(|step| &step.action) else { return };
        let to = |step: StepId| State { step, ..state };
        match action {
            Action::Invite { .. }
            | Action::Withdraw { .. }
            | Action::Send { .. }
            | Action::Inmail { .. }
            | Action::Group { .. } => {
                self.call(frontier, state, clock, action);
            }
            Action::Tag { next, .. }
            | Action::Untag { next, .. }
            | Action::Set { next, .. }
            | Action::Suppress { next, .. }
            | Action::Engage { next, .. }
            | Action::Webhook { next, .. }
            | Action::Notify { next, .. } => self.on(frontier, state, to(*next), clock, Way::Next),
            Action::Ask { next, .. } => {
                let world = World { has_asked: true, ..state.world };
                self.on(frontier, state, State { world, ..to(*next) }, clock, Way::Next);
            }
            Action::Wait { delay, next } => self.on(frontier, state, to(*next), clock.after(*delay), Way::Next),
            Action::WaitUntil { until, next } | Action::Pause { until, next } => {
                self.on(frontier, state, to(*next), clock.until(until), Way::Next);
            }
            Action::RepeatStart { repeat } => {
                let is_observed = state.world.standing == Standing::Yes && self.waits_for(*repeat) == Some(&Trigger::Accepted);
                let rounds = state.rounds.entered(*repeat, is_observed);
                self.on(frontier, state, State { rounds, ..to(*repeat) }, clock, Way::Next);
            }
            Action::Repeat { .. } => self.repeat(frontier, state, clock, action),
            Action::Race { up_to, arms, on_timeout } => self.race(frontier, state, clock, (arms, *up_to, *on_timeout)),
            Action::Branch { arms, otherwise } => self.branch(frontier, state, clock, (arms, *otherwise)),
            Action::Split { arms } => {
                for (at, arm) in arms.iter().enumerate().filter(|(_, arm)| arm.percent > 0) {
                    self.on(frontier, state, to(arm.target), clock, Way::Arm(at));
                }
            }
            Action::Stop { .. } => {}
            Action::Return => self.give_back(frontier, state.world, clock),
        }
    }

    /// The first condition that holds; what was asked is known from there on.
    fn branch(&mut self, frontier: &mut Frontier, state: State, clock: Clock, (arms, otherwise): (&[(Expr, StepId)], StepId)) {
        let mut world = state.world;
        for (at, (condition, target)) in arms.iter().enumerate() {
            let answer = answers(condition, world);
            if answer.yes {
                let to = State { step: *target, world: world.knowing(condition, true), ..state };
                self.on(frontier, state, to, clock, Way::Arm(at));
            }
            if !answer.no {
                return;
            }
            world = world.knowing(condition, false);
        }
        self.on(frontier, state, State { step: otherwise, world, ..state }, clock, Way::Arm(arms.len()));
    }

    fn waits_for(&self, repeat: StepId) -> Option<&Trigger> {
        match self.campaign.steps.get(repeat.0 as usize).map(|step| &step.action) {
            Some(Action::Repeat { until, .. }) => until.as_ref(),
            Some(_) | None => None,
        }
    }

    /// Does somebody spend time in the step?
    pub(super) fn stays(&self, action: &Action, state: State) -> bool {
        match action {
            Action::Wait { .. } | Action::WaitUntil { .. } | Action::Pause { .. } => true,
            Action::Race { arms, .. } => !is_taken_at_once(arms, state.world),
            Action::Repeat { times, .. } => self.goes_on(*times, state),
            Action::Invite { .. }
            | Action::Withdraw { .. }
            | Action::Send { .. }
            | Action::Inmail { .. }
            | Action::Branch { .. }
            | Action::RepeatStart { .. }
            | Action::Split { .. }
            | Action::Tag { .. }
            | Action::Untag { .. }
            | Action::Set { .. }
            | Action::Suppress { .. }
            | Action::Notify { .. }
            | Action::Engage { .. }
            | Action::Group { .. }
            | Action::Ask { .. }
            | Action::Webhook { .. }
            | Action::Stop { .. }
            | Action::Return => false,
        }
    }

    /// May a loop run once more?
    fn goes_on(&self, times: u32, state: State) -> bool {
        let Some(level) = state.rounds.level(state.step) else { return times > 0 };
        u32::from(level.ran) < times
    }

    fn repeat(&mut self, frontier: &mut Frontier, state: State, clock: Clock, action: &Action) {
        let Action::Repeat { times, apart, until, body, next } = action else { return };
        let level = state.rounds.level(state.step);
        if until.as_ref().is_some_and(|trigger| may_fire(trigger, state.world)) {
            self.fires.insert((state.step, 0));
        }
        let out = State { step: *next, rounds: state.rounds.left(), ..state };
        let is_counted = level.is_some_and(|level| level.ran < self.counted || *times <= u32::from(self.counted));
        let is_done = !self.goes_on(*times, state);
        if is_done || !is_counted {
            self.on(frontier, state, out, clock, Way::Next);
        }
        if is_done {
            return;
        }
        let (must_leave, may_leave) = match (until, level) {
            (None, _) => (false, false),
            (Some(Trigger::Accepted | Trigger::Replied), Some(level)) => (level.is_observed, level.is_observed),
            (Some(trigger), _) => (false, may_fire(trigger, state.world)),
        };
        if may_leave {
            self.on(frontier, state, out, clock.after(*apart), Way::Next);
        }
        if !must_leave {
            let rounds = state.rounds.ran(state.step, self.counted);
            self.on(frontier, state, State { step: *body, rounds, ..state }, clock.after(*apart), Way::Next);
        }
    }

    /// A call that reaches the person. After a fault the walk goes on as if it were mended: one fault, one report.
    fn call(&mut self, frontier: &mut Frontier, state: State, clock: Clock, action: &Action) {
        let State { step: id, world, .. } = state;
        let (next, after, clock) = match action {
            Action::Invite { note, next } => (*next, self.invite(frontier, state, clock, note.is_some()), clock),
            Action::Withdraw { next } => {
                if world.is_invited {
                    self.withdraws.insert(id);
                }
                match world.standing {
                    Standing::Pending => (*next, World { standing: Standing::None, ..world }, clock.withdrawn_at(id)),
                    Standing::None | Standing::Yes => (*next, world, clock),
                }
            }
            Action::Send { channel, next, .. } => {
                self.haste(frontier, state, clock);
                let sent = World { has_sent: true, ..world.read() };
                let after = match channel {
                    Channel::Linkedin if world.takes_message() => sent,
                    Channel::Linkedin => {
                        self.tell(frontier, Code::NotARelation, state, clock);
                        sent.accepted()
                    }
                    _ => World { has_sent_elsewhere: true, ..sent },
                };
                (*next, after, clock.sent_at(id))
            }
            Action::Group { next, .. } => {
                self.haste(frontier, state, clock);
                let sent = World { has_sent: true, ..world.read() };
                let is_relation = world.standing == Standing::Yes || self.campaign.channel != Channel::Linkedin;
                if !is_relation {
                    self.tell(frontier, Code::NotARelation, state, clock);
                }
                (*next, if is_relation { sent } else { sent.accepted() }, clock.sent_at(id))
            }
            Action::Inmail { next, .. } => {
                self.haste(frontier, state, clock);
                if world.has_inmail {
                    self.tell(frontier, Code::SecondInmail, state, clock);
                } else if !world.is_checked {
                    self.tell(frontier, Code::InmailUnchecked, state, clock);
                }
                let after = World { has_inmail: true, has_sent: true, is_checked: false, ..world.read() };
                (*next, after, clock.sent_at(id))
            }
            _ => return,
        };
        self.on(frontier, state, State { step: next, world: after, ..state }, clock, Way::Next);
    }

    fn invite(&mut self, frontier: &Frontier, state: State, clock: Clock, has_note: bool) -> World {
        let State { step, world, .. } = state;
        match world.standing {
            Standing::Pending => self.tell(frontier, Code::AlreadyInvited, state, clock),
            Standing::Yes if world.is_invited => {
                self.accepted.entry(step).or_insert((state, frontier.trail));
            }
            Standing::Yes => {}
            Standing::None => {
                self.invites.insert(step);
                if clock.withdrawn.is_some() && world.is_invited {
                    self.tell(frontier, Code::ReinviteTooSoon, state, clock);
                }
            }
        }
        let standing = if world.standing == Standing::Yes { Standing::Yes } else { Standing::Pending };
        World { standing, is_invited: true, has_sent: world.has_sent || has_note, ..world }
    }

    /// Sends that follow something too fast, or a reply that nobody looked at.
    fn haste(&mut self, frontier: &Frontier, state: State, clock: Clock) {
        if clock.accepted.is_some() || clock.sent.is_some() {
            self.tell(frontier, Code::TooHasty, state, clock);
        }
        if state.world.is_unread {
            self.tell(frontier, Code::SendAfterReply, state, clock);
        }
    }

    fn race(
        &mut self,
        frontier: &mut Frontier,
        state: State,
        clock: Clock,
        (arms, up_to, on_timeout): (&[Transition], Delay, StepId),
    ) {
        let State { step: id, world, .. } = state;
        let at_once = is_taken_at_once(arms, world);
        for (at, arm) in arms.iter().enumerate() {
            if may_fire(&arm.trigger, world) {
                self.fires.insert((id, at));
            }
            // Somebody connected takes the `accepted` arm at once (LANGUAGE.md §5); only what is a fact already goes before it.
            if at_once && !matches!(arm.trigger, Trigger::Accepted | Trigger::Seen | Trigger::Delivered | Trigger::Reacted) {
                continue;
            }
            let (clock, rounds) = self.after_event(state, clock, &arm.trigger);
            for world in self.worlds_after(world, &arm.trigger) {
                let world = match &arm.guard {
                    Some(guard) if answers(guard, world).yes => world.knowing(guard, true),
                    Some(_) => continue,
                    None => world,
                };
                self.on(frontier, state, State { step: arm.target, world, rounds }, clock, Way::Arm(at));
            }
            if at_once && arm.trigger == Trigger::Accepted && arm.guard.is_none() {
                return;
            }
        }
        self.on(frontier, state, State { step: on_timeout, ..state }, clock.after(up_to), Way::Arm(arms.len()));
    }

    /// Clock and loops after an event that a race takes.
    fn after_event(&self, state: State, clock: Clock, trigger: &Trigger) -> (Clock, crate::lang::check::rounds::Rounds) {
        match trigger {
            Trigger::Accepted if state.world.standing == Standing::Pending => {
                let clock = Clock { accepted: Some(state.step), ..clock };
                (clock, self.observe(state.rounds, &Trigger::Accepted))
            }
            Trigger::Accepted | Trigger::Seen | Trigger::Delivered => (clock, state.rounds),
            Trigger::Replied | Trigger::ReplyIs(_) | Trigger::ReplyMatches(_) => {
                (clock.answered(), self.observe(state.rounds, &Trigger::Replied))
            }
            Trigger::Reacted | Trigger::Named(_) | Trigger::Approved | Trigger::Rejected | Trigger::Done => {
                (clock.answered(), state.rounds)
            }
        }
    }

    /// The worlds after an event that a race takes; none: it cannot come.
    fn worlds_after(&self, world: World, trigger: &Trigger) -> Vec<World> {
        let replied = || world.replied(self.campaign.channel == Channel::Linkedin);
        match trigger {
            Trigger::Accepted => match world.standing {
                Standing::None => Vec::new(),
                Standing::Pending => vec![world.accepted()],
                Standing::Yes => vec![world],
            },
            Trigger::Seen | Trigger::Delivered | Trigger::Reacted if !world.has_sent => Vec::new(),
            Trigger::Replied => replied(),
            Trigger::ReplyIs(_) | Trigger::ReplyMatches(_) => replied().into_iter().map(World::read).collect(),
            Trigger::Approved | Trigger::Rejected | Trigger::Done if !world.has_asked => Vec::new(),
            Trigger::Seen
            | Trigger::Delivered
            | Trigger::Reacted
            | Trigger::Named(_)
            | Trigger::Approved
            | Trigger::Rejected
            | Trigger::Done => vec![world.read()],
        }
    }
}

/// Is somebody connected already, and an arm there for it?
fn is_taken_at_once(arms: &[Transition], world: World) -> bool {
    world.standing == Standing::Yes && takes_all(arms, &Trigger::Accepted)
}

/// Can the event come to somebody in this world?
fn may_fire(trigger: &Trigger, world: World) -> bool {
    match trigger {
        Trigger::Accepted => world.may_accept(),
        Trigger::Replied | Trigger::ReplyIs(_) | Trigger::ReplyMatches(_) => {
            world.has_sent || world.is_invited || world.wrote != Wrote::No
        }
        Trigger::Seen | Trigger::Delivered | Trigger::Reacted => world.has_sent,
        Trigger::Approved | Trigger::Rejected | Trigger::Done => world.has_asked,
        Trigger::Named(_) => true,
    }
}
