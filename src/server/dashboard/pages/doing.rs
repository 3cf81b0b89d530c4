//! `POST /do`: what the buttons of pages ask for, and back to where they stand.

use crate::runtime::command::Command;
use crate::server::dashboard::Front;
use crate::server::dashboard::act::{Refused, Said, carry_out, meant, of_campaign, of_contact, of_task};
use crate::server::dashboard::pages::layout::message;
use crate::server::dashboard::pages::reply::{self, Answer};
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// A button's form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    order: String,
    id: Option<String>,
    campaign: Option<String>,
    task: Option<String>,
    how: Option<String>,
    text: Option<String>,
    /// The page it stands on.
    back: String,
}

/// Does it.
pub async fn act(State(front): State<Arc<Front>>, form: Result<Form<Wanted>, FormRejection>) -> Response {
    let wanted = match form {
        Ok(Form(wanted)) => wanted,
        Err(fault) => return message(StatusCode::BAD_REQUEST, "That is no form of ours", &fault.body_text()),
    };
    let done = async {
        // No turn makes a backup: what is durable does not change.
        if wanted.order == "backup" {
            return front.ask("backup", Value::Null).await.map_err(Refused::Failed);
        }
        let command = command(&front, &wanted).await?;
        carry_out(&front, &command).await
    };
    match done.await {
        Ok(_) => match done_by_answering(&front, &wanted).await {
            Ok(()) => Redirect::to(back(&wanted.back)).into_response(),
            Err(refused) => message(StatusCode::UNPROCESSABLE_ENTITY, "The answer is on its way", refused.sentence()),
        },
        Err(refused) if wanted.order == "reply" => {
            let answer = Answer {
                id: wanted.id.as_deref().unwrap_or_default(),
                name: "them",
                task: wanted.task.as_deref(),
                back: back(&wanted.back),
                text: wanted.text.as_deref().unwrap_or_default(),
            };
            reply::again(answer, refused.sentence())
        }
        Err(refused) => message(StatusCode::UNPROCESSABLE_ENTITY, "That could not be done", refused.sentence()),
    }
}

/// Whoever was asked to do something wrote to the person instead: their task is done.
async fn done_by_answering(front: &Front, wanted: &Wanted) -> Result<(), Refused> {
    match &wanted.task {
        Some(task) if wanted.order == "reply" => carry_out(front, &of_task("done", task)?).await.map(drop),
        _ => Ok(()),
    }
}

async fn command(front: &Front, wanted: &Wanted) -> Result<Command, Refused> {
    match (wanted.order.as_str(), &wanted.id, &wanted.campaign, &wanted.task) {
        ("pause-all", ..) => Ok(Command::PauseAll),
        ("resume-all", ..) => Ok(Command::ResumeAll),
        (order, Some(id), _, _) => {
            let said = Said { how: wanted.how.as_deref(), text: wanted.text.as_deref() };
            of_contact(order, meant(front, id, None).await?, said)
        }
        (order, None, Some(campaign), _) => of_campaign(order.trim_end_matches("-campaign"), campaign),
        (order, None, None, Some(task)) => of_task(order, task),
        (order, None, None, None) => Err(Refused::Wrong(format!("`{order}` needs to know about whom"))),
    }
}

/// Only to a page of ours.
fn back(wanted: &str) -> &str {
    let is_ours = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains('\\')
        && wanted.bytes().all(|byte| byte.is_ascii_graphic());
    if is_ours { wanted } else { "/" }
}
