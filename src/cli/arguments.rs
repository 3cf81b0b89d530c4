//! The command line (INTERFACE.md §1): one definition makes the parser, the help, the completions and the pages.

use crate::cli::accounts::AccountsOptions;
use crate::cli::doctor::DoctorOptions;
use crate::cli::sandbox::SandboxOptions;
use crate::cli::webhooks::WebhooksOptions;
use crate::lang::source::Notation;
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
    /// Make a workspace that runs at once in the sandbox
    Init(Init),
    /// Say everything that is wrong with campaigns
    Check(Check),
    /// Lay campaigns out, or write them in the other notation
    Fmt(Fmt),
    /// Draw campaigns
    Graph(Graph),
    /// Say what a diagnostic means
    Explain(Explain),
    /// Print a JSON Schema
    Schema(Schema),
    /// Run campaigns
    Run(Run),
    /// Show how the accounts are, and what they may still do
    Accounts(AccountsOptions),
    /// Register this engine at postpress for replies and acceptances
    Webhooks(WebhooksOptions),
    /// Look for whatever stands in the way, each with its fix
    Doctor(DoctorOptions),
    /// Say how campaigns and their contacts stand
    Status(Status),
    /// Say where somebody is, why nothing happens now, and when it will
    Why(Why),
    /// Say what happened to somebody
    Timeline(Timeline),
    /// People in, people out, never again
    #[command(subcommand)]
    Contacts(Contacts),
    /// Hold a campaign, a contact or everything
    Pause(Target),
    /// Let it go on
    Resume(Target),
    /// End a campaign's contacts, or one
    Stop(Target),
    /// Say what became of a parked send
    Resolve(Resolve),
    /// Tell of an event of your own
    Event(Event),
    /// Serve a pretend postpress with pretend people
    Sandbox(SandboxOptions),
    /// Print completions for a shell
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
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

/// `engine init`
#[derive(Debug, Args)]
pub struct Init {
    /// Where (default: here)
    #[arg(value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// From which template: hello
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// The campaign in YAML
    #[arg(long)]
    pub yaml: bool,
}

/// `engine check`
#[derive(Debug, Args)]
pub struct Check {
    /// Campaign files or folders
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// Refuse warnings too
    #[arg(long)]
    pub strict: bool,
    /// In which form
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: CheckFormat,
}

/// `--format` of `check`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Human,
    /// One object a line
    Json,
    Sarif,
    /// Workflow commands
    Github,
}

/// `engine fmt`
#[derive(Debug, Args)]
pub struct Fmt {
    /// Campaign files or folders; `-` is stdin to stdout
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// Only say which files would change (exit 1 if any)
    #[arg(long)]
    pub check: bool,
    /// Write the other notation and remove the old file
    #[arg(long, value_name = "NOTATION")]
    pub to: Option<NotationWord>,
    /// What stdin is written in (default: by its look)
    #[arg(long, value_name = "NOTATION", hide = true)]
    pub from: Option<NotationWord>,
}

/// A notation, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NotationWord {
    Camp,
    Yaml,
}

impl From<NotationWord> for Notation {
    fn from(word: NotationWord) -> Self {
        match word {
            NotationWord::Camp => Self::Camp,
            NotationWord::Yaml => Self::Yaml,
        }
    }
}

/// `engine graph`
#[derive(Debug, Args)]
pub struct Graph {
    /// Campaign files or folders
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// Only this campaign
    #[arg(long, value_name = "NAME")]
    pub campaign: Option<String>,
    /// In which form
    #[arg(long, value_name = "FORM", default_value = "mermaid")]
    pub format: GraphFormat,
}

/// `--format` of `graph`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    Mermaid,
    Dot,
    Json,
}

/// `engine explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The code of a diagnostic, as `not-a-relation`
    #[arg(value_name = "CODE", required_unless_present = "list", default_value = "")]
    pub code: String,
    /// List all codes
    #[arg(long)]
    pub list: bool,
}

/// `engine schema`
#[derive(Debug, Args)]
pub struct Schema {
    /// Of what
    #[arg(value_name = "NAME")]
    pub name: SchemaName,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// The YAML notation
    Yaml,
}

/// `engine status`
#[derive(Debug, Args)]
pub struct Status {
    /// Only this campaign
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Everybody, a line each
    #[arg(long)]
    pub contacts: bool,
    /// Only those: `parked`, `outcome is replied and company contains "Labs"`
    #[arg(long = "where", value_name = "EXPR")]
    pub filter: Option<String>,
}

/// `engine why`
#[derive(Debug, Args)]
pub struct Why {
    /// Their identifier, name, or a part of either
    #[arg(value_name = "CONTACT")]
    pub contact: String,
    /// Only in this campaign
    #[arg(long, value_name = "NAME")]
    pub campaign: Option<String>,
}

/// `engine timeline`
#[derive(Debug, Args)]
pub struct Timeline {
    /// Their identifier, name, or a part of either
    #[arg(value_name = "CONTACT")]
    pub contact: String,
    /// Only in this campaign
    #[arg(long, value_name = "NAME")]
    pub campaign: Option<String>,
    /// Texts whole
    #[arg(long)]
    pub full: bool,
}

/// `engine contacts`
#[derive(Debug, Subcommand)]
pub enum Contacts {
    /// Let the people of a list enter a campaign
    Import(Import),
    /// Everybody with fields and state, as CSV
    Export {
        /// Only this campaign
        #[arg(long, value_name = "NAME")]
        campaign: Option<String>,
    },
    /// Never contact somebody again, in any campaign
    Suppress {
        /// Their identifier, name, or a part of either
        #[arg(value_name = "CONTACT")]
        contact: String,
    },
}

/// `engine contacts import`
#[derive(Debug, Args)]
pub struct Import {
    /// A list (CSV)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Into which campaign
    #[arg(long, value_name = "NAME")]
    pub campaign: String,
    /// Nobody enters if a row is wrong
    #[arg(long)]
    pub strict: bool,
}

/// Whom `pause`, `resume` and `stop` mean.
#[derive(Debug, Args)]
pub struct Target {
    /// A campaign, or a contact
    #[arg(value_name = "CAMPAIGN|CONTACT", conflicts_with = "all")]
    pub name: Option<String>,
    /// Everything
    #[arg(long)]
    pub all: bool,
}

/// `engine resolve`
#[derive(Debug, Args)]
pub struct Resolve {
    /// Their identifier, name, or a part of either
    #[arg(value_name = "CONTACT")]
    pub contact: String,
    /// What became of it
    pub how: How,
}

/// What became of a parked send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum How {
    /// It was sent: go on
    Sent,
    /// It was not: send it
    Again,
    /// Go on without it
    Skip,
}

/// `engine event`
#[derive(Debug, Args)]
pub struct Event {
    /// The event's name, as in `when event "calendly.booked"`
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Their identifier, name, or a part of either
    #[arg(value_name = "CONTACT")]
    pub contact: String,
    /// What came with it
    #[arg(long, value_name = "JSON")]
    pub data: Option<String>,
}
