//! The command line (INTERFACE.md §1): one definition makes the parser, the help, the completions and the pages.

use crate::cli::accounts::AccountsOptions;
use crate::cli::doctor::DoctorOptions;
use crate::cli::foresight::SimulateOptions;
use crate::cli::operator::{Contacts, Errors, Event, Inbox, News, Report, Resolve, Status, Target, Tasks, Timeline, Why};
use crate::cli::sandbox::SandboxOptions;
use crate::cli::store::StoreOptions;
use crate::cli::webhooks::WebhooksOptions;
use crate::lang::source::Notation;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// What is said below the list of verbs.
const FIRST_STEPS: &str = "\
First steps:
  engine init hello && cd hello     a small workspace
  engine check campaigns/           everything that is wrong with it
  engine test campaigns/            plays its tests: weeks in milliseconds
  engine run campaigns/ --sandbox   run it against pretend people, a day in ten seconds
  engine status                     how it stands; `engine why NAME` for one person";

/// Outreach campaigns as code: small text files that are checked, run, and never write to anybody twice
#[derive(Debug, Parser)]
#[command(name = "engine", version, disable_help_subcommand = true, max_term_width = 100, after_help = FIRST_STEPS)]
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
    /// How times are written: in the zone of this machine, or as ISO 8601 in UTC
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
    Human,
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
    /// Play the tests of campaigns in virtual time
    Test(Test),
    /// Draw campaigns
    Graph(Graph),
    /// Say what a diagnostic means
    Explain(Explain),
    /// Print a JSON Schema
    Schema(Schema),
    /// Say who would be written to, and what a change does to people on their way
    Plan(Plan),
    /// Look ahead: days, people and limits in virtual time, with pretend people
    Simulate(SimulateOptions),
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
    /// Show how the running engine stands, live, as the dashboard does; only where it is built in
    Top,
    /// Say whether an engine takes its turns here, for health checks (exit code 1: none does)
    Ping,
    /// Say where somebody is, why nothing happens now, and when it will
    Why(Why),
    /// Say what happened to somebody
    Timeline(Timeline),
    /// Show what people wrote, those first who wait for an answer
    Inbox(Inbox),
    /// Say what went wrong lately, by its cause, what it means and what to do
    Errors(Errors),
    /// Say what happened since: replies, acceptances, ends, what needs a person, lost accounts; from a cursor on
    News(News),
    /// Say what came of it: shares with their intervals, by campaign, version, account, arm, step and week
    Report(Report),
    /// People in, people out, never again
    #[command(subcommand)]
    Contacts(Contacts),
    /// Hold a campaign, a contact or everything
    Pause(Target),
    /// Let it go on
    Resume(Target),
    /// End a campaign's contacts, or one
    Stop(Target),
    /// Let the running engine read its campaigns anew; faulty ones are refused, and the old ones go on
    Reload,
    /// Say what became of a parked send
    Resolve(Resolve),
    /// Tell of an event of your own
    Event(Event),
    /// List what people of yours were asked to do, and say what became of it
    Tasks(Tasks),
    /// See whether the store is whole, and mend it
    Store(StoreOptions),
    /// Serve a pretend postpress with pretend people
    Sandbox(SandboxOptions),
    /// Serve an editor: diagnostics, completion, hover, rename
    Lsp {
        /// On stdin and stdout, as always; editors say it
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Print completions for a shell
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// Write the page of every verb into this directory instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// `engine plan`
#[derive(Debug, Args)]
pub struct Plan {
    /// Campaign files or folders
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// Save the plan, for `engine run --plan FILE`
    #[arg(short, long = "out", value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 5 when something would change
    #[arg(long)]
    pub exit_code: bool,
    /// Show texts whole, and name everybody
    #[arg(long)]
    pub full_text: bool,
    /// How many days to look ahead
    #[arg(long, value_name = "N", default_value = "7", value_parser = clap::value_parser!(u32).range(1..=366))]
    pub days: u32,
    /// The first day, as 2027-01-04 (default: from the next full hour on)
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Refuse warnings too
    #[arg(long)]
    pub strict: bool,
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
    /// What goes wrong in the sandbox, where and when (JSON)
    #[arg(long, value_name = "FILE", requires = "sandbox")]
    pub faults: Option<PathBuf>,
    /// End once every contact has ended or is parked
    #[arg(long)]
    pub until_idle: bool,
    /// Where the dashboard is served (default: 127.0.0.1:8081), or `off`
    #[arg(long, value_name = "ADDR|off", value_parser = dashboard)]
    pub dashboard: Option<Dashboard>,
    /// Do exactly what a saved plan says (`engine plan -o FILE`), or nothing if the world has moved on
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
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

/// `--dashboard`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dashboard {
    Off,
    At(SocketAddr),
}

fn dashboard(text: &str) -> Result<Dashboard, String> {
    if text == "off" {
        return Ok(Dashboard::Off);
    }
    text.parse().map(Dashboard::At).map_err(|_| "write it as 127.0.0.1:8081, or off".to_owned())
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
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// Campaign files or folders
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// Refuse warnings too
    #[arg(long)]
    pub strict: bool,
    /// Do not look at who is on their way in the data directory
    #[arg(long)]
    pub no_store: bool,
    /// Go on: check again whenever a file that was read changes, or a new one comes
    #[arg(long)]
    pub watch: bool,
    /// In which form; json is one object a line, github are workflow commands
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: CheckFormat,
}

/// `--format` of `check`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Human,
    Json,
    Sarif,
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

/// `engine test`
#[derive(Debug, Args)]
pub struct Test {
    /// Campaign files or folders
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// Only tests whose title or campaign holds these words
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// In which form; json is one object a line
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: TestFormat,
}

/// `--format` of `test`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    Human,
    Json,
    Junit,
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
    /// In which form; svg is one picture of all campaigns, ascii fits a terminal
    #[arg(long, value_name = "FORM", default_value = "mermaid")]
    pub format: GraphFormat,
}

/// `--format` of `graph`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    Mermaid,
    Dot,
    Svg,
    Ascii,
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
    /// The YAML notation, for editors
    Yaml,
    /// A line of `check --format json`
    Diagnostics,
    /// The document of `status --json`
    Status,
    /// A line of `timeline --json` and `run --json`
    Events,
}
