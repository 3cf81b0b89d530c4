//! `/accounts`: how accounts are, and how full each rolling window is, over all campaigns.

use crate::model::account::Channel;
use crate::runtime::query::accounts::{AccountRow, AccountsReport, WINDOW_WORDS, WindowRow};
use crate::server::dashboard::Front;
use crate::server::dashboard::pages::chart::gauge;
use crate::server::dashboard::pages::layout::{Page, failed};
use crate::server::dashboard::pages::words::{badge, count, moment};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;
use std::sync::Arc;

/// The page.
pub async fn page(State(front): State<Arc<Front>>) -> Response {
    let answer = front.ask("accounts", Value::Null).await;
    let report = answer.and_then(|answer| serde_json::from_value::<AccountsReport>(answer).map_err(|fault| fault.to_string()));
    match report {
        Ok(report) => {
            let body =
                html! { div .head { h1 { "Accounts" } } h2 { "What each has left" } (cards(&report.accounts, &report.time)) };
            Page { title: "Accounts", place: "accounts", command: "engine accounts", body }.respond()
        }
        Err(sentence) => failed(&sentence),
    }
}

/// One card an account.
pub fn cards(accounts: &[AccountRow], now: &str) -> Markup {
    html! {
        @if accounts.is_empty() { p { "No account is declared yet: add an " code { "account" } " block to the workspace." } }
        div .cards { @for account in accounts { (card(account, now)) } }
    }
}

fn card(account: &AccountRow, now: &str) -> Markup {
    html! {
        article .card {
            h3 { (account.name) " " (badge(&account.health)) @if account.paused { " " (badge("paused")) } }
            p .quiet { (account.channel) ", " (account.tier.replace('_', " ")) ", " (count(account.people)) " people under way" }
            @if let Some(word) = &account.health_word {
                p .fault { (word) @if let Some(since) = &account.health_since { " since " (moment(since, now)) } ". Sign it in again at postpress; the engine notices by itself." }
            }
            dl .gauges {
                @for budget in account.budgets.iter().filter(|budget| budget.windows.iter().any(is_telling)) {
                    dt { (budget.budget) @if budget.cools_until.is_some() { " " (badge("paused")) } }
                    @for window in budget.windows.iter().filter(|window| is_telling(window)) {
                        dd { span .quiet.window { (window.window) } (gauge(window.used, window.cap)) }
                    }
                }
                @if account.channel == Channel::Linkedin.word() {
                    dt { "pending invitations" }
                    dd { span .quiet.window {} (gauge(u32::try_from(account.invites_pending).unwrap_or(u32::MAX), account.invites_pending_max)) }
                }
                @if let Some(credits) = account.credits { dt { "InMail credits" } dd { span .quiet.window {} span .figure { (credits) } } }
            }
            p .quiet { "Next free slot: " @match &account.next_slot { Some(at) => (moment(at, now)), None => "not usable now" } }
        }
    }
}

/// A window without a limit says little; the last day's count does all the same.
fn is_telling(window: &WindowRow) -> bool {
    window.cap.is_some() || (window.used > 0 && window.window == WINDOW_WORDS[0])
}
