//! `engine accounts`: health, usage of every rolling window, next free slot, credits. Where nothing has run yet, what
//! postpress says of the key's accounts.

use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED};
use crate::cli::times::moment;
use crate::cli::{desk, far, house, render};
use crate::connector::contract::{self, Connector, Refusal};
use crate::connector::postpress::client::Postpress;
use crate::model::account::{Channel, Tier};
use crate::runtime::clock::wall_now;
use crate::runtime::query::accounts::{AccountRow, AccountsReport, BudgetRow, WindowRow};
use serde_json::json;

/// Arguments of `engine accounts`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct AccountsOptions {}

/// Runs the command.
///
/// # Errors
/// Missing settings; a refusal of postpress; a store that cannot be read.
pub fn run(_options: &AccountsOptions, context: &Context) -> Done {
    let report = match of_store(context)? {
        Some(report) => report,
        None => {
            let postpress = house::postpress(context)?;
            let accounts = far::wait(find(&postpress))??;
            AccountsReport { schema: "engine.accounts/1".to_owned(), time: wall_now().iso_ms(), accounts }
        }
    };
    if context.is_json {
        let document = serde_json::to_string(&report).map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
        render::data(&document);
    } else {
        show(&report, context);
    }
    Ok(Ending::done())
}

/// What the engine knows, running or not; none: nothing has run here.
///
/// # Errors
/// A store that cannot be read.
pub fn of_store(context: &Context) -> Result<Option<AccountsReport>, Ending> {
    if !context.data.join("journal").is_dir() {
        return Ok(None);
    }
    let answer = desk::ask(context, "accounts", json!({}))?;
    let report: AccountsReport = serde_json::from_value(answer).map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
    Ok(Some(report).filter(|report| !report.accounts.is_empty()))
}

async fn find(postpress: &Postpress) -> Result<Vec<AccountRow>, Refusal> {
    let mut found = Vec::new();
    for row in far::accounts(postpress).await? {
        let tier = row.tiers.iter().max().copied();
        let mut credits = None;
        if let (Some(tier), Ok(())) = (tier.filter(|tier| *tier != Tier::Classic), &row.status) {
            // Credits are worth a question, not a failure of the whole list.
            credits = postpress.inmail_balance(row.id.clone(), tier.inmail_api()).await.unwrap_or_default();
        }
        found.push(line_of(row, tier, credits));
    }
    Ok(found)
}

/// An account that nothing was done with yet.
fn line_of(row: contract::AccountRow, tier: Option<Tier>, credits: Option<u32>) -> AccountRow {
    let health = if row.status.is_ok() { "ok" } else { "lost" };
    AccountRow {
        name: row.name,
        id: row.id.to_string(),
        channel: row.channel.map_or("other", Channel::word).to_owned(),
        tier: tier.unwrap_or_default().word().to_owned(),
        health: health.to_owned(),
        health_word: row.status.err(),
        health_since: None,
        paused: false,
        people: 0,
        budgets: Vec::new(),
        free_at: None,
        next_slot: None,
        invites_pending: 0,
        invites_pending_max: None,
        credits,
        credits_read_at: credits.map(|_| wall_now().iso_ms()),
        next_check: None,
    }
}

fn show(report: &AccountsReport, context: &Context) {
    const HEAD: [&str; 8] = ["NAME", "ID", "CHANNEL", "TIER", "HEALTH", "PEOPLE", "CREDITS", "NEXT SLOT"];
    const USED: [&str; 6] = ["NAME", "BUDGET", "24 HOURS", "7 DAYS", "30 DAYS", "NEXT SLOT"];
    if report.accounts.is_empty() {
        return render::talk("the key has no accounts; connect one at postpress");
    }
    render::table(&HEAD, report.accounts.iter().map(|row| cells(row, context)).collect(), context.color);
    let used: Vec<Vec<String>> = report.accounts.iter().flat_map(|row| used(row, context)).collect();
    if !used.is_empty() {
        render::data("");
        render::table(&USED, used, context.color);
    }
    for lost in report.accounts.iter().filter(|row| row.health == "lost") {
        render::talk(&format!("`{}` has to be connected again at postpress; nothing is sent from it until then", lost.name));
    }
}

fn cells(row: &AccountRow, context: &Context) -> Vec<String> {
    let health = match (&row.health_word, row.paused) {
        (_, true) => "paused".to_owned(),
        (Some(word), false) => format!("{} ({word})", row.health),
        (None, false) => row.health.clone(),
    };
    let tier = if row.channel == Channel::Linkedin.word() { row.tier.clone() } else { String::new() };
    let credits = row.credits.map(|count| count.to_string()).unwrap_or_default();
    let next = row.next_slot.as_deref().map(|at| moment(at, context)).unwrap_or_default();
    vec![row.name.clone(), row.id.clone(), row.channel.clone(), tier, health, row.people.to_string(), credits, next]
}

/// A row a budget that has a limit: `3 of 20` in each window.
fn used(row: &AccountRow, context: &Context) -> Vec<Vec<String>> {
    let limited = row.budgets.iter().filter(|budget| budget.windows.iter().any(|window| window.cap.is_some()));
    let line = |budget: &BudgetRow| {
        let window = |window: &WindowRow| window.cap.map_or(window.used.to_string(), |cap| format!("{} of {cap}", window.used));
        let next = budget.next_slot.as_deref().map(|at| moment(at, context)).unwrap_or_default();
        let windows = budget.windows.iter().map(window);
        [row.name.clone(), budget.budget.clone()].into_iter().chain(windows).chain([next]).collect()
    };
    limited.map(line).collect()
}
