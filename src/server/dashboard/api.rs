//! `/api/v1`: what the command line's read commands say, as JSON, and what may be done.

use crate::model::id::EnrollmentId;
use crate::runtime::command::Command;
use crate::runtime::query::page::PageWish;
use crate::server::dashboard::act::{Refused, Said, carry_out, meant, of_campaign, of_contact, of_task};
use crate::server::dashboard::once::Once;
use crate::server::dashboard::problem::problem;
use crate::server::dashboard::routes::Routes;
use crate::server::dashboard::{Front, feed, metrics, openapi};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

type Door = State<Arc<Front>>;

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
        .read("/api/v1/unrouted", "what came in and concerns nobody: `engine webhooks unrouted --json`", unrouted)
        .read("/api/v1/backups", "the backups that lie in the data directory, newest first", backups)
        .act("/api/v1/backups", "make a backup in the data directory: `engine store backup`", back_up)
        .read("/api/v1/events", "what happens, as it happens: server-sent events", feed::feed)
        .act("/api/v1/events", "an event of the user's own: `engine event`", event)
        .act("/api/v1/contacts/{id}/{verb}", "pause, resume, stop, resolve or answer one contact", act_on_contact)
        .act("/api/v1/campaigns/{name}/{verb}", "pause, resume or stop a campaign", act_on_campaign)
        .act("/api/v1/tasks/{id}/{verb}", "approve, reject or done: what became of a task", act_on_task)
        .act("/api/v1/pause", "pause everything: `engine pause --all`", pause_all)
        .act("/api/v1/resume", "let everything go on: `engine resume --all`", resume_all)
        .read("/metrics", "figures for Prometheus", metrics::metrics)
        .read("/openapi.json", "this API as an OpenAPI document", openapi::document)
}

fn refuse(refused: &Refused) -> Response {
    match refused {
        Refused::Nowhere(sentence) => problem(StatusCode::NOT_FOUND, "there is no such thing", sentence),
        Refused::Wrong(sentence) => problem(StatusCode::UNPROCESSABLE_ENTITY, "it cannot be done", sentence),
        Refused::Failed(sentence) => problem(StatusCode::INTERNAL_SERVER_ERROR, "it failed", sentence),
    }
}

fn answered(answer: Result<Value, Refused>) -> Response {
    match answer {
        Ok(value) => Json(value).into_response(),
        Err(refused) => refuse(&refused),
    }
}

/// What a question about a campaign may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    campaign: Option<String>,
}

/// A query string as it was meant, or why it is none.
#[expect(clippy::result_large_err, reason = "the error is the answer, made once a request")]
fn read<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Response> {
    query
        .map(|Query(wish)| wish)
        .map_err(|fault| problem(StatusCode::BAD_REQUEST, "the question is not understood", &fault.body_text()))
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
        json!({
            "schema": "engine.campaign/1",
            "time": status.get("time"),
            "versions": status.get("campaigns"),
            "definition": definition,
        })
    }))
}

async fn contacts(State(front): Door, query: Result<Query<PageWish>, QueryRejection>) -> Response {
    let wish = match read(query) {
        Ok(wish) => wish,
        Err(response) => return response,
    };
    let arguments =
        json!({ "campaign": wish.campaign, "status": wish.status, "step": wish.step, "after": wish.after, "limit": wish.limit });
    answered(front.ask("page", arguments).await.map_err(Refused::Nowhere))
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
        Ok(json!({ "schema": "engine.contact/1", "id": id, "contact": person, "why": whys.get(0) }))
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
        Ok(json!({ "schema": "engine.timeline/1", "id": id, "lines": lines }))
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
            answered(tasks.map(|tasks| json!({ "schema": "engine.tasks/1", "tasks": tasks })).map_err(Refused::Failed))
        }
        Err(response) => response,
    }
}

async fn unrouted(State(front): Door) -> Response {
    answered(front.ask("unrouted", Value::Null).await.map_err(Refused::Failed))
}

/// Does what is asked, once: a second request with the same `Idempotency-Key` is answered as the first was.
async fn done(front: &Front, headers: &HeaderMap, what: &str, command: Result<Command, Refused>) -> Response {
    let command = match command {
        Ok(command) => command,
        Err(refused) => return refuse(&refused),
    };
    let work = async {
        carry_out(front, &command).await.map(|mut answer| {
            if let Value::Object(fields) = &mut answer {
                fields.insert("schema".to_owned(), json!("engine.done/1"));
            }
            answer
        })
    };
    once(front, headers, what, work).await
}

