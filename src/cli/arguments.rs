//! The command line (INTERFACE.md §1): one definition makes the parser, the help, the completions and the pages.

use crate::cli::sandbox::SandboxOptions;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Outreach campaigns as code.
///
/// A campaign is a small text file. `engine check` compiles it, `engine run` runs it, `engine why ADA` says where a contact
/// is and what they wait for.
#[derive(Debug, Parser)]
#[command(name = "engine", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

/// Flags that every verb takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Work in this directory
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = "Global")]
    pub directory: Option<PathBuf>,
    /// Where the store is (default: .engine)
    #[arg(long, value_name = "DIR", global = true, help_heading = "Global")]
    pub data: Option<PathBuf>,
    /// Settings (default: engine.toml, searched upwards)
    #[arg(long, value_name = "FILE", global = true, help_heading = "Global")]
    pub config: Option<PathBuf>,
    /// Say more
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Global")]
    pub verbose: u8,
    /// Say less
    #[arg(short, long, global = true, help_heading = "Global")]
    pub quiet: bool,
    /// Print JSON
    #[arg(long, global = true, help_heading = "Global")]
    pub json: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "Global")]
    pub color: When,
    /// Show no progress
    #[arg(long, global = true, help_heading = "Global")]
    pub no_progress: bool,
    /// How times are written
    #[arg(long, value_name = "FORM", default_value = "human", global = true, help_heading = "Global")]
    pub time: TimeForm,
    /// Ask nothing
    #[arg(long, global = true, help_heading = "Global")]
    pub no_input: bool,
}

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

/// `--time`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TimeForm {
    /// `today 14:05`, `in 3 days`
    Human,
    /// `2027-01-04T14:05:00.000Z`
    Iso,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run campaigns
    Run(Run),
    /// Serve a pretend postpress with pretend people
    Sandbox(SandboxOptions),
}

/// `engine run`
#[derive(Debug, Args)]
pub struct Run {
    /// Campaign files or folders
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// Against the built-in sandbox: no key, pretend people, time speeded up
    #[arg(long)]
    pub sandbox: bool,
    /// Virtual seconds a second; refused unless POSTPRESS_URL is on loopback (default: 1; in the sandbox 8640, a day in ten seconds)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub speed: Option<u32>,
    /// End once every contact has ended or is parked
    #[arg(long)]
    pub until_idle: bool,
    /// Where webhooks come in (default: 127.0.0.1:8080; in the sandbox any free port)
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Refuse warnings too
    #[arg(long)]
    pub strict: bool,
    /// Start without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
}
