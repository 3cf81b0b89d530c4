//! What comes round by the clock: lists read again (`refresh`) and figures sent (`report`).
//!
//! A round that fell due while nothing ran is made up for once, at the start; several missed ones are one.

use crate::model::campaign::{Recipient, Report};
use crate::model::cron::Cron;
use crate::model::journal::{Cause, Installed};
use crate::model::outgoing::LetterKind;
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::errand::Message;
use crate::runtime::letters::{Draught, address_of};
use crate::runtime::partition::Partition;
use crate::runtime::query::Query;
use crate::runtime::query::status::CampaignStatus;
use crate::store::contract::StoreFault;
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One thing that comes round.
struct Round<'a> {
    cron: &'a Cron,
    zone: TimeZone,
    task: Task<'a>,
}

enum Task<'a> {
    /// Of that campaign.
    Refresh(&'a str),
    /// Of that campaign; none: of all.
    Report(Option<&'a str>, &'a Report),
}

impl Partition {
    /// Looks at the clock's rounds anew: at the start, and when campaigns were installed. `since`: what was missed counts
    /// from then on.
    pub(super) fn plan_rounds(&mut self, since: Timestamp) {
        let until = *self.rounds.until.get_or_insert(since);
        self.rounds.next = self.all_rounds().iter().filter_map(|round| round.cron.next(until, &round.zone)).min();
    }

    /// When something comes round next.
    pub(super) fn next_round(&self) -> Option<Timestamp> {
        self.rounds.next
    }

    /// Makes the rounds that are due.
    pub(super) fn make_rounds(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        if self.is_stopping || self.rounds.next.is_none_or(|next| next > now) {
            return Ok(());
        }
        let Some(until) = self.rounds.until else { return Ok(()) };
        let mut lists = BTreeSet::new();
        let mut reports = Vec::new();
        for round in self.all_rounds() {
            let Some(due) = round.cron.next(until, &round.zone).filter(|due| *due <= now) else { continue };
            match round.task {
                Task::Refresh(campaign) => {
                    lists.insert(campaign.to_owned());
                }
                Task::Report(campaign, report) => reports.push((campaign.map(str::to_owned), report.who.clone(), due)),
            }
        }
        for (campaign, who, due) in reports {
            self.report(campaign.as_deref(), &who, due, now)?;
        }
        self.read_lists(lists);
        self.rounds.until = Some(now);
        self.plan_rounds(now);
        Ok(())
    }

