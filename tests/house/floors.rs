//! A file imports from floors below its own and from its own wing; wings on one floor never see each other.

use crate::house::{Page, check, pages};
use std::collections::{BTreeMap, BTreeSet};

/// The wings and their floors, from below.
const FLOORS: [(&str, u8); 13] = [
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
    ("lab", 6),
];

/// Imports that close a circle between rooms of one wing and stand all the same: parts that call each other by the nature of
/// what they do, or a type that has not found its room yet. The list only grows shorter.
const BACK: [(&str, &str); 20] = [
    ("cli::arguments", "cli::accounts"),
    ("cli::arguments", "cli::doctor"),
    ("cli::arguments", "cli::sandbox"),
    ("cli::arguments", "cli::store"),
    ("cli::arguments", "cli::webhooks"),
    ("cli::desk", "cli::store"),
    ("cli::sandbox", "cli::house"),
    ("connector::postpress::transport", "connector::postpress::client"),
    ("lang::camp::grammar", "lang::camp::fault"),
    ("lang::check::names", "lang::lower"),
    ("lang::check::text_length", "lang::check::text"),
    ("lang::lower::texts", "lang::lower"),
    ("lang::text::cursor", "lang::text::template"),
    ("lang::text::expression", "lang::text::template"),
    ("lang::yaml::block", "lang::yaml::statement"),
    ("machine::leave", "machine::enter"),
    ("machine::observe", "machine::enter"),
    ("runtime::errand", "runtime::command"),
    ("runtime::errand", "runtime::enroll"),
    ("runtime::query::slots", "runtime::query::standing"),
];

fn floor(wing: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == wing).map(|(_, floor)| *floor)
}

/// What a page imports or names: the line, and the path behind each `crate::`; `a::{b, c}` are `a::b` and `a::c`.
fn named(page: &Page) -> Vec<(usize, Vec<String>)> {
    let code: Vec<&str> = page.text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
    let code = code.join("\n");
    let mut named = Vec::new();
    for (at, found) in code.match_indices("crate::").filter(|(at, _)| !code[..*at].ends_with('$')) {
        let line = code[..at].lines().count().max(1);
        let rest = &code[at + found.len()..];
        let path = path_of(rest);
        match rest[path.len()..].strip_prefix('{').filter(|_| path.ends_with("::")) {
            Some(group) => named.extend(members(group).into_iter().map(|member| (line, split(&format!("{path}{member}"))))),
            None => named.push((line, split(path))),
        }
    }
    named
}

/// The path at the start of a text.
fn path_of(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    &text[..end]
}

fn split(path: &str) -> Vec<String> {
    path.split("::").filter(|part| !part.is_empty() && *part != "self").map(str::to_owned).collect()
}

/// What stands first in each member of a group, up to its closing brace.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut members, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(path_of(group[start..at].trim_start()).to_owned());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members.into_iter().filter(|member| !member.is_empty()).collect()
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
        for (at, path) in named(&page) {
            let wing = path.first().map(String::as_str).unwrap_or_default();
            match floor(wing) {
                None => faults.push(format!("{}:{at}: `crate::{wing}` names no wing", page.path)),
                Some(other) if wing != page.wing() && other >= own => {
                    faults.push(format!("{}:{at}: `{wing}` is not below `{}`", page.path, page.wing()));
                }
                Some(_) => {}
            }
        }
    }
    check(&faults, "a file imports from floors below its own and from its own wing, one `use crate::…` a line");
}

#[test]
fn the_machine_knows_only_the_model() {
    let outside = ["chrono", "cron", "jiff", "regex", "serde", "std", "core", "crate", "super", "self"];
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
    let mut uses = uses(&pages("src"));
    let mut faults = Vec::new();
    for (from, to) in BACK {
        if !uses.get_mut(from).is_some_and(|used| used.remove(to)) {
            faults.push(format!("`{from}` does not import `{to}` any more: take it out of BACK"));
        }
    }
    faults.extend(circles(&uses).into_iter().map(|circle| format!("a circle: {}", circle.join(", "))));
    check(&faults, "move what both need into a room below them; BACK only grows shorter");
}

/// Which modules each module names, within its wing.
fn uses(pages: &[Page]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeSet<String> = pages.iter().map(|page| page.module().join("::")).collect();
    let mut uses = BTreeMap::new();
    for page in pages {
        let own = page.module().join("::");
        let mut named_here = BTreeSet::new();
        for (_, path) in named(page).into_iter().filter(|(_, path)| path.first().is_some_and(|wing| wing == page.wing())) {
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
