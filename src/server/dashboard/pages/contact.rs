//! `/contacts/ID`: why now, what comes next, what was said, what happened.

use crate::model::journal::{Entry, EntryKind};
use crate::model::time::Timestamp;
use crate::runtime::query::inbox::{ChatLine, Thread};
use crate::runtime::query::page::Person;
use crate::runtime::query::standing::Reason;
use crate::runtime::query::story;
use crate::runtime::query::timeline::TimelineRow;
use crate::runtime::query::why::Why;
use crate::server::dashboard::Front;
use crate::server::dashboard::act::{Refused, meant};
use crate::server::dashboard::pages::layout::{Page, button, message};
use crate::server::dashboard::pages::reply::{self, Answer};
use crate::server::dashboard::pages::words::{badge, distance, moment, told};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

/// All that is known of one person in one campaign.
struct Known {
    id: u64,
    person: Person,
    why: Option<Why>,
    timeline: Vec<TimelineRow>,
    thread: Option<Thread>,
}

/// The page.
pub async fn page(State(front): State<Arc<Front>>, Path(id): Path<String>) -> Response {
    match known(&front, &id).await {
        Ok(known) => {
            let row = &known.person.row;
            let command = format!("engine why '{}' --campaign {}", row.contact.replace('\'', ""), row.campaign);
            let title = if row.name.is_empty() { row.contact.clone() } else { row.name.clone() };
            Page { title: &title, place: "contacts", command: &command, body: body(&known, &title) }.respond()
        }
        Err(refused) => message(StatusCode::NOT_FOUND, "There is no such contact", refused.sentence()),
    }
}

async fn known(front: &Front, id: &str) -> Result<Known, Refused> {
    let id = meant(front, id, None).await?;
    let person: Person = read(front.ask("person", json!({ "id": id })).await)?;
    let arguments = json!({ "contact": person.row.contact, "campaign": person.row.campaign });
    let of_one = |answer: Result<Value, String>| answer.map(|people| people.pointer("/0/answers").cloned().unwrap_or(json!([])));
    let whys: Vec<Why> = read(of_one(front.ask("why", arguments.clone()).await))?;
    let timeline: Vec<TimelineRow> = read(of_one(front.ask("timeline", arguments).await))?;
    let thread: Option<Thread> = read(front.ask("thread", json!({ "id": id })).await)?;
    // Somebody may be in a campaign in two versions, one after the other: the page is about this one.
    let why = whys.into_iter().find(|why| why.version == person.row.version);
    Ok(Known { id: id.0, person, why, timeline, thread })
}

fn read<T: DeserializeOwned>(answer: Result<Value, String>) -> Result<T, Refused> {
    let value = answer.map_err(Refused::Failed)?;
    serde_json::from_value(value).map_err(|fault| Refused::Failed(fault.to_string()))
}

fn body(known: &Known, title: &str) -> Markup {
    let row = &known.person.row;
    let (id, here) = (known.id.to_string(), format!("/contacts/{}", known.id));
    let now = known.why.as_ref().map_or("", |why| why.time.as_str());
    html! {
        div .head {
            h1 { (title) " " (badge(&row.status)) }
            @match row.status.as_str() {
                "ended" => {},
                "paused" | "parked" => { (button("resume", &[("id", &id)], "Let them go on", &here, false)) (button("stop", &[("id", &id)], "Stop", &here, true)) },
                _ => { (button("pause", &[("id", &id)], "Pause", &here, false)) (button("stop", &[("id", &id)], "Stop", &here, true)) },
            }
        }
        p .quiet {
            (link(&row.contact)) " · " a href=(format!("/campaigns/{}", row.campaign)) { (row.campaign) } " v" (row.version)
            @if let Some(account) = &row.account { " · by " (account) } " · relation " (row.relation)
        }
        div .split {
            div {
                @if let Some(why) = &known.why { (why_box(why, &id, &here)) }
                @if let Some(thread) = &known.thread {
                    (chat(&thread.lines, now))
                    @if !thread.underway.is_empty() { (reply::underway(&thread.underway)) }
                    @else if thread.is_open { section .card { (reply::form(Answer { id: &id, name: &thread.name, task: None, back: &here, text: "" })) } }
                }
            }
            (fields(&known.person))
        }
        (timeline(&known.timeline, now))
    }
}

