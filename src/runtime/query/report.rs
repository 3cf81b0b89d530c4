//! `engine report`, document `engine.report/1`: what came of it, by campaign, step, arm, account, version and week.
//!
//! Shares carry their 95 % interval (Wilson's, which keeps its promise for small numbers too): two groups whose intervals
//! overlap have not been shown to differ.

use crate::model::campaign::{Action, Campaign, OutcomeKind};
use crate::model::id::StepId;
use crate::model::time::HOUR_MS;
use crate::runtime::census::counts::Counts;
use crate::runtime::census::group::Group;
use crate::runtime::query::{Query, QueryFault, iso};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    pub schema: String,
    pub time: String,
    /// First by dimension in the order of [`DIMENSIONS`], then by campaign and group.
    pub rows: Vec<ReportRow>,
}

/// How people are grouped, in the order they are shown.
pub const DIMENSIONS: [&str; 6] = ["campaign", "version", "account", "arm", "step", "week"];

/// A group of people, and what came of writing to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportRow {
    pub by: String,
    pub campaign: String,
    /// The version, account, arm, step or the Monday of the week in which people began; empty for the whole campaign.
    pub group: String,
    /// People who began.
    pub people: u64,
    pub invited: u64,
    pub accepted: Share,
    /// Anything was sent to them.
    pub reached: u64,
    /// Of those reached.
    pub replied: Share,
    /// Replied, and ended well (`outcomes won …`), of those reached.
    pub positive: Share,
    /// Hours from the first step to the reply; of those who replied, half were quicker.
    pub hours_to_reply: Option<f64>,
}

/// Has every campaign one group only? Then the rows of a dimension say what the campaigns' own rows say.
pub fn is_single(rows: &[&ReportRow]) -> bool {
    let mut names: Vec<&str> = rows.iter().map(|row| row.campaign.as_str()).collect();
    names.dedup();
    names.len() == rows.len()
}

/// A share of a group.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    pub count: u64,
    /// From 0 to 1; none of nobody.
    pub share: Option<f64>,
    /// The 95 % interval.
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The z of 95 %.
const Z: f64 = 1.959_963_985;

impl Share {
    /// `count` of `whole`.
    pub fn of(count: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self { count, ..Self::default() };
        }
        let (n, p) = (whole as f64, count as f64 / whole as f64);
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let round = |share: f64| (share.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0;
        Self { count, share: Some(round(p)), low: Some(round(middle - half)), high: Some(round(middle + half)) }
    }
}

impl Share {
    /// `43 % (31–56)`: with its interval; of nobody: `–`.
    pub fn told(self) -> String {
        let percent = |share: f64| format!("{:.0}", share * 100.0);
        match (self.share, self.low, self.high) {
            (Some(whole), Some(low), Some(high)) => format!("{} % ({}–{})", percent(whole), percent(low), percent(high)),
            _ => "–".to_owned(),
        }
    }
}

/// What is counted of a group.
#[derive(Default)]
struct Tally {
    people: u64,
    invited: u64,
    accepted: u64,
    reached: u64,
    replied: u64,
    positive: u64,
    reply_ms: Vec<i64>,
}

/// Dimension, campaign, group: where a row stands.
type Place = (usize, String, String);

