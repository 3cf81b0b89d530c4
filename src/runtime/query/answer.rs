//! The questions by name, as other processes and pages ask them: arguments and answers are JSON.

use crate::model::id::EnrollmentId;
use crate::model::time::Timestamp;
use crate::runtime::census::watched::Watched;
use crate::runtime::pulse::Pulse;
use crate::runtime::query::page::PageWish;
use crate::runtime::query::{Query, QueryFault};
use crate::store::contract::Store;
use serde::Deserialize;
use serde_json::{Value, json};
use std::ops::ControlFlow;

/// What a question may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Question {
    campaign: Option<String>,
    contact: Option<String>,
    all: bool,
    /// Of an enrollment.
    id: Option<u64>,
    /// A cursor of the news.
    after: Option<u64>,
    limit: Option<usize>,
}

/// Answers `status`, `overview`, `contacts`, `page`, `person`, `why`, `timeline`, `inbox`, `thread`, `report`, `accounts`, `tasks`,
/// `errors`, `news`, `unrouted`, `find` and `time`. The error is a sentence.
pub fn answer(store: &Watched, now: Timestamp, verb: &str, arguments: &Value) -> Result<Value, String> {
    let question = match arguments {
        Value::Null => Question::default(),
        given => Question::deserialize(given).map_err(|fault| format!("the question is not understood: {fault}"))?,
    };
    let query = Query::over(store, now).map_err(|fault| fault.to_string())?;
    if verb == "page" {
        let wish = PageWish::deserialize(arguments).map_err(|fault| format!("the question is not understood: {fault}"))?;
        return query.page(&wish).map(|page| json!(page)).map_err(|fault| fault.to_string());
    }
    answer_by(&query, now, verb, &question)
        .map_err(|fault| fault.to_string())?
        .ok_or_else(|| format!("there is no question `{verb}`"))
}

fn answer_by(query: &Query<'_>, now: Timestamp, verb: &str, question: &Question) -> Result<Option<Value>, QueryFault> {
    let campaign = question.campaign.as_deref();
    let found = |query: &Query<'_>| query.find(question.contact.as_deref().unwrap_or_default(), campaign);
    Ok(match verb {
        "time" => Some(json!(now.iso_ms())),
        "status" => Some(json!(query.status(campaign)?)),
        "campaign" => Some(json!(query.current(campaign.unwrap_or_default())?)),
        "overview" => Some(json!(query.overview()?)),
        "report" => Some(json!(query.report(campaign)?)),
        "inbox" => Some(json!(query.inbox(campaign)?)),
        "thread" => Some(json!(query.thread(EnrollmentId(question.id.unwrap_or_default()))?)),
        "person" => Some(json!(query.person(EnrollmentId(question.id.unwrap_or_default()))?)),
        "accounts" => Some(json!(query.accounts()?)),
        "errors" => Some(json!(query.errors(campaign)?)),
        "news" => Some(json!(query.news(question.after.unwrap_or_default(), question.limit)?)),
        "unrouted" => Some(json!(query.unrouted()?)),
        "tasks" => Some(json!(query.tasks(question.all)?)),
        "contacts" => {
            let mut rows = Vec::new();
            query.contacts(campaign, &mut |row, contact| {
                rows.push(json!({ "row": row, "fields": contact.fields, "tags": contact.tags }));
                ControlFlow::Continue(())
            })?;
            Some(Value::Array(rows))
        }
        "find" => {
            let people = found(query)?.into_iter().map(|found| {
                let enrollments: Vec<Value> =
                    found.enrollments.iter().map(|held| json!({ "id": held.id, "ended": held.has_ended() })).collect();
                json!({ "contact": found.contact.key, "name": found.contact.name(), "enrollments": enrollments })
            });
            Some(people.collect())
        }
        "why" => Some(each(query, found(query)?, |query, found| Ok(json!(query.why(found, campaign)?)))?),
        "timeline" => Some(each(query, found(query)?, |query, found| Ok(json!(query.timeline(found, campaign)?)))?),
        _ => None,
    })
}

/// A list of answers, one list a person found.
fn each(
    query: &Query<'_>,
    people: Vec<crate::runtime::query::find::Found>,
    ask: impl Fn(&Query<'_>, &crate::runtime::query::find::Found) -> Result<Value, QueryFault>,
) -> Result<Value, QueryFault> {
    people
        .iter()
        .map(|found| Ok(json!({ "contact": found.contact.key, "name": found.contact.name(), "answers": ask(query, found)? })))
        .collect()
}

/// The lines from that number on, as far as the pulse keeps them: what `lines` answers. `names` are looked up once each.
pub fn lines(store: &dyn Store, pulse: &Pulse, now: Timestamp, after: u64) -> Result<Value, String> {
    let (lines, next) = pulse.since(after);
    let query = Query::open(store, now).map_err(|fault| fault.to_string())?;
    let first = next - lines.len() as u64;
    let mut told = Vec::with_capacity(lines.len());
    for ((id, entry), number) in lines.iter().zip(first..) {
        let line = query.live_line(*id, entry).map_err(|fault| fault.to_string())?;
        if let Some(Value::Object(mut line)) = line {
            line.insert("number".to_owned(), json!(number));
            told.push(Value::Object(line));
        }
    }
    Ok(json!({ "time": now.iso_ms(), "next": next, "lines": told }))
}
