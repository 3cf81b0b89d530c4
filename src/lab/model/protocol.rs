//! The never-twice protocol, as small as it can be said: two sends of one text to one person, one after the other, over
//! a network that delays, a list that lags and now and then leaves a row out, and a process that ends at any moment.
//!
//! Every order of events is walked. The engine's moves are those of `runtime/intend`, `runtime/answer` and
//! `runtime/reconcile`; each [`Variant`] leaves one precaution out.

use stateright::{Model, Property};

/// Longest time a request is under way, and a row is not in the list yet, together with the two.
const UNDER_WAY_MAX: u8 = 1;
const LAG_MAX: u8 = 1;
/// Longer than a request can be under way and a row can lag.
const SETTLE: u8 = UNDER_WAY_MAX + LAG_MAX + 1;
const APART: u8 = 1;
/// Time is walked so far.
const END: u8 = 11;
/// Crashes, and readings that leave a row out.
const CRASHES: u8 = 1;
const MISSES: u8 = 1;
/// Attempts of one send.
const ATTEMPTS: u8 = 2;

/// The protocol, or the protocol without one of its precautions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variant {
    Whole,
    /// The call starts before its intent is durable.
    CallsBeforeIntent,
    /// What nobody knows is tried again at once.
    RepeatsUnknown,
    /// An error of the far side is taken for "not sent".
    TakesErrorsForNo,
    /// The list is read at once.
    ReadsAtOnce,
    /// Absent in one reading is absent.
    ReadsOnce,
    /// Only the list's first row is read.
    ReadsFirstPage,
    /// What is found is not claimed.
    ClaimsNothing,
    /// A reply is looked for when the intent is made, and not again before the call.
    ChecksOnlyEarly,
    /// A crash with an open intent is taken for a call that was never made.
    ForgetsOpenIntents,
}

impl Variant {
    /// Those that must be found out.
    pub const UNSAFE: [Self; 9] = [
        Self::CallsBeforeIntent,
        Self::RepeatsUnknown,
        Self::TakesErrorsForNo,
        Self::ReadsAtOnce,
        Self::ReadsOnce,
        Self::ReadsFirstPage,
        Self::ClaimsNothing,
        Self::ChecksOnlyEarly,
        Self::ForgetsOpenIntents,
    ];
}

/// What is durable of one send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sending {
    Due,
    Intent,
    Unknown {
        since: u8,
        absent_at: Option<u8>,
    },
    /// With the number of the effect it claims.
    Sent {
        effect: u8,
    },
    /// Given up after as many attempts as are walked, or because they replied.
    Dropped,
}

/// An effect that was performed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Effect {
    send: u8,
    shown_at: u8,
    is_claimed: bool,
    is_echoed: bool,
}

/// A request under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request {
    send: u8,
    since: u8,
}

/// The whole world.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    now: u8,
    sends: [Sending; 2],
    attempts: [u8; 2],
    effects: Vec<Effect>,
    requests: Vec<Request>,
    /// The engine runs, and this call of it is not answered yet.
    calling: Option<u8>,
    /// An intent was made whose call has not started, in this life of the process.
    ready: Option<u8>,
    /// Only in memory: what a crash takes away, where the intent is not made durable first.
    is_intent_durable: bool,
    crashes: u8,
    misses: u8,
    has_replied: bool,
    called_after_reply: bool,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    Intend(u8),
    Call,
    /// The far side performs the request; its row shows so much later.
    Perform {
        request: usize,
        lag: u8,
        answer: Said,
    },
    /// The far side refuses or loses it.
    Refuse {
        request: usize,
        answer: Said,
    },
    GiveUpWaiting,
    Echo {
        effect: usize,
    },
    Read {
        send: u8,
        misses: bool,
    },
    Reply,
    Crash,
    Tick,
}

/// How the caller hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Said {
    Definite,
    Error,
    Nothing,
}

/// The protocol, to be walked.
pub struct Protocol(pub Variant);

impl Protocol {
    fn is(&self, variant: Variant) -> bool {
        self.0 == variant
    }

    /// A send nobody knows the end of.
    fn doubt(&self, world: &mut World, send: u8, is_error: bool) {
        let since = world.now;
        let unknown = Sending::Unknown { since, absent_at: None };
        let repeats = self.is(Variant::RepeatsUnknown) || (is_error && self.is(Variant::TakesErrorsForNo));
        set(world, send, if repeats { Sending::Due } else { unknown });
    }

