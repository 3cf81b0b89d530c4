//! Installs a program on a copy of the store and says what that did.

use crate::connector::absent::Absent;
use crate::lang::check::versions::decides;
use crate::model::afoot::Afoot;
use crate::model::enrollment::{Enrollment, Status};
use crate::model::id::{AccountId, CampaignId, EnrollmentId, Fingerprint, fingerprint};
use crate::model::journal::{Installed, Key, Meta, MetaKey, Record, Table};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::plan::document::{CampaignPlan, Change, EnterPlan, LeftOut, Plan, Prints, SCHEMA};
use crate::plan::people::moves;
use crate::runtime::clock::SetClock;
use crate::runtime::enroll::Enrolled;
use crate::runtime::install::InstallFault;
use crate::runtime::query::afoot::afoot;
use crate::runtime::{Runtime, Setting};
use crate::store::contract::{Store, StoreFault};
use crate::store::memory::MemoryStore;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// What is installed and who is on their way, before anything is tried out.
struct Before {
    current: BTreeMap<String, Installed>,
    afoot: Vec<Afoot>,
    last: EnrollmentId,
    accounts: BTreeMap<String, crate::model::account::AccountSpec>,
    limits: Option<Meta>,
    /// Where everybody stands who is on an earlier version of something that changes.
    people: Fingerprint,
}

/// What installing the program does to the copy, which is then as the store would be. The messages of the days ahead are
/// left to whoever looks further. `from`: the first day looked at.
///
/// # Errors
/// The program may not be installed: a silent change, or people whom a mapping forgets.
pub fn foresee(
    copy: &Arc<MemoryStore>,
    program: &Program,
    now: Timestamp,
    from: String,
    days: u32,
) -> Result<Plan, InstallFault> {
    let before = Before::read(&**copy, program)?;
    let setting = Setting {
        store: Arc::clone(copy) as Arc<dyn Store>,
        clock: Arc::new(SetClock::at(now)),
        connector: Arc::new(Absent),
        spawn: Arc::new(|_| {}),
        root: program.root.clone(),
        workspace: program.workspace.clone(),
        speed: 1,
        until_idle: false,
    };
    let enrolled = Runtime::open(setting)?.install(program)?;
    let mut entered = entered(&**copy, before.last)?;
    let mut campaigns: Vec<CampaignPlan> = Vec::new();
    for (at, (campaign, enrolled)) in program.campaigns.iter().zip(enrolled).enumerate() {
        let enter = entered.remove(&campaign.name).unwrap_or_default();
        campaigns.extend(before.planned(program, at, enrolled, enter));
    }
    campaigns.extend(before.retired(program));
    campaigns.sort_by(|one, two| one.name.cmp(&two.name));
    let workspace = before.workspace_changes(program);
    let is_change = |plan: &CampaignPlan| plan.change != Change::Same || !plan.people.is_empty() || !plan.enter.is_empty();
    Ok(Plan {
        schema: SCHEMA.to_owned(),
        from,
        days,
        changes: !workspace.is_empty() || campaigns.iter().any(is_change),
        prints: prints(program, before.people),
        workspace,
        campaigns,
        sends: Vec::new(),
        used: Vec::new(),
    })
}

