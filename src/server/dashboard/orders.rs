//! `/api/v1`: what may be done. Each order becomes one command, and is carried out once for a key.

use crate::runtime::command::Command;
use crate::server::dashboard::Front;
use crate::server::dashboard::act::{Refused, Said, carry_out, meant, of_campaign, of_contact, of_task};
use crate::server::dashboard::documents::Done;
use crate::server::dashboard::once::{Meaning, Once};
use crate::server::dashboard::problem::problem;
use crate::server::dashboard::routes::Routes;
use crate::server::dashboard::wire::{About, Door, answered, misunderstood, read, refuse, said};
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use std::future::Future;
use std::sync::Arc;

/// Adds the orders' routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .act("/api/v1/backups", "make a backup in the data directory: `engine store backup`", back_up)
        .act("/api/v1/events", "an event of the user's own: `engine event`", event)
        .act("/api/v1/contacts/{id}/{verb}", "pause, resume, stop, resolve or answer one contact", act_on_contact)
        .act("/api/v1/campaigns/{name}/{verb}", "pause, resume or stop a campaign", act_on_campaign)
        .act("/api/v1/tasks/{id}/{verb}", "approve, reject or done: what became of a task", act_on_task)
        .act("/api/v1/pause", "pause everything: `engine pause --all`", pause_all)
        .act("/api/v1/resume", "let everything go on: `engine resume --all`", resume_all)
}

/// Does what is asked, once: a second request with the same `Idempotency-Key` is answered as the first was.
async fn done(front: &Arc<Front>, headers: &HeaderMap, what: &str, command: Result<Command, Refused>) -> Response {
    let command = match command {
        Ok(command) => command,
        Err(refused) => return refuse(&refused),
    };
    let here = Arc::clone(front);
    let work = async move {
        let answer = carry_out(&here, &command).await?;
        let answer = answer.as_object().cloned().unwrap_or_default();
        Ok(json!(Done { schema: "engine.done/1", answer }))
    };
    once(front, headers, what, work).await
}

/// Does the work unless it was done, or is being done, for the same key.
async fn once(
    front: &Arc<Front>,
    headers: &HeaderMap,
    what: &str,
    work: impl Future<Output = Result<Value, Refused>> + Send + 'static,
) -> Response {
    let key = match Once::key(headers, what) {
        Ok(Some(key)) => key,
        Ok(None) => return answered(work.await),
        Err(sentence) => return misunderstood(&sentence),
    };
    match front.once.begin(&key) {
        Meaning::Answered(before) => answered(before),
        Meaning::Underway => {
            let way_out = "a request with this `Idempotency-Key` is being carried out; ask again with it in a moment";
            problem(StatusCode::CONFLICT, "it is under way", way_out)
        }
        Meaning::New => {
            // In a task of its own: whoever asked may go away, and ask again with the same key.
            let front = Arc::clone(front);
            let carried_out = tokio::spawn(async move {
                let answer = tokio::spawn(work).await.unwrap_or_else(|fault| Err(Refused::Failed(fault.to_string())));
                front.once.end(key, &answer);
                answer
            });
            answered(carried_out.await.unwrap_or_else(|fault| Err(Refused::Failed(fault.to_string()))))
        }
    }
}

async fn back_up(State(front): Door, headers: HeaderMap) -> Response {
    let here = Arc::clone(&front);
    let work = async move { here.ask("backup", Value::Null).await.map_err(Refused::Failed) };
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
    body: Bytes,
) -> Response {
    let about = match read(query) {
        Ok(about) => about,
        Err(response) => return response,
    };
    let body: Body = match body.is_empty() {
        true => Body::default(),
        false => match said(&headers, &body) {
            Ok(body) => body,
            Err(response) => return response,
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

async fn event(State(front): Door, headers: HeaderMap, body: Bytes) -> Response {
    let named: Named = match said(&headers, &body) {
        Ok(named) => named,
        Err(response) => return response,
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
