//! `/api/v1`: what the command line's read commands say, as JSON.

use crate::model::id::EnrollmentId;
use crate::runtime::query::news::NEWS_ROWS_MAX;
use crate::runtime::query::page::{PAGE_ROWS_MAX, PageWish, STATUS_WORDS};
use crate::server::dashboard::act::{Refused, meant};
use crate::server::dashboard::documents::{CampaignDocument, ContactDocument, TasksDocument, TimelineDocument};
use crate::server::dashboard::routes::Routes;
use crate::server::dashboard::wire::{About, Door, answered, misunderstood, read};
use crate::server::dashboard::{Front, feed, metrics, openapi};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

/// Adds the API's routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .open("/healthz", "says that it is alive", async || "alive\n")
        .read("/api/v1/status", "how campaigns and accounts stand: `engine status --json`", status)
        .read("/api/v1/overview", "what was done today, and what needs a person", overview)
        .read("/api/v1/campaigns/{name}", "one campaign: how it stands, and what it is made of", campaign)
        .read("/api/v1/ahead", "what goes out on the coming days, by campaign: a forecast that is kept for an hour", ahead)
        .read("/api/v1/contacts", "a page of contacts: `engine status --contacts --json`", contacts)
        .read("/api/v1/contacts/{id}", "one contact: where they are, and why: `engine why --json`", contact)
        .read("/api/v1/contacts/{id}/timeline", "what happened to one contact: `engine timeline --json`", timeline)
        .read("/api/v1/contacts/{id}/thread", "what was said with one contact", thread)
        .read("/api/v1/accounts", "health and usage of accounts: `engine accounts --json`", accounts)
        .read("/api/v1/inbox", "what people wrote: `engine inbox --json`", inbox)
        .read("/api/v1/tasks", "what people of ours were asked to do: `engine tasks --json`", tasks)
        .read("/api/v1/errors", "what went wrong lately, by its cause: `engine errors --json`", errors)
        .read("/api/v1/news", "what happened since, from a cursor on: `engine news --json`", news)
        .read("/api/v1/report", "what came of it, with intervals: `engine report --json`", report)
        .read("/api/v1/unrouted", "what came in and concerns nobody: `engine webhooks unrouted --json`", unrouted)
        .read("/api/v1/store", "what the store holds: `engine store stats --json`", store)
        .read("/api/v1/backups", "the backups that lie in the data directory, newest first", backups)
        .read("/api/v1/events", "what happens, as it happens: server-sent events", feed::feed)
        .read("/metrics", "figures for Prometheus", metrics::metrics)
        .read("/openapi.json", "this API as an OpenAPI document", openapi::document)
}

async fn named(front: &Front, verb: &'static str, campaign: Option<String>) -> Response {
    answered(front.ask(verb, json!({ "campaign": campaign })).await.map_err(Refused::Nowhere))
}

async fn status(State(front): Door, query: Result<Query<About>, QueryRejection>) -> Response {
    match read(query) {
        Ok(about) => named(&front, "status", about.campaign).await,
        Err(response) => response,
    }
}

async fn inbox(State(front): Door, query: Result<Query<About>, QueryRejection>) -> Response {
    match read(query) {
        Ok(about) => named(&front, "inbox", about.campaign).await,
        Err(response) => response,
    }
}

async fn errors(State(front): Door, query: Result<Query<About>, QueryRejection>) -> Response {
    match read(query) {
        Ok(about) => named(&front, "errors", about.campaign).await,
        Err(response) => response,
    }
}

async fn report(State(front): Door, query: Result<Query<About>, QueryRejection>) -> Response {
    match read(query) {
        Ok(about) => named(&front, "report", about.campaign).await,
        Err(response) => response,
    }
}

async fn store(State(front): Door) -> Response {
    answered(front.ask("store", Value::Null).await.map_err(Refused::Failed))
}

async fn overview(State(front): Door) -> Response {
    answered(front.ask("overview", Value::Null).await.map_err(Refused::Failed))
}

async fn accounts(State(front): Door) -> Response {
    answered(front.ask("accounts", Value::Null).await.map_err(Refused::Failed))
}

async fn campaign(State(front): Door, Path(name): Path<String>) -> Response {
    let status = front.ask("status", json!({ "campaign": name })).await;
    let definition = front.ask("campaign", json!({ "campaign": name })).await;
    let both = status.and_then(|status| Ok((status, definition?)));
    answered(both.map_err(Refused::Nowhere).map(|(status, definition)| {
        let part = |name: &str| status.get(name).cloned().unwrap_or_default();
        json!(CampaignDocument { schema: "engine.campaign/1", time: part("time"), versions: part("campaigns"), definition })
    }))
}

