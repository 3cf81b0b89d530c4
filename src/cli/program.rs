//! Loading a folder, and refusing it with everything that is wrong with it.

use crate::cli::context::Context;
use crate::cli::ending::{Ending, FAILED, WRONG};
use crate::cli::marks::{Marks, Noting};
use crate::cli::render;
use crate::lang::diagnostic::{Severity, stops_running};
use crate::lang::disk::{LoadFault, load};
use crate::lang::report::{self, Look};
use crate::lang::source::Source;
use crate::lang::{Compiled, compile};
use crate::runtime::clock::wall_now;
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// A folder, read and compiled.
pub struct Loaded {
    pub sources: Vec<Source>,
    pub compiled: Compiled,
}

/// Reads and compiles; nothing is said of its faults yet.
pub fn compile_paths(paths: &[PathBuf]) -> Result<Loaded, Ending> {
    compile_noting(paths).map(|(loaded, _)| loaded)
}

/// The same, with the files that the campaigns name, as they looked before they were read.
pub fn compile_noting(paths: &[PathBuf]) -> Result<(Loaded, Marks), Ending> {
    let (sources, files) = load(paths).map_err(unreadable)?;
    let today = wall_now().in_zone(&TimeZone::UTC).date();
    let noting = Noting::new(files.on(today));
    let compiled = compile(&sources, &noting);
    Ok((Loaded { sources, compiled }, noting.noted()))
}

/// Reads and compiles; its faults are shown, and errors refuse it, with `strict` warnings too. Rows that lack a
/// value refuse it only with `strict`: they stay out and are listed.
pub fn compile_or_refuse(paths: &[PathBuf], strict: bool, context: &Context) -> Result<Loaded, Ending> {
    let loaded = compile_paths(paths)?;
    if let Some(faults) = faults(&loaded, context) {
        render::talk(&faults);
    }
    if is_refused(&loaded, strict) {
        return Err(Ending::new(WRONG, format!("{}; nothing was started", tally(&loaded)))
            .help("`engine explain CODE` says more about each"));
    }
    Ok(loaded)
}

/// May it not run?
pub fn is_refused(loaded: &Loaded, strict: bool) -> bool {
    let diagnostics = &loaded.compiled.diagnostics;
    stops_running(diagnostics) || (strict && !diagnostics.is_empty())
}

/// What is wrong with it, as a person reads it.
pub fn faults(loaded: &Loaded, context: &Context) -> Option<String> {
    let diagnostics = &loaded.compiled.diagnostics;
    let text = report::human(diagnostics, &loaded.sources, look(context));
    (!diagnostics.is_empty()).then(|| text.trim_end().to_owned())
}

/// How diagnostics are shown here.
pub fn look(context: &Context) -> Look {
    Look { is_colored: context.color_talk, width: render::width() }
}

/// `3 errors, 1 warning in 4 files`; what there is none of is left out.
pub fn tally(loaded: &Loaded) -> String {
    let count = |severity| loaded.compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count();
    let (errors, warnings, files) = (count(Severity::Error), count(Severity::Warning), loaded.sources.len());
    let parts = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, word)| render::many(count, word)).collect();
    format!("{} in {}", parts.join(", "), render::many(files, "file"))
}

fn unreadable(fault: LoadFault) -> Ending {
    let code = match fault {
        LoadFault::Unreadable { .. } => FAILED,
        LoadFault::Missing { .. } | LoadFault::NotACampaign { .. } | LoadFault::NoCampaigns { .. } => WRONG,
    };
    Ending::new(code, fault.to_string()).help("name a folder of campaigns, or `engine init` one")
}
