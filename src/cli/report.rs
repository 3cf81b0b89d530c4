//! `engine report`: what came of it, as a table, CSV, JSON or a page that one would send to a client.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending, FAILED};
use crate::cli::operator::{Report as Options, ReportForm};
use crate::cli::render;
use crate::cli::report_page::page;
use crate::cli::status::{read, table};
use crate::runtime::query::report::{DIMENSIONS, Report, ReportRow, is_single};
use serde_json::json;

/// The report, in the wished form.
pub fn report(options: &Options, context: &Context) -> Done {
    let answer = ask(context, "report", json!({ "campaign": options.campaign }))?;
    let form = if context.is_json { ReportForm::Json } else { options.format };
    if form == ReportForm::Json {
        render::data(&answer.to_string());
        return Ok(Ending::done());
    }
    let report: Report = read(answer)?;
    match form {
        ReportForm::Human => human(&report),
        ReportForm::Csv => render::data(csv(&report)?.trim_end()),
        ReportForm::Html => render::data(&page(&report)),
        ReportForm::Json => {}
    }
    Ok(Ending::done())
}

fn human(report: &Report) {
    if report.rows.is_empty() {
        render::talk("nobody has begun yet: there is nothing to report");
    }
    for dimension in DIMENSIONS {
        let rows: Vec<&ReportRow> = report.rows.iter().filter(|row| row.by == dimension).collect();
        // A single group of a campaign says what the campaign's own row says.
        if rows.is_empty() || (dimension != "campaign" && is_single(&rows)) {
            continue;
        }
        let mut shown = table();
        shown.set_header([dimension, "people", "invited", "accepted", "reached", "replied", "positive", "to reply"]);
        for row in rows {
            let name = if row.group.is_empty() { row.campaign.clone() } else { format!("{} · {}", row.campaign, row.group) };
            shown.add_row([
                render::plain(&name),
                row.people.to_string(),
                row.invited.to_string(),
                row.accepted.told(),
                row.reached.to_string(),
                row.replied.told(),
                row.positive.told(),
                row.hours_to_reply.map(|hours| format!("{hours} h")).unwrap_or_default(),
            ]);
        }
        render::data(&(shown.trim_fmt() + "\n"));
    }
}

fn csv(report: &Report) -> Result<String, Ending> {
    let failed = |fault: &dyn std::fmt::Display| Ending::new(FAILED, format!("the report cannot be written: {fault}"));
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = [
        "by",
        "campaign",
        "group",
        "people",
        "invited",
        "accepted",
        "accepted_share",
        "reached",
        "replied",
        "replied_share",
        "replied_low",
        "replied_high",
        "positive",
        "positive_share",
        "hours_to_reply",
    ];
    out.write_record(head).map_err(|fault| failed(&fault))?;
    let figure = |figure: Option<f64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    for row in &report.rows {
        let line = [
            row.by.clone(),
            crate::cli::contacts::harmless(&row.campaign),
            crate::cli::contacts::harmless(&row.group),
            row.people.to_string(),
            row.invited.to_string(),
            row.accepted.count.to_string(),
            figure(row.accepted.share),
            row.reached.to_string(),
            row.replied.count.to_string(),
            figure(row.replied.share),
            figure(row.replied.low),
            figure(row.replied.high),
            row.positive.count.to_string(),
            figure(row.positive.share),
            figure(row.hours_to_reply),
        ];
        out.write_record(line).map_err(|fault| failed(&fault))?;
    }
    let bytes = out.into_inner().map_err(|fault| failed(&fault))?;
    String::from_utf8(bytes).map_err(|fault| failed(&fault))
}
