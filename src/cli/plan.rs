//! `engine plan`: what would happen, and `run --plan`: exactly that, or nothing.

use crate::cli::ahead::{Ahead, look_ahead};
use crate::cli::arguments::Plan as Options;
use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::edit;
use crate::cli::ending::{CHANGES, Done, Ending, FAILED, WRONG};
use crate::cli::program::{Loaded, compile_paths, faults, is_refused, tally};
use crate::cli::render;
use crate::cli::status::read;
use crate::model::journal::{Cause, Change, Commit, Key, Meta, MetaKey, Record};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::plan::compare::{differs, differs_in_folder};
use crate::plan::document::{Plan, SCHEMA};
use crate::plan::foresee::foresee;
use crate::plan::scratch::scratch;
use crate::plan::shown::told;
use crate::runtime::clock::wall_now;
use crate::store::contract::{Store, commit};
use crate::store::memory::MemoryStore;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shows the plan, saves it if asked to. Exit 5 with `--exit-code` when it changes something.
pub fn plan(arguments: &Options, context: &Context) -> Done {
    let mut loaded = compile_paths(&arguments.paths)?;
    if !is_refused(&loaded, arguments.strict) {
        edit::look(&mut loaded, context)?;
    }
    if let Some(faults) = faults(&loaded, context) {
        render::talk(&faults);
    }
    if is_refused(&loaded, arguments.strict) {
        return Err(Ending::new(WRONG, format!("{}; there is nothing to plan", tally(&loaded)))
            .help("`engine explain CODE` says more about each"));
    }
    let plan = made(arguments, &loaded, context)?;
    if let Some(file) = &arguments.out {
        save(file, &plan)?;
    }
    if context.is_json {
        render::data(&text_of(&plan)?);
    } else {
        render::data(&told(&plan, arguments.full_text));
    }
    if let (Some(file), false) = (&arguments.out, context.is_quiet) {
        render::talk(&format!("saved: `engine run … --plan {}` does exactly this, or nothing", file.display()));
    }
    let has_changes = arguments.exit_code && plan.changes;
    Ok(if has_changes { Ending::silent(CHANGES) } else { Ending::done() })
}

/// Asks the engine that runs on the data, or looks at the data, or at nothing where nothing ran yet.
fn made(arguments: &Options, loaded: &Loaded, context: &Context) -> Result<Plan, Ending> {
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let paths = arguments.paths.iter().map(absolute).collect();
    let ahead = Ahead { paths, from: arguments.from.clone(), days: arguments.days };
    if edit::has_data(context) {
        let arguments = serde_json::to_value(&ahead).map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
        return read(ask(context, "plan", arguments)?);
    }
    let copy = Arc::new(MemoryStore::new());
    look_ahead(&copy, &loaded.compiled.program, wall_now(), &ahead).map_err(|why| Ending::new(WRONG, why))
}

fn text_of(plan: &Plan) -> Result<String, Ending> {
    serde_json::to_string_pretty(plan).map_err(|fault| Ending::new(FAILED, format!("the plan cannot be written: {fault}")))
}

fn save(file: &Path, plan: &Plan) -> Result<(), Ending> {
    let text = text_of(plan)? + "\n";
    std::fs::write(file, text).map_err(|fault| Ending::new(FAILED, format!("cannot write {}: {fault}", file.display())))
}

/// Holds a run to a saved plan: what installing the program would do now is what the plan says, or nothing is touched. A plan
/// that was applied already goes on where it was.
pub fn hold_to(file: &Path, program: &Program, store: &dyn Store, now: Timestamp) -> Result<(), Ending> {
    let saved = load(file)?;
    let id = saved.id();
    let copy = Arc::new(scratch(store, now)?);
    let fresh = foresee(&copy, program, now, saved.from.clone(), saved.days)?;
    let applied = store.get(&Key::Meta(MetaKey::Applied))?;
    let is_applied = applied == Some(Record::Meta(Meta::Applied { plan: id }));
    let why = if is_applied { differs_in_folder(&saved, &fresh) } else { differs(&saved, &fresh) };
    if let Some(why) = why {
        return Err(Ending::new(WRONG, format!("the plan does not fit any more: {why}; nothing was touched"))
            .help(format!("make a new one with `engine plan … -o {}`, and look at it", file.display())));
    }
    if !is_applied {
        let changes = vec![Change::Put(Record::Meta(Meta::Applied { plan: id }))];
        commit(store, vec![Commit { at: now, cause: Cause::Command { word: "plan".to_owned() }, changes, entries: Vec::new() }])?;
    }
    Ok(())
}

fn load(file: &Path) -> Result<Plan, Ending> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|fault| Ending::new(WRONG, format!("cannot read the plan {name}: {fault}")))?;
    let no_plan =
        |what: String| Ending::new(WRONG, format!("{name} is no plan: {what}")).help("`engine plan PATHS -o FILE` saves one");
    let plan: Plan = serde_json::from_str(&text).map_err(|fault| no_plan(fault.to_string()))?;
    if plan.schema != SCHEMA {
        return Err(no_plan(format!("it says `{}`, not `{SCHEMA}`", plan.schema)));
    }
    Ok(plan)
}
