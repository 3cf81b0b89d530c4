//! The town of a script: its campaign alone, the accounts that speak for it, one contact.

use crate::model::account::{AccountSpec, Channel};
use crate::model::campaign::Campaign;
use crate::model::id::EnrollmentId;
use crate::model::program::{Program, Roster, RosterRow, Workspace};
use crate::model::script::Script;
use crate::model::time::Timestamp;
use crate::runtime::reach::address;
use crate::sim::faults::Faults;
use crate::sim::people::directory::Directory;
use crate::sim::postpress::account::AccountSeed;
use crate::sim::postpress::ledger::Kind;
use crate::sim::script::days::Days;
use crate::sim::script::played::Told;
use crate::sim::script::watch::{Scene, Watch};
use crate::sim::world::{Setting, Town, TownFault, account_seed, silent};
use crate::store::memory::MemoryStore;
use std::sync::Arc;

/// The seed of every test: the same names, the same delays.
const SEED: u64 = 7;

/// A script being played.
pub(super) struct Stage<'a> {
    pub script: &'a Script,
    pub campaign: &'a Campaign,
    pub town: Town,
    pub days: Days,
    pub watch: Watch,
    /// None: the contact was left out.
    pub contact: Option<EnrollmentId>,
    /// The moment of the last line.
    pub cursor: Timestamp,
    /// How many scenes belong to the test; what was looked at beyond only explains its failure.
    pub curtain: Option<usize>,
}

impl<'a> Stage<'a> {
    /// Builds the town and lets the contact enter. None: the program has no such campaign.
    pub fn set(program: &'a Program, script: &'a Script) -> Result<Option<Self>, TownFault> {
        let Some(campaign) = program.campaigns.iter().find(|campaign| campaign.name == script.campaign) else { return Ok(None) };
        let begin = Days::begin(&campaign.calendar);
        let accounts = speakers(program, campaign, script);
        let mut people = Directory::new(SEED);
        silent(&mut people, &script.fields, script.is_relation);
        let seeds = accounts.iter().map(|spec| {
            let credits = (spec.channel == Channel::Linkedin).then_some(i64::from(script.inmail_credits));
            AccountSeed { credits, ..account_seed(spec) }
        });
        let row = RosterRow::alone("the test", script.line, &script.key, &script.fields);
        let town = Town::new(Setting {
            store: Arc::new(MemoryStore::new()),
            people,
            accounts: seeds.collect(),
            faults: Faults::new(SEED, Vec::new()),
            ledger: None,
            begin,
            hears: true,
            program: Program {
                root: program.root.clone(),
                workspace: Workspace { accounts, ..program.workspace.clone() },
                campaigns: vec![campaign.clone()],
                rosters: vec![Roster { rows: vec![row], refused: Vec::new() }],
            },
        })?;
        let zone = campaign.calendar.zone_for(script.fields.get("timezone").map(String::as_str));
        let contact = town.enrollments()?.first().map(|enrollment| enrollment.id);
        let days = Days { calendar: campaign.calendar.clone(), zone };
        Ok(Some(Self { script, campaign, town, days, watch: Watch::new(), contact, cursor: begin, curtain: None }))
    }

    /// Takes turns until something must wait, and looks at what happened; says until when.
    pub fn settle(&mut self) -> Result<Timestamp, TownFault> {
        let next = self.town.settle_down()?;
        if let Some(contact) = self.contact {
            self.watch.look(&self.town, contact)?;
        }
        Ok(next)
    }

    /// Lets time pass until a moment, whatever happens.
    pub fn pass(&mut self, until: Timestamp) -> Result<(), TownFault> {
        while self.town.now() < until {
            let next = self.settle()?;
            self.town.go_on(next, until);
        }
        self.settle()?;
        Ok(())
    }

    /// Why the contact is in no campaign.
    pub fn left_out(&self) -> String {
        let reason = self.town.enrolled.iter().flat_map(|enrolled| &enrolled.left_out).map(|row| row.reason.clone()).next();
        reason.unwrap_or_else(|| "they were not let in".to_owned())
    }

    /// Account at postpress, and the contact's id there: of the last send that was theirs alone; before any, of the
    /// campaign's own channel.
    pub fn line(&self) -> Result<Option<(String, String)>, TownFault> {
        let is_theirs = |kind: Kind| matches!(kind, Kind::Invite | Kind::Message | Kind::Inmail);
        let last = self.watch.effects.iter().rev().find(|line| is_theirs(line.kind));
        match last {
            Some(line) => Ok(Some((line.account.clone(), line.recipient_id.clone()))),
            None => self.line_on(self.campaign.channel),
        }
    }

    /// The same on a channel; on another where they cannot be reached by that one.
    pub fn line_on(&self, channel: Channel) -> Result<Option<(String, String)>, TownFault> {
        let Some(id) = self.contact else { return Ok(None) };
        let Some(enrollment) = self.town.enrollment(id)? else { return Ok(None) };
        let own = enrollment.lines.get_key_value(&channel).or_else(|| enrollment.lines.iter().next());
        let Some((channel, line)) = own else { return Ok(None) };
        let account = self.town.account(line.account)?.map(|account| account.spec.provider_account.0);
        Ok(account.zip(address(&self.script.fields, *channel)))
    }

    /// What happened so far, with day and time.
    pub fn transcript(&self) -> Vec<Told> {
        let told = |scene: &Scene| Told {
            day: self.days.day_of(scene.at()),
            clock: self.days.clock(scene.at()),
            at: scene.at(),
            scene: scene.clone(),
        };
        self.watch.scenes.iter().take(self.curtain.unwrap_or(usize::MAX)).map(told).collect()
    }
}

/// The accounts that speak to the contact: of each channel the first of the campaign's. The others would only cost time.
fn speakers(program: &Program, campaign: &Campaign, script: &Script) -> Vec<AccountSpec> {
    let declared = |name: &String| program.workspace.accounts.iter().find(|spec| spec.name == *name);
    let first = |channel: Channel| campaign.accounts.iter().filter_map(declared).find(|spec| spec.channel == channel);
    Channel::ALL.into_iter().filter(|channel| script.fields.contains_key(channel.word())).filter_map(first).cloned().collect()
}
