//! What an operator sees first, document `engine.overview/1`: what was done today, and what needs a person.

use crate::model::account::{Budget, Health};
use crate::model::enrollment::{Awaits, Enrollment, Hold, Pause};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::query::view::{contact, each_enrollment};
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Days of the sparklines, today included.
pub const SPARK_DAYS: usize = 14;
/// Parked sends that are named; more are counted.
pub const NAMED_MAX: usize = 20;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Overview {
    pub schema: String,
    pub time: String,
    pub today: Today,
    pub needs: Needs,
    /// What was sent a day, oldest first, by campaign.
    pub sparks: BTreeMap<String, Vec<u32>>,
}

/// The last 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Today {
    pub invites: u32,
    pub messages: u32,
    pub inmails: u32,
    pub accepted: u32,
    pub replied: u32,
}

/// What only a person can do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Needs {
    /// Threads of the inbox that wait for an answer.
    pub replies: u32,
    pub tasks: u32,
    pub parked: u32,
    /// The first of the parked.
    pub parked_people: Vec<ParkedPerson>,
    /// Accounts that cannot be used.
    pub accounts: Vec<String>,
}

/// Somebody whose send a person has to decide about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParkedPerson {
    pub id: u64,
    pub contact: String,
    pub name: String,
    pub why: String,
}

impl Query<'_> {
    /// What was done today, and what needs a person.
    pub fn overview(&self) -> Result<Overview, QueryFault> {
        let mut found = Overview {
            schema: "engine.overview/1".to_owned(),
            time: iso(self.view.now),
            today: self.spent_today(),
            needs: Needs::default(),
            sparks: self.sparks(),
        };
        let mut parked: Vec<(Enrollment, String)> = Vec::new();
        let now = self.view.now;
        each_enrollment(self.store, &mut |enrollment| {
            let is_today = |at: Option<Timestamp>| u32::from(at.is_some_and(|at| now.since_ms(at) < DAY_MS));
            found.today.accepted += is_today(enrollment.facts.accepted_at.filter(|_| enrollment.facts.invited_at.is_some()));
            found.today.replied += is_today(enrollment.facts.replied_at);
            if let Some(why) = parked_why(&enrollment) {
                found.needs.parked += 1;
                if parked.len() < NAMED_MAX {
                    parked.push((enrollment, why));
                }
            }
            ControlFlow::Continue(())
        })?;
        for (enrollment, why) in parked {
            let Some(person) = contact(self.store, enrollment.contact)? else { continue };
            let (id, name) = (enrollment.id.0, person.name());
            found.needs.parked_people.push(ParkedPerson { id, contact: person.key, name, why });
        }
        found.needs.replies = self.inbox(None)?.threads.iter().map(|thread| u32::from(thread.waits)).sum();
        found.needs.tasks = u32::try_from(self.tasks(false)?.len()).unwrap_or(u32::MAX);
        let lost =
            self.view.accounts.values().filter(|account| matches!(account.health, Health::Lost { .. } | Health::Deleted { .. }));
        found.needs.accounts = lost.map(|account| account.spec.name.clone()).collect();
        Ok(found)
    }

    fn spent_today(&self) -> Today {
        let spent = |budget: Budget| {
            let counts = self.view.accounts.keys().map(|id| self.view.usage.counts(*id, budget, self.view.now));
            counts.map(|[day, _, _]| day).sum()
        };
        Today {
            invites: spent(Budget::Invites),
            messages: spent(Budget::Messages),
            inmails: spent(Budget::Inmails),
            ..Today::default()
        }
    }

    fn sparks(&self) -> BTreeMap<String, Vec<u32>> {
        let mut sparks: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (_, budget, used) in self.view.usage.all() {
            let is_send = matches!(budget, Budget::Invites | Budget::Messages | Budget::Inmails);
            let days = usize::try_from(self.view.now.since_ms(used.at) / DAY_MS).unwrap_or(usize::MAX);
            let Some(installed) = self.view.campaigns.get(&used.campaign).filter(|_| is_send && days < SPARK_DAYS) else {
                continue;
            };
            let spark = sparks.entry(installed.campaign.name.clone()).or_insert_with(|| vec![0; SPARK_DAYS]);
            if let Some(count) = spark.get_mut(SPARK_DAYS - 1 - days) {
                *count += 1;
            }
        }
        sparks
    }
}

fn parked_why(enrollment: &Enrollment) -> Option<String> {
    if let Some(Pause::Broken { why, .. }) = enrollment.pause() {
        return Some(why.clone());
    }
    match &enrollment.frame()?.awaits {
        Awaits::Call { hold: Some(Hold::Parked { why, .. }), .. } => Some(why.clone()),
        Awaits::Call { .. } | Awaits::Timer { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
    }
}
