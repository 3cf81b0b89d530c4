//! `engine why` and `engine timeline`: one person, now and so far.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::operator::{Timeline, Why};
use crate::cli::render;
use crate::cli::status::read;
use crate::cli::times::moment;
use crate::runtime::query::timeline::TimelineRow;
use crate::runtime::query::why::Why as Answer;
use serde_json::{Value, json};

/// Where they are, why nothing happens now, when it will, what would change it.
pub fn why(arguments: &Why, context: &Context) -> Done {
    let answers = about(context, "why", &arguments.contact, arguments.campaign.as_deref())?;
    if context.is_json {
        answers.iter().for_each(|answer| render::data(&answer.to_string()));
        return Ok(Ending::done());
    }
    if answers.is_empty() {
        return Err(Ending::new(FAILED, "this person is in no campaign"));
    }
    for answer in answers {
        let answer: Answer = read(answer)?;
        render::data(&told(&answer, context));
    }
    Ok(Ending::done())
}

fn told(why: &Answer, context: &Context) -> String {
    let at = |iso: &Option<String>| iso.as_ref().map(|iso| moment(iso, context));
    let step = why.step.clone().map(|step| format!(" at `{step}`")).unwrap_or_default();
    let since = at(&why.since).map(|since| format!(" since {since}")).unwrap_or_default();
    let mut lines =
        vec![format!("{} ({}) in {} v{}: {}{step}{since}", why.name, why.contact, why.campaign, why.version, why.status)];
    lines.push(format!("  why       {}", why.sentence));
    for obstacle in why.obstacles.iter().filter(|obstacle| obstacle.sentence != why.sentence) {
        lines.push(format!("  also      {}", obstacle.sentence));
    }
    lines.extend(at(&why.wait_ends_at).map(|at| format!("  wait ends {at}")));
    if let (Some(sends), at) = (&why.sends, at(&why.sends_at)) {
        let at = at.map(|at| format!(", not before {at}")).unwrap_or_default();
        lines.push(format!("  sends     `{sends}`{at}"));
    }
    lines.push(format!("  next      {}", at(&why.next_at).unwrap_or_else(|| "nothing happens by itself".to_owned())));
    lines.extend(why.account.as_ref().map(|account| format!("  account   {account}, relation: {}", why.relation)));
    if let Some(outcome) = &why.outcome {
        let reason = why.outcome_reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        lines.push(format!("  outcome   {outcome}{reason}"));
    }
    lines.extend(why.changes.iter().map(|change| format!("  changes   {change}")));
    render_lines(lines)
}

fn render_lines(lines: Vec<String>) -> String {
    lines.iter().map(|line| render::plain(line)).collect::<Vec<_>>().join("\n") + "\n"
}

/// Everything that happened to them.
pub fn timeline(arguments: &Timeline, context: &Context) -> Done {
    let rows = about(context, "timeline", &arguments.contact, arguments.campaign.as_deref())?;
    for row in rows {
        if context.is_json {
            render::data(&row.to_string());
        } else {
            render::data(&line(&read(row)?, arguments.full, context));
        }
    }
    Ok(Ending::done())
}

fn line(row: &TimelineRow, is_full: bool, context: &Context) -> String {
    const SHORT: usize = 60;
    let detail: Vec<String> = row
        .detail
        .iter()
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text = if is_full || text.chars().count() <= SHORT {
                text
            } else {
                text.chars().take(SHORT - 1).chain(['…']).collect()
            };
            format!("{name}: {text}")
        })
        .collect();
    let line =
        format!("{}  {:<12} {:<10} {:<16} {}", moment(&row.at, context), row.campaign, row.kind, row.step, detail.join(" · "));
    render::plain(line.trim_end())
}

/// The answers about the one person the words mean.
fn about(context: &Context, verb: &str, contact: &str, campaign: Option<&str>) -> Result<Vec<Value>, Ending> {
    let answer = ask(context, verb, json!({ "contact": contact, "campaign": campaign }))?;
    let people = answer.as_array().cloned().unwrap_or_default();
    match people.as_slice() {
        [one] => Ok(one.get("answers").and_then(Value::as_array).cloned().unwrap_or_default()),
        several => Err(ambiguous(contact, several)),
    }
}

/// Several people fit.
pub fn ambiguous(words: &str, people: &[Value]) -> Ending {
    let text = |person: &Value, name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = people.iter().take(8).map(|person| format!("{} ({})", text(person, "name"), text(person, "contact")));
    let list = render::plain(&list.collect::<Vec<_>>().join(", "));
    Ending::new(WRONG, format!("{} people fit `{}`", people.len(), render::plain(words))).help(format!("say which: {list}"))
}
