//! The report that people read: a line a test, then each failure with what was wanted, what is the case, and the contact's
//! story up to there.

use crate::cli::context::Context;
use crate::cli::render;
use crate::cli::test::Tested;
use crate::model::journal::EntryKind;
use crate::sim::script::{Failure, Told};
use console::style;

/// Columns of a text in the story.
const TEXT_COLUMNS: usize = 72;

pub(super) fn report(tested: &[Tested], context: &Context) {
    if !context.is_quiet {
        tested.iter().for_each(|one| line(one, context));
    }
    for one in tested {
        if let Some(failure) = &one.played.failure {
            explain(one, failure, context);
        }
    }
    let failed = tested.iter().filter(|one| one.played.failure.is_some()).count();
    let passed = tested.len() - failed;
    if failed > 0 {
        render::data("");
    }
    if failed > 0 || !context.is_quiet {
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        render::data(&format!("{}: {passed} passed{failed}", render::many(tested.len(), "test")));
    }
}

fn line(one: &Tested, context: &Context) {
    let mark = if one.played.failure.is_none() { style("ok  ").green() } else { style("FAIL").red().bold() };
    let title = render::plain(&one.script.title);
    render::data(&format!("{} {}: {title}", mark.force_styling(context.color), one.script.campaign));
}

fn explain(one: &Tested, failure: &Failure, context: &Context) {
    let strong = |text: String| style(text).bold().force_styling(context.color).to_string();
    render::data("");
    render::data(&strong(format!("{}:{}: {}", one.file(), failure.line, render::plain(&one.script.title))));
    render::data(&format!("    {}", render::plain(one.written(failure.line))));
    render::data(&format!("  expected  {}", render::plain(&failure.expected)));
    for (at, instead) in failure.instead.iter().enumerate() {
        render::data(&format!("  {:<8}  {}", if at == 0 { "instead" } else { "" }, render::plain(instead)));
    }
    let story: Vec<String> = one.played.transcript.iter().filter_map(told).collect();
    if !story.is_empty() {
        render::data("  up to there");
        story.iter().for_each(|line| render::data(&format!("    {line}")));
    }
}

/// `day 7  Mon 09:12  sent message `first`: "…"`; none for what only the machine is about.
pub(super) fn told(told: &Told) -> Option<String> {
    let scene = &told.scene;
    if matches!(scene.entry.kind, EntryKind::Intent | EntryKind::Timer | EntryKind::Enrolled | EntryKind::Cancelled) {
        return None;
    }
    if scene.entry.kind == EntryKind::Notified && scene.detail("text").is_none() {
        return None;
    }
    let words = render::told(&scene.entry, true)?;
    let text = scene.text.as_ref().map(|text| format!(": \"{}\"", render::shortened(&render::plain(text), TEXT_COLUMNS)));
    Some(format!("day {:<3} {}  {words}{}", told.day, told.clock, text.unwrap_or_default()))
}
