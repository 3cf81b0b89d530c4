//! Walks a machine through every world that reaches each of its steps: a search over (step, world), which is finite.
//!
//! Handlers are walked once for each world they are entered in; what they return to the path is remembered. Every state
//! is looked at once, so the walk is linear in the steps. Faults are noted with the state they were found in, the
//! nearest to the start first; `trail` turns them into sentences.

use crate::lang::check::worlds::{Standing, World, answers};
use crate::lang::code::Code;
use crate::lang::syntax::HandlerKind;
use crate::model::account::Channel;
use crate::model::campaign::{Action, Campaign, Step, Transition, Trigger};
use crate::model::id::StepId;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// A step in a world.
pub type State = (StepId, World);

/// How a state was come to from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// On to the next step.
    Next,
    /// By that arm of a race, branch or split; the one behind the last is `on timeout` or `else`.
    Arm(usize),
    /// Meanwhile the invitation was accepted.
    Accepted,
    /// Meanwhile a handler ran and returned.
    Handler,
}

/// The states of one walk, each with how it was come to.
#[derive(Default)]
pub struct Trails {
    /// None: the walk began there.
    pub before: HashMap<State, Option<(State, Way)>>,
    /// The handler this is the walk of.
    pub handler: Option<HandlerKind>,
}

/// A fault at a state of a walk.
pub struct Found {
    pub code: Code,
    pub state: State,
    /// Index into `Walk::trails`.
    pub trail: usize,
}

/// All walks of a campaign.
pub struct Walk<'a> {
    campaign: &'a Campaign,
    pub trails: Vec<Trails>,
    pub found: Vec<Found>,
    /// Arms (of races) and `until`s (as arm 0 of their repeat) that fire in some world.
    pub fires: BTreeSet<(StepId, usize)>,
    /// Withdrawals that somebody invited comes to.
    pub withdraws: BTreeSet<StepId>,
    /// Steps that were come to.
    pub reached: BTreeSet<StepId>,
    returns: HashMap<(HandlerKind, World), Vec<World>>,
    told: BTreeSet<(StepId, Code)>,
}

struct Frontier {
    trail: usize,
    queue: VecDeque<State>,
    returned: Vec<World>,
}

/// Walks the campaign from its entry, in every world a person may begin in.
pub fn walk(campaign: &Campaign) -> Walk<'_> {
    let mut walk = Walk {
        campaign,
        trails: Vec::new(),
        found: Vec::new(),
        fires: BTreeSet::new(),
        withdraws: BTreeSet::new(),
        reached: BTreeSet::new(),
        returns: HashMap::new(),
        told: BTreeSet::new(),
    };
    walk.explore(campaign.entry, &World::at_start(), None);
    walk
}

