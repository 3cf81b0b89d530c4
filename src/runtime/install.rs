//! A program is taken over: its accounts, its campaigns by content hash, then the people of its lists.

use crate::lang::check::versions::{VersionFault, faults};
use crate::lang::severity::Severity;
use crate::model::account::{Account, AccountSpec};
use crate::model::campaign::Campaign;
use crate::model::id::{AccountId, CampaignId};
use crate::model::journal::{Cause, Installed, Meta, MetaKey, Record};
use crate::model::planted::{Bug, is_planted};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::enroll::Enrolled;
use crate::runtime::entry::new_account;
use crate::runtime::partition::Partition;
use crate::runtime::query::afoot::afoot;
use crate::store::contract::StoreFault;
use std::sync::Arc;

/// Why a program cannot be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallFault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// It would leave people of an earlier version nowhere; nothing was touched.
    #[error("{}; {}", .0.message, .0.help)]
    Refused(Box<VersionFault>),
}

impl Partition {
    /// Takes a program over: its accounts, its campaigns, people of earlier versions as `migrate` says; then the people on
    /// its lists enter. Says what became of each campaign's people, in the program's order.
    pub fn install(&mut self, program: &Program) -> Result<Vec<Enrolled>, InstallFault> {
        let now = self.now();
        self.refuse_what_is_wrong(program)?;
        self.parts.workspace = program.workspace.clone();
        self.keep_limits(now)?;
        for spec in &program.workspace.accounts {
            self.install_account(spec, now)?;
        }
        let ids = program.campaigns.iter().map(|campaign| self.install_campaign(campaign, now));
        let ids = ids.collect::<Result<Vec<CampaignId>, StoreFault>>()?;
        self.retire_others(program, now)?;
        let moved = self.decide_moves(now)?;
        if self.rounds.until.is_some() {
            self.plan_rounds(now);
        }
        self.begins_people = true;
        let mut enrolled = Vec::new();
        for (id, roster) in ids.into_iter().zip(&program.rosters) {
            let entered = self.enroll(id, &roster.rows, now)?;
            enrolled.push(Enrolled { moved: moved.get(&id).copied().unwrap_or_default(), ..entered });
        }
        Ok(enrolled)
    }

    /// Writes the workspace's limits down, for commands that ask while nothing runs.
    fn keep_limits(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        let kept = Meta::Limits { limits: Box::new(self.parts.workspace.limits.clone()) };
        if self.meta(MetaKey::Limits)?.as_ref() != Some(&kept) {
            let mut draft = Draft::new(Cause::Install, now);
            draft.put(Record::Meta(kept));
            self.close_quietly(draft)?;
        }
        Ok(())
    }

    /// A change that leaves people of an earlier version nowhere, or gives a number two meanings, touches nothing.
    fn refuse_what_is_wrong(&self, program: &Program) -> Result<(), InstallFault> {
        let runs = |campaign: &Campaign| {
            self.campaigns.values().any(|installed| {
                let known = &installed.campaign;
                let is_same = (known.hash, known.version) == (campaign.hash, campaign.version);
                installed.is_current && known.name == campaign.name && is_same && known.migrations == campaign.migrations
            })
        };
        let changed: Vec<&Campaign> = program.campaigns.iter().filter(|campaign| !runs(campaign)).collect();
        let has_changed = |name: &str| changed.iter().any(|campaign| campaign.name == name);
        if !self.campaigns.values().any(|installed| has_changed(&installed.campaign.name)) {
            return Ok(());
        }
        let afoot = afoot(&*self.parts.store, &has_changed)?;
        let faults = changed.iter().flat_map(|campaign| faults(campaign, &afoot, &program.workspace.limits));
        match faults.into_iter().find(|fault| fault.code.severity() == Severity::Error) {
            Some(fault) => Err(InstallFault::Refused(Box::new(fault))),
            None => Ok(()),
        }
    }

    fn install_account(&mut self, spec: &AccountSpec, now: Timestamp) -> Result<(), StoreFault> {
        let known = self.accounts.values().find(|account| account.spec.provider_account == spec.provider_account).cloned();
        let mut draft = Draft::new(Cause::Install, now);
        match known {
            Some(account) if account.spec == *spec => return Ok(()),
            Some(account) => draft.stage_account(Account { spec: spec.clone(), ..account }),
            None => {
                self.counters.account += 1;
                draft.put(self.counters_row());
                draft.stage_account(new_account(AccountId(self.counters.account), spec.clone()));
            }
        }
        self.close_quietly(draft)?;
        Ok(())
    }

    fn install_campaign(&mut self, campaign: &Campaign, now: Timestamp) -> Result<CampaignId, StoreFault> {
        let versions: Vec<Arc<Installed>> =
            self.campaigns.values().filter(|installed| installed.campaign.name == campaign.name).cloned().collect();
        let same = versions.iter().find(|installed| installed.campaign.hash == campaign.hash);
        let current = versions.iter().find(|installed| installed.is_current);
        let same = same.or(current.filter(|_| is_planted(Bug::EditShifts)));
        // Lists of `in list` conditions and line numbers are no part of the hash, but the newest ones hold.
        let id = match same {
            Some(installed) => installed.id,
            None => {
                self.counters.campaign += 1;
                CampaignId(self.counters.campaign)
            }
        };
        let is_decided = current.is_some_and(|current| current.id == id && current.campaign.migrations == campaign.migrations);
        let newest = Installed {
            id,
            campaign: campaign.clone(),
            at: current.filter(|current| current.id == id).map_or(now, |current| current.at),
            is_paused: current.or(same).is_some_and(|installed| installed.is_paused),
            is_current: true,
        };
        let older = versions.iter().filter(|installed| installed.id != id);
        let mut deciding = self.moves.deciding.clone();
        deciding.retain(|version| older.clone().all(|other| other.id != *version));
        if !is_decided && older.clone().next().is_some() && !deciding.contains(&id) {
            deciding.push(id);
        }
        let mut draft = Draft::new(Cause::Install, now);
        draft.put(self.counters_row());
        if deciding != self.moves.deciding {
            draft.put(Record::Meta(Meta::Deciding { versions: deciding.clone() }));
        }
        let past = older.filter(|installed| installed.is_current);
        let rows: Vec<Installed> =
            past.map(|installed| Installed { is_current: false, ..(**installed).clone() }).chain([newest]).collect();
        rows.iter().for_each(|installed| draft.put(Record::Campaign(Box::new(installed.clone()))));
        self.close_quietly(draft)?;
        self.moves.deciding = deciding;
        self.campaigns.extend(rows.into_iter().map(|installed| (installed.id, Arc::new(installed))));
        self.relate_versions();
        Ok(id)
    }

    /// Campaigns that the folder no longer has take nobody in; people in flight finish.
    fn retire_others(&mut self, program: &Program, now: Timestamp) -> Result<(), StoreFault> {
        let gone: Vec<Installed> = self
            .campaigns
            .values()
            .filter(|installed| {
                installed.is_current && !program.campaigns.iter().any(|campaign| campaign.name == installed.campaign.name)
            })
            .map(|installed| Installed { is_current: false, ..(**installed).clone() })
            .collect();
        for installed in gone {
            let mut draft = Draft::new(Cause::Install, now);
            draft.put(Record::Campaign(Box::new(installed.clone())));
            self.close_quietly(draft)?;
            self.campaigns.insert(installed.id, Arc::new(installed));
        }
        Ok(())
    }
}
