//! A file imports from floors below its own and from its own wing; wings on one floor never see each other.

use crate::house::{Page, check, pages};
use std::collections::{BTreeMap, BTreeSet};

/// The wings and their floors, from below.
const FLOORS: [(&str, u8); 12] = [
    ("model", 1),
    ("lang", 2),
    ("machine", 2),
    ("store", 2),
    ("connector", 2),
    ("runtime", 3),
    ("server", 4),
    ("plan", 4),
    ("sim", 4),
    ("lsp", 4),
    ("cluster", 4),
    ("cli", 5),
];

/// Circles between files of one wing that stand today, each by its files in order. The list only grows shorter.
const CIRCLES: [&str; 11] = [
    "cli::accounts cli::arguments cli::context cli::doctor cli::house cli::sandbox cli::webhooks",
    "connector::postpress::client connector::postpress::transport",
    "lang::camp lang::camp::reader",
    "lang::camp::fault lang::camp::grammar",
    "lang::check::names lang::lower lang::lower::builder lang::lower::texts",
    "lang::code lang::diagnostic",
    "lang::text::cursor lang::text::expression lang::text::template",
    "model::enrollment model::event",
    "runtime::command runtime::errand runtime::outbox runtime::partition",
    "runtime::prepare runtime::receive",
    "runtime::query::slots runtime::query::standing",
];

fn floor(wing: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == wing).map(|(_, floor)| *floor)
}

/// What a line imports or names: the path behind each `crate::`.
fn named(line: &str) -> impl Iterator<Item = Vec<&str>> {
    line.match_indices("crate::").filter(|(at, _)| !line.get(..*at).unwrap_or_default().ends_with('$')).map(|(at, found)| {
        let rest = line.get(at + found.len()..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().split("::").collect()
    })
}

#[test]
fn no_file_looks_up_or_sideways() {
    let mut faults = Vec::new();
    for page in pages("src") {
        let Some(own) = floor(page.wing()) else {
            let is_door = ["src/lib.rs", "src/main.rs"].contains(&page.path.as_str());
            faults.extend((!is_door).then(|| format!("{}: no wing of the house", page.path)));
            continue;
        };
        for (at, line) in page.code() {
            for path in named(line) {
                let wing = path.first().copied().unwrap_or_default();
                match floor(wing) {
                    None => faults.push(format!("{}:{at}: `crate::{wing}` names no wing: {}", page.path, line.trim())),
                    Some(other) if wing != page.wing() && other >= own => {
                        faults.push(format!("{}:{at}: `{}` is not below `{}`", page.path, wing, page.wing()));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    check(&faults, "a file imports from floors below its own and from its own wing, one `use crate::…` a line");
}

#[test]
fn the_machine_knows_only_the_model() {
    let outside = ["jiff", "regex", "serde", "std", "core", "crate", "super", "self"];
    let mut faults = Vec::new();
    for page in pages("src/machine").iter().chain(&pages("src/model")) {
        for (at, line) in page.code() {
            let Some(used) = line.trim_start().strip_prefix("use ") else { continue };
            let first = used.split([':', ';', ' ']).next().unwrap_or_default();
            let is_reach =
                ["std::fs", "std::net", "std::thread", "std::env", "std::process"].iter().any(|reach| used.starts_with(reach));
            // Rooms of the same file's wing are named without `crate::` in a `mod.rs`.
            let is_room = page.text.contains(&format!("mod {first};"));
            if is_reach || !(outside.contains(&first) || is_room || first == "sha2" || first == "proptest") {
                faults.push(format!("{}:{at}: {}", page.path, line.trim()));
            }
        }
    }
    check(&faults, "model and machine are pure: no I/O, no thread, no environment, no crate that has any");
}

#[test]
fn rooms_of_a_wing_make_no_circle() {
    let pages = pages("src");
    let found: Vec<String> = circles(&uses(&pages)).into_iter().map(|circle| circle.join(" ")).collect();
    let known: BTreeSet<&str> = CIRCLES.into_iter().collect();
    let new = found.iter().filter(|circle| !known.contains(circle.as_str())).map(|circle| format!("a circle: {circle}"));
    let gone = known
        .iter()
        .filter(|circle| !found.iter().any(|other| other == *circle))
        .map(|circle| format!("no circle any more: {circle}"));
    check(&new.chain(gone).collect::<Vec<_>>(), "move what both need into a room below them; CIRCLES only grows shorter");
}

/// Which modules each module names, within its wing.
fn uses(pages: &[Page]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeSet<String> = pages.iter().map(|page| page.module().join("::")).collect();
    let mut uses = BTreeMap::new();
    for page in pages {
        let own = page.module().join("::");
        let mut named_here = BTreeSet::new();
        for path in page.code().flat_map(|(_, line)| named(line)).filter(|path| path.first().copied() == Some(page.wing())) {
            let deepest =
                (1..=path.len()).rev().find_map(|n| Some(path.get(..n)?.join("::")).filter(|name| modules.contains(name)));
            named_here.extend(deepest.filter(|name| *name != own));
        }
        uses.insert(own, named_here);
    }
    uses
}

/// Modules that reach each other, a group each.
fn circles(uses: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> = uses.keys().map(|from| (from, reached(uses, from))).collect();
    let mut circles = BTreeSet::new();
    for (from, there) in &reach {
        if there.contains(*from) {
            let circle = there.iter().filter(|to| reach.get(**to).is_some_and(|back| back.contains(*from)));
            circles.insert(circle.map(|module| (*module).clone()).collect());
        }
    }
    circles
}

fn reached<'a>(uses: &'a BTreeMap<String, BTreeSet<String>>, from: &String) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = uses.get(from).into_iter().flatten().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(uses.get(next).into_iter().flatten());
        }
    }
    reached
}
