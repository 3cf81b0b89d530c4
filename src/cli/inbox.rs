//! `engine inbox`: what people wrote, those first who wait for an answer.

use crate::cli::context::Context;
use crate::cli::desk::{ask, command};
use crate::cli::ending::{Done, Ending, WRONG};
use crate::cli::operate::{person, tell};
use crate::cli::operator::{Inbox as Options, Look};
use crate::cli::render;
use crate::cli::status::read;
use crate::cli::times::{moment, short_moment};
use crate::runtime::command::Command;
use crate::runtime::query::inbox::{ChatLine, Inbox, Thread};
use serde_json::{Value, json};
use std::io::{IsTerminal, read_to_string, stdin};

/// Columns of their last words.
const TEXT_COLUMNS: usize = 48;

/// The list, or one chat.
pub fn inbox(options: &Options, context: &Context) -> Done {
    match &options.look {
        Some(Look::Show { contact }) => show(contact, options.campaign.as_deref(), context),
        Some(Look::Reply { contact, text }) => reply(contact, text.as_deref(), options.campaign.as_deref(), context),
        None => list(options.campaign.as_deref(), context),
    }
}

fn list(campaign: Option<&str>, context: &Context) -> Done {
    let answer = ask(context, "inbox", json!({ "campaign": campaign }))?;
    if context.is_json {
        render::data(&answer.to_string());
        return Ok(Ending::done());
    }
    let inbox: Inbox = read(answer)?;
    if inbox.threads.is_empty() {
        render::talk("nobody has written yet");
        return Ok(Ending::done());
    }
    let rows = inbox.threads.iter().map(|thread| {
        vec![
            if thread.waits { "waits".to_owned() } else { String::new() },
            render::shortened(&render::plain(&thread.name), 22),
            thread.campaign.clone(),
            thread.class.clone(),
            short_moment(&thread.at, context.time),
            render::shortened(&render::plain(&thread.text), TEXT_COLUMNS),
            render::plain(&thread.contact),
        ]
    });
    render::table(&["", "NAME", "CAMPAIGN", "CLASS", "AT", "WROTE", "CONTACT"], rows.collect(), context.color);
    let waiting = inbox.threads.iter().filter(|thread| thread.waits).count();
    if !context.is_quiet {
        let verb = if waiting == 1 { "waits" } else { "wait" };
        render::talk(&format!(
            "{} {verb} for an answer; `engine inbox show NAME` has the whole chat",
            render::many(waiting, "thread")
        ));
    }
    Ok(Ending::done())
}

/// Answers somebody.
fn reply(contact: &str, text: Option<&str>, campaign: Option<&str>, context: &Context) -> Done {
    let enrollments = person(context, contact, campaign)?;
    let text = match text {
        Some("-") | None => typed(context)?,
        Some(text) => text.to_owned(),
    };
    let answer = command(context, &Command::Reply { enrollments, text: text.trim_end().to_owned() })?;
    let account = answer.get("account").and_then(Value::as_str).unwrap_or_default().to_owned();
    let shown = render::plain(contact);
    tell(
        answer,
        &format!("queued: `{account}` sends it next; `engine why {shown}` says when, `engine stop {shown}` takes it back"),
        context,
    )
}

/// What somebody types or pipes in.
fn typed(context: &Context) -> Result<String, Ending> {
    if stdin().is_terminal() {
        if !context.may_ask {
            return Err(Ending::new(WRONG, "there is no text").help("write it after the name, or pipe it in"));
        }
        render::talk("write the answer; Ctrl-D on an empty line sends it, Ctrl-C does not");
    }
    read_to_string(stdin()).map_err(|fault| Ending::new(WRONG, format!("cannot read standard input: {fault}")))
}

/// Every chat with one person, campaign by campaign.
fn show(contact: &str, campaign: Option<&str>, context: &Context) -> Done {
    let mut threads = Vec::new();
    for id in person(context, contact, campaign)? {
        let answer = ask(context, "thread", json!({ "id": id }))?;
        if !answer.is_null() {
            threads.push(answer);
        }
    }
    if threads.is_empty() {
        return Err(Ending::new(WRONG, format!("`{}` is in no campaign", render::plain(contact))));
    }
    for thread in threads {
        if context.is_json {
            render::data(&thread.to_string());
        } else {
            render::data(&told(&read(thread)?, context));
        }
    }
    Ok(Ending::done())
}

fn told(thread: &Thread, context: &Context) -> String {
    let account = thread.account.as_ref().map(|account| format!(", by {account}")).unwrap_or_default();
    let mut lines =
        vec![format!("{} ({}) in {}{account}", render::plain(&thread.name), render::plain(&thread.contact), thread.campaign)];
    if thread.lines.is_empty() {
        lines.push("  nothing was said yet".to_owned());
    }
    lines.extend(thread.lines.iter().map(|line| said(line, context)));
    lines.join("\n") + "\n"
}

fn said(line: &ChatLine, context: &Context) -> String {
    let who = match line.by.as_str() {
        "they" => "they".to_owned(),
        "we" => "by hand".to_owned(),
        _ => line.kind.clone(),
    };
    format!("  {}  {who:<8} {}", moment(&line.at, context), render::plain(&line.text))
}
