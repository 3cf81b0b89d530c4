//! `engine news`: who answered, accepted, is done or needs a person, from a cursor on.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending};
use crate::cli::operator::News;
use crate::cli::render;
use crate::cli::status::read;
use crate::cli::times::short_moment;
use crate::runtime::query::news::{NewsReport, NewsRow};
use serde_json::json;

/// Columns of what is told beside the facts.
const FACT_COLUMNS: usize = 60;

/// A line each, and where to go on.
pub fn news(options: &News, context: &Context) -> Done {
    let answer = ask(context, "news", json!({ "after": options.after, "limit": options.limit }))?;
    if context.is_json {
        render::data(&answer.to_string());
        return Ok(Ending::done());
    }
    let report: NewsReport = read(answer)?;
    if report.news.is_empty() && !report.more {
        render::talk("nothing happened since; it begins at `--after 0`");
        return Ok(Ending::done());
    }
    let rows = report.news.iter().map(|row| {
        let who = row.name.as_deref().or(row.account.as_deref()).unwrap_or_default();
        let place = row.campaign.as_deref().unwrap_or_default();
        let cells = [&*short_moment(&row.at, context.time), row.what.word(), who, place, &fact(row)];
        cells.map(render::plain).to_vec()
    });
    render::table(&["AT", "WHAT", "WHO", "CAMPAIGN", ""], rows.collect(), context.color);
    if !context.is_quiet {
        let more = if report.more { "there is more" } else { "that is all so far" };
        render::talk(&format!("{more}: go on with `--after {}`", report.next));
    }
    Ok(Ending::done())
}

/// What says most of it.
fn fact(row: &NewsRow) -> String {
    let told = ["text", "outcome", "why", "word"].iter().find_map(|name| row.detail.get(*name)?.as_str());
    render::shortened(told.unwrap_or_default(), FACT_COLUMNS)
}
