//! `/`: in five seconds, whether anything needs somebody.

use crate::runtime::query::overview::{Overview, SPARK_DAYS};
use crate::runtime::query::status::{CampaignStatus, StatusReport};
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::accounts::cards;
use crate::server::dashboard::pages::chart::spark;
use crate::server::dashboard::pages::layout::{Page, button, failed};
use crate::server::dashboard::pages::words::{badge, count, percent};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;
use std::sync::Arc;

/// The page.
pub async fn page(State(front): State<Arc<Front>>) -> Response {
    let answers = async {
        let overview = front.ask("overview", Value::Null).await?;
        let status = front.ask("status", Value::Null).await?;
        Ok::<_, String>((overview, status))
    };
    let read = answers.await.and_then(|(overview, status)| {
        let told = |fault: serde_json::Error| fault.to_string();
        Ok((serde_json::from_value(overview).map_err(told)?, serde_json::from_value(status).map_err(told)?))
    });
    match read {
        Ok((overview, status)) => {
            Page { title: "Overview", place: "overview", command: "engine status", body: body(&overview, &status) }.respond()
        }
        Err(sentence) => failed(&sentence),
    }
}

fn body(overview: &Overview, status: &StatusReport) -> Markup {
    html! {
        div .head {
            h1 { "Overview" }
            @if status.paused {
                (badge("paused")) (button("resume-all", &[], "Let everything go on", "/", false))
            } @else {
                (button("pause-all", &[], "Pause everything", "/", true))
            }
        }
        (needs(overview))
        section aria-labelledby="today" {
            h2 #today { "Last 24 hours" }
            div .tiles {
                (tile("invitations", overview.today.invites))
                (tile("messages", overview.today.messages))
                (tile("InMails", overview.today.inmails))
                (tile("accepted", overview.today.accepted))
                (tile("replied", overview.today.replied))
            }
        }
        section aria-labelledby="campaigns" {
            h2 #campaigns { "Campaigns" }
            (campaigns(overview, status))
        }
        section aria-labelledby="accounts" {
            h2 #accounts { "Accounts" }
            (cards(&status.accounts, &overview.time))
        }
    }
}

fn tile(name: &str, number: u32) -> Markup {
    html! { div .tile { span .number { (count(u64::from(number))) } span .quiet { (name) } } }
}

fn one_or(number: u32, one: &'static str, many: &'static str) -> &'static str {
    if number == 1 { one } else { many }
}

fn needs(overview: &Overview) -> Markup {
    let needs = &overview.needs;
    let nothing = needs.replies == 0 && needs.tasks == 0 && needs.parked == 0 && needs.accounts.is_empty();
    html! {
        section .needs.calm[nothing] aria-labelledby="needs" {
            h2 #needs { "Needs you" }
            @if nothing { p { "Nothing. Everybody is on their way." } }
            @else {
                ul {
                    @if needs.replies > 0 { li { a href="/inbox" { b { (needs.replies) } (one_or(needs.replies, " waits for an answer", " wait for an answer")) } } }
                    @if needs.tasks > 0 { li { a href="/inbox#tasks" { b { (needs.tasks) } (one_or(needs.tasks, " task is open", " tasks are open")) } } }
                    @if needs.parked > 0 {
                        li {
                            a href="/contacts?status=parked" { b { (needs.parked) } (one_or(needs.parked, " send needs your word", " sends need your word")) }
                            @for person in &needs.parked_people { br; a href=(format!("/contacts/{}", person.id)) { (person.name) } span .quiet { ": " (person.why) } }
                        }
                    }
                    @for account in &needs.accounts { li { a href="/accounts" { "account " b { (account) } " cannot be used" } } }
                }
            }
        }
    }
}

fn campaigns(overview: &Overview, status: &StatusReport) -> Markup {
    html! {
        @if status.campaigns.is_empty() {
            p { "No campaign is installed yet: " code { "engine run campaigns/ --sandbox" } " tries them out." }
        } @else {
            div .scroll tabindex="0" role="region" aria-label="Table of campaigns" {
                table {
                    thead { tr { th scope="col" { "Campaign" } th scope="col" .right { "Contacts" } th scope="col" .right { "Under way" } th scope="col" .right { "Sent" } th scope="col" .right { "Accepted" } th scope="col" .right { "Replied" } th scope="col" { (SPARK_DAYS) " days" } } }
                    tbody { @for campaign in &status.campaigns { (row(overview, campaign)) } }
                }
            }
        }
    }
}

fn row(overview: &Overview, campaign: &CampaignStatus) -> Markup {
    let (contacts, sends) = (campaign.contacts, campaign.sends);
    let spent = overview.sparks.get(&campaign.name).filter(|_| campaign.current);
    let nothing = vec![0; SPARK_DAYS];
    html! {
        tr data-row {
            th scope="row" {
                a href=(format!("/campaigns/{}", campaign.name)) { (campaign.name) }
                span .quiet { " v" (campaign.version) @if !campaign.current { ", older" } }
                @if campaign.paused { " " (badge("paused")) }
            }
            td .right { (count(contacts.total)) }
            td .right { (count(contacts.total - contacts.ended)) @if contacts.parked > 0 { " " (badge("parked")) } }
            td .right { (count(sends.invite + sends.message + sends.inmail)) }
            td .right { (percent(campaign.rates.accepted)) }
            td .right { (percent(campaign.rates.replied)) }
            td { (spark(spent.unwrap_or(&nothing), "sent a day")) }
        }
    }
}
