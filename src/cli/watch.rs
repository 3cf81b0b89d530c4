//! `engine check --watch`: checks, and again whenever a file that was read changes, until it is told to end.
//!
//! It looks at the files a few times a second: that sees every change on every disk, also on one of another machine.

use crate::cli::arguments::{Check, CheckFormat};
use crate::cli::check::{form, judge};
use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::marks::{Marks, differences, mark};
use crate::cli::program::{Loaded, compile_noting, tally};
use crate::cli::render;
use crate::lang::disk::find;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

/// Between two looks: soon enough after a file was saved, and no load for the machine.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Files that still change after so many looks are checked as they are.
const SETTLE_LOOKS_MAX: usize = 10;
/// More files than these are counted, not named.
const NAMED_MAX: usize = 5;
/// Exit codes of a second interrupt: 128 and the signal's number.
const INTERRUPTED: i32 = 130;
const TERMINATED: i32 = 143;

/// Goes on until SIGINT or SIGTERM. What is wrong at the start with the command line ends it at once.
pub fn watch(arguments: &Check, context: &Context) -> Done {
    if form(arguments, context) == CheckFormat::Sarif {
        return Err(Ending::new(WRONG, "a SARIF file is one document, and `--watch` goes on")
            .help("take `--format json`, one object a line, or leave `--watch` out"));
    }
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let threads = threads.map_err(|fault| Ending::new(FAILED, format!("cannot start threads: {fault}")))?;
    threads.block_on(go_on(Watch { arguments: arguments.clone(), context: context.clone() }))
}

/// What is watched, and how it is reported.
#[derive(Clone)]
struct Watch {
    arguments: Check,
    context: Context,
}

async fn go_on(mut watch: Watch) -> Done {
    let fault = |fault: std::io::Error| Ending::new(FAILED, format!("cannot hear signals: {fault}"));
    let signals = (signal(SignalKind::interrupt()).map_err(fault)?, signal(SignalKind::terminate()).map_err(fault)?);
    let end = Arc::new(Notify::new());
    tokio::spawn(obey(signals, Arc::clone(&end)));
    let (mut seen, first) = round(&mut watch).await;
    first?;
    watch.say(&format!("watching {}; Ctrl-C ends", render::many(seen.values().flatten().count(), "file")));
    loop {
        let changed = tokio::select! {
            () = end.notified() => return Ok(Ending::done()),
            changed = change(&watch, &seen) => changed,
        };
        render::talk(&format!("changed: {}", render::plain(&named(&changed))));
        let (looked, checked) = round(&mut watch).await;
        // What cannot be read now may be there again at the next save.
        if let Err(ending) = checked {
            render::end(&ending);
        }
        seen = looked;
    }
}

/// The first signal ends it after the check that runs, the second at once: a check changes nothing.
async fn obey((mut interrupt, mut terminate): (Signal, Signal), end: Arc<Notify>) {
    let mut is_asked = false;
    loop {
        let code = tokio::select! {
            _ = interrupt.recv() => INTERRUPTED,
            _ = terminate.recv() => TERMINATED,
        };
        if is_asked {
            std::process::exit(code);
        }
        is_asked = true;
        end.notify_one();
    }
}

/// Checks once. How everything looked that went into it, before any of it was read: what changes meanwhile is seen at the
/// next look.
async fn round(watch: &mut Watch) -> (Marks, Done) {
    let mut marks = watch.look(&Marks::new());
    match watch.context.again() {
        Ok(context) => watch.context = context,
        Err(ending) => drop(render::end(&ending)),
    }
    let same = watch.clone();
    let checked = tokio::task::spawn_blocking(move || {
        let (mut loaded, noted) = compile_noting(&same.arguments.paths)?;
        let ending = judge(&mut loaded, &same.arguments, &same.context);
        same.sum_up(&loaded);
        Ok((noted, ending))
    });
    match checked.await.unwrap_or_else(|_| Err(Ending::new(FAILED, "the check broke off"))) {
        Ok((noted, ending)) => {
            for (path, look) in noted {
                marks.entry(path).or_insert(look);
            }
            (marks, Ok(ending))
        }
        Err(ending) => (marks, Err(ending)),
    }
}

/// Waits until something looks different, and for it to stay so: an editor writes a file in several steps.
async fn change(watch: &Watch, seen: &Marks) -> Vec<String> {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let mut now = watch.look(seen);
        if differences(seen, &now).is_empty() {
            continue;
        }
        for _ in 0..SETTLE_LOOKS_MAX {
            tokio::time::sleep(LOOK_EVERY).await;
            let later = watch.look(seen);
            let is_settled = later == now;
            now = later;
            if is_settled {
                break;
            }
        }
        let changed = differences(seen, &now);
        if !changed.is_empty() {
            return changed;
        }
    }
}

/// At most a few by name.
fn named(changed: &[String]) -> String {
    let mut names: Vec<String> = changed.iter().take(NAMED_MAX).cloned().collect();
    if changed.len() > NAMED_MAX {
        names.push(format!("and {} more", changed.len() - NAMED_MAX));
    }
    names.join(", ")
}

impl Watch {
    /// How campaign files, settings and whatever was seen before look now.
    fn look(&self, seen: &Marks) -> Marks {
        // While a folder is away, the place itself is looked at: it comes back there.
        let campaigns = find(&self.arguments.paths).unwrap_or_else(|_| self.arguments.paths.clone());
        let places = campaigns.into_iter().chain(self.context.settings_places()).chain(seen.keys().cloned());
        // As it is named from here.
        let named = |path: PathBuf| path.strip_prefix(&self.context.directory).map(Path::to_path_buf).unwrap_or(path);
        places.map(named).map(|path| (path.clone(), mark(&path))).collect()
    }

    /// What the report itself leaves out: that all is well, and for programs how much is not.
    fn sum_up(&self, loaded: &Loaded) {
        let is_told = form(&self.arguments, &self.context) == CheckFormat::Human;
        if loaded.compiled.diagnostics.is_empty() {
            self.say(&format!("nothing is wrong in {}", render::many(loaded.sources.len(), "file")));
        } else if !is_told {
            self.say(&tally(loaded));
        }
    }

    fn say(&self, line: &str) {
        if !self.context.is_quiet {
            render::talk(line);
        }
    }
}
