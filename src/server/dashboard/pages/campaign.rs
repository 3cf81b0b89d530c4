//! `/campaigns/NAME`: its picture with the people on it, its funnel, its texts.

use crate::model::campaign::{Action, Campaign};
use crate::runtime::query::report::Report;
use crate::runtime::query::status::{CampaignStatus, StatusReport};
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::ahead::days_ahead;
use crate::server::dashboard::pages::arms::arms;
use crate::server::dashboard::pages::chart::bar;
use crate::server::dashboard::pages::graph::graph;
use crate::server::dashboard::pages::layout::{Page, button, message};
use crate::server::dashboard::pages::words::{badge, count, distance, percent};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Value, json};
use std::sync::Arc;

/// The page.
pub async fn page(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    let answers = async {
        let status = front.ask("status", json!({ "campaign": name })).await?;
        let definition = front.ask("campaign", json!({ "campaign": name })).await?;
        let told = |fault: serde_json::Error| fault.to_string();
        let status: StatusReport = serde_json::from_value(status).map_err(told)?;
        let definition: Campaign = serde_json::from_value(definition).map_err(told)?;
        let is_split = definition.steps.iter().any(|step| matches!(step.action, Action::Split { .. }));
        let report = match is_split {
            true => serde_json::from_value(front.ask("report", json!({ "campaign": name })).await?).map_err(told)?,
            false => None::<Report>,
        };
        let ahead = front.ask("ahead", Value::Null).await;
        Ok::<_, String>((status, definition, report, ahead))
    };
    match answers.await {
        Ok((status, definition, report, ahead)) => {
            let command = format!("engine status {name}");
            let ahead = days_ahead(&ahead, &name, &status.time);
            let body = body(&status, &definition, report.as_ref(), &ahead);
            Page { title: &name, place: "overview", command: &command, body }.respond()
        }
        Err(sentence) => message(StatusCode::NOT_FOUND, "There is no such campaign", &sentence),
    }
}

fn body(status: &StatusReport, definition: &Campaign, report: Option<&Report>, ahead: &Markup) -> Markup {
    let name = definition.name.as_str();
    let here = format!("/campaigns/{name}");
    let newest = status.campaigns.iter().find(|campaign| campaign.current).or(status.campaigns.last());
    let is_paused = newest.is_some_and(|campaign| campaign.paused);
    html! {
        div .head {
            h1 { (name) " " @if is_paused { (badge("paused")) } }
            @if is_paused { (button("resume-campaign", &[("campaign", name)], "Let it go on", &here, false)) }
            @else { (button("pause-campaign", &[("campaign", name)], "Pause", &here, false)) }
        }
        @for campaign in &status.campaigns { (version(campaign, &status.time, definition)) }
        (ahead)
        @if let Some(report) = report { (arms(report)) }
        section aria-labelledby="texts" {
            h2 #texts { "Texts" }
            p .quiet { "As they are written; " code { "engine plan" } " shows them as each person reads them." }
            div .cards { @for message in &definition.messages { (text(message)) } }
        }
    }
}

fn text(message: &crate::model::campaign::Message) -> Markup {
    html! {
        article .card {
            h3 { (message.name) }
            @for variant in &message.variants {
                @if let Some(language) = &variant.language { p .quiet { (language) } }
                @if let Some(subject) = &variant.subject { p { b { (subject) } } }
                p .written { (variant.text) }
            }
        }
    }
}

fn version(campaign: &CampaignStatus, now: &str, definition: &Campaign) -> Markup {
    let contacts = campaign.contacts;
    let heading = format!("v{}", campaign.version);
    html! {
        section aria-labelledby=(heading) {
            h2 #(heading) { "Version " (campaign.version) @if !campaign.current { span .quiet { ", nobody new enters it" } } }
            div .tiles {
                (tile("contacts", contacts.total, None))
                (tile("queued", contacts.queued, Some(&campaign.name)))
                (tile("active", contacts.active, Some(&campaign.name)))
                @if contacts.paused > 0 { (tile("paused", contacts.paused, Some(&campaign.name))) }
                @if contacts.parked > 0 { (tile("parked", contacts.parked, Some(&campaign.name))) }
                (tile("ended", contacts.ended, Some(&campaign.name)))
            }
            @if let Some(wake) = &campaign.next_wake { p .quiet { "Next: " (distance(wake, now).unwrap_or_default()) } }
            div .split {
                (funnel(campaign))
                (outcomes(campaign))
            }
            @if campaign.current { (graph(definition, campaign)) } @else { (steps(campaign)) }
        }
    }
}

fn tile(name: &str, number: u64, campaign: Option<&str>) -> Markup {
    html! {
        @match campaign {
            Some(campaign) => a .tile href=(format!("/contacts?campaign={campaign}&status={name}")) { span .number { (count(number)) } span .quiet { (name) } },
            None => div .tile { span .number { (count(number)) } span .quiet { (name) } },
        }
    }
}

fn funnel(campaign: &CampaignStatus) -> Markup {
    let sends = campaign.sends;
    let begun = campaign.contacts.total - campaign.contacts.queued;
    html! {
        article .card {
            h3 { "Funnel" }
            table .plain {
                tbody {
                    tr { th scope="row" { "begun" } td .right { (count(begun)) } td { (bar(begun, campaign.contacts.total)) } td {} }
                    tr { th scope="row" { "invitations" } td .right { (count(sends.invite)) } td { (bar(sends.invite, campaign.contacts.total)) } td .quiet { (percent(campaign.rates.accepted)) " accepted" } }
                    tr { th scope="row" { "messages" } td .right { (count(sends.message)) } td {} td .quiet { (percent(campaign.rates.replied)) " replied" } }
                    @if sends.inmail > 0 { tr { th scope="row" { "InMails" } td .right { (count(sends.inmail)) } td {} td {} } }
                }
            }
        }
    }
}

fn outcomes(campaign: &CampaignStatus) -> Markup {
    html! {
        article .card {
            h3 { "Outcomes" }
            table .plain {
                tbody {
                    @for (name, number) in &campaign.outcomes {
                        @let number = number.as_u64().unwrap_or_default();
                        tr { th scope="row" { (name.replace('_', " ")) } td .right { (count(number)) } td { (bar(number, campaign.contacts.ended)) } }
                    }
                }
            }
        }
    }
}

fn steps(campaign: &CampaignStatus) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Step" } th scope="col" { "Kind" } th scope="col" .right { "Here" } th scope="col" .right { "Passed" } th scope="col" .right { "Failed" } } }
            tbody {
                @for step in campaign.steps.iter().filter(|step| step.here + step.passed + step.failed > 0) {
                    tr { th scope="row" { (step.label) } td { (step.kind) } td .right { (count(step.here)) } td .right { (count(step.passed)) } td .right { (count(step.failed)) } }
                }
            }
        }
    }
}
