//! 400 lines a file and 70 a function are walls; a page is the aim.

use crate::house::{Page, check, pages};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn no_file_is_longer_than_the_wall() {
    let pages: Vec<Page> = [pages("src"), pages("tests"), pages("benches")].into_iter().flatten().collect();
    let long = pages.iter().map(|page| (page, page.text.lines().count())).filter(|(_, lines)| *lines > FILE_LINES_MAX);
    let faults: Vec<String> = long.map(|(page, lines)| format!("{}: {lines} lines", page.path)).collect();
    check(&faults, "one noun, one file: split it by what it speaks of (400 lines are the wall)");
}

#[test]
fn no_function_is_longer_than_the_wall() {
    let faults: Vec<String> = pages("src")
        .iter()
        .flat_map(|page| functions(page).into_iter().map(move |found| (page, found)))
        .filter(|(_, (_, lines, _))| *lines > FUNCTION_LINES_MAX)
        .map(|(page, (at, lines, name))| format!("{}:{at}: `{name}` has {lines} lines", page.path))
        .collect();
    check(&faults, "push `if`s up and `for`s down: the parent branches, the leaf computes (70 lines are the wall)");
}

/// Line, length and name of each function. rustfmt closes one at the indentation it opened at.
fn functions(page: &Page) -> Vec<(usize, usize, String)> {
    let lines: Vec<&str> = page.text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = name_of(line) else { continue };
        let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
        let closing = format!("{indent}}}");
        let whole = |line: &&str| line.ends_with('}') || line.ends_with(';');
        let length = if whole(line) {
            1
        } else {
            // A signature over many lines ends in `;` in a trait, else its body closes at the same depth.
            let rest = lines.get(at + 1..).unwrap_or_default();
            rest.iter()
                .position(|line| *line == closing || line.starts_with(&format!("{indent})")) && line.ends_with(';'))
                .map_or(1, |n| n + 2)
        };
        found.push((at + 1, length, name));
    }
    found
}

/// The name behind `fn`, if the line opens a function.
fn name_of(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let is_opening = words.by_ref().find(|word| !is_qualifier(word))? == "fn";
    let name = words.next()?;
    is_opening.then(|| name.split(['(', '<']).next().unwrap_or(name).to_owned())
}

fn is_qualifier(word: &str) -> bool {
    matches!(word, "pub" | "const" | "async" | "unsafe") || word.starts_with("pub(")
}
