//! Every page is in the book, every link leads somewhere, every record of a decision says context, decision, consequences.

use crate::docs::{page, root};
use std::fs;

fn pages_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() && name != "docs/book" {
            found.extend(pages_below(&name));
        } else if name.ends_with(".md") {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// Targets of the links on a page that stay in the project, without their anchors.
fn links(path: &str) -> Vec<String> {
    let text = page(path);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inside = targets.filter(|target| !target.contains("://") && !target.starts_with('#') && !target.is_empty());
    inside.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_page_is_in_the_book() {
    let summary = links("docs/SUMMARY.md");
    let missing: Vec<String> = pages_below("docs")
        .into_iter()
        .filter(|path| !path.ends_with("SUMMARY.md") && !summary.iter().any(|link| format!("docs/{link}") == *path))
        .collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md does not name {missing:?}");
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    for path in pages_below("docs").into_iter().chain(["README.md".to_owned(), "CHANGELOG.md".to_owned()]) {
        let folder = root().join(&path).parent().unwrap().to_path_buf();
        let dead = links(&path).into_iter().filter(|link| !folder.join(link).exists());
        faults.extend(dead.map(|link| format!("{path}: {link}")));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn architecture_names_files_that_exist() {
    let mut faults = Vec::new();
    for path in ["docs/architecture.md"].into_iter().map(str::to_owned).chain(pages_below("docs/decisions")) {
        for word in
            page(&path).split('`').skip(1).step_by(2).filter(|word| word.starts_with("src/") || word.starts_with("tests/"))
        {
            if !root().join(word).exists() {
                faults.push(format!("{path}: {word}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_decision_says_why_and_what_follows() {
    for (at, path) in pages_below("docs/decisions").into_iter().enumerate() {
        assert!(path.contains(&format!("/{:04}-", at + 1)), "{path}: numbers go on without a gap");
        let text = page(&path);
        for part in ["## Context", "## Decision", "## Consequences"] {
            assert!(text.contains(part), "{path}: has no `{part}`");
        }
    }
}