impl Query<'_> {
    /// What came of everybody who began; of one campaign, or of all.
    pub fn report(&self, campaign: Option<&str>) -> Result<Report, QueryFault> {
        self.check_campaign(campaign)?;
        let tallies = self.view.counts(self.store, |counts| self.groups_of_all(counts, campaign))?;
        let rows =
            tallies.into_iter().map(|((dimension, campaign, group), tally)| tally.row(dimension, campaign, group)).collect();
        Ok(Report { schema: "engine.report/1".to_owned(), time: iso(self.view.now), rows })
    }

    fn groups_of_all(&self, counts: &Counts, campaign: Option<&str>) -> BTreeMap<Place, Tally> {
        let mut reply_ms: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for (_, person, group) in counts.people(None).filter(|(_, _, group)| group.is_reached()) {
            if let (Some(started), Some(replied), true) = (person.started_at(), person.replied_at(), group.has_replied) {
                reply_ms.entry(person.group()).or_default().push(replied.since_ms(started));
            }
        }
        let mut tallies: BTreeMap<Place, Tally> = BTreeMap::new();
        for (number, group, people) in counts.numbered_groups() {
            let installed = self.view.campaigns.get(&group.campaign);
            let installed = installed.filter(|held| campaign.is_none_or(|name| held.campaign.name == name));
            let (Some(installed), Some(week)) = (installed, group.week) else { continue };
            let reply_ms = reply_ms.get(&number).map_or(&[][..], Vec::as_slice);
            for (dimension, name) in self.groups(&installed.campaign, group, week) {
                let place = (dimension, installed.campaign.name.clone(), name);
                tallies.entry(place).or_default().take(&installed.campaign, group, people, reply_ms);
            }
        }
        tallies
    }

    /// The groups of the report that people belong to.
    fn groups(&self, campaign: &Campaign, group: &Group, week: Date) -> Vec<(usize, String)> {
        let mut groups = vec![(0, String::new()), (1, format!("{}", campaign.version))];
        groups.extend(self.view.account_of_group(group).map(|account| (2, account.spec.name.clone())));
        for (at, step) in campaign.steps.iter().enumerate() {
            let id = StepId(u32::try_from(at).unwrap_or(u32::MAX));
            if !group.trail.has_passed(id) {
                continue;
            }
            match &step.action {
                Action::Split { arms } => {
                    let is_there = |target: StepId| group.trail.has_passed(target) || group.step() == Some(target);
                    let taken = arms.iter().find(|arm| is_there(arm.target));
                    groups.extend(taken.map(|arm| (3, format!("{}: {}", step.label, arm.name))));
                }
                Action::Invite { .. } | Action::Send { .. } | Action::Inmail { .. } | Action::Group { .. } => {
                    groups.push((4, step.label.clone()))
                }
                _ => {}
            }
        }
        groups.push((5, week.to_string()));
        groups
    }
}

impl Tally {
    fn take(&mut self, campaign: &Campaign, group: &Group, people: u64, reply_ms: &[i64]) {
        let outcome = group.outcome.and_then(|outcome| campaign.outcomes.get(outcome.0 as usize));
        let is_won = outcome.is_some_and(|outcome| outcome.kind == OutcomeKind::Won);
        let has_replied = group.is_reached() && group.has_replied;
        let of_them = |is_counted: bool| if is_counted { people } else { 0 };
        self.people += people;
        self.invited += of_them(group.is_invited);
        self.accepted += of_them(group.is_invited && group.is_accepted);
        self.reached += of_them(group.is_reached());
        self.replied += of_them(has_replied);
        self.positive += of_them(has_replied && is_won);
        self.reply_ms.extend(reply_ms);
    }

    fn row(mut self, dimension: usize, campaign: String, group: String) -> ReportRow {
        self.reply_ms.sort_unstable();
        let median = self.reply_ms.get(self.reply_ms.len() / 2).filter(|_| !self.reply_ms.is_empty());
        ReportRow {
            by: DIMENSIONS.get(dimension).copied().unwrap_or_default().to_owned(),
            campaign,
            group,
            people: self.people,
            invited: self.invited,
            accepted: Share::of(self.accepted, self.invited),
            reached: self.reached,
            replied: Share::of(self.replied, self.reached),
            positive: Share::of(self.positive, self.reached),
            hours_to_reply: median.map(|ms| (*ms as f64 / HOUR_MS as f64 * 10.0).round() / 10.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Share;
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn an_interval_is_wilsons() {
        // 8 of 10: 0.4902 … 0.9433 (Newcombe 1998, method 3).
        let share = Share::of(8, 10);
        assert_eq!((share.share, share.low, share.high), (Some(0.8), Some(0.4902), Some(0.9433)));
        assert_eq!(Share::of(0, 0).share, None);
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_share(whole in 1u64..5_000, part in 0.0f64..=1.0) {
            let share = Share::of((whole as f64 * part) as u64, whole);
            let holds = |low: f64, share: f64, high: f64| 0.0 <= low && low <= share && share <= high && high <= 1.0;
            prop_assert!(matches!((share.low, share.share, share.high), (Some(low), Some(share), Some(high)) if holds(low, share, high)));
        }
    }
}
