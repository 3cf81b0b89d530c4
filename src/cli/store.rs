//! `engine store`: is the store whole, what is in it, what can be saved.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending, FAILED};
use crate::cli::render;
use crate::store::start::Options;
use crate::store::upkeep::{self, Rebuilt, Stats};
use serde_json::{Map, Value, json};

/// Arguments of `engine store`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct StoreOptions {
    #[command(subcommand)]
    pub verb: StoreVerb,
}

/// What to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Subcommand)]
pub enum StoreVerb {
    /// Count what it holds
    Stats,
    /// Compare every row with the journal; changes nothing
    Verify,
    /// Make the progress anew from the journal; what is replaced is kept beside it
    Rebuild,
}

/// Runs the command.
///
/// # Errors
/// No store; one that another engine holds, or that is damaged.
pub fn run(options: &StoreOptions, context: &Context) -> Done {
    if !context.data_directory()?.is_dir() {
        return Err(Ending::new(FAILED, format!("there is no data in {}: nothing has run here yet", context.data.display()))
            .help("name the data with `--data`"));
    }
    match options.verb {
        StoreVerb::Stats => show(&ask(context, "store", Value::Null)?, context),
        StoreVerb::Verify => {
            let stats = upkeep::verify(&context.data, Options::default())?;
            show(&stats_json(&stats), context)?;
            if !context.is_json && !context.is_quiet {
                render::talk("every row is as the journal says");
            }
            Ok(Ending::done())
        }
        StoreVerb::Rebuild => tell(&upkeep::rebuild(&context.data, Options::default())?, context),
    }
}

/// The document `engine.store/1`.
pub fn stats_json(stats: &Stats) -> Value {
    let rows: Map<String, Value> =
        stats.rows.iter().map(|(table, count)| (format!("{table:?}").to_lowercase(), json!(count))).collect();
    let figures = &stats.figures;
    json!({
        "schema": "engine.store/1",
        "commits": figures.last.0,
        "durable": figures.durable.0,
        "applied": figures.applied.0,
        "journal_bytes": figures.journal_bytes,
        "rows": rows,
        "mended": figures.mended,
    })
}

fn show(stats: &Value, context: &Context) -> Done {
    if context.is_json {
        render::data(&stats.to_string());
        return Ok(Ending::done());
    }
    let number = |name: &str| stats.get(name).and_then(Value::as_u64).unwrap_or(0);
    render::data(&format!("commits     {}", number("commits")));
    render::data(&format!("journal     {} KiB", number("journal_bytes").div_ceil(1024)));
    for (table, count) in stats.get("rows").and_then(Value::as_object).into_iter().flatten() {
        render::data(&format!("{table:<11} {count}"));
    }
    for sentence in stats.get("mended").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        render::talk(&format!("note: {sentence}"));
    }
    Ok(Ending::done())
}

fn tell(rebuilt: &Rebuilt, context: &Context) -> Done {
    let lost: Vec<(u64, u64)> = rebuilt.lost.iter().map(|(first, last)| (first.0, last.0)).collect();
    if context.is_json {
        let document =
            json!({ "schema": "engine.store.rebuild/1", "kept": rebuilt.kept, "lost": lost, "mended": rebuilt.mended });
        render::data(&document.to_string());
        return Ok(Ending::done());
    }
    rebuilt.mended.iter().for_each(|sentence| render::talk(&format!("note: {sentence}")));
    render::data(&format!("rebuilt from {}", render::many(rebuilt.kept as usize, "commit")));
    for (first, last) in lost {
        render::data(&format!("gone: commits {first} to {last}"));
    }
    if !rebuilt.lost.is_empty() {
        render::talk("what is gone may have been sends: compare with postpress before `engine run`");
    }
    Ok(Ending::done())
}
