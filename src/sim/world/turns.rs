//! Time in a town: rounds until nothing moves, then on to the next moment at which something will.

use crate::model::id::draw;
use crate::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use crate::runtime::clock::Clock;
use crate::runtime::inlet::Accepted;
use crate::sim::world::Heard;
use crate::sim::world::Town;
use crate::sim::world::fault::TownFault;
use std::task::{Context, Poll, Waker};

/// Rounds at one moment before the town is taken for restless.
const ROUNDS_MAX: usize = 100_000;
/// Rounds in which nothing moves though something is due at once.
const STILL_MAX: usize = 200;

impl Town {
    /// Takes turns until something must wait; says until when.
    ///
    /// # Errors
    /// The store fails, or the turns go round without end: a bug of ours.
    pub fn settle_down(&mut self) -> Result<Timestamp, TownFault> {
        let mut still = 0;
        for _ in 0..ROUNDS_MAX {
            let (moved, next) = self.round()?;
            if !moved && next > self.own_clock.now() {
                return Ok(next);
            }
            still = if moved { 0 } else { still + 1 };
            if still >= STILL_MAX {
                break;
            }
        }
        Err(TownFault::Restless { at: self.now() })
    }

    /// One round: webhooks in, messages in, a turn, errands out. Says whether anything moved, and when the next turn is.
    ///
    /// # Errors
    /// As [`Town::settle_down`].
    pub fn round(&mut self) -> Result<(bool, Timestamp), TownFault> {
        let mut moved = self.deliver()?;
        let now = self.own_clock.now();
        let house = self.house_mut()?;
        while let Some(message) = house.next_message()? {
            house.partition.take(message)?;
            moved = true;
        }
        let next = match house.partition.turn(now) {
            Err(fault) if fault.is_transient() => now.plus_ms(MINUTE_MS),
            turned => turned?,
        };
        for mut errand in house.take_errands() {
            moved = true;
            self.sent_off += 1;
            if self.loses > 0 && draw(&[b"lost", &self.sent_off.to_le_bytes()]).is_multiple_of(self.loses) {
                continue;
            }
            match errand.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(()) => {}
                Poll::Pending => return Err(TownFault::Unanswered { at: now }),
            }
        }
        // A call whose intent is being made durable starts now, not when time has moved on.
        moved |= !self.house_mut()?.partition.is_at_rest();
        Ok((moved, next))
    }

    /// Lets time pass until the next moment at which something happens, but not beyond `end`.
    ///
    /// # Errors
    /// As [`Town::settle_down`].
    pub fn step(&mut self, end: Timestamp) -> Result<(), TownFault> {
        let next = self.settle_down()?;
        self.go_on(next, end);
        Ok(())
    }

    /// Moves the clock on to `next` of the engine's own clock, or to what the world has planned before that, but not beyond
    /// `end`.
    pub fn go_on(&mut self, next: Timestamp, end: Timestamp) {
        let next = next.plus_ms(-self.own_clock.ahead_ms());
        let again = self.unheard.front().map(|(at, _)| *at);
        let next = self.world.next_at().into_iter().chain(again).chain([next, end]).min().unwrap_or(end);
        self.clock.set(next.max(self.now().plus_ms(1)));
    }

    /// Lets so many days pass, or less when everybody has ended.
    ///
    /// # Errors
    /// As [`Town::settle_down`].
    pub fn live(&mut self, days: i64) -> Result<(), TownFault> {
        let end = self.now().plus_ms(days * DAY_MS);
        while self.now() < end {
            let next = self.settle_down()?;
            if self.is_idle() {
                return Ok(());
            }
            self.go_on(next, end);
        }
        self.settle_down()?;
        Ok(())
    }

    /// Hands a webhook over that no event of the world caused: a stray one, or one that comes again. Says what became of it.
    ///
    /// # Errors
    /// The store never answers.
    pub fn tell(&mut self, body: &[u8]) -> Result<Accepted, TownFault> {
        let performed = self.world.performed();
        let accepted = self.house_mut()?.hear(body)?;
        if let Some(heard) = &mut self.hearing {
            heard.push(Heard { body: body.to_vec(), accepted: accepted.clone(), performed });
        }
        Ok(accepted)
    }

    /// Hands webhooks over as many senders do at once, and says what became of each. `hearing` does not hear of them.
    ///
    /// # Errors
    /// The store never answers.
    pub fn tell_all(&mut self, bodies: &[Vec<u8>]) -> Result<Vec<Accepted>, TownFault> {
        self.house_mut()?.hear_all(bodies)
    }

    fn deliver(&mut self) -> Result<bool, TownFault> {
        let now = self.now();
        let late = self.unheard.iter().position(|(at, _)| *at > now).unwrap_or(self.unheard.len());
        let again: Vec<Vec<u8>> = self.unheard.drain(..late).map(|(_, body)| body).collect();
        let bodies: Vec<Vec<u8>> =
            again.into_iter().chain(self.world.deliveries().into_iter().map(|delivery| delivery.body)).collect();
        for body in &bodies {
            match self.tell(body)? {
                Accepted::Durable | Accepted::Duplicate => {}
                // As postpress does with whatever is not answered 200.
                Accepted::Full | Accepted::Failed(_) => self.unheard.push_back((now.plus_ms(MINUTE_MS), body.clone())),
                Accepted::Unreadable(because) => return Err(TownFault::Unheard { because }),
            }
        }
        Ok(!bodies.is_empty())
    }
}