    fn answered(&self, world: &mut World, send: u8, said: Said, effect: Option<u8>) {
        if world.calling != Some(send) {
            return;
        }
        match (said, effect) {
            (Said::Nothing, _) => {}
            // An echo may have settled it before.
            (Said::Error | Said::Definite, _) if !is_open(world, send) => world.calling = None,
            (said, effect) => {
                world.calling = None;
                match (said, effect) {
                    (Said::Definite, Some(effect)) => self.claim(world, send, effect),
                    (Said::Definite, None) => again(world, send),
                    (Said::Error | Said::Nothing, _) => self.doubt(world, send, true),
                }
            }
        }
    }

    fn claim(&self, world: &mut World, send: u8, effect: u8) {
        set(world, send, Sending::Sent { effect });
        if !self.is(Variant::ClaimsNothing)
            && let Some(found) = world.effects.get_mut(usize::from(effect))
        {
            found.is_claimed = true;
        }
    }

    /// What a reading shows of the text: the first effect that is shown and not claimed.
    fn found(&self, world: &World, misses: bool) -> Option<u8> {
        let rows = if self.is(Variant::ReadsFirstPage) { 1 } else { usize::MAX };
        let shown = world.effects.iter().zip(0_u8..).filter(|(effect, _)| effect.shown_at <= world.now);
        let unclaimed = shown.take(rows).find(|(effect, _)| !effect.is_claimed);
        unclaimed.map(|(_, number)| number).filter(|_| !misses)
    }

    fn read(&self, world: &mut World, send: u8, misses: bool) {
        let Some(Sending::Unknown { since, absent_at }) = world.sends.get(usize::from(send)).copied() else { return };
        world.misses += u8::from(misses);
        if let Some(effect) = self.found(world, misses) {
            return self.claim(world, send, effect);
        }
        if absent_at.is_some() || self.is(Variant::ReadsOnce) {
            return again(world, send);
        }
        set(world, send, Sending::Unknown { since, absent_at: Some(world.now) });
    }

    fn may_read(&self, world: &World, send: u8) -> bool {
        let Some(Sending::Unknown { since, absent_at }) = world.sends.get(usize::from(send)) else { return false };
        let settled = self.is(Variant::ReadsAtOnce) || world.now >= since + SETTLE;
        settled && absent_at.is_none_or(|first| world.now >= first + APART) && world.calling.is_none()
    }

    fn restart(&self, world: &mut World) {
        world.crashes += 1;
        (world.calling, world.ready) = (None, None);
        for send in 0..2_u8 {
            if matches!(world.sends.get(usize::from(send)), Some(Sending::Intent)) {
                let is_forgotten = self.is(Variant::CallsBeforeIntent) && !world.is_intent_durable;
                if is_forgotten || self.is(Variant::ForgetsOpenIntents) {
                    set(world, send, Sending::Due);
                } else {
                    self.doubt(world, send, false);
                }
            }
        }
    }
}

fn set(world: &mut World, send: u8, to: Sending) {
    if let Some(held) = world.sends.get_mut(usize::from(send)) {
        *held = to;
    }
}

/// Not settled yet.
fn is_open(world: &World, send: u8) -> bool {
    matches!(world.sends.get(usize::from(send)), Some(Sending::Intent | Sending::Unknown { .. }))
}

/// Definitely not performed: it may be tried again.
fn again(world: &mut World, send: u8) {
    let is_last = world.attempts.get(usize::from(send)).is_some_and(|attempts| *attempts >= ATTEMPTS);
    set(world, send, if is_last { Sending::Dropped } else { Sending::Due });
}

