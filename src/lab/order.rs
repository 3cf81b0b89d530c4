//! What a check is asked to do.

use clap::ValueEnum;
use std::path::PathBuf;

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// As much as every change has to pass: minutes.
    Pr,
    /// As much as a release has to pass: hours.
    Long,
}

impl Tier {
    /// The first for a change, the second for a release.
    pub const fn of<T: Copy>(self, pr: T, long: T) -> T {
        match self {
            Self::Pr => pr,
            Self::Long => long,
        }
    }

    /// As it is typed.
    pub const fn word(self) -> &'static str {
        self.of("pr", "long")
    }
}

/// What a check is asked to do.
#[derive(Debug, Clone)]
pub struct Order {
    pub tier: Tier,
    /// What all chance of the check comes of.
    pub seed: u64,
    /// Another number of runs than the tier's; what is tried to find a fault's cause need not reach the minimums.
    pub runs: Option<u64>,
    /// Whether it may stop at the first fault: a bug was planted, and is to be caught.
    pub stops_first: bool,
    /// Whether what it finds is to be written down as what it has to find from now on.
    pub records: bool,
    /// A folder of its own for what it leaves behind; empty at the start.
    pub folder: PathBuf,
}

impl Order {
    /// The number of runs: as asked for, or the tier's.
    pub fn runs(&self, pr: u64, long: u64) -> u64 {
        self.runs.unwrap_or(self.tier.of(pr, long))
    }
}
