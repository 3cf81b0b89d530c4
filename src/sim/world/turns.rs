//! Time in a town: rounds until nothing moves, then on to the next moment at which something will.

use crate::model::id::draw;
use crate::model::time::{DAY_MS, MINUTE_MS, Timestamp};
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
            if !moved && next > self.now() {
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
        let now = self.now();
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

    /// Moves the clock on to `next`, or to what the world has planned before that, but not beyond `end`.
    pub fn go_on(&mut self, next: Timestamp, end: Timestamp) {
        let next = self.world.next_at().map_or(next, |at| at.min(next)).min(end);
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

    fn deliver(&mut self) -> Result<bool, TownFault> {
        let deliveries = self.world.deliveries();
        let house = self.house_mut()?;
        deliveries.iter().try_for_each(|delivery| house.hear(&delivery.body))?;
        Ok(!deliveries.is_empty())
    }
}
