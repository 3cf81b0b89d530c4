//! `engine contacts`: people in, people out, never again.

use crate::cli::context::Context;
use crate::cli::desk::{ask, command};
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::operate::{person, tell};
use crate::cli::operator::{Contacts, Import};
use crate::cli::render;
use crate::lang::lists::{read_list, roster};
use crate::model::campaign::Campaign;
use crate::runtime::command::Command;
use crate::store::seal::carry::store_key_of;
use crate::store::start::KEYS;
use serde_json::{Value, json};

/// Carries out one of them.
pub fn contacts(verb: &Contacts, context: &Context) -> Done {
    match verb {
        Contacts::Import(arguments) => import(arguments, context),
        Contacts::Export { campaign } => export(campaign.as_deref(), context),
        Contacts::Suppress { contact } => {
            let enrollments = person(context, contact, None)?;
            let answer = command(context, &Command::Suppress { enrollments })?;
            tell(answer, &format!("`{contact}` is never contacted again, in any campaign"), context)
        }
        Contacts::Erase { contact, yes } => erase(contact, *yes, context),
    }
}

/// Forgets one person. It cannot be taken back, so it is asked.
fn erase(words: &str, is_agreed: bool, context: &Context) -> Done {
    let enrollments = person(context, words, None)?;
    let question = format!("`{}` is forgotten for good, also in every backup; this cannot be taken back.", render::plain(words));
    if !is_agreed {
        if !context.may_ask {
            return Err(Ending::new(WRONG, question).help("say `--yes` to erase without being asked"));
        }
        if !render::confirm(&format!("{question} Erase?")) {
            return Ok(Ending::done());
        }
    }
    let answer = command(context, &Command::Erase { enrollments })?;
    let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or(0) as usize;
    let done = format!(
        "erased: {} stopped, the key of their records destroyed, {} taken out; no list brings them back",
        render::many(count("stopped"), "path"),
        render::many(count("messages"), "message"),
    );
    if !context.is_json && !context.is_quiet {
        render::talk("take their row out of your lists, and their file out of attachments: those are yours");
        let ledger = context.data.join("sandbox.jsonl");
        if ledger.exists() {
            render::talk(&format!("{} is the pretend provider's own book: delete it if it names them", ledger.display()));
        }
        if let Ok(Some(key)) = store_key_of(&context.data.join(KEYS)) {
            let key = key.display();
            render::talk(&format!(
                "the store key is new: keep a copy of {key} away from the backups, and destroy the one before"
            ));
        }
    }
    tell(answer, &done, context)
}

/// Good rows enter, bad ones are listed; with `--strict` a bad row refuses all.
fn import(arguments: &Import, context: &Context) -> Done {
    let file = arguments.file.display().to_string();
    let bytes = std::fs::read(&arguments.file).map_err(|fault| Ending::new(WRONG, format!("cannot read {file}: {fault}")))?;
    let campaign: Campaign = crate::cli::status::read(ask(context, "campaign", json!({ "campaign": arguments.campaign }))?)?;
    let list = read_list(&file, &bytes).map_err(|fault| Ending::new(WRONG, format!("cannot use {file}: {fault}")))?;
    if list.identifying_column(campaign.channel).is_none() {
        let column = campaign.channel.word();
        return Err(Ending::new(WRONG, format!("{file} has neither a column `id` nor `{column}`: nobody can be told apart"))
            .help("name the column exactly so in its first line"));
    }
    let read = roster(&[list], &campaign.fields, campaign.channel);
    if arguments.strict && !read.refused.is_empty() {
        tell_rows(read.refused.iter().map(|row| (row.row, row.reason.as_str())));
        return Err(Ending::new(WRONG, format!("{} rows of {file} are wrong; nobody entered", read.refused.len())));
    }
    let answer = command(context, &Command::Enroll { campaign: arguments.campaign.clone(), rows: read.rows })?;
    let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or(0);
    let left_out = answer.get("left_out").and_then(Value::as_array).cloned().unwrap_or_default();
    if context.is_json {
        render::data(
            &json!({ "schema": "engine.import/1", "entered": count("entered"), "known": count("known"), "left_out": left_out, "refused": read.refused })
                .to_string(),
        );
        return Ok(Ending::done());
    }
    tell_rows(read.refused.iter().map(|row| (row.row, row.reason.as_str())));
    tell_rows(left_out.iter().map(|row| {
        let reason = row.get("reason").and_then(Value::as_str).unwrap_or_default();
        (row.get("row").and_then(Value::as_u64).unwrap_or(0) as u32, reason)
    }));
    render::data(&format!(
        "{} new, {} known, {} left out",
        count("entered"),
        count("known"),
        left_out.len() + read.refused.len()
    ));
    Ok(Ending::done())
}

fn tell_rows<'a>(rows: impl Iterator<Item = (u32, &'a str)>) {
    for (row, reason) in rows {
        render::talk(&format!("  row {row}: {}", render::plain(reason)));
    }
}

/// Everybody with fields and state, as CSV.
fn export(campaign: Option<&str>, context: &Context) -> Done {
    let answer = ask(context, "contacts", json!({ "campaign": campaign }))?;
    let entries = answer.as_array().cloned().unwrap_or_default();
    if context.is_json {
        entries.iter().for_each(|entry| render::data(&entry.to_string()));
        return Ok(Ending::done());
    }
    let mut columns: Vec<String> = Vec::new();
    for entry in &entries {
        let fields = entry.get("fields").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone());
        let new: Vec<String> = fields.filter(|name| !columns.contains(name)).collect();
        columns.extend(new);
    }
    const STATE: [&str; 8] = ["campaign", "version", "contact", "status", "step", "outcome", "replied", "updated_at"];
    let mut out = csv::Writer::from_writer(Vec::new());
    let failed = |fault: csv::Error| Ending::new(FAILED, fault.to_string());
    out.write_record(STATE.iter().copied().chain(columns.iter().map(String::as_str))).map_err(failed)?;
    for entry in &entries {
        let cell = |part: &str, name: &str| {
            let value = entry.get(part).and_then(|part| part.get(name)).filter(|value| !value.is_null());
            harmless(&value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default())
        };
        let state = STATE.iter().map(|name| cell("row", name));
        out.write_record(state.chain(columns.iter().map(|name| cell("fields", name)))).map_err(failed)?;
    }
    let bytes = out.into_inner().map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
    render::data(String::from_utf8_lossy(&bytes).trim_end());
    Ok(Ending::done())
}

/// A spreadsheet takes a cell that begins so for a formula: a `'` in front makes it text.
pub fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell.to_owned() }
}
