//! `/contacts`: a page of people, or whoever a search finds.

use crate::runtime::query::page::{ContactPage, PageWish};
use crate::runtime::query::rows::ContactRow;
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::layout::{Page, message};
use crate::server::dashboard::pages::words::{badge, moment};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use url::form_urlencoded::Serializer;

const STATUSES: [&str; 5] = ["queued", "active", "paused", "parked", "ended"];

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    campaign: Option<String>,
    status: Option<String>,
    step: Option<String>,
    after: Option<u64>,
    /// A name, an identifier, or a part of one.
    q: Option<String>,
}

impl Wish {
    /// An empty box of a form is no wish.
    fn tidy(mut self) -> Self {
        for field in [&mut self.campaign, &mut self.status, &mut self.step, &mut self.q] {
            *field = field.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        }
        self
    }

    fn page(&self) -> PageWish {
        PageWish {
            campaign: self.campaign.clone(),
            status: self.status.clone(),
            step: self.step.clone(),
            after: self.after,
            limit: None,
        }
    }

    fn command(&self) -> String {
        let campaign = self.campaign.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let status = self.status.as_ref().map(|status| format!(" --where 'status == {status}'")).unwrap_or_default();
        format!("engine status{campaign} --contacts{status}")
    }
}

/// The page.
pub async fn page(State(front): State<Arc<Front>>, query: Result<Query<Wish>, QueryRejection>) -> Response {
    let wish = match query {
        Ok(Query(wish)) => wish.tidy(),
        Err(fault) => return message(StatusCode::BAD_REQUEST, "That is no question", &fault.body_text()),
    };
    if let Some(words) = wish.q.clone() {
        return search(&front, &wish, &words).await;
    }
    let page = wish.page();
    let arguments = json!({ "campaign": page.campaign, "status": page.status, "step": page.step, "after": page.after });
    let answer = front.ask("page", arguments).await;
    let found = answer.and_then(|answer| serde_json::from_value::<ContactPage>(answer).map_err(|fault| fault.to_string()));
    match found {
        Ok(found) => {
            let body = html! { (top(&wish)) (rows(&found.contacts, &found.time)) (further(&wish, found.next)) };
            Page { title: "Contacts", place: "contacts", command: &wish.command(), body }.respond()
        }
        Err(sentence) => message(StatusCode::NOT_FOUND, "Nothing found", &sentence),
    }
}

/// One person found: straight to them. Several: which.
async fn search(front: &Front, wish: &Wish, words: &str) -> Response {
    let found = front.ask("find", json!({ "contact": words })).await;
    let people = found.as_ref().ok().and_then(Value::as_array).cloned().unwrap_or_default();
    let numbers = |person: &Value| -> Vec<u64> {
        let enrollments = person.get("enrollments").and_then(Value::as_array).cloned().unwrap_or_default();
        enrollments.iter().filter_map(|one| one.get("id").and_then(Value::as_u64)).collect()
    };
    if let [one] = people.as_slice()
        && let [id, ..] = numbers(one).as_slice()
    {
        return Redirect::to(&format!("/contacts/{id}")).into_response();
    }
    let told = |person: &Value, name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let body = html! {
        (top(wish))
        @if people.is_empty() { p role="status" { "Nobody called " b { (words) } ". Give the value of the identifying column, a name, or a part of either." } }
        @else {
            p role="status" { (people.len()) " people fit " b { (words) } "." }
            ul { @for person in &people { @for id in numbers(person).iter().take(1) { li data-row { a href=(format!("/contacts/{id}")) { (told(person, "name")) } " " span .quiet { (told(person, "contact")) } } } } }
        }
    };
    Page { title: "Contacts", place: "contacts", command: "engine status --contacts", body }.respond()
}

fn top(wish: &Wish) -> Markup {
    html! {
        div .head { h1 { "Contacts" } }
        form .filters method="get" action="/contacts" role="search" {
            label for="q" { "Search" } input #q name="q" type="search" placeholder="name or identifier" value=[wish.q.as_deref()];
            label for="campaign" { "Campaign" } input #campaign name="campaign" value=[wish.campaign.as_deref()] placeholder="all";
            label for="status" { "Status" }
            select #status name="status" {
                option value="" { "all" }
                @for status in STATUSES { option value=(status) selected[wish.status.as_deref() == Some(status)] { (status) } }
            }
            @if let Some(step) = &wish.step { input type="hidden" name="step" value=(step); span { "at " code { (step) } } }
            button type="submit" { "Show" }
        }
    }
}

fn rows(contacts: &[ContactRow], now: &str) -> Markup {
    html! {
        @if contacts.is_empty() { p role="status" { "Nobody here." } }
        @else {
            div .scroll tabindex="0" role="region" aria-label="Contacts" {
                table {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Campaign" } th scope="col" { "Status" } th scope="col" { "Step" } th scope="col" { "Why" } th scope="col" { "Next" } th scope="col" { "Account" } } }
                    tbody { @for contact in contacts { (row(contact, now)) } }
                }
            }
        }
    }
}

fn row(contact: &ContactRow, now: &str) -> Markup {
    let row = contact;
    let name = if row.name.is_empty() { &row.contact } else { &row.name };
    html! {
        tr data-row {
            th scope="row" { a href=(format!("/contacts/{}", contact.id)) { (name) } @if row.replied { " " (badge("replied")) } }
            td { (row.campaign) span .quiet { " v" (row.version) } }
            td { (badge(&row.status)) }
            td { (row.step.as_deref().unwrap_or("")) }
            td { (row.outcome.as_deref().or(row.reason.as_deref()).unwrap_or("").replace('_', " ")) }
            td { @if let Some(at) = &row.next_at { (moment(at, now)) } }
            td { (row.account.as_deref().unwrap_or("")) }
        }
    }
}

fn further(wish: &Wish, next: Option<u64>) -> Markup {
    let link = |after: u64| {
        let mut query = Serializer::new(String::new());
        for (name, value) in [("campaign", &wish.campaign), ("status", &wish.status), ("step", &wish.step)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.append_pair("after", &after.to_string());
        format!("/contacts?{}", query.finish())
    };
    html! { @if let Some(next) = next { p { a .button href=(link(next)) rel="next" { "Next page" } } } }
}
