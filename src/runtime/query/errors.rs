//! `engine errors --json`, document `engine.errors/1`: what went wrong lately, grouped by its cause, with what it means and the
//! way out.
//!
//! The census says with whom anything may have gone wrong; their rows are read. Timelines are read for the newest example of a
//! group only.

use crate::connector::postpress::error_words;
use crate::model::account::{Account, Health};
use crate::model::enrollment::Enrollment;
use crate::model::id::{AccountId, EnrollmentId};
use crate::model::journal::{EntryKind, Key, Record, Table};
use crate::model::outgoing::{Delivery, Outgoing};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::census::counts::Counts;
use crate::runtime::census::group::Group;
use crate::runtime::letters::host;
use crate::runtime::query::accounts::under_way;
pub use crate::runtime::query::gone_wrong::ErrorKind;
use crate::runtime::query::gone_wrong::{Wrong, gone_wrong, may_be_wrong};
use crate::runtime::query::standing::step;
use crate::runtime::query::view::contact;
use crate::runtime::query::{Query, QueryFault, iso};
use crate::store::contract::StoreFault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What is over is told for so many days; what still holds somebody up, for as long as it does.
pub const ERRORS_DAYS: i64 = 30;
/// Groups told, the gravest first: more are not read in a sitting.
pub const GROUPS_MAX: usize = 100;
/// The longest code that is one; what is longer is cut.
const CODE_CHARS_MAX: usize = 80;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Errors {
    pub schema: String,
    pub time: String,
    /// What is over is told from then on.
    pub since: String,
    /// The gravest first, then the one of most people.
    pub groups: Vec<ErrorGroup>,
    /// Groups that are not told.
    pub more: u64,
}

/// All that has one cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorGroup {
    pub kind: ErrorKind,
    /// The provider's error type without `errors/`, or a word of ours.
    pub code: String,
    /// What it means, in a sentence.
    pub means: String,
    /// What a person can do, in a sentence.
    pub way_out: String,
    pub people: u64,
    pub campaigns: Vec<String>,
    pub accounts: Vec<String>,
    pub last_at: String,
    /// The newest; none: it is about nobody in particular.
    pub newest: Option<ErrorExample>,
}

/// One person with whom it went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorExample {
    /// Of the enrollment.
    pub id: u64,
    pub contact: String,
    /// As the list has it; the identifying value where it has none.
    pub name: String,
    pub campaign: String,
    pub step: Option<String>,
    /// As it was written down.
    pub why: String,
}

/// A group in the making.
#[derive(Default)]
struct Tally {
    people: u64,
    campaigns: BTreeSet<String>,
    accounts: BTreeSet<AccountId>,
    newest: Option<(EnrollmentId, Wrong)>,
    at: Option<Timestamp>,
}

type Tallies = BTreeMap<(ErrorKind, String), Tally>;