    fn all_rounds(&self) -> Vec<Round<'_>> {
        let workspace = &self.parts.workspace;
        let mut rounds = Vec::new();
        let current = self.campaigns.values().filter(|installed| installed.is_current);
        for campaign in current.map(|installed| &installed.campaign) {
            let zone = campaign.calendar.zone_for(None);
            let refresh = campaign.contacts.refresh.as_ref().or(workspace.refresh.as_ref());
            rounds.extend(refresh.map(|cron| Round { cron, zone: zone.clone(), task: Task::Refresh(&campaign.name) }));
            let reports = campaign.reports.iter();
            rounds.extend(reports.map(|report| Round {
                cron: &report.cron,
                zone: zone.clone(),
                task: Task::Report(Some(campaign.name.as_str()), report),
            }));
        }
        let zone = workspace.calendar.zone_for(None);
        let reports = workspace.reports.iter();
        rounds.extend(reports.map(|report| Round { cron: &report.cron, zone: zone.clone(), task: Task::Report(None, report) }));
        rounds
    }

    /// Reads the lists of these campaigns again, beside the turns.
    fn read_lists(&mut self, campaigns: BTreeSet<String>) {
        let Some(lists) = self.letters.outside.lists.clone().filter(|_| !campaigns.is_empty() && !self.rounds.is_reading) else {
            return;
        };
        self.rounds.is_reading = true;
        let lost = Message::Reread { campaigns: BTreeSet::new(), result: Err("the reading broke off".to_owned()) };
        let errand = async move { Message::Reread { result: lists().map(Arc::new), campaigns } };
        self.parts.errands.start(lost, Box::pin(errand));
    }

    /// The lists were read again: who is new on them enters. Campaigns themselves change by a reload alone.
    pub(super) fn reread(
        &mut self,
        campaigns: &BTreeSet<String>,
        result: Result<Arc<Program>, String>,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        self.rounds.is_reading = false;
        let program = match result {
            Ok(program) => program,
            Err(why) => {
                self.parts.pulse.trouble(Some(format!("the lists could not be read again: {why}")));
                return Ok(());
            }
        };
        self.parts.workspace.never_contact.clone_from(&program.workspace.never_contact);
        for (campaign, roster) in program.campaigns.iter().zip(&program.rosters) {
            if !campaigns.contains(&campaign.name) {
                continue;
            }
            let Some(id) = self.current(&campaign.name) else { continue };
            let enrolled = self.enroll(id, &roster.rows, now)?;
            let left_out = enrolled.left_out.len() + roster.refused.len();
            tracing::info!(campaign = campaign.name, entered = enrolled.entered, left_out, "the list was read again");
        }
        Ok(())
    }

    /// Sends a campaign's figures, or everybody's.
    fn report(&mut self, campaign: Option<&str>, who: &Recipient, due: Timestamp, now: Timestamp) -> Result<(), StoreFault> {
        let store = Arc::clone(&self.parts.store);
        let asked = Query::open(&*store, now).and_then(|query| query.status(campaign));
        let campaigns = match asked {
            Ok(status) => status.campaigns,
            Err(fault) => {
                self.parts.pulse.trouble(Some(format!("a report could not be made: {fault}")));
                return Ok(());
            }
        };
        let text = campaigns.iter().map(sentence).collect::<Vec<_>>().join("\n");
        let (name, address) = self.report_address(campaign, who);
        let Some(url) = self.letters.outside.notify_url.clone() else {
            tracing::info!(who = name, "{text}");
            return Ok(());
        };
        let data = json!({ "campaign": campaign, "who": name, "address": address, "due": due.iso_ms(), "campaigns": campaigns });
        let mut draft = Draft::new(Cause::Command { word: "report".to_owned() }, now);
        let (kind, word) = (LetterKind::Report, LetterKind::Report.word());
        let draught = Draught { kind, word, url: &url, key: None, data, text: Some(&text), moment: Some(due) };
        self.write_letter(&mut draft, draught);
        self.close_quietly(draft)?;
        Ok(())
    }

    /// `owner` is every owner of the campaign's accounts, or of all.
    fn report_address(&self, campaign: Option<&str>, who: &Recipient) -> (String, Option<String>) {
        if let Recipient::Named { .. } = who {
            return address_of(who, None);
        }
        let is_meant = |installed: &&Arc<Installed>| installed.is_current && Some(installed.campaign.name.as_str()) == campaign;
        let installed = self.campaigns.values().find(is_meant);
        let speaks = |name: &String| installed.is_none_or(|installed| installed.campaign.accounts.contains(name));
        let owners = self.accounts.values().filter(|account| speaks(&account.spec.name));
        let owners: BTreeSet<String> = owners.filter_map(|account| account.spec.owner.clone()).collect();
        let address = (!owners.is_empty()).then(|| owners.into_iter().collect::<Vec<_>>().join(", "));
        ("owner".to_owned(), address)
    }
}

/// A version's figures in a line.
fn sentence(status: &CampaignStatus) -> String {
    let counts = &status.contacts;
    let percent = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    let outcomes = status.outcomes.iter().filter(|(_, count)| count.as_u64() != Some(0));
    let outcomes: Vec<String> = outcomes.map(|(name, count)| format!("{count} {name}")).collect();
    let ended = if outcomes.is_empty() { String::new() } else { format!(" ({})", outcomes.join(", ")) };
    format!(
        "{} v{}: {} people, {} queued, {} under way, {} ended{ended}; sent {} invitations, {} messages, {} InMails; {} accepted, {} replied",
        status.name,
        status.version,
        counts.total,
        counts.queued,
        counts.active + counts.paused + counts.parked,
        counts.ended,
        status.sends.invite,
        status.sends.message,
        status.sends.inmail,
        percent(status.rates.accepted),
        percent(status.rates.replied),
    )
}
