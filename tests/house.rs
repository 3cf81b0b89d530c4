//! The rules of the house: floors, sizes, one clock, names, words on everything public, nothing lying about at the top.
//!
//! A rule that stops somebody says what to do instead. To break one takes a decision record, not an entry in a list here.

mod clock;
mod floors;
mod names;
mod sizes;
mod top;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the sources.
pub struct Page {
    /// Below the root, as `src/lang/mod.rs`.
    pub path: String,
    pub text: String,
}

impl Page {
    /// Number and text of each line that is no comment.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The wing it belongs to: `lang` of `src/lang/camp/mod.rs`; `lib` and `main` stand alone.
    pub fn wing(&self) -> &str {
        let inside = self.path.trim_start_matches("src/");
        inside.split(['/', '.']).next().unwrap_or(inside)
    }

    /// Its module: `["lang", "camp"]` of `src/lang/camp/mod.rs`.
    pub fn module(&self) -> Vec<String> {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut parts: Vec<String> = inside.split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        parts
    }
}

/// Where the project is.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file below a folder of the project, in order.
pub fn pages(folder: &str) -> Vec<Page> {
    let mut pages = Vec::new();
    walk(&root().join(folder), &mut pages);
    pages.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!pages.is_empty(), "no sources in {folder}");
    pages
}

fn walk(folder: &Path, pages: &mut Vec<Page>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            pages.push(Page { path, text });
        }
    }
}

/// All faults at once, a line each, with the way out.
pub fn check(faults: &[String], way_out: &str) {
    assert!(faults.is_empty(), "\n{}\n{way_out}\n", faults.join("\n"));
}