impl Query<'_> {
    /// What went wrong lately; with the people of one campaign, or at all.
    pub fn errors(&self, campaign: Option<&str>) -> Result<Errors, QueryFault> {
        self.check_campaign(campaign)?;
        let since = self.view.now.plus_ms(-ERRORS_DAYS * DAY_MS);
        let (suspects, people) = self.view.counts(self.store, |counts| (self.suspects(counts, campaign), under_way(counts)))?;
        let mut tallies = Tallies::new();
        for id in suspects {
            if let Some(Record::Enrollment(enrollment)) = self.store.get(&Key::Enrollment(id))? {
                self.tally(&mut tallies, &enrollment, since);
            }
        }
        let mut groups = Vec::new();
        for ((kind, code), tally) in tallies {
            groups.push(self.group(kind, code, tally)?);
        }
        groups.extend(self.lost_accounts(campaign, &people));
        groups.extend(self.lost_letters(campaign)?);
        groups.sort_by(|one, two| {
            (one.kind, std::cmp::Reverse(one.people), &one.code).cmp(&(two.kind, std::cmp::Reverse(two.people), &two.code))
        });
        let more = groups.len().saturating_sub(GROUPS_MAX) as u64;
        groups.truncate(GROUPS_MAX);
        Ok(Errors { schema: "engine.errors/1".to_owned(), time: iso(self.view.now), since: iso(since), groups, more })
    }

    /// Everybody with whom anything may have gone wrong: only their rows are read.
    fn suspects(&self, counts: &Counts, campaign: Option<&str>) -> Vec<EnrollmentId> {
        let is_suspect = |group: &Group| {
            let Some(installed) = self.view.campaigns.get(&group.campaign) else { return false };
            campaign.is_none_or(|name| installed.campaign.name == name) && may_be_wrong(&installed.campaign, group)
        };
        if !counts.groups().any(|(group, _)| is_suspect(group)) {
            return Vec::new();
        }
        counts.people(None).filter(|(_, _, group)| is_suspect(group)).map(|(id, _, _)| id).collect()
    }

    fn tally(&self, tallies: &mut Tallies, enrollment: &Enrollment, since: Timestamp) {
        let Some(installed) = self.view.campaigns.get(&enrollment.campaign) else { return };
        for wrong in gone_wrong(&installed.campaign, enrollment, since) {
            let code = wrong.code.chars().take(CODE_CHARS_MAX).collect();
            let tally = tallies.entry((wrong.kind, code)).or_default();
            tally.people += 1;
            tally.campaigns.insert(installed.campaign.name.clone());
            tally.accounts.extend(self.view.account_of(enrollment).map(|account| account.id));
            tally.at = tally.at.max(Some(wrong.at));
            if tally.newest.as_ref().is_none_or(|(_, newest)| newest.at < wrong.at) {
                tally.newest = Some((enrollment.id, wrong));
            }
        }
    }

    fn group(&self, kind: ErrorKind, code: String, tally: Tally) -> Result<ErrorGroup, StoreFault> {
        let mut code = code;
        let mut newest = match &tally.newest {
            Some((id, wrong)) => self.example(*id, wrong)?,
            None => None,
        };
        if let (ErrorKind::Skipped, Some((id, wrong))) = (kind, &tally.newest) {
            // Groups of calls that were passed over are named by their step so far.
            let label = std::mem::take(&mut code);
            code = self.code_at(*id, &label)?.unwrap_or_else(|| "failed".to_owned());
            if let (Some(example), Some(_)) = (&mut newest, wrong.step) {
                example.why = format!("`{label}`: {code}");
            }
        }
        let (means, way_out) = told(kind, &code);
        let names = tally.accounts.iter().filter_map(|id| self.view.accounts.get(id)).map(|account| account.spec.name.clone());
        Ok(ErrorGroup {
            kind,
            code,
            means,
            way_out,
            people: tally.people,
            campaigns: tally.campaigns.into_iter().collect(),
            accounts: names.collect(),
            last_at: tally.at.map(iso).unwrap_or_default(),
            newest,
        })
    }

    fn example(&self, id: EnrollmentId, wrong: &Wrong) -> Result<Option<ErrorExample>, StoreFault> {
        let Some(Record::Enrollment(enrollment)) = self.store.get(&Key::Enrollment(id))? else { return Ok(None) };
        let Some(installed) = self.view.campaigns.get(&enrollment.campaign) else { return Ok(None) };
        let label = wrong.step.and_then(|at| step(&installed.campaign, at)).map(|step| step.label.clone());
        Ok(contact(self.store, enrollment.contact)?.map(|person| ErrorExample {
            id: id.0,
            contact: person.key.clone(),
            name: Some(person.name()).filter(|name| !name.is_empty()).unwrap_or_else(|| person.key.clone()),
            campaign: installed.campaign.name.clone(),
            step: label,
            why: wrong.why.clone(),
        }))
    }

    /// The code with which the person's call at that step failed for good.
    fn code_at(&self, id: EnrollmentId, label: &str) -> Result<Option<String>, StoreFault> {
        let entries = self.store.timeline(id)?;
        let mut failed = entries.iter().rev().filter(|(_, entry)| entry.kind == EntryKind::Failed && entry.step == label);
        let detail = failed.next().and_then(|(_, entry)| entry.detail.iter().find(|(name, _)| name == "code"));
        Ok(detail.map(|(_, code)| code.chars().take(CODE_CHARS_MAX).collect()))
    }

    fn lost_accounts(&self, campaign: Option<&str>, people: &BTreeMap<AccountId, (u64, u64)>) -> Vec<ErrorGroup> {
        let speaks_for = |account: &Account| -> BTreeSet<String> {
            let campaigns = self.view.campaigns.values().map(|installed| &installed.campaign);
            let mine = campaigns.filter(|campaign| campaign.accounts.contains(&account.spec.name));
            mine.map(|campaign| campaign.name.clone()).collect()
        };
        let lost = self.view.accounts.values().filter_map(|account| {
            let (code, at) = match &account.health {
                Health::Lost { since, word } => (word.clone(), *since),
                Health::Deleted { since } => ("deleted".to_owned(), *since),
                Health::Unknown | Health::Ok => return None,
            };
            let campaigns = speaks_for(account);
            let is_wished = campaign.is_none_or(|name| campaigns.contains(name));
            let (means, way_out) = told(ErrorKind::Account, &code);
            is_wished.then(|| ErrorGroup {
                kind: ErrorKind::Account,
                code,
                means,
                way_out,
                people: people.get(&account.id).map_or(0, |(under_way, _)| *under_way),
                campaigns: campaigns.into_iter().collect(),
                accounts: vec![account.spec.name.clone()],
                last_at: iso(at),
                newest: None,
            })
        });
        lost.collect()
    }

    /// Letters that were given up, or did not arrive yet: a table of few rows.
    fn lost_letters(&self, campaign: Option<&str>) -> Result<Vec<ErrorGroup>, StoreFault> {
        let mut lost: Vec<(Outgoing, String, Timestamp)> = Vec::new();
        self.store.scan(Table::Outgoing, None, &mut |record| {
            if let Record::Outgoing(letter) = record {
                match &letter.state {
                    Delivery::Failed { at, code } => lost.push((*letter.clone(), code.clone(), *at)),
                    Delivery::Due { last: Some(last), .. } => lost.push((*letter.clone(), last.clone(), letter.made_at)),
                    Delivery::Due { last: None, .. } => {}
                }
            }
            ControlFlow::Continue(())
        })?;
        let mut tallies: BTreeMap<(String, bool, String), Tally> = BTreeMap::new();
        for (letter, code, at) in lost {
            let enrollment = match letter.key.map(|key| self.store.get(&Key::Enrollment(key.enrollment))).transpose()? {
                Some(Some(Record::Enrollment(enrollment))) => Some(enrollment),
                _ => None,
            };
            let installed = enrollment.as_ref().and_then(|enrollment| self.view.campaigns.get(&enrollment.campaign));
            let name = installed.map(|installed| installed.campaign.name.clone());
            if campaign.is_some_and(|wanted| name.as_deref() != Some(wanted)) {
                continue;
            }
            let is_over = matches!(letter.state, Delivery::Failed { .. });
            let code: String = code.chars().take(CODE_CHARS_MAX).collect();
            let tally = tallies.entry((code.clone(), is_over, host(&letter.url))).or_default();
            tally.people += u64::from(enrollment.is_some());
            tally.campaigns.extend(name);
            tally.at = tally.at.max(Some(at));
            if let Some(enrollment) = enrollment.filter(|_| tally.at == Some(at)) {
                let why = format!("{} to {}, tried {} times", letter.kind.word(), host(&letter.url), letter.attempts);
                tally.newest = Some((enrollment.id, Wrong { kind: ErrorKind::Letter, code, at, step: None, why }));
            }
        }
        let mut groups = Vec::new();
        for ((code, is_over, host), tally) in tallies {
            let mut group = self.group(ErrorKind::Letter, code, tally)?;
            group.means = if is_over { format!("{host} did not take what was posted to it") } else { group.means };
            group.way_out = if is_over {
                format!("mend what listens at {host}; what was given up is not posted again")
            } else {
                group.way_out
            };
            groups.push(group);
        }
        Ok(groups)
    }
}

