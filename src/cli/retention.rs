//! Retention: `engine store trim`, and the same at a start when `engine.toml` asks for it.

use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, WRONG};
use crate::cli::house;
use crate::cli::render::{self, many};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::clock::wall_now;
use crate::store::contract::StoreFault;
use crate::store::start::Options;
use crate::store::trim::{self, KEEP_DAYS_MIN, Trimmed};
use serde_json::json;

/// A start trims when so many days have become too old since the last time: it costs about as much as a rebuilding.
const STEP_DAYS: i64 = 30;

/// `engine store trim`.
pub fn trim_now(days: Option<u32>, is_dry: bool, context: &Context) -> Done {
    let Some(days) = days.or_else(|| context.keep_timelines_days()) else {
        return Err(Ending::new(WRONG, "for how many days are timelines of people who are out kept?")
            .help("say it with `--days 365`, or set `keep_timelines_days = 365` in engine.toml"));
    };
    let before = before(days)?;
    house::keep_private();
    let found = if is_dry {
        trim::look(&context.data, &Options::default(), before)?
    } else {
        trim::trim(&context.data, Options::default(), before, wall_now())?
    };
    if context.is_json {
        render::data(&document(found.as_ref(), before, is_dry).to_string());
        return Ok(Ending::done());
    }
    found.iter().for_each(notes);
    match found {
        None => render::data(&format!("nothing is older than {days} days: nothing was removed")),
        Some(found) if is_dry => render::data(&format!("would remove {}; nothing was removed", told(&found, days))),
        Some(found) => {
            render::data(&format!("removed {}", told(&found, days)));
            let mib = |bytes: u64| bytes.div_ceil(1 << 20);
            let journal = format!("the journal had {} MiB, now {}", mib(found.bytes_before), mib(found.bytes_after));
            render::talk(&format!("{journal}; every row is as before. Backups made earlier still hold what was removed"));
        }
    }
    Ok(Ending::done())
}

/// Trims before the store is opened, when enough has become too old. What keeps it from that is no reason not to run.
pub fn trim_at_start(context: &Context) -> Result<(), Ending> {
    let Some(days) = context.keep_timelines_days() else { return Ok(()) };
    let before = before(days)?;
    let data = context.data_directory()?;
    house::keep_private();
    let done = trim::is_due(data, &Options::default(), before, STEP_DAYS * DAY_MS).and_then(|is_due| {
        let trim = || trim::trim(data, Options::default(), before, wall_now());
        if is_due { trim() } else { Ok(None) }
    });
    match done {
        Ok(None) => {}
        Ok(Some(found)) => {
            notes(&found);
            if found.timelines > 0 {
                render::talk(&format!("note: removed {}", told(&found, days)));
            }
        }
        Err(fault @ StoreFault::Locked { .. }) => return Err(fault.into()),
        Err(fault) => render::talk(&format!("warning: old timelines were not removed: {fault}")),
    }
    Ok(())
}

fn before(days: u32) -> Result<Timestamp, Ending> {
    if days < KEEP_DAYS_MIN {
        let why =
            format!("timelines are kept for {KEEP_DAYS_MIN} days at least, not {days}: so long a late reply is still handled");
        return Err(Ending::new(WRONG, why).help("name more days; `engine contacts erase` removes one person at once"));
    }
    Ok(wall_now().plus_ms(-i64::from(days) * DAY_MS))
}

fn notes(found: &Trimmed) {
    found.mended.iter().for_each(|sentence| render::talk(&format!("note: {sentence}")));
}

fn told(found: &Trimmed, days: u32) -> String {
    let timelines = many(found.timelines as usize, "timeline");
    format!("{timelines} ({}) of people who have been out for {days} days", many(found.lines as usize, "line"))
}

fn document(found: Option<&Trimmed>, before: Timestamp, is_dry: bool) -> serde_json::Value {
    let found = found.cloned().unwrap_or_default();
    json!({
        "schema": "engine.store.trim/1",
        "before": before.iso_ms(),
        "is_dry_run": is_dry,
        "timelines": found.timelines,
        "lines": found.lines,
        "commits": [found.commits_before, found.commits_after],
        "journal_bytes": [found.bytes_before, found.bytes_after],
        "mended": found.mended,
    })
}
