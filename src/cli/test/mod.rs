//! `engine test`: plays the `test` blocks of a folder in virtual time, many at once, and reports in the order of the files.

mod files;
mod people;

use crate::cli::arguments::{Test, TestFormat};
use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::program::{Loaded, compile_or_refuse};
use crate::cli::render;
use crate::lang::source::Source;
use crate::model::program::Program;
use crate::model::script::Script;
use crate::sim::script::{Played, play};
use crate::sim::world::TownFault;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A test, where it stands, and how it went.
pub(super) struct Tested<'a> {
    pub script: &'a Script,
    pub source: Option<&'a Source>,
    pub played: Played,
}

impl Tested<'_> {
    /// The file as given on the command line, joined.
    pub fn file(&self) -> String {
        self.source.map(|source| source.path.display().to_string()).unwrap_or_default()
    }

    /// A line of the file, as written.
    pub fn written(&self, line: u32) -> &str {
        let text = self.source.map(|source| &*source.text).unwrap_or_default();
        text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default().trim()
    }
}

/// Plays every test whose title or campaign holds the filter's words. Exit 1 when one fails, 2 when the folder is faulty.
pub fn test(arguments: &Test, context: &Context) -> Done {
    let loaded = compile_or_refuse(&arguments.paths, false, context)?;
    let scripts = chosen(&loaded, arguments.filter.as_deref());
    if scripts.is_empty() {
        return nothing(&loaded, arguments.filter.as_deref());
    }
    let played = play_all(&loaded.compiled.program, &scripts);
    let mut tested = Vec::new();
    for (script, played) in scripts.into_iter().zip(played) {
        let played = played.map_err(|fault| {
            Ending::new(FAILED, format!("the test `{}` could not be played: {fault}", script.title))
                .help("this is a fault of the engine, not of the campaign")
        })?;
        tested.push(Tested { script, source: loaded.sources.get(script.source as usize), played });
    }
    match if context.is_json { TestFormat::Json } else { arguments.format } {
        TestFormat::Human => people::report(&tested, context),
        TestFormat::Json => tested.iter().for_each(|one| render::data(&files::json(one).to_string())),
        TestFormat::Junit => render::data(files::junit(&tested).map_err(|fault| Ending::new(FAILED, fault))?.trim_end()),
    }
    let has_failed = tested.iter().any(|one| one.played.failure.is_some());
    Ok(if has_failed { Ending::silent(FAILED) } else { Ending::done() })
}

fn chosen<'a>(loaded: &'a Loaded, filter: Option<&str>) -> Vec<&'a Script> {
    let wanted = filter.unwrap_or_default().to_lowercase();
    let is_wanted = |script: &&Script| [&script.title, &script.campaign].iter().any(|text| text.to_lowercase().contains(&wanted));
    loaded.compiled.scripts.iter().filter(is_wanted).collect()
}

fn nothing(loaded: &Loaded, filter: Option<&str>) -> Done {
    let all = loaded.compiled.scripts.len();
    match filter {
        Some(filter) if all > 0 => {
            Err(Ending::new(WRONG, format!("none of the {} speaks of `{filter}`", render::many(all, "test"))))
        }
        Some(_) | None => {
            render::talk("there are no tests here; write one: `test \"nobody answers\" of CAMPAIGN … end`");
            Ok(Ending::done())
        }
    }
}

/// Plays the scripts on as many threads as the machine has; the results in the order of the scripts.
pub fn play_all(program: &Program, scripts: &[&Script]) -> Vec<Result<Played, TownFault>> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(scripts.len());
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<Played, TownFault>)>> = Mutex::new(Vec::with_capacity(scripts.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(script) = scripts.get(at) else { return };
                    let played = play(program, script);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((at, played));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, played)| played).collect()
}
