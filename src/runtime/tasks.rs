//! What became of a task: said once, by a person of ours.

use crate::model::event::{Event, Verdict};
use crate::model::id::TaskId;
use crate::model::journal::{Cause, Key, Record};
use crate::model::outgoing::Task;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use serde_json::{Value, json};

impl Partition {
    /// Settles a task: its verdict is an event of the contact's path. The inner error is a sentence.
    pub(super) fn settle_task(
        &mut self,
        id: TaskId,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Result<Value, String>, StoreFault> {
        let Some(Record::Task(task)) = self.parts.store.get(&Key::Task(id))? else {
            return Ok(Err(format!("there is no task `{id}`; `engine tasks` lists them")));
        };
        if let Some((settled, at)) = task.settled {
            return Ok(Err(format!("task `{id}` was settled already: {} at {at}", settled.word())));
        }
        let mut draft = Draft::new(Cause::Command { word: verdict.word().to_owned() }, now);
        let means = self.happen(&mut draft, id.0.enrollment, &Event::Task { task: id, verdict })?;
        draft.put(Record::Task(Box::new(Task { settled: Some((verdict, now)), ..*task })));
        self.close_quietly(draft)?;
        Ok(Ok(json!({ "task": id.to_string(), "verdict": verdict.word(), "changed": u32::from(means) })))
    }
}
