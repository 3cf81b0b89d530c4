//! `engine status`: how campaigns stand, and their contacts.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending, FAILED};
use crate::cli::filter::Filter;
use crate::cli::operator::Status;
use crate::cli::render;
use crate::cli::times::{moment, short_moment};
use crate::runtime::query::rows::ContactRow;
use crate::runtime::query::status::{CampaignStatus, StatusReport};
use comfy_table::presets;
use comfy_table::{ContentArrangement, Table};
use serde_json::{Value, json};
use std::io::IsTerminal;

/// The whole, or one campaign; with `--contacts` everybody.
pub fn status(arguments: &Status, context: &Context) -> Done {
    if arguments.contacts || arguments.filter.is_some() {
        return contacts(arguments, context);
    }
    let answer = ask(context, "status", json!({ "campaign": arguments.campaign }))?;
    if context.is_json {
        render::data(&answer.to_string());
        return Ok(Ending::done());
    }
    let report: StatusReport = read(answer)?;
    if report.paused {
        render::data("everything is paused: `engine resume --all` goes on");
    }
    if let Some(quarantine) = &report.quarantine {
        render::data(&quarantine.sentence);
    }
    if report.campaigns.is_empty() {
        render::data("no campaign is installed yet: `engine run campaigns/ --sandbox` tries them out");
    }
    for campaign in &report.campaigns {
        if let Some(versions) = by_version(&report.campaigns, campaign) {
            render::data(&versions);
        }
        render::data(&told(campaign, context));
    }
    Ok(Ending::done())
}

/// Who is on their way in which version; said before the first of several.
fn by_version(all: &[CampaignStatus], campaign: &CampaignStatus) -> Option<String> {
    let versions: Vec<&CampaignStatus> = all.iter().filter(|other| other.name == campaign.name).collect();
    let is_first = versions.first().is_some_and(|first| std::ptr::eq(*first, campaign));
    let people = |version: &&CampaignStatus| {
        let under_way = version.contacts.total - version.contacts.ended;
        format!("{under_way} on version {}", version.version)
    };
    let people: Vec<String> = versions.iter().map(people).collect();
    (is_first && versions.len() > 1).then(|| format!("{}: {} under way", campaign.name, people.join(", ")))
}

fn told(campaign: &CampaignStatus, context: &Context) -> String {
    let CampaignStatus { contacts, sends, rates, .. } = campaign;
    let state = if campaign.paused {
        " (paused)"
    } else if campaign.current {
        ""
    } else {
        " (older version)"
    };
    let percent = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    let outcomes: Vec<String> = campaign
        .outcomes
        .iter()
        .filter(|(_, count)| count.as_u64().unwrap_or(0) > 0)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let mut lines = vec![
        format!("{} v{}{state}", campaign.name, campaign.version),
        format!(
            "  contacts  {} = {} queued + {} active + {} paused + {} parked + {} ended",
            contacts.total, contacts.queued, contacts.active, contacts.paused, contacts.parked, contacts.ended
        ),
        format!(
            "  sent      {} invitations, {} messages, {} InMails; accepted {}, replied {}",
            sends.invite,
            sends.message,
            sends.inmail,
            percent(rates.accepted),
            percent(rates.replied)
        ),
    ];
    if !outcomes.is_empty() {
        lines.push(format!("  outcomes  {}", outcomes.join(", ")));
    }
    if let Some(wake) = &campaign.next_wake {
        lines.push(format!("  next      {}", moment(wake, context)));
    }
    let mut table = table();
    table.set_header(["  step", "kind", "here", "passed", "failed"]);
    for step in campaign.steps.iter().filter(|step| step.here + step.passed + step.failed > 0) {
        table.add_row([
            format!("  {}", step.label),
            step.kind.clone(),
            step.here.to_string(),
            step.passed.to_string(),
            step.failed.to_string(),
        ]);
    }
    if !table.is_empty() {
        lines.push(table.trim_fmt());
    }
    lines.join("\n") + "\n"
}

fn contacts(arguments: &Status, context: &Context) -> Done {
    let filter = arguments.filter.as_deref().map(Filter::parse).transpose()?;
    let answer = ask(context, "contacts", json!({ "campaign": arguments.campaign }))?;
    let all = answer.as_array().cloned().unwrap_or_default();
    let wanted = all.into_iter().filter(|entry| filter.as_ref().is_none_or(|filter| filter.fits(entry)));
    let rows: Vec<Value> = wanted.filter_map(|mut entry| entry.get_mut("row").map(Value::take)).collect();
    if context.is_json {
        rows.iter().for_each(|row| render::data(&row.to_string()));
        return Ok(Ending::done());
    }
    // On a terminal a line stays a line; in a pipe nothing is cut.
    let is_terminal = std::io::stdout().is_terminal();
    let fit = |text: String, columns: usize| if is_terminal { render::shortened(&text, columns) } else { text };
    let mut cells = Vec::new();
    for row in rows {
        let row: ContactRow = read(row)?;
        let next = row.next_at.map(|at| short_moment(&at, context.time)).unwrap_or_default();
        cells.push(vec![
            fit(row.name, 22),
            fit(row.campaign, 16),
            row.status,
            fit(row.step.unwrap_or_default(), 20),
            fit(row.outcome.or(row.reason).unwrap_or_default(), 24),
            next,
            row.account.unwrap_or_default(),
            row.contact,
        ]);
    }
    let count = cells.len();
    if count > 0 {
        render::table(&["NAME", "CAMPAIGN", "STATUS", "STEP", "WHY", "NEXT", "ACCOUNT", "CONTACT"], cells, context.color);
    }
    if !context.is_quiet {
        render::talk(&render::many(count, "contact"));
    }
    Ok(Ending::done())
}

/// A table without lines, as wide as it needs to be.
pub fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// An answer in the house's types.
pub fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Ending> {
    serde_json::from_value(value).map_err(|fault| Ending::new(FAILED, format!("the answer is not understood: {fault}")))
}
