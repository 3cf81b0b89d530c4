//! Many seeds of one forecast, side by side: the middle one is shown, the others say how sure it is.

use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::forecast::cast::Cast;
use crate::sim::forecast::drive::{Finish, run};
use crate::sim::forecast::folk::Folk;
use crate::sim::forecast::hold::Hold;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::tally::{Funnel, Tally};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// People times seeds that are played when nobody says how many seeds: some seconds of work.
const PEOPLE_PLAYED: usize = 200_000;
/// Most seeds of a small list.
const SEEDS_MAX: usize = 15;

/// One seed, played.
#[derive(Debug, Clone)]
pub struct Played {
    pub seed: u64,
    pub tally: Tally,
    pub finish: Finish,
}

/// All seeds, the soonest finished first.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub until: Timestamp,
    pub played: Vec<Played>,
}

/// How many seeds are played for so many people: fifteen for short lists, one for giant ones.
pub fn seeds_for(people: usize) -> usize {
    (PEOPLE_PLAYED / people.max(1)).clamp(1, SEEDS_MAX)
}

/// Plays `seeds` seeds from `seed` on, on so many threads. The same whatever the threads.
pub fn look_ahead(opening: &Opening, folk: &Folk, until: Timestamp, seed: u64, seeds: usize, threads: usize) -> Outlook {
    let cast = Cast::new(opening, folk);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, seeds.max(1)) {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= seeds {
                        return;
                    }
                    let played = play(&cast, until, seed.wrapping_add(nth as u64));
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(played);
                }
            });
        }
    });
    let mut played = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    played.sort_by_key(|played: &Played| (played.finish.at.unwrap_or(Timestamp(i64::MAX)), played.finish.open, played.seed));
    Outlook { until, played }
}

/// Plays one seed.
pub fn play(cast: &Cast<'_>, until: Timestamp, seed: u64) -> Played {
    let mut tally = Tally::new(cast.opening);
    let finish = run(cast, until, seed, &mut tally);
    Played { seed, tally, finish }
}

impl Outlook {
    /// The seed at that share of all, `0.5` or `0.9`: so many finish no later.
    pub fn at(&self, share: f64) -> Option<&Played> {
        let nth = (self.played.len() as f64 * share).ceil() as usize;
        self.played.get(nth.max(1) - 1)
    }

    /// The one that is shown.
    pub fn middle(&self) -> Option<&Played> {
        self.at(0.5)
    }

    /// The least and the most of a figure over all seeds.
    pub fn range(&self, campaign: usize, figure: impl Fn(&Funnel) -> u32) -> (u32, u32) {
        let figures = || self.played.iter().filter_map(|played| played.tally.funnels.get(campaign)).map(&figure);
        (figures().min().unwrap_or(0), figures().max().unwrap_or(0))
    }

    /// What holds people back in the middle seed, with its share of all contact-time held, the most first; accounts taken
    /// together.
    pub fn holds(&self) -> Vec<Held> {
        let Some(middle) = self.middle() else { return Vec::new() };
        let sorted = middle.finish.holds.sorted();
        let whole: i128 = sorted.iter().map(|(_, time)| time).sum();
        let mut held: Vec<Held> = Vec::new();
        for (hold, time) in sorted {
            match held.iter_mut().find(|known| known.like(hold)) {
                Some(known) => {
                    known.time += time;
                    known.holds.push(hold);
                }
                None => held.push(Held { holds: vec![hold], time, share: 0.0 }),
            }
        }
        held.iter_mut().for_each(|held| held.share = held.time as f64 / whole.max(1) as f64);
        held.sort_by_key(|held| std::cmp::Reverse(held.time));
        held
    }

    /// When the rest would have ended at the pace of the last four weeks; none: all have ended, or nobody did lately.
    pub fn at_this_pace(&self) -> Option<Timestamp> {
        let middle = self.middle().filter(|middle| middle.finish.open > 0)?;
        let zone = jiff::tz::TimeZone::UTC;
        let since = self.until.plus_ms(-28 * DAY_MS).in_zone(&zone).date();
        let lately: u32 = middle.tally.ended.range(since..).map(|(_, ended)| ended).sum();
        let days = (middle.finish.open as f64 / (f64::from(lately) / 28.0)).ceil();
        (lately > 0 && days < 36_500.0).then(|| self.until.plus_ms(days as i64 * DAY_MS))
    }
}

/// A limit, over all accounts it is the same for.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub holds: Vec<Hold>,
    /// Milliseconds times people.
    pub time: i128,
    pub share: f64,
}

impl Held {
    /// The one that holds the most.
    pub fn first(&self) -> Option<Hold> {
        self.holds.first().copied()
    }

    fn like(&self, other: Hold) -> bool {
        match (self.first(), other) {
            (Some(Hold::Limit { budget: a, window: x, .. }), Hold::Limit { budget: b, window: y, .. }) => (a, x) == (b, y),
            (Some(Hold::CampaignLimit { budget: a, campaign: x, .. }), Hold::CampaignLimit { budget: b, campaign: y, .. }) => {
                (a, x) == (b, y)
            }
            (Some(Hold::Provider { budget: a, .. }), Hold::Provider { budget: b, .. }) => a == b,
            (Some(Hold::Starts { campaign: x }), Hold::Starts { campaign: y }) => x == y,
            (Some(Hold::Gap { .. }), Hold::Gap { .. })
            | (Some(Hold::Ceiling { .. }), Hold::Ceiling { .. })
            | (Some(Hold::Hours), Hold::Hours) => true,
            (
                None
                | Some(
                    Hold::Limit { .. }
                    | Hold::CampaignLimit { .. }
                    | Hold::Provider { .. }
                    | Hold::Starts { .. }
                    | Hold::Gap { .. }
                    | Hold::Ceiling { .. }
                    | Hold::Hours,
                ),
                _,
            ) => false,
        }
    }
}
