//! A program is taken over: its accounts, its campaigns by content hash, then the people of its lists.

use crate::model::account::{Account, AccountSpec};
use crate::model::campaign::Campaign;
use crate::model::id::{AccountId, CampaignId};
use crate::model::journal::{Cause, Installed, Meta, MetaKey, Record};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::enroll::Enrolled;
use crate::runtime::entry::new_account;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use std::sync::Arc;

/// Why a program cannot be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallFault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error("`{name}` has changed while {people} people are on its version {version}; raise `version` to {next}, and they finish on the version they began with", next = version + 1)]
    VersionNotRaised { name: String, version: u32, people: usize },
}

impl Partition {
    /// Takes a program over: its accounts, its campaigns; then the people on its lists enter. Says what became of each
    /// campaign's list, in the program's order.
    pub fn install(&mut self, program: &Program) -> Result<Vec<Enrolled>, InstallFault> {
        let now = self.now();
        self.refuse_silent_changes(program)?;
        self.parts.workspace = program.workspace.clone();
        self.keep_limits(now)?;
        for spec in &program.workspace.accounts {
            self.install_account(spec, now)?;
        }
        let mut enrolled = Vec::new();
        for (campaign, roster) in program.campaigns.iter().zip(&program.rosters) {
            let id = self.install_campaign(campaign, now)?;
            enrolled.push(self.enroll(id, &roster.rows, now)?);
        }
        self.retire_others(program, now)?;
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

    fn refuse_silent_changes(&self, program: &Program) -> Result<(), InstallFault> {
        for campaign in &program.campaigns {
            let changed = self.campaigns.values().find(|installed| {
                let known = &installed.campaign;
                known.name == campaign.name && known.version == campaign.version && known.hash != campaign.hash
            });
            let Some(changed) = changed else { continue };
            let people = self.people_on(changed.id)?;
            if people > 0 {
                let (name, version) = (campaign.name.clone(), campaign.version);
                return Err(InstallFault::VersionNotRaised { name, version, people });
            }
        }
        Ok(())
    }

    fn people_on(&self, campaign: CampaignId) -> Result<usize, StoreFault> {
        let mut people = 0;
        self.parts.store.scan(crate::model::journal::Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record {
                people += usize::from(enrollment.campaign == campaign && !enrollment.has_ended());
            }
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(people)
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
        let same = self
            .campaigns
            .values()
            .find(|installed| installed.campaign.name == campaign.name && installed.campaign.hash == campaign.hash);
        // Lists of `in list` conditions and line numbers are no part of the hash, but the newest ones hold.
        let id = match same {
            Some(installed) => installed.id,
            None => {
                self.counters.campaign += 1;
                CampaignId(self.counters.campaign)
            }
        };
        let is_paused = same.is_some_and(|installed| installed.is_paused);
        let at = same.map_or(now, |installed| installed.at);
        let mut draft = Draft::new(Cause::Install, now);
        draft.put(self.counters_row());
        let older: Vec<Installed> = self
            .campaigns
            .values()
            .filter(|installed| installed.campaign.name == campaign.name && installed.id != id && installed.is_current)
            .map(|installed| Installed { is_current: false, ..(**installed).clone() })
            .collect();
        let newest = Installed { id, campaign: campaign.clone(), at, is_paused, is_current: true };
        for installed in older.into_iter().chain([newest]) {
            draft.put(Record::Campaign(Box::new(installed.clone())));
            self.campaigns.insert(installed.id, Arc::new(installed));
        }
        self.close_quietly(draft)?;
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