/// Identifiers that are addresses lead there; anything but https is text.
fn link(text: &str) -> Markup {
    html! { @if text.starts_with("https://") { a href=(text) rel="noreferrer noopener" target="_blank" { (text) } } @else { (text) } }
}

fn why_box(why: &Why, id: &str, here: &str) -> Markup {
    html! {
        section .card.why aria-labelledby="why" {
            h2 #why { "Why now" }
            p .lead { (told(&why.sentence)) }
            @for obstacle in why.obstacles.iter().skip(1) { p { "also: " (told(&obstacle.sentence)) } }
            @if why.reason == Reason::Parked {
                p { "After a look at the chat, say what became of it:" }
                div .row {
                    (button("resolve", &[("id", id), ("how", "sent")], "It was sent", here, false))
                    (button("resolve", &[("id", id), ("how", "again")], "Send it again", here, true))
                    (button("resolve", &[("id", id), ("how", "skip")], "Skip it", here, false))
                }
            }
            dl {
                @if let Some(at) = &why.wait_ends_at { dt { "the wait ends" } dd { (moment(at, &why.time)) " " span .quiet { (distance(at, &why.time).unwrap_or_default()) } } }
                @if let Some(step) = &why.sends { dt { "then" } dd { code { (step) } @if let Some(at) = &why.sends_at { ", not before " (moment(at, &why.time)) } } }
                @if let Some(at) = &why.next_at { dt { "next" } dd { (moment(at, &why.time)) " " span .quiet { (distance(at, &why.time).unwrap_or_default()) } } }
                @if let Some(reason) = &why.outcome_reason { dt { "because" } dd { (reason) } }
            }
            @if !why.changes.is_empty() { ul .quiet { @for change in &why.changes { li { (told(change)) } } } }
        }
    }
}

/// What was said, as sent and received.
pub fn chat(lines: &[ChatLine], now: &str) -> Markup {
    html! {
        @if !lines.is_empty() {
            section .card aria-label="What was said" {
                h2 { "Chat" }
                ol .chat { @for line in lines { (said(line, now)) } }
            }
        }
    }
}

fn said(line: &ChatLine, now: &str) -> Markup {
    let who = match line.by.as_str() {
        "they" => "they",
        "we" => "by hand",
        _ => line.kind.as_str(),
    };
    html! {
        li class=(if line.by == "they" { "theirs" } else { "ours" }) {
            @if line.text.is_empty() { p .quiet { "(no text)" } } @else { p .written { (line.text) } }
            span .quiet { (who) " · " (moment(&line.at, now)) }
        }
    }
}

fn fields(person: &Person) -> Markup {
    html! {
        aside .card aria-label="Fields" {
            h2 { "Fields" }
            dl { @for (name, value) in &person.fields { dt { (name) } dd { (link(value)) } } }
            @if !person.tags.is_empty() { p { @for tag in &person.tags { span .badge { (tag) } " " } } }
        }
    }
}

fn timeline(rows: &[TimelineRow], now: &str) -> Markup {
    html! {
        section aria-labelledby="timeline" {
            h2 #timeline { "Timeline" }
            ol .timeline { @for row in rows { (line(row, now)) } }
        }
    }
}

fn line(row: &TimelineRow, now: &str) -> Markup {
    let words =
        entry(row).and_then(|entry| story::told(&entry, true, &|text| text.to_owned())).unwrap_or_else(|| row.kind.clone());
    html! {
        li {
            details data-key=(format!("{}.{}", row.campaign, row.seq)) {
                summary { (moment(&row.at, now)) " " span .kind { (row.kind) } " " (told(&words)) @if !row.step.is_empty() && !words.contains(&row.step) { " " code .quiet { (row.step) } } }
                dl { @for (name, value) in &row.detail { dt { (name) } dd .written { (value.as_str().unwrap_or_default()) } } }
            }
        }
    }
}

/// The line as the engine wrote it.
fn entry(row: &TimelineRow) -> Option<Entry> {
    let kind: EntryKind = serde_json::from_value(Value::String(row.kind.clone())).ok()?;
    let detail = row.detail.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
    Some(Entry { at: Timestamp(0), kind, step: row.step.clone(), version: row.version, detail })
}
