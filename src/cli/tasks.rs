//! `engine tasks`: what people of ours were asked to do, and what became of it.

use crate::cli::context::Context;
use crate::cli::desk::{ask, command};
use crate::cli::ending::{Done, Ending, WRONG};
use crate::cli::operate::tell;
use crate::cli::operator::{Said, Tasks};
use crate::cli::render;
use crate::cli::status::read;
use crate::cli::times::moment;
use crate::model::event::Verdict;
use crate::model::id::TaskId;
use crate::runtime::command::Command;
use crate::runtime::query::tasks::TaskRow;
use serde_json::json;

/// Lists the tasks, or settles one.
pub fn tasks(arguments: &Tasks, context: &Context) -> Done {
    let (id, verdict) = match &arguments.verdict {
        None => return list(arguments.all, context),
        Some(Said::Approve { id }) => (id, Verdict::Approved),
        Some(Said::Reject { id }) => (id, Verdict::Rejected),
        Some(Said::Done { id }) => (id, Verdict::Done),
    };
    let task: TaskId = id
        .parse()
        .map_err(|_| Ending::new(WRONG, format!("`{id}` names no task")).help("`engine tasks` lists them, as `12.3`"))?;
    let answer = command(context, &Command::Settle { task, verdict })?;
    tell(answer, &format!("task `{id}` is {}", verdict.word()), context)
}

fn list(all: bool, context: &Context) -> Done {
    let rows: Vec<TaskRow> = read(ask(context, "tasks", json!({ "all": all }))?)?;
    if context.is_json {
        render::data(&json!({ "schema": "engine.tasks/1", "tasks": rows }).to_string());
        return Ok(Ending::done());
    }
    if rows.is_empty() {
        render::talk(if all { "nobody was ever asked for anything" } else { "nothing waits for anybody" });
    }
    for row in &rows {
        let to = row.address.clone().map_or_else(|| row.who.clone(), |address| format!("{} <{address}>", row.who));
        let stands = row.verdict.clone().unwrap_or_else(|| "open".to_owned());
        let about = format!("{} ({}) in {}", row.name, row.contact, row.campaign);
        render::data(&render::plain(&format!("{:<8} {stands:<9} {}  {to}", row.id, moment(&row.at, context))));
        render::data(&render::plain(&format!("         {}", row.text.replace('\n', " "))));
        render::data(&render::plain(&format!("         about {about}")));
    }
    Ok(Ending::done())
}
