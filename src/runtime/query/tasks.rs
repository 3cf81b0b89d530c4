//! `engine tasks --json`: what people of ours were asked to do.

use crate::model::journal::{Key, Record, Table};
use crate::model::outgoing::Task;
use crate::runtime::query::view::contact;
use crate::runtime::query::{Query, QueryFault, iso};
use crate::store::contract::StoreFault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskRow {
    /// What `engine tasks approve` takes.
    pub id: String,
    pub who: String,
    pub address: Option<String>,
    pub text: String,
    pub at: String,
    /// The value of the identifying column.
    pub contact: String,
    pub name: String,
    pub campaign: String,
    /// `approved`, `rejected`, `done`; none: open.
    pub verdict: Option<String>,
    pub settled_at: Option<String>,
}

impl Query<'_> {
    /// The tasks that are open, or all, oldest first.
    pub fn tasks(&self, all: bool) -> Result<Vec<TaskRow>, QueryFault> {
        let mut tasks = Vec::new();
        self.store.scan(Table::Task, None, &mut |record| {
            if let Record::Task(task) = record
                && (all || task.settled.is_none())
            {
                tasks.push(*task);
            }
            ControlFlow::Continue(())
        })?;
        tasks.sort_by_key(|task| (task.at, task.id));
        Ok(tasks.iter().map(|task| self.task_row(task)).collect::<Result<_, _>>()?)
    }

    fn task_row(&self, task: &Task) -> Result<TaskRow, StoreFault> {
        let person = contact(self.store, task.contact)?;
        let enrollment = match self.store.get(&Key::Enrollment(task.id.0.enrollment))? {
            Some(Record::Enrollment(enrollment)) => Some(enrollment),
            _ => None,
        };
        let campaign = enrollment.and_then(|enrollment| self.view.campaigns.get(&enrollment.campaign));
        Ok(TaskRow {
            id: task.id.to_string(),
            who: task.who.clone(),
            address: task.address.clone(),
            text: task.text.clone(),
            at: iso(task.at),
            contact: person.as_ref().map(|person| person.key.clone()).unwrap_or_default(),
            name: person.as_ref().map(crate::model::contact::Contact::name).unwrap_or_default(),
            campaign: campaign.map(|installed| installed.campaign.name.clone()).unwrap_or_default(),
            verdict: task.settled.map(|(verdict, _)| verdict.word().to_owned()),
            settled_at: task.settled.map(|(_, at)| iso(at)),
        })
    }
}