impl Before {
    fn read(store: &dyn Store, program: &Program) -> Result<Self, StoreFault> {
        let afoot = afoot(store, &|_| true)?;
        let mut current = BTreeMap::new();
        let mut versions: BTreeMap<CampaignId, (String, u32, Fingerprint)> = BTreeMap::new();
        let mut accounts = BTreeMap::new();
        for table in [Table::Campaign, Table::Account] {
            store.scan(table, None, &mut |record| {
                match record {
                    Record::Campaign(found) => {
                        let campaign = &found.campaign;
                        versions.insert(found.id, (campaign.name.clone(), campaign.version, campaign.hash));
                        if found.is_current {
                            current.insert(found.campaign.name.clone(), *found);
                        }
                    }
                    Record::Account(account) => drop(accounts.insert(account.spec.name.clone(), account.spec.clone())),
                    _ => {}
                }
                ControlFlow::Continue(())
            })?;
        }
        let decided: BTreeMap<&str, Fingerprint> = program
            .campaigns
            .iter()
            .filter(|campaign| decides(campaign, &afoot))
            .map(|campaign| (campaign.name.as_str(), campaign.hash))
            .collect();
        let is_moved = |campaign: CampaignId| {
            versions.get(&campaign).is_some_and(|(name, _, hash)| decided.get(name.as_str()).is_some_and(|new| new != hash))
        };
        let (mut last, mut stands) = (EnrollmentId(0), Vec::new());
        store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record {
                last = last.max(enrollment.id);
                if !enrollment.has_ended() && is_moved(enrollment.campaign) {
                    stands.extend(stand(&enrollment).to_le_bytes());
                    stands.extend(enrollment.id.0.to_le_bytes());
                    stands.extend(enrollment.campaign.0.to_le_bytes());
                }
            }
            ControlFlow::Continue(())
        })?;
        let limits = match store.get(&Key::Meta(MetaKey::Limits))? {
            Some(Record::Meta(limits)) => Some(limits),
            _ => None,
        };
        Ok(Self { current, afoot, last, accounts, limits, people: fingerprint(&[b"people", &stands]) })
    }

    fn planned(&self, program: &Program, at: usize, enrolled: Enrolled, enter: Vec<EnterPlan>) -> Option<CampaignPlan> {
        let (campaign, roster) = (program.campaigns.get(at)?, program.rosters.get(at)?);
        let root = &program.root;
        let was = self.current.get(&campaign.name).map(|installed| &installed.campaign);
        let change = match was {
            None => Change::New,
            Some(was)
                if was.hash == campaign.hash && was.version == campaign.version && was.migrations == campaign.migrations =>
            {
                Change::Same
            }
            Some(_) => Change::Changed,
        };
        let keys: BTreeMap<(&str, u32), &str> = roster.rows.iter().map(|row| ((row.file(), row.number()), row.key())).collect();
        let left_out = roster.refused.iter().chain(&enrolled.left_out).map(|row| LeftOut {
            contact: keys.get(&(row.file.as_str(), row.row)).map_or_else(String::new, |key| (*key).to_owned()),
            file: within(root, &row.file),
            row: row.row,
            reason: row.reason.clone(),
        });
        let mut left_out: Vec<LeftOut> = left_out.collect();
        left_out.sort_by(|one, two| (&one.file, one.row).cmp(&(&two.file, two.row)));
        Some(CampaignPlan {
            name: campaign.name.clone(),
            version: campaign.version,
            hash: campaign.hash.to_string(),
            change,
            was: was.map(|was| was.version),
            people: moves(campaign, &self.afoot),
            enter,
            known: enrolled.known,
            left_out,
        })
    }

    /// Campaigns that run and are not in the folder any more.
    fn retired<'a>(&'a self, program: &'a Program) -> impl Iterator<Item = CampaignPlan> + 'a {
        let is_there = |name: &str| program.campaigns.iter().any(|campaign| campaign.name == name);
        self.current.values().map(|installed| &installed.campaign).filter(move |was| !is_there(&was.name)).map(|was| {
            CampaignPlan {
                name: was.name.clone(),
                version: was.version,
                hash: was.hash.to_string(),
                change: Change::Retired,
                was: Some(was.version),
                people: Vec::new(),
                enter: Vec::new(),
                known: 0,
                left_out: Vec::new(),
            }
        })
    }

    fn workspace_changes(&self, program: &Program) -> Vec<String> {
        let mut changes = Vec::new();
        for spec in &program.workspace.accounts {
            match self.accounts.get(&spec.name) {
                None => changes.push(format!("account `{}` is new", spec.name)),
                Some(known) if known != spec => changes.push(format!("account `{}` changes", spec.name)),
                Some(_) => {}
            }
        }
        let limits = Meta::Limits { limits: Box::new(program.workspace.limits.clone()) };
        if self.limits.as_ref().is_some_and(|known| *known != limits) {
            changes.push("limits change".to_owned());
        }
        changes
    }
}