impl Walk<'_> {
    /// Everything that can be come to from there; returns the worlds in which it returns.
    fn explore(&mut self, entry: StepId, worlds: &[World], handler: Option<HandlerKind>) -> Vec<World> {
        let trail = self.trails.len();
        self.trails.push(Trails { handler, ..Trails::default() });
        let mut frontier = Frontier { trail, queue: VecDeque::new(), returned: Vec::new() };
        for world in worlds {
            self.push(&mut frontier, (entry, *world), None);
        }
        while let Some(state) = frontier.queue.pop_front() {
            self.reached.insert(state.0);
            self.meanwhile(&mut frontier, state);
            self.step(&mut frontier, state);
        }
        frontier.returned
    }

    fn push(&mut self, frontier: &mut Frontier, state: State, before: Option<(State, Way)>) {
        let Some(trails) = self.trails.get_mut(frontier.trail) else { return };
        if let std::collections::hash_map::Entry::Vacant(place) = trails.before.entry(state) {
            place.insert(before);
            frontier.queue.push_back(state);
        }
    }

    fn on(&mut self, frontier: &mut Frontier, from: State, to: StepId, world: World, way: Way) {
        self.push(frontier, (to, world), Some((from, way)));
    }

    fn tell(&mut self, frontier: &Frontier, code: Code, state: State) {
        if self.told.insert((state.0, code)) {
            self.found.push(Found { code, state, trail: frontier.trail });
        }
    }

    /// What may happen while somebody stays in a step: an acceptance, and whatever a handler listens for.
    fn meanwhile(&mut self, frontier: &mut Frontier, state: State) {
        let (id, world) = state;
        let Some(Step { action, .. }) = self.campaign.steps.get(id.0 as usize) else { return };
        let arms = if let Action::Race { arms, .. } = action { arms.as_slice() } else { &[] };
        if spends_time(action) && world.standing == Standing::Pending && !takes_all(arms, &|is| *is == Trigger::Accepted) {
            self.on(frontier, state, id, world.accepted(), Way::Accepted);
        }
        let is_over = matches!(action, Action::Stop { .. });
        if self.trails.get(frontier.trail).is_some_and(|trails| trails.handler.is_some()) || !(is_over || can_be_met(action)) {
            return;
        }
        let mut back: Vec<World> = Vec::new();
        for replied in world.replied(self.campaign.channel == Channel::Linkedin) {
            if !takes_all(arms, &|is| *is == Trigger::Replied) {
                back.extend(self.enter(HandlerKind::Reply, replied));
            }
            if !self.campaign.handlers.reply_takes_opt_out {
                back.extend(self.enter(HandlerKind::OptOut, replied));
            }
        }
        back.extend(self.enter(HandlerKind::Takeover, world));
        back.extend(self.enter(HandlerKind::AccountLost, world));
        for world in back.into_iter().filter(|_| !is_over) {
            self.on(frontier, state, id, world, Way::Handler);
        }
    }

    /// The worlds in which a handler returns that was entered in this one.
    fn enter(&mut self, kind: HandlerKind, world: World) -> Vec<World> {
        let handlers = &self.campaign.handlers;
        let entry = match kind {
            HandlerKind::Reply => handlers.on_reply,
            HandlerKind::OptOut => handlers.on_opt_out,
            HandlerKind::Takeover => handlers.on_takeover,
            HandlerKind::AccountLost => handlers.on_account_lost,
            HandlerKind::SendFailed | HandlerKind::Event(_) => None,
        };
        let Some(entry) = entry else { return Vec::new() };
        if let Some(known) = self.returns.get(&(kind.clone(), world)) {
            return known.clone();
        }
        let returned = self.explore(entry, &[world], Some(kind.clone()));
        self.returns.insert((kind, world), returned.clone());
        returned
    }

    fn step(&mut self, frontier: &mut Frontier, state: State) {
        let (id, world) = state;
        let Some(Step { action, .. }) = self.campaign.steps.get(id.0 as usize) else { return };
        match action {
            Action::Invite { .. }
            | Action::Withdraw { .. }
            | Action::Send { .. }
            | Action::Inmail { .. }
            | Action::Group { .. } => {
                self.call(frontier, state, action);
            }
            Action::Wait { next, .. }
            | Action::WaitUntil { next, .. }
            | Action::Tag { next, .. }
            | Action::Untag { next, .. }
            | Action::Set { next, .. }
            | Action::Suppress { next, .. }
            | Action::Pause { next, .. }
            | Action::Notify { next, .. }
            | Action::Engage { next, .. }
            | Action::Ask { next, .. }
            | Action::Webhook { next, .. }
            | Action::RepeatStart { repeat: next } => self.on(frontier, state, *next, world, Way::Next),
            Action::Race { arms, on_timeout, .. } => self.race(frontier, state, arms, *on_timeout),
            Action::Branch { arms, otherwise } => {
                for (at, (condition, target)) in arms.iter().enumerate() {
                    let answer = answers(condition, world);
                    if answer.yes {
                        self.on(frontier, state, *target, world, Way::Arm(at));
                    }
                    if !answer.no {
                        return;
                    }
                }
                self.on(frontier, state, *otherwise, world, Way::Arm(arms.len()));
            }
            Action::Repeat { times, until, body, next, .. } => {
                if until.as_ref().is_some_and(|trigger| may_fire(trigger, world)) {
                    self.fires.insert((id, 0));
                }
                if *times > 0 {
                    self.on(frontier, state, *body, world, Way::Next);
                }
                self.on(frontier, state, *next, world, Way::Next);
            }
            Action::Split { arms } => {
                for (at, arm) in arms.iter().enumerate() {
                    self.on(frontier, state, arm.target, world, Way::Arm(at));
                }
            }
            Action::Stop { .. } => {}
            Action::Return => {
                if !frontier.returned.contains(&world) {
                    frontier.returned.push(world);
                }
            }
        }
    }

    /// A call that reaches the person. After a fault the walk goes on as if it were mended: one fault, one report.
    fn call(&mut self, frontier: &mut Frontier, state: State, action: &Action) {
        let (id, world) = state;
        let (next, after) = match action {
            Action::Invite { note, next } => {
                if world.is_invited && world.standing != Standing::None {
                    self.tell(frontier, Code::AlreadyInvited, state);
                }
                let standing = if world.standing == Standing::Yes { Standing::Yes } else { Standing::Pending };
                (*next, World { standing, is_invited: true, has_sent: world.has_sent || note.is_some(), ..world })
            }
            Action::Withdraw { next } => {
                if world.is_invited {
                    self.withdraws.insert(id);
                }
                let standing = if world.standing == Standing::Yes { Standing::Yes } else { Standing::None };
                (*next, World { standing, ..world })
            }
            Action::Send { channel: Channel::Linkedin, next, .. } => {
                let sent = World { has_sent: true, ..world };
                if world.takes_message() {
                    (*next, sent)
                } else {
                    self.tell(frontier, Code::NotARelation, state);
                    (*next, sent.accepted())
                }
            }
            Action::Send { next, .. } | Action::Group { next, .. } => {
                (*next, World { has_sent: true, has_sent_elsewhere: true, ..world })
            }
            Action::Inmail { next, .. } => {
                if world.has_inmail {
                    self.tell(frontier, Code::SecondInmail, state);
                }
                (*next, World { has_inmail: true, has_sent: true, ..world })
            }
            _ => return,
        };
        self.on(frontier, state, next, after, Way::Next);
    }

    fn race(&mut self, frontier: &mut Frontier, state: State, arms: &[Transition], on_timeout: StepId) {
        let (id, world) = state;
        let is_linkedin = self.campaign.channel == Channel::Linkedin;
        let mut is_taken = false;
        for (at, arm) in arms.iter().enumerate() {
            if may_fire(&arm.trigger, world) {
                self.fires.insert((id, at));
            }
            let guard = |world: &World| arm.guard.as_ref().is_none_or(|guard| answers(guard, *world).yes);
            let after = match &arm.trigger {
                Trigger::Accepted if world.standing == Standing::None => Vec::new(),
                Trigger::Accepted => vec![world.accepted()],
                Trigger::Replied | Trigger::ReplyIs(_) | Trigger::ReplyMatches(_) => world.replied(is_linkedin),
                Trigger::Seen
                | Trigger::Delivered
                | Trigger::Reacted
                | Trigger::Named(_)
                | Trigger::Approved
                | Trigger::Rejected
                | Trigger::Done => vec![world],
            };
            for world in after.into_iter().filter(guard) {
                self.on(frontier, state, arm.target, world, Way::Arm(at));
            }
            // Somebody connected takes the `accepted` arm at once (LANGUAGE.md §5).
            is_taken |= arm.trigger == Trigger::Accepted && arm.guard.is_none() && world.standing == Standing::Yes;
        }
        if !is_taken {
            self.on(frontier, state, on_timeout, world, Way::Arm(arms.len()));
        }
    }
}

