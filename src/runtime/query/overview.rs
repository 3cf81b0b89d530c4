//! What an operator sees first, document `engine.overview/1`: what was done today, and what needs a person.

use crate::model::account::{Budget, Health};
use crate::model::enrollment::{Awaits, Enrollment, Hold, Pause};
use crate::model::id::EnrollmentId;
use crate::model::journal::{Key, Record};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::census::counts::Counts;
use crate::runtime::census::group::Phase;
use crate::runtime::query::view::contact;
use crate::runtime::query::{Query, QueryFault, iso};
use crate::store::contract::StoreFault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
        let parked = self.view.counts(self.store, |counts| {
            self.count_today(counts, &mut found.today);
            let parked = counts.groups().filter(|(group, _)| group.phase == Phase::Parked);
            found.needs.parked = u32::try_from(parked.map(|(_, people)| people).sum::<u64>()).unwrap_or(u32::MAX);
            let named = counts.people(None).filter(|(_, _, group)| found.needs.parked > 0 && group.phase == Phase::Parked);
            named.map(|(id, _, _)| id).take(NAMED_MAX).collect::<Vec<_>>()
        })?;
        for id in parked {
            found.needs.parked_people.extend(self.parked_person(id)?);
        }
        found.needs.replies = self.inbox(None)?.threads.iter().map(|thread| u32::from(thread.waits)).sum();
        found.needs.tasks = u32::try_from(self.tasks(false)?.len()).unwrap_or(u32::MAX);
        let lost =
            self.view.accounts.values().filter(|account| matches!(account.health, Health::Lost { .. } | Health::Deleted { .. }));
        found.needs.accounts = lost.map(|account| account.spec.name.clone()).collect();
        Ok(found)
    }

    fn count_today(&self, counts: &Counts, today: &mut Today) {
        let is_today = |at: Option<Timestamp>| u32::from(at.is_some_and(|at| self.view.now.since_ms(at) < DAY_MS));
        for (_, person, group) in counts.people(None) {
            today.accepted += is_today(person.accepted_at().filter(|_| group.is_invited));
            today.replied += is_today(person.replied_at());
        }
    }

    /// None: a person has said in the meantime what to do.
    fn parked_person(&self, id: EnrollmentId) -> Result<Option<ParkedPerson>, StoreFault> {
        let Some(Record::Enrollment(enrollment)) = self.store.get(&Key::Enrollment(id))? else { return Ok(None) };
        let (Some(why), Some(person)) = (parked_why(&enrollment), contact(self.store, enrollment.contact)?) else {
            return Ok(None);
        };
        Ok(Some(ParkedPerson { id: id.0, name: person.name(), contact: person.key, why }))
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