impl Model for Protocol {
    type State = World;
    type Action = Move;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            now: 0,
            sends: [Sending::Due; 2],
            attempts: [0; 2],
            effects: Vec::new(),
            requests: Vec::new(),
            calling: None,
            ready: None,
            is_intent_durable: false,
            crashes: 0,
            misses: 0,
            has_replied: false,
            called_after_reply: false,
        }]
    }

    fn actions(&self, world: &World, moves: &mut Vec<Move>) {
        let is_done = |send: usize| matches!(world.sends.get(send), Some(Sending::Sent { .. }));
        for send in 0..2_u8 {
            let is_due = matches!(world.sends.get(usize::from(send)), Some(Sending::Due));
            let is_turn = send == 0 || is_done(0);
            let attempts = world.attempts.get(usize::from(send)).copied().unwrap_or(0);
            if is_due && is_turn && !world.has_replied && world.ready.is_none() && world.calling.is_none() && attempts < 4 {
                moves.push(Move::Intend(send));
            }
            if self.may_read(world, send) {
                moves.push(Move::Read { send, misses: false });
                if world.misses < MISSES {
                    moves.push(Move::Read { send, misses: true });
                }
            }
        }
        if world.ready.is_some() {
            moves.push(Move::Call);
        }
        for request in 0..world.requests.len() {
            for answer in [Said::Definite, Said::Error, Said::Nothing] {
                moves.extend((0..=LAG_MAX).map(|lag| Move::Perform { request, lag, answer }));
                moves.push(Move::Refuse { request, answer });
            }
        }
        if world.calling.is_some() {
            moves.push(Move::GiveUpWaiting);
        }
        for (effect, nth) in world.effects.iter().zip(0..) {
            if !effect.is_echoed {
                moves.push(Move::Echo { effect: nth });
            }
        }
        if !world.has_replied {
            moves.push(Move::Reply);
        }
        if world.crashes < CRASHES {
            moves.push(Move::Crash);
        }
        let is_overdue = world.requests.iter().any(|request| world.now >= request.since + UNDER_WAY_MAX);
        if world.now < END && !is_overdue {
            moves.push(Move::Tick);
        }
    }

    fn next_state(&self, last: &World, action: Move) -> Option<World> {
        let mut world = last.clone();
        match action {
            Move::Intend(send) => {
                set(&mut world, send, Sending::Intent);
                if let Some(attempts) = world.attempts.get_mut(usize::from(send)) {
                    *attempts += 1;
                }
                world.ready = Some(send);
                world.is_intent_durable = !self.is(Variant::CallsBeforeIntent);
            }
            Move::Call => {
                let send = world.ready.take()?;
                if world.has_replied && !self.is(Variant::ChecksOnlyEarly) {
                    // The last look: something else came first, and nothing has left yet.
                    set(&mut world, send, Sending::Dropped);
                } else {
                    world.called_after_reply |= world.has_replied;
                    world.calling = Some(send);
                    world.requests.push(Request { send, since: world.now });
                }
            }
            Move::Perform { request, lag, answer } => {
                let Request { send, .. } = world.requests.remove(request);
                let shown_at = world.now + lag;
                world.effects.push(Effect { send, shown_at, is_claimed: false, is_echoed: false });
                let effect = u8::try_from(world.effects.len() - 1).ok();
                self.answered(&mut world, send, answer, effect);
            }
            Move::Refuse { request, answer } => {
                let Request { send, .. } = world.requests.remove(request);
                self.answered(&mut world, send, answer, None);
            }
            Move::GiveUpWaiting => {
                let send = world.calling.take()?;
                if is_open(&world, send) {
                    self.doubt(&mut world, send, false);
                }
            }
            Move::Echo { effect } => {
                let found = world.effects.get_mut(effect)?;
                found.is_echoed = true;
                if !found.is_claimed
                    && let Some(send) = (0..2_u8).find(|send| is_open(&world, *send) && world.ready != Some(*send))
                {
                    self.claim(&mut world, send, u8::try_from(effect).ok()?);
                }
            }
            Move::Read { send, misses } => self.read(&mut world, send, misses),
            Move::Reply => world.has_replied = true,
            Move::Crash => self.restart(&mut world),
            Move::Tick => world.now += 1,
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("never twice", |_, world| {
                (0..2).all(|send| world.effects.iter().filter(|effect| effect.send == send).count() <= 1)
            }),
            Property::<Self>::always("claimed once, and never what nobody performed", |_, world| {
                let claims = world.sends.iter().filter_map(|sending| match sending {
                    Sending::Sent { effect } => Some(*effect),
                    Sending::Due | Sending::Intent | Sending::Unknown { .. } | Sending::Dropped => None,
                });
                let claims: Vec<u8> = claims.collect();
                claims.iter().all(|claim| usize::from(*claim) < world.effects.len())
                    && !(claims.len() == 2 && claims.first() == claims.get(1))
            }),
            Property::<Self>::always("stop means stop", |_, world| !world.called_after_reply),
            Property::<Self>::sometimes("both are sent", |_, world| {
                world.sends.iter().all(|sending| matches!(sending, Sending::Sent { .. }))
            }),
            Property::<Self>::sometimes("an unknown call is found", |_, world| {
                world.crashes > 0 && matches!(world.sends, [Sending::Sent { .. }, _])
            }),
        ]
    }
}
