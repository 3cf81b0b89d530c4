//! Questions: how campaigns stand, why somebody waits, what happened to them, what accounts have left.
//!
//! One layer for commands, API and pages. It reads rows and changes nothing; it asks no clock (`now` is given) and no
//! network. Start at [`Query`]: `status`, `contacts`, `why`, `timeline`, `accounts`, `find`. What it answers is plain
//! data with the field names of INTERFACE.md §2; times in it are ISO 8601 in UTC.

pub mod accounts;
pub mod afoot;
pub mod answer;
pub mod days;
pub mod errors;
pub mod find;
mod gone_wrong;
pub mod inbox;
pub mod news;
pub mod overview;
pub mod page;
mod quarantine;
pub mod report;
pub mod rows;
mod slots;
pub mod standing;
pub mod status;
pub mod stored;
pub mod story;
pub mod tasks;
pub mod timeline;
pub mod unrouted;
mod view;
pub mod why;

use crate::model::campaign::Campaign;
use crate::model::time::Timestamp;
use crate::runtime::census::watched::Watched;
use crate::runtime::query::view::View;
use crate::store::contract::{Store, StoreFault};
use std::sync::Arc;

/// Answers questions over a store as it is now.
pub struct Query<'a> {
    store: &'a dyn Store,
    view: View,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryFault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error("no campaign `{name}`; {help}")]
    NoCampaign { name: String, help: String },
    #[error("nobody called `{words}`; give the value of the identifying column, a name or a part of either")]
    NoContact { words: String },
    #[error("`{words}` was erased on {day}: nothing of this person is kept")]
    Erased { words: String, day: String },
}

impl QueryFault {
    /// Is the store at fault, not the question?
    pub fn store(&self) -> Option<&StoreFault> {
        match self {
            Self::Store(fault) => Some(fault),
            Self::NoCampaign { .. } | Self::NoContact { .. } | Self::Erased { .. } => None,
        }
    }
}

impl<'a> Query<'a> {
    /// Reads what every question needs: campaigns, accounts, their usage, pauses.
    ///
    /// Counts everybody anew when something is asked for that needs it; whoever asks again and again asks
    /// [`Query::over`] a watched store.
    pub fn open(store: &'a dyn Store, now: Timestamp) -> Result<Self, QueryFault> {
        Ok(Self { store, view: View::load(store, &Arc::default(), now)? })
    }

    /// The same, with what was counted at earlier questions.
    pub fn over(store: &'a Watched, now: Timestamp) -> Result<Self, QueryFault> {
        Ok(Self { store, view: View::load(store, store.census(), now)? })
    }

    /// The version of a campaign that new people enter.
    pub fn current(&self, name: &str) -> Result<&Campaign, QueryFault> {
        self.check_campaign(Some(name))?;
        let versions = self.view.campaigns.values().filter(|installed| installed.campaign.name == name);
        let newest = versions.max_by_key(|installed| (installed.is_current, installed.id));
        newest
            .map(|installed| &installed.campaign)
            .ok_or_else(|| QueryFault::NoCampaign { name: name.to_owned(), help: String::new() })
    }

    /// Refuses a campaign's name that nobody installed, with those that were.
    fn check_campaign(&self, name: Option<&str>) -> Result<(), QueryFault> {
        let Some(name) = name else { return Ok(()) };
        let mut known: Vec<&str> = self.view.campaigns.values().map(|installed| installed.campaign.name.as_str()).collect();
        if known.contains(&name) {
            return Ok(());
        }
        known.sort_unstable();
        known.dedup();
        let help = match known.as_slice() {
            [] => "none is installed yet; `engine run` installs them".to_owned(),
            _ => format!("there is {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        Err(QueryFault::NoCampaign { name: name.to_owned(), help })
    }
}

/// A moment as documents write it.
fn iso(at: Timestamp) -> String {
    at.iso_ms()
}
