//! `engine store`: is the store whole, what is in it, what can be saved.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending, FAILED};
use crate::cli::render;
use crate::cli::retention;
use crate::model::id::Lsn;
use crate::model::time::Timestamp;
use crate::runtime::clock::wall_now;
use crate::runtime::query::stored::{BackupRow, StoreFigures};
use crate::server::socket::{self, AskFault};
use crate::store::backup::{self, Manifest};
use crate::store::rebuild::{Rebuilt, rebuild};
use crate::store::start::Options;
use crate::store::upkeep::{self, Stats};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `engine store`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct StoreOptions {
    #[command(subcommand)]
    pub verb: StoreVerb,
}

/// What to do with it.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum StoreVerb {
    /// Count what it holds
    Stats,
    /// Compare every row with the journal, or a backup with its manifest
    Verify {
        /// A backup; without one the data is looked at
        backup: Option<PathBuf>,
    },
    /// Copy the journal into a folder, also while an engine runs
    Backup {
        /// The folder to be made; without one `engine-backup-…` with the time
        to: Option<PathBuf>,
    },
    /// Put a backup in place; nothing is sent before it is known what went out since it was made
    Restore {
        /// The folder that `engine store backup` made
        from: PathBuf,
        /// Move data that is there aside
        #[arg(long, visible_alias = "force")]
        replace: bool,
        /// The store key that the backup was made under (`keys/store-N.key`); without it, the one that is there
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Make the progress anew from the journal; what is replaced is kept beside it
    Rebuild,
    /// Remove the timelines of people who have been out for long; every row and whoever is not out stays
    Trim {
        /// Days somebody must have been out, 30 or more; without it `keep_timelines_days` of engine.toml
        #[arg(long)]
        days: Option<u32>,
        /// Say what would go, and remove nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// No store; one that another engine holds, or that is damaged; a backup that is not as it was written.
pub fn run(options: &StoreOptions, context: &Context) -> Done {
    let needs_data = !matches!(options.verb, StoreVerb::Restore { .. } | StoreVerb::Verify { backup: Some(_) });
    if needs_data && !context.data_directory()?.is_dir() {
        return Err(Ending::new(FAILED, format!("there is no data in {}: nothing has run here yet", context.data.display()))
            .help("name the data with `--data`"));
    }
    match &options.verb {
        StoreVerb::Stats => show(&ask(context, "store", Value::Null)?, context),
        StoreVerb::Verify { backup: Some(backup) } => {
            let manifest = backup::inspect(backup)?;
            tell_backup(
                "engine.store.verify/1",
                &format!("{} is as it was written", backup.display()),
                backup,
                &manifest,
                context,
            )
        }
        StoreVerb::Verify { backup: None } => {
            let stats = upkeep::verify(&context.data, Options::default())?;
            show(&stats_json(&stats), context)?;
            if !context.is_json && !context.is_quiet {
                render::talk("every row is as the journal says");
            }
            Ok(Ending::done())
        }
        StoreVerb::Backup { to } => make_backup(to.as_deref(), context),
        StoreVerb::Restore { from, replace, key } => restore(from, *replace, key.as_deref(), context),
        StoreVerb::Rebuild => tell(&rebuild(&context.data, Options::default())?, context),
        StoreVerb::Trim { days, dry_run } => retention::trim_now(*days, *dry_run, context),
    }
}

/// A running engine says how far its journal is durable; what is durable does not change, so it is copied from here.
fn make_backup(to: Option<&Path>, context: &Context) -> Done {
    let now = wall_now();
    let named = || format!("engine-backup-{}", now.iso_ms().chars().filter(char::is_ascii_digit).take(14).collect::<String>());
    let to = to.map_or_else(|| PathBuf::from(named()), Path::to_path_buf);
    let durable = match socket::ask(&context.data, "durable", Value::Null) {
        Ok(answer) => answer.as_ref().and_then(Value::as_u64).map(Lsn),
        Err(AskFault::Refused(why)) => return Err(Ending::new(FAILED, why)),
        Err(fault) => return Err(Ending::new(FAILED, fault.to_string())),
    };
    let manifest = backup::backup(&context.data, &to, durable, now)?;
    let said = format!("{} commits are in {}", manifest.last, to.display());
    tell_backup("engine.store.backup/1", &said, &to, &manifest, context)
}

fn tell_backup(schema: &str, said: &str, at: &Path, manifest: &Manifest, context: &Context) -> Done {
    if context.is_json {
        render::data(&json!(backup_row(schema, at, manifest)).to_string());
    } else {
        render::data(said);
    }
    Ok(Ending::done())
}

/// A backup as documents tell of it.
pub fn backup_row(schema: &str, at: &Path, manifest: &Manifest) -> BackupRow {
    BackupRow {
        schema: schema.to_owned(),
        path: at.display().to_string(),
        format: manifest.format,
        made_at: manifest.made_at.clone(),
        commits: manifest.last,
        last_at: Timestamp(manifest.last_at).iso_ms(),
        bytes: manifest.bytes(),
        hash: manifest.hash.clone(),
        new: None,
    }
}

fn restore(from: &Path, replace: bool, key: Option<&Path>, context: &Context) -> Done {
    let restored = backup::restore(from, context.data_directory()?, replace, key)?;
    let since = restored.from.iso_ms();
    if context.is_json {
        let aside: Vec<_> = restored.aside.iter().map(|path| path.display().to_string()).collect();
        let document = json!({
            "schema": "engine.store.restore/1",
            "commits": restored.manifest.last,
            "known_until": since,
            "aside": aside,
        });
        render::data(&document.to_string());
        return Ok(Ending::done());
    }
    restored.aside.iter().for_each(|path| render::talk(&format!("note: what was there is {}", path.display())));
    render::data(&format!(
        "restored {} into {}",
        render::many(restored.manifest.last as usize, "commit"),
        context.data.display()
    ));
    render::talk(&format!(
        "nothing is known of what went out after {since}: before it sends, `engine run` reads it from postpress"
    ));
    render::talk("of this data and any other copy of it only one may run");
    Ok(Ending::done())
}

/// The document `engine.store/1`.
pub fn stats_json(stats: &Stats) -> Value {
    let figures = &stats.figures;
    json!(StoreFigures {
        schema: "engine.store/1".to_owned(),
        commits: figures.last.0,
        durable: figures.durable.0,
        applied: figures.applied.0,
        journal_bytes: figures.journal_bytes,
        hash: stats.hash.clone(),
        rows: stats.rows.iter().map(|(table, count)| (format!("{table:?}").to_lowercase(), json!(count))).collect(),
        mended: figures.mended.clone(),
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
    if let Some(hash) = stats.get("hash").and_then(Value::as_str) {
        render::data(&format!("hash        {hash}"));
    }
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
        let document = json!({ "schema": "engine.store.rebuild/1", "kept": rebuilt.kept, "lost": lost, "rows_saved": rebuilt.rows_saved, "mended": rebuilt.mended });
        render::data(&document.to_string());
        return Ok(Ending::done());
    }
    rebuilt.mended.iter().for_each(|sentence| render::talk(&format!("note: {sentence}")));
    render::data(&format!("rebuilt from {}", render::many(rebuilt.kept as usize, "commit")));
    for (first, last) in lost {
        render::data(&format!("gone: commits {first} to {last}"));
    }
    match rebuilt.rows_saved {
        _ if rebuilt.lost.is_empty() => {}
        Some(rows) => render::talk(&format!(
            "every row came back, {} of them from the progress; only lines of timelines are gone",
            render::many(rows as usize, "row")
        )),
        None => render::talk("what is gone may have been sends: restore a backup, or compare with postpress before `engine run`"),
    }
    Ok(Ending::done())
}