/// Does the work unless it was done for the same key already.
async fn once(front: &Front, headers: &HeaderMap, what: &str, work: impl Future<Output = Result<Value, Refused>>) -> Response {
    let key = Once::key(headers, what);
    if let Some(before) = key.as_ref().and_then(|key| front.once.answered(key)) {
        return answered(before.map_err(Refused::Wrong));
    }
    let answer = work.await;
    if let Some(key) = key {
        front.once.remember(key, answer.clone().map_err(|refused| refused.sentence().to_owned()));
    }
    answered(answer)
}

async fn ahead(State(front): Door) -> Response {
    answered(front.ask("ahead", Value::Null).await.map_err(Refused::Failed))
}

async fn backups(State(front): Door) -> Response {
    answered(front.ask("backups", Value::Null).await.map_err(Refused::Failed))
}

async fn back_up(State(front): Door, headers: HeaderMap) -> Response {
    let work = async { front.ask("backup", Value::Null).await.map_err(Refused::Failed) };
    once(&front, &headers, "backup", work).await
}

/// How a parked send is resolved, or what is answered; nothing for the other verbs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    how: Option<String>,
    text: Option<String>,
}

async fn act_on_contact(
    State(front): Door,
    Path((id, verb)): Path<(String, String)>,
    headers: HeaderMap,
    query: Result<Query<About>, QueryRejection>,
    body: axum::body::Bytes,
) -> Response {
    let about = match read(query) {
        Ok(about) => about,
        Err(response) => return response,
    };
    let body: Body = match body.is_empty() {
        true => Body::default(),
        false => match serde_json::from_slice(&body) {
            Ok(body) => body,
            Err(fault) => return problem(StatusCode::BAD_REQUEST, "the body is not understood", &fault.to_string()),
        },
    };
    let command = async {
        let id = meant(&front, &id, about.campaign.as_deref()).await?;
        of_contact(&verb, id, Said { how: body.how.as_deref(), text: body.text.as_deref() })
    };
    done(&front, &headers, &format!("{verb} {id}"), command.await).await
}

async fn act_on_campaign(State(front): Door, Path((name, verb)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let known = front.ask("status", json!({ "campaign": name })).await;
    let command = known.map_err(Refused::Nowhere).and_then(|_| of_campaign(&verb, &name));
    done(&front, &headers, &format!("{verb} campaign {name}"), command).await
}

async fn act_on_task(State(front): Door, Path((id, verb)): Path<(String, String)>, headers: HeaderMap) -> Response {
    done(&front, &headers, &format!("{verb} task {id}"), of_task(&verb, &id)).await
}

async fn pause_all(State(front): Door, headers: HeaderMap) -> Response {
    done(&front, &headers, "pause all", Ok(Command::PauseAll)).await
}

async fn resume_all(State(front): Door, headers: HeaderMap) -> Response {
    done(&front, &headers, "resume all", Ok(Command::ResumeAll)).await
}

/// `engine event NAME CONTACT --data JSON`
#[derive(Debug, Deserialize)]
struct Named {
    name: String,
    contact: String,
    #[serde(default)]
    campaign: Option<String>,
    #[serde(default)]
    data: Option<Value>,
}

async fn event(State(front): Door, headers: HeaderMap, body: Result<Json<Named>, JsonRejection>) -> Response {
    let named = match body {
        Ok(Json(named)) => named,
        Err(fault) => return problem(StatusCode::BAD_REQUEST, "the body is not understood", &fault.body_text()),
    };
    let command = async {
        if named.name.trim().is_empty() {
            return Err(Refused::Wrong("an event has a name: `calendly.booked`".to_owned()));
        }
        let id = meant(&front, &named.contact, named.campaign.as_deref()).await?;
        let data = named.data.as_ref().map(Value::to_string);
        Ok(Command::Event { enrollments: vec![id], name: named.name.clone(), data })
    };
    done(&front, &headers, &format!("event {} {}", named.name, named.contact), command.await).await
}
