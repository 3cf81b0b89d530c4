//! Walks a machine through every world that reaches each of its steps: a data-flow analysis whose facts at a step are a
//! set of worlds, joined by union, and for each world a clock, joined by the least. Loops run to the fixpoint.
//!
//! Handlers are walked once for each world they are entered in; what they return to the path is remembered. Faults are
//! noted with the state they were found in, the nearest to the start first; `trail` turns them into sentences. What one
//! step does stands in `stride`.

use crate::lang::check::clock::Clock;
use crate::lang::check::rounds::{self, Rounds};
use crate::lang::check::worlds::{Standing, World, answers};
use crate::lang::code::Code;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::HandlerKind;
use crate::model::account::Channel;
use crate::model::campaign::{Action, Campaign, Transition, Trigger};
use crate::model::id::StepId;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// A step in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    pub step: StepId,
    pub world: World,
    pub rounds: Rounds,
}

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

/// What is kept of a state.
pub struct Seen {
    /// Where it was come from first; none: the walk began there.
    pub before: Option<(State, Way)>,
    pub clock: Clock,
}

/// The states of one walk, each with how it was come to.
#[derive(Default)]
pub struct Trails {
    pub seen: HashMap<State, Seen>,
    /// The handler this is the walk of.
    pub handler: Option<HandlerKind>,
}

/// A fault at a state of a walk.
pub struct Found {
    pub code: Code,
    pub state: State,
    /// Index into `Walk::trails`.
    pub trail: usize,
    /// What it is too soon after.
    pub clock: Clock,
}

/// All walks of a campaign.
pub struct Walk<'a> {
    pub campaign: &'a Campaign,
    pub trails: Vec<Trails>,
    pub found: Vec<Found>,
    /// Arms (of races) and `until`s (as arm 0 of their repeat) that fire in some world.
    pub fires: BTreeSet<(StepId, usize)>,
    /// Withdrawals that somebody invited comes to.
    pub withdraws: BTreeSet<StepId>,
    /// Steps that were come to.
    pub reached: BTreeSet<StepId>,
    /// Invitations that reach somebody.
    pub(super) invites: BTreeSet<StepId>,
    /// Invitations to somebody who accepted one before.
    pub(super) accepted: BTreeMap<StepId, (State, usize)>,
    /// Rounds of loops that are counted one by one.
    pub(super) counted: u8,
    /// By the handler's first step.
    returns: HashMap<(StepId, World), Visited>,
    told: BTreeSet<(StepId, Code)>,
}

/// A handler's walk from one world.
#[derive(Clone)]
struct Visited {
    entered: Clock,
    returned: Vec<(World, Clock)>,
}

/// A handler that somebody comes to.
struct Entered {
    kind: HandlerKind,
    /// None: the event is written down, and moves nothing.
    entry: Option<StepId>,
    world: World,
}

pub(super) struct Frontier {
    pub(super) trail: usize,
    queue: VecDeque<State>,
    returned: Vec<(World, Clock)>,
}

/// Walks the campaign from its entry, in every world a person may begin in.
pub fn walk(campaign: &Campaign) -> Walk<'_> {
    walk_from(campaign, campaign.entry, &World::at_start())
}

/// Walks the campaign from a step, in those worlds.
pub fn walk_from<'a>(campaign: &'a Campaign, entry: StepId, worlds: &[World]) -> Walk<'a> {
    let mut walk = Walk {
        campaign,
        trails: Vec::new(),
        found: Vec::new(),
        fires: BTreeSet::new(),
        withdraws: BTreeSet::new(),
        reached: BTreeSet::new(),
        invites: BTreeSet::new(),
        accepted: BTreeMap::new(),
        counted: rounds::counted(campaign.steps.len()),
        returns: HashMap::new(),
        told: BTreeSet::new(),
    };
    walk.explore(entry, worlds, Clock::default(), None);
    walk.tell_accepted();
    walk
}