/// What it means, and the way out.
fn told(kind: ErrorKind, code: &str) -> (String, String) {
    let words = error_words::told(code);
    let means = |or: &str| words.map_or_else(|| or.to_owned(), |words| words.means.to_owned());
    let way_out = |or: &str| words.map_or_else(|| or.to_owned(), |words| words.way_out.to_owned());
    let (means, way_out) = match kind {
        ErrorKind::Parked => (
            "a send may have arrived, and no list of the provider could be read that shows it".to_owned(),
            "look at the chat, then `engine resolve CONTACT sent`, `again` or `skip`".to_owned(),
        ),
        ErrorKind::Broken => (
            "the engine itself failed while it worked on them".to_owned(),
            "`engine resume CONTACT` tries again, `engine stop CONTACT` lets them go; please report it".to_owned(),
        ),
        ErrorKind::Account if code == "deleted" => (
            "the account was taken away at postpress".to_owned(),
            "connect it again at postpress, and put its new id into the workspace".to_owned(),
        ),
        ErrorKind::Account => (
            means("postpress says that the account cannot be used"),
            way_out("sign the account in again at postpress; the engine notices by itself"),
        ),
        ErrorKind::Letter => (
            "it was posted to a system of yours and did not arrive yet".to_owned(),
            "nothing: it is posted again by itself".to_owned(),
        ),
        ErrorKind::Ended => {
            (means("the provider refused the send for good"), way_out("`engine timeline CONTACT` shows what was asked"))
        }
        ErrorKind::Skipped => (
            format!("{}; the path went on", means("a call was refused for good")),
            way_out("`engine timeline CONTACT` shows what was asked"),
        ),
        ErrorKind::Unknown => (
            "no answer came back: it is looked for in the provider's lists, and not repeated before".to_owned(),
            "nothing: it is found out by itself, within a day".to_owned(),
        ),
        ErrorKind::Retry => (
            format!("{}; it is tried again", means("a call was refused for now")),
            way_out("nothing: it is tried again by itself"),
        ),
    };
    (means, way_out)
}
