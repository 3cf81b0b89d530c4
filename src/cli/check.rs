//! `engine check`: everything that is wrong with a folder, in one run.

use crate::cli::arguments::{Check, CheckFormat};
use crate::cli::context::Context;
use crate::cli::edit;
use crate::cli::ending::{Done, Ending, WRONG};
use crate::cli::program::{Loaded, compile_paths, look, tally};
use crate::cli::render;
use crate::lang::diagnostic::has_errors;
use crate::lang::report;

/// Compiles and reports. Exit 2 when something refuses.
pub fn check(arguments: &Check, context: &Context) -> Done {
    let mut loaded = compile_paths(&arguments.paths)?;
    Ok(judge(&mut loaded, arguments, context))
}

/// Reports what was compiled, and what the people on their way make of it.
pub fn judge(loaded: &mut Loaded, arguments: &Check, context: &Context) -> Ending {
    if !arguments.no_store
        && let Err(ending) = edit::look(loaded, context)
    {
        let why = ending.message.unwrap_or_default();
        render::talk(&format!("note: not checked against the people in {}: {why}", context.data.display()));
    }
    let (diagnostics, sources) = (&loaded.compiled.diagnostics, &loaded.sources);
    match form(arguments, context) {
        CheckFormat::Human => tell(loaded, context),
        CheckFormat::Json => print(&report::json(diagnostics, sources)),
        CheckFormat::Sarif => print(&report::sarif(diagnostics, sources)),
        CheckFormat::Github => print(&report::github(diagnostics, sources)),
    }
    let is_refused = has_errors(diagnostics) || (arguments.strict && !diagnostics.is_empty());
    if is_refused { Ending::silent(WRONG) } else { Ending::done() }
}

/// In which form it is reported.
pub fn form(arguments: &Check, context: &Context) -> CheckFormat {
    if context.is_json { CheckFormat::Json } else { arguments.format }
}

fn tell(loaded: &Loaded, context: &Context) {
    let diagnostics = &loaded.compiled.diagnostics;
    if !diagnostics.is_empty() {
        render::talk(report::human(diagnostics, &loaded.sources, look(context)).trim_end());
        render::talk("");
        render::talk(&format!("{}; `engine explain CODE` says more about each", tally(loaded)));
    }
    if !has_errors(diagnostics) && !context.is_quiet {
        for campaign in &loaded.compiled.program.campaigns {
            render::data(&campaign.bound.sentence);
        }
    }
}

fn print(text: &str) {
    let text = text.trim_end();
    if !text.is_empty() {
        render::data(text);
    }
}