impl Walk<'_> {
    /// Everything that can be come to from there; returns the worlds in which it returns.
    fn explore(&mut self, entry: StepId, worlds: &[World], clock: Clock, handler: Option<HandlerKind>) -> Vec<(World, Clock)> {
        let trail = self.trails.len();
        self.trails.push(Trails { handler, ..Trails::default() });
        let mut frontier = Frontier { trail, queue: VecDeque::new(), returned: Vec::new() };
        for world in worlds {
            let state = State { step: entry, world: *world, rounds: Rounds::default() };
            self.push(&mut frontier, state, clock, None);
        }
        while let Some(state) = frontier.queue.pop_front() {
            let Some(clock) = self.trails.get(trail).and_then(|trails| trails.seen.get(&state)).map(|seen| seen.clock) else {
                continue;
            };
            self.reached.insert(state.step);
            self.meanwhile(&mut frontier, state, clock);
            self.step(&mut frontier, state, clock);
        }
        frontier.returned
    }

    /// A state that is new, or of which something turns out to be shorter ago, is looked at once more.
    fn push(&mut self, frontier: &mut Frontier, state: State, clock: Clock, before: Option<(State, Way)>) {
        let Some(trails) = self.trails.get_mut(frontier.trail) else { return };
        match trails.seen.entry(state) {
            Entry::Vacant(place) => {
                place.insert(Seen { before, clock });
                frontier.queue.push_back(state);
            }
            Entry::Occupied(mut known) => {
                let joined = known.get().clock.join(clock);
                if joined != known.get().clock {
                    known.get_mut().clock = joined;
                    frontier.queue.push_back(state);
                }
            }
        }
    }

    pub(super) fn on(&mut self, frontier: &mut Frontier, from: State, to: State, clock: Clock, way: Way) {
        self.push(frontier, to, clock, Some((from, way)));
    }

    pub(super) fn tell(&mut self, frontier: &Frontier, code: Code, state: State, clock: Clock) {
        self.tell_at(frontier.trail, code, state, clock);
    }

    fn tell_at(&mut self, trail: usize, code: Code, state: State, clock: Clock) {
        if self.told.insert((state.step, code)) {
            self.found.push(Found { code, state, trail, clock });
        }
    }

    pub(super) fn give_back(&mut self, frontier: &mut Frontier, world: World, clock: Clock) {
        match frontier.returned.iter_mut().find(|(known, _)| *known == world) {
            Some((_, known)) => *known = known.join(clock),
            None => frontier.returned.push((world, clock)),
        }
    }

    /// An invitation to somebody connected makes no call (LANGUAGE.md §11): it is a fault where it never can make one.
    fn tell_accepted(&mut self) {
        let never: Vec<_> = self.accepted.iter().filter(|(step, _)| !self.invites.contains(step)).map(|(_, at)| *at).collect();
        for (state, trail) in never {
            self.tell_at(trail, Code::AlreadyInvited, state, Clock::default());
        }
    }

    /// What may happen while somebody stays in a step: an acceptance, and whatever a handler listens for.
    fn meanwhile(&mut self, frontier: &mut Frontier, state: State, clock: Clock) {
        let world = state.world;
        let Some(action) = self.campaign.steps.get(state.step.0 as usize).map(|step| &step.action) else { return };
        let arms = if let Action::Race { arms, .. } = action { arms.as_slice() } else { &[] };
        let stays = self.stays(action, state);
        if stays && world.standing == Standing::Pending && !takes_all(arms, &Trigger::Accepted) {
            let rounds = self.observe(state.rounds, &Trigger::Accepted);
            self.on(frontier, state, State { world: world.accepted(), rounds, ..state }, clock, Way::Accepted);
        }
        let is_over = matches!(action, Action::Stop { .. });
        let is_in_handler = self.trails.get(frontier.trail).is_some_and(|trails| trails.handler.is_some());
        if is_in_handler || !(is_over || stays || calls(action)) {
            return;
        }
        for Entered { kind, entry, world } in self.handlers(world, arms) {
            let is_reply = matches!(kind, HandlerKind::Reply);
            let rounds = if is_reply { self.observe(state.rounds, &Trigger::Replied) } else { state.rounds };
            let back = match entry {
                Some(entry) => self.enter(kind, entry, world, clock),
                // `on reply ignore`: the author has looked at it.
                None => vec![(world.read(), clock)],
            };
            for (world, after) in back.into_iter().filter(|_| !is_over) {
                let clock = returned(clock, after, is_reply);
                self.on(frontier, state, State { world, rounds, ..state }, clock, Way::Handler);
            }
        }
        self.send_failed(frontier, state, clock, action);
    }

    /// A call that fails for good runs its handler; the path goes on behind the call, which was not made.
    fn send_failed(&mut self, frontier: &mut Frontier, state: State, clock: Clock, action: &Action) {
        let fails = matches!(action, Action::Invite { .. } | Action::Send { .. } | Action::Inmail { .. } | Action::Group { .. });
        let (Some(entry), Some(next)) = (self.campaign.handlers.on_send_failed, action.targets().first().copied()) else {
            return;
        };
        if !fails {
            return;
        }
        for (world, after) in self.enter(HandlerKind::SendFailed, entry, state.world.read(), clock) {
            let clock = returned(clock, after, false);
            self.on(frontier, state, State { step: next, world, ..state }, clock, Way::Handler);
        }
    }

    /// The handlers that may run in that world.
    fn handlers(&self, world: World, arms: &[Transition]) -> Vec<Entered> {
        let handlers = &self.campaign.handlers;
        let mut found = Vec::new();
        for replied in world.replied(self.campaign.channel == Channel::Linkedin) {
            let is_taken = takes_all(arms, &Trigger::Replied);
            if !is_taken && (handlers.on_reply.is_some() || handlers.reply_ignored) {
                let entry = handlers.on_reply.filter(|_| !handlers.reply_ignored);
                found.push(Entered { kind: HandlerKind::Reply, entry, world: replied });
            }
            let entry = handlers.on_opt_out.filter(|_| !handlers.reply_takes_opt_out);
            found.extend(entry.map(|entry| Entered { kind: HandlerKind::OptOut, entry: Some(entry), world: replied.read() }));
        }
        let others = [(HandlerKind::Takeover, handlers.on_takeover), (HandlerKind::AccountLost, handlers.on_account_lost)];
        for (kind, entry) in others.into_iter().filter(|(_, entry)| entry.is_some()) {
            found.push(Entered { kind, entry, world: world.read() });
        }
        for (name, guard, entry) in &handlers.on_events {
            if guard.as_ref().is_none_or(|guard| answers(guard, world).yes) {
                let world = guard.as_ref().map_or(world, |guard| world.knowing(guard, true)).read();
                let kind = HandlerKind::Event(Spanned::new(name.clone(), Span::default()));
                found.push(Entered { kind, entry: Some(*entry), world });
            }
        }
        found
    }

    /// The worlds in which a handler returns that was entered in this one. What it does is its own haste, but a
    /// withdrawal before it counts.
    fn enter(&mut self, kind: HandlerKind, entry: StepId, world: World, clock: Clock) -> Vec<(World, Clock)> {
        let mut entered = clock.answered();
        if let Some(known) = self.returns.get(&(entry, world)) {
            let joined = known.entered.join(entered);
            if joined == known.entered {
                return known.returned.clone();
            }
            entered = joined;
        }
        let trail = self.trails.len();
        let mut returned = self.explore(entry, &[world], entered, Some(kind));
        for (_, clock) in &mut returned {
            clock.withdrawn = clock.withdrawn.filter(|ago| self.is_in(trail, ago.step));
        }
        self.returns.insert((entry, world), Visited { entered, returned: returned.clone() });
        returned
    }

    fn is_in(&self, trail: usize, step: StepId) -> bool {
        self.trails.get(trail).is_some_and(|trails| trails.seen.keys().any(|state| state.step == step))
    }

    /// The loops around, after something that they may wait for.
    pub(super) fn observe(&self, rounds: Rounds, happened: &Trigger) -> Rounds {
        let waits_for = |step: StepId| match self.campaign.steps.get(step.0 as usize).map(|step| &step.action) {
            Some(Action::Repeat { until, .. }) => until.clone(),
            Some(_) | None => None,
        };
        rounds.observed(&waits_for, happened)
    }
}

/// The path's clock after a handler returned: its own timers went on. What the handler took back is newer.
fn returned(path: Clock, after: Clock, is_reply: bool) -> Clock {
    let clock = if is_reply { path.answered() } else { path };
    Clock { withdrawn: after.withdrawn.or(path.withdrawn), ..clock }
}

/// Does an arm without a condition take every such event?
pub(super) fn takes_all(arms: &[Transition], trigger: &Trigger) -> bool {
    arms.iter().any(|arm| arm.guard.is_none() && arm.trigger == *trigger)
}

/// Calls wait for their turn, and an event can find somebody there.
fn calls(action: &Action) -> bool {
    matches!(
        action,
        Action::Invite { .. }
            | Action::Withdraw { .. }
            | Action::Send { .. }
            | Action::Inmail { .. }
            | Action::Group { .. }
            | Action::Engage { .. }
    )
}