async fn contacts(State(front): Door, query: Result<Query<PageWish>, QueryRejection>) -> Response {
    let wish = match read(query) {
        Ok(wish) => wish,
        Err(response) => return response,
    };
    if let Some(sentence) = beyond(&wish) {
        return misunderstood(&sentence);
    }
    let arguments =
        json!({ "campaign": wish.campaign, "status": wish.status, "step": wish.step, "after": wish.after, "limit": wish.limit });
    answered(front.ask("page", arguments).await.map_err(Refused::Nowhere))
}

/// Why no page can be told of that wish.
fn beyond(wish: &PageWish) -> Option<String> {
    if wish.limit.is_some_and(|limit| !(1..=PAGE_ROWS_MAX).contains(&limit)) {
        return Some(format!("`limit` is from 1 to {PAGE_ROWS_MAX}; `next` leads to the page behind"));
    }
    let unknown = wish.status.as_deref().filter(|status| !STATUS_WORDS.contains(status))?;
    Some(format!("there is no status `{unknown}`; there are {}", STATUS_WORDS.join(", ")))
}

/// The person behind an id, and the name of their campaign.
async fn person(front: &Front, id: &str, about: &About) -> Result<(EnrollmentId, Value), Refused> {
    let id = meant(front, id, about.campaign.as_deref()).await?;
    let person = front.ask("person", json!({ "id": id })).await.map_err(Refused::Failed)?;
    Ok((id, person))
}

/// What a question about one person in one campaign says.
async fn about_person(front: &Front, verb: &'static str, person: &Value) -> Result<Value, Refused> {
    let arguments = json!({ "contact": person.get("contact"), "campaign": person.get("campaign") });
    let answer = front.ask(verb, arguments).await.map_err(Refused::Failed)?;
    Ok(answer.pointer("/0/answers").cloned().unwrap_or(Value::Array(Vec::new())))
}

async fn contact(State(front): Door, Path(id): Path<String>, query: Result<Query<About>, QueryRejection>) -> Response {
    let about = match read(query) {
        Ok(about) => about,
        Err(response) => return response,
    };
    let answer = async {
        let (id, person) = person(&front, &id, &about).await?;
        let whys = about_person(&front, "why", &person).await?;
        let why = whys.get(0).cloned().unwrap_or_default();
        Ok(json!(ContactDocument { schema: "engine.contact/1", id: id.0, contact: person, why }))
    };
    answered(answer.await)
}

async fn timeline(State(front): Door, Path(id): Path<String>, query: Result<Query<About>, QueryRejection>) -> Response {
    let about = match read(query) {
        Ok(about) => about,
        Err(response) => return response,
    };
    let answer = async {
        let (id, person) = person(&front, &id, &about).await?;
        let lines = about_person(&front, "timeline", &person).await?;
        Ok(json!(TimelineDocument { schema: "engine.timeline/1", id: id.0, lines }))
    };
    answered(answer.await)
}

async fn thread(State(front): Door, Path(id): Path<String>, query: Result<Query<About>, QueryRejection>) -> Response {
    let about = match read(query) {
        Ok(about) => about,
        Err(response) => return response,
    };
    let answer = async {
        let id = meant(&front, &id, about.campaign.as_deref()).await?;
        front.ask("thread", json!({ "id": id })).await.map_err(Refused::Failed)
    };
    answered(answer.await)
}

/// Which tasks are wished for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WhichTasks {
    all: bool,
}

async fn tasks(State(front): Door, query: Result<Query<WhichTasks>, QueryRejection>) -> Response {
    match read(query) {
        Ok(which) => {
            let tasks = front.ask("tasks", json!({ "all": which.all })).await;
            answered(tasks.map(|tasks| json!(TasksDocument { schema: "engine.tasks/1", tasks })).map_err(Refused::Failed))
        }
        Err(response) => response,
    }
}

/// Which news is wished for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Since {
    after: u64,
    limit: Option<usize>,
}

async fn news(State(front): Door, query: Result<Query<Since>, QueryRejection>) -> Response {
    let since = match read(query) {
        Ok(since) => since,
        Err(response) => return response,
    };
    if since.limit.is_some_and(|limit| !(1..=NEWS_ROWS_MAX).contains(&limit)) {
        return misunderstood(&format!("`limit` is from 1 to {NEWS_ROWS_MAX}; `next` leads on"));
    }
    answered(front.ask("news", json!({ "after": since.after, "limit": since.limit })).await.map_err(Refused::Failed))
}

async fn unrouted(State(front): Door) -> Response {
    answered(front.ask("unrouted", Value::Null).await.map_err(Refused::Failed))
}

async fn ahead(State(front): Door) -> Response {
    answered(front.ask("ahead", Value::Null).await.map_err(Refused::Failed))
}

async fn backups(State(front): Door) -> Response {
    answered(front.ask("backups", Value::Null).await.map_err(Refused::Failed))
}