/// Can the event come to somebody in this world?
fn may_fire(trigger: &Trigger, world: World) -> bool {
    match trigger {
        Trigger::Accepted => world.may_accept(),
        Trigger::Replied | Trigger::ReplyIs(_) | Trigger::ReplyMatches(_) => world.has_sent || world.is_invited,
        Trigger::Seen | Trigger::Delivered | Trigger::Reacted => world.has_sent,
        Trigger::Named(_) | Trigger::Approved | Trigger::Rejected | Trigger::Done => true,
    }
}

/// Does an arm without a condition take every such event?
fn takes_all(arms: &[Transition], is: &dyn Fn(&Trigger) -> bool) -> bool {
    arms.iter().any(|arm| arm.guard.is_none() && is(&arm.trigger))
}

/// Steps that last as long as the author says.
fn spends_time(action: &Action) -> bool {
    matches!(
        action,
        Action::Wait { .. } | Action::WaitUntil { .. } | Action::Race { .. } | Action::Repeat { .. } | Action::Pause { .. }
    )
}

/// Steps in which an event can find somebody: those that last, and calls that wait for their turn.
fn can_be_met(action: &Action) -> bool {
    spends_time(action)
        || matches!(action, Action::Invite { .. } | Action::Withdraw { .. } | Action::Send { .. } | Action::Inmail { .. })
}
