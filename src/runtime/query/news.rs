//! `engine news`, document `engine.news/1`: who answered, accepted, is done or needs a person, in the order it was written
//! down, from any place on.
//!
//! The cursor is a place in the journal: whoever keeps it misses nothing and reads nothing twice, whatever ends in between.

use crate::model::account::Account;
use crate::model::id::{EnrollmentId, Lsn};
use crate::model::journal::{Change, Commit, Entry, Record};
use crate::runtime::news::{What, account_facts, facts};
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ops::ControlFlow;

/// Told at once, unless another number is wished for.
pub const NEWS_ROWS: usize = 100;
/// Most told at once. A commit is told whole, so there may be somewhat more.
pub const NEWS_ROWS_MAX: usize = 1_000;
/// Commits looked through for one answer: it may be short, or empty, and still say where to go on.
pub const LOOKED_AT_MAX: usize = 5_000;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewsReport {
    pub schema: String,
    pub time: String,
    pub news: Vec<NewsRow>,
    /// Pass it as `after` next time.
    pub next: u64,
    /// More is there already: ask again at once.
    pub more: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewsRow {
    /// Of the commit it stands in: whoever got this far passes it as `after`.
    pub cursor: u64,
    pub at: String,
    pub what: What,
    /// Of the enrollment; none: it is about an account.
    pub id: Option<u64>,
    pub campaign: Option<String>,
    /// The value of the identifying column.
    pub contact: Option<String>,
    pub name: Option<String>,
    pub account: Option<String>,
    pub step: Option<String>,
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub detail: Map<String, Value>,
}

/// What a commit told, before people are looked up.
enum Told {
    Entry(EnrollmentId, Box<Entry>, What),
    Account(Box<Account>, What),
}

impl Query<'_> {
    /// What is durable and was written after that cursor, oldest first.
    pub fn news(&self, after: u64, limit: Option<usize>) -> Result<NewsReport, QueryFault> {
        let limit = limit.unwrap_or(NEWS_ROWS).clamp(1, NEWS_ROWS_MAX);
        let durable = self.store.figures().durable.0;
        // A restored store is behind whoever read the one before it.
        let after = after.min(durable);
        let (mut told, mut next, mut looked_at) = (Vec::new(), after, 0);
        if after < durable {
            self.store.replay(Lsn(after + 1), &mut |lsn, commit| {
                if lsn.0 > durable || told.len() >= limit || looked_at >= LOOKED_AT_MAX {
                    return ControlFlow::Break(());
                }
                (next, looked_at) = (lsn.0, looked_at + 1);
                told.extend(of_commit(commit).map(|one| (lsn, one)));
                ControlFlow::Continue(())
            })?;
        }
        let mut news = Vec::with_capacity(told.len());
        for (lsn, one) in told {
            news.extend(self.news_row(lsn, one)?);
        }
        Ok(NewsReport { schema: "engine.news/1".to_owned(), time: iso(self.view.now), news, next, more: next < durable })
    }

    /// None: they were erased.
    fn news_row(&self, lsn: Lsn, told: Told) -> Result<Option<NewsRow>, QueryFault> {
        let nobody = |at, what, detail| NewsRow {
            cursor: lsn.0,
            at,
            what,
            id: None,
            campaign: None,
            contact: None,
            name: None,
            account: None,
            step: None,
            detail,
        };
        let (id, entry, what) = match told {
            Told::Entry(id, entry, what) => (id, entry, what),
            Told::Account(account, what) => {
                let at = account.lost_since().map(iso).unwrap_or_default();
                let row = nobody(at, what, account_facts(&account));
                return Ok(Some(NewsRow { account: Some(account.spec.name.clone()), ..row }));
            }
        };
        let Some(person) = self.person(id)? else { return Ok(None) };
        let about = person.row;
        Ok(Some(NewsRow {
            id: Some(id.0),
            campaign: Some(about.campaign),
            contact: Some(about.contact),
            name: Some(about.name),
            account: about.account,
            step: Some(entry.step.clone()).filter(|step| !step.is_empty()),
            ..nobody(iso(entry.at), what, facts(&entry))
        }))
    }
}

fn of_commit(commit: Commit) -> impl Iterator<Item = Told> {
    let at = commit.at;
    let lost = commit.changes.into_iter().filter_map(move |change| match change {
        Change::Put(Record::Account(account)) => What::of_account(&account, at).map(|what| Told::Account(account, what)),
        Change::Put(_) | Change::Delete(_) => None,
    });
    let entries = commit.entries.into_iter();
    entries.filter_map(|(id, entry)| What::of_entry(&entry).map(|what| Told::Entry(id, Box::new(entry), what))).chain(lost)
}
