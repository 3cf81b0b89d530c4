//! The only door to the time of day, and to waiting.

use crate::model::journal::{Cause, Change, Commit, Key, Meta, MetaKey, Record};
use crate::model::time::Timestamp;
use crate::store::contract::{Store, StoreFault, commit};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Says what time it is. Everything else gets the time as an argument.
pub trait Clock: Send + Sync {
    /// Now, in the campaign's (perhaps virtual) time. Never goes backwards within a process.
    fn now(&self) -> Timestamp;

    /// How long to wait, in real time, until `at`; zero when it has passed.
    fn until(&self, at: Timestamp) -> Duration;
}

/// The wall's time, now.
#[expect(clippy::disallowed_methods, reason = "this room is the one door to the time of day")]
pub fn wall_now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[expect(clippy::disallowed_methods, reason = "this room is the one door to the time of day")]
fn tick() -> Instant {
    Instant::now()
}

/// Where virtual time began: it goes on at its pace across restarts, also while nothing runs (INTERFACE.md, `--speed`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    pub wall: Timestamp,
    pub virtual_at: Timestamp,
    /// Virtual seconds a second.
    pub speed: u32,
}

impl Anchor {
    /// Is it the wall's own time?
    pub fn is_real(&self) -> bool {
        self.speed == 1 && self.wall == self.virtual_at
    }

    /// Virtual time at that wall time.
    pub fn at(&self, wall: Timestamp) -> Timestamp {
        let elapsed_ms = wall.since_ms(self.wall).max(0);
        self.virtual_at.plus_ms(elapsed_ms.saturating_mul(i64::from(self.speed)))
    }

    /// The anchor the store keeps, at that pace from now on. Written when it is new or the pace changes.
    pub fn of_store(store: &dyn Store, speed: u32) -> Result<Self, StoreFault> {
        let wall = wall_now();
        let known = match store.get(&Key::Meta(MetaKey::Anchor))? {
            Some(Record::Meta(Meta::Anchor { wall, virtual_at, speed })) => Some(Self { wall, virtual_at, speed }),
            _ => None,
        };
        let anchor = match known {
            Some(known) if known.speed == speed => return Ok(known),
            Some(known) => Self { wall, virtual_at: known.at(wall), speed },
            None => Self { wall, virtual_at: wall, speed },
        };
        let meta = Meta::Anchor { wall: anchor.wall, virtual_at: anchor.virtual_at, speed };
        let changes = vec![Change::Put(Record::Meta(meta))];
        commit(
            store,
            vec![Commit { at: wall, cause: Cause::Command { word: "anchor".to_owned() }, changes, entries: Vec::new() }],
        )?;
        Ok(anchor)
    }

    /// The anchor the store keeps; none: nothing ever ran on it.
    pub fn known(store: &dyn Store) -> Result<Option<Self>, StoreFault> {
        Ok(match store.get(&Key::Meta(MetaKey::Anchor))? {
            Some(Record::Meta(Meta::Anchor { wall, virtual_at, speed })) => Some(Self { wall, virtual_at, speed }),
            _ => None,
        })
    }
}

/// Drift between the wall and the monotonic clock that is taken for a set clock, not for noise.
const JUMP_MS: i64 = 2_000;

/// Durations by the monotonic clock, dates by the wall clock; `speed` virtual seconds a second from an anchor.
pub struct ScaledClock {
    speed: u32,
    base: Mutex<(Instant, Timestamp)>,
    latest: AtomicI64,
}

impl ScaledClock {
    /// The wall's own pace.
    pub fn real() -> Self {
        let now = wall_now();
        Self::starting(now, 1)
    }

    /// At the anchor's pace, going on from it.
    pub fn since(anchor: Anchor) -> Self {
        Self::starting(anchor.at(wall_now()), anchor.speed.max(1))
    }

    fn starting(at: Timestamp, speed: u32) -> Self {
        Self { speed, base: Mutex::new((tick(), at)), latest: AtomicI64::new(at.0) }
    }

    /// Virtual seconds a second.
    pub fn speed(&self) -> u32 {
        self.speed
    }

    fn reading(&self) -> Timestamp {
        let mut base = self.base.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (since, at) = *base;
        let elapsed_us = i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX);
        let now = at.plus_ms(elapsed_us.saturating_mul(i64::from(self.speed)) / 1_000);
        if self.speed == 1 {
            let wall = wall_now();
            if wall.since_ms(now).abs() > JUMP_MS {
                // The clock was set, or the machine slept: dates follow the wall from here on.
                *base = (tick(), wall);
                return wall;
            }
        }
        now
    }
}

impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        let now = self.reading();
        Timestamp(self.latest.fetch_max(now.0, Ordering::Relaxed).max(now.0))
    }

    fn until(&self, at: Timestamp) -> Duration {
        let ms = at.since_ms(self.now()).max(0);
        Duration::from_micros(u64::try_from(ms).unwrap_or(0).saturating_mul(1_000) / u64::from(self.speed))
    }
}

/// A clock that is set by hand: for the simulator and for tests.
#[derive(Debug, Default)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// Showing that time.
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves on to that time; never back.
    pub fn set(&self, now: Timestamp) {
        self.0.fetch_max(now.0, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    fn until(&self, _: Timestamp) -> Duration {
        Duration::ZERO
    }
}

/// A clock that goes with another one but may be set ahead of it or behind: our own, beside the far side's. As every
/// clock here it never goes back: set back, it stands until the other has caught up.
pub struct SkewedClock {
    other: std::sync::Arc<dyn Clock>,
    ahead_ms: AtomicI64,
    latest: AtomicI64,
}

impl SkewedClock {
    /// Beside that clock, showing the same.
    pub fn beside(other: std::sync::Arc<dyn Clock>) -> Self {
        Self { other, ahead_ms: AtomicI64::new(0), latest: AtomicI64::new(i64::MIN) }
    }

    /// Sets it so far ahead of the other, or behind it.
    pub fn set_ahead(&self, ms: i64) {
        self.ahead_ms.store(ms, Ordering::Relaxed);
    }

    /// How far it was set ahead of the other.
    pub fn ahead_ms(&self) -> i64 {
        self.ahead_ms.load(Ordering::Relaxed)
    }

    /// What the other one shows.
    pub fn others(&self) -> Timestamp {
        self.other.now()
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        let now = self.other.now().plus_ms(self.ahead_ms());
        Timestamp(self.latest.fetch_max(now.0, Ordering::Relaxed).max(now.0))
    }

    fn until(&self, at: Timestamp) -> Duration {
        self.other.until(at.plus_ms(-self.ahead_ms()))
    }
}
