//! An edited folder meets the people who are on their way in it: what is wrong with that, and who would be moved.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{DONE, Ending, WRONG};
use crate::cli::program::{Loaded, faults, is_refused, tally};
use crate::cli::render;
use crate::cli::status::read;
use crate::lang::check::versions;
use crate::model::afoot::Afoot;
use crate::model::program::Program;
use crate::plan::document::Goes;
use crate::plan::people::moves;
use crate::plan::shown::place_words;
use crate::runtime::query::afoot::{afoot, changed};
use crate::store::contract::Store;
use serde_json::json;

/// Has anything ever run on the data directory?
pub fn has_data(context: &Context) -> bool {
    context.data.join("journal").is_dir()
}

/// Adds what the data makes of the folder to its faults: the engine that runs on it is asked, else the store.
pub fn look(loaded: &mut Loaded, context: &Context) -> Result<(), Ending> {
    if has_data(context) && !loaded.compiled.program.campaigns.is_empty() {
        let afoot: Vec<Afoot> = read(ask(context, "afoot", json!(null))?)?;
        add(loaded, &afoot);
    }
    Ok(())
}

fn add(loaded: &mut Loaded, afoot: &[Afoot]) {
    let compiled = &mut loaded.compiled;
    let program = &compiled.program;
    let found = versions::diagnostics(&compiled.files, &program.campaigns, afoot, &program.workspace.limits);
    compiled.diagnostics.extend(found);
    compiled.diagnostics.sort_by_key(|fault| (fault.span, fault.code));
}

/// Refuses what would leave people of the store nowhere; who they are otherwise. `strict`: warnings refuse too.
pub fn refuse(loaded: &mut Loaded, store: &dyn Store, context: &Context, strict: bool) -> Result<Vec<Afoot>, Ending> {
    let changed = changed(store, &loaded.compiled.program.campaigns)?;
    let afoot = afoot(store, &|name| changed.contains(name))?;
    let told = std::mem::take(&mut loaded.compiled.diagnostics);
    add(loaded, &afoot);
    if let Some(faults) = faults(loaded, context) {
        render::talk(&faults);
    }
    let is_refused = is_refused(loaded, strict);
    let count = tally(loaded);
    loaded.compiled.diagnostics.splice(0..0, told);
    if is_refused {
        return Err(
            Ending::new(WRONG, format!("{count}; nothing was touched")).help("`engine explain CODE` says more about each")
        );
    }
    Ok(afoot)
}

/// Says who goes on in another version, and asks first where they are real. `is_agreed`: nobody need be asked.
pub fn agree(program: &Program, afoot: &[Afoot], context: &Context, is_agreed: bool) -> Result<(), Ending> {
    let (lines, people) = told_moves(program, afoot);
    if people == 0 {
        return Ok(());
    }
    lines.iter().for_each(|line| render::talk(line));
    if is_agreed {
        return Ok(());
    }
    let who = if people == 1 { "1 person goes".to_owned() } else { format!("{people} people go") };
    let question = format!("{who} on in another version of their campaign.");
    if !context.may_ask {
        return Err(Ending::new(WRONG, question)
            .help("look at it with `engine plan`, then start with `--plan FILE`, or say `--yes` to start without being asked"));
    }
    if render::confirm(&format!("{question} Go on?")) { Ok(()) } else { Err(Ending::silent(DONE)) }
}

/// Where people of earlier versions go on, a line a place, and how many are moved.
pub fn told_moves(program: &Program, afoot: &[Afoot]) -> (Vec<String>, u32) {
    let (mut lines, mut people) = (Vec::new(), 0);
    for campaign in &program.campaigns {
        for place in moves(campaign, afoot) {
            let (name, version) = (&campaign.name, campaign.version);
            lines.push(format!("{name} v{}: {} {}", place.version, place.people, place_words(&place, version)));
            people += if matches!(place.goes, Goes::Stay | Goes::GoTo) { place.people } else { 0 };
        }
    }
    (lines, people)
}