/// Where somebody's path stands, as a number: 0 for who has not begun.
fn stand(enrollment: &Enrollment) -> u64 {
    match &enrollment.status {
        Status::Active { path, .. } if path.visit.0 > 0 => u64::from(path.step.0) + 1,
        Status::Active { .. } | Status::Queued | Status::Ended { .. } => 0,
    }
}

/// Who entered the copy, by campaign, in the order of enrolment.
fn entered(copy: &dyn Store, last: EnrollmentId) -> Result<BTreeMap<String, Vec<EnterPlan>>, StoreFault> {
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut campaigns: BTreeMap<CampaignId, Installed> = BTreeMap::new();
    for table in [Table::Account, Table::Campaign] {
        copy.scan(table, None, &mut |record| {
            match record {
                Record::Account(account) => drop(names.insert(account.id, account.spec.name.clone())),
                Record::Campaign(installed) => drop(campaigns.insert(installed.id, *installed)),
                _ => {}
            }
            ControlFlow::Continue(())
        })?;
    }
    let mut found = Vec::new();
    copy.scan(Table::Enrollment, Some(&Key::Enrollment(last)), &mut |record| {
        if let Record::Enrollment(enrollment) = record {
            found.push(*enrollment);
        }
        ControlFlow::Continue(())
    })?;
    let mut entered: BTreeMap<String, Vec<EnterPlan>> = BTreeMap::new();
    for enrollment in found {
        let Some(installed) = campaigns.get(&enrollment.campaign) else { continue };
        let Some(Record::Contact(contact)) = copy.get(&Key::Contact(enrollment.contact))? else { continue };
        let line = enrollment.lines.get(&installed.campaign.channel).or_else(|| enrollment.lines.values().next());
        let account = line.and_then(|line| names.get(&line.account)).cloned().unwrap_or_default();
        let plan = EnterPlan { contact: contact.key.clone(), name: contact.name(), account };
        entered.entry(installed.campaign.name.clone()).or_default().push(plan);
    }
    Ok(entered)
}

/// What the plan was made of.
fn prints(program: &Program, people: Fingerprint) -> Prints {
    let mut meaning = Vec::new();
    let mut lists = Vec::new();
    for (campaign, roster) in program.campaigns.iter().zip(&program.rosters) {
        let mut plain = campaign.clone();
        // A comment moves lines and means nothing.
        plain.steps.iter_mut().for_each(|step| step.line = 0);
        lists.push(written(&std::mem::take(&mut plain.lists)));
        let rows = roster.rows.iter().map(|row| (within(&program.root, row.file()), row.number(), row.key(), row.fields()));
        let refused = roster.refused.iter().map(|row| (within(&program.root, &row.file), row.row, &row.reason));
        lists.push(written(&(rows.collect::<Vec<_>>(), refused.collect::<Vec<_>>())));
        meaning.push(written(&plain));
    }
    let workspace = &program.workspace;
    meaning.push(written(&(&workspace.name, &workspace.accounts, &workspace.limits, &workspace.calendar)));
    lists.push(written(&workspace.never_contact.iter().collect::<BTreeSet<_>>()));
    let print = |parts: &[Vec<u8>]| {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        fingerprint(&parts).to_string()
    };
    Prints { program: print(&meaning), lists: print(&lists), people: people.to_string() }
}

/// A list's name as it stands in the folder, wherever the folder is.
fn within(root: &Path, file: &str) -> String {
    Path::new(file).strip_prefix(root).map_or_else(|_| file.to_owned(), |inside| inside.display().to_string())
}

fn written(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
