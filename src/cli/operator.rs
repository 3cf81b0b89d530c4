//! Arguments of the verbs that look at a run or touch it: `status`, `why`, `timeline`, `contacts`, `pause`, `event` and so on.

use crate::runtime::query::news::{NEWS_ROWS, NEWS_ROWS_MAX};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

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
    /// Forget somebody for good: stop all, destroy the key of their records, let no list bring them back
    Erase {
        /// Their identifier, name, or a part of either
        #[arg(value_name = "CONTACT")]
        contact: String,
        /// Without being asked
        #[arg(long)]
        yes: bool,
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
    #[arg(value_name = "CAMPAIGN|CONTACT", conflicts_with = "all", required_unless_present = "all")]
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
    #[arg(id = "payload", long = "data", value_name = "JSON")]
    pub data: Option<String>,
    /// Where the store is: behind this verb `--data` is the event's, in front of it the global one
    #[arg(id = "data", long = "data-dir", value_name = "DIR", hide = true)]
    pub directory: Option<PathBuf>,
}

/// `engine tasks`
#[derive(Debug, Args)]
pub struct Tasks {
    /// Also those that are settled
    #[arg(long)]
    pub all: bool,
    #[command(subcommand)]
    pub verdict: Option<Said>,
}

/// What became of one.
#[derive(Debug, Subcommand)]
pub enum Said {
    /// Say yes
    Approve {
        /// As `engine tasks` lists it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Say no
    Reject {
        /// As `engine tasks` lists it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Say that it is done
    Done {
        /// As `engine tasks` lists it
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// `engine inbox`
#[derive(Debug, Args)]
pub struct Inbox {
    /// Only of this campaign
    #[arg(long, value_name = "NAME", global = true)]
    pub campaign: Option<String>,
    #[command(subcommand)]
    pub look: Option<Look>,
}

/// What to look at.
#[derive(Debug, Subcommand)]
pub enum Look {
    /// The whole chat with somebody, as sent and received
    Show {
        /// Their identifier, name, or a part of either
        #[arg(value_name = "CONTACT")]
        contact: String,
    },
    /// Answer somebody: sent once, by the account they wrote to, within its limits; the campaign leaves them to you
    Reply {
        /// Their identifier, name, or a part of either
        #[arg(value_name = "CONTACT")]
        contact: String,
        /// What to send, as it stands (default: what standard input holds)
        #[arg(value_name = "TEXT")]
        text: Option<String>,
    },
}

/// `engine errors`
#[derive(Debug, Args)]
pub struct Errors {
    /// Only with people of this campaign
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
}

/// `engine news`
#[derive(Debug, Args)]
pub struct News {
    /// Only what happened behind that cursor: the `next` of the time before
    #[arg(long, value_name = "CURSOR", default_value_t = 0)]
    pub after: u64,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = NEWS_ROWS, value_parser = limit)]
    pub limit: usize,
}

fn limit(text: &str) -> Result<usize, String> {
    let limit = text.parse().ok().filter(|limit| (1..=NEWS_ROWS_MAX).contains(limit));
    limit.ok_or_else(|| format!("a number from 1 to {NEWS_ROWS_MAX}"))
}

/// `engine report`
#[derive(Debug, Args)]
pub struct Report {
    /// Only this campaign
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// As a table, for a spreadsheet, as a page of its own, or for programs
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: ReportForm,
}

/// `--format` of a report
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    Human,
    Csv,
    Html,
    Json,
}
