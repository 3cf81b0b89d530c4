//! `/inbox`: what people wrote, those first who wait; and the tasks of people of ours.

use crate::runtime::query::inbox::{Inbox, Thread};
use crate::runtime::query::tasks::TaskRow;
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::contact::chat;
use crate::server::dashboard::pages::layout::{Page, button, failed};
use crate::server::dashboard::pages::reply::{self, Answer};
use crate::server::dashboard::pages::words::{badge, moment};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Value, json};
use std::sync::Arc;

/// The page.
pub async fn page(State(front): State<Arc<Front>>) -> Response {
    let answers = async {
        let inbox = front.ask("inbox", Value::Null).await?;
        let tasks = front.ask("tasks", json!({ "all": false })).await?;
        let told = |fault: serde_json::Error| fault.to_string();
        let inbox: Inbox = serde_json::from_value(inbox).map_err(told)?;
        let tasks: Vec<TaskRow> = serde_json::from_value(tasks).map_err(told)?;
        Ok::<_, String>((inbox, tasks))
    };
    match answers.await {
        Ok((inbox, tasks)) => {
            Page { title: "Inbox", place: "inbox", command: "engine inbox", body: body(&inbox, &tasks) }.respond()
        }
        Err(sentence) => failed(&sentence),
    }
}

fn body(inbox: &Inbox, tasks: &[TaskRow]) -> Markup {
    html! {
        div .head { h1 { "Inbox" } }
        @if !tasks.is_empty() {
            section aria-labelledby="tasks" {
                h2 #tasks { "Tasks" }
                div .cards { @for row in tasks { (task(row, &inbox.time)) } }
            }
        }
        @if inbox.threads.is_empty() { p role="status" { "Nobody has written yet. Replies appear here within a second of their webhook." } }
        @for row in &inbox.threads { (thread(row, &inbox.time)) }
        @if inbox.more > 0 { p .quiet { "and " (inbox.more) " more, older" } }
    }
}

fn thread(thread: &Thread, now: &str) -> Markup {
    html! {
        article .card.thread.waits[thread.waits] data-row {
            h2 {
                a href=(format!("/contacts/{}", thread.id)) { (thread.name) }
                @if thread.waits { " " span .badge.warn { "waits" } }
                @for class in thread.class.split(", ").filter(|class| !class.is_empty()) { " " (badge(class)) }
            }
            p .quiet { (thread.campaign) @if let Some(account) = &thread.account { ", by " (account) } ", " (moment(&thread.at, now)) }
            p .written.lead { (thread.text) }
            details { summary { "The whole chat" } (chat(&thread.lines, now)) }
            @if thread.underway.is_empty() {
                details { summary { "Answer" } (reply::form(Answer { id: &thread.id.to_string(), name: &thread.name, task: None, back: "/inbox", text: "" })) }
            } @else { (reply::underway(&thread.underway)) }
        }
    }
}

fn task(task: &TaskRow, now: &str) -> Markup {
    let id = task.id.as_str();
    let person = id.split('.').next().unwrap_or_default();
    html! {
        article .card {
            h3 { (task.name) span .quiet { " in " (task.campaign) } }
            p .written { (task.text) }
            p .quiet { "asked of " (task.who) ", " (moment(&task.at, now)) }
            div .row {
                (button("approve", &[("task", id)], "Approve", "/inbox", false))
                (button("done", &[("task", id)], "Done", "/inbox", false))
                (button("reject", &[("task", id)], "Reject", "/inbox", true))
            }
            details {
                summary { "Write to them yourself" }
                (reply::form(Answer { id: person, name: &task.name, task: Some(id), back: "/inbox", text: &task.text }))
            }
        }
    }
}
