//! Nothing lies about at the top: a thing without a home belongs elsewhere.

use crate::house::{check, root};
use std::process::Command;

/// What the top level may hold.
const TOP: [&str; 25] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "benches",
    "campaigns",
    "clippy.toml",
    "deny.toml",
    "docs",
    "editors",
    "fuzz",
    "grammar",
    "justfile",
    "rustfmt.toml",
    "src",
    "tests",
    // Seeds of failures that were found, where the tests look for them.
    "proptest-regressions",
    ".gitattributes",
    ".config",
];

/// Tracked files; none when this is no repository (a packed crate).
fn tracked() -> Vec<String> {
    let output = Command::new("git").args(["ls-files"]).current_dir(root()).output();
    let output = output.ok().filter(|output| output.status.success());
    output.map(|output| String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()).unwrap_or_default()
}

#[test]
fn the_top_level_holds_what_the_plan_names() {
    let tops = tracked().into_iter().map(|path| path.split('/').next().unwrap_or_default().to_owned());
    let mut faults: Vec<String> = tops.filter(|top| !TOP.contains(&top.as_str())).collect();
    faults.dedup();
    check(&faults, "give it a home below src, tests, docs or campaigns");
}

#[test]
fn no_text_names_a_machine() {
    let mut faults = Vec::new();
    let endings = [".rs", ".md", ".toml", ".camp", ".yaml", ".yml", "justfile", ".ci/run", ".mjs", ".pest"];
    for path in tracked().into_iter().filter(|path| endings.iter().any(|ending| path.ends_with(ending))) {
        // This file names what is banned, and one page shows a campaign that does so.
        if path == "tests/house/top.rs" || path == "docs/codes/file-outside.md" {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (at, line) in text.lines().enumerate() {
            if ["/root/", "/home/", "/Users/", "/work/", "/tmp/w"].iter().any(|place| line.contains(place)) {
                faults.push(format!("{path}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    check(&faults, "write paths relative to the project");
}
