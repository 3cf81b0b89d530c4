//! What is asked of a look ahead.

use crate::sim::forecast::change::{MoreAccounts, OtherLimit};
use std::path::PathBuf;

/// Flags of `engine simulate` (INTERFACE.md §1).
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SimulateOptions {
    /// Campaign files or folders
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// How far to look: 60d, 12w, or a date (default: until everybody has ended, a year at most)
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// When it begins: a date or a time (default: now)
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// The first seed of all chance
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many seeds to play (default: 15, fewer for long lists)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub seeds: Option<u16>,
    /// Who lives there and how they behave (CSV or JSON, as `engine sandbox --people`); without it people are drawn by the seed
    #[arg(long, value_name = "FILE")]
    pub people: Option<PathBuf>,
    /// One person's way in full
    #[arg(long, value_name = "CONTACT")]
    pub contact: Option<String>,
    /// What if there were more accounts: +2, or +1:whatsapp
    #[arg(long, value_name = "+N", allow_hyphen_values = true)]
    pub accounts: Vec<MoreAccounts>,
    /// What if a limit were another: invites=30, invites=150/week, pending=400, start=60, start=none
    #[arg(long, value_name = "LIMIT=N")]
    pub limit: Vec<OtherLimit>,
    /// How old the accounts are, for `ramp up` (default: new)
    #[arg(long, value_name = "TIME")]
    pub account_age: Option<String>,
    /// Write the picture as SVG
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write the picture as a page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}
